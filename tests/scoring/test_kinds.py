"""A score that only some kinds of profile have."""

from __future__ import annotations

from typing import Any

from assay.scoring.bulk import score_table
from tests.package import Assessment, Event, Institution, Rulebook, explanation_json, scores_json
from tests.strategies import corpus_of, desk_of, rulebook_of

SCALE = [
    {"id": "high", "from": 0.5, "grade": "High", "label": "High"},
    {"id": "low", "from": 0.0, "grade": "Low", "label": "Low"},
]


def book(**scorer: Any) -> Rulebook:
    needed = {"name": "needed", "on": "profile", "scale": "level", "start": 0.6, **scorer}
    reads = {"id": "needed", "when": "profile.needed > 0.5", "add": 0.1, "because": "it is needed"}
    weight = {"name": "weight", "on": "profile", "start": 0.2, "rules": [reads]}
    return rulebook_of({"scales": {"level": SCALE}, "scorers": [needed, weight]})


def desk(rulebook: Rulebook) -> Assessment:
    office = Institution.model_validate({"kind": "institution", "id": "office", "name": "Office"})
    flood = Event.model_validate({"kind": "event", "id": "flood", "name": "Flood"})
    return desk_of(corpus_of([], [], [office, flood]), rulebook)


ONLY_INSTITUTIONS = {"kinds": ["institution"]}


def test_a_profile_of_another_kind_has_no_such_score() -> None:
    made = desk(book(**ONLY_INSTITUTIONS))
    listed = {p["id"]: p["scores"] for p in scores_json(made.overview())["profiles"]}
    assert list(listed["office"]) == ["needed", "weight"]
    assert list(listed["flood"]) == ["weight"]
    assert {i: list(r.scores) for i, r in made.results.items()} == {
        "office": ["needed", "weight"],
        "flood": ["weight"],
    }


def test_neither_its_explanation_nor_its_outlook_has_it() -> None:
    made = desk(book(**ONLY_INSTITUTIONS))
    told = explanation_json(made.explain(["flood"])["flood"])
    assert [s["name"] for s in told["scorers"]] == ["weight"]
    assert list(made.results["flood"].outlook.points) == []
    assert list(made.results["office"].outlook.points) == ["needed"]


def test_a_rule_that_reads_it_finds_it_unknown() -> None:
    made = desk(book(**ONLY_INSTITUTIONS))
    assert made.results["office"].scores["weight"].points == 300
    assert made.results["flood"].scores["weight"].points == 200
    (explained,) = made.explain(["flood"])["flood"].scorers
    assert explained.steps[1].outcome == "unknown"


def test_a_table_of_scores_has_null_there() -> None:
    rows = score_table(desk(book(**ONLY_INSTITUTIONS)).run).rows_by_key("id", named=True)
    assert [rows["flood"][0][c] for c in ("needed", "needed.rated", "needed.band")] == [
        None,
        False,
        None,
    ]
    assert rows["office"][0]["needed"] == 600


def test_without_kinds_every_profile_has_it() -> None:
    made = desk(book())
    assert all("needed" in result.scores for result in made.results.values())
    both = desk(book(kinds=["event", "institution"]))
    assert both.results == made.results
