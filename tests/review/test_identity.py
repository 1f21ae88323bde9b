from __future__ import annotations

import pytest

from assay.review.identity import identities, same_person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Example", "ann  EXAMPLE"),
        ("Example, Ann", "Ann Example"),
        ("Zoë Example", "Zoe\u0308 example"),
        ("Zoë Example", "Zoe Example"),
        ("\uff21\uff4e\uff4e Example", "Ann Example"),
        ("Ann Example <ann@desk.example>", "Ann Example"),
        ("A. Example <ann@desk.example>", "Ann Example <Ann+work@Desk.example>"),
        ("ann@desk.example", "Ann Example <ann@desk.example>"),
        ("1234+ann@users.noreply.github.com", "ann@users.noreply.github.com"),
        ("王 芳", "芳 王"),
        ("…", "…"),
    ],
)
def test_one_person_typed_twice(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Example", "Ben Example"),
        ("Ann Example", "Ann Example Smith"),
        ("Ann <ann@desk.example>", "Ben <ben@desk.example>"),
        ("ann@one.example", "ann@two.example"),
        ("王芳", "王方"),
        ("+@desk.example", "ann@desk.example"),
    ],
)
def test_two_people_stay_two(one: str, other: str) -> None:
    assert not same_person(one, other)


def test_nobody_is_nobody() -> None:
    assert identities(None) == frozenset()
    assert not same_person("", "")
