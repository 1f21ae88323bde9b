"""What each document says to others, kept so that a few edits need not be held against all.

A profile, source or publisher can be checked alone as long as it keeps what others rely on: its
id and kind, the claims it has, what a source draws on. Then nothing can be wrong anywhere else,
and no other document is read. Every other edit, and every mistake, goes the long way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from assay.loading.discover import SUFFIXES, read_documents, read_file
from assay.loading.findings import Subject
from assay.loading.link import link_changed
from assay.loading.load import Loaded
from assay.loading.validate import Document, Validated, validate_document
from assay.model.corpus import Corpus
from assay.model.evidence import Publisher, Source
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.snapshot import DocumentStore, FolderStore
from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped
from assay.workspace import Workspace

Facts = dict[str, Any]
"""What a document says to others, as plain data; ``id`` and ``kind`` are always there."""

_T = TypeVar("_T", bound=Document)

_MOST_CHANGED = 500
_MOST_MENDS = 50


def facts_of(model: Document) -> Facts:
    """What other documents, their checks and their scores rely on."""
    facts: Facts = {"id": model.id, "kind": model.kind}
    if isinstance(model, Publisher):
        return facts | {"owner": model.owner, "reliability": model.reliability}
    if isinstance(model, Source):
        return facts | {
            "publisher": model.publisher,
            "published": model.published.text if model.published else None,
            "accessed": model.accessed.isoformat() if model.accessed else None,
            "retracted": model.retracted.isoformat() if model.retracted else None,
            "directness": model.directness,
            "attribution": model.attribution,
            "revises": model.revises,
            "cites": list(model.cites),
            "same_as": list(model.same_as),
            "not_same_as": list(model.not_same_as),
        }
    return facts | {
        "audience": model.audience,
        "status": model.status,
        "embargo": model.embargo.isoformat() if model.embargo else None,
        "part_of": [e.on for e in model.depends_on if e.relation == "part_of"],
        "claims": {c.id: [c.nature, list(c.rests_on), c.audience, c.status] for c in model.claims},
    }


def _keeps(before: Facts, after: Facts) -> bool:
    """Whether a document still says all that others rely on; further claims do no harm."""
    claims = before.get("claims", {})
    kept = {name: after.get("claims", {}).get(name) for name in claims}
    return {**before, "claims": claims} == {**after, "claims": kept}


@dataclass(frozen=True)
class Standing:
    """The documents of a state without mistakes, found by id when somebody asks for one.

    ``files`` holds for each file its digest and the facts of its documents; ``mends`` the states
    it was mended from, oldest first, each with the ids of the profiles that changed then.
    """

    workspace: Workspace
    state: str
    files: Mapping[str, tuple[str, list[Facts]]]
    mends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    made: dict[str, Document] = field(default_factory=dict, compare=False)

    @cached_property
    def facts(self) -> dict[str, Facts]:
        """The facts of every document, by id."""
        return {f["id"]: f for _, several in self.files.values() for f in several}

    @cached_property
    def _places(self) -> dict[str, str]:
        return {f["id"]: file for file, (_, several) in self.files.items() for f in several}

    @cached_property
    def _store(self) -> DocumentStore:
        return DocumentStore(self.workspace.cache_dir)

    def find(self, document_id: str) -> Document:
        """The document of that id; ``KeyError`` where there is none."""
        if document_id not in self.made:
            file = self._places[document_id]
            data = next(d for d in self._documents(file) if d and d.get("id") == document_id)
            model = validate_document(data, Subject(file)).model
            if model is None:
                raise KeyError(document_id)
            self.made[document_id] = model
        return self.made[document_id]

    def _documents(self, file: str) -> Iterable[Any]:
        kept = self._store.by_digest(self.files[file][0])
        if kept is not None:
            return kept
        path = self.workspace.profiles_dir / file
        return (data for _, data in read_documents(self.workspace, path, {}).readable())

    def changed_since(self, state: str) -> set[str] | None:
        """Ids of the profiles that changed since a state; None where that is not known."""
        if state == self.state:
            return set()
        states = [before for before, _ in self.mends]
        if state not in states:
            return None
        return {i for _, ids in self.mends[states.index(state) :] for i in ids}


class _Found(Mapping[str, _T]):
    """Runs over the documents that changed, and finds all others of its kinds, too."""

    def __init__(self, standing: Standing, kinds: Sequence[str], changed: Mapping[str, _T]) -> None:
        self._standing, self._kinds, self._changed = standing, kinds, changed

    def __getitem__(self, key: str) -> _T:
        if key in self._changed:
            return self._changed[key]
        if self._standing.facts[key]["kind"] not in self._kinds:
            raise KeyError(key)
        # Its kind, which was compared above, says what it is.
        return cast("_T", self._standing.find(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self._changed)

    def __len__(self) -> int:
        return len(self._changed)


def standing_of(loaded: Loaded, state: str, folder: FolderStore) -> Standing | None:
    """The standing of a workspace that was read in full and has no mistake.

    None where a file has a name that is no text.
    """
    facts: dict[str, list[Facts]] = {file: [] for file in folder.digests}
    corpus = loaded.corpus
    prefix = len(loaded.workspace.relative(loaded.workspace.profiles_dir)) + 1
    for several in (corpus.publishers, corpus.sources, corpus.profiles):
        for model in several.values():
            file = loaded.subjects[model.id].file[prefix:]
            if file not in facts:
                return None
            facts[file].append(facts_of(model))
    files = {file: (digest, facts[file]) for file, digest in folder.digests.items()}
    return Standing(loaded.workspace, state, files)


class StandingStore:
    """The standing of a workspace, kept between runs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._path = workspace.cache_dir / "standing"

    def read(self) -> Standing | None:
        """What was kept last."""
        body = read_sealed(self._path, stamped("standing"))
        if body is None:
            return None
        kept = json.loads(body)
        files = {name: (digest, facts) for name, (digest, facts) in kept["files"].items()}
        mends = tuple((before, tuple(ids)) for before, ids in kept["mends"])
        return Standing(self._workspace, kept["state"], files, mends)

    def write(self, standing: Standing) -> None:
        """Keep a standing in place of the one before."""
        kept = {"state": standing.state, "files": standing.files, "mends": standing.mends}
        body = json.dumps(kept, separators=(",", ":"))
        write_sealed(self._path, stamped("standing"), body.encode())


def mended(
    before: Standing, state: str, digests: Mapping[str, str], rulebook: Rulebook
) -> Standing | None:
    """The standing after a few edits; None where all documents have to be looked at."""
    files = [name for name, digest in digests.items() if before.files.get(name, ("",))[0] != digest]
    gone = before.files.keys() - digests.keys()
    if gone or len(files) > _MOST_CHANGED or not all(f.endswith(SUFFIXES) for f in files):
        return None
    read = [v for name in files for v in _validated(before.workspace, name)]
    models = {v.model.id: v.model for v in read if v.model is not None}
    if len(models) < len(read):
        return None
    told = {i: facts_of(m) for i, m in models.items()}
    if not _harmless(before, files, told):
        return None
    facts = before.facts | told
    by_file = {
        name: (digests[name], [told[v.id] for v in read if v.id and v.subject.file == name])
        for name in files
    }
    profiles = [i for i, m in models.items() if not isinstance(m, Publisher | Source)]
    after = Standing(
        before.workspace,
        state,
        {**before.files, **by_file},
        (*before.mends[-_MOST_MENDS:], (before.state, tuple(profiles))),
        dict(models),
    )
    kinds = {i: f["kind"] for i, f in facts.items()}
    corpus = _seen(after, models)
    images = before.workspace.profiles_dir
    found = next(link_changed(corpus, read, kinds, rulebook, images), None)
    return after if found is None else None


def _validated(workspace: Workspace, name: str) -> Iterator[Validated]:
    """The documents of a file; one without a model where it has mistakes."""
    read = read_file(workspace, workspace.profiles_dir / name, {})
    if read.diagnostics:
        yield Validated(Subject(name), None, None, None)
    for data in read.documents:
        if data is not None:
            yield validate_document(data, Subject(name))


def _harmless(before: Standing, files: Sequence[str], told: Mapping[str, Facts]) -> bool:
    """Whether what is in the changed files can be held against the rest by itself."""
    own = {f["id"]: f for name in files for f in before.files.get(name, ("", []))[1]}
    if not own.keys() <= told.keys():
        return False
    for document_id, facts in told.items():
        if document_id in own:
            if not _keeps(own[document_id], facts):
                return False
        elif document_id in before.facts or facts.get("same_as") or facts.get("not_same_as"):
            return False
    return True


def _seen(standing: Standing, models: Mapping[str, Document]) -> Corpus:
    publishers = {i: m for i, m in models.items() if isinstance(m, Publisher)}
    sources = {i: m for i, m in models.items() if isinstance(m, Source)}
    profiles: dict[str, AnyProfile] = {
        i: m for i, m in models.items() if not isinstance(m, Publisher | Source)
    }
    return Corpus(
        _Found(standing, ["publisher"], publishers),
        _Found(standing, ["source"], sources),
        _Found(standing, ["institution", "event"], profiles),
    )
