"""``--watch``: running a command again after every change to the files of the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from watchfiles import Change, DefaultFilter, watch

from assay.workspace.paths import resolved

_GENERATED = (".assay", "site")
_SUFFIXES = (".yaml", ".yml", ".jsonl", ".parquet", ".lock")
_POLL_MS = 100
_WAITING = "waiting for changes; stop with Ctrl-C"


class _WorkspaceFiles(DefaultFilter):
    """Input files of a workspace, without those that assay generates."""

    def __init__(self) -> None:
        super().__init__(ignore_dirs=(*DefaultFilter.ignore_dirs, *_GENERATED))

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(_SUFFIXES) and super().__call__(change, path)


def rounds(root: Path, more: Iterable[Path] = ()) -> Iterator[None]:
    """Yield once, then after every change below ``root`` or to the files ``more``, until Ctrl-C.

    A change during a round starts another one.
    """
    folders = {root, *(resolved(path).parent for path in more)}
    changes = watch(
        *folders,
        watch_filter=_WorkspaceFiles(),
        debounce=_POLL_MS,
        rust_timeout=_POLL_MS,
        yield_on_timeout=True,
    )
    next(changes)  # start watching before the first round, so that no change is missed
    yield
    click.echo(_WAITING, err=True)
    for found in changes:
        if found:
            yield
            click.echo(_WAITING, err=True)
