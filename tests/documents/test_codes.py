from __future__ import annotations

import re

from assay.diagnostics import Diagnostic, Position
from assay.documents import codes, content_codes
from assay.documents.code import Code
from assay.documents.codes import DOCUMENT_CODES
from assay.documents.sarif import as_sarif


def test_the_registry_has_every_code_once_in_the_order_of_the_file() -> None:
    modules = (codes, content_codes)
    defined = [v for m in modules for v in vars(m).values() if isinstance(v, Code)]
    assert tuple(defined) == DOCUMENT_CODES
    assert len({c.slug for c in DOCUMENT_CODES}) == len(DOCUMENT_CODES)


def test_codes_are_named_and_explained() -> None:
    for code in DOCUMENT_CODES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.slug)
        assert re.fullmatch(r"[A-Z].*\.", code.meaning), code.slug
        assert code.example, code.slug


def test_the_constant_is_named_like_the_code() -> None:
    for name, value in (vars(codes) | vars(content_codes)).items():
        if isinstance(value, Code):
            assert name.lower().replace("_", "-") == value.slug


def test_sarif_names_place_level_and_rule() -> None:
    found: list[Diagnostic] = [
        codes.UNKNOWN_KEY.at(
            Position("profiles/a b.yaml", 3, 5), "unknown key 'x'", "did you mean"
        ),
        codes.EMPTY_FILE.at(Position("profiles/b.yaml"), "the file holds no document"),
    ]
    run = as_sarif(found, DOCUMENT_CODES, "1.2.3")["runs"][0]
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["empty-file", "unknown-key"]
    assert [r["level"] for r in run["results"]] == ["error", "warning"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "profiles/a%20b.yaml"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert "region" not in places[1]
