"""No text of any document, of the ledger or of the history acts on a page or a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.package import (
    Draft,
    Subject,
    content_digest,
    format_text,
    from_line,
    load_workspace,
    read_ledger,
    to_line,
)
from tests.workspace.conftest import RULES, MakeWorkspace

UNSAFE = [*map(chr, (*range(9), *range(11, 32), *range(127, 160))), *"\u200e\u200f\u061c\ufeff"]
UNSAFE += [chr(n) for start, end in ((0x2028, 0x202F), (0x2066, 0x206A)) for n in range(start, end)]


@pytest.mark.parametrize("character", UNSAFE, ids=lambda c: f"U+{ord(c):04X}")
def test_a_character_is_refused_however_it_is_written(
    character: str, make_workspace: MakeWorkspace
) -> None:
    named = f"U+{ord(character):04X}"
    for text in (f'"Port x{character}y"', f'"Port x\\u{ord(character):04x}y"'):
        found = load_workspace(
            make_workspace({"a.yaml": f"kind: institution\nid: port\nname: {text}\n"})
        ).errors
        # YAML reads some of the raw ones as the end of a line.
        if character not in "\r\x85\u2028\u2029" or "\\" in text:
            assert found, text
        assert all(d.line == 3 for d in found if named in d.message)


def test_texts_of_every_kind_are_checked(make_workspace: MakeWorkspace) -> None:
    files = {
        "publisher.yaml": 'kind: publisher\nid: gazette\nname: G\nnote: "a\\u202eb"\n',
        "source.yaml": "kind: source\nid: one\ntitle: T\nextra: {tags: [a, 'b\u2067']}\n",
        "scripts.yaml": "kind: publisher\nid: saut\nname: صوت العرب ‌ 日本 👩‍🚀\n",
    }
    rules = RULES.replace("because: a record", 'because: "a \\u202erecord"')
    found = [
        format_text(d).partition(" [")[0]
        for d in load_workspace(make_workspace(files, rules)).errors
    ]
    assert found == [
        "profiles/publisher.yaml:4:9: error: 'note' has the invisible character U+202E",
        "profiles/source.yaml:4:21: error: item 2 of 'tags' has the invisible character U+2067",
        "rules.yaml:8:86: error: 'because' has the invisible character U+202E",
    ]


def test_a_reason_of_a_decision_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"invisible character U\+202E"):
        Draft(
            kind="flag",
            subjects=(Subject(profile="port"),),
            reviewer="Ann",
            date="2026-01-15",
            reason="see \u202ethis",
        )
    assert not (tmp_path / "reviews.jsonl").exists()


def test_older_lines_of_the_ledger_and_the_history_are_read_without_them(tmp_path: Path) -> None:
    content = {
        "v": 1,
        "kind": "flag",
        "reviewer": "Ann",
        "date": "2026-01-15",
        "follows": [],
        "reason": "see \u202ethis",
        "subjects": [{"profile": "port"}],
    }
    line = json.dumps({**content, "id": content_digest(content)})
    (tmp_path / "reviews.jsonl").write_text(line + "\n")
    (decision,) = read_ledger(tmp_path / "reviews.jsonl").decisions
    assert decision.reason == "see this"
    assert from_line(to_line({"why": "because \u2067of \x1b[1mit"})) == {"why": "because of [1mit"}
