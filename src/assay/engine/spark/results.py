"""Columns of the results, named before Spark starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of the results: thousandths, or a band number to replace by one of ``words``.

    With ``known`` it is whether there is a value.
    """

    name: str
    source: str
    words: tuple[str, ...] = ()
    known: bool = False
