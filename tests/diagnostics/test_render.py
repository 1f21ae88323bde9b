"""Diagnostics as text, JSON and SARIF."""

from __future__ import annotations

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Position
from assay.diagnostics.render import as_sarif
from tests.package import Diagnostic


def test_sarif_names_place_level_and_rule() -> None:
    found: list[Diagnostic] = [
        codes.UNKNOWN_KEY.at(
            Position("profiles/a b.yaml", 3, 5), "unknown key 'x'", "did you mean"
        ),
        codes.EMPTY_FILE.at(Position("profiles/b.yaml"), "the file holds no document"),
    ]
    run = as_sarif(found, "1.2.3")["runs"][0]
    assert [r["id"] for r in run["tool"]["driver"]["rules"]] == ["empty-file", "unknown-key"]
    assert [r["level"] for r in run["results"]] == ["error", "warning"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "profiles/a%20b.yaml"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert "region" not in places[1]
