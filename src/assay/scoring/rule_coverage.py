"""How much of a rulebook its cases have met: every outcome of every rule, every band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.model.rulebook import Rulebook
from assay.rules.analysis import Analysis
from assay.rules.program import Program
from assay.scoring.results import Outcome
from assay.scoring.rule_tests import Seen


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
