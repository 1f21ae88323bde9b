"""Parsed documents by the content of their files, so that only changed files are parsed again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from assay import __version__
from assay.snapshot.sealed import read_sealed, write_sealed

_KIND = f"documents 1, assay {__version__}"
_DIGEST_SIZE = 16


class DocumentStore:
    """The documents of files without mistakes, under the digest of the file.

    Only what was asked for or added since the store was opened is kept when it is closed, so it
    grows no larger than the workspace.
    """

    def __init__(self, folder: Path, name: str = "documents") -> None:
        self._path = folder / name
        self._used: dict[bytes, bytes] = {}
        self._changed = False

    @cached_property
    def _kept(self) -> Mapping[bytes, bytes]:
        body = read_sealed(self._path, _KIND)
        return dict(_records(body)) if body is not None else {}

    def documents(self, data: bytes) -> tuple[Any, ...] | None:
        """What a file with these bytes holds; None where it was never read without mistakes."""
        digest = _digest(data)
        found = self._used.get(digest) or self._kept.get(digest)
        if found is None:
            return None
        self._used[digest] = found
        return tuple(json.loads(found))

    def add(self, data: bytes, documents: tuple[Any, ...]) -> None:
        """Keep what a file holds."""
        text = json.dumps(documents, separators=(",", ":"))
        self._used[_digest(data)] = text.encode()
        self._changed = True

    def close(self) -> None:
        """Write what is to be kept, if that is not what is there."""
        if self._changed or len(self._used) != len(self._kept):
            parts = []
            for digest in sorted(self._used):
                text = self._used[digest]
                parts += [digest, len(text).to_bytes(8, "little"), text]
            if write_sealed(self._path, _KIND, b"".join(parts)):
                self._changed = False


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_SIZE).digest()


def _records(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(body):
        text = at + _DIGEST_SIZE + 8
        size = int.from_bytes(body[at + _DIGEST_SIZE : text], "little")
        yield body[at : at + _DIGEST_SIZE], body[text : text + size]
        at = text + size
