"""The 18 worked examples: institutions and events with their words, confidences and dependence."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random

import pytest

from assay.model.documents import AnyProfile, Institution
from tests.plain.evidence import BANDS, ONE, claim_scores, rounded
from tests.plain.impact import (
    EVENT,
    INSTITUTION,
    LEVELS,
    LIFT,
    NOT_ASKED,
    SCALES,
    Factors,
    Word,
    asked,
    criticality,
    dependence,
    estimate,
    impact,
    level_of,
    links_of,
    profile_scores,
    sensitivity,
    words_of,
)
from tests.plain.worlds import (
    AS_OF,
    PERIODS,
    Document,
    claim,
    corpus,
    event,
    institution,
    publisher,
    source,
)

BODIES = ("severity", "users", "substitutability", "market_share", "geography")
EVENTS = ("severity", "breadth", "duration", "geography")
POLICY = ("authority", "oversight", "contention", "domain")
MANY = "tens or hundreds of millions"
SEVERAL = "several countries"
CONDITIONS = "sets conditions of access"


@dataclass(frozen=True)
class Example:
    """A profile and its results: ``levels`` are those of the floor and of the ceiling."""

    type: str | None
    words: tuple[str | None, ...]
    floor: int | None
    levels: tuple[str | None, str | None]
    stands_on: str | None
    criticality: str | None
    policy: tuple[str | None, ...]
    sensitivity: tuple[str | None, str | None]
    dependence: int = 0
    firm: str | None = None
    """The level without what rests on D, of a provisional one."""

    def given(self, names: tuple[str, ...]) -> dict[str, Word]:
        """The words with their confidences: ``high 62`` is ``high`` with 0.62."""
        words = {}
        for name, text in zip(names, self.words, strict=True):
            if text is not None:
                word, _, hundredths = text.rpartition(" ")
                words[name] = Word(word, 10 * int(hundredths))
        return words


INSTITUTIONS = {
    "Let's Encrypt": Example(
        "company",
        ("high 62", f"{MANY} 20", "months 42", "over 50 % 20", f"{SEVERAL} 62"),
        807,
        ("Critical", "Critical"),
        "d",
        "High",
        ("none", "bound by private rules", "between parties", "critical infrastructure"),
        ("Medium", "Medium"),
        dependence=570,
        firm="High",
    ),
    "CAC": Example(
        "regulator",
        ("high 42", f"{MANY} 20", "no end 42", None, "one country 42"),
        821,
        ("Critical", "Critical"),
        "d",
        "Critical",
        ("binds by law", None, None, "speech and personal rights"),
        ("High", "Critical"),
        dependence=200,
        firm="High",
    ),
    "Chrome root programme": Example(
        "company",
        ("high 80", None, "years 70", None, f"{SEVERAL} 38"),
        612,
        ("High", "Critical"),
        "bc",
        "Critical",
        (CONDITIONS, None, "between states", "critical infrastructure"),
        ("High", "Critical"),
        dependence=590,
    ),
    "Mozilla root programme": Example(
        "company",
        ("high 70", None, "years 70", None, f"{SEVERAL} 38"),
        590,
        ("High", "Critical"),
        "bc",
        "High",
        (CONDITIONS, None, "between states", "critical infrastructure"),
        ("High", "Critical"),
        dependence=400,
    ),
    "DigiCert": Example(
        "company",
        ("high 62", "millions 40", "months 42", None, f"{SEVERAL} 42"),
        615,
        ("High", "Critical"),
        "cd",
        "High",
        ("none", "bound by private rules", None, "critical infrastructure"),
        ("Low", "Medium"),
    ),
    "CA/Browser Forum": Example(
        "standards body",
        ("medium 70", "under ten thousand 80", "years 70", None, "worldwide 80"),
        629,
        ("High", "High"),
        "bc",
        "High",
        (CONDITIONS, None, "between parties", "standards"),
        ("Medium", "High"),
        dependence=660,
    ),
    "IETF": Example(
        "standards body",
        ("low 70", None, "months 70", None, "worldwide 42"),
        450,
        ("Medium", "Medium"),
        "bc",
        "Medium",
        ("advises", None, None, "standards"),
        ("Low", "High"),
        dependence=320,
    ),
    "CCADB": Example(
        "shared register",
        ("low 70", "under ten thousand 42", "months 30", None, None),
        377,
        ("Medium", "Medium"),
        "bc",
        "Medium",
        (CONDITIONS, None, None, "standards"),
        ("Medium", "High"),
        dependence=440,
    ),
    "Nvidia": Example(
        "company",
        ("medium 38", None, "years 20", None, f"{SEVERAL} 38"),
        473,
        ("Medium", "High"),
        "cd",
        "High",
        (None, "under restriction or sanction", "between states", "national security"),
        ("High", "Critical"),
        dependence=110,
    ),
    "Hugging Face": Example(
        "company",
        (None,) * 5,
        None,
        (None, None),
        None,
        None,
        (None,) * 4,
        (None, None),
    ),
}
EVENT_EXAMPLES = {
    "SC-081, 47 days": Example(
        "decision",
        ("medium 70", f"{MANY} 42", "no end 80", "worldwide 80"),
        700,
        ("High", "High"),
        "bc",
        None,
        (CONDITIONS, None, "between parties", "standards"),
        ("Medium", "Medium"),
    ),
    "CAA rechecking 2020": Example(
        "incident",
        ("medium 80", "millions 40", "days 80", None),
        475,
        ("Medium", "High"),
        "ab",
        None,
        ("none", None, None, "critical infrastructure"),
        ("Low", "High"),
    ),
    "DST Root CA X3 expiry": Example(
        "incident",
        ("medium 85", None, "months 42", f"{SEVERAL} 85"),
        440,
        ("Medium", "High"),
        "ab",
        None,
        (None, None, None, "critical infrastructure"),
        (None, None),
    ),
    "TLS client EKU removal": Example(
        "decision",
        ("medium 80", None, "months 80", f"{SEVERAL} 62"),
        440,
        ("Medium", "High"),
        "ab",
        None,
        (CONDITIONS, None, None, "standards"),
        ("Medium", "High"),
    ),
    "Entrust distrust": Example(
        "decision",
        ("medium 70", None, "months 70", None),
        380,
        ("Medium", "High"),
        "bc",
        None,
        (CONDITIONS, None, "between parties", "critical infrastructure"),
        ("High", "High"),
    ),
    "US chip export controls": Example(
        "decision",
        ("medium 42", None, "years 38", "one country 42"),
        450,
        ("Medium", "High"),
        "cd",
        None,
        ("binds by law", None, "between states", "national security"),
        ("Critical", "Critical"),
    ),
    "Approvals, January 2024": Example(
        "decision",
        ("low 42", "under ten thousand 42", None, "one country 42"),
        210,
        ("Low", "Medium"),
        "cd",
        None,
        ("binds by law", None, None, "speech and personal rights"),
        ("High", "Critical"),
    ),
    "OCSP retirement": Example(
        "decision",
        ("negligible 20", f"{MANY} 20", None, f"{SEVERAL} 62"),
        200,
        ("Low", "Low"),
        "d",
        None,
        (None, None, None, "speech and personal rights"),
        (None, None),
    ),
}
EXAMPLES = [
    *(
        pytest.param(e, institution("x", type=e.type), BODIES, id=n)
        for n, e in INSTITUTIONS.items()
    ),
    *(pytest.param(e, event("x", type=e.type), EVENTS, id=n) for n, e in EVENT_EXAMPLES.items()),
]


@pytest.mark.parametrize(("example", "profile", "names"), EXAMPLES)
def test_impact(example: Example, profile: AnyProfile, names: tuple[str, ...]) -> None:
    result = impact(profile, example.given(names), example.dependence)
    assert (result.level, result.highest) == example.levels
    assert result.stands_on == example.stands_on
    # The example gives dependence in hundredths, which may move a floor by a thousandth.
    assert (result.floor is None) == (example.floor is None)
    assert abs((result.floor or 0) - (example.floor or 0)) <= 1
    assert result.provisional == (example.stands_on == "d")
    assert result.firm == (example.firm if result.provisional else example.levels[0])


@pytest.mark.parametrize(("example", "profile", "names"), EXAMPLES)
def test_operational_criticality(
    example: Example, profile: AnyProfile, names: tuple[str, ...]
) -> None:
    result = criticality(profile, example.given(names), example.dependence)
    assert (result.level if result else None) == example.criticality


@pytest.mark.parametrize(("example", "profile", "names"), EXAMPLES)
def test_policy_sensitivity(example: Example, profile: AnyProfile, names: tuple[str, ...]) -> None:
    words = {n: Word(w, 700) for n, w in zip(POLICY, example.policy, strict=True) if w}
    result = sensitivity(profile, words)
    assert (result.level, result.highest) == example.sensitivity


# Properties of the scales --------------------------------------------------------------------


def drawn(random: Random, factors: Factors) -> dict[str, Word]:
    """A word for each factor but some, with any confidence."""
    return {
        factor: Word(random.choice([*SCALES[scale]]), random.choice([0, 200, 420, 620, 800, 950]))
        for factor, (scale, _) in factors.items()
        if random.random() < 0.8
    }


def random_profiles(count: int) -> list[tuple[Factors, dict[str, Word], int]]:
    random = Random(1)
    types = [None, "company", "regulator", "standards body"]
    every = []
    for _ in range(count):
        type_ = random.choice(types)
        factors = asked(INSTITUTION, institution("x", type=type_))
        if random.random() < 0.5:
            factors = asked(EVENT, event("x", type=type_))
        every.append((factors, drawn(random, factors), random.randrange(ONE)))
    return every


def test_a_further_factor_never_lowers_the_floor_nor_raises_the_ceiling() -> None:
    for factors, words, lift in random_profiles(500):
        fuller = estimate(factors, words, lift=lift)
        for left_out in words.keys() - {"severity"}:
            fewer = estimate(factors, {f: words[f] for f in words if f != left_out}, lift=lift)
            if fewer.floor is not None and fuller.floor is not None:
                assert fewer.floor <= fuller.floor
                assert (fewer.ceiling or 0) >= (fuller.ceiling or 0)


@pytest.mark.parametrize("factors", [INSTITUTION, EVENT], ids=["institution", "event"])
def test_no_factor_but_severity_moves_more_than_one_band(factors: Factors) -> None:
    names = [*LEVELS]
    # The breadth of an event spans 0.27, so it moves two bands where the rest is at 0.45.
    for factor in factors.keys() - {"severity", "breadth"}:
        others = {f: SCALES[scale] for f, (scale, _) in factors.items() if f != factor}
        ends = list(SCALES[factors[factor][0]])[:: len(SCALES[factors[factor][0]]) - 1]
        for words in product(*others.values()):
            rest = {f: Word(word, 800) for f, word in zip(others, words, strict=True)}
            low, high = (estimate(factors, rest | {factor: Word(end, 800)}).level for end in ends)
            assert low is not None
            assert high is not None
            assert names.index(low) - names.index(high) <= 1


def test_dependence_lifts_by_one_band_at_most() -> None:
    names = [*LEVELS]
    for floor in range(ONE):
        lifted = floor + rounded(LIFT * ONE * (ONE - floor), ONE * ONE)
        low, high = level_of(floor), level_of(lifted)
        assert low is not None
        assert high is not None
        assert names.index(low) - names.index(high) <= 1


def test_the_level_that_a_grade_carries_is_reached_without_all_below_it() -> None:
    for factors, words, lift in random_profiles(500):
        result = estimate(factors, words, lift=lift)
        if result.stands_on is not None:
            least = BANDS[result.stands_on]
            firm = {f: w for f, w in words.items() if w.confidence >= least}
            firmer = estimate(factors, firm, lift=lift)
            assert firmer.level in (result.level, None)


def test_weights_add_up_and_words_rise() -> None:
    for factors in (INSTITUTION, EVENT):
        assert sum(weight for _, weight in factors.values()) == ONE
    assert all(list(s.values()) == sorted(set(s.values())) for s in SCALES.values())
    assert set(NOT_ASKED) == {"market_share", "oversight"}


# Dependence ----------------------------------------------------------------------------------

DEPENDED: list[Document] = [
    publisher("press", "B"),
    *(publisher(n, speaks_for=[n]) for n in ("near", "far", "loose")),
    source("story", "press", "first_hand"),
    *(source(f"record-{n}", n, "record") for n in ("near", "far", "loose")),
]


def edge(on: str, *claims: str, criticality: str | None = "high", **fields: str) -> dict:
    return {
        "on": on,
        "relation": "supplied_by",
        "criticality": criticality,
        "claims": claims,
        **fields,
    }


def body(name: str, *edges: dict) -> Institution:
    return institution(name, claim("c", f"record-{name}"), depends_on=edges)


def depended_on(*bodies: Institution) -> int:
    return profile_scores(corpus(*DEPENDED, institution("centre"), *bodies), AS_OF, PERIODS)[
        "centre"
    ].dependence


def test_an_edge_counts_with_its_weight_and_the_confidence_of_its_claim() -> None:
    assert depended_on(body("near", edge("centre", "c"))) == 320
    assert depended_on(body("near", edge("centre", "c", criticality="medium"))) == 160
    assert depended_on(body("near", edge("centre", "c", criticality=None))) == 40


def test_an_edge_without_claims_weighs_nothing() -> None:
    assert depended_on(body("near", edge("centre"))) == 0


def test_an_edge_that_ended_weighs_nothing() -> None:
    assert depended_on(body("near", edge("centre", "c", valid_until="2025"))) == 0


def test_a_dependent_counts_once_by_its_best_edge() -> None:
    edges = [edge("centre", "c"), edge("centre", "c"), edge("centre", "c", criticality="low")]
    assert depended_on(body("near", *edges)) == 320


def test_dependents_of_dependents_count_damped_and_a_path_ends_after_three_hops() -> None:
    near, far = body("near", edge("centre", "c")), body("far", edge("near", "c"))
    assert depended_on(near, far) == 355  # 1 - (1 - 0.320) (1 - 0.320 * 0.320 * 0.5)
    assert depended_on(near, far, body("loose", edge("far", "c"))) == 360
    last = institution(
        "last", claim("c", "record-near", actor="near"), depends_on=[edge("loose", "c")]
    )
    assert depended_on(near, far, body("loose", edge("far", "c")), last) == 360


def test_a_factor_has_the_confidence_of_its_weakest_claim() -> None:
    factors = [
        {"factor": "severity", "is": "high", "claims": ["c", "reported"]},
        {"factor": "users", "is": "millions"},
    ]
    reported = claim("reported", "story")
    near = institution("near", claim("c", "record-near"), reported, factors=factors)
    world = corpus(*DEPENDED, near)
    scores = profile_scores(world, AS_OF, PERIODS)["near"]
    assert (scores.impact.known, scores.impact.asked, scores.impact.level) == (2, 5, None)
    computed = claim_scores(world, AS_OF, PERIODS)
    assert words_of(near, computed) == {"severity": Word("high", 620), "users": Word("millions", 0)}
    assert dependence(links_of(world, AS_OF, computed), "near") == 0
