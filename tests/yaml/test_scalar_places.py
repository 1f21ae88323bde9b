"""A character inside a text is found again in the file, whatever way the text is written."""

from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yaml
from tests.package import YamlFile, read_yaml


def place(read: YamlFile, line: int, column: int) -> tuple[int, int]:
    lines = read.documents[0]["rules"][0]["when"].split("\n")
    offset = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    position = read.locate_inside(0, ("rules", 0, "when"), offset)
    return position.line, position.column


WRITTEN = {
    "plain": ("rules:\n  - when: a && regoin\n", (1, 6), (2, 16)),
    "plain over two lines": ("rules:\n  - when: a &&\n      regoin\n", (1, 6), (3, 7)),
    "single quotes": ("rules:\n  - {when: 'a == ''x'' && regoin'}\n", (1, 13), (2, 27)),
    "double quotes": ('rules:\n  - when: "a == \\"x\\" && regoin"\n', (1, 13), (2, 26)),
    "folded": ("rules:\n  - when: >-\n      a &&\n      regoin\n", (1, 6), (4, 7)),
    "literal": ("rules:\n  - when: |\n      a &&\n        regoin\n", (2, 3), (4, 9)),
    "literal with CRLF": (
        "rules:\r\n  - when: |\r\n      a &&\r\n      regoin\r\n",
        (2, 1),
        (4, 7),
    ),
    "escapes": ('rules:\n  - when: "\\u00e9 && \\x41 regoin"\n', (1, 8), (2, 27)),
    "past the end": ("rules:\n  - when: a\n", (1, 2), (2, 12)),
}


@pytest.mark.parametrize("style", WRITTEN)
def test_a_place_in_a_condition(style: str) -> None:
    text, asked, expected = WRITTEN[style]
    assert place(read_yaml(text.encode(), "rules.yaml"), *asked) == expected


WORDS = st.lists(
    st.text(st.sampled_from("abcé&()'\"漢=."), min_size=1, max_size=6), min_size=1, max_size=12
)


@st.composite
def written_scalars(draw: st.DrawFn) -> str:
    """A document with one text, in every style that YAML has."""
    words = draw(WORDS)
    style = draw(st.sampled_from(["'", '"', "|", ">", None, "json", "lines"]))
    if style == "json":
        return "rules: [{when: " + json.dumps(" ".join(words)) + "}]\n"
    if style == "lines":
        body = textwrap.indent("\n".join(words), "      ")
        return f"rules:\n  - when: |-\n{body}\n"
    width = draw(st.sampled_from([10, 30, 1000]))
    data = {"rules": [{"when": " ".join(words)}]}
    return str(yaml.dump(data, default_style=style, allow_unicode=True, width=width))


@given(written_scalars())
def test_every_letter_is_found_where_the_file_has_it(text: str) -> None:
    read = read_yaml(text.encode(), "rules.yaml")
    value = read.documents[0]["rules"][0]["when"]
    lines = text.splitlines()
    for number, line in enumerate(value.split("\n"), 1):
        for column, letter in enumerate(line, 1):
            if letter == " ":
                continue
            at_line, at_column = place(read, number, column)
            found = lines[at_line - 1][at_column - 1]
            assert found == letter or (found == "\\" and letter in '"é漢')
