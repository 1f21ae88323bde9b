"""Impact, operational criticality and policy sensitivity: the plain implementation.

All three are weighted means over the words of a profile's factors. Scores are integers in
thousandths: the mean, the lift by dependence and each hop of a path are rounded half up once.
Where the documents leave a choice, this reading holds:

- The drop-out test asks for severity again, but not for half of the factors or for a narrow range:
  the examples with a band that stands on two factors of five need this. Dependence stays as it is.
- Half of the factors and the narrow range are asked of all three scores, severity where it is one
  of the factors. Dependence is always known, so it counts for neither.
- A factor without claims has a confidence of 0, like an edge; a word outside the scale is unknown.
- Dependence follows ``depends_on`` of all profiles and ``affects`` of all events, where it is valid
  on the day: whoever an event affects depends on it.
- An edge carries its weight times the confidence of its weakest claim, and a path the product of
  its edges, damped at every hop after the first. An edge of unknown criticality weighs like a low
  one, the worst known.

By the weights of the documents the breadth of an event spans more than a band (0.30 of 0.90), so
with high severity, months, and a part of a country it moves from Medium to Critical.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assay.model.documents import AnyProfile, Corpus, Event
from tests.plain.evidence import BANDS, ONE, Evidence, Scores, reference, rounded

SCALES: Mapping[str, Mapping[str, int]] = {
    "severity": {"negligible": 100, "low": 300, "medium": 550, "high": 800, "critical": 1000},
    "reach": {
        "under ten thousand": 100,
        "tens of thousands": 300,
        "hundreds of thousands": 500,
        "millions": 650,
        "tens or hundreds of millions": 850,
        "billions": 1000,
    },
    "time": {"hours": 100, "days": 250, "weeks": 400, "months": 600, "years": 800, "no end": 1000},
    "share": {
        "under 5 %": 100,
        "5 to 25 %": 350,
        "25 to 50 %": 650,
        "over 50 %": 900,
        "the only one": 1000,
    },
    "area": {
        "part of a country": 100,
        "one country": 400,
        "several countries": 700,
        "worldwide": 1000,
    },
    "authority": {
        "none": 50,
        "advises": 250,
        "sets conditions of access": 500,
        "binds by law": 1000,
    },
    "oversight": {
        "none applies": 50,
        "bound by private rules": 400,
        "supervised": 700,
        "under restriction or sanction": 1000,
    },
    "contention": {"found none": 50, "between parties": 500, "between states": 1000},
    "domain": {
        "ordinary": 200,
        "standards": 400,
        "critical infrastructure": 600,
        "speech and personal rights": 800,
        "national security": 1000,
    },
}

# Each factor with its scale and its weight.
Factors = Mapping[str, tuple[str, int]]
INSTITUTION: Factors = {
    "severity": ("severity", 350),
    "users": ("reach", 200),
    "substitutability": ("time", 200),
    "market_share": ("share", 150),
    "geography": ("area", 100),
}
EVENT: Factors = {
    "severity": ("severity", 400),
    "breadth": ("reach", 300),
    "duration": ("time", 200),
    "geography": ("area", 100),
}
CRITICALITY: Factors = {"substitutability": ("time", 400), "severity": ("severity", 400)}
CRITICALITY_OF_DEPENDENCE = 200
SENSITIVITY: Factors = {
    "authority": ("authority", 300),
    "oversight": ("oversight", 250),
    "contention": ("contention", 250),
    "domain": ("domain", 200),
}
NOT_ASKED = {
    "market_share": ("regulator", "standards body", "shared register", "state"),
    "oversight": ("regulator", "state", "event"),
}
SEVERITY_CAPS = {"negligible": 200, "low": 450, "medium": 700}
LIFT = 250
HOPS, DAMPING = 3, 500
EDGE_WEIGHTS = {"high": 400, "medium": 200, "low": 50}
LEAST_KNOWN = 500
WIDEST = 2
LEVELS = {"Critical": 750, "High": 500, "Medium": 250, "Low": 0}
FIRM = "cd"
"""The band of confidence that a level needs to stand on, so as not to be provisional."""


@dataclass(frozen=True)
class Word:
    """A factor's word, and the confidence of the weakest claim behind it."""

    word: str
    confidence: int


@dataclass(frozen=True)
class Estimate:
    """A score between its floor and its ceiling.

    ``level`` is that of the floor, None if it is not rated. ``stands_on`` is the best band of
    confidence on which it is still reached; ``firm`` the level without all that rests on D, None
    if it is not rated then.
    """

    floor: int | None
    ceiling: int | None
    known: int
    asked: int
    level: str | None
    stands_on: str | None
    firm: str | None

    @property
    def highest(self) -> str | None:
        return level_of(self.ceiling)

    @property
    def provisional(self) -> bool:
        return self.level is not None and self.level != self.firm


@dataclass(frozen=True)
class ProfileScores:
    """The scores of a profile; confidence is None without key claims, criticality for events."""

    confidence: int | None
    impact: Estimate
    criticality: Estimate | None
    sensitivity: Estimate
    dependence: int


def profile_scores(
    corpus: Corpus, as_of: date, review_after_days: Mapping[str, int]
) -> dict[str, ProfileScores]:
    """Score every profile."""
    claims = Evidence(corpus, as_of, review_after_days).all_scores()
    links = links_of(corpus, as_of, claims)
    scores = {}
    for profile in corpus.profiles.values():
        words = words_of(profile, claims)
        depended = dependence(links, profile.id)
        scores[profile.id] = ProfileScores(
            confidence_of(profile, claims),
            impact(profile, words, depended),
            criticality(profile, words, depended),
            sensitivity(profile, words),
            depended,
        )
    return scores


def confidence_of(profile: AnyProfile, claims: Mapping[tuple[str, str], Scores]) -> int | None:
    """The confidence of the weakest key claim."""
    return min((claims[profile.id, c.id].confidence for c in profile.claims if c.key), default=None)


def words_of(profile: AnyProfile, claims: Mapping[tuple[str, str], Scores]) -> dict[str, Word]:
    """The profile's factors, each with its confidence."""
    return {f.factor: Word(f.is_, weakest(profile.id, f.claims, claims)) for f in profile.factors}


def weakest(
    profile: str, references: tuple[str, ...], claims: Mapping[tuple[str, str], Scores]
) -> int:
    """The least confidence of the claims that a profile refers to; 0 without any."""
    found = [claims[key] for r in references if (key := reference(profile, r)) in claims]
    return min((s.confidence for s in found), default=0)


# The three scores ----------------------------------------------------------------------------


def impact(profile: AnyProfile, words: Mapping[str, Word], depended: int) -> Estimate:
    factors = EVENT if isinstance(profile, Event) else INSTITUTION
    return estimate(asked(factors, profile), words, lift=depended)


def criticality(profile: AnyProfile, words: Mapping[str, Word], depended: int) -> Estimate | None:
    if isinstance(profile, Event):
        return None
    return estimate(CRITICALITY, words, part=(depended, CRITICALITY_OF_DEPENDENCE))


def sensitivity(profile: AnyProfile, words: Mapping[str, Word]) -> Estimate:
    return estimate(asked(SENSITIVITY, profile), words)


def asked(factors: Factors, profile: AnyProfile) -> Factors:
    """The factors that are asked of the profile's type."""
    types = {profile.type, profile.kind}
    return {f: v for f, v in factors.items() if types.isdisjoint(NOT_ASKED.get(f, ()))}


def estimate(
    factors: Factors,
    words: Mapping[str, Word],
    *,
    lift: int = 0,
    part: tuple[int, int] = (0, 0),
) -> Estimate:
    """Estimate a score; ``part`` is a further score in the mean, with its weight."""
    known = {f: w for f, w in words.items() if f in factors and w.word in SCALES[factors[f][0]]}

    def score(least_confidence: int, fill: int) -> int | None:
        """The score by the words of some confidence, with the others at one end of their scale."""
        values = {f: w.word for f, w in known.items() if w.confidence >= least_confidence}
        if "severity" in factors and "severity" not in values:
            return None
        total, weights = part[0] * part[1], part[1]
        for factor, (scale, weight) in factors.items():
            ends = sorted(SCALES[scale].values())
            value = SCALES[scale][values[factor]] if factor in values else ends[fill]
            total, weights = total + weight * value, weights + weight
        mean = rounded(total, weights)
        lifted = mean + rounded(LIFT * lift * (ONE - mean), ONE * ONE)
        return min(lifted, SEVERITY_CAPS.get(values.get("severity", ""), ONE))

    reached = {band: level_of(score(least, 0)) for band, least in BANDS.items()}
    level, highest = reached["internal"], level_of(score(0, -1))
    if (
        level is None
        or len(known) * ONE < LEAST_KNOWN * len(factors)
        or list(LEVELS).index(level) - list(LEVELS).index(highest or level) > WIDEST
    ):
        return Estimate(None, None, len(known), len(factors), None, None, None)
    stands_on = next(band for band in BANDS if reached[band] == level)
    return Estimate(
        score(0, 0), score(0, -1), len(known), len(factors), level, stands_on, reached[FIRM]
    )


def level_of(points: int | None) -> str | None:
    if points is None:
        return None
    return next(name for name, least in LEVELS.items() if points >= least)


# Dependence ----------------------------------------------------------------------------------


Links = Mapping[str, Mapping[str, int]]
"""For each profile, the profiles that depend on it directly, with the strength of the best edge."""


def links_of(corpus: Corpus, as_of: date, claims: Mapping[tuple[str, str], Scores]) -> Links:
    links: dict[str, dict[str, int]] = {}
    for profile in corpus.profiles.values():
        edges = [(edge.on, profile.id, edge) for edge in profile.depends_on]
        if isinstance(profile, Event):
            edges += [(profile.id, edge.on, edge) for edge in profile.affects]
        for upper, lower, edge in edges:
            begun = edge.valid_from is None or edge.valid_from.first <= as_of
            if begun and (edge.valid_until is None or as_of <= edge.valid_until.last):
                weight = EDGE_WEIGHTS[edge.criticality or "low"]
                strength = rounded(weight * weakest(profile.id, edge.claims, claims), ONE)
                direct = links.setdefault(upper, {})
                direct[lower] = max(direct.get(lower, 0), strength)
    return links


def dependence(links: Links, profile: str) -> int:
    """How much depends on a profile: noisy-or over its dependents, each by its best path."""
    best: dict[str, int] = {}
    ends = {profile: ONE}
    for hop in range(HOPS):
        damping = DAMPING if hop else ONE
        reached: dict[str, int] = {}
        for here, points in ends.items():
            for dependent, strength in links.get(here, {}).items():
                if dependent != profile:
                    path = rounded(points * strength * damping, ONE * ONE)
                    reached[dependent] = max(reached.get(dependent, 0), path)
        best |= {d: max(points, best.get(d, 0)) for d, points in reached.items()}
        ends = reached
    missing = 1
    for points in best.values():
        missing *= ONE - points
    whole = ONE ** len(best)
    return rounded((whole - missing) * ONE, whole)
