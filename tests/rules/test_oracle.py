"""The compiled engine says what Google's CEL says, row by row."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given

from tests.oracle_compare import disagreements
from tests.package import Corpus
from tests.strategies import corpora, default_rulebook, desk_of, shipped, with_holes


def test_the_shipped_workspace() -> None:
    assert disagreements(shipped().run) == []


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_the_shipped_workspace_with_fields_removed(share: float) -> None:
    desk = shipped()
    corpus = with_holes(desk.corpus, Random(7), share)
    assert disagreements(desk_of(corpus, desk.rulebook, desk.as_of).run) == []


@given(corpora())
def test_random_workspaces(corpus: Corpus) -> None:
    assert disagreements(desk_of(corpus, default_rulebook()).run) == []
