"""A document with mistakes of form: what it refers to in vain is told as well."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import ryaml
from hypothesis import given

from tests.damage import Place, damaged
from tests.package import Diagnostic, Workspace, load_workspace

IN_VAIN = {"dangling-reference", "wrong-kind", "self-reference", "cited-twice"}
WRONG = "unknown source 'nowhere'"
OFFICE: dict[str, Any] = {
    "kind": "event",
    "id": "opening",
    "name": "Opening",
    "date": "2025-03-01",
    "bottom_line": "view",
    "basis": {"name": ["open"]},
    "claims": [
        {
            "id": "open",
            "nature": "fact",
            "type": "action",
            "text": "The office opened on 1 March 2025.",
            "as_of": "2025-03-01",
            "sources": ["report", {"id": "nowhere", "stance": "supports"}],
        },
        {
            "id": "view",
            "nature": "judgement",
            "text": "It will matter.",
            "rests_on": ["open", "opening#open"],
            "contradicts": ["open"],
        },
    ],
    "depends_on": [
        {"on": "town", "relation": "part_of", "criticality": "high", "claims": ["open"]}
    ],
    "affects": [{"on": "town", "relation": "serves", "criticality": "low", "claims": ["open"]}],
    "watch": [{"text": "Look again.", "priority": "low"}],
}
OTHERS: list[dict[str, Any]] = [
    {"kind": "institution", "id": "town", "name": "Town"},
    {"kind": "source", "id": "report", "title": "Report", "cites": []},
]


def errors_of(folder: Path, *documents: object) -> list[Diagnostic]:
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text("scorers: [{name: s, on: claim}]\n", encoding="utf-8")
    text = "---\n".join(ryaml.dumps(document) for document in documents)
    (folder / "profiles" / "all.yaml").write_text(text, encoding="utf-8")
    return list(load_workspace(Workspace(folder)).errors)


def test_the_document_as_it_is_meant(tmp_path: Path) -> None:
    assert [d.message for d in errors_of(tmp_path, OFFICE, *OTHERS)] == [WRONG]


@given(damaged(OFFICE))
def test_a_mistake_of_form_hides_no_reference_and_makes_up_none(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Place, dict[str, Any]]
) -> None:
    place, data = drawn
    told = errors_of(tmp_path_factory.mktemp("w"), data, *OTHERS)
    in_vain = [d.message for d in told if d.code in IN_VAIN]
    of_form = len(told) > len(in_vain)
    here = ("claims", 0, "sources", 1, "id")
    if of_form and place[0] not in ("kind", "id") and place[:3] != ("claims", 0, "id"):
        assert [m for m in in_vain if m != WRONG] == []
        assert (WRONG in in_vain) == (place != here[: len(place)])


def test_references_to_a_document_with_mistakes_are_not_in_vain(tmp_path: Path) -> None:
    source = {"kind": "source", "id": "nowhere", "titel": "Nowhere", "cites": ["report", "none"]}
    told = [d.message for d in errors_of(tmp_path, OFFICE, source, *OTHERS)]
    assert told == ["unknown key 'titel' in a source", "unknown source 'none'"]


def test_a_claim_without_a_readable_id_may_be_the_one_that_is_meant(tmp_path: Path) -> None:
    data = deepcopy(OFFICE)
    data["claims"][1]["id"] = 5
    told = [d.message for d in errors_of(tmp_path, data, *OTHERS)]
    assert told == [WRONG, "'id' must be text, not 5"]
