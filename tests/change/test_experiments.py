"""Figures of the rulebook tried without an edit."""

from __future__ import annotations

from pathlib import Path

from tests.change.calling import Call, printed, reads_as


def test_an_experiment_touches_no_file(assay: Call, tmp_path: Path) -> None:
    def files() -> dict[Path, bytes]:
        every = (p for p in tmp_path.rglob("*") if p.is_file() and ".assay" not in p.parts)
        return {p: p.read_bytes() for p in every}

    before = files()
    plan = printed(assay, "plan", "--set", "citation.strength.first-hand.add=0.2")
    assert {c["id"] for c in plan["changes"]} == {"mill", "weir"}
    assert files() == before


def test_a_sweep_counts_what_each_value_moves(assay: Call) -> None:
    swept = printed(assay, "plan", "--sweep", "citation.strength.first-hand.add=0.3..0.8:0.1")
    values = {v["value"]: v for v in swept["values"]}
    assert list(values) == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert (values[0.5]["scores"], values[0.5]["profiles"]) == (0, 0)
    for value in (0.3, 0.7):
        alone = printed(assay, "plan", "--set", f"citation.strength.first-hand.add={value}")
        assert values[value]["scores"] == len(alone["changes"])
        assert values[value]["upgrades"] == alone["summary"]["upgrade"]
        assert values[value]["downgrades"] == alone["summary"]["downgrade"]
    reads_as(
        "sweep.text",
        assay("plan", "--sweep", "citation.strength.first-hand.add=0.3..0.8:0.1")[1],
    )
