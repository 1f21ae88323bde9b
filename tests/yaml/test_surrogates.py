"""Characters that JSON writers escape in two halves are read as one, with their positions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.yaml.source_map import joined
from tests.package import read_yaml

TEXTS = st.text(st.sampled_from('a"\\ud83DE0😀\U0010ffff é'), max_size=12)


@given(TEXTS, TEXTS)
def test_what_json_writes_is_read_as_it_was(key: str, value: str) -> None:
    written = json.dumps({"k" + key: [value]})
    read = read_yaml(written.encode(), "a.yaml")
    assert read.diagnostics == ()
    assert read.documents == ({"k" + key: [value]},)
    assert len(joined(written)) == len(written)
    at = read.locate(0, ("k" + key, 0))
    assert written[at.column - 1 :] == json.dumps(value) + "]}"


def test_other_styles_keep_their_text() -> None:
    text = 'a: \'\\uD83d\\uDe00\'\nb: \\ud83d\\ude00\nc: "\\ud83d\\ude00!"\nd: "\\\\ud83d"\n'
    read = read_yaml(text.encode(), "a.yaml")
    expected = {"a": "\\uD83d\\uDe00", "b": "\\ud83d\\ude00", "c": "😀!", "d": "\\ud83d"}
    assert read.documents == (expected,)
    assert read.locate_inside(0, ("c",), 1).column == text.splitlines()[2].index("!") + 1


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ud83d\\\\ude00"])
def test_half_a_character_is_refused(half: str) -> None:
    (found,) = read_yaml(f'a: "x{half}"\n'.encode(), "a.yaml").diagnostics
    assert (found.code, found.line) == ("yaml-syntax", 1)
    assert found.hint == "write both halves of the surrogate pair, or the character itself"
