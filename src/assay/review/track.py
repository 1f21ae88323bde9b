"""How claims turned out: by grade, by stated likelihood, by publisher.

Confidence is not probability: claims are counted by the grade they had, forecasts with a
stated likelihood apart from them, and no number of the one enters the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.review.decisions import Decision, Outcome, may_know
from assay.review.ledger import Ledger
from assay.scoring.explain import headline
from assay.scoring.run import ordered_bands

if TYPE_CHECKING:
    from assay.assessment import Assessment

_Z = 1.959964
"""The normal quantile of a two-sided interval of 95 %."""

BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % Wilson interval of the share; None of none."""

    held: int
    decided: int

    @property
    def value(self) -> float | None:
        return self.held / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.held, self.decided)


@dataclass(frozen=True, slots=True)
class Tally:
    """Outcomes under one name; undecidable ones are told and do not enter the share."""

    id: str
    name: str
    share: Share
    undecidable: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts whose stated likelihood lies from ``low`` up to ``high``."""

    low: float
    high: float
    stated: float
    share: Share


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Stated likelihoods against what happened.

    ``brier`` is the mean squared difference, 0 at best; ``base`` is what always stating the
    share that happened would have given.
    """

    bins: tuple[Bin, ...]
    decided: int
    undecidable: int
    brier: float | None
    base: float | None


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """The record of a desk; ``scorer`` is the score that grades claims."""

    scorer: str | None
    bands: tuple[Tally, ...]
    forecasts: Forecasts
    publishers: tuple[Tally, ...]


def track_record(assessment: Assessment, ledger: Ledger) -> TrackRecord:
    """The outcomes in a ledger; of each claim the last one that stands."""
    last: dict[tuple[str, str | None], Outcome] = {}
    for decision in ledger.in_force:
        last |= _outcomes(decision, assessment)
    outcomes = [o for _, o in sorted(last.items(), key=lambda item: (item[0][0], item[0][1] or ""))]
    claims = [o for o in outcomes if o.likelihood is None]
    scorer = headline(assessment.program, assessment.rulebook.settings.publish_by)
    return TrackRecord(
        scorer,
        _by_band(assessment, scorer, claims),
        _forecasts([o for o in outcomes if o.likelihood is not None]),
        _by_publisher(assessment, claims),
    )


def _outcomes(decision: Decision, assessment: Assessment) -> dict[tuple[str, str | None], Outcome]:
    """What a decision says of claims the desk's audience may know."""
    if decision.outcome is None:
        return {}
    return {
        (s.profile, s.claim): decision.outcome for s in decision.subjects if may_know(assessment, s)
    }


def _by_band(
    assessment: Assessment, scorer: str | None, outcomes: Sequence[Outcome]
) -> tuple[Tally, ...]:
    """From the highest band down; last what has no band of the scale as it is now."""
    found = next((s for s in assessment.rulebook.scorers if s.key == f"profile.{scorer}"), None)
    bands = ordered_bands(assessment.rulebook.bands(found))[::-1] if found else []
    known = {b.id for b in bands}
    tallies = [
        _tally(b.id, b.grade, [o for o in outcomes if o.band == b.id], b.label) for b in bands
    ]
    rest = [o for o in outcomes if o.band not in known]
    if rest:
        tallies.append(_tally("", "no band", rest, "not rated, or of an earlier scale"))
    return tuple(tallies)


def _by_publisher(assessment: Assessment, outcomes: Sequence[Outcome]) -> tuple[Tally, ...]:
    named: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for name in outcome.publishers:
            named.setdefault(name, []).append(outcome)
    tallies = []
    for publisher_id, found in sorted(named.items()):
        publisher = assessment.corpus.publishers.get(publisher_id)
        stated = (publisher.reliability if publisher else None) or "not rated"
        shown = publisher.name if publisher else publisher_id
        tallies.append(_tally(publisher_id, shown, found, stated))
    return tuple(tallies)


def _tally(id_: str, name: str, outcomes: Iterable[Outcome], note: str) -> Tally:
    verdicts = [o.verdict for o in outcomes]
    held, failed = verdicts.count("held"), verdicts.count("failed")
    return Tally(id_, name, Share(held, held + failed), verdicts.count("undecidable"), note)


def _forecasts(outcomes: Sequence[Outcome]) -> Forecasts:
    decided = [
        (o.likelihood, o.verdict == "held")
        for o in outcomes
        if o.likelihood is not None and o.verdict != "undecidable"
    ]
    bins = []
    for number in range(BINS):
        inside = [(p, held) for p, held in decided if _bin(p) == number]
        if inside:
            stated = math.fsum(p for p, _ in inside) / len(inside)
            share = Share(sum(held for _, held in inside), len(inside))
            bins.append(Bin(number / BINS, (number + 1) / BINS, stated, share))
    brier = base = None
    if decided:
        brier = math.fsum((p - held) ** 2 for p, held in decided) / len(decided)
        happened = sum(held for _, held in decided) / len(decided)
        base = happened * (1 - happened)
    return Forecasts(tuple(bins), len(decided), len(outcomes) - len(decided), brier, base)


def _bin(likelihood: float) -> int:
    # Thousandths, so that 0.3 falls where it says and not where binary fractions put it.
    return min(round(likelihood * 1000) * BINS // 1000, BINS - 1)


def wilson(held: int, decided: int) -> tuple[float, float] | None:
    """The 95 % Wilson score interval of a share; None where nothing was decided."""
    if decided == 0:
        return None
    share, squared = held / decided, _Z * _Z
    centre = share + squared / (2 * decided)
    spread = _Z * math.sqrt(share * (1 - share) / decided + squared / (4 * decided * decided))
    below = 1 + squared / decided
    # Rounding may carry a bound past the share where that is 0 or 1.
    return (
        max(0.0, min(share, (centre - spread) / below)),
        min(1.0, max(share, (centre + spread) / below)),
    )
