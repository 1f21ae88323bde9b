"""Something goes wrong at each call that touches the disk, one call after the other."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.package import AssayError


class Killed(BaseException):
    """The process is gone: nothing after it runs as planned."""


FAULTS: dict[str, Callable[[], BaseException]] = {
    "killed": Killed,
    "disk full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "permission denied": lambda: OSError(errno.EACCES, os.strerror(errno.EACCES)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
}

_CALLS: tuple[tuple[Any, str], ...] = (
    (os, "open"),
    (os, "write"),
    (os, "fsync"),
    (os, "ftruncate"),
    (Path, "open"),
    (Path, "replace"),
    (Path, "rename"),
    (Path, "chmod"),
    (Path, "mkdir"),
    (Path, "unlink"),
    (Path, "hardlink_to"),
    (shutil, "rmtree"),
)


def at_every_call(
    fault: str, monkeypatch: pytest.MonkeyPatch, before: Callable[[], None], work: Callable[[], Any]
) -> Iterator[bool]:
    """Do ``work`` again and again, each time with the fault one call later.

    ``before`` puts things back as they were. Yields after each time whether the work told that
    it was done; the last time nothing went wrong.
    """
    number, calls = 0, -1
    while calls < 0 or number <= calls:
        number += 1
        before()
        counter = [0]
        done = False
        with monkeypatch.context() as patched:
            for owner, name in _CALLS:
                real = getattr(owner, name)
                patched.setattr(owner, name, _counted(real, counter, number, FAULTS[fault]))
            try:
                work()
                done = True
            except (Killed, AssayError):
                pass
        calls = counter[0] if counter[0] < number else -1
        yield done


def _counted(
    real: Callable[..., Any], counter: list[int], number: int, fault: Callable[[], BaseException]
) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        counter[0] += 1
        if counter[0] == number:
            raise fault()
        return real(*args, **kwargs)

    return call


@contextlib.contextmanager
def killed_at_sync(number: int) -> Iterator[None]:
    """Kill what is done inside at its call of fsync with this number, the first being 1."""
    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(os, "fsync", _counted(os.fsync, [0], number, Killed))
        yield
