"""``--watch``: do it again after every change of the workspace's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from watchfiles import Change, DefaultFilter, watch

_MADE_HERE = (".assay", "site")
_SUFFIXES = (".yaml", ".yml", ".jsonl", ".parquet", ".lock")
_LOOK_MS = 100


class _WorkspaceFiles(DefaultFilter):
    """Files that a workspace is made of; what assay itself writes is none."""

    def __init__(self) -> None:
        super().__init__(ignore_dirs=(*DefaultFilter.ignore_dirs, *_MADE_HERE))

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith(_SUFFIXES) and super().__call__(change, path)


def rounds(root: Path, more: Iterable[Path] = ()) -> Iterator[None]:
    """Once at first, then after every change below ``root`` or of the files ``more``.

    What changes during a round makes another one. It ends with Ctrl-C.
    """
    folders = {root, *(path.resolve().parent for path in more)}
    changes = watch(
        *folders,
        watch_filter=_WorkspaceFiles(),
        debounce=_LOOK_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
    )
    next(changes)  # from here on it watches, so nothing that is saved now is missed
    yield
    click.echo("waiting for changes; stop with Ctrl-C", err=True)
    for found in changes:
        if found:
            yield
            click.echo("waiting for changes; stop with Ctrl-C", err=True)
