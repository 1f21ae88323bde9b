"""The calendar of the site: what falls due, month by month, and the same to import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from assay.briefing import wording
from assay.briefing.atlas import Atlas
from assay.briefing.ics import calendar_ics
from assay.briefing.views import Imprint, Link
from assay.model.dates import PartialDate
from assay.model.results import NextReason
from assay.scoring.outlook import Due, calendar

ROOT = ""
PAGE, FILE = "calendar.html", "calendar.ics"

_REASONS: dict[NextReason, str] = {
    "watch": "to watch",
    "recheck": "recheck",
    "grade": "grade changes",
}


@dataclass(frozen=True, slots=True)
class DueView:
    """One thing that falls due."""

    when: str
    machine: str
    overdue: bool
    reason: str
    profile: Link
    text: str
    claims: tuple[Link, ...]
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthView:
    """What falls due in one month, or is overdue."""

    id: str
    heading: str
    entries: tuple[DueView, ...]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The page: what is overdue first, then month by month."""

    root: str
    months: tuple[MonthView, ...]
    file: str
    count: int
    undated: int
    imprint: Imprint


def due_of(atlas: Atlas) -> list[Due]:
    """What falls due for the published profiles."""
    outlooks = {i: atlas.results[i].outlook for i in atlas.published}
    return calendar(atlas.corpus, atlas.rulebook, outlooks, atlas.as_of)


def calendar_view(atlas: Atlas, due: list[Due], imprint: Imprint) -> CalendarView:
    """The page of all that falls due."""
    undated = sum(
        not notice.due for i in atlas.published for notice in atlas.results[i].outlook.watch
    )
    return CalendarView(ROOT, tuple(_months(atlas, due)), FILE, len(due), undated, imprint)


def calendar_file(atlas: Atlas, due: list[Due], title: str = "Briefings") -> bytes:
    """The same as iCalendar."""
    names = {i: profile.name for i, profile in atlas.published.items()}
    return calendar_ics(due, names, atlas.as_of, title).encode("utf-8")


def _months(atlas: Atlas, due: list[Due]) -> Iterator[MonthView]:
    def month(entry: Due) -> tuple[str, str]:
        if entry.day < atlas.as_of:
            return "overdue", "Overdue"
        name = entry.day.isoformat()[:7]
        return f"m{name}", wording.partial(PartialDate.parse(name))

    for (id_, heading), entries in groupby(due, key=month):
        yield MonthView(id_, heading, tuple(_entry(atlas, entry) for entry in entries))


def _entry(atlas: Atlas, due: Due) -> DueView:
    profile = atlas.published[due.profile]
    href = atlas.href(due.profile, ROOT)
    texts = {claim.id: claim.text for claim in profile.claims}
    written = PartialDate.parse(due.written)
    details = []
    if due.priority:
        details.append(f"Priority: {due.priority}")
    if due.trigger:
        details.append(f"Trigger: {due.trigger}")
    if due.owner:
        details.append(f"Owner: {due.owner}")
    return DueView(
        when=wording.partial(written),
        machine=due.day.isoformat(),
        overdue=due.day < atlas.as_of,
        reason=_REASONS[due.reason],
        profile=Link(profile.name, href),
        text=due.text,
        claims=tuple(
            Link(wording.shortened(texts[id_], 110), f"{href}#claim-{id_}") for id_ in due.claims
        ),
        details=tuple(details),
    )
