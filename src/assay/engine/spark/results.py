"""The columns of the results, named before Spark is started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of the results: thousandths, or the words that band numbers stand for."""

    name: str
    source: str
    words: tuple[str, ...] = ()
