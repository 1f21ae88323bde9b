"""Whether a folder still holds what it held, told without reading the files nobody touched."""

from __future__ import annotations

import json
import marshal
import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from assay.snapshot.sealed import read_sealed, write_sealed
from assay.snapshot.stamp import stamped

_DIGEST_SIZE = 16
_SETTLED_NS = 2_000_000_000

Signature = str
"""Size, times and number on the disk of a file, parted by spaces."""


@dataclass
class _Known:
    """The signature of each file that was read, empty where it may change unseen; its digest.

    Both have the files in the same order.
    """

    signatures: dict[str, Signature]
    digests: dict[str, str]


@dataclass(frozen=True)
class Scan:
    """Every file below a folder that is not hidden, as it was at a moment.

    ``numbers`` are four for each name: size, times and number on the disk. ``names`` is None where
    something there is no plain file, or cannot be looked at.
    """

    began: int
    names: list[str] | None
    numbers: list[int]

    @cached_property
    def files(self) -> dict[str, Signature]:
        """The signature of each file; there are none where ``names`` is None."""
        four = zip(*(self.numbers[i::4] for i in range(4)), strict=True)
        told = [f"{size} {written} {changed} {number}" for size, written, changed, number in four]
        return dict(zip(self.names or (), told, strict=True))

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The bytes of each file."""
        return dict(zip(self.names or (), self.numbers[::4], strict=True))

    @cached_property
    def digest(self) -> str:
        """Stands for names and numbers in the order in which the disk gave them."""
        # The second form of marshal says the same of the same numbers.
        told = [_bytes("\0".join(self.names or ())), marshal.dumps(self.numbers, 2)]
        return content_digest(b"\0\0".join(told))


class FolderStore:
    """The contents of a folder by file, and which of them were found to be without mistakes.

    A file is known by its size, its times and its number on the disk, as git does it; one that
    was changed in the last two seconds is read again, because the clock of the disk may not tell
    two changes apart. Where no file was touched at all, only the digest of the scan is compared.
    """

    def __init__(self, store: Path, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._seen: Scan | None = None
        self._scanned = self._state = ""
        self._sound: list[str] = []
        self._changed = False
        body = read_sealed(store / "state", stamped("state"))
        if body is not None:
            kept = json.loads(body)
            self._scanned, self._state, self._sound = kept["scan"], kept["state"], kept["sound"]

    @cached_property
    def _known(self) -> _Known:
        body = read_sealed(self._store / "files", stamped("files"))
        if not body:
            return _Known({}, {})
        told = body.decode("utf-8", "surrogateescape").split("\0")
        count = len(told) // 3
        names = told[:count]
        return _Known(
            dict(zip(names, told[count : 2 * count], strict=True)),
            dict(zip(names, told[2 * count :], strict=True)),
        )

    def state(self, seen: Scan | None = None) -> str | None:
        """A digest of names and contents; None where there are links or odd files.

        ``seen`` is a scan of the folder that was made a moment ago.
        """
        self._seen = seen = seen or scan(self._folder)
        if seen.names is None:
            return None
        if self._scanned == seen.digest:
            return self._state
        known, files = self._known, seen.files
        touched = [n for n, s in files.items() if known.signatures.get(n) != s]
        if touched or len(known.digests) != len(files):
            read = self._read(touched)
            if read is None:
                return None
            fresh = {n: "" for n in touched if not _settled(files[n], seen.began)}
            known = _Known({**files, **fresh}, {n: read.get(n) or known.digests[n] for n in files})
            self._keep(known)
        settled = "" not in known.signatures.values()
        listed = [f"{name}\0{known.digests[name]}" for name in sorted(files)]
        state = content_digest(_bytes("\0".join(listed)))
        # A scan stands for a state only where every file of it was left alone for a while.
        scanned = seen.digest if settled else ""
        if (scanned, state) != (self._scanned, self._state):
            self._scanned, self._state = scanned, state
            self._changed = True
        return state

    def _read(self, names: Iterable[str]) -> dict[str, str] | None:
        """The digests of files; None where one cannot be read."""
        try:
            return {name: content_digest((self._folder / name).read_bytes()) for name in names}
        except OSError:
            return None

    def _keep(self, known: _Known) -> None:
        if known != self._known:
            self._known = known
            listed = [*known.signatures, *known.signatures.values(), *known.digests.values()]
            write_sealed(self._store / "files", stamped("files"), _bytes("\0".join(listed)))

    def is_sound(self, state: str, checked_for: Sequence[str]) -> bool:
        """Whether this state was found to be without mistakes, checked for the same words."""
        return self._sound == [state, *checked_for]

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each file of the state taken last, in hexadecimal digits."""
        return self._known.digests

    def is_untouched(self) -> bool:
        """Whether no file was touched since the state was taken."""
        return self._seen is not None and scan(self._folder).digest == self._seen.digest

    def note_sound(self, state: str, checked_for: Sequence[str]) -> None:
        """Remember a state without mistakes."""
        if self._sound != [state, *checked_for]:
            self._sound = [state, *checked_for]
            self._changed = True

    def close(self) -> None:
        """Write what is known of the folder as a whole, if that is not what is there."""
        if self._changed:
            told = {"scan": self._scanned, "state": self._state, "sound": self._sound}
            write_sealed(self._store / "state", stamped("state"), json.dumps(told).encode())
            self._changed = False


def scan(folder: Path) -> Scan:
    """What is below a folder now."""
    began = time.time_ns()
    names: list[str] = []
    numbers: list[int] = []
    waiting = [(str(folder), "")]
    try:
        while waiting:
            path, prefix = waiting.pop()
            with _entries(path) as entries:
                for entry in entries:
                    name = entry.name
                    if name[0] == ".":
                        continue
                    told = entry.stat(follow_symlinks=False)
                    form = stat.S_IFMT(told.st_mode)
                    if form == stat.S_IFREG:
                        names.append(prefix + name)
                        numbers += (told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino)
                    elif form == stat.S_IFDIR:
                        waiting.append((f"{path}/{name}", f"{prefix}{name}/"))
                    else:
                        return Scan(began, None, [])
    except OSError:
        return Scan(began, None, [])
    return Scan(began, names, numbers)


@contextmanager
def _entries(path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """What is in a folder; where the system can, entries are looked up from the folder itself."""
    if os.scandir not in os.supports_fd:
        with os.scandir(path) as entries:
            yield entries
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        with os.scandir(folder) as entries:
            yield entries
    finally:
        os.close(folder)


def _settled(signature: Signature, began: int) -> bool:
    """Whether a file was left alone for so long that every further change will be seen."""
    return max(map(int, signature.split(" ")[1:3])) < began - _SETTLED_NS


def content_digest(data: bytes) -> str:
    """A digest of what a file holds, in hexadecimal digits."""
    return blake2b(data, digest_size=_DIGEST_SIZE).hexdigest()


def _bytes(text: str) -> bytes:
    """Text as bytes; names of files may hold bytes that are no text."""
    return text.encode("utf-8", "surrogateescape")
