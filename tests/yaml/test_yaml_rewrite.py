"""A document gets other data, and nothing else in its file moves."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.yaml.edit import rewrite
from tests.package import EditRefused, read_yaml
from tests.yaml.test_yaml_writer import DATA, KEYS, MAPPINGS, PROFILE, commented


def rewritten(text: str, data: Any, document: int = 0) -> str:
    return rewrite(text.encode(), "a.yaml", {document: data}).decode()


def profile() -> Any:
    return copy.deepcopy(read_yaml(PROFILE.encode(), "a.yaml").documents[0])


def test_data_that_are_there_already_change_nothing() -> None:
    assert rewritten(PROFILE, profile()) == PROFILE


def test_a_value_is_replaced_and_the_comment_behind_it_stays() -> None:
    data = profile()
    data["kind"] = "event"
    assert rewritten(PROFILE, data) == PROFILE.replace("institution  #", "event  #")


def test_a_folded_text_stays_folded() -> None:
    data = profile()
    data["claims"][0]["text"] = "hello you there"
    before, after = "      hello\n      there\n", "      hello you there\n"
    assert rewritten(PROFILE, data) == PROFILE.replace(before, after)


@pytest.mark.parametrize(
    "form",
    [
        "a: '{} == \"{}\"'  # why\n",
        'a: "{} == \\"{}\\""\n',
        'a: "{} == \\x22{}\\x22"\n',
        'a: >-\n  {}\n  == "{}"\nb: 1\n',
        'a: |-\n  {} == "{}"\n',
        'a: {} ==\n  "{}"\n',
    ],
)
def test_single_words_are_replaced_in_the_form_of_the_text(form: str) -> None:
    before = form.format("kind", "old")
    data = read_yaml(before.encode(), "a.yaml").documents[0]
    text = json.dumps(data).replace("kind", "sort").replace("old", "new")
    assert rewritten(before, json.loads(text)) == form.format("sort", "new")


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("a: x.a\n", "1.5", 'a: "1.5"\n'),
        ("a: 'old'\n", "1", "a: '1'\n"),
        ("a: 'old'\n", "no one", "a: no one\n"),
        ("a: 'x y'\n", "x-y", "a: x-y\n"),
    ],
)
def test_a_text_never_becomes_another_value(before: str, new: str, after: str) -> None:
    assert rewritten(before, {"a": new}) == after


def test_a_key_is_put_in_behind_the_one_before_it() -> None:
    data = {"kind": "institution", "region": "Asia Pacific"} | profile()
    after = rewritten(PROFILE, data)
    assert after == PROFILE.replace("# kept\n", "# kept\nregion: Asia Pacific\n")


def test_a_key_is_taken_out_with_the_comment_on_its_line() -> None:
    data = profile()
    del data["claims"][0]["sources"]
    assert rewritten(PROFILE, data) == PROFILE.replace("    sources: [q, r]  # two\n", "")


def test_items_are_put_in_replaced_and_taken_out_one_by_one() -> None:
    data = profile()
    data["claims"][0]["sources"] = ["p", "q", {"id": "s", "stance": "disputes"}]
    data["claims"][1]["sources"] = ["x", "z"]
    data["claims"].append({"id": "c", "text": "new"})
    after = PROFILE.replace("[q, r]", "[p, q, {id: s, stance: disputes}]")
    after = after.replace("    - z\n", "    - x\n    - z\n")
    added = "    # the end of b\n  - id: c\n    text: new\n"
    assert rewritten(PROFILE, data) == after.replace("    # the end of b\n", added)


@pytest.mark.parametrize(
    ("before", "data", "after"),
    [
        ("{a: 1, b: 2, c: 3}\n", {"c": 3}, "{c: 3}\n"),
        ("{a: 1, b: 2, c: 3}\n", {"a": 1}, "{a: 1}\n"),
        ("a: [1, 2, 3]\n", {"a": [3]}, "a: [3]\n"),
        ("a:\n- 1\n- 2 # two\n- 3", {"a": [1, 3]}, "a:\n- 1\n- 3"),
        ("a:   # why\nb: 1\n", {"a": "x", "b": 1}, "a: x   # why\nb: 1\n"),
        ("a: 1", {"a": 1, "b": 2, "c": 3}, "a: 1\nb: 2\nc: 3\n"),
        ("a: 1\r\n", {"a": 1, "b": 2}, "a: 1\r\nb: 2\r\n"),
        ("\ufeffa: 1\n", {"a": 2}, "\ufeffa: 2\n"),
        ("a:\n  b: 1\n  # c\nd: 1\n", {"a": {"b": 2}, "d": 1}, "a:\n  b: 2\n  # c\nd: 1\n"),
        ("a: >\n  one\n\nb: 1\n", {"a": "two", "b": 1}, "a: >-\n  two\n\nb: 1\n"),
        ("a: |\n  one\nb: 1\n", {"a": "two", "b": 1}, "a: two\nb: 1\n"),
    ],
)  # fmt: skip
def test_forms(before: str, data: Any, after: str) -> None:
    assert rewritten(before, data) == after


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: [1\n", "- a: 1\n  b: 2\n"])
def test_what_cannot_be_changed_is_refused(text: str) -> None:
    with pytest.raises(EditRefused, match=r"a\.yaml"):
        rewritten(text, {"a": 2})


def changed(draw: st.DrawFn, data: Any) -> Any:
    """The data with some values, keys and items changed, added and taken away."""
    what = draw(st.sampled_from(["keep", "keep", "other", "deeper"]))
    if what == "other":
        return draw(DATA)
    if what == "keep" or not data:
        return data
    if isinstance(data, dict):
        kept = {k: changed(draw, v) for k, v in data.items() if draw(st.integers(0, 4))}
        return kept | draw(st.dictionaries(KEYS, DATA, max_size=1)) or data
    if isinstance(data, list):
        items = [changed(draw, v) for v in data if draw(st.integers(0, 4))]
        at = draw(st.integers(0, len(items)))
        return items[:at] + draw(st.lists(DATA, max_size=2)) + items[at:]
    return data


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[Any], int, Any]:
    text, documents = draw(commented())
    number = draw(st.integers(0, len(documents) - 1))
    wanted = changed(draw, documents[number])
    return text, documents, number, wanted if isinstance(wanted, dict) else draw(MAPPINGS)


@given(edits())
def test_the_file_then_reads_as_was_meant_or_the_edit_is_refused(
    case: tuple[str, list[Any], int, Any],
) -> None:
    text, documents, number, wanted = case
    try:
        after = rewritten(text, wanted, number)
    except EditRefused:
        return
    expected = [wanted if i == number else d for i, d in enumerate(documents)]
    read = read_yaml(after.encode(), "a.yaml").documents
    assert json.dumps(read, sort_keys=True) == json.dumps(expected, sort_keys=True)
    if wanted == documents[number]:
        assert after == text
