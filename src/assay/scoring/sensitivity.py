"""What would change a grade: the least changes of the evidence that cross a boundary.

A what-if is one more row for the engine that made the scores, never a second way to compute
them. Neighbours are held as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Protocol

from assay.evidence.origins import Lineage
from assay.model.corpus import Corpus
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.progress import counting
from assay.rules.program import Program
from assay.scoring.results import Score, WouldChange
from assay.scoring.run import Run, run_program
from assay.scoring.what_ifs import Supposed, WhatIf, what_ifs
from assay.tables.assemble import assemble
from assay.tables.mend import followed_by
from assay.tables.rows import Rows, rows_of
from assay.tables.tables import Tables

_AT_ONCE = 2_000
"""Profiles whose what-ifs are scored together."""


class Base(Protocol):
    """The rows and tables of the documents as they are."""

    @property
    def rows(self) -> Rows: ...

    @property
    def tables(self) -> Tables: ...


def would_change(
    corpus: Corpus,
    base: Base,
    rulebook: Rulebook,
    program: Program,
    as_of: date,
    profiles: Sequence[AnyProfile],
) -> dict[str, tuple[WouldChange, ...]]:
    """For each profile the least changes that move one of its scores into another band.

    Every change of the rulebook's catalogue is tried; upgrades first, by effort. ``base`` is what
    the corpus was built into.
    """
    lineage = Lineage(corpus, as_of)
    found: dict[str, tuple[WouldChange, ...]] = {}
    for start in range(0, len(profiles), _AT_ONCE):
        supposed = Supposed(as_of)
        tried = [
            (profile.id, what_if)
            for profile in counting(profiles[start : start + _AT_ONCE], "profiles")
            for what_if in what_ifs(lineage, profile, rulebook.changes, supposed)
        ]
        wider = supposed.added_to(corpus)
        review_after = rulebook.settings.review_after_days
        more = rows_of(wider, review_after, as_of, (), [w.profile for _, w in tried])
        rows = followed_by(base.rows, more)
        run = run_program(
            rulebook, program, assemble(rows, rulebook, as_of.toordinal(), base.tables)
        )
        changes = _changes(run, tried)
        for profile in profiles[start : start + _AT_ONCE]:
            found[profile.id] = _least(changes.get(profile.id, ()))
    return found


def _changes(run: Run, tried: Sequence[tuple[str, WhatIf]]) -> dict[str, list[WouldChange]]:
    """By profile the changes that cross a boundary; their rows are the last of the run."""
    first = run.tables.height("profile") - len(tried)
    found: dict[str, list[WouldChange]] = {}
    for scorer in run.program.on("profile"):
        if scorer.band is None:
            continue
        bands = run.engine.column("profile", scorer.band)
        before = bands.gather([run.profile_rows[profile_id] for profile_id, _ in tried])
        for number in bands[first:].ne_missing(before).arg_true():
            profile_id, what_if = tried[number]
            now = run.score(scorer, run.profile_rows[profile_id])
            then = run.score(scorer, first + number)
            changed = _crossing(scorer.scorer.name, now, then, what_if)
            if changed:
                found.setdefault(profile_id, []).append(changed)
    return found


def _crossing(scorer: str, now: Score, then: Score, what_if: WhatIf) -> WouldChange | None:
    """The change as one that crosses a boundary; None where the band stays."""
    if then.band is None or then.points is None or then.band == now.band:
        return None
    up = now.points is None or then.points > now.points
    return WouldChange(
        scorer=scorer,
        to=then.band,
        change=what_if.text,
        effort=what_if.effort,
        points=then.points,
        direction="upgrade" if up else "downgrade",
    )


def _least(changes: Iterable[WouldChange]) -> tuple[WouldChange, ...]:
    """For each score and direction the least effort, and more effort only where it goes further."""
    kept: list[WouldChange] = []
    ordered = sorted(
        changes, key=lambda c: (c.scorer, c.direction != "upgrade", c.effort, c.change)
    )
    for _, same in groupby(ordered, key=lambda c: (c.scorer, c.direction)):
        furthest: float | None = None
        for change in _furthest_of_each_effort(same):
            sign = 1 if change.direction == "upgrade" else -1
            if furthest is None or sign * change.to.from_ > sign * furthest:
                kept.append(change)
                furthest = change.to.from_
    return tuple(kept)


def _furthest_of_each_effort(changes: Iterable[WouldChange]) -> Iterator[WouldChange]:
    for _, same in groupby(changes, key=lambda c: c.effort):
        yield max(same, key=lambda c: c.points if c.direction == "upgrade" else -c.points)
