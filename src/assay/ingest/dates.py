"""Dates as documents write them, read with the precision they have and no more."""

from __future__ import annotations

import re
from collections.abc import Callable

from assay.model.dates import PartialDate

_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = {name[:length]: i for i, name in enumerate(_NAMES, 1) for length in (3, len(name))}
_MONTHS["sept"] = 9
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_CLOCK = r"(?:(?:[T ,]|,\s*|\s+at\s+)\s*\d{1,2}:\d{2}.*)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"


def _by_number(m: re.Match[str]) -> str:
    return f"{m['year']}-{int(m['month']):02d}-{int(m['day']):02d}"


def _by_name(m: re.Match[str]) -> str:
    return f"{m['year']}-{_month(m):02d}-{int(m['day']):02d}"


def _month(m: re.Match[str]) -> int:
    return _MONTHS.get(m["month"].lower(), 0)


def _quarter(m: re.Match[str]) -> str:
    return f"{m['year']}-Q{m['quarter']}"


_FORMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_CLOCK}", _by_number),
    (r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T\d{4,6}.*)?", _by_number),
    (rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+{_YEAR}{_CLOCK}", _by_name),
    (rf"{_WEEKDAY}{_DAY}(?:\s+of)?[\s-]+{_MONTH},?[\s-]+{_YEAR}{_CLOCK}", _by_name),
    (rf"{_MONTH},?\s+{_YEAR}", lambda m: f"{m['year']}-{_month(m):02d}"),
    (rf"{_YEAR}[-/](?P<month>\d{{2}})", lambda m: f"{m['year']}-{m['month']}"),
    (rf"{_YEAR}[\s-]*Q(?P<quarter>[1-4])", _quarter),
    (rf"Q(?P<quarter>[1-4])[\s,/-]*{_YEAR}", _quarter),
    (rf"{_YEAR}年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日.*", _by_number),
    (rf"{_YEAR}年(?P<month>\d{{1,2}})月", lambda m: f"{m['year']}-{int(m['month']):02d}"),
    (rf"{_YEAR}年?", lambda m: m["year"]),
)
_COMPILED = tuple((re.compile(form, re.ASCII | re.IGNORECASE), make) for form, make in _FORMS)

EARLIEST, LATEST = 1400, 2200
"""Years of publication outside this range are placeholders, and read as no date."""


def written_date(text: str) -> PartialDate | None:
    """The date ``text`` consists of, as it stands in its own time zone; None if it is none.

    Reads ISO 8601, ``Jan 29, 2024``, ``29 January 2024``, ``13-Jan-2022``, RFC 2822,
    ``20240129``, ``January 2024``, ``2023 Q4``, ``2024年1月29日`` and years. Forms in which day
    and month cannot be told apart (``03/04/2024``) are not read.
    """
    plain = " ".join(text.split())
    for form, make in _COMPILED:
        match = form.fullmatch(plain)
        if match is None:
            continue
        try:
            found = PartialDate.parse(make(match))
        except ValueError:
            continue
        return found if EARLIEST <= found.first.year <= LATEST else None
    return None


_IN_NAME = re.compile(r"(?:^|[^0-9])(\d{4}-\d{1,2}-\d{1,2})(?![0-9])", re.ASCII)


def date_of_name(name: str) -> PartialDate | None:
    """The day that a file's name starts with or has between other parts."""
    match = _IN_NAME.search(name)
    return written_date(match[1]) if match else None
