"""What would change a grade: the least changes of the evidence that cross a boundary.

A what-if is one more row for the engine that made the scores, never a second way to compute
them. Neighbours are held as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from assay.model.corpus import Corpus
from assay.model.profile import AnyProfile
from assay.model.rulebook import Rulebook
from assay.rules.program import Program
from assay.scoring.results import Score, WouldChange
from assay.scoring.run import run_program
from assay.scoring.what_ifs import Supposed, WhatIf, what_ifs
from assay.tables.build import build_tables


def would_change(
    corpus: Corpus,
    rulebook: Rulebook,
    program: Program,
    as_of: date,
    profiles: Sequence[AnyProfile],
) -> dict[str, tuple[WouldChange, ...]]:
    """For each profile the least changes that move one of its scores into another band.

    Every change of the rulebook's catalogue is tried; upgrades first, by effort.
    """
    supposed = Supposed(as_of)
    tried = [
        (profile.id, what_if)
        for profile in profiles
        for what_if in what_ifs(corpus, profile, rulebook.changes, supposed)
    ]
    rows = [what_if.profile for _, what_if in tried]
    tables = build_tables(supposed.added_to(corpus), rulebook, as_of, rows)
    run = run_program(rulebook, program, tables)
    first = tables.height("profile") - len(rows)
    found: dict[str, list[WouldChange]] = {p.id: [] for p in profiles}
    for scorer in program.on("profile"):
        if scorer.band is None:
            continue
        scores = run.scores(scorer)
        for row, (profile_id, what_if) in enumerate(tried, start=first):
            now = scores[run.profile_rows[profile_id]]
            changed = _crossing(scorer.scorer.name, now, scores[row], what_if)
            if changed:
                found[profile_id].append(changed)
    return {profile_id: _least(changes) for profile_id, changes in found.items()}


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
