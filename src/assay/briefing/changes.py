"""What changed: grades through time with their causes, and corrections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from assay.briefing import charts, paging, wording
from assay.briefing.atlas import Atlas
from assay.briefing.methodology import ScorerEffect, effects
from assay.briefing.paging import PER_PAGE, Pager
from assay.briefing.sheet import band_badge
from assay.briefing.sources import publisher_name
from assay.briefing.views import Badge, CorrectionRow, GradeRow, HistoryView, Imprint, Link
from assay.model.documents import AnyProfile
from assay.model.rulebook import Band, Scorer
from assay.plan.history import Applied
from assay.plan.plan import Cause, Change, Grade, grade_of
from assay.text import listed, sentence

PAGE = "changes.html"
ROOT = ""
_MOST_GRADES = 4
_MOST_NAMES = 2

Direction = Literal["up", "down", ""]

_CAUSES: dict[str, str] = {
    "first": "first ratings",
    "decision": "set by a reviewer",
    "evidence": "evidence",
    "rule": "rules",
    "neighbour": "connected profiles",
    "time": "age of the evidence",
    "engine": "method",
}
"""Headings of groups, by the kind of the leading cause."""


@dataclass(frozen=True, slots=True)
class Since:
    """Since which as-of date a grade has held, and what it was before."""

    as_of: date
    before: str
    direction: Direction
    first: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a grade in force, with its cause in words.

    It is as of a date and was recorded by ``record``.
    """

    profile: str
    scorer: str
    as_of: date
    record: Applied
    before: str
    after: str
    direction: Direction
    first: bool
    cause: str
    why: str

    @property
    def day(self) -> date:
        """The day on which it was recorded."""
        return date.fromisoformat(self.record.at[:10])


def moves(atlas: Atlas, profile_id: str, scorer: str) -> tuple[Move, ...]:
    """The changes of a grade that were applied, in their order; those within a grade are none."""
    found: list[Move] = []
    for record, change in atlas.changes_of(profile_id):
        before, after = wording.grade(change.before), wording.grade(change.after)
        if change.scorer != scorer or before == after:
            continue
        first = not change.before.rated and not found
        direction: Direction = ""
        if change.direction in ("upgrade", "downgrade"):
            direction = "up" if change.direction == "upgrade" else "down"
        found.append(
            Move(
                profile=profile_id,
                scorer=scorer,
                as_of=date.fromisoformat(record.as_of),
                record=record,
                before=before,
                after=after,
                direction=direction,
                first=first,
                cause="first" if first else change.leading.kind if change.causes else "evidence",
                why="First rating" if first else _why(atlas, change),
            )
        )
    return tuple(found)


def since(atlas: Atlas, profile_id: str, scorer: str) -> Since | None:
    """Since when the grade has held; None if it was not applied yet."""
    recorded = moves(atlas, profile_id, scorer)
    score = atlas.results[profile_id].scores.get(scorer)
    now = wording.grade(grade_of(score) if score else Grade())
    if not recorded or recorded[-1].after != now:
        return None
    last = recorded[-1]
    return Since(last.as_of, last.before, last.direction, last.first)


# Causes in words -----------------------------------------------------------------------------


def _why(atlas: Atlas, change: Change) -> str:
    """The cause of a change, naming only what the audience of the site may know."""
    if not change.causes:
        return "Recorded without a cause"
    cause = change.leading
    if cause.kind == "rule":
        return _of_rules(cause)
    if cause.kind == "engine":
        return "Our method changed"
    if cause.kind == "decision":
        override = atlas.override(change.id, change.scorer)
        if override is not None and override.decision in cause.refs:
            return f"Set by a reviewer: {wording.clause(override.reason)}"
        return "Set by a reviewer" if change.after.override else "An override ended"
    if cause.kind == "time":
        return "The evidence grew older"
    if cause.kind == "neighbour":
        names = [atlas.published[i].name for i in cause.refs if i in atlas.published]
        if not names:
            return "The grade of a connected profile changed"
        noun = "grade" if len(names) == 1 else "grades"
        return f"The {noun} of {_names(names)} changed"
    return _of_evidence(atlas, change.id, cause)


def _of_rules(cause: Cause) -> str:
    names = [_rule_name(ref) for ref in cause.refs if ref != "rules.yaml"]
    if not names:
        return "Our rules changed"
    noun = "rule" if len(names) == 1 else "rules"
    return f"Our {noun} changed: {_names(names)}"


def _rule_name(ref: str) -> str:
    return wording.words(ref.rpartition(".")[2]).replace("-", " ")


def _of_evidence(atlas: Atlas, profile_id: str, cause: Cause) -> str:
    corpus = atlas.corpus
    titles = [
        f"“{wording.shortened(corpus.sources[ref].title, 60)}” "
        f"({publisher_name(corpus, corpus.sources[ref])})"
        for ref in cause.refs
        if ref in corpus.sources and atlas.users_of(ref)
    ]
    if titles:
        noun = "Source" if len(titles) == 1 else "Sources"
        return f"{noun} added or changed: {_names(titles)}"
    claims = []
    for ref in cause.refs:
        owner, _, claim_id = ref.partition("#")
        found = atlas.claim(owner, claim_id) if claim_id and owner in atlas.published else None
        if found is not None:
            claims.append(f"“{wording.shortened(found[1].text, 70)}”")
    if claims:
        noun = "Statement" if len(claims) == 1 else "Statements"
        return f"{noun} added or changed: {_names(claims)}"
    peers = [
        atlas.published[r].name for r in cause.refs if r in atlas.published and r != profile_id
    ]
    return f"Evidence on {_names(peers)} changed" if peers else "The evidence changed"


def _names(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    if len(unique) > _MOST_NAMES + 1:
        more = len(unique) - _MOST_NAMES
        unique = [*unique[:_MOST_NAMES], f"{more} more"]
    return listed(unique)


# History of a profile ------------------------------------------------------------------------


def history_view(atlas: Atlas, profile: AnyProfile) -> HistoryView | None:
    """The headline grade through time, corrections, rewordings and the sign-off.

    None if there is only the first rating, which the rating line states.
    """
    scorer = atlas.headline
    found = moves(atlas, profile.id, scorer.name) if scorer else ()
    corrections = tuple(row for _, row in corrections_of(atlas, profile))
    reworded = tuple(row for _, row in rewordings_of(atlas, profile))
    signed = _signed(atlas, profile.id)
    if len(found) < 2 and not corrections and not reworded and signed is None:
        return None
    shown = found[-_MOST_GRADES:] if len(found) > 1 else ()
    bands = atlas.rulebook.bands(scorer) if scorer else ()
    return HistoryView(
        chart=charts.sparkline(bands, [m.after for m in found]),
        grades=tuple(_grade_row(scorer, bands, m) for m in reversed(shown) if scorer),
        corrections=corrections,
        reworded=reworded,
        signed=signed,
    )


def _grade_row(scorer: Scorer, bands: Sequence[Band], move: Move) -> GradeRow:
    return GradeRow(
        as_of=wording.day(move.as_of),
        recorded=wording.day(move.day),
        badge=badge_of(scorer, bands, move.after),
        direction=move.direction,
        why=move.why,
    )


def badge_of(scorer: Scorer, bands: Sequence[Band], grade: str) -> Badge:
    """A grade that was applied, as a chip of the present scale."""
    band = next((b for b in reversed(charts.ascending(bands)) if b.grade == grade), None)
    return (
        band_badge(scorer, bands, band) if band else Badge(scorer.heading, grade, steps=len(bands))
    )


def _signed(atlas: Atlas, profile_id: str) -> str | None:
    """Who signed off the present grade."""
    decision = atlas.confirmed.get(profile_id)
    if decision is None:
        return None
    return f"Grade confirmed by {decision.reviewer} on {wording.day(decision.date)}"


def corrections_of(atlas: Atlas, profile: AnyProfile) -> tuple[tuple[date, CorrectionRow], ...]:
    """Corrections of a profile, newest first: published errors, sources withdrawn."""
    found = [*_published_errors(profile), *_sources_withdrawn(atlas, profile)]
    found.sort(key=lambda entry: entry[1].text)
    found.sort(key=lambda entry: entry[0], reverse=True)
    return tuple(found)


def rewordings_of(atlas: Atlas, profile: AnyProfile) -> tuple[tuple[date, CorrectionRow], ...]:
    """The statements that were reworded, by the day of the latest rewording, newest first.

    A rewording is no correction: an error that was published is listed as one by its analyst.
    The history does not say whom a former wording was for. Only the least public audience sees it.
    """
    shown = {claim.id: claim for claim in atlas.claims(profile)}
    latest: dict[str, tuple[date, CorrectionRow]] = {}
    for record, c in atlas.corrections_of(profile.id):
        claim = shown.get(c.ref.partition("#")[2])
        if claim is None or c.kind != "reworded" or not c.before:
            continue
        day = date.fromisoformat(record.at[:10])
        text = f"“{wording.clause(claim.text)}”"
        if atlas.is_least_public and c.after == claim.text:
            text += f" instead of “{wording.clause(c.before)}”"
        latest[claim.id] = (day, CorrectionRow(wording.day(day), text, None))
    return tuple(sorted(latest.values(), key=lambda entry: entry[0], reverse=True))


def _published_errors(profile: AnyProfile) -> Iterator[tuple[date, CorrectionRow]]:
    for c in profile.corrections:
        note = f"reported by {c.reported_by}" if c.reported_by else None
        text = f"“{wording.clause(c.now)}” instead of “{wording.clause(c.was)}”"
        yield c.date, CorrectionRow(wording.day(c.date), text, note)


def _sources_withdrawn(atlas: Atlas, profile: AnyProfile) -> Iterator[tuple[date, CorrectionRow]]:
    """Sources retracted or replaced since the profile was first rated."""
    recorded = atlas.changes_of(profile.id)
    if not recorded:
        return
    rated = date.fromisoformat(recorded[0][0].as_of)
    cited = atlas.cited(profile)
    for source in cited.values():
        retracted = atlas.retracted(source)
        if retracted is not None and retracted > rated:
            text = f"“{source.title}” was retracted by {publisher_name(atlas.corpus, source)}"
            yield retracted, CorrectionRow(wording.day(retracted), text, None)
    later = [(former, s) for former in cited.values() for s in atlas.versions_of(former.id)]
    for former, source in later:
        # A version without users is perhaps cited for other audiences only.
        if source.id in cited or not atlas.is_out(source) or not atlas.users_of(source.id):
            continue
        if source.published is not None and source.published.first > rated:
            text = f"“{former.title}” has a later version, which was not read for this briefing"
            when = wording.partial(source.published)
            yield source.published.first, CorrectionRow(when, text, None)


# The page ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A profile whose headline grade an apply moved."""

    profile: Link
    before: Badge
    after: Badge
    direction: Direction
    why: str | None
    chart: charts.Sparkline | None


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """Moves of one day with one kind of cause; ``note`` is a reason that all of them have.

    First ratings have a note instead of rows.
    """

    id: str
    day: str
    machine: str
    summary: str
    note: str | None
    rows: tuple[MoveRow, ...]
    effects: tuple[ScorerEffect, ...]


@dataclass(frozen=True, slots=True)
class SiteCorrection:
    """A correction with the profile that it is about."""

    profile: Link
    row: CorrectionRow


@dataclass(frozen=True, slots=True)
class Reworded:
    """The reworded statements of a profile."""

    profile: Link
    count: str
    rows: tuple[CorrectionRow, ...]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """One page of changes, the newest first; corrections and rewordings are on the first page."""

    root: str
    page: int
    pager: Pager | None
    counts: tuple[str, ...]
    groups: tuple[CauseGroup, ...]
    corrections: tuple[SiteCorrection, ...]
    more_corrections: int
    reworded: tuple[Reworded, ...]
    more_reworded: int
    imprint: Imprint


def headline_moves(atlas: Atlas) -> tuple[Move, ...]:
    """All moves of the headline grade, the newest first, of one apply by name."""
    scorer = atlas.headline
    if scorer is None:
        return ()
    found = [m for i in atlas.published for m in moves(atlas, i, scorer.name)]
    found.sort(key=lambda m: (atlas.published[m.profile].name.casefold(), m.profile))
    found.sort(key=lambda m: m.record.lock)
    found.sort(key=lambda m: datetime.fromisoformat(m.record.at), reverse=True)
    return tuple(found)


def all_corrections(atlas: Atlas) -> tuple[tuple[date, AnyProfile, CorrectionRow], ...]:
    """Corrections of all profiles, the newest first."""
    found = [
        (day, profile, row)
        for profile in atlas.published.values()
        for day, row in corrections_of(atlas, profile)
    ]
    return tuple(sorted(found, key=lambda entry: entry[0], reverse=True))


def changes_pages(atlas: Atlas, imprint: Imprint) -> tuple[tuple[str, ChangesView], ...]:
    """The pages of changes with their paths, at least one."""
    every = headline_moves(atlas)
    groups = list(_groups(atlas, every))
    paged: list[list[CauseGroup]] = [[]]
    rows = 0
    for group in groups:
        if rows and rows + len(group.rows) > PER_PAGE:
            paged.append([])
            rows = 0
        paged[-1].append(group)
        rows += len(group.rows)
    corrections = [
        SiteCorrection(Link(profile.name, atlas.href(profile.id, ROOT)), row)
        for _, profile, row in all_corrections(atlas)
    ]
    reworded = _reworded(atlas)
    paths = paging.paths(PAGE, len(paged))
    return tuple(
        (
            path,
            ChangesView(
                root=ROOT,
                page=page + 1,
                pager=paging.pager(paths, page),
                counts=_counts(every, len(corrections)),
                groups=tuple(shown),
                corrections=() if page else tuple(corrections[:PER_PAGE]),
                more_corrections=0 if page else max(len(corrections) - PER_PAGE, 0),
                reworded=() if page else tuple(reworded[:PER_PAGE]),
                more_reworded=0 if page else max(len(reworded) - PER_PAGE, 0),
                imprint=imprint,
            ),
        )
        for page, (path, shown) in enumerate(zip(paths, paged, strict=True))
    )


def _reworded(atlas: Atlas) -> list[Reworded]:
    """The rewordings of each profile, profiles with the newest first."""
    found = [(rewordings_of(atlas, profile), profile) for profile in atlas.published.values()]
    found = [entry for entry in found if entry[0]]
    found.sort(key=lambda entry: entry[1].name.casefold())
    found.sort(key=lambda entry: entry[0][0][0], reverse=True)
    return [
        Reworded(
            Link(profile.name, atlas.href(profile.id, ROOT)),
            wording.count(len(rows), "statement"),
            tuple(row for _, row in rows),
        )
        for rows, profile in found
    ]


def _counts(every: Sequence[Move], corrections: int) -> tuple[str, ...]:
    if not every and not corrections:
        return ()
    first = sum(m.first for m in every)
    parts = [(len(every) - first, "change"), (corrections, "correction"), (first, "first rating")]
    counts = tuple(wording.count(n, noun) for n, noun in parts if n)
    oldest = min((m.day for m in every), default=None)
    return (f"Since {wording.day(oldest)}", *counts) if oldest else counts


def _groups(atlas: Atlas, every: Sequence[Move]) -> Iterator[CauseGroup]:
    """Moves by apply and kind of cause; a large group in parts that fit on a page."""
    scorer = atlas.headline
    assert scorer is not None or not every
    order = list(_CAUSES)
    for _, applied in groupby(every, key=lambda m: (m.record.at, m.record.lock)):
        members = sorted(applied, key=lambda m: -order.index(m.cause))
        by_cause = [(c, list(g)) for c, g in groupby(members, key=lambda m: m.cause)]
        for at, (cause, found) in enumerate(by_cause):
            assert scorer is not None
            others = effects(atlas, _others(atlas, scorer, found[0].record)) if at == 0 else ()
            yield from _cause_groups(atlas, scorer, cause, found, tuple(others))


def _others(atlas: Atlas, scorer: Scorer, record: Applied) -> list[Change]:
    """The changes of an apply in the other scores, without those of new profiles."""
    if not record.bases:
        return []
    return [
        c
        for c in record.changes
        if c.audience == atlas.audience
        and c.id in atlas.published
        and c.scorer != scorer.name
        and not (c.causes and c.leading.refs == (c.id,) and not c.before.rated)
    ]


def _cause_groups(
    atlas: Atlas,
    scorer: Scorer,
    cause: str,
    found: Sequence[Move],
    others: tuple[ScorerEffect, ...],
) -> Iterator[CauseGroup]:
    day = found[0].day
    record = found[0].record
    place = f"apply-{atlas.history.index(record) + 1}-{cause}"
    noun = "first rating" if cause == "first" else "change"
    count = wording.count(len(found), noun)
    summary = count if cause == "first" else f"{count}, {_CAUSES[cause]}"
    shared = found[0].why if len(found) > 1 and len({m.why for m in found}) == 1 else None
    note = _first_note(atlas, scorer, found) if cause == "first" else None
    if note is None and shared is not None:
        note = sentence(shared)
    for part, members in enumerate(paging.parts(found)):
        rows = () if cause == "first" else members
        yield CauseGroup(
            id=place + (f"-{part + 1}" if part else ""),
            day=wording.day(day),
            machine=day.isoformat(),
            summary=summary if not part else f"{summary}, continued",
            note=note,
            rows=tuple(_move_row(atlas, scorer, move, shared) for move in rows),
            effects=() if part else others,
        )
        if cause == "first":
            return


def _first_note(atlas: Atlas, scorer: Scorer, found: Sequence[Move]) -> str:
    """``35 briefings were rated for the first time, as of 15 January 2026: 20 C/D, 15 D.``"""
    names = [b.grade for b in reversed(charts.ascending(atlas.rulebook.bands(scorer)))]
    given = [m.after for m in found]
    order = [*dict.fromkeys(names), *sorted(set(given) - set(names))]
    spread = listed([f"{given.count(grade)} {grade}" for grade in order if grade in given])
    verb = "briefing was" if len(found) == 1 else "briefings were"
    as_of = wording.day(found[0].as_of)
    return f"{len(found)} {verb} rated for the first time, as of {as_of}: {spread}."


def _move_row(atlas: Atlas, scorer: Scorer, move: Move, shared: str | None) -> MoveRow:
    bands = atlas.rulebook.bands(scorer)
    every = moves(atlas, move.profile, scorer.name)
    upto = [m.after for m in every[: every.index(move) + 1]]
    profile = atlas.published[move.profile]
    return MoveRow(
        profile=Link(profile.name, atlas.href(profile.id, ROOT)),
        before=badge_of(scorer, bands, move.before),
        after=badge_of(scorer, bands, move.after),
        direction=move.direction,
        why=None if shared is not None else move.why,
        chart=charts.sparkline(bands, upto),
    )
