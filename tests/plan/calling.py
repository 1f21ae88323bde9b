"""How tests call the commands, and what they do to the workspace before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.plan.office import Office

GOLDEN = Path(__file__).parent / "golden"
Call = Callable[..., tuple[int, str, str]]

EDITED = (
    Office()
    .with_rule("citation.strength.first-hand", add=0.7)
    .with_document("lock-paper", directness="record")
    .with_claim("sluice", text="The sluice stands, and leaks.")
)


def apply(assay: Call, *arguments: str) -> tuple[int, str, str]:
    return assay("apply", "--auto-approve", "--reviewer", "Ada", *arguments)


def printed(call: Call, *arguments: str) -> Any:
    """What the command prints as JSON."""
    code, out, err = call(*arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def reads_as(name: str, text: str) -> None:
    """Byte for byte, digests apart: they move with the version."""
    undated = re.sub(r"\b[0-9a-f]{12}\b", "0" * 12, text)
    assert undated == (GOLDEN / name).read_text(encoding="utf-8")
