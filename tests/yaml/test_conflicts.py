"""Versions that git left side by side are named as such, in every form of document."""

from __future__ import annotations

import pytest

from assay.yaml.json_lines import read_json_lines
from tests.package import read_yaml

YAML = """\
kind: source
<<<<<<< HEAD
id: one
=======
id: two
>>>>>>> other
title: Berths
<<<<<<< HEAD
url: https://example.org/1
||||||| base
=======
>>>>>>> other
"""


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_each_conflict_of_a_yaml_file_is_reported_once(line_break: str) -> None:
    read = read_yaml(YAML.replace("\n", line_break).encode(), "a.yaml")
    assert [(d.code, d.line, d.message, d.hint) for d in read.diagnostics] == [
        ("merge-conflict", 2, "unresolved git conflict up to line 6", "keep one version"),
        ("merge-conflict", 8, "unresolved git conflict up to line 12", "keep one version"),
    ]
    assert read.mentioned_ids == ("one", "two")


def test_a_conflict_of_a_file_of_json_lines() -> None:
    text = '<<<<<<< HEAD\n{"id": "a"}\n=======\n{"id": "b"}\n>>>>>>> other\n{"id": "c"}\n'
    read = read_json_lines(text.encode(), "a.jsonl")
    assert [(d.code, d.line, d.message) for d in read.diagnostics] == [
        ("merge-conflict", 1, "unresolved git conflict up to line 5")
    ]
    assert list(read.readable()) == []
    assert read.mentioned_ids == ("a", "b", "c")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: 1\n>>>>>>> other\n", [2]),
        ("a: 1\n=======\nb: 2\n>>>>>>> other", [2, 4]),
        ("<<<<<<< HEAD\na: 1\n<<<<<<< HEAD\nb: 1\n=======\nc: 1\n>>>>>>> x\n", [1, 3]),
    ],
)
def test_a_marker_left_behind(text: str, lines: list[int]) -> None:
    read = read_yaml(text.encode(), "a.yaml")
    assert [d.line for d in read.diagnostics] == lines
    assert {d.code for d in read.diagnostics} == {"merge-conflict"}


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  Heading\n  =======\n",
        "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n",
        "a: =======\n",
    ],
)
def test_what_only_looks_like_a_marker_is_read(text: str) -> None:
    assert read_yaml(text.encode(), "a.yaml").diagnostics == ()
