"""Which code made what is kept: what other code made is not read."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path

import assay
from assay import __version__


@cache
def stamped(kind: str) -> str:
    """``kind`` with the version, and a digest that changes when a module of assay is edited."""
    root = Path(assay.__file__).parent
    digest = blake2b(digest_size=8)
    for path in sorted(root.rglob("*.py")):
        stat = path.stat()
        digest.update(f"{path.relative_to(root)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return f"{kind}, assay {__version__}, code {digest.hexdigest()}"
