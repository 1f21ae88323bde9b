"""Points in time and spans, as seconds: constants, and the arithmetic of days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()
"""The calendar's ordinal of the day that second 0 begins."""

RANGES = {
    "timestamp": (-62_135_596_800, 253_402_300_799),
    "duration": (-9_223_372_036, 9_223_372_036),
}
"""The years 1 to 9999, and the spans that fit 64 bits of nanoseconds: Google's CEL computes no
others."""

_SPAN = re.compile(r"([+-]?)((?:\d+(?:\.\d*)?(?:h|ms|us|ns|m|s))+)")
_PART = re.compile(r"(\d+(?:\.\d*)?)(h|ms|us|ns|m|s)")
_UNITS = {
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
    "us": Decimal("0.000001"),
    "ns": Decimal("0.000000001"),
}

_NO_SUCH_DAY = "there is no such day or time; look at the calendar"


def timestamp_seconds(text: str) -> int:
    """Seconds since 1970 of ``2024-01-29T00:00:00Z``; raises ``ValueError`` for other forms."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", text, re.ASCII):
        raise ValueError('write timestamp("2024-01-29T00:00:00Z"), or day("2024-01-29")')
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_NO_SUCH_DAY) from None
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def day_seconds(text: str) -> int:
    """Seconds since 1970 of the beginning of the day ``2024-01-29``."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError('write day("2024-01-29")')
    try:
        return (date.fromisoformat(text).toordinal() - EPOCH) * DAY
    except ValueError:
        raise ValueError(_NO_SUCH_DAY) from None


def duration_seconds(text: str) -> int:
    """Seconds of ``36h`` or ``1h30m``; raises ``ValueError`` for parts of a second."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError('write duration("36h"); a day has 24h')
    total = sum((Decimal(n) * _UNITS[unit] for n, unit in _PART.findall(match[2])), Decimal(0))
    if total % 1:
        raise ValueError("spans are counted in whole seconds")
    seconds = int(-total if match[1] == "-" else total)
    low, high = RANGES["duration"]
    if not low <= seconds <= high:
        raise ValueError("a span is shorter than 292 years")
    return seconds
