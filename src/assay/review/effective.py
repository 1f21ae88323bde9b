"""Which grades hold: the computed ones, and those that people put in their place.

An override counts while what its grade rested on has not moved, it has not expired, nobody has
taken it back, and, where it is more than one band away, a second reviewer has agreed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assay.model.results import Override, Score
from assay.model.rulebook import Band, Rulebook
from assay.review.decisions import Decision, Subject, may_know
from assay.review.identity import same_person
from assay.review.ledger import Ledger
from assay.scoring.grounds import Grounds, digest_of
from assay.scoring.run import ordered_bands

if TYPE_CHECKING:
    from assay.assessment import Assessment

Status = Literal["counts", "stale", "expired", "second", "conflicting", "gone"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """An override that stands, and whether it counts.

    ``computed`` is the score as it is now, ``band`` the one that was put in its place (None
    where the scale has no such band any more). ``seconded_by`` is the second reviewer, if there
    is one; ``why`` says in a sentence what keeps the override from counting.
    """

    decision: Decision
    subject: Subject
    computed: Score
    band: Band | None
    status: Status
    why: str = ""
    seconded_by: str | None = None

    @property
    def counts(self) -> bool:
        return self.status == "counts"


@dataclass(frozen=True)
class Effective:
    """What holds on a desk; ``rulings`` are by (profile, scorer), one or, in conflict, several."""

    rulings: Mapping[tuple[str, str], tuple[Ruling, ...]]
    gone: tuple[Ruling, ...]

    def ruling(self, profile_id: str, scorer: str) -> Ruling | None:
        """The override that counts for a score, None where the computed grade holds."""
        found = self.rulings.get((profile_id, scorer), ())
        return next((r for r in found if r.counts), None)

    def by_profile(self) -> dict[str, dict[str, Override]]:
        """The overrides that count, by profile and scorer."""
        found: dict[str, dict[str, Override]] = {}
        for ruling in self.counting:
            scorer, band, decision = ruling.subject.scorer, ruling.band, ruling.decision
            if scorer is not None and band is not None:
                found.setdefault(ruling.subject.profile, {})[scorer] = Override(
                    band,
                    decision.id,
                    decision.reviewer,
                    decision.reason or "",
                    decision.since,
                    decision.until,
                    ruling.seconded_by,
                )
        return found

    @property
    def counting(self) -> tuple[Ruling, ...]:
        return tuple(r for found in self.rulings.values() for r in found if r.counts)


@dataclass(frozen=True, slots=True)
class OverrideRate:
    """Of the rated profiles of a scorer, how many an override counts for, and in which words."""

    scorer: str
    rated: int
    overridden: int
    codes: Mapping[str, int]


def effective(assessment: Assessment, ledger: Ledger, grounds: Grounds | None = None) -> Effective:
    """The overrides of a ledger, judged by what a desk computes now."""
    ledger = ledger.until(assessment.as_of)
    judge = _Judge(assessment, ledger, grounds)
    rulings: dict[tuple[str, str], tuple[Ruling, ...]] = {}
    gone: list[Ruling] = []
    for (profile_id, scorer), decisions in sorted(_overrides(ledger, assessment).items()):
        found = [judge.rule(d, s) for d, s in _latest(ledger, decisions)]
        gone += [r for r in found if r.status == "gone"]
        standing = [r for r in found if r.status != "gone"]
        open_ = [r for r in standing if r.status in ("counts", "second")]
        if len({r.band.id for r in open_ if r.band}) > 1:
            standing = [_conflicting(r) if r in open_ else r for r in standing]
        elif len(open_) > 1:
            # Two branches decided alike: one of the two says it all.
            kept = next((r for r in open_ if r.counts), open_[-1])
            standing = [kept]
        if standing:
            rulings[profile_id, scorer] = tuple(standing)
    return Effective(rulings, tuple(gone))


def confirmed(assessment: Assessment, ledger: Ledger) -> dict[str, Decision]:
    """By profile the last decision that accepted its present headline grade."""
    name = assessment.rulebook.settings.publish_by
    found: dict[str, Decision] = {}
    if name is None:
        return found
    order = assessment.rulebook.audiences
    known = frozenset(order[: order.index(assessment.audience) + 1])
    grounds = Grounds(assessment.corpus, assessment.run)
    bands = [b.id for s in assessment.rulebook.scorers for b in assessment.rulebook.bands(s)]
    for decision in ledger.until(assessment.as_of).in_force:
        if decision.kind != "accept":
            continue
        for subject in decision.subjects:
            if subject.scorer != name or subject.profile not in assessment.results:
                continue
            if (subject.audience or order[0]) not in known:
                continue
            basis = grounds.of(subject.profile, name).digest
            # As the review items of a grade write them.
            accepted = {
                digest_of([grounds.identity.first("profile", subject.profile), basis]),
                digest_of(["coverage", basis]),
                digest_of(["boundary", basis]),
                *(digest_of([basis, band]) for band in (*bands, None)),
            }
            if subject.grounds in accepted:
                found[subject.profile] = decision
    return found


def _overrides(
    ledger: Ledger, assessment: Assessment
) -> dict[tuple[str, str], list[tuple[Decision, Subject]]]:
    """The overrides that stand and speak of what the desk's audience may know, oldest first."""
    found: dict[tuple[str, str], list[tuple[Decision, Subject]]] = {}
    for decision in ledger.in_force:
        if decision.kind != "override":
            continue
        for subject in decision.subjects:
            if subject.scorer and may_know(assessment, subject):
                key = (subject.profile, subject.scorer)
                found.setdefault(key, []).append((decision, subject))
    return found


def _latest(
    ledger: Ledger, decisions: list[tuple[Decision, Subject]]
) -> Iterator[tuple[Decision, Subject]]:
    """Those that no later one of them follows: one, or one of each branch."""
    replaced: set[str] = set()
    for decision, subject in reversed(decisions):
        if decision.id not in replaced:
            yield decision, subject
            if len(decisions) > 1:
                replaced |= ledger.before(decision)


def _conflicting(ruling: Ruling) -> Ruling:
    why = "another override of the same grade, made without knowing of it, says something else"
    return replace(ruling, status="conflicting", why=why)


class _Judge:
    def __init__(self, assessment: Assessment, ledger: Ledger, grounds: Grounds | None) -> None:
        self._assessment = assessment
        self._grounds = grounds
        self._seconds: dict[str, list[Decision]] = {}
        for decision in ledger.in_force:
            if decision.kind == "second" and decision.of:
                self._seconds.setdefault(decision.of, []).append(decision)

    def rule(self, decision: Decision, subject: Subject) -> Ruling:
        assert subject.scorer is not None
        score = self._computed(subject.profile, subject.scorer)
        if score is None:
            is_scored = subject.profile in self._assessment.run.profile_rows
            what = subject.scorer if is_scored else f"the profile {subject.profile}"
            return Ruling(decision, subject, Score(None, 0), None, "gone", f"{what} is not scored")
        band = band_named(self._assessment.rulebook, subject.scorer, decision.band or "")
        ruling = Ruling(decision, subject, score, band, "counts")
        if band is None:
            why = f"the scale has no band {decision.band!r} any more"
            return replace(ruling, status="gone", why=why)
        if self._grounds is None:
            self._grounds = Grounds(self._assessment.corpus, self._assessment.run)
        if self._grounds.of(subject.profile, subject.scorer).digest != subject.grounds:
            why = "what the grade rests on has moved since"
            return replace(ruling, status="stale", why=why)
        if decision.until is not None and decision.until < self._assessment.as_of:
            why = f"it held until {decision.until.isoformat()}"
            return replace(ruling, status="expired", why=why)
        second = self._second(decision)
        if second is None and needs_second(self._assessment.rulebook, subject.scorer, score, band):
            why = "more than one band away: a second reviewer has to agree"
            return replace(ruling, status="second", why=why)
        return replace(ruling, seconded_by=second)

    def _computed(self, profile_id: str, name: str) -> Score | None:
        """The computed score of a profile; None if there is none, or it is not asked for one."""
        run = self._assessment.run
        row = run.profile_rows.get(profile_id)
        columns = next((s for s in run.program.shown if s.scorer.name == name), None)
        if row is None or columns is None:
            return None
        asked = columns.scorer.asks(run.engine.column("profile", "kind")[row])
        return run.scores(columns, [row])[0] if asked else None

    def _second(self, decision: Decision) -> str | None:
        others = [
            d.reviewer
            for d in self._seconds.get(decision.id, ())
            if not same_person(d.reviewer, decision.reviewer)
        ]
        return others[0] if others else None


def band_named(rulebook: Rulebook, scorer: str, band_id: str) -> Band | None:
    """The band of a profile scorer's scale by its id."""
    found = next((s for s in rulebook.scorers if s.key == f"profile.{scorer}"), None)
    bands = rulebook.bands(found) if found else ()
    return next((b for b in bands if b.id == band_id), None)


def needs_second(rulebook: Rulebook, scorer: str, computed: Score, band: Band) -> bool:
    """Whether a band lies more than one away from the computed one, or there is none."""
    found = next(s for s in rulebook.scorers if s.key == f"profile.{scorer}")
    order = [b.id for b in ordered_bands(rulebook.bands(found))]
    if computed.band is None:
        return True
    return abs(order.index(computed.band.id) - order.index(band.id)) > 1


def override_rates(assessment: Assessment, found: Effective) -> tuple[OverrideRate, ...]:
    """How often the computed grade was overridden, for each profile scorer with a scale."""
    rates = []
    for columns in assessment.program.shown:
        name = columns.scorer.name
        if columns.band is None:
            continue
        counting = [r for r in found.counting if r.subject.scorer == name]
        scores = (r.scores.get(name) for r in assessment.results.values())
        rated = sum(score is not None and score.rated for score in scores)
        codes = Counter(r.decision.code or "other" for r in counting)
        rates.append(OverrideRate(name, rated, len(counting), dict(sorted(codes.items()))))
    return tuple(rates)
