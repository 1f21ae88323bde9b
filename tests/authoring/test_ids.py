from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.authoring.new import checked_id, first_free, slug, suggest_id
from assay.model.base import ID_PATTERN
from tests.package import UsageError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Puerto de Málaga", "puerto-de-malaga"),
        ("Straße & Söhne (AG)", "strasse-sohne-ag"),
        ("O'Neill’s 4th", "oneills-4th"),
        ("  --  ", ""),
        ("港口", ""),
        ("Łódź", ""),
    ],
)
def test_ids_from_names(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_what_is_made_is_an_id_or_nothing(name: str) -> None:
    made = slug(name)
    assert made == "" or (re.fullmatch(ID_PATTERN, made) and len(made) <= 60)


def test_where_no_id_can_be_made_one_is_asked_for() -> None:
    with pytest.raises(UsageError, match="give one with --id"):
        suggest_id("港口")


def test_a_bad_id_is_refused_with_a_better_one() -> None:
    with pytest.raises(UsageError, match="for example 'the-port'"):
        checked_id("The Port")


def test_numbers_set_equal_ids_apart() -> None:
    assert first_free("a", {"a", "a-2"}) == "a-3"
    assert first_free("b", {"a"}) == "b"
