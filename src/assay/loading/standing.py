"""The documents of a workspace without mistakes, kept by file and read one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from assay.errors import UsageError
from assay.loading.discover import documents_in
from assay.loading.facts import Facts, Filed, facts_of, filed, sameness
from assay.loading.findings import Subject
from assay.loading.load import Loaded
from assay.loading.validate import Document, validate_document
from assay.snapshot import FolderStore, content_digest
from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped
from assay.workspace import Workspace

CHANGED_MEANWHILE = "the documents were changed meanwhile; run the command again"

_LENGTH = 8


@dataclass(frozen=True)
class Standing:
    """The documents of a state without mistakes, found by id when somebody asks for one.

    ``same`` names for each source those that are decided to be the same; ``mends`` are the states
    it was mended from, oldest first, each with the ids of the profiles that changed then.
    """

    workspace: Workspace
    state: str
    files: Mapping[str, Filed]
    same: Mapping[str, Sequence[str]]
    mends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    made: dict[str, Document] = field(default_factory=dict, compare=False)
    _read: dict[str, list[Any]] = field(default_factory=dict, compare=False)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of every document, by id."""
        return {
            i: kind
            for f in self.files.values()
            for i, kind in zip(f.ids.split(), f.kinds.split(), strict=True)
        }

    @cached_property
    def _places(self) -> dict[str, str]:
        return {i: file for file, f in self.files.items() for i in f.ids.split()}

    def facts(self, document_id: str) -> Facts:
        """The facts of a document; ``KeyError`` where there is none of that id."""
        several = self.files[self._places[document_id]].facts
        return next(f for f in several if f["id"] == document_id)

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

    def _documents(self, file: str) -> list[Any]:
        if file not in self._read:
            path = self.workspace.profiles_dir / file
            data = path.read_bytes() if path.is_file() else b""
            if content_digest(data) != self.files[file].digest:
                raise UsageError(CHANGED_MEANWHILE)
            read = documents_in(data, self.workspace.relative(path))
            self._read[file] = [document for _, document in read.readable()]
        return self._read[file]

    def changed_since(self, state: str) -> set[str] | None:
        """Ids of the profiles that changed since a state; None where that is not known."""
        if state == self.state:
            return set()
        states = [before for before, _ in self.mends]
        if state not in states:
            return None
        return {i for _, ids in self.mends[states.index(state) :] for i in ids}


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
    files = {file: filed(digest, facts[file]) for file, digest in folder.digests.items()}
    same = sameness(f for told in facts.values() for f in told)
    return Standing(loaded.workspace, state, files, same)


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
        begin = _LENGTH + int.from_bytes(body[:_LENGTH], "little")
        kept = json.loads(body[_LENGTH:begin])
        ends = accumulate(kept["lengths"], initial=begin)
        told = [body[start:end] for start, end in pairwise(ends)]
        several = map(Filed, kept["digests"], kept["ids"], kept["kinds"], told)
        files = dict(zip(kept["files"], several, strict=True))
        mends = tuple((before, tuple(ids)) for before, ids in kept["mends"])
        return Standing(self._workspace, kept["state"], files, kept["same"], mends)

    def write(self, standing: Standing) -> None:
        """Keep a standing in place of the one before."""
        files = standing.files.values()
        told = [f.told for f in files]
        kept = {
            "state": standing.state,
            "mends": standing.mends,
            "same": standing.same,
            "files": list(standing.files),
            "digests": [f.digest for f in files],
            "ids": [f.ids for f in files],
            "kinds": [f.kinds for f in files],
            "lengths": list(map(len, told)),
        }
        head = json.dumps(kept, separators=(",", ":")).encode()
        body = b"".join([len(head).to_bytes(_LENGTH, "little"), head, *told])
        write_sealed(self._path, stamped("standing"), body)
