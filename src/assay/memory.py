"""How much memory there is, and whether work fits into it, said before it is started."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from assay.errors import UsageError

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_UNBOUNDED = 1 << 60


def parse_size(text: str) -> int:
    """Bytes of a size such as ``8GB``, ``500 MB`` or ``2.5g``; raises ``ValueError``."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)b?\s*", text, re.IGNORECASE)
    if found is None:
        raise ValueError(f"{text!r} is not a size such as 8GB or 500MB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def available_bytes(root: Path = Path("/")) -> int | None:
    """Memory that may still be taken: the least of what the machine and its limits leave.

    Limits are those of control groups (containers, services) and of the process. None where
    nothing tells.
    """
    found = [*_of_machine(root), *_of_groups(root), *_of_process()]
    return min((n for n in found if n < _UNBOUNDED), default=None)


def require_room(needed: int, available: int | None, what: str, way_out: str) -> None:
    """Raise ``UsageError`` where ``what`` needs more than is there, and say what can be done."""
    if available is not None and needed > available:
        raise no_room(needed, available, what, way_out)


def no_room(needed: int, available: int, what: str, way_out: str) -> UsageError:
    """The refusal of ``what`` needs more than is there."""
    return UsageError(
        f"{what} need about {_shown(needed)} of memory, and {_shown(available)} can be had; "
        f"{way_out}. Nothing was started; '--memory SIZE' sets another limit"
    )


def _shown(size: int) -> str:
    return f"{size / 10**9:.1f} GB" if size >= 10**9 else f"{size / 10**6:.0f} MB"


def _of_machine(root: Path) -> Iterator[int]:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
            return
    names = getattr(os, "sysconf_names", {})
    if root == Path("/") and "SC_PHYS_PAGES" in names:
        # Where free memory is not told, such as on macOS, all of it is the limit.
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_groups(root: Path) -> Iterator[int]:
    """What each control group around the process leaves; caches are given back when asked for."""
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _up(root / "sys/fs/cgroup", path, "memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            limit, usage = "memory.limit_in_bytes", "memory.usage_in_bytes"
            yield from _up(root / "sys/fs/cgroup/memory", path, limit, usage)


def _up(mount: Path, path: str, limit: str, usage: str) -> Iterator[int]:
    """A group and those around it; in a container the mount itself is the group."""
    group = mount / path.strip("/")
    for folder in (group, *group.parents):
        most, taken = _text(folder / limit).strip(), _text(folder / usage).strip()
        if most.isdigit() and taken.isdigit():
            stat = dict(line.split() for line in _text(folder / "memory.stat").splitlines())
            cached = int(stat.get("total_inactive_file", stat.get("inactive_file", "0")))
            yield max(int(most) - int(taken) + cached, 0)
        if folder == mount:
            return


def _of_process() -> Iterator[int]:
    try:
        import resource
    except ImportError:  # not a system with such limits
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        yield soft


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
