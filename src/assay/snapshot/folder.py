"""Whether a folder still holds what it held, told without reading the files nobody touched."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped

_DIGEST_SIZE = 16
_SETTLED_NS = 2_000_000_000

Signature = tuple[int, ...]
_Known = dict[str, tuple[Signature, str]]


class FolderStore:
    """The contents of a folder by file, and which of them were found to be without mistakes.

    A file is known by its size, its times and its number on the disk, as git does it; one that
    was changed in the last two seconds is read again, because the clock of the disk may not tell
    two changes apart.
    """

    def __init__(self, store: Path, folder: Path) -> None:
        self._path = store / "files"
        self._folder = folder
        self._known: _Known = {}
        self._sound: list[str] = []
        self._seen: dict[str, Signature] | None = None
        body = read_sealed(self._path, stamped("files"))
        if body is not None:
            kept = json.loads(body)
            self._known = {name: (tuple(s), d) for name, (s, d) in kept["known"].items()}
            self._sound = kept["sound"]

    def state(self) -> str | None:
        """A digest of names and contents; None where there are links or odd files."""
        began = time.time_ns()
        self._seen = _scan(self._folder)
        if self._seen is None:
            return None
        known: _Known = {}
        for name, signature in self._seen.items():
            before = self._known.get(name)
            if before is not None and before[0] == signature:
                known[name] = before
                continue
            try:
                data = (self._folder / name).read_bytes()
            except OSError:
                return None
            settled = max(signature[1:3]) < began - _SETTLED_NS
            digest = blake2b(data, digest_size=_DIGEST_SIZE).hexdigest()
            known[name] = (signature if settled else (), digest)
        changed = known != self._known
        self._known = known
        if changed:
            self._write()
        whole = blake2b(digest_size=_DIGEST_SIZE)
        for name in sorted(known):
            whole.update(f"{name}\0{known[name][1]}\n".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()

    def is_sound(self, state: str, checked_for: Sequence[str]) -> bool:
        """Whether this state was found to be without mistakes, checked for the same words."""
        return self._sound == [state, *checked_for]

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each file of the state taken last, in hexadecimal digits."""
        return {name: digest for name, (_, digest) in self._known.items()}

    def note_sound(self, state: str, checked_for: Sequence[str]) -> bool:
        """Remember a state without mistakes; False if files were touched since it was taken."""
        if _scan(self._folder) != self._seen:
            return False
        if self._sound != [state, *checked_for]:
            self._sound = [state, *checked_for]
            self._write()
        return True

    def _write(self) -> None:
        body = json.dumps({"known": self._known, "sound": self._sound}, separators=(",", ":"))
        write_sealed(self._path, stamped("files"), body.encode())


def _scan(folder: Path) -> dict[str, Signature] | None:
    """Every file below a folder that is not hidden; None where something is no plain file."""
    found: dict[str, Signature] = {}
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    told = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(told.st_mode):
                        waiting.append((entry.path, f"{prefix}{entry.name}/"))
                    elif stat.S_ISREG(told.st_mode):
                        found[prefix + entry.name] = (
                            told.st_size,
                            told.st_mtime_ns,
                            told.st_ctime_ns,
                            told.st_ino,
                        )
                    else:
                        return None
        except OSError:
            return None
    return found
