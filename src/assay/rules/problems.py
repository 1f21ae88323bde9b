"""A mistake in one expression, with its place and a way to write it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in an expression; ``offset`` is its 0-based character in the text."""

    code: str
    message: str
    offset: int
    hint: str = ""


class CelError(Exception):
    """An expression that cannot be used, with every problem found in it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(p.message for p in problems))
