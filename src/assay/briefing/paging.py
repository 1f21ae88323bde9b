"""Long lists in parts: the pages of a list, where they lie, and the links between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from assay.briefing.views import Link

PER_PAGE = 50
"""Rows of one page, unless its list says otherwise."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pager:
    """The pages of one list; the page without a ``href`` is this one."""

    pages: tuple[Link, ...]


def parts(items: Sequence[T], size: int = PER_PAGE) -> list[Sequence[T]]:
    """The items of each page; one page if there are none."""
    return [items[start : start + size] for start in range(0, max(len(items), 1), size)]


def paths(first: str, count: int) -> list[str]:
    """Where the pages of a list lie.

    Those at the top of the site are ``NAME-2.html`` and so on. A page in a folder has a folder for
    them, since a page beside it may have that name.
    """
    stem = first.removesuffix(".html")
    pattern = f"{stem}/{{}}.html" if "/" in stem else f"{stem}-{{}}.html"
    return [first, *(pattern.format(number) for number in range(2, count + 1))]


def root_of(path: str) -> str:
    """What leads from a page to the top of the site."""
    return "../" * path.count("/")


def pager(every: Sequence[str], page: int) -> Pager | None:
    """Links to the first and last pages and those around this one; None if it is the only one."""
    if len(every) < 2:
        return None
    root = root_of(every[page])
    near = {0, len(every) - 1, *range(page - 2, page + 3)}
    return Pager(
        tuple(
            Link(str(n + 1), None if n == page else root + quote(path))
            for n, path in enumerate(every)
            if n in near
        )
    )
