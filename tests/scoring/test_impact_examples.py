"""Eighteen worked profiles: impact, operational criticality and policy sensitivity from factors.

Each factor rests on one claim, whose confidence is given. The numbers were worked out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from tests.package import Assessment, Event, Institution, Pool, Rulebook, Score
from tests.strategies import corpus_of, default_rulebook, desk_of, unwatched

Rated = tuple[str, float]
"""A word and the confidence of the claim that it rests on."""

MANY = "tens or hundreds of millions"
FEW = "under ten thousand"


@dataclass(frozen=True)
class Example:
    """A profile, and what it is rated: ``C ≤ D`` is a band with a ceiling in another."""

    name: str
    factors: dict[str, Rated]
    floor: int | None
    impact: str
    stands_on: str | None = None
    firm: str | None = None
    type: str | None = None
    kind: str = "institution"
    dependence: float = 0.0
    criticality: str | None = None
    sensitivity: str | None = None


def words(**given: str) -> dict[str, Rated]:
    """The factors of policy sensitivity, whose claims are not in the examples."""
    return {name: (word.replace("_", " "), 0.7) for name, word in given.items()}


def event(
    name: str, factors: dict[str, Rated], floor: int, impact: str, stands_on: str, **more: Any
) -> Example:
    return Example(name, factors, floor, impact, stands_on, kind="event", **more)


EXAMPLES = (
    Example(
        "letsencrypt",
        {
            "severity": ("high", 0.62),
            "users": (MANY, 0.20),
            "substitutability": ("months", 0.42),
            "market_share": ("over 50 %", 0.20),
            "geography": ("several countries", 0.62),
            **words(
                authority="none",
                oversight="bound_by_private_rules",
                contention="between_parties",
                domain="critical_infrastructure",
            ),
        },
        807,
        "Critical",
        "D",
        firm="High",
        dependence=0.57,
        criticality="High",
        sensitivity="Medium",
    ),
    Example(
        "cac",
        {
            "severity": ("high", 0.42),
            "users": (MANY, 0.20),
            "substitutability": ("no end", 0.42),
            "geography": ("one country", 0.42),
            **words(authority="binds_by_law", domain="speech_and_personal_rights"),
        },
        821,
        "Critical",
        "D",
        firm="High",
        type="regulator",
        dependence=0.20,
        criticality="Critical",
        sensitivity="High ≤ Critical",
    ),
    Example(
        "chrome-root-programme",
        {
            "severity": ("high", 0.80),
            "substitutability": ("years", 0.70),
            "geography": ("several countries", 0.38),
            **words(
                authority="sets_conditions_of_access",
                contention="between_states",
                domain="critical_infrastructure",
            ),
        },
        612,
        "High ≤ Critical",
        "B/C",
        dependence=0.59,
        criticality="Critical",
        sensitivity="High ≤ Critical",
    ),
    Example(
        "mozilla-root-programme",
        {
            "severity": ("high", 0.70),
            "substitutability": ("years", 0.70),
            "geography": ("several countries", 0.38),
            **words(
                authority="sets_conditions_of_access",
                contention="between_states",
                domain="critical_infrastructure",
            ),
        },
        590,
        "High ≤ Critical",
        "B/C",
        dependence=0.396,
        criticality="High",
        sensitivity="High ≤ Critical",
    ),
    Example(
        "digicert",
        {
            "severity": ("high", 0.62),
            "users": ("millions", 0.40),
            "substitutability": ("months", 0.42),
            "geography": ("several countries", 0.42),
            **words(
                authority="none",
                oversight="bound_by_private_rules",
                domain="critical_infrastructure",
            ),
        },
        615,
        "High ≤ Critical",
        "C/D",
        criticality="High",
        sensitivity="Low ≤ Medium",
    ),
    Example(
        "ca-browser-forum",
        {
            "severity": ("medium", 0.70),
            "users": (FEW, 0.80),
            "substitutability": ("years", 0.70),
            "geography": ("worldwide", 0.80),
            **words(
                authority="sets_conditions_of_access",
                contention="between_parties",
                domain="standards",
            ),
        },
        629,
        "High",
        "B/C",
        type="standards body",
        dependence=0.66,
        criticality="High",
        sensitivity="Medium ≤ High",
    ),
    Example(
        "ietf",
        {
            "severity": ("low", 0.70),
            "substitutability": ("months", 0.70),
            "geography": ("worldwide", 0.42),
            **words(authority="advises", domain="standards"),
        },
        450,
        "Medium",
        "B/C",
        type="standards body",
        dependence=0.32,
        criticality="Medium",
        sensitivity="Low ≤ High",
    ),
    Example(
        "ccadb",
        {
            "severity": ("low", 0.70),
            "users": (FEW, 0.42),
            "substitutability": ("months", 0.30),
            **words(authority="sets_conditions_of_access", domain="standards"),
        },
        377,
        "Medium",
        "B/C",
        type="shared register",
        dependence=0.44,
        criticality="Medium",
        sensitivity="Medium ≤ High",
    ),
    Example(
        "nvidia",
        {
            "severity": ("medium", 0.38),
            "substitutability": ("years", 0.20),
            "geography": ("several countries", 0.38),
            **words(
                oversight="under_restriction_or_sanction",
                contention="between_states",
                domain="national_security",
            ),
        },
        473,
        "Medium ≤ High",
        "C/D",
        dependence=0.11,
        criticality="High",
        sensitivity="High ≤ Critical",
    ),
    Example(
        "hugging-face", {}, None, "not rated", criticality="not rated", sensitivity="not rated"
    ),
    event(
        "sc-081",
        {
            "severity": ("medium", 0.70),
            "breadth": (MANY, 0.42),
            "duration": ("no end", 0.80),
            "geography": ("worldwide", 0.80),
            **words(
                authority="sets_conditions_of_access",
                contention="between_parties",
                domain="standards",
            ),
        },
        700,
        "High",
        "B/C",
        sensitivity="Medium",
    ),
    event(
        "caa-rechecking",
        {
            "severity": ("medium", 0.80),
            "breadth": ("millions", 0.40),
            "duration": ("days", 0.80),
            **words(authority="none", domain="critical_infrastructure"),
        },
        475,
        "Medium ≤ High",
        "A/B",
        sensitivity="Low ≤ High",
    ),
    event(
        "dst-root-expiry",
        {
            "severity": ("medium", 0.85),
            "duration": ("months", 0.42),
            "geography": ("several countries", 0.85),
            **words(domain="critical_infrastructure"),
        },
        440,
        "Medium ≤ High",
        "A/B",
        sensitivity="not rated",
    ),
    event(
        "client-eku-removal",
        {
            "severity": ("medium", 0.80),
            "duration": ("months", 0.80),
            "geography": ("several countries", 0.62),
            **words(authority="sets_conditions_of_access", domain="standards"),
        },
        440,
        "Medium ≤ High",
        "A/B",
        sensitivity="Medium ≤ High",
    ),
    event(
        "entrust-distrust",
        {
            "severity": ("medium", 0.70),
            "duration": ("months", 0.70),
            **words(
                authority="sets_conditions_of_access",
                contention="between_parties",
                domain="critical_infrastructure",
            ),
        },
        380,
        "Medium ≤ High",
        "B/C",
        sensitivity="High",
    ),
    event(
        "chip-export-controls",
        {
            "severity": ("medium", 0.42),
            "duration": ("years", 0.38),
            "geography": ("one country", 0.42),
            **words(
                authority="binds_by_law", contention="between_states", domain="national_security"
            ),
        },
        450,
        "Medium ≤ High",
        "C/D",
        sensitivity="Critical",
    ),
    event(
        "approvals",
        {
            "severity": ("low", 0.42),
            "breadth": (FEW, 0.42),
            "geography": ("one country", 0.42),
            **words(authority="binds_by_law", domain="speech_and_personal_rights"),
        },
        210,
        "Low ≤ Medium",
        "C/D",
        sensitivity="High ≤ Critical",
    ),
    event(
        "ocsp-retirement",
        {
            "severity": ("negligible", 0.20),
            "breadth": (MANY, 0.20),
            "geography": ("several countries", 0.62),
            **words(domain="speech_and_personal_rights"),
        },
        200,
        "Low",
        "D",
        firm="not rated",
        sensitivity="not rated",
    ),
)


def rulebook() -> Rulebook:
    """The shipped rulebook, but confidence and dependence are numbers that claims state.

    The dependents of the examples are not given, only their dependence.
    """
    stated = {"over": "claims", "where": 'it.id == "dependence"', "take": "it.value"}
    replaced: dict[str, dict[str, Any]] = {
        "claim.confidence": {"start": "claim.value", "not_asked": (), "rules": ()},
        "profile.dependence": {"pool": Pool(**stated, combine="max", empty=0.0)},
    }
    book = default_rulebook()
    scorers = tuple(s.model_copy(update=replaced.get(s.key, {})) for s in book.scorers)
    return unwatched(book.model_copy(update={"scorers": scorers}))


@cache
def desk() -> Assessment:
    return desk_of(corpus_of([], [], [profile(e) for e in EXAMPLES]), rulebook())


def profile(example: Example) -> Institution | Event:
    claims, factors = [claim("dependence", example.dependence)], []
    for name, (word, confidence) in example.factors.items():
        claims.append(claim(name.replace("_", "-"), confidence))
        factors.append({"factor": name, "is": word, "claims": [name.replace("_", "-")]})
    model = Institution if example.kind == "institution" else Event
    return model.model_validate(
        {
            "kind": example.kind,
            "id": example.name,
            "name": example.name,
            "type": example.type,
            "claims": claims,
            "factors": factors,
        }
    )


def claim(name: str, number: float) -> dict[str, Any]:
    quantity = {"measure": "number", "value": number}
    return {"id": name, "nature": "fact", "text": f"The {name}.", "quantity": quantity}


def score(example: Example, scorer: str) -> Score:
    run = desk().run
    row = run.profile_rows[example.name]
    return run.scores(run.program.scorer(f"profile.{scorer}"), [row])[0]


def shown(found: Score) -> str:
    """The band, with its ceiling if that is another."""
    if found.band is None:
        return "not rated"
    return f"{found.grade} ≤ {found.ceiling.grade}" if found.ceiling else found.band.grade


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_impact(example: Example) -> None:
    found = score(example, "impact")
    assert (found.points, shown(found)) == (example.floor, example.impact)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_the_evidence_that_impact_stands_on(example: Example) -> None:
    found = score(example, "impact")
    stands_on = found.stands_on.grade if found.stands_on else None
    firm = found.firm.grade if found.firm else "not rated" if found.provisional else None
    assert (stands_on, firm) == (example.stands_on, example.firm)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_operational_criticality(example: Example) -> None:
    assert shown(score(example, "operational_criticality")) == (example.criticality or "not rated")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_policy_sensitivity(example: Example) -> None:
    assert shown(score(example, "policy_sensitivity")) == example.sensitivity
