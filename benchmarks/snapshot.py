"""What the snapshot of a workspace of documents saves: loaded, and mended after edits."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator

from assay.tables.kept import Built
from assay.workspace import Workspace
from benchmarks.figures import Figure, in_turns, seconds


def snapshot_figures(size: int, space: Workspace, read: Callable[[], Built]) -> Iterator[Figure]:
    """``read`` gives the tables, made as far as they are not in the snapshot."""

    def anew() -> Built:
        shutil.rmtree(space.cache_dir, ignore_errors=True)
        return read()

    changed = sorted(space.profiles_dir.glob("profile-*.yaml"))[:: max(size // 10, 1000)]
    edits: dict[str, Callable[[str, int], str]] = {
        "in a comment": lambda text, number: f"{text}# edited {number}\n",
        "in what they cite": lambda text, number: re.sub(
            r"credibility: \d", f"credibility: {number % 5 + 1}", text, count=1
        ),
    }
    mends: dict[str, list[float]] = {where: [] for where in edits}
    made: list[float] = []
    for number in range(4):
        made.append(seconds(anew))
        for where, edit in edits.items():
            for path in changed:
                path.write_text(edit(path.read_text(), number))
            mends[where].append(seconds(read))
    theirs = statistics.median(made[1:])
    for where, times in mends.items():
        name = f"mended after 0.1 % changed {where}, against from nothing, {size:,} files"
        yield Figure(name, statistics.median(times[1:]), theirs, 0.03, ours_all=times)

    def unpacked() -> int:
        return sum(frame.height for frame in read().frames.values())

    time.sleep(3)  # files that were touched in the last two seconds are read again
    read()
    loaded, whole = in_turns(5, read, unpacked)
    name = f"snapshot loaded, against YAML, validation and tables, {size:,} files"
    yield Figure(name, statistics.median(loaded), theirs, 300.0, at_least=True)
    name = f"the same with every table unpacked, {size:,} files"
    yield Figure(name, statistics.median(whole), theirs, None, at_least=True)
