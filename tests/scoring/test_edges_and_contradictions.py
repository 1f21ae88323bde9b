"""Edges count once, profiles are counted as profiles, and contradictions have two sides."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.package import Corpus, Event, Institution
from tests.strategies import AS_OF, corpus_of, desk_of, rulebook_of, scores_of

BANDS = {"level": [{"id": "low", "from": 0.0, "grade": "Low", "label": "Low"}]}


def counting(expression: str, on: str = "profile") -> Any:
    """A rulebook whose only score is a tenth of a count."""
    scorer = {"name": "count", "on": on, "start": f"double({expression}) / 10.0"}
    return rulebook_of({"scales": BANDS, "scorers": [scorer]})


def counted(corpus: Corpus, expression: str, as_of: date = AS_OF) -> dict[str, int | None]:
    found = scores_of(desk_of(corpus, counting(expression), as_of), "profile", "count")
    points = {i: s.points for i, s in found.items()}
    return {i: None if p is None else round(p / 100) for i, p in points.items()}


def office() -> Institution:
    return Institution.model_validate({"kind": "institution", "id": "office", "name": "Office"})


def port(*edges: dict[str, Any], id_: str = "port") -> Institution:
    data = {"kind": "institution", "id": id_, "name": "Port", "depends_on": edges}
    return Institution.model_validate(data)


def edge(relation: str = "regulated_by", **fields: Any) -> dict[str, Any]:
    return {"on": "office", "relation": relation, **fields}


def test_a_copied_edge_counts_once_on_both_sides() -> None:
    corpus = corpus_of([], [], [office(), port(edge(), edge(), edge(criticality="low"))])
    assert counted(corpus, "dependents.size()") == {"office": 1, "port": 0}
    assert counted(corpus, "dependencies.size()") == {"office": 0, "port": 1}


def test_an_edge_that_both_sides_write_counts_once() -> None:
    ruling = Event.model_validate(
        {
            "kind": "event",
            "id": "ruling",
            "name": "Ruling",
            "affects": [{"on": "port", "relation": "bound_by"}],
        }
    )
    bound = port({"on": "ruling", "relation": "bound_by"})
    corpus = corpus_of([], [], [ruling, bound])
    assert counted(corpus, "dependents.size()") == {"port": 0, "ruling": 1}
    assert counted(corpus, "dependencies.size()") == {"port": 1, "ruling": 0}
    assert counted(corpus, "events.size()") == {"port": 1, "ruling": 0}


def test_an_edge_counts_in_each_period_in_which_it_is_valid() -> None:
    periods = edge(valid_until="2020"), edge(valid_from="2024"), edge(valid_from="2030")
    corpus = corpus_of([], [], [office(), port(*periods)])
    for day, size in ((date(2020, 5, 1), 1), (date(2022, 5, 1), 0), (date(2031, 1, 1), 1)):
        assert counted(corpus, "dependents.size()", day)["office"] == size


@pytest.mark.parametrize("space", ["dependents", "downstream"])
def test_peers_counts_profiles(space: str) -> None:
    many = port(edge(), edge("supplied_by"), edge("built_on"), edge("part_of"))
    corpus = corpus_of([], [], [office(), many, port(edge(), id_="quay")])
    assert counted(corpus, "dependents.size()")["office"] == 5
    assert counted(corpus, f"{space}.peers()")["office"] == 2


def test_peers_counts_profiles_with_a_property() -> None:
    many = port(edge(), edge("supplied_by"), edge("built_on"), edge("part_of"))
    corpus = corpus_of([], [], [office(), many, port(edge(), id_="quay")])
    kept = 'dependents.filter(d, d.relation != "regulated_by").peers()'
    assert counted(corpus, kept)["office"] == 1


def test_peers_of_an_undecided_filter_are_unknown() -> None:
    corpus = corpus_of([], [], [office(), port(edge(), edge("part_of", criticality="high"))])
    kept = 'dependents.filter(d, d.criticality == "high").peers()'
    assert counted(corpus, kept)["office"] is None


# Contradictions --------------------------------------------------------------------------------


def claim(id_: str, *contradicts: str, **fields: Any) -> dict[str, Any]:
    given = {"nature": "assumption", "text": "It is so.", "contradicts": contradicts}
    return {"id": id_, **given, **fields}


def stating(id_: str, *claims: dict[str, Any], **fields: Any) -> Institution:
    data = {"kind": "institution", "id": id_, "name": id_, "claims": claims, **fields}
    return Institution.model_validate(data)


def contradictions(*profiles: Institution) -> dict[str, int | None]:
    rulebook = counting("claim.contradictions", "claim")
    found = scores_of(desk_of(corpus_of([], [], profiles), rulebook), "claim", "count")
    return {i: None if s.points is None else round(s.points / 100) for i, s in found.items()}


def test_a_contradiction_counts_for_both_claims_whoever_writes_it() -> None:
    assert contradictions(stating("p", claim("a", "b"), claim("b"), claim("c"))) == {
        "p#a": 1,
        "p#b": 1,
        "p#c": 0,
    }
    apart = contradictions(stating("p", claim("a")), stating("q", claim("b", "p#a")))
    assert apart == {"p#a": 1, "q#b": 1}


def test_a_contradiction_that_both_sides_write_counts_once() -> None:
    assert contradictions(stating("p", claim("a", "b"), claim("b", "p#a"))) == {"p#a": 1, "p#b": 1}


def test_drafts_contradict_nothing() -> None:
    assert contradictions(stating("p", claim("a", "b"), claim("b", status="draft"))) == {"p#a": 0}
    draft = stating("q", claim("b", "p#a"), status="draft")
    assert contradictions(stating("p", claim("a")), draft) == {"p#a": 0}
