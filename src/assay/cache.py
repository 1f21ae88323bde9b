"""A private cache on disk: bytes under the digest of what they were made from.

It knows nothing of what it stores. Entries live in the user's own cache folder, never in a
workspace, so a workspace that was cloned or copied brings none along. Every failure reads as "not
there": whoever asks makes the bytes again.
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
    """Entries in ``folder``, made and understood by one version of the ``code``."""

    folder: Path
    code: str

    def load(self, kind: str, key: str) -> bytes | None:
        """The bytes stored under a kind and a key; None unless they are complete."""
        path = self._path(kind, key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        checksum, body = content[:_CHECKSUM_SIZE], content[_CHECKSUM_SIZE:]
        if checksum != _checksum(body):
            return None
        with suppress(OSError):
            # Pruning goes by the time of the last use; once an hour is precise enough.
            if time.time() - path.stat().st_mtime > _FRESH_SECONDS:
                os.utime(path)
        return body

    def store(self, kind: str, key: str, body: bytes) -> None:
        """Store bytes; readers find the previous entry or this one, never a part of it.

        A disk that refuses is no error.
        """
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
    """The cache of the user who runs the process; None if there is no private folder for it.

    Entries are valid for one state of assay's source files and one version of each of the
    distributions ``libraries``.
    """
    folder = _user_folder()
    if folder is None or not _is_private(folder):
        return None
    return Cache(folder, _code_fingerprint(libraries))


def content_digest(*parts: str | bytes) -> str:
    """A digest of texts and bytes, in hexadecimal digits; where each part ends counts, too."""
    found = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "little"))
        found.update(data)
    return found.hexdigest()


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
    """Whether the folder is there, or can be made, and nobody else can write to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError:
        return False
    if sys.platform == "win32":
        return True  # permissions there are no mode bits; the profile folder is private
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _code_fingerprint(libraries: Sequence[str]) -> str:
    found: list[str | bytes] = [__version__, sys.version]
    for folder, inner, names in os.walk(Path(__file__).parent):
        inner.sort()  # also the order in which they are walked
        sources = sorted(name for name in names if name.endswith(".py"))
        found += [folder, *sources, *(Path(folder, name).read_bytes() for name in sources)]
    for library in libraries:
        with suppress(PackageNotFoundError):
            found += [library, version(library)]
    return content_digest(*found)


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=_CHECKSUM_SIZE).digest()


def _prune(folder: Path) -> None:
    """Delete what has not been used for long, and the least recently used beyond the size limit."""
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
