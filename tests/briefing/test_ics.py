"""What falls due, as a calendar that other programs read (RFC 5545)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assay.briefing.ics import calendar_ics
from tests.package import Due

AS_OF = date(2026, 1, 1)
LIST = Due(
    "office",
    date(2026, 3, 31),
    "watch",
    "The list, in full; or not.",
    "2026-03",
    trigger="A new chair",
    priority="high",
    owner="Ann",
    identity="office watch 2026-03 1",
)
GRADE = Due(
    "office",
    date(2026, 5, 2),
    "grade",
    "A grade changes.",
    "2026-05-02",
    identity="office grade",
)


def made(*due: Due) -> str:
    return calendar_ics(due, {"office": "The Office, Ltd"}, AS_OF)


def unfolded(calendar: str) -> list[str]:
    assert calendar.endswith("\r\n")
    return calendar.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def identities(*due: Due) -> list[str]:
    return re.findall(r"UID:(\S+)", made(*due))


def test_an_entry_has_its_day_its_words_and_what_is_known_besides() -> None:
    lines = unfolded(made(LIST, GRADE))
    begin, end = lines.index("BEGIN:VEVENT"), lines.index("END:VEVENT")
    assert [line for line in lines[begin:end] if not line.startswith("UID")] == [
        "BEGIN:VEVENT",
        "DTSTAMP:20260101T000000Z",
        "LAST-MODIFIED:20260101T000000Z",
        "SEQUENCE:9497",
        "DTSTART;VALUE=DATE:20260331",
        "DTEND;VALUE=DATE:20260401",
        "SUMMARY:The Office\\, Ltd: The list\\, in full\\; or not.",
        "CATEGORIES:office",
        "TRANSP:TRANSPARENT",
        "PRIORITY:1",
        "DESCRIPTION:Due: 2026-03\\nTrigger: A new chair\\nOwner: Ann",
    ]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2


def test_nothing_due_is_an_empty_calendar() -> None:
    assert unfolded(made())[-1] == "END:VCALENDAR"
    assert "VEVENT" not in made()


def test_an_entry_whose_words_are_corrected_keeps_its_identity() -> None:
    assert identities(LIST) == identities(replace(LIST, text="The list; in full."))


def test_an_entry_that_moves_keeps_its_identity() -> None:
    moved = replace(LIST, day=date(2026, 6, 30), written="2026-Q2")
    assert identities(LIST) == identities(moved)
    later = replace(GRADE, day=date(2026, 7, 1), text="Another grade changes.")
    assert identities(GRADE) == identities(later)


def test_two_entries_never_share_an_identity() -> None:
    assert len(set(identities(LIST, LIST, GRADE))) == 3


def test_the_first_and_the_last_days_of_the_calendar_are_days() -> None:
    early = unfolded(made(replace(LIST, day=date(1, 1, 1)), replace(GRADE, day=date.max)))
    assert "DTSTART;VALUE=DATE:00010101" in early
    assert "DTSTART;VALUE=DATE:99991231" in early


PROPERTY = re.compile(r"[A-Z-]+(?:;[A-Z]+=[A-Z]+)?:[^\x00-\x08\x0a-\x1f\x7f]*")


@given(st.lists(st.text(max_size=120), min_size=1, max_size=3))
def test_whatever_the_text_the_calendar_keeps_the_form(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    due = [replace(LIST, text=text + "é港", trigger=text, owner=text) for text in texts]
    calendar = made(*due)
    for line in calendar.split("\r\n"):
        assert len(line.encode("utf-8")) <= 75
        assert "\n" not in line
        assert "\r" not in line
    lines = unfolded(calendar)
    assert all(PROPERTY.fullmatch(line) for line in lines), lines
    assert sum(x.startswith("SUMMARY:") for x in lines) == len(texts)
    for line in lines:
        if line.startswith("SUMMARY:"):
            unescaped = re.sub(r"\\.", "", line.partition(":")[2])
            assert not re.search(r"[;,\\]", unescaped)


def test_the_calendar_is_the_same_each_time() -> None:
    assert made(LIST, GRADE) == made(LIST, GRADE)
    assert all(a != b for a, b in pairwise(identities(LIST, GRADE)))
