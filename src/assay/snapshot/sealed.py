"""Files that are whole or not there.

A sealed file says what it is, which code wrote it, and the checksum of its content. Whatever is
not exactly that (cut short, altered, written by another version, something else altogether) is
read as nothing, and whoever asked makes it anew.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from functools import cache
from io import FileIO
from pathlib import Path
from zlib import crc32

_MARK = b"assay sealed file 2\n"
_NUMBER = 8
_STAGED = ".staged-"
_ABANDONED_SECONDS = 3600.0


def write_sealed(path: Path, kind: str, body: bytes) -> bool:
    """Write ``body`` so that readers find either the old file or the new one.

    ``kind`` says what the file holds and which code understands it. False where the disk
    refuses: a cache that cannot be kept is no mistake of anybody's.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        handle, name = tempfile.mkstemp(prefix=_STAGED, dir=path.parent)
        staged = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_begin(kind) + _sum(body))
                file.write(body)
            staged.replace(path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
    except OSError:
        return False
    return True


def read_sealed(path: Path, kind: str) -> bytes | None:
    """The body of a sealed file; None where there is none of this kind that is whole."""
    begin = _begin(kind)
    try:
        with FileIO(path) as file:  # without a buffer, whose content would be copied once more
            if file.read(len(begin)) != begin:
                return None
            told, body = file.read(2 * _NUMBER), file.readall()
    except OSError:
        return None
    return body if told == _sum(body) else None


def _begin(kind: str) -> bytes:
    return _MARK + kind.encode() + b"\n"


def _sum(body: bytes) -> bytes:
    """Length and checksum: who wants to pass off other content could seal it, too."""
    return b"".join([n.to_bytes(_NUMBER, "little") for n in (len(body), crc32(body))])


@cache
def _sweep(folder: Path) -> None:
    """Remove what a process left that was killed while it wrote; once is enough."""
    now = time.time()
    for left in folder.glob(f"{_STAGED}*"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _ABANDONED_SECONDS:
                left.unlink()
