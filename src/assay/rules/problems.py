"""The exception for expressions and rulebooks that cannot be compiled."""

from __future__ import annotations

from collections.abc import Sequence

from assay.diagnostics import Code, Diagnostic, ValueLocation


class CelError(Exception):
    """An expression or a rulebook that cannot be compiled, with every problem found.

    Problems of one expression have no path yet: whoever knows its place in the rulebook adds it.
    """

    def __init__(self, problems: Sequence[Diagnostic]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(p.message for p in problems))


def problem(code: Code, message: str, offset: int, hint: str = "") -> Diagnostic:
    """A problem of an expression; ``offset`` is its 0-based character in the text."""
    return code.at(ValueLocation(offset=offset), message, hint)
