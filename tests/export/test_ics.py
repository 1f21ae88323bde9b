"""What falls due, as a calendar that other programs read."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assay.export.ics import outlook_ics
from assay.scoring.results import Outlook, WatchNotice

AS_OF = date(2026, 1, 1)


def outlook(*watch: WatchNotice, until: date | None = None) -> Outlook:
    return Outlook("year", until, {}, watch)


def notice(text: str, due: str | None) -> WatchNotice:
    return WatchNotice(horizon="year", priority=None, text=text, due=due)


def unfolded(calendar: str) -> list[str]:
    assert calendar.endswith("\r\n")
    return calendar.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_watch_item_and_the_end_of_a_grade() -> None:
    calendar = outlook_ics(
        {
            "office": outlook(
                notice("The list, in full; or not.", "2026-03"), until=date(2026, 5, 2)
            )
        },
        AS_OF,
    )
    lines = unfolded(calendar)
    assert [x for x in lines if x.startswith("DTSTART")] == [
        "DTSTART;VALUE=DATE:20260301",
        "DTSTART;VALUE=DATE:20260502",
    ]
    assert "SUMMARY:office: The list\\, in full\\; or not." in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2


def test_what_has_no_date_is_not_in_the_calendar() -> None:
    assert "VEVENT" not in outlook_ics({"office": outlook(notice("Some day.", None))}, AS_OF)


def test_entries_keep_their_identity() -> None:
    def identities(*due: str) -> set[str]:
        made = outlook_ics({"office": outlook(*(notice("The list.", d) for d in due))}, AS_OF)
        return set(re.findall(r"UID:(\S+)", made))

    assert identities("2026-03") < identities("2026-03", "2026-04")


@given(st.text(max_size=300))
def test_no_line_is_longer_than_75_octets_whatever_the_text(text: str) -> None:
    calendar = outlook_ics({"office": outlook(notice(text + "é港", "2026-03"))}, AS_OF)
    for line in calendar.split("\r\n"):
        assert len(line.encode("utf-8", "surrogatepass")) <= 75
    assert sum(x.startswith("SUMMARY:") for x in unfolded(calendar)) == 1
