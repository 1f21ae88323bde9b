"""The calendar of the site: what falls due, month by month, and the same to import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from assay.briefing import paging, wording
from assay.briefing.atlas import Atlas
from assay.briefing.ics import calendar_ics
from assay.briefing.paging import Pager
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
    """What falls due in one month, or is overdue; ``count`` includes entries of other pages."""

    id: str
    heading: str
    count: int
    entries: tuple[DueView, ...]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A page of the calendar: what is overdue first, then month by month."""

    root: str
    page: int
    pager: Pager | None
    months: tuple[MonthView, ...]
    file: str
    count: int
    undated: int
    imprint: Imprint


def due_of(atlas: Atlas) -> list[Due]:
    """What falls due for the published profiles."""
    outlooks = {i: atlas.results[i].outlook for i in atlas.published}
    return calendar(atlas.corpus, atlas.rulebook, outlooks, atlas.as_of)


def calendar_pages(
    atlas: Atlas, due: list[Due], imprint: Imprint
) -> Iterator[tuple[str, CalendarView]]:
    """The pages of all that falls due."""
    undated = sum(
        not notice.due for i in atlas.published for notice in atlas.results[i].outlook.watch
    )
    counts = Counter(_month(atlas, entry) for entry in due)
    cut = paging.parts(due)
    paths = paging.paths(PAGE, len(cut))
    for page, (path, shown) in enumerate(zip(paths, cut, strict=True)):
        months = tuple(
            MonthView(*month, counts[month], tuple(_entry(atlas, entry) for entry in entries))
            for month, entries in groupby(shown, key=partial(_month, atlas))
        )
        links = paging.pager(paths, page)
        yield path, CalendarView(ROOT, page + 1, links, months, FILE, len(due), undated, imprint)


def calendar_file(atlas: Atlas, due: list[Due], title: str = "Briefings") -> bytes:
    """The same as iCalendar."""
    names = {i: profile.name for i, profile in atlas.published.items()}
    return calendar_ics(due, names, atlas.as_of, title).encode("utf-8")


def _month(atlas: Atlas, entry: Due) -> tuple[str, str]:
    """The id and the heading of the month of an entry."""
    if entry.day < atlas.as_of:
        return "overdue", "Overdue"
    name = entry.day.isoformat()[:7]
    return f"m{name}", wording.partial(PartialDate.parse(name))


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
