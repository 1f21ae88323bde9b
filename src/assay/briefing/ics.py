"""What falls due as an iCalendar file (RFC 5545): one whole-day entry for each thing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from assay.model.dates import add_days
from assay.scoring.outlook import Due

_OCTETS_IN_LINE = 75
_FIRST_DAY = date(2000, 1, 1)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_PRIORITIES = {"high": 1, "medium": 5, "low": 9}


def calendar_ics(
    due: Iterable[Due], names: Mapping[str, str], as_of: date, title: str = "assay outlook"
) -> str:
    """The calendar; ``names`` are those of the profiles.

    The same entries give the same text. Each has the identity of :class:`Due`, so a program that
    reads the calendar again replaces an entry whose words were corrected. Its revision is the
    number of days from the year 2000 to the as-of date.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//assay//outlook//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(title)}",
    ]
    seen: Counter[str] = Counter()
    for entry in due:
        seen[entry.identity] += 1
        lines += _entry(entry, names, as_of, f"{entry.identity} {seen[entry.identity]}")
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _entry(due: Due, names: Mapping[str, str], as_of: date, identity: str) -> list[str]:
    uid = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    name = names.get(due.profile, due.profile)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}@assay",
        f"DTSTAMP:{_basic(as_of)}T000000Z",
        f"LAST-MODIFIED:{_basic(as_of)}T000000Z",
        f"SEQUENCE:{max(0, (as_of - _FIRST_DAY).days)}",
        f"DTSTART;VALUE=DATE:{_basic(due.day)}",
        f"SUMMARY:{_escaped(f'{name}: {due.text}')}",
        f"CATEGORIES:{_escaped(due.profile)}",
        "TRANSP:TRANSPARENT",
    ]
    if due.day < date.max:
        lines.insert(6, f"DTEND;VALUE=DATE:{_basic(add_days(due.day, 1))}")
    if due.priority in _PRIORITIES:
        lines.append(f"PRIORITY:{_PRIORITIES[due.priority]}")
    if described := "\n".join(_described(due)):
        lines.append(f"DESCRIPTION:{_escaped(described, breaks=True)}")
    return [*lines, "END:VEVENT"]


def _basic(day: date) -> str:
    return day.isoformat().replace("-", "")


def _described(due: Due) -> Iterable[str]:
    if due.written != due.day.isoformat():
        yield f"Due: {due.written}"
    if due.trigger:
        yield f"Trigger: {due.trigger}"
    if due.owner:
        yield f"Owner: {due.owner}"
    if due.claims:
        yield f"Claims: {', '.join(due.claims)}"


def _escaped(text: str, *, breaks: bool = False) -> str:
    lines = [_CONTROL.sub("", " ".join(line.split())) for line in text.split("\n")]
    plain = "\n".join(lines) if breaks else " ".join(lines)
    plain = plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 octets a line, cut between characters; what follows starts with a space."""
    parts: list[str] = []
    current = ""
    for character in line:
        if len((current + character).encode("utf-8")) > _OCTETS_IN_LINE:
            parts.append(current)
            current = " "
        current += character
    return "\r\n".join([*parts, current])
