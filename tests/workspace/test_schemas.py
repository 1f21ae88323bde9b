"""What editors are told is what the models accept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assay.diagnostics.diagnostic import Subject
from assay.workspace.schemas import (
    editor_schemas,
    profile_schema,
    rules_schema,
    schema_files,
    workspace_schema,
)
from assay.workspace.validate import validate_document
from tests.package import load_workspace, read_yaml
from tests.workspace.conftest import MakeWorkspace

ROOT = Path(__file__).parents[2]
MISTAKES = Path(__file__).parent / "mistakes"
HERE = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(schema_files()))
def test_the_committed_schemas_are_up_to_date(name: str) -> None:
    assert (ROOT / "schemas" / name).read_bytes() == schema_files()[name], "run: make docs"


@pytest.mark.parametrize("schema", [profile_schema(), rules_schema()], ids=["profile", "rules"])
def test_schemas_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


def documents(path: Path) -> list[Any]:
    return [d for d in read_yaml(path.read_bytes(), path.name).documents if d is not None]


SHIPPED = [*sorted((ROOT / "profiles").rglob("*.yaml")), HERE / "base.yaml"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_documents_without_mistakes_fit_the_schema(path: Path) -> None:
    validator = Draft202012Validator(profile_schema())
    for document in documents(path):
        assert [e.message for e in validator.iter_errors(document)] == []


FORMAL = [
    "unknown-key",
    "unknown-key-inside",
    "missing-key",
    "missing-kind",
    "unknown-kind",
    "name-read-as-number",
    "text-for-list",
    "text-for-truth-value",
    "list-for-text",
    "unknown-word",
    "out-of-range",
    "too-long",
]


@pytest.mark.parametrize("name", FORMAL)
def test_mistakes_of_form_do_not_fit_the_schema(name: str) -> None:
    validator = Draft202012Validator(profile_schema())
    for document in documents(MISTAKES / f"{name}.yaml"):
        valid = validate_document(document, Subject("x")).model is not None
        assert valid == validator.is_valid(document)


EVENT_RATED = """\
kind: event
id: e
name: E
claims:
  - {id: c, nature: fact, text: T, sources: [a, {id: b, credibility: 6}]}
"""

SHORT_FORMS = [
    "kind: publisher\nid: p\nname: P\nreliability: F\n",
    "kind: publisher\nid: p\nname: P\nreliability: unknown\n",
    "kind: event\nid: e\nname: E\ndate: 2024\n",
    "kind: event\nid: e\nname: E\nfrom: 2024-Q1\nuntil: 2024-05-03\n",
    "{kind: event, id: e, name: E, claims: [{id: c, nature: fact, text: T, sources: [a]}]}\n",
    EVENT_RATED,
]


@pytest.mark.parametrize("text", SHORT_FORMS)
def test_short_forms_fit_too(text: str) -> None:
    document = read_yaml(text.encode(), "a.yaml").documents[0]
    assert validate_document(document, Subject("x")).model is not None
    errors = Draft202012Validator(profile_schema()).iter_errors(document)
    assert [e.message for e in errors] == []


def test_the_workspaces_own_schema_completes_its_ids(make_workspace: MakeWorkspace) -> None:
    workspace = make_workspace({"base.yaml": (HERE / "base.yaml").read_bytes()})
    loaded = load_workspace(workspace)
    schema = workspace_schema(loaded)
    Draft202012Validator.check_schema(schema)
    cites = schema["$defs"]["Source"]["properties"]["cites"]["items"]["anyOf"][0]
    assert cites == {"enum": ["record-1"], "enumDescriptions": ["The first record"]}
    citation = schema["$defs"]["Citation"]["properties"]["id"]["anyOf"][0]
    assert citation["enum"] == ["record-1"]
    bare = schema["$defs"]["CitationOrId"]["anyOf"][0]["anyOf"][0]
    assert bare["enum"] == ["record-1"]
    edge = schema["$defs"]["Dependency"]["properties"]["on"]["anyOf"][0]
    assert edge["enum"] == ["ministry"]
    claims = schema["$defs"]["Claim"]["properties"]["rests_on"]["items"]["anyOf"][0]
    assert claims["enum"] == ["ministry#taxes"]
    types = schema["$defs"]["Institution"]["properties"]["type"]["anyOf"][0]["anyOf"][0]
    assert types == {"enum": ["regulator", "company"], "enumDescriptions": ["sets rules", ""]}
    assert "anyOf" not in schema["$defs"]["Event"]["properties"]["type"]["anyOf"][0]
    relations = schema["$defs"]["Dependency"]["properties"]["relation"]["anyOf"][0]
    assert relations["enum"][:2] == ["part_of", "bound_by"]
    new = {"kind": "source", "id": "s", "title": "T", "cites": ["not-yet-there"]}
    assert Draft202012Validator(schema).is_valid(new)
    assert not Draft202012Validator(schema).is_valid({**new, "cites": ["Not An Id"]})
    assert sorted(p.name for p in editor_schemas(loaded)) == [
        "profile.schema.json",
        "rules.schema.json",
    ]
