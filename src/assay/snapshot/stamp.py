"""Which code made what is kept: what other code made is not read."""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from pathlib import Path

import assay
from assay import __version__


def stamped(kind: str) -> str:
    """``kind`` with the version, and a digest that changes when a module of assay is edited."""
    return f"{kind}, assay {__version__}, code {_code()}"


@cache
def _code() -> str:
    found = []
    root = str(Path(assay.__file__).parent)
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    told = entry.stat()
                    found.append(f"{entry.path[len(root) :]} {told.st_size} {told.st_mtime_ns}\n")
                elif "." not in entry.name and entry.is_dir():
                    waiting.append(entry.path)
    listed = "".join(sorted(found))
    return blake2b(listed.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
