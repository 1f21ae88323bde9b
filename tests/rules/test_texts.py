"""Sentences of rules with expressions in braces."""

from __future__ import annotations

import pytest

from assay.cel.text import Hole, TextError
from tests.package import split_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", ("plain",)),
        ("{a}", (Hole("a", 1),)),
        ("all {size(a)} of {b}.", ("all ", Hole("size(a)", 5), " of ", Hole("b", 18), ".")),
        ("{a}{b}", (Hole("a", 1), Hole("b", 4))),
        ("{{a}}", ("{a}",)),
        ("a {{ b {c} }} d", ("a { b ", Hole("c", 8), " } d")),
        ("", ()),
    ],
)
def test_a_sentence_is_split_at_its_holes(text: str, parts: tuple[str | Hole, ...]) -> None:
    assert split_text(text) == parts


@pytest.mark.parametrize(
    ("text", "said", "offset"),
    [
        ("a {b", "'{' has no '}'", 2),
        ("a b}", "'}' has no '{'", 3),
        ("a { } b", "nothing between '{' and '}'", 2),
        ("{a} and {", "'{' has no '}'", 8),
    ],
)
def test_braces_without_partner_are_refused_at_their_place(
    text: str, said: str, offset: int
) -> None:
    with pytest.raises(TextError) as refused:
        split_text(text)
    assert (str(refused.value), refused.value.offset) == (said, offset)
