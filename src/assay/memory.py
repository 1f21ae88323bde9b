"""Memory limits: how much is available, and errors for work that would need more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from assay.errors import UsageError

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
# Version 1 of control groups writes "no limit" as a number near 2⁶³.
_UNLIMITED = 1 << 60


def parse_size(text: str) -> int:
    """Convert a size such as ``8GB``, ``500 MB`` or ``2.5g`` to bytes.

    Raises ``ValueError`` for anything else.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)b?\s*", text, re.IGNORECASE)
    if found is None:
        raise ValueError(f"invalid size {text!r}; use a size such as 8GB or 500MB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def available_bytes(root: Path = Path("/")) -> int | None:
    """Available memory in bytes, or None if unknown.

    The least of free memory, the limits of control groups (containers, services) and the limit of
    the process.
    """
    found = [*_of_machine(root), *_of_groups(root), *_of_process()]
    return min((n for n in found if n < _UNLIMITED), default=None)


def require_available(needed: int, available: int | None, what: str, hint: str) -> None:
    """Raise ``UsageError`` if ``what`` needs more bytes than are available."""
    if available is not None and needed > available:
        raise insufficient_memory(needed, available, what, hint)


def insufficient_memory(needed: int, available: int, what: str, hint: str) -> UsageError:
    """Error for ``what``, a plural noun, that needs more bytes than are available."""
    return UsageError(
        f"{what} need about {_shown(needed)} of memory, but only {_shown(available)} are "
        f"available; {hint}, or set another limit with '--memory SIZE'"
    )


def _shown(size: int) -> str:
    return f"{size / 10**9:.1f} GB" if size >= 10**9 else f"{size / 10**6:.0f} MB"


def _of_machine(root: Path) -> Iterator[int]:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
            return
    if root == Path("/") and "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        # Systems such as macOS do not report free memory, so the limit is all of it.
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_groups(root: Path) -> Iterator[int]:
    """Memory left in each control group around the process."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _up(root / "sys/fs/cgroup", path, "memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            limit, usage = "memory.limit_in_bytes", "memory.usage_in_bytes"
            yield from _up(root / "sys/fs/cgroup/memory", path, limit, usage)


def _up(mount: Path, path: str, limit: str, usage: str) -> Iterator[int]:
    """Memory left in a group and its ancestors; in a container the mount itself is the group."""
    group = mount / path.strip("/")
    for folder in (group, *group.parents):
        most, used = _text(folder / limit).strip(), _text(folder / usage).strip()
        if most.isdigit() and used.isdigit():
            stat = dict(line.split() for line in _text(folder / "memory.stat").splitlines())
            # The kernel frees inactive file caches on demand.
            cached = int(stat.get("total_inactive_file", stat.get("inactive_file", "0")))
            yield max(int(most) - int(used) + cached, 0)
        if folder == mount:
            return


def _of_process() -> Iterator[int]:
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield soft


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
