"""What falls due as an iCalendar file (RFC 5545): one whole-day entry for each thing and date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from assay.model.dates import PartialDate
from assay.scoring.results import Outlook

_OCTETS_IN_LINE = 75


def outlook_ics(outlooks: Mapping[str, Outlook], as_of: date) -> str:
    """The calendar of the profiles: watch items with a date, and the last day of the grades.

    The same outlooks give the same text, and each entry keeps its identity from one run to the
    next as long as its profile, its words and its date stay.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//assay//outlook//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:assay outlook",
    ]
    for profile_id, outlook in sorted(outlooks.items()):
        for day, text in sorted(_due(outlook)):
            lines += _entry(profile_id, day, text, as_of)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _due(outlook: Outlook) -> Iterator[tuple[date, str]]:
    for notice in outlook.watch:
        if notice.due:
            yield PartialDate.parse(notice.due).first, notice.text
    if outlook.until is not None:
        yield outlook.until, "A grade changes here if nothing new arrives: look again."


def _entry(profile_id: str, day: date, text: str, as_of: date) -> list[str]:
    identity = hashlib.sha256(f"{profile_id}\n{day}\n{text}".encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{identity}@assay",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{profile_id}: {text}')}",
        f"CATEGORIES:{_escaped(profile_id)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    plain = " ".join(text.split())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


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
