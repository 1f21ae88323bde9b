"""Every mistake of a rulebook with its whole message, place and remedy.

``UPDATE_GOLDEN=1`` writes what the messages are now.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assay.diagnostics.rule_codes import RULE_DECIDES_NOTHING, SATURATED_SCORER
from tests.package import AREAS, Workspace, check, format_text

CASES = Path(__file__).parent / "mistakes"
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_message(name: str, tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "rules.yaml").write_bytes((CASES / f"{name}.yaml").read_bytes())
    checked = check(Workspace(tmp_path))
    messages = "".join(shortened(format_text(d)) + "\n" for d in checked.diagnostics)
    golden = CASES / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(messages, encoding="utf-8")
    assert messages == golden.read_text(encoding="utf-8")


def shortened(message: str) -> str:
    """The message without the middle of lines as long as the longest expressions."""
    lines = message.splitlines()
    return "\n".join(x if len(x) <= 400 else f"{x[:60]} … {x[-60:]}" for x in lines)


def test_every_code_has_its_case() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in CASES.glob("*.txt"))
    # These are said of a whole workspace, by `assay rules lint`.
    of_workspace = (SATURATED_SCORER, RULE_DECIDES_NOTHING)
    asked = [c for c in AREAS["The rulebook"] if c not in of_workspace]
    missing = [c.slug for c in asked if f"[{c.slug}]" not in texts]
    assert missing == []
