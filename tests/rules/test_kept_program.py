"""A program that was kept is the one that compiling the rulebook gives, whatever becomes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.pipeline import check
from assay.rules import scorers
from assay.rules.kept import plain, program_of
from assay.rules.scorers import compile_rulebook
from assay.workspace import Workspace
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
    told = json.loads(json.dumps(plain(program, rulebook)))
    found = program_of(told, rulebook)
    assert found == program
    assert list(found.definitions) == list(program.definitions)


def test_the_shipped_program_comes_back_with_the_rules_of_its_rulebook() -> None:
    rulebook = default_rulebook()
    program = compile_rulebook(rulebook)
    found = program_of(plain(program, rulebook), rulebook)
    assert found == program
    for scorer, own in zip(found.scorers, rulebook.scorers, strict=True):
        assert scorer.scorer is own
        assert [r.rule for r in scorer.rules] == list(own.rules)


def test_a_rulebook_is_compiled_once(space: Workspace, compiled: list[Any]) -> None:
    first = check(space).program
    assert first is not None
    assert check(space).program == first
    assert len(compiled) == 1


@pytest.mark.parametrize(
    ("old", "new"), [("0.5", "0.4"), ("gaps > 0", "gaps > 1"), ("{id: one", "{id: two")]
)
def test_another_rulebook_is_compiled(
    space: Workspace, compiled: list[Any], old: str, new: str
) -> None:
    before = check(space).program
    space.rules_path.write_text(RULES.replace(old, new))
    after = check(space).program
    assert len(compiled) == 2
    assert after == compile_rulebook(compiled[1])
    assert after != before


def test_mistakes_are_said_again(space: Workspace) -> None:
    check(space)
    space.rules_path.write_text(RULES.replace("gaps > 0", "gap > 0"))
    said = [check(space).errors for _ in range(2)]
    assert [[d.code for d in errors] for errors in said] == [["unknown-field"]] * 2


@pytest.mark.parametrize("name", ["program", "rules"])
@pytest.mark.parametrize("damage", [b"", b"PAR1 something else", None])
def test_what_is_not_whole_is_made_anew(
    space: Workspace, compiled: list[Any], name: str, damage: bytes | None
) -> None:
    first = check(space).program
    kept = space.cache_dir / name
    data = kept.read_bytes()
    kept.write_bytes(data[:-9] if damage is None else damage)
    assert check(space).program == first
    assert kept.read_bytes() == data
    assert len(compiled) == (2 if name == "program" else 1)


def test_the_checker_is_not_loaded_for_a_program_that_is_kept(space: Workspace) -> None:
    score = (
        "import sys; from assay.cli.main import run; "
        f"run(['--workspace', {str(space.root)!r}, '--as-of', '2026-01-15', 'score']); "
        "print([m for m in ('cel_expr_python', 'yaml', 'assay.loading.link') if m in sys.modules])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", score], check=True, capture_output=True, text=True
        ).stdout.splitlines()[-1]
        for _ in range(2)
    ]
    assert said[0] != "[]"
    assert said[1] == "[]"
