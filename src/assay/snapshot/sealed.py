"""Files that are whole or not there.

A sealed file says what it is, which code wrote it, and the digest of its content. Whatever is
not exactly that (cut short, altered, written by another version, something else altogether) is
read as nothing, and whoever asked makes it anew.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

_MARK = b"assay sealed file 1\n"
_DIGEST_SIZE = 32
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
                file.write(_head(kind, body))
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
    try:
        data = path.read_bytes()
    except OSError:
        return None
    begin = data.find(b"\n", len(_MARK)) + 1 + _DIGEST_SIZE
    body = data[begin:]
    return body if data[:begin] == _head(kind, body) else None


def _head(kind: str, body: bytes) -> bytes:
    name = kind.encode()
    digest = blake2b(body, digest_size=_DIGEST_SIZE, key=name[:64]).digest()
    return _MARK + name + b"\n" + digest


def _sweep(folder: Path) -> None:
    """Remove what a process left that was killed while it wrote."""
    now = time.time()
    for left in folder.glob(f"{_STAGED}*"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _ABANDONED_SECONDS:
                left.unlink()
