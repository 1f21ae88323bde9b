"""The profiles that each profile reaches, and the score a summary is about."""

from __future__ import annotations

from typing import Any

import pytest

from assay.scoring.explain import headline
from assay.scoring.run import reached
from tests.package import Institution, Rulebook, compile_rulebook
from tests.strategies import corpus_of, default_rulebook, desk_of


def office(name: str, *on: str) -> Institution:
    edges = [
        {"on": other, "relation": "part_of", "criticality": "high", "claims": ["acts"]}
        for other in on
    ]
    claims = [{"id": "acts", "nature": "assumption", "text": "It acts."}]
    return Institution.model_validate(
        {"kind": "institution", "id": name, "name": name, "claims": claims, "depends_on": edges}
    )


def test_reach_is_in_thousandths_up_and_down() -> None:
    book = default_rulebook()
    weight, damping = book.reach.weights["high"], book.reach.damping
    corpus = corpus_of([], [], [office("a"), office("b", "a"), office("c", "b")])
    found = reached(desk_of(corpus).run)
    near, far = round(weight * 1000), round(weight * weight * damping * 1000)
    assert found == {
        "a": [("downstream", "b", near, 1), ("downstream", "c", far, 2)],
        "b": [("downstream", "c", near, 1), ("upstream", "a", near, 1)],
        "c": [("upstream", "a", far, 2), ("upstream", "b", near, 1)],
    }


@pytest.mark.parametrize(
    ("scorers", "publish_by", "name"),
    [
        ([{"name": "reach", "on": "profile"}, {"name": "size", "on": "profile"}], None, "reach"),
        (
            [
                {"name": "reach", "on": "profile"},
                {"name": "size", "on": "profile", "scale": "grade"},
            ],
            None,
            "size",
        ),
        (
            [
                {"name": "size", "on": "profile", "scale": "grade"},
                {"name": "trust", "on": "profile", "scale": "grade"},
            ],
            "trust",
            "trust",
        ),
        ([{"name": "support", "on": "claim", "scale": "grade"}], None, None),
    ],
)
def test_a_summary_is_about_the_score_that_publishes_or_the_first_graded(
    scorers: list[dict[str, Any]], publish_by: str | None, name: str | None
) -> None:
    scales = {"grade": [{"id": "any", "from": 0.0, "grade": "Any", "label": "Any"}]}
    program = compile_rulebook(Rulebook.model_validate({"scales": scales, "scorers": scorers}))
    assert headline(program, publish_by) == name
