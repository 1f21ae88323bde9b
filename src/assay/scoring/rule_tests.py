"""Running the cases of a rulebook, and saying how what came out differs from what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assay.arithmetic import to_points
from assay.model.corpus import Corpus
from assay.model.rule_cases import Expectation, Expected, RuleCase
from assay.model.rulebook import Rulebook
from assay.rules.ir import Col, Lit
from assay.rules.program import Program, ScorerColumns
from assay.rules.scorers import compile_rulebook
from assay.scoring.explain import Explainer
from assay.scoring.results import Outcome, Score, ScoreExplanation, Step
from assay.scoring.run import Run, run_program
from assay.tables.build import build_tables


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
    """Runs cases with one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        # Watch rules speak of the outlook, which no case asks for.
        self._rulebook = rulebook.model_copy(update={"watch": ()})
        self.program: Program = compile_rulebook(self._rulebook)
        self.seen = Seen()

    def run(
        self, case: RuleCase, corpus: Corpus, subject: str, as_of: date, file: str, line: int
    ) -> CaseResult:
        """Score the evidence of a case and compare."""
        run = run_program(self._rulebook, self.program, build_tables(corpus, self._rulebook, as_of))
        self.seen.add(run)
        found = tuple(_Comparison(run, subject).differences(case.expect))
        return CaseResult(case.name, file, line, found)


class _Comparison:
    def __init__(self, run: Run, subject: str) -> None:
        self._run = run
        self._explainer = Explainer(run)
        self._subject = subject
        self._rows = {on: self._explainer.subjects(on) for on in ("profile", "claim", "citation")}

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
