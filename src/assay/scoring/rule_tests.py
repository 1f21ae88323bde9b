"""Running the cases of a rulebook, and saying how what came out differs from what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import polars as pl

from assay.arithmetic import to_points
from assay.cel.operations import Col, Lit
from assay.cel.program import Program, ScorerColumns
from assay.lint.analysis import Analysis
from assay.model.documents import Corpus
from assay.model.results import Outcome, Score, ScoreExplanation, Step
from assay.model.rule_cases import Expectation, Expected, LoadedCase
from assay.model.rulebook import Rulebook
from assay.rules.scorers import compile_rulebook
from assay.scoring.explain import Explainer
from assay.scoring.run import Run, run_program
from assay.tables.build import assemble
from assay.tables.rows import LOCAL, Rows, rows_of, scored_profiles
from assay.tables.tables import Tables


@dataclass(frozen=True, slots=True)
class Difference:
    """One score that is not as expected: ``expected`` and ``found`` line by line, in pairs.

    ``explanation`` is the reasoning behind the score, None where there is no such score.
    """

    scorer: str
    subject: str
    lines: tuple[tuple[str, str], ...]
    explanation: ScoreExplanation | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one case; it passed where nothing differs."""

    name: str
    file: str
    line: int
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass
class Seen:
    """What the cases have met: outcomes of each rule, and bands of each graded scorer."""

    outcomes: dict[tuple[str, str], set[Outcome]] = field(default_factory=dict)
    bands: dict[str, set[str]] = field(default_factory=dict)

    def add(self, run: Run) -> None:
        """Note every outcome and band of a run."""
        for columns in run.program.scorers:
            scorer = columns.scorer
            for rule in columns.rules:
                found = self.outcomes.setdefault((scorer.key, rule.rule.id), set())
                if isinstance(rule.outcome, Lit):
                    values: Iterable[object] = [rule.outcome.value]
                else:
                    values = _outcomes(run, scorer.on, rule.outcome)
                found |= {_word(v) for v in values}
            if columns.band is not None:
                reached = {s.band.id for s in run.scores(columns) if s.band}
                self.bands.setdefault(scorer.key, set()).update(reached)


def _outcomes(run: Run, space: str, outcome: Col) -> list[object]:
    """The values of an outcome's column; implied citations are no rows anybody wrote."""
    values = run.engine.column(space, outcome.name).to_list()
    if space != "citation":
        return values
    owners = run.engine.column("citation", "owner_row").to_list()
    return [v for v, owner in zip(values, owners, strict=True) if owner is not None]


def _word(value: object) -> Outcome:
    return "unknown" if value is None else "true" if value else "false"


class RuleTester:
    """Runs cases with one rulebook, all cases of one date together."""

    def __init__(self, rulebook: Rulebook, *, covered: bool) -> None:
        """With ``covered`` note outcomes and bands in ``seen``."""
        # Watch rules read the outlook, which no case asks for.
        self._rulebook = rulebook.model_copy(update={"watch": ()})
        self.program: Program = compile_rulebook(self._rulebook)
        self.seen = Seen() if covered else None

    def run(self, cases: Sequence[LoadedCase]) -> list[CaseResult]:
        """Score the evidence of the cases and compare; the results are in the order of cases."""
        results: dict[int, CaseResult] = {}
        for as_of in sorted({c.as_of for c in cases}):
            dated = {n: c for n, c in enumerate(cases) if c.as_of == as_of}
            results |= zip(dated, self._run_dated([*dated.values()], as_of), strict=True)
        return [results[n] for n in range(len(cases))]

    def _run_dated(self, cases: Sequence[LoadedCase], as_of: date) -> Iterator[CaseResult]:
        tables, owners = _tables([c.corpus for c in cases], self._rulebook, as_of)
        run = run_program(self._rulebook, self.program, tables)
        if self.seen is not None:
            self.seen.add(run)
        explainer = Explainer(run)
        rows = _rows_by_case(run, explainer, owners, len(cases))
        for loaded, there in zip(cases, rows, strict=True):
            found = _Comparison(run, explainer, loaded.subject, there)
            differences = tuple(found.differences(loaded.case.expect))
            yield CaseResult(loaded.case.name, loaded.file, loaded.line, differences)


def _tables(corpora: Sequence[Corpus], rulebook: Rulebook, as_of: date) -> tuple[Tables, list[int]]:
    """The tables of all corpora, and the number of the corpus that each profile is of.

    Profiles of several cases have the same id, and references lead from id to id. While tables are
    made of their rows, an id therefore starts with the number of its corpus.
    """
    parts: list[Rows] = []
    owners: list[int] = []
    for number, corpus in enumerate(corpora):
        profiles = scored_profiles(corpus, as_of)
        parts.append(rows_of(corpus, rulebook.settings.review_after_days, as_of, profiles))
        owners += [number] * len(profiles)
    first = np.cumsum([0, *(part["profile"].height for part in parts)])[:-1]
    rows: dict[str, pl.DataFrame] = {}
    for space in LOCAL:
        frames = [part[space] for part in parts]
        heights = [frame.height for frame in frames]
        joined = pl.concat(frames)
        numbers = pl.Series(np.repeat(np.arange(len(parts)), heights))
        changed = [
            pl.format("{}/{}", pl.lit(numbers), name).alias(name)
            for name in _PROFILE_IDS.get(space, ())
        ]
        if "own" in joined.columns:
            changed.append(pl.col("own") + pl.lit(pl.Series(np.repeat(first, heights))))
        rows[space] = joined.with_columns(changed)
    tables = assemble(rows, rulebook, as_of.toordinal())
    ids = pl.concat([part["profile"] for part in parts]).get_column("id")
    profile = tables.frames["profile"].with_columns(ids)
    return replace(tables, frames={**tables.frames, "profile": profile}), owners


_PROFILE_IDS = {"profile": ("id",), "ground": ("profile",), "edge": ("peer",)}
"""The columns of rows that have ids of profiles."""

_Named = Mapping[str, dict[str, int]]
"""By kind, the row of everything that is scored, by its name."""


def _rows_by_case(
    run: Run, explainer: Explainer, owners: Sequence[int], count: int
) -> Sequence[_Named]:
    rows: list[dict[str, dict[str, int]]] = [
        {"profile": {}, "claim": {}, "citation": {}} for _ in range(count)
    ]
    for on in ("profile", "claim", "citation"):
        profiles = None if on == "profile" else run.engine.column(on, "profile_row").to_list()
        for row, subject in explainer.subjects(on).items():
            case = owners[row if profiles is None else profiles[row]]
            rows[case][on][subject] = row
    return rows


class _Comparison:
    """What one case expects, compared with a run."""

    def __init__(self, run: Run, explainer: Explainer, subject: str, rows: _Named) -> None:
        self._run = run
        self._explainer = explainer
        self._subject = subject
        self._rows = rows

    def differences(self, expected: Expected) -> Iterator[Difference]:
        yield from self._of("profile", self._subject, expected.profile)
        for claim, expectations in expected.claims.items():
            yield from self._of("claim", self._full(claim), expectations)
        for citation, expectations in expected.citations.items():
            yield from self._of("citation", self._full(citation), expectations)

    def _full(self, name: str) -> str:
        return name if "#" in name else f"{self._subject}#{name}"

    def _of(
        self, on: str, subject: str, expectations: Mapping[str, Expectation]
    ) -> Iterator[Difference]:
        row = self._rows[on].get(subject)
        for name, expectation in expectations.items():
            columns = next((s for s in self._run.program.on(on) if s.scorer.name == name), None)
            if columns is None:
                known = ", ".join(s.scorer.name for s in self._run.program.on(on))
                missing = f"there is no such scorer; on a {on} there are: {known}"
                yield Difference(name, subject, (("a score", missing),))
            elif row is None:
                known = ", ".join(self._rows[on]) or "none"
                yield Difference(
                    name, subject, (("a score", f"no such {on} in the case; there are: {known}"),)
                )
            else:
                explanation = self._explainer.score(columns, row)
                lines = tuple(_lines(expectation, columns, explanation, self._run.rulebook))
                if lines:
                    yield Difference(name, subject, lines, explanation)


def _lines(
    expected: Expectation, columns: ScorerColumns, found: ScoreExplanation, rulebook: Rulebook
) -> Iterator[tuple[str, str]]:
    score = found.score
    if expected.score == "unknown" and score.points is not None:
        yield "not rated", _score(score)
    elif isinstance(expected.score, float) and score.points != to_points(expected.score):
        yield f"score {expected.score:.3f}", f"score {_score(score)}"
    if expected.grade is not None and (
        score.band is None or expected.grade not in (score.band.grade, score.band.id)
    ):
        known = [b.grade for b in rulebook.bands(columns.scorer)]
        known += [b.id for b in rulebook.bands(columns.scorer)]
        note = "" if expected.grade in known else " (the scale has no such grade)"
        yield f"grade {expected.grade}{note}", f"grade {_score(score)}"
    steps = {s.rule: s for s in found.steps}
    for wanted, ids in (
        ("takes effect", expected.fired),
        ("takes no effect", expected.not_fired),
        ("is undecided", expected.unknown),
    ):
        for rule in ids:
            step = steps.get(rule)
            if step is None:
                yield f"rule {rule} {wanted}", f"there is no rule {rule}"
            elif not _holds(wanted, step):
                yield f"rule {rule} {wanted}", f"rule {rule} {_state(step)}"


def _holds(wanted: str, step: Step) -> bool:
    if wanted == "is undecided":
        return step.outcome == "unknown"
    return step.applied is (wanted == "takes effect")


def _state(step: Step) -> str:
    if step.outcome == "unknown":
        missing = f"; unknown: {', '.join(step.missing)}" if step.missing else ""
        return f"is undecided{', applied all the same' if step.applied else ''}{missing}"
    return "takes effect" if step.applied else "does not hold"


def _score(score: Score) -> str:
    if score.points is None:
        return "not rated"
    return f"{score.points / 1000:.3f}" + (
        f" {score.band.grade} ({score.band.id})" if score.band else ""
    )


def failure_lines(difference: Difference) -> Iterator[str]:
    """A difference as text: expected with −, found with +, then the steps that led there."""
    yield f"  {difference.scorer} of {difference.subject}"
    for expected, found in difference.lines:
        yield f"    - {expected}"
        yield f"    + {found}"
    if difference.explanation is None:
        return
    for step in difference.explanation.steps:
        if step.applied or step.outcome == "unknown" or step.phase in ("start", "pool"):
            yield f"      {_step(step)}"


def _step(step: Step) -> str:
    name = step.phase if step.rule == step.phase else f"{step.phase} {step.rule}"
    after = "unknown" if step.after is None else f"{step.after / 1000:.3f}"
    state = " (undecided)" if step.outcome == "unknown" else ""
    missing = f" [unknown: {', '.join(step.missing)}]" if step.missing else ""
    return f"{name}{state} → {after}  {step.because}{missing}"


def passed(results: Sequence[CaseResult]) -> int:
    """How many cases passed."""
    return sum(r.passed for r in results)


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """The outcomes a rule can have, and those that were seen."""

    scorer: str
    rule: str
    possible: tuple[Outcome, ...]
    seen: tuple[Outcome, ...]

    @property
    def missing(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.possible if o not in self.seen)


@dataclass(frozen=True, slots=True)
class BandCoverage:
    """The bands of a scorer's scale, and those that were reached."""

    scorer: str
    bands: tuple[str, ...]
    reached: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(b for b in self.bands if b not in self.reached)


@dataclass(frozen=True, slots=True)
class Coverage:
    """All rules and scales; ``share`` is in thousandths, rounded down."""

    rules: tuple[RuleCoverage, ...]
    scales: tuple[BandCoverage, ...]

    @property
    def total(self) -> int:
        return sum(len(r.possible) for r in self.rules) + sum(len(s.bands) for s in self.scales)

    @property
    def met(self) -> int:
        missing = sum(len(r.missing) for r in self.rules)
        return self.total - missing - sum(len(s.missing) for s in self.scales)

    @property
    def share(self) -> int:
        return self.met * 1000 // self.total if self.total else 1000


_ORDER: tuple[Outcome, ...] = ("true", "false", "unknown")


def coverage(rulebook: Rulebook, program: Program, seen: Seen) -> Coverage:
    """What of the rulebook was met; outcomes a rule can never have are not asked for."""
    return Coverage(
        tuple(_rules(program, seen)),
        tuple(
            BandCoverage(
                s.scorer.key,
                tuple(b.id for b in rulebook.bands(s.scorer)),
                tuple(
                    b.id
                    for b in rulebook.bands(s.scorer)
                    if b.id in seen.bands.get(s.scorer.key, ())
                ),
            )
            for s in program.scorers
            if s.band is not None
        ),
    )


def _rules(program: Program, seen: Seen) -> Iterator[RuleCoverage]:
    analysis = Analysis(program)
    for columns in program.scorers:
        for rule in columns.rules:
            found = seen.outcomes.get((columns.scorer.key, rule.rule.id), set())
            can = analysis.expression(columns.scorer.on, rule.outcome).outcomes | found
            yield RuleCoverage(
                columns.scorer.key,
                rule.rule.id,
                tuple(o for o in _ORDER if o in can),
                tuple(o for o in _ORDER if o in found),
            )


def coverage_lines(found: Coverage) -> Iterator[str]:
    """What was not met, and the share of what was."""
    for rule in found.rules:
        if rule.missing:
            yield f"  {rule.scorer}.{rule.rule}: never seen {' or '.join(rule.missing)}"
    for scale in found.scales:
        if scale.missing:
            yield f"  {scale.scorer}: never reached {', '.join(scale.missing)}"
    yield f"coverage {found.share / 10:.1f} % ({found.met} of {found.total})"


def suggestions(found: Coverage) -> str:
    """Cases in YAML, to be filled in, for what was not met."""
    lines = ["cases:"]
    for rule in found.rules:
        on, _, name = rule.scorer.partition(".")
        for outcome in rule.missing:
            key = {"true": "fired", "false": "not_fired", "unknown": "unknown"}[outcome]
            lines += _skeleton(f"{rule.rule} is {outcome}", on, name, f"{{{key}: [{rule.rule}]}}")
    for scale in found.scales:
        on, _, name = scale.scorer.partition(".")
        for band in scale.missing:
            lines += _skeleton(f"{name} of a {on} reaches {band}", on, name, f"{{grade: {band}}}")
    return "\n".join(lines) + "\n" if len(lines) > 1 else ""


_PLACE = {"profile": "profile: ", "claim": "claims: {c1: ", "citation": "citations: {c1@s1: "}


def _skeleton(title: str, on: str, scorer: str, expected: str) -> Sequence[str]:
    closing = "" if on == "profile" else "}"
    return (
        f"  - name: {title}",
        "    given:",
        "      sources: [{id: s1}]  # fill in: directness, publisher, published …",
        "      claims: [{id: c1, sources: [s1]}]  # fill in: nature, holds, as_of …",
        "    expect:",
        f"      {_PLACE[on]}{{{scorer}: {expected}}}{closing}",
    )
