"""Scores, causes, dates, ids and exit codes are those that were recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frozen import workspaces
from tests.frozen.outputs import HERE, Renamed, frozen, golden, lines


@pytest.mark.parametrize("name", workspaces.NAMES)
def test_results_are_those_that_were_recorded(name: str, tmp_path: Path) -> None:
    recorded = golden(name).read_text(encoding="utf-8").splitlines()
    found = lines(name, tmp_path / "workspace", Renamed.read(HERE / "renamed.yaml"))
    differing = [(r, f) for r, f in zip(recorded, found, strict=False) if r != f]
    assert differing[:3] == []
    assert len(found) == len(recorded)


def test_a_renamed_word_is_translated_back() -> None:
    renamed = Renamed({"lineage": "origins"}, {"secondary": "secondary"}, frozenset({"since"}))
    today = {"lineage": 2, "refs": ["citation.strength.secondary"], "since": 1, "rule": "secondary"}
    assert renamed.old(today) == {
        "origins": 2,
        "refs": ["citation.strength.secondary"],
        "rule": "secondary",
    }


def test_two_words_are_not_renamed_to_one(tmp_path: Path) -> None:
    table = tmp_path / "renamed.yaml"
    table.write_text("keys: {band: grade, letter: grade}\nvalues: {}\nadded: []\n")
    with pytest.raises(ValueError, match="the same new word"):
        Renamed.read(table)


def test_sentences_are_left_out_and_numbers_under_the_same_key_are_not() -> None:
    assert frozen({"summary": "C/D: weak", "score": 0.4}) == {"score": 0.4}
    assert frozen({"summary": {"changes": 3}}) == {"summary": {"changes": 3}}
