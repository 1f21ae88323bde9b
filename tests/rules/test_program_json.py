"""A program from the cache is the one that compiling the rulebook gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.cel.program import program_from_json, program_to_json
from assay.rules import scorers
from tests.package import Cache, Workspace, check, compile_rulebook
from tests.rulebooks import drawn_rulebook, watching_rulebook
from tests.strategies import default_rulebook

RULES = """version: 1
scorers:
  - name: size
    on: profile
    rules:
      - {id: one, when: "claims.exists(c, c.key) && profile.gaps > 0", add: 0.5, because: it is}
"""


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "rules.yaml").write_text(RULES)
    return Workspace(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path, "some code")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every rulebook that was compiled."""
    found: list[Any] = []

    def counting(rulebook: Any, *missing: Any) -> Any:
        found.append(rulebook)
        return compile_rulebook(rulebook, *missing)

    monkeypatch.setattr(scorers, "compile_rulebook", counting)
    return found


@pytest.mark.parametrize("drawn", [drawn_rulebook, watching_rulebook], ids=["rules", "watch"])
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_program_comes_back_as_it_was(drawn: Any, seed: int) -> None:
    rulebook, program = drawn(Random(seed), 20)
    found = program_from_json(program_to_json(program, rulebook), rulebook)
    assert found == program
    assert list(found.definitions) == list(program.definitions)


def test_the_shipped_program_comes_back_with_the_rules_of_its_rulebook() -> None:
    rulebook = default_rulebook()
    program = compile_rulebook(rulebook)
    found = program_from_json(program_to_json(program, rulebook), rulebook)
    assert found == program
    for scorer, own in zip(found.scorers, rulebook.scorers, strict=True):
        assert scorer.scorer is own
        assert [r.rule for r in scorer.rules] == list(own.rules)


def test_a_rulebook_is_compiled_once(space: Workspace, cache: Cache, compiled: list[Any]) -> None:
    first = check(space, cache=cache).program
    assert first is not None
    assert check(space, cache=cache).program == first
    assert len(compiled) == 1


@pytest.mark.parametrize(
    ("old", "new"), [("0.5", "0.4"), ("gaps > 0", "gaps > 1"), ("{id: one", "{id: two")]
)
def test_another_rulebook_is_compiled(
    space: Workspace, cache: Cache, compiled: list[Any], old: str, new: str
) -> None:
    before = check(space, cache=cache).program
    space.rules_path.write_text(RULES.replace(old, new))
    after = check(space, cache=cache).program
    assert len(compiled) == 2
    assert after == compile_rulebook(compiled[1])
    assert after != before


def test_errors_are_reported_again(space: Workspace, cache: Cache) -> None:
    check(space, cache=cache)
    space.rules_path.write_text(RULES.replace("gaps > 0", "gap > 0"))
    said = [check(space, cache=cache).errors for _ in range(2)]
    assert [[d.code for d in errors] for errors in said] == [["unknown-field"]] * 2


def test_the_checker_is_not_loaded_for_a_program_from_the_cache(space: Workspace) -> None:
    score = (
        "import sys; from assay.cli.main import run; "
        f"run(['--workspace', {str(space.root)!r}, '--as-of', '2026-01-15', 'score']); "
        "print([m for m in ('cel_expr_python', 'yaml') if m in sys.modules])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", score], check=True, capture_output=True, text=True
        ).stdout.splitlines()[-1]
        for _ in range(2)
    ]
    assert said[0] != "[]"
    assert said[1] == "[]"
