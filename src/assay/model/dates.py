"""Dates that are as precise as documents give them: a day, a month, a quarter or a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, total_ordering
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

Precision = Literal["day", "month", "quarter", "year"]

_FORM = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?", re.ASCII)
_PATTERN = r"^\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?$"


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of a stated precision; ``first`` and ``last`` are its days, inclusive."""

    text: str
    first: date
    last: date
    precision: Precision

    @staticmethod
    def parse(text: str) -> PartialDate:
        """Parse ``2024-01-29``, ``2024-01``, ``2024-Q1`` or ``2024``.

        Raises ``ValueError`` for any other form and for dates that do not exist.
        """
        return _parsed(text)

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: PartialDate) -> bool:
        return (self.first, self.last, self.text) < (other.first, other.last, other.text)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "string", "pattern": _PATTERN},
                {"type": "integer", "minimum": 1000, "maximum": 9999},
            ],
            "description": "2024-01-29, 2024-01, 2024-Q1 or 2024",
        }


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> PartialDate:
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("write a date as 2024-01-29, 2024-01, 2024-Q1 or 2024")
    year, quarter, month, day = match.groups()
    y = int(year)
    try:
        if day:
            exact = date(y, int(month), int(day))
            return PartialDate(text, exact, exact, "day")
        if month:
            return PartialDate(text, date(y, int(month), 1), _month_end(y, int(month)), "month")
        if quarter:
            q = int(quarter)
            return PartialDate(text, date(y, 3 * q - 2, 1), _month_end(y, 3 * q), "quarter")
        return PartialDate(text, date(y, 1, 1), date(y, 12, 31), "year")
    except ValueError:
        raise ValueError(f"invalid date {text!r}") from None


def _validate(value: object) -> PartialDate:
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, date):
        return PartialDate.parse(value.isoformat())
    if isinstance(value, int) and not isinstance(value, bool):
        return PartialDate.parse(f"{value:04d}")
    if isinstance(value, str):
        return PartialDate.parse(value)
    raise ValueError("write a date as 2024-01-29, 2024-01, 2024-Q1 or 2024")


def _month_end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def add_days(day: date, days: int) -> date:
    """Return the day ``days`` later, at most 9999-12-31."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of that month if it is shorter.

    At most 9999-12-31, as for :func:`add_days`.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > date.max.year:
        return date.max
    return min(_month_end(year, month + 1), date(year, month + 1, 1) + timedelta(days=day.day - 1))
