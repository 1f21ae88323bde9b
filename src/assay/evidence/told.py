"""A publication in the form in which it is compared with others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Told:
    """A publication as it is compared: where it is, who says it, when, and in which words.

    ``links`` are the addresses of what it says it retells, ``related`` of what it lists beside
    itself; ``work`` is the name of its file without the part that says the language.
    """

    id: str
    title: str
    words: str
    day: date | None = None
    address: str | None = None
    publisher: str | None = None
    family: str | None = None
    links: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    work: str | None = None
    language: str | None = None

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.words}"


def days_apart(a: Told, b: Told) -> int | None:
    """Days between two publications; None where one of them is undated."""
    return abs((a.day - b.day).days) if a.day and b.day else None


def one_voice(a: Told, b: Told) -> bool:
    """Whether one publisher says both."""
    return a.publisher is not None and a.publisher == b.publisher


def one_family(a: Told, b: Told) -> bool:
    """Whether one owner stands behind both."""
    return a.family is not None and a.family == b.family


def later_first(a: Told, b: Told) -> tuple[Told, Told]:
    """The later of two, then the earlier; of one day, or undated, by their ids."""
    if (a.day or date.max, a.id) > (b.day or date.max, b.id):
        return a, b
    return b, a
