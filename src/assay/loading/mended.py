"""A few edits held against what the other documents are known to say.

A profile, source or publisher can be checked alone as long as it keeps what others rely on: its
id and kind, the claims it has, what a source draws on. Then nothing can be wrong anywhere else,
and no other document is read. Every other edit, and every mistake, goes the long way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from assay.diagnostics import Subject
from assay.documents.yaml_reader import SIZE_LIMIT, read_yaml
from assay.loading.discover import SUFFIXES
from assay.loading.facts import Facts, facts_of, keeps
from assay.loading.link import link_changed
from assay.loading.standing import Standing, telling
from assay.loading.validate import Document, Validated, validate_document
from assay.model.corpus import Corpus
from assay.model.evidence import Publisher, Source
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.snapshot import content_digest

_T = TypeVar("_T", bound=Document)

_MOST_CHANGED = 500
_MOST_MENDS = 50


def mended(
    before: Standing, state: str, digests: Mapping[str, str], rulebook: Rulebook
) -> Standing | None:
    """The standing after a few edits; None where all documents have to be looked at."""
    known = before.told.digests
    files = [n for n, digest in digests.items() if known.get(n) != digest]
    if (
        known.keys() - digests.keys()
        or len(files) > _MOST_CHANGED
        or not all(f.endswith(SUFFIXES) for f in files)
    ):
        return None
    read = [v for name in files for v in _validated(before, name, digests[name])]
    models = {v.model.id: v.model for v in read if v.model is not None}
    if len(models) < len(read):
        return None
    facts = {i: facts_of(m) for i, m in models.items()}
    if not _harmless(before, files, facts):
        return None
    by_file = {
        name: [facts[v.id] for v in read if v.id and v.subject.file == name] for name in files
    }
    profiles = [i for i, m in models.items() if not isinstance(m, Publisher | Source)]
    now = telling({name: digests[name] for name in files}, by_file)
    after = replace(
        before,
        state=state,
        told=before.told | now,
        since=before.since | now,
        mends=(*before.mends[-_MOST_MENDS:], (before.state, tuple(profiles))),
        made=dict(models),
    )
    corpus = _seen(after, models)
    images = before.workspace.profiles_dir
    found = next(link_changed(corpus, read, after.told.kinds, rulebook, images), None)
    return after if found is None else None


def _validated(before: Standing, name: str, digest: str) -> Iterator[Validated]:
    """The documents of a file of that content; one without a model where it has mistakes.

    The same where the file has other content by now, or is too large to be read.
    """
    data = (before.workspace.profiles_dir / name).read_bytes()
    read = read_yaml(data, name) if len(data) <= SIZE_LIMIT else None
    if read is None or read.diagnostics or content_digest(data) != digest:
        yield Validated(Subject(name), None, None, None)
    else:
        yield from (validate_document(d, Subject(name)) for d in read.documents if d is not None)


def _harmless(before: Standing, files: Sequence[str], facts: Mapping[str, Facts]) -> bool:
    """Whether what is in the changed files can be held against the rest by itself."""
    known = before.told
    own = {f["id"]: f for n in files if n in known.facts for f in before.facts_in(n)}
    if not own.keys() <= facts.keys():
        return False
    for document_id, now in facts.items():
        if document_id in own:
            if not keeps(own[document_id], now):
                return False
        elif document_id in known.kinds or now.get("same_as") or now.get("not_same_as"):
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


class _Found(Mapping[str, _T]):
    """Runs over the documents that changed, and finds all others of its kinds, too."""

    def __init__(self, standing: Standing, kinds: Sequence[str], changed: Mapping[str, _T]) -> None:
        self._standing, self._kinds, self._changed = standing, kinds, changed

    def __getitem__(self, key: str) -> _T:
        if key in self._changed:
            return self._changed[key]
        if self._standing.told.kinds[key] not in self._kinds:
            raise KeyError(key)
        # Its kind, which was compared above, says what it is.
        return cast("_T", self._standing.find(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self._changed)

    def __len__(self) -> int:
        return len(self._changed)
