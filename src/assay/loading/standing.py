"""The documents of a workspace without mistakes, kept by file and read one by one."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, repeat
from typing import Any

from assay.diagnostics import Subject
from assay.errors import UsageError
from assay.loading.discover import documents_in
from assay.loading.facts import Facts, facts_of, sameness
from assay.loading.load import Loaded
from assay.loading.validate import Document, validate_document
from assay.snapshot import FolderStore, content_digest
from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped
from assay.workspace import Workspace

CHANGED_MEANWHILE = "the documents were changed meanwhile; run the command again"

_MOST_SINCE = 500
_LENGTH = 8


Piece = tuple[bytes, int, int]
"""A part of some bytes: where it begins, and where it ends."""


@dataclass(frozen=True)
class Told:
    """What the documents of some files say to others.

    ``digests`` stand for the content of each file, ``facts`` are those of its documents, as JSON
    that is read for the few files of which somebody asks. ``kinds`` and ``places`` are the kind of
    every document and its file, by id.
    """

    digests: Mapping[str, str]
    facts: MutableMapping[str, Piece]
    kinds: MutableMapping[str, str]
    places: MutableMapping[str, str]

    def __or__(self, other: Told) -> Told:
        """The same with ``other`` in the place of the files that it has, too."""
        return Told(
            {**self.digests, **other.digests},
            ChainMap(other.facts, self.facts),  # of which few are looked up
            ChainMap(other.kinds, self.kinds),
            ChainMap(other.places, self.places),
        )


NOTHING = Told({}, {}, {}, {})


def telling(digests: Mapping[str, str], facts: Mapping[str, Sequence[Facts]]) -> Told:
    """What files of that content tell, whose documents have these facts."""
    return Told(
        digests,
        {name: _whole(json.dumps(facts[name], separators=(",", ":"))) for name in digests},
        {f["id"]: f["kind"] for name in digests for f in facts[name]},
        {f["id"]: name for name in digests for f in facts[name]},
    )


def _whole(text: str) -> Piece:
    data = text.encode()
    return data, 0, len(data)


def _cut(piece: Piece) -> bytes:
    data, begin, end = piece
    return data[begin:end]


@dataclass(frozen=True)
class Standing:
    """The documents of a state without mistakes, found by id when somebody asks for one.

    ``same`` names for each source those that are decided to be the same; ``mends`` are the states
    it was mended from, oldest first, each with the ids of the profiles that changed then.
    ``whole`` is the state that was kept as a whole, ``since`` what changed files tell since then.
    """

    workspace: Workspace
    state: str
    told: Told
    same: Mapping[str, Sequence[str]]
    mends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    whole: str = ""
    since: Told = NOTHING
    made: dict[str, Document] = field(default_factory=dict, compare=False)
    _read: dict[str, list[Any]] = field(default_factory=dict, compare=False)

    def facts(self, document_id: str) -> Facts:
        """The facts of a document; ``KeyError`` where there is none of that id."""
        several = self.facts_in(self.told.places[document_id])
        return next(f for f in several if f["id"] == document_id)

    def facts_in(self, file: str) -> list[Facts]:
        """The facts of all documents in a file."""
        found: list[Facts] = json.loads(_cut(self.told.facts[file]))
        return found

    def find(self, document_id: str) -> Document:
        """The document of that id; ``KeyError`` where there is none."""
        if document_id not in self.made:
            file = self.told.places[document_id]
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
            if content_digest(data) != self.told.digests[file]:
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
    same = sameness(f for several in facts.values() for f in several)
    return Standing(loaded.workspace, state, telling(folder.digests, facts), same, whole=state)


class StandingStore:
    """The standing of a workspace, kept between runs.

    One file has it as it was when everything was read, a second one, which is small and belongs to
    the first, what changed since.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._whole = workspace.cache_dir / "standing"
        self._since = workspace.cache_dir / "standing-since"

    def read(self) -> Standing | None:
        """What was kept last."""
        body = read_sealed(self._whole, stamped("standing"))
        if body is None:
            return None
        whole = _unpacked(body, self._workspace)
        body = read_sealed(self._since, self._kind(whole.state))
        if body is None:
            return whole
        kept = json.loads(body)
        facts = {name: _whole(text) for name, text in kept["facts"].items()}
        since = Told(kept["digests"], facts, kept["kinds"], kept["places"])
        told, mends = whole.told | since, _mends(kept)
        return replace(whole, state=kept["state"], told=told, since=since, mends=mends)

    def write(self, standing: Standing) -> None:
        """Keep a standing in place of the one before: only what changed, while that is little."""
        since = standing.since
        if not 0 < len(since.digests) <= _MOST_SINCE:
            with suppress(OSError):  # it may go on from an earlier time at which all was as now
                self._since.unlink(missing_ok=True)
            write_sealed(self._whole, stamped("standing"), _packed(standing))
            return
        kept = {
            "state": standing.state,
            "mends": standing.mends,
            "digests": since.digests,
            "facts": {name: _cut(piece).decode() for name, piece in since.facts.items()},
            "kinds": dict(since.kinds),
            "places": dict(since.places),
        }
        write_sealed(self._since, self._kind(standing.whole), json.dumps(kept).encode())

    @staticmethod
    def _kind(whole: str) -> str:
        return stamped(f"standing since {whole}")


def _mends(kept: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((before, tuple(changed)) for before, changed in kept["mends"])


def _packed(standing: Standing) -> bytes:
    told = standing.told
    files, facts = list(told.facts), list(map(_cut, told.facts.values()))
    ids: dict[str, list[str]] = {file: [] for file in files}
    for document_id, file in told.places.items():
        ids[file].append(document_id)
    every = list(chain.from_iterable(ids.values()))
    listed = [*files, *(told.digests[f] for f in files), *every, *(told.kinds[i] for i in every)]
    head = {
        "state": standing.state,
        "mends": standing.mends,
        "same": standing.same,
        "lengths": list(map(len, facts)),
        "counts": list(map(len, ids.values())),
    }
    parts = [json.dumps(head).encode(), "\0".join(listed).encode("utf-8", "surrogateescape")]
    lengths = b"".join([len(part).to_bytes(_LENGTH, "little") for part in parts])
    return b"".join([lengths, *parts, *facts])


def _unpacked(body: bytes, workspace: Workspace) -> Standing:
    begin = 2 * _LENGTH
    middle = begin + int.from_bytes(body[:_LENGTH], "little")
    end = middle + int.from_bytes(body[_LENGTH:begin], "little")
    head = json.loads(body[begin:middle])
    text = body[middle:end].decode("utf-8", "surrogateescape")
    listed = text.split("\0") if text else []
    count = len(head["counts"])
    files, digests, documents = listed[:count], listed[count : 2 * count], listed[2 * count :]
    ids, kinds = documents[: len(documents) // 2], documents[len(documents) // 2 :]
    places = chain.from_iterable(map(repeat, files, head["counts"]))
    bounds = list(accumulate(head["lengths"], initial=end))
    pieces = zip(repeat(body, count), bounds[:-1], bounds[1:], strict=True)
    told = Told(
        dict(zip(files, digests, strict=True)),
        dict(zip(files, pieces, strict=True)),
        dict(zip(ids, kinds, strict=True)),
        dict(zip(ids, places, strict=True)),
    )
    return Standing(workspace, head["state"], told, head["same"], _mends(head), head["state"])
