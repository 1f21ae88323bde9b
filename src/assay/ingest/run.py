"""Files into sources and drafts: read, compared with what is there, written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from assay.authoring.find import fold
from assay.authoring.new import first_free, slug
from assay.diagnostics.diagnostic import Subject
from assay.errors import UsageError
from assay.evidence.addresses import canonical_address
from assay.evidence.entities import names_of
from assay.ingest.document import Document, UnreadableDocument
from assay.ingest.drafts import PublisherDraft, digest, profile_data, source_data, source_id
from assay.ingest.files import files_below, opened
from assay.ingest.formats import recognise
from assay.ingest.items import DraftProfile, Format, Item, Items
from assay.ingest.named import new_institutions
from assay.progress import counting, stage
from assay.workspace.edits import Edit, commit
from assay.workspace.load import Loaded
from assay.workspace.validate import validate_document
from assay.yaml.edit import block

FOLDER = "ingested"
TEXTS = "text"
_SCHEMA = "# yaml-language-server: $schema=../../.assay/profile.schema.json\n"

Status = Literal["new", "version", "unchanged", "known", "unrecognised", "unreadable", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one publication, or of a file that held none."""

    file: str
    status: Status
    format: str | None = None
    reason: str = ""
    source: str | None = None
    written: str | None = None
    drafts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """A file read by one format."""

    document: Document
    format: Format
    reason: str
    items: Items


def read_paths(paths: Iterable[Path]) -> Iterator[Read | Outcome]:
    """Every file of the paths, in the order of names: read, or why it is not."""
    for path, name in counting(list(files_below(paths)), "files"):
        try:
            yield read_document(opened(path, name))
        except UnreadableDocument as error:
            yield Outcome(name, "unreadable", reason=str(error))


def read_document(document: Document) -> Read | Outcome:
    """The publications of a document by the first format that recognises it."""
    found = recognise(document)
    if found is None:
        return Outcome(
            document.name, "unrecognised", reason="it has none of the forms that are read"
        )
    form, reason = found
    try:
        return Read(document, form, reason, form.read(document))
    except UnreadableDocument as error:
        return Outcome(document.name, "unreadable", form.name, str(error))
    except RecursionError:
        return Outcome(document.name, "unreadable", form.name, "it is nested too deeply")


def ingest(
    loaded: Loaded,
    paths: Sequence[Path],
    *,
    publisher: str | None = None,
    dry_run: bool = False,
    fetched: Iterable[Read | Outcome] = (),
) -> list[Outcome]:
    """Write sources and drafts for what the files hold; an outcome for every publication.

    What is there already stays as it is. ``publisher`` stands for items that name none, ``fetched``
    is what was read from elsewhere. Raises ``UsageError`` for a path that does not exist.
    """
    if publisher is not None and publisher not in loaded.corpus.publishers:
        raise UsageError(f"there is no publisher {publisher!r}; 'assay new publisher' writes one")
    assessment = _Desk(loaded, publisher)
    stage("reading what is to be ingested")
    read_or_not = [*read_paths(paths), *fetched]
    reads = [r for r in read_or_not if isinstance(r, Read)]
    outcomes = [r for r in read_or_not if isinstance(r, Outcome)]
    found = [(read, item) for read in reads for item in read.items.items]
    stage("writing drafts")
    # What is known from another document only comes last: it may be in one of its own.
    outcomes += [assessment.take(read, item) for read, item in found if not item.mention]
    outcomes += [assessment.take(read, item) for read, item in found if item.mention]
    edit = assessment.edit()
    if edit.contents and not dry_run:
        commit(edit)
    return sorted(outcomes, key=lambda o: (o.file, o.source or ""))


@dataclass(slots=True)
class _Known:
    """A source that is there: written earlier, or in this run."""

    id: str
    title: str
    published: str
    digest: str
    text: str
    language: str | None


class _Desk:
    def __init__(self, loaded: Loaded, publisher: str | None) -> None:
        self._loaded = loaded
        self._default = publisher
        self._taken: set[str] = set(loaded.subjects)
        self._by_key: dict[str, list[_Known]] = defaultdict(list)
        self._by_title: dict[tuple[str, str, str], list[_Known]] = defaultdict(list)
        self._by_hand: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._domains: dict[str, str] = {}
        self._profiles = {
            fold(n): p.id for p in loaded.corpus.profiles.values() for n in (p.name, *p.aliases)
        }
        self._names_known = names_of(loaded.corpus)
        self._new_publishers: list[PublisherDraft] = []
        self._documents: dict[Path, list[dict[str, Any]]] = {}
        self._texts: dict[Path, str] = {}
        self._folder = loaded.workspace.profiles_dir / FOLDER
        self._known()

    def _known(self) -> None:
        profiles_dir = self._loaded.workspace.profiles_dir
        for source in self._loaded.corpus.sources.values():
            origin = source.ingested
            if origin is None:
                if source.url:
                    self._by_hand.setdefault(canonical_address(source.url), source.id)
                continue
            text = ""
            if origin.text:
                text = _read_text(profiles_dir / origin.text)
            known = _Known(
                source.id,
                source.title,
                str(source.published or ""),
                origin.digest,
                f"{source.title}\n{text}",
                source.language,
            )
            self._by_key[origin.key].append(known)
            outlet = self._loaded.corpus.publishers.get(source.publisher or "")
            told = (fold(outlet.name if outlet else ""), fold(source.title), known.published)
            self._by_title[told].append(known)
        for publisher in self._loaded.corpus.publishers.values():
            self._names.setdefault(fold(publisher.name), publisher.id)
            if publisher.url:
                self._domains.setdefault(canonical_address(publisher.url), publisher.id)

    def take(self, read: Read, item: Item) -> Outcome:
        """Decide what becomes of one publication, and remember what is to be written."""
        name, form = read.document.name, read.format.name
        notes = (*read.document.notes, *read.items.notes)
        by_hand = self._by_hand.get(canonical_address(item.url)) if item.url else None
        if by_hand is not None:
            reason = "a source with its address was written by hand"
            return Outcome(name, "known", form, reason, by_hand, notes=notes)
        stamp = digest(item)
        versions = [k for k in self._by_key[item.key] if item.mention or _same(k, item)]
        told = (fold(item.publisher or ""), fold(item.title), str(item.published))
        if not versions and item.published:
            # A translation may keep the title, and is no version.
            named = self._by_title[told]
            versions = [k for k in named if stamp == k.digest or k.language == item.language]
        same = next((k for k in versions if k.digest == stamp), None)
        if same is None and item.mention and versions:
            same = versions[-1]
        if same is not None:
            return Outcome(name, "unchanged", form, read.reason, same.id, notes=notes)
        latest = versions[-1] if versions else None
        publishers = list(self._new_publishers)
        publisher = self._publisher(item)
        id_ = self._id(item, publisher, read.document, versions)
        outcome = self._write(read, item, id_, publisher, latest)
        if outcome.status == "refused":
            self._new_publishers = publishers
            return outcome
        made = _Known(
            id_,
            item.title,
            str(item.published or ""),
            stamp,
            f"{item.title}\n{item.passages}",
            item.language,
        )
        self._by_key[item.key].append(made)
        self._by_title[told].append(made)
        return outcome

    def _write(
        self, read: Read, item: Item, id_: str, publisher: str | None, latest: _Known | None
    ) -> Outcome:
        document, notes = read.document, (*read.document.notes, *read.items.notes)
        text_file = f"{FOLDER}/{TEXTS}/{id_}.txt" if item.passages else None
        data = source_data(
            item,
            id_,
            publisher,
            document,
            read.format.name,
            latest.id if latest else None,
            text_file,
        )
        refusal = _refusal(data)
        if refusal:
            return Outcome(document.name, "refused", read.format.name, refusal, notes=notes)
        self._taken.add(id_)
        path = self._folder / f"{id_}.yaml"
        written = [data]
        drafts: list[str] = []
        for draft in (*item.drafts, *new_institutions(item, document, self._names_known)):
            made = self._draft(draft, id_, item, latest)
            if made is not None:
                drafts.append(made["id"])
                written.append(made)
        self._documents[path] = written
        if text_file:
            self._texts[self._loaded.workspace.profiles_dir / text_file] = item.passages
        return Outcome(
            document.name,
            "version" if latest else "new",
            read.format.name,
            read.reason,
            id_,
            self._loaded.workspace.relative(path),
            tuple(drafts),
            notes,
            data,
        )

    def _draft(
        self, draft: DraftProfile, source: str, item: Item, latest: _Known | None
    ) -> dict[str, Any] | None:
        """The draft, unless there is such a profile, or the earlier version said all of it."""
        if draft.kind == "institution" and fold(draft.name) in self._profiles:
            return None
        if latest is not None:
            fresh = tuple(c for c in draft.claims if c.text not in latest.text)
            if not fresh:
                return None
            draft = DraftProfile(draft.kind, draft.name, fresh, draft.fields, draft.watch)
        id_ = first_free(slug(draft.name) or f"{source}-draft", self._taken)
        data = profile_data(draft, id_, source, item)
        if _refusal(data):
            return None
        self._taken.add(id_)
        if draft.kind == "institution":
            self._profiles[fold(draft.name)] = id_
        return data

    def _id(
        self, item: Item, publisher: str | None, document: Document, versions: list[_Known]
    ) -> str:
        if not versions:
            return first_free(source_id(item, publisher, document), self._taken)
        base = re.sub(r"-v\d+$", "", versions[0].id)
        number = len(versions) + 1
        while f"{base}-v{number}" in self._taken:
            number += 1
        return f"{base}-v{number}"

    def _publisher(self, item: Item) -> str | None:
        if not item.publisher:
            return self._default
        name = fold(item.publisher)
        domain = canonical_address(item.domain) if item.domain and " " not in item.domain else None
        # One domain may carry many outlets (a video platform), so the name decides first.
        known = self._names.get(name)
        if known is None and domain and name == fold(item.domain or ""):
            known = self._domains.get(domain)
        if known is not None:
            return known
        id_ = slug(item.publisher) or (slug(item.domain) if item.domain else "")
        if not id_:
            return None
        id_ = first_free(id_, self._taken)
        draft = PublisherDraft(id_, item.publisher, item.domain)
        if _refusal(draft.data()):
            return None
        self._taken.add(id_)
        self._names[name] = id_
        self._new_publishers.append(draft)
        return id_

    def edit(self) -> Edit:
        """Return the edit that adds the documents, and the words of the publications."""
        edit = Edit(self._loaded)
        for path, documents in self._documents.items():
            edit[path] = (_SCHEMA + "---\n".join(block(d) for d in documents)).encode("utf-8")
        if self._new_publishers:
            path = self._folder / "publishers.yaml"
            added = "---\n".join(block(p.data()) for p in self._new_publishers)
            before = edit[path].decode("utf-8").rstrip("\n")
            edit[path] = (f"{before}\n---\n{added}" if before else _SCHEMA + added).encode("utf-8")
        for path, text in self._texts.items():
            edit[path] = (text + "\n").encode("utf-8")
        return edit


def _same(known: _Known, item: Item) -> bool:
    """Whether what stands under one key is one publication: by its date or by its title.

    Some addresses (a channel, a front page) carry one publication after another.
    """
    if item.key.startswith("file:") or (known.published == str(item.published) != ""):
        return True
    ours, theirs = (set(fold(t).split()) for t in (item.title, known.title))
    return len(ours & theirs) * 2 >= len(ours | theirs)


def _refusal(data: dict[str, Any]) -> str:
    """Why the model would not take the data; empty if it does."""
    findings = validate_document(data, Subject("")).findings
    return "; ".join(f"{'.'.join(map(str, f.value.path))}: {f.message}" for f in findings)


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
