"""Messages about a number quote it as the file has it, so that following the hint keeps it."""

from __future__ import annotations

import pytest

from tests.package import Diagnostic, load_workspace
from tests.workspace.conftest import MakeWorkspace

AS_WRITTEN = ["1.10", "0x1F", "1e3", "0o14", "+7", "TRUE"]


def errors_of(make_workspace: MakeWorkspace, name: str, text: str) -> list[Diagnostic]:
    return list(load_workspace(make_workspace({name: text})).errors)


@pytest.mark.parametrize("value", AS_WRITTEN)
def test_the_hint_to_quote_a_number_keeps_it(make_workspace: MakeWorkspace, value: str) -> None:
    text = f"kind: institution\nid: x\nname: Port\naliases:\n- first\n- {value} # so called\n"
    found = errors_of(make_workspace, "a.yaml", text)
    (error,) = found
    assert (error.code, error.line) == ("wrong-type", 6)
    assert error.message == f"item 2 of 'aliases' must be text, not {value}"
    assert error.hint == f'put it in quotes: "{value}"'


def test_a_number_of_json_is_quoted_as_written(make_workspace: MakeWorkspace) -> None:
    text = '{"kind": "institution", "id": "x", "name": 1.10}\n'
    (error,) = errors_of(make_workspace, "a.jsonl", text)
    assert error.hint == 'put it in quotes: "1.10"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: 1.10\nid: x\n", "'kind' must be text, not 1.10"),
        ("1.10\n", "a document must be a mapping, not 1.10"),
        (
            "kind: publisher\nid: x\nname: X\nreliability: 0x0A\nreliability_reason: y\n",
            "invalid value '0x0A' for 'reliability'",
        ),
    ],
)
def test_other_messages_quote_the_source_too(
    make_workspace: MakeWorkspace, text: str, message: str
) -> None:
    assert [e.message for e in errors_of(make_workspace, "a.yaml", text)] == [message]


def test_the_rulebook_is_quoted_as_written(make_workspace: MakeWorkspace) -> None:
    rules = "settings: {accept_origins_from: 1.50}\nscorers: [{name: a, on: claim, start: 0.5}]\n"
    (error,) = load_workspace(make_workspace({}, rules=rules)).errors
    assert error.message == "'accept_origins_from: 1.50' is out of range"
