"""The factors of profiles as rows: one for each that the rulebook asks, known or not."""

from __future__ import annotations

from typing import Any

from tests.package import Corpus, Event, Institution, Tables, build_tables, visible_to
from tests.strategies import AS_OF, rulebook_of

RULES = rulebook_of(
    {
        "audiences": ["public", "internal"],
        "factors": {
            "scales": {
                "harm": {"words": {"small": 0.1, "large": 0.9}},
                "share": {"words": {"some": 0.2, "all": 1.0}},
            },
            "asked": {"institution": {"severity": "harm", "market_share": "share"}},
            "not_asked": {"market_share": ["regulator"]},
        },
        "scorers": [{"name": "any", "on": "profile"}],
    }
)


def claim(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "nature": "fact", "text": f"{name}.", **fields}


def institution(name: str, **fields: Any) -> Institution:
    return Institution.model_validate({"kind": "institution", "id": name, "name": name, **fields})


def tables_of(*profiles: Institution | Event) -> Tables:
    return build_tables(Corpus({}, {}, {p.id: p for p in profiles}), RULES, AS_OF)


def factors(tables: Tables) -> list[tuple[Any, ...]]:
    return tables.frames["factor"].rows()


PORT = institution(
    "port",
    claims=[claim("outage"), claim("quays", audience="internal")],
    factors=[
        {"factor": "severity", "is": "large", "claims": ["outage", "dock#repair"]},
        {"factor": "market_share", "is": "all", "claims": ["quays"]},
    ],
)
DOCK = institution("dock", claims=[claim("repair")])


def test_every_factor_that_is_asked_has_a_row_with_the_ends_of_its_scale() -> None:
    assert factors(tables_of(PORT, DOCK)) == [
        ("severity", "large", 0.9, 0.1, 0.9, 0),
        ("market_share", "all", 1.0, 0.2, 1.0, 0),
        ("severity", None, None, 0.1, 0.9, 1),
        ("market_share", None, None, 0.2, 1.0, 1),
    ]


def test_a_factor_rests_on_claims_of_its_own_and_of_other_profiles() -> None:
    tables = tables_of(PORT, DOCK)
    claims = tables.frames["claim"]["id"]
    links = tables.frames["factor_ground"].rows()
    assert [(row, claims[ground]) for row, ground in links] == [
        (0, "outage"),
        (0, "repair"),
        (1, "quays"),
    ]


def test_a_factor_is_asked_neither_of_a_type_nor_of_a_kind_without_it() -> None:
    event = Event.model_validate({"kind": "event", "id": "strike", "name": "Strike"})
    found = factors(tables_of(institution("board", type="regulator"), event))
    assert [row[0] for row in found] == ["severity"]


def test_a_factor_that_rests_on_a_hidden_claim_is_unknown_to_the_public() -> None:
    corpus = Corpus({}, {}, {"port": PORT, "dock": DOCK})
    seen = visible_to(corpus, RULES.audiences, "public", AS_OF)
    words = [row[1] for row in factors(build_tables(seen, RULES, AS_OF))]
    assert words == [None, None, "large", None]  # dock, then port
