"""Horizons: when to look at a profile again, and why.

The next date comes from the documents and the outlook, the review from the cadence of the rulebook.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

import polars as pl

from assay.diagnostics import content_codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.model.dates import PartialDate, add_days
from assay.model.documents import Corpus
from assay.model.results import (
    Ended,
    GapKind,
    Horizon,
    NextDate,
    Overrides,
    ReviewBy,
    Score,
    WatchNotice,
)
from assay.model.rulebook import Cadence
from assay.scoring.run import Rows, Run
from assay.text import plural
from assay.yaml.source_map import ValuePath

_NO_SCORE = Score(None, 0)


def horizons(
    run: Run,
    listing: pl.DataFrame,
    as_of: date,
    falls: Sequence[date | None],
    decided: Mapping[str, date],
    rows: Rows,
    overrides: Overrides,
) -> list[Horizon]:
    """Find the horizons of some profile rows.

    ``listing`` has their watch items and dates, ``falls`` for each row the day on which its grade
    changes without new evidence, ``decided`` by profile id the day of the newest decision,
    ``overrides`` the overrides that count.
    """
    cadence = run.rulebook.cadence
    scorer = run.rulebook.scorer("profile", cadence.scorer)
    scores = [_NO_SCORE] * len(rows)
    if scorer is not None:
        scores = run.scores(run.program.scorer(scorer.key), rows)
    rechecks, gaps = _rechecks(run), _gaps(run)
    found = []
    cells = listing.select("id", "watch", "dates").select(pl.all().gather(list(rows)))
    for row, score, fall, (profile_id, watch, dates) in zip(
        rows, scores, falls, cells.iter_rows(), strict=True
    ):
        own = _Dates(**json.loads(dates or "{}"))
        if own.closed:
            found.append(Horizon(closed=Ended(*own.closed)))
            continue
        ahead = [*_watched(watch), *rechecks.get(row, ())]
        if fall is not None:
            text = f"{_grade_name(run)} falls without new evidence"
            ahead.append(NextDate(fall, fall.isoformat(), "grade", profile_id, text))
        ahead += _events(own)
        following = min(ahead, key=lambda n: n.day, default=None)
        review = None
        if scorer is not None:
            days = (decided.get(profile_id), own.last_review)
            last = max(filter(None, days), default=None)
            override = overrides.get(profile_id, {}).get(scorer.name)
            held = replace(score, override=override)
            review = _review(run, held, last, own, gaps.get(row, (None, None)), as_of)
        day = following.day if following else review.day if review else None
        word = None if day is None else cadence.word((day - as_of).days)
        found.append(Horizon(following, review, word))
    return found


@dataclass(frozen=True, slots=True)
class _Dates:
    """The dates of a profile in a listing (``_dates`` of :mod:`assay.tables.build`)."""

    reviewed: str | None = None
    question: str | None = None
    closed: Sequence[str] = ()
    events: Sequence[tuple[str, str, str]] = ()
    passed: str | None = None

    @property
    def last_review(self) -> date | None:
        return date.fromisoformat(self.reviewed) if self.reviewed else None

    @property
    def last_day(self) -> date | None:
        return date.fromisoformat(self.passed) if self.passed else None


def horizon_from_json(values: Mapping[str, Any]) -> Horizon:
    """Read a horizon that was written to JSON by the names of its fields."""
    following, review, closed = (values[name] for name in ("next", "review", "closed"))
    return Horizon(
        NextDate(**_with_days(following, "day", "since"), claims=tuple(following["claims"]))
        if following
        else None,
        ReviewBy(**_with_days(review, "day", "last", "passed")) if review else None,
        values["word"],
        Ended(**closed) if closed else None,
    )


def _with_days(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    days = {name: date.fromisoformat(values[name]) for name in names if values[name]}
    return {**{k: v for k, v in values.items() if k != "claims"}, **days}


def watch_items(watch: str | None) -> list[WatchNotice]:
    """Read the watch items of analysts from a cell of a listing."""
    return [
        WatchNotice(**{**item, "claims": tuple(item["claims"])})
        for item in json.loads(watch or "[]")
    ]


def _watched(watch: str | None) -> Iterator[NextDate]:
    for number, item in enumerate(watch_items(watch)):
        if item.due:
            day = PartialDate.parse(item.due).last
            yield NextDate(day, item.due, "watch", str(number), item.text, item.claims)


def _events(own: _Dates) -> Iterator[NextDate]:
    for written, event, text in own.events:
        yield NextDate(PartialDate.parse(written).last, written, "event", event, text)


def _grade_name(run: Run) -> str:
    scorer = run.rulebook.scorer("profile", run.rulebook.settings.publish_by)
    return scorer.heading if scorer else "A grade"


def _rechecks(run: Run) -> Mapping[int, list[NextDate]]:
    """By profile row the earliest recheck of a standing claim; none for undated claims."""
    due = pl.col("checked_day") + pl.col("review_after_days")
    due = due.clip(upper_bound=date.max.toordinal())
    first = (
        run.tables.frames["claim"]
        .lazy()
        .filter(pl.col("holds").cast(pl.String).ne_missing("dated"))
        .select(
            "profile_row",
            due.alias("day"),
            *("id", "type", "review_after_days", "checked_day"),
        )
        .filter(pl.col("day").is_not_null())
        .sort("profile_row", "day", maintain_order=True)
        .unique("profile_row", keep="first", maintain_order=True)
        .collect()
    )
    found = {}
    for row, day, claim, type_, period, since in first.iter_rows():
        kind = type_ or "type not known"
        text = f"Recheck: {period} days ({kind}) after the last evidence or check"
        on, last = date.fromordinal(day), date.fromordinal(since)
        found[row] = [NextDate(on, on.isoformat(), "recheck", claim, text, (claim,), last)]
    return found


_Gap = tuple[str | None, GapKind | None]


def _gaps(run: Run) -> Mapping[int, _Gap]:
    """By profile row the factor that could change the scorer of the cadence most.

    Unknown factors come first, from one end of their scale to the other, then those without firm
    evidence, from their word to the lowest.
    """
    cadence, rulebook = run.rulebook.cadence, run.rulebook
    scorer = rulebook.scorer("profile", cadence.scorer)
    weigher = rulebook.scorer("factor", cadence.weight)
    if scorer is None or weigher is None or scorer.stands_on is None:
        return {}
    evidence = rulebook.scorer("factor", scorer.stands_on.scorer)
    assert evidence is not None
    firm = {b.id: round(b.from_ * 1000) for b in rulebook.bands(evidence)}.get(
        scorer.stands_on.provisional_below or "", 0
    )
    points = {
        name: run.engine.column("factor", run.program.scorer(s.key).score).cast(pl.Int64)
        for name, s in (("weight", weigher), ("grade", evidence))
    }
    unknown = pl.col("value").is_null()
    value, lowest = pl.col("value"), pl.col("lowest")
    change = pl.when(unknown).then(pl.col("highest") - lowest).otherwise(value - lowest)
    widest = (
        run.tables.frames["factor"]
        .lazy()
        .with_columns(**points)
        .filter(pl.col("weight") > 0, unknown | (pl.col("grade").fill_null(0) < firm))
        .select(
            "profile_row",
            pl.col("name").cast(pl.String),
            known=~unknown,
            change=-(change * 1000).round().cast(pl.Int64) * pl.col("weight"),
        )
        .sort("profile_row", "known", "change", maintain_order=True)
        .unique("profile_row", keep="first", maintain_order=True)
        .collect()
    )
    return {
        row: (name, "weak" if known else "unknown") for row, name, known, _ in widest.iter_rows()
    }


def _review(
    run: Run, score: Score, last: date | None, own: _Dates, gap: _Gap, as_of: date
) -> ReviewBy:
    days = max(_days_between(run, score), run.rulebook.cadence.least)
    by, passed = (as_of if last is None else add_days(last, days)), own.last_day
    # The factors of an event were estimates until its date.
    if last is None or passed is None or not last <= passed < by:
        return ReviewBy(by, days, last, None, *gap, own.question)
    return ReviewBy(passed, days, last, passed, *gap, own.question)


def _days_between(run: Run, score: Score) -> int:
    """Return the days of the cadence for a band and the grade it rests on."""
    cadence: Cadence = run.rulebook.cadence
    by_grade: Mapping[str, int] = cadence.days.get(score.in_force.id if score.in_force else "", {})
    if score.stands_on is None or not by_grade:
        return cadence.not_rated
    scorer = run.rulebook.scorer("profile", cadence.scorer)
    assert scorer is not None
    starts: dict[str, Any] = {b.id: b.from_ for b in run.rulebook.evidence_bands(scorer)}
    descending = sorted(by_grade.items(), key=lambda entry: -starts[entry[0]])
    reached = (days for grade, days in descending if starts[grade] <= score.stands_on.from_)
    return next(reached, descending[-1][1])


# Shared dates -------------------------------------------------------------------------------------


def may_share_dates(corpus: Corpus) -> bool:
    """Whether two profiles give dates of their own, which may have the same reason."""
    dated = (p for p in corpus.profiles.values() if p.reviewed or any(w.due for w in p.watch))
    return len(list(islice(dated, 2))) == 2


def shared_dates(
    found: Mapping[str, Horizon], subjects: Mapping[str, Subject]
) -> Iterator[Diagnostic]:
    """Report dates that several profiles have for the same reason, each once.

    ``found`` are the horizons of the profiles with a page, by id. Rechecks are left out, since each
    is of a claim of its own.
    """
    groups: dict[tuple[str, str, str], list[tuple[str, ValuePath]]] = {}
    for profile_id, horizon in found.items():
        for noun, day, reason, path in _reasons(horizon):
            groups.setdefault((noun, day, reason), []).append((profile_id, path))
    for (noun, day, reason), members in groups.items():
        if len(members) > 1:
            (first, _), (second, path), *others = members
            more = f" and {plural(len(others), 'other profile')}" if others else ""
            yield content_codes.SAME_DATE_AND_REASON.at(
                ValueLocation(path, subjects[second]),
                f"the {noun} of {second!r} ({day}) has the same reason as that of {first!r}{more}: "
                f"{reason}",
                "state what this date means for this subject alone, or add an earlier date",
            )


def _reasons(horizon: Horizon) -> Iterator[tuple[str, str, str, ValuePath]]:
    """The dates of a profile: what they are, the day, the reason, and where it is written."""
    following, review = horizon.next, horizon.review
    if following is not None and following.reason != "recheck":
        watched = following.reason == "watch"
        path: ValuePath = ("watch", int(following.subject), "due") if watched else ("id",)
        yield "next date", following.day.isoformat(), following.text, path
    if review is not None and (review.gap or review.question):
        reason = "; ".join(filter(None, (review.question, review.gap)))
        yield "review date", review.day.isoformat(), reason, ("reviewed",)
