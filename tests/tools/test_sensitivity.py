"""The page of sensitivity covers the rulebook; a moved amount is scored like an edited one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from benchmarks.sensitivity import Amount, amounts, bands, moves, random_run

from tests.package import build_tables, compile_rulebook, run_program
from tests.plain.worlds import AS_OF, drawn_world
from tests.strategies import default_rulebook

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sensitivity.md"


def test_the_page_lists_every_amount_of_the_default_rulebook_once() -> None:
    rows = [line.split(" | ")[0] for line in PAGE.read_text("utf-8").splitlines()]
    listed = sorted(row for row in rows if row.startswith("| `"))
    assert listed == sorted(f"| {amount}" for amount in amounts(default_rulebook()))


def test_amounts_within_an_expression_move_alone() -> None:
    amount = Amount("profile.operational_criticality.start", 0.2, "0.8 * a + 0.2 * b")
    setting = amount.moved(0.03)
    assert setting is not None
    assert setting.value == "0.8 * a + 0.23 * b"


def test_no_amount_leaves_its_range() -> None:
    assert Amount("claim.evidence.contested.cap", 1.0).moved(0.03) is None


@pytest.mark.parametrize(
    "path",
    [
        "citation.worth.first-hand-unrated.add",
        "factor.sensitivity_weight.contention.add",
        "factors.scales.time.words.hours",
    ],
)
def test_moves_are_those_of_an_edited_rulebook(path: str) -> None:
    before = random_run(default_rulebook(), seed=1, profiles=80)
    amount = next(a for a in amounts(before.rulebook) if a.path == path)
    document = before.rulebook.model_dump(mode="json", by_alias=True)
    setting = Amount(path, amount.value - 0.3 if amount.value > 0.3 else amount.value + 0.3)
    place, key = document, path.split(".")
    if key[0] == "factors":
        for step in key[:-1]:
            place = place[step]
    else:
        scorer = next(s for s in document["scorers"] if (s["on"], s["name"]) == (*key[:2],))
        place = next(r for r in scorer["rules"] if r["id"] == key[2])
    place[key[-1]] = round(setting.value, 3)
    edited = type(before.rulebook).model_validate(document)
    tables = build_tables(drawn_world(Random(1), 80), edited, AS_OF)
    after = bands(run_program(edited, compile_rulebook(edited), tables))
    expected = {n: int(b.ne_missing(after[n]).sum()) for n, b in bands(before).items()}
    moved = setting.moved(0)
    assert moved is not None
    assert moves(before, moved) == expected
    assert any(expected.values())
