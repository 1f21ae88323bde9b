"""Input of every kind ends in a result or in messages, never in an internal error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.workspaces import EVIDENCE, PROFILE, RULES, write_workspace
from tests.package import run

PLACES = {"rules.yaml": RULES, "profiles/evidence.yaml": EVIDENCE, "profiles/a.yaml": PROFILE}


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    def replace(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new), "utf-8")

    return replace


def content(file: str, data: bytes) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / file).write_bytes(data)

    return write


def link(file: str, target: str) -> Callable[[Path], None]:
    def create(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        (root / file).symlink_to(target)

    return create


def folder(file: str) -> Callable[[Path], None]:
    def create(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        (root / file).mkdir()

    return create


QUANTITY = "    quantity: {{measure: berths, value: {}}}\n    key: true\n"
DEEP = "[" * 200 + "]" * 200

HOSTILE: dict[str, Callable[[Path], None]] = {
    "a quantity of 1e25": replaced("profiles/a.yaml", "    key: true\n", QUANTITY.format("1e25")),
    "a quantity of many digits": replaced(
        "profiles/a.yaml", "    key: true\n", QUANTITY.format("9" * 5000)
    ),
    "an amount of 1e25": replaced("rules.yaml", "add: 0.40", "add: 1e25"),
    "an amount of 1e308": replaced("rules.yaml", "add: 0.40", "add: 1e308"),
    "a negative amount": replaced("rules.yaml", "add: 0.40", "multiply: -3"),
    "a band from 1e25": replaced("rules.yaml", "from: 0.50", "from: 1e25"),
    "a claim at the end of time": replaced("profiles/a.yaml", "2025-03", "9999-12-31"),
    "an as-of date at the end of time": replaced("rules.yaml", "2026-01-15", "9999-12-31"),
    "an as-of date at its start": replaced("rules.yaml", "2026-01-15", "0001-01-01"),
    "a watch item at the end of time": replaced(
        "profiles/a.yaml", "trigger: A new ledger.", "trigger: A., due: 9999"
    ),
    "nested lists": content(
        "profiles/b.yaml", f"kind: source\nid: b\ntitle: B\nextra: {{a: {DEEP}}}\n".encode()
    ),
    "nested parentheses": replaced("rules.yaml", "citations.size() > 0", "(" * 300 + ")" * 300),
    "an empty rulebook": content("rules.yaml", b""),
    "an empty document": content("profiles/a.yaml", b""),
    "an empty lock": content("grades.lock", b""),
    "an empty history": content("history.jsonl", b""),
    "a lock that is nested": content("grades.lock", b"[" * 100_000),
    "a ledger that is nested": content("reviews.jsonl", b"[" * 100_000 + b"\n"),
    "a document that links to itself": link("profiles/a.yaml", "a.yaml"),
    "a folder that links to itself": link("profiles/again", "again"),
    "a folder that links to its parent": link("profiles/again", ".."),
    "a cache that links to itself": link(".assay", ".assay"),
    "a link to nothing": link("profiles/a.yaml", "nowhere"),
    "a link to a device": link("profiles/a.yaml", "/dev/zero"),
    "a folder called like a file": folder("grades.lock"),
    "a folder called like a document": folder("profiles/b.yaml"),
}

COMMANDS = (
    ("check",),
    ("score",),
    ("outlook",),
    ("explain", "port-office"),
    ("plan",),
    ("review",),
    ("sheet", "export", "out"),
)


@pytest.mark.parametrize("damage", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_ends_in_a_message(
    damage: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_workspace(tmp_path / "desk", a=PROFILE)
    damage(root)
    monkeypatch.chdir(root)
    assert {run(command) for command in COMMANDS} <= {0, 1, 64}


VALUES = ("1e25", "-1", "0", "1e308", "9" * 30, "~", "[]", "{}", "true", "''", "9999-12-31", "0001")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_ends_in_a_message(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = write_workspace(tmp_path_factory.mktemp("desk") / "a", a=PROFILE)
    for _ in range(data.draw(st.integers(1, 3))):
        file = data.draw(st.sampled_from(sorted(PLACES)))
        lines = (root / file).read_text("utf-8").splitlines()
        at = data.draw(st.integers(0, len(lines) - 1))
        key, colon, value = lines[at].partition(": ")
        new = data.draw(st.sampled_from(VALUES) | st.text(max_size=5))
        lines[at] = f"{key}{colon}{new}" if value and "\n" not in new else ""
        (root / file).write_text("\n".join(lines) + "\n", "utf-8")
    for command in COMMANDS[:-1]:
        assert run(["--workspace", str(root), *command]) in (0, 1, 64)
