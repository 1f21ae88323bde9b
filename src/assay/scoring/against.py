"""What stands between a profile and a band: how far it is, what holds it down, what would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.documents.suggest import unknown
from assay.errors import UsageError
from assay.model.rulebook import Band
from assay.rules.program import ScorerColumns
from assay.scoring.explain import Explainer
from assay.scoring.results import Explanation, Score, ScoreExplanation, WouldChange
from assay.scoring.run import Run
from assay.scoring.trace import Trace


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A step that keeps a score below the band, or an element of the pool that is below it."""

    subject: str
    scorer: str
    rule: str
    at: int | None
    because: str


@dataclass(frozen=True, slots=True)
class Against:
    """One scorer and a band of its scale; ``short`` is how much is missing, in thousandths.

    It is 0 where the band is reached, None where the score is unknown.
    """

    scorer: str
    band: Band
    score: Score
    short: int | None
    obstacles: tuple[Obstacle, ...]
    changes: tuple[WouldChange, ...]


def against(run: Run, explanation: Explanation, profile: int, wanted: str) -> list[Against]:
    """What stands between a profile and the band of that id or grade, for every scorer with it.

    Raises ``UsageError`` where no scale has it.
    """
    found = []
    for columns in run.program.on("profile"):
        bands = run.rulebook.bands(columns.scorer)
        band = next((b for b in bands if wanted in (b.id, b.grade)), None)
        if band is not None:
            found.append(_Between(run, columns, band, profile).told(explanation))
    if not found:
        scorers = [s.scorer for s in run.program.on("profile")]
        every = [b for s in scorers for b in run.rulebook.bands(s)]
        known = [*(b.grade for b in every), *(b.id for b in every)]
        raise UsageError(unknown("band", wanted, known))
    return found


class _Between:
    def __init__(self, run: Run, columns: ScorerColumns, band: Band, profile: int) -> None:
        self._run = run
        self._columns = columns
        self._band = band
        self._start = round(band.from_ * 1000)
        self._row = profile
        self._explainer = Explainer(run)
        self._trace = Trace(run)

    def told(self, explanation: Explanation) -> Against:
        name = self._columns.scorer.name
        score = self._run.scores(self._columns)[self._row]
        short = None if score.points is None else max(self._start - score.points, 0)
        obstacles = tuple(self._obstacles()) if short != 0 else ()
        changes = tuple(
            w
            for w in explanation.would_change
            if w.scorer == name and w.direction == "upgrade" and w.points >= self._start
        )
        return Against(name, self._band, score, short, obstacles, changes)

    def _obstacles(self) -> Iterator[Obstacle]:
        own = self._explainer.score(self._columns, self._row)
        yield from self._steps(own)
        pool = self._columns.pool
        if pool is None:
            return
        for element in self._trace.owned(pool.elements, pool.owner, self._row):
            take = self._trace.value(pool.elements, pool.take, element)
            kept = self._trace.value(pool.elements, pool.keep, element)
            if kept is False or (isinstance(take, int) and take >= self._start):
                continue
            label = self._trace.label(pool.elements, element)
            inner = list(self._inner(pool.elements, element))
            yield from inner
            if not inner:
                at = take if isinstance(take, int) else None
                yield Obstacle(label, "", "", at, "it brings no more than this")

    def _inner(self, space: str, row: int) -> Iterator[Obstacle]:
        """What holds the element's own score of the same scale below the band."""
        for columns in self._run.program.on(space):
            scorer = columns.scorer
            if scorer.scale == self._columns.scorer.scale:
                yield from self._steps(self._explainer.score(columns, row))

    def _steps(self, explanation: ScoreExplanation) -> Iterator[Obstacle]:
        if explanation.score.points is not None and explanation.score.points >= self._start:
            return
        for step in explanation.steps:
            beginning = step.phase in ("start", "pool")
            lowering = step.phase in ("cap", "multiply") and step.applied
            pooled = beginning and explanation.on == "profile" and step.phase == "pool"
            if pooled or not (beginning or lowering):
                continue
            bound = step.amount if step.phase == "cap" else step.after
            lowers = beginning or (step.before or 0) > (step.after or 0) or step.phase == "cap"
            if lowers and (bound is None or bound < self._start):
                name = explanation.name
                yield Obstacle(explanation.subject, name, step.rule, bound, step.because)


def against_lines(found: Against) -> Iterator[str]:
    """What stands in between, as text."""
    start = f"{found.band.from_:.3f}"
    if found.short is None:
        yield f"{found.scorer}: {found.band.grade} starts at {start}; it is not rated"
    elif found.short == 0:
        yield f"{found.scorer}: {found.band.grade} starts at {start} and is reached"
        return
    else:
        yield (
            f"{found.scorer}: {found.band.grade} starts at {start}; "
            f"{found.short / 1000:.3f} is missing"
        )
    for o in found.obstacles:
        at = "unknown" if o.at is None else f"{o.at / 1000:.3f}"
        rule = f" {o.rule}" if o.rule else ""
        yield f"  {o.subject}{rule}: {at}  {o.because}"
    yield from _changes(found.changes)


def _changes(changes: Sequence[WouldChange]) -> Iterator[str]:
    if not changes:
        yield "  no single change in the catalogue would reach it"
    for w in changes:
        yield f"  would reach it, effort {w.effort}: {w.change} ({w.points / 1000:.3f})"
