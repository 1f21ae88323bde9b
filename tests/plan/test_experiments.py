"""Figures of the rulebook tried without an edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan.calling import Call, printed, reads_as


def test_an_experiment_touches_no_file(assay: Call, tmp_path: Path) -> None:
    def files() -> dict[Path, bytes]:
        every = (p for p in tmp_path.rglob("*") if p.is_file() and ".assay" not in p.parts)
        return {p: p.read_bytes() for p in every}

    before = files()
    plan = printed(assay, "plan", "--set", "citation.strength.first-hand.add=0.2")
    assert {c["id"] for c in plan["changes"]} == {"mill", "weir"}
    assert files() == before


@pytest.mark.parametrize(
    ("place", "low", "stays", "high"),
    [
        ("citation.strength.first-hand.add", 0.3, 0.5, 0.7),
        ("scale.trust.high.from", 0.4, 0.6, 0.8),
        ("reach.weights.high", 0.6, 0.8, 1.0),
    ],
)
def test_a_sweep_counts_what_each_value_moves(
    assay: Call, place: str, low: float, stays: float, high: float
) -> None:
    step = round(stays - low, 1)
    swept = printed(assay, "plan", "--sweep", f"{place}={low}..{high}:{step}")
    values = {v["value"]: v for v in swept["values"]}
    assert list(values) == [low, stays, high]
    assert (values[stays]["scores"], values[stays]["profiles"]) == (0, 0)
    for value in (low, high):
        alone = printed(assay, "plan", "--set", f"{place}={value}")
        other = [c for c in alone["changes"] if c["from"]["score"] != c["to"]["score"]]
        assert values[value]["scores"] == len(other)
        assert values[value]["upgrades"] == alone["summary"]["upgrade"]
        assert values[value]["downgrades"] == alone["summary"]["downgrade"]


def test_a_sweep_is_shown_as_a_plot(assay: Call) -> None:
    reads_as(
        "sweep.text",
        assay("plan", "--sweep", "citation.strength.first-hand.add=0.3..0.8:0.1")[1],
    )
