"""Which code made what is kept: what other code made is not read."""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from importlib.machinery import all_suffixes
from importlib.util import find_spec

from assay import __version__


def stamped(kind: str, *libraries: str) -> str:
    """``kind`` with the version, and a digest that changes when a module of assay is edited.

    The same holds for modules of the packages ``libraries`` on whose behaviour the content hangs.
    """
    code = " ".join(map(_code, ("assay", *libraries)))
    return f"{kind}, assay {__version__}, code {code}"


@cache
def _code(package: str) -> str:
    spec = find_spec(package)
    roots = [] if spec is None else list(spec.submodule_search_locations or ())
    endings = tuple(all_suffixes())
    found = []
    for root in roots:
        waiting = [root]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.endswith(endings):
                        told = entry.stat()
                        path = entry.path[len(root) :]
                        found.append(f"{path} {told.st_size} {told.st_mtime_ns}\n")
                    elif "." not in entry.name and entry.is_dir():
                        waiting.append(entry.path)
    listed = "".join(sorted(found))
    return blake2b(listed.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
