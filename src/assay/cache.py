"""A private cache on disk: bytes under the digest of the inputs they were computed from.

It does not interpret its entries. They are in the user's cache folder, never in a workspace, so a
cloned or copied workspace brings none along. Every failure is a cache miss.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assay import __version__

FOLDER_VARIABLE = "ASSAY_CACHE_DIR"

_CHECKSUM_SIZE = 16
_UNFINISHED = ".unfinished-"
_UNFINISHED_SECONDS = 3600.0
_SIZE_LIMIT = 500_000_000
_AGE_LIMIT_SECONDS = 30 * 86_400.0
_FRESH_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Cache:
    """The entries in ``folder`` of one version of the ``code``."""

    folder: Path
    code: str

    def load(self, kind: str, key: str) -> bytes | None:
        """Return the bytes stored under a kind and a key; None if missing or damaged."""
        path = self._path(kind, key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        checksum, body = content[:_CHECKSUM_SIZE], content[_CHECKSUM_SIZE:]
        if checksum != _checksum(body):
            return None
        with suppress(OSError):
            # Pruning depends on the time of the last use; once an hour is precise enough.
            if time.time() - path.stat().st_mtime > _FRESH_SECONDS:
                os.utime(path)
        return body

    def store(self, kind: str, key: str, body: bytes) -> None:
        """Store bytes atomically. A failure to write is ignored."""
        with suppress(OSError):
            handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.folder)
            unfinished = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_checksum(body))
                    file.write(body)
                unfinished.replace(self._path(kind, key))
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            _prune(self.folder)

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{content_digest(self.code, key)}"


def user_cache(libraries: Sequence[str] = ()) -> Cache | None:
    """Return the cache of the current user, or None if there is no private folder for it.

    Its entries are valid for the present source files of assay and the present version of each of
    the distributions ``libraries``.
    """
    folder = _user_folder()
    if folder is None or not _is_private(folder):
        return None
    return Cache(folder, _code_fingerprint(libraries))


def content_digest(*parts: str | bytes) -> str:
    """Return a hexadecimal digest of the parts that also depends on where each one ends."""
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def _user_folder() -> Path | None:
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    shared = os.environ.get("XDG_CACHE_HOME", "")
    if Path(shared).is_absolute():
        return Path(shared) / "assay"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "assay"


def _is_private(folder: Path) -> bool:
    """Return whether the folder exists or can be created, and only its owner can write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError:
        return False
    if sys.platform == "win32":
        return True  # there are no mode bits, and the profile folder is private
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _code_fingerprint(libraries: Sequence[str]) -> str:
    parts: list[str | bytes] = [__version__, sys.version]
    for folder, inner, names in os.walk(Path(__file__).parent):
        inner.sort()  # os.walk follows this order
        sources = sorted(name for name in names if name.endswith(".py"))
        parts += [folder, *sources, *(Path(folder, name).read_bytes() for name in sources)]
    for library in libraries:
        with suppress(PackageNotFoundError):
            parts += [library, version(library)]
    return content_digest(*parts)


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=_CHECKSUM_SIZE).digest()


def _prune(folder: Path) -> None:
    """Delete entries unused for long, and the least recently used beyond the size limit."""
    now = time.time()
    entries = []
    for path in folder.iterdir():
        with suppress(OSError):  # another process may have deleted it
            status = path.lstat()
            age = now - status.st_mtime
            unfinished = path.name.startswith(_UNFINISHED)
            if age > (_UNFINISHED_SECONDS if unfinished else _AGE_LIMIT_SECONDS):
                path.unlink()
            elif not unfinished:
                entries.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= _SIZE_LIMIT:
            return
        with suppress(OSError):
            path.unlink()
        total -= size
