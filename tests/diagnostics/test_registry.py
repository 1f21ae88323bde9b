"""Every code is in the registry once, is documented, is used, and has its section on the page."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import assay
from assay.diagnostics import content_codes, document_codes, ledger_codes, lock_codes, rule_codes
from assay.diagnostics.diagnostic import Code
from tests.package import AREAS, CODES

MODULES = (document_codes, content_codes, rule_codes, lock_codes, ledger_codes)
NAMED = {name: value for m in MODULES for name, value in vars(m).items() if isinstance(value, Code)}
SOURCE = Path(assay.__file__).parent
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "diagnostics.md"


def test_every_code_is_registered_once() -> None:
    assert list(CODES.values()) == list(NAMED.values())
    slugs = Counter(code.slug for codes in AREAS.values() for code in codes)
    assert [slug for slug, times in slugs.items() if times > 1] == []


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.slug)
def test_a_code_is_documented(code: Code) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.slug)
    assert re.fullmatch(r"[^\n]+\.", code.summary)
    assert code.hint
    assert f"\n### `{code.slug}`\n\n{code.severity}: {code.summary}\n" in REFERENCE.read_text(
        "utf-8"
    )


@pytest.mark.parametrize("name", NAMED)
def test_the_constant_is_named_like_the_code(name: str) -> None:
    assert name.lower().replace("_", "-") == NAMED[name].slug


def test_every_code_is_used() -> None:
    texts = "".join(
        path.read_text("utf-8")
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "diagnostics"
    )
    assert [name for name in NAMED if not re.search(rf"\b{name}\b", texts)] == []
