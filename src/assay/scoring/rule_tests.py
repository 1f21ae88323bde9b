"""Tests of a rulebook: run its cases, compare their scores, measure the test coverage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import polars as pl

from assay.arithmetic import to_points
from assay.cel.operations import Lit
from assay.cel.program import Program, RuleColumns
from assay.cel.schema import SUBJECTS
from assay.lint.analysis import Analysis
from assay.model.documents import Corpus
from assay.model.results import Outcome, Score, ScoreExplanation, Step
from assay.model.rule_cases import Expectation, Expected, LoadedCase
from assay.model.rulebook import Band, Rulebook
from assay.rules.scorers import compile_rulebook
from assay.scoring.deciding import RuleKey, RuleUse, rule_uses
from assay.scoring.explain import Explainer, outcome_word
from assay.scoring.run import Run, run_program
from assay.scoring.trace import Trace
from assay.tables.build import assemble
from assay.tables.rows import LOCAL, Rows, rows_of, scored_profiles
from assay.tables.tables import Tables
from assay.text import sentence


@dataclass(frozen=True, slots=True)
class Difference:
    """A score that is not as expected: ``lines`` are pairs of the expected and the found.

    ``explanation`` explains the score, None if there is no such score.
    """

    scorer: str
    subject: str
    lines: tuple[tuple[str, str], ...]
    explanation: ScoreExplanation | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The result of one case; it passed if nothing differs."""

    name: str
    file: str
    line: int
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass
class Observed:
    """Outcomes and uses of each rule, and bands of each graded scorer, that occurred in cases."""

    outcomes: dict[tuple[str, str], set[Outcome]] = field(default_factory=dict)
    bands: dict[str, set[str]] = field(default_factory=dict)
    uses: dict[RuleKey, RuleUse] = field(default_factory=dict)

    def add(self, run: Run) -> None:
        """Add the outcomes, bands and decided scores of a run."""
        for key, use in rule_uses(run).items():
            self.uses[key] = self.uses.get(key, RuleUse()) + use
        for columns in run.program.scorers:
            scorer = columns.scorer
            for rule in columns.rules:
                found = self.outcomes.setdefault((scorer.key, rule.rule.id), set())
                found |= {outcome_word(v) for v in _outcomes(run, scorer.on, rule)}
            if columns.band is not None:
                reached = {s.band.id for s in run.scores(columns) if s.band}
                self.bands.setdefault(scorer.key, set()).update(reached)


def _outcomes(run: Run, space: str, rule: RuleColumns) -> Iterable[object]:
    if isinstance(rule.outcome, Lit):
        return [rule.outcome.value]
    values = run.engine.column(space, rule.outcome.name)
    if space == "citation":  # originals that no claim cites are in no case
        values = values.filter(run.engine.column("citation", "owner_row").is_not_null())
    return values.unique().to_list()


class RuleTester:
    """Runs cases with one rulebook, all cases of one date together."""

    def __init__(self, rulebook: Rulebook, *, covered: bool) -> None:
        """Collect outcomes and bands in ``seen`` if ``covered``."""
        # Watch rules read the outlook, which no case has.
        self._rulebook = rulebook.model_copy(update={"watch": ()})
        self.program: Program = compile_rulebook(self._rulebook)
        self.seen = Observed() if covered else None

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
        rows = _rows_by_case(explainer.trace, owners, len(cases))
        for loaded, own in zip(cases, rows, strict=True):
            compared = _Comparison(run, explainer, loaded.subject, own)
            differences = tuple(compared.differences(loaded.case.expect))
            yield CaseResult(loaded.case.name, loaded.file, loaded.line, differences)


# Columns of rows with ids of profiles.
_PROFILE_IDS = {
    "profile": ("id",),
    "ground": ("profile",),
    "factor_ground": ("profile",),
    "edge_ground": ("profile",),
    "edge": ("peer",),
}


def _tables(corpora: Sequence[Corpus], rulebook: Rulebook, as_of: date) -> tuple[Tables, list[int]]:
    """Make common tables of all corpora; also return the number of the corpus of each profile.

    Profiles of several cases may have the same id. While references are resolved, an id therefore
    starts with the number of its corpus.
    """
    parts: list[Rows] = []
    owners: list[int] = []
    for number, corpus in enumerate(corpora):
        profiles = scored_profiles(corpus, as_of)
        parts.append(rows_of(corpus, rulebook, as_of, profiles))
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


_RowsByName = Mapping[str, dict[str, int]]
"""By kind the row of every subject, by its name."""


def _rows_by_case(trace: Trace, owners: Sequence[int], count: int) -> Sequence[_RowsByName]:
    cases: list[dict[str, dict[str, int]]] = [
        {space: {} for space in SUBJECTS} for _ in range(count)
    ]
    for row, case in enumerate(owners):
        cases[case]["profile"][trace.subject("profile", row)] = row
        for space in ("factor", "dependent"):
            for owned in trace.owned(space, "profile_row", row):
                cases[case][space][trace.subject(space, owned)] = owned
        for claim in trace.owned("claim", "profile_row", row):
            cases[case]["claim"][trace.subject("claim", claim)] = claim
            for space, owner in (("corroboration", "claim_row"), ("citation", "owner_row")):
                for element in trace.owned(space, owner, claim):
                    cases[case][space][trace.subject(space, element)] = element
    return cases


class _Comparison:
    """Compares the expectations of one case with a run."""

    def __init__(self, run: Run, explainer: Explainer, subject: str, rows: _RowsByName) -> None:
        self._run = run
        self._explainer = explainer
        self._subject = subject
        self._rows = rows

    def differences(self, expected: Expected) -> Iterator[Difference]:
        yield from self._of("profile", self._subject, expected.profile)
        for factor, expectations in expected.factors.items():
            full = factor if ":" in factor else f"{self._subject}:{factor}"
            yield from self._of("factor", full, expectations)
        for peer, expectations in expected.dependents.items():
            full = peer if ">" in peer else f"{peer}>{self._subject}"
            yield from self._of("dependent", full, expectations)
        for claim, expectations in expected.claims.items():
            yield from self._of("claim", self._full(claim), expectations)
        for corroboration, expectations in expected.corroborations.items():
            yield from self._of("corroboration", self._full(corroboration), expectations)
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
                missing = f"unknown scorer; scorers of a {on}: {known}"
                yield Difference(name, subject, (("a score", missing),))
            elif row is None:
                known = ", ".join(self._rows[on]) or "none"
                missing = f"unknown {on}; the case has: {known}"
                yield Difference(name, subject, (("a score", missing),))
            elif on == "profile" and not columns.scorer.asks(self._kind(row)):
                if expectation.score != "not asked":
                    yield Difference(name, subject, (("a score", "not asked"),))
            else:
                explanation = self._explainer.score(columns, row)
                bands = self._run.rulebook.bands(columns.scorer)
                lines = tuple(_differing_lines(expectation, bands, explanation))
                if lines:
                    yield Difference(name, subject, lines, explanation)

    def _kind(self, row: int) -> str:
        return str(self._explainer.trace.value("profile", "kind", row))


def _differing_lines(
    expected: Expectation, bands: Sequence[Band], found: ScoreExplanation
) -> Iterator[tuple[str, str]]:
    score = found.score
    rated = score.points is not None and (not bands or score.band is not None)
    if expected.score == "not asked":
        yield "not asked", _score_text(score)
    elif expected.score == "unknown" and rated:
        yield "not rated", _score_text(score)
    elif isinstance(expected.score, float) and score.points != to_points(expected.score):
        yield f"score {expected.score:.3f}", f"score {_score_text(score)}"
    if expected.grade is not None and (
        score.band is None or expected.grade not in (score.band.grade, score.band.id)
    ):
        known = any(expected.grade in (band.grade, band.id) for band in bands)
        note = "" if known else " (the scale has no such grade)"
        yield f"grade {expected.grade}{note}", f"grade {_score_text(score)}"
    for name, wanted, band in (
        ("ceiling", expected.ceiling, score.ceiling or score.band),
        ("stands_on", expected.stands_on, score.stands_on),
    ):
        if wanted is not None and (band is None or wanted not in (band.grade, band.id)):
            yield f"{name} {wanted}", f"{name} {band.grade if band else 'nothing'}"
    steps = {s.rule: s for s in found.steps}
    for state, rules in (
        ("takes effect", expected.fired),
        ("takes no effect", expected.not_fired),
        ("is undecided", expected.unknown),
    ):
        for rule in rules:
            step = steps.get(rule)
            if step is None:
                yield f"rule {rule} {state}", f"unknown rule {rule}"
            elif not _is_in(state, step):
                yield f"rule {rule} {state}", f"rule {rule} {_state(step)}"


def _is_in(state: str, step: Step) -> bool:
    if state == "is undecided":
        return step.outcome == "unknown"
    return step.applied is (state == "takes effect")


def _state(step: Step) -> str:
    if step.outcome == "unknown":
        missing = f"; unknown: {', '.join(step.missing)}" if step.missing else ""
        return f"is undecided{', but applied' if step.applied else ''}{missing}"
    return "takes effect" if step.applied else "takes no effect"


def _score_text(score: Score) -> str:
    if score.points is None:
        return "not rated"
    grade = f" {score.band.grade} ({score.band.id})" if score.band else ""
    return f"{score.points / 1000:.3f}{grade}"


def failure_lines(difference: Difference) -> Iterator[str]:
    """Format a difference: expected lines with −, found ones with +, then the steps."""
    yield f"  {difference.scorer} of {difference.subject}"
    for expected, found in difference.lines:
        yield f"    - {expected}"
        yield f"    + {found}"
    if difference.explanation is None:
        return
    for step in difference.explanation.steps:
        if step.applied or step.outcome == "unknown" or step.phase in ("start", "pool"):
            name = step.phase if step.rule == step.phase else f"{step.phase} {step.rule}"
            after = "unknown" if step.after is None else f"{step.after / 1000:.3f}"
            state = " (undecided)" if step.outcome == "unknown" else ""
            missing = f" [unknown: {', '.join(step.missing)}]" if step.missing else ""
            yield f"      {name}{state} → {after}  {sentence(step.because)}{missing}"


# Test coverage ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """The outcomes a rule can have, and those that occurred."""

    scorer: str
    rule: str
    possible: tuple[Outcome, ...]
    seen: tuple[Outcome, ...]

    @property
    def missing(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.possible if o not in self.seen)


@dataclass(frozen=True, slots=True)
class BandCoverage:
    """The bands of a scorer's scale, and those that occurred."""

    scorer: str
    bands: tuple[str, ...]
    reached: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(b for b in self.bands if b not in self.reached)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The test coverage of all rules and scales; ``share`` is in thousandths, rounded down."""

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


def coverage(rulebook: Rulebook, program: Program, seen: Observed) -> Coverage:
    """Measure the test coverage, without outcomes that a rule can never have."""
    analysis = Analysis(program)
    rules, scales = [], []
    for columns in program.scorers:
        scorer = columns.scorer
        for rule in columns.rules:
            found = seen.outcomes.get((scorer.key, rule.rule.id), set())
            possible = analysis.expression(scorer.on, rule.outcome).outcomes | found
            rules.append(
                RuleCoverage(
                    scorer.key,
                    rule.rule.id,
                    tuple(o for o in _OUTCOMES if o in possible),
                    tuple(o for o in _OUTCOMES if o in found),
                )
            )
        if columns.band is not None:
            bands = tuple(band.id for band in rulebook.bands(scorer))
            reached = seen.bands.get(scorer.key, set())
            scales.append(BandCoverage(scorer.key, bands, tuple(b for b in bands if b in reached)))
    return Coverage(tuple(rules), tuple(scales))


_OUTCOMES: tuple[Outcome, ...] = ("true", "false", "unknown")


def coverage_lines(found: Coverage) -> Iterator[str]:
    """List the outcomes and bands that no case has, and the share of the others."""
    for rule in found.rules:
        if rule.missing:
            yield f"  {rule.scorer}.{rule.rule}: no case where it is {' or '.join(rule.missing)}"
    for scale in found.scales:
        if scale.missing:
            yield f"  {scale.scorer}: no case reaches {' or '.join(scale.missing)}"
    yield f"test coverage {found.share / 10:.1f}% ({found.met} of {found.total})"


def suggestions(found: Coverage) -> str:
    """Draft cases in YAML for the outcomes and bands that no case has."""
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


_EXPECTED = {
    "profile": "profile: ",
    "factor": "factors: {severity: ",
    "dependent": "dependents: {other: ",
    "claim": "claims: {c1: ",
    "corroboration": "corroborations: {c1@s1+s2: ",
    "citation": "citations: {c1@s1: ",
}


def _skeleton(title: str, on: str, scorer: str, expected: str) -> Sequence[str]:
    closing = "" if on == "profile" else "}"
    return (
        f"  - name: {title}",
        "    given:",
        "      sources: [{id: s1}]  # fill in: directness, publisher, published …",
        "      claims: [{id: c1, sources: [s1]}]  # fill in: nature, holds, as_of …",
        "    expect:",
        f"      {_EXPECTED[on]}{{{scorer}: {expected}}}{closing}",
    )
