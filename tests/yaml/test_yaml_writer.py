"""Edits change what they are asked to, and not a byte besides."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.yaml.edit import append_documents, append_item, flow, scalar
from tests.package import EditRefused, UsageError, block, read_yaml

PROFILE = """\
# top
kind: institution  # kept
id: x
claims:

  - id: a   # first
    text: >-
      hello
      there
    sources: [q, r]  # two
  # between
  - id: b
    sources:
    - z
    # the end of b

# tail
gaps:
"""


def edited(edit: Any, text: str, *args: Any) -> str:
    result: bytes = edit(text.encode(), "a.yaml", *args)
    return result.decode()


def test_an_item_goes_behind_the_last_of_a_flow_list() -> None:
    after = edited(
        append_item, PROFILE, 0, ("claims", 0, "sources"), {"id": "new", "stance": "disputes"}
    )
    assert after == PROFILE.replace("[q, r]", "[q, r, {id: new, stance: disputes}]")


def test_an_item_goes_behind_the_last_of_a_block_list() -> None:
    after = edited(append_item, PROFILE, 0, ("claims", 1, "sources"), "new")
    assert after == PROFILE.replace("    - z\n", "    - z\n    - new\n")


def test_a_claim_goes_behind_the_comments_of_the_last_one() -> None:
    after = edited(append_item, PROFILE, 0, ("claims",), {"id": "c", "text": "a: b"})
    added = '    # the end of b\n  - id: c\n    text: "a: b"\n'
    assert after == PROFILE.replace("    # the end of b\n", added)


def test_a_list_is_made_where_the_key_is_empty() -> None:
    after = edited(append_item, PROFILE, 0, ("gaps",), "one thing")
    assert after == PROFILE + "  - one thing\n"


def test_a_list_is_made_where_the_key_is_missing() -> None:
    after = edited(append_item, PROFILE, 0, ("watch",), {"text": "x"})
    assert after == PROFILE + "watch:\n  - text: x\n"


def test_a_key_goes_to_the_end_of_its_mapping() -> None:
    after = edited(append_item, PROFILE, 0, ("claims", 0, "rests_on"), "b")
    assert after == PROFILE.replace("# two\n", "# two\n    rests_on: [b]\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "kind: source\nid: s\n"),
        ("# only a comment\n", "# only a comment\nkind: source\nid: s\n"),
        ("id: a", "id: a\n---\nkind: source\nid: s\n"),
        ("id: a\r\n", "id: a\r\n---\r\nkind: source\r\nid: s\r\n"),
        ("id: a\n...\n", "id: a\n...\n---\nkind: source\nid: s\n"),
        ("id: a\n---\n", "id: a\n---\nkind: source\nid: s\n"),
        ("\ufeffid: a\n", "\ufeffid: a\n---\nkind: source\nid: s\n"),
    ],
)
def test_a_document_goes_to_the_end(before: str, after: str) -> None:
    assert edited(append_documents, before, [{"kind": "source", "id": "s"}]) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("a: []\n", ("a",), "a: [new]\n"),
        ("a: [1,\n  2, # two\n  ]\n", ("a",), "a: [1,\n  2, new, # two\n  ]\n"),
        ("a:   # why\nb: 1\n", ("a",), "a:   # why\n  - new\nb: 1\n"),
        ("a: {}\n", ("a", "b"), "a: {b: [new]}\n"),
        ("{a: {c: 1}}\n", ("a", "b"), "{a: {c: 1, b: [new]}}\n"),
        ("a:\r\n- x", ("a",), "a:\r\n- x\r\n- new\r\n"),
        ("- a:\n", (), None),
    ],
)
def test_forms_of_lists(before: str, path: tuple[str, ...], after: str | None) -> None:
    if after is None:
        with pytest.raises(UsageError):
            edited(append_item, before, 0, path, "new")
    else:
        assert edited(append_item, before, 0, path, "new") == after


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("a: ~\n", ("a",)),
        ("a: text\n", ("a",)),
        ("a: |\n  no line feed at the end", ("b",)),
        ("a: &x [1]\n", ("a",)),
        ("a: [1\n", ("a",)),
    ],
)
def test_what_cannot_be_added_to_is_refused(before: str, path: tuple[str, ...]) -> None:
    with pytest.raises(EditRefused, match=r"a\.yaml:\d"):
        edited(append_item, before, 0, path, "new")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20
) | st.sampled_from(
    ["NO", "on", "1", "1.5", "~", "null", "2024-01-29", "a: b", "- a", "#x", "x #y"]
)
SCALARS = TEXTS | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.none()


@given(SCALARS)
def test_a_scalar_reads_back_as_itself(value: Any) -> None:
    for text in (f"a: {scalar(value)}\n", f"a: [{scalar(value)}]\n", f"a:\n- {scalar(value)}\n"):
        read = read_yaml(text.encode(), "a.yaml")
        assert not read.diagnostics, text
        found = read.documents[0]["a"]
        assert json.dumps(found[0] if isinstance(found, list) else found) == json.dumps(value)


KEYS = st.text("abcdefgh_", min_size=1, max_size=5)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
MAPPINGS = st.dictionaries(KEYS, DATA, min_size=1, max_size=5)


@given(MAPPINGS)
def test_emitted_data_reads_back_as_itself(data: dict[str, Any]) -> None:
    for text in (block(data), flow(data) + "\n"):
        read = read_yaml(text.encode(), "a.yaml")
        assert not read.diagnostics, text
        assert json.dumps(read.documents[0]) == json.dumps(data)


@st.composite
def commented(draw: st.DrawFn) -> tuple[str, list[Any]]:
    """A file of a few documents with comments and blank lines wherever YAML lets them be."""
    documents = draw(st.lists(MAPPINGS, min_size=1, max_size=3))
    lines: list[str] = []
    for number, data in enumerate(documents):
        if number:
            lines.append("---")
        for line in block(data).splitlines():
            indent = len(line) - len(line.lstrip(" "))
            extra = draw(st.sampled_from(["", "", "", "blank", "comment", "deep", "behind"]))
            if extra == "blank":
                lines.append("")
            elif extra in ("comment", "deep"):
                lines.append(" " * (indent + 3 * (extra == "deep")) + "# a comment")
            lines.append(line + ("  # why" if extra == "behind" else ""))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    last = draw(st.sampled_from(["", ending]))
    return ending.join(lines) + last, documents


def paths_to_lists(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if isinstance(data, list) or (data is None and path) else []
    if isinstance(data, dict):
        found += [p for k, v in data.items() for p in paths_to_lists(v, (*path, k))]
    elif isinstance(data, list):
        found += [p for k, v in enumerate(data) for p in paths_to_lists(v, (*path, k))]
    return found


def only_inserted(before: str, after: str) -> bool:
    """Is ``after`` the text ``before`` with one piece put in?"""
    head = 0
    while head < len(before) and before[head] == after[head]:
        head += 1
    tail = len(before) - head
    return tail == 0 or after.endswith(before[head:])


@given(commented(), st.data())
def test_adding_an_item_leaves_every_other_byte(
    file: tuple[str, list[Any]], choice: st.DataObject
) -> None:
    text, documents = file
    number = choice.draw(st.integers(0, len(documents) - 1))
    absent = [("zzz",), ("zzy",)]
    path = choice.draw(st.sampled_from([*absent, *paths_to_lists(documents[number])]))
    item = choice.draw(st.sampled_from(["word", {"id": "x", "stance": "disputes"}, "a: b"]))
    expected = copy.deepcopy(documents)
    target: Any = expected[number]
    for step in path[:-1]:
        target = target[step]
    try:
        after = edited(append_item, text, number, path, item)
    except EditRefused:
        # A written 'null' cannot be turned into a list without taking it away.
        present = documents[number]
        for step in path:
            present = present[step] if not isinstance(present, dict) or step in present else None
        assert present is None
        return
    if isinstance(target, dict) and target.get(path[-1]) is None:
        target[path[-1]] = [item]
    else:
        target[path[-1]].append(item)
    assert only_inserted(text, after)
    assert json.dumps(list(read_yaml(after.encode(), "a").documents)) == json.dumps(expected)


@given(commented(), MAPPINGS)
def test_adding_a_document_leaves_every_other_byte(
    file: tuple[str, list[Any]], document: dict[str, Any]
) -> None:
    text, documents = file
    after = edited(append_documents, text, [document])
    assert after.startswith(text)
    read = read_yaml(after.encode(), "a.yaml").documents
    assert json.dumps(list(read)) == json.dumps([*documents, document])
