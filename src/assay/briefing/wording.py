"""How values read on a page: dates, scores, grades and the words for what documents encode."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from assay.model.dates import PartialDate
from assay.model.results import Score
from assay.model.rulebook import Scorer
from assay.plan.plan import Grade
from assay.text import listed

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

DIRECTNESS: Mapping[str, str] = {
    "record": "record of its own act",
    "first_hand": "first-hand report",
    "secondary": "secondary",
    "self_report": "self-report",
}

KINDS_OF_SOURCES: Mapping[str, tuple[str, str]] = {
    "record": ("record", "records"),
    "first_hand": ("first-hand report", "first-hand reports"),
    "self_report": ("self-report", "self-reports"),
    "secondary": ("secondary report", "secondary reports"),
    "": ("source of unknown kind", "sources of unknown kind"),
}
"""The kinds of source, the strongest first, with their plurals."""

NATURE: Mapping[str, str] = {
    "fact": "Fact",
    "attributed": "Attributed",
    "judgement": "Judgement",
    "assumption": "Assumption",
    "forecast": "Forecast",
}

RELIABILITY: Mapping[str, str] = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
}

CREDIBILITY: Mapping[int, str] = {
    1: "confirmed",
    2: "probably true",
    3: "possibly true",
    4: "doubtful",
    5: "improbable",
}

KIND: Mapping[str, str] = {"institution": "Institution", "event": "Event"}
FOLDER: Mapping[str, str] = {"institution": "institutions", "event": "events"}


def day(value: date) -> str:
    """29 January 2024, in English on every machine."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def partial(value: PartialDate) -> str:
    """The date as precise as it was written: a day, January 2024, Q1 2024 or 2024."""
    first = value.first
    if value.precision == "day":
        return day(first)
    if value.precision == "month":
        return f"{_MONTHS[first.month - 1]} {first.year}"
    if value.precision == "quarter":
        return f"Q{(first.month + 2) // 3} {first.year}"
    return str(first.year)


def partial_short(value: PartialDate) -> str:
    """The date with the month in three letters: 29 Jan 2024."""
    first = value.first
    month = _MONTHS[first.month - 1][:3]
    if value.precision == "day":
        return f"{first.day} {month} {first.year}"
    return f"{month} {first.year}" if value.precision == "month" else partial(value)


def span(start: PartialDate, end: PartialDate) -> str:
    """From one date to another, naming what both share once: 29–30 January 2024."""
    if start == end:
        return partial(start)
    if start.precision == end.precision == "day":
        a, b = start.first, end.first
        if (a.year, a.month) == (b.year, b.month):
            return f"{a.day}–{day(b)}"
        if a.year == b.year:
            return f"{a.day} {_MONTHS[a.month - 1]} – {day(b)}"
    return f"{partial(start)} – {partial(end)}"


def points(value: int) -> str:
    """Thousandths as a number with two decimals, or three where the third one matters."""
    text = f"{value // 1000}.{value % 1000:03d}"
    return text.removesuffix("0")


def percent(thousandths: int) -> str:
    """Thousandths in whole per cent, cut off: 599 of 1000 has not reached 60%."""
    return f"{thousandths // 10}%"


def not_rated(scorer: Scorer, score: Score) -> str:
    """``not rated``, with the share that is known if that is too little."""
    if scorer.suffices(score.coverage):
        return "not rated"
    return f"not rated ({percent(score.coverage)} known)"


def reservation(score: Score) -> str | None:
    """What a reader must know beside a grade: that it is provisional, or may be higher."""
    if score.provisional:
        return f"provisional; {score.firm.grade if score.firm else 'not rated'} on firm evidence"
    return f"at most {score.ceiling.grade}" if score.ceiling else None


def standing(score: Score, unknown: Sequence[str]) -> str | None:
    """How high a grade may be, what is not known, and on which evidence it stands."""
    names = [words(name.rpartition(":")[2]) for name in unknown]
    sentences = []
    if score.ceiling:
        sentences.append(
            f"It is {score.grade} as far as we know, and at most {score.ceiling.grade}."
        )
    if names and (score.ceiling or not score.rated):
        sentences.append(f"We do not know its {listed(names)}.")
    if score.provisional:
        firm = score.firm.grade if score.firm else "not rated"
        sentences.append(f"It is provisional; on firm evidence alone it would be {firm}.")
    if score.stands_on is not None:
        sentences.append(f"The evidence for it has grade {score.stands_on.grade}.")
    return " ".join(sentences) or None


def number(value: int) -> str:
    """``two`` to ``nine``; larger numbers in digits."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[value] if value < len(words) else str(value)


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 source``, ``2 sources``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def words(identifier: str) -> str:
    """``regulated_by`` as people write it."""
    return identifier.replace("_", " ")


def titled(word: str) -> str:
    """A word of the rulebook as a heading, with a capital first letter."""
    return word[:1].upper() + word[1:]


def clause(text: str) -> str:
    """The text as the end of a longer sentence: without its full stop."""
    return text.strip().rstrip(".。")


def shortened(text: str, width: int) -> str:
    """At most ``width`` columns of the text, cut between words where there are any."""
    if columns(text) <= width:
        return text
    kept = text[: _reaching(text, width - 1)]
    head, blank, _ = kept.rpartition(" ")
    return (head if blank and len(head) > width // 2 else kept).rstrip(" ,;:–-") + "…"


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of so many columns; wide East Asian characters take two."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        rest = word
        if current and columns(f"{current} {rest}") <= width:
            current = f"{current} {rest}"
            continue
        if current:
            lines.append(current)
        while columns(rest) > width:
            cut = _reaching(rest, width)
            lines.append(rest[:cut])
            rest = rest[cut:]
        current = rest
    return [*lines, current] if current or not lines else lines


def columns(text: str) -> int:
    """The width of the text in columns; wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _reaching(text: str, width: int) -> int:
    """How many characters from the beginning fit into so many columns."""
    if text.isascii():
        return min(len(text), max(width, 0))
    used = 0
    for index, character in enumerate(text):
        used += columns(character)
        if used > width:
            return index
    return len(text)


def grade(value: Grade) -> str:
    """The grade in words; scores without a scale are numbers."""
    if value.grade is not None:
        return value.grade
    return "not rated" if value.points is None else points(value.points)
