"""Pools within reach: the engine against the oracle and the steps run one by one."""

from __future__ import annotations

import pytest
from benchmarks.generate import Shape, tables

from tests.engine.stepwise import StepwiseEngine
from tests.oracle import Oracle
from tests.package import compile_rulebook, run_program
from tests.strategies import rulebook_of

POOLS = [
    {"over": over, "within_reach": True, "where": where, "take": take, **rest}
    for over in ("dependents", "dependencies")
    for where in ("true", 'it.criticality != "low"')
    for take, rest in (
        ('it.criticality == "high" ? 0.9 : 0.3', {"combine": "noisy_or", "empty": 0}),
        ("0.5", {"combine": "noisy_or", "empty": 0.4, "strongest": 2}),
        ('it.criticality == "high" ? 1.7 : 0.0', {"combine": "mean", "empty": "unknown"}),
        ('it.peer.type == "company" ? 0.8 : 0.001', {"combine": "min", "empty": 0.2}),
        ("it.peer.gaps > 2 ? 0.7 : -0.1", {"combine": "max", "empty": 0}),
    )
]


@pytest.mark.parametrize(("missing", "seed"), [(0.0, 0), (0.3, 1), (1.0, 2)])
def test_every_profile_counts_once_by_its_strongest_path(missing: float, seed: int) -> None:
    scorers = [{"name": f"s{n}", "on": "profile", "pool": pool} for n, pool in enumerate(POOLS)]
    book = rulebook_of({"reach": {"hops": 3, "damping": 0.7}, "scorers": scorers})
    program, made = compile_rulebook(book), tables(Shape(25, missing=missing, seed=seed))
    run, oracle, stepwise = (
        run_program(book, program, made),
        Oracle(book, made),
        StepwiseEngine(made),
    )
    stepwise.run(program.steps)
    for scorer in program.on("profile"):
        found = run.engine.column("profile", scorer.score).to_list()
        name = scorer.scorer.name
        assert found == [oracle.score("profile", name, row).points for row in range(25)], name
        assert found == stepwise.column("profile", scorer.score).to_list(), name
