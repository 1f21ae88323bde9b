"""A workspace of an older version: its words are rewritten, and what needs a decision is listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.authoring.migrate import Migration, migrate
from tests.authoring.conftest import contents
from tests.package import UsageError, Workspace, load_workspace, run

_RULES = """\
version: 1
settings: {as_of: 2026-01-15, publish_by: trust}
audiences: [public]
include: [rules/strength.yaml]
scales:
  grade:
    - {id: thin, from: 0.00, grade: Thin, label: Not published, publish: false}
scorers:
  - name: trust
    on: profile
    scale: grade
    pool: {over: claims, where: it.key, take: it.support, combine: min, empty: unknown}
changes:
  # What an analyst can do.
  - {id: cite-retelling, text: cite a retelling, effort: 1,
     action: add_source, directness: retelling, reliability: C}
"""
_STRENGTH = """\
scorers:
  - name: strength
    on: citation
    rules:
      - id: retelling-rated   # our own number
        when: >-
          citation.directness == "retelling"
          && publisher.reliability in ["A", "B", "C"]
        add: 0.45
        because: a retelling by a rated publisher
      - {id: other, when: "citation.directness != 'retelling'", add: 0.20, because: anything else}
  - name: support
    on: claim
    pool: {over: citations, take: it.strength, combine: max, empty: 0.0}
"""
_CASES = """\
sources:
  - {id: retelling-1, directness: retelling}
cases:
  - name: a retelling
    given: {claims: [{sources: [retelling-1]}]}
    expect:
      citations: {c1@retelling-1: {strength: {fired: [other], not_fired: [retelling-rated]}}}
"""
_SOURCES = """\
kind: publisher
id: gazette
name: Harbour Gazette
---
# Read at the library.
kind: source
id: retelling
title: A retelling
publisher: gazette
directness: retelling  # of the ledger
extra: {directness: retelling}
---
kind: source
id: ledger
title: Ledger of berths
publisher: gazette
published: 2025-03
url: https://example.org/ledger
directness: record
not_same_as: [retelling]
---
kind: source
id: ledger-again
title: Ledger
publisher: gazette
published: 2025-03
url: http://www.example.org/ledger?utm_source=mail
directness: record
"""
_PORT = """\
kind: institution
id: port
name: The Port
gaps: [Its budget.]
watch: [{horizon: quarter, text: The next budget.}]
claims:
  - id: quays
    nature: fact
    text: It has four quays, says a retelling.
    key: true
    holds: standing
    sources: [{id: ledger, directness: retelling}, retelling]   # two
  - {id: dues, nature: fact, text: It sets the dues., holds: dated, sources: [ledger]}
  - {id: growth, nature: forecast, text: It will have five., key: true}
"""


@pytest.fixture
def old(tmp_path: Path) -> Workspace:
    files = {
        "rules.yaml": _RULES,
        "rules/strength.yaml": _STRENGTH,
        "rules.test.yaml": _CASES,
        "profiles/sources.yaml": _SOURCES,
        "profiles/port.yaml": _PORT,
    }
    for name, text in files.items():
        path = tmp_path / "desk" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Workspace(tmp_path / "desk")


def _migrated(workspace: Workspace, *, dry_run: bool = False) -> Migration:
    return migrate(load_workspace(workspace), dry_run=dry_run)


def _text(workspace: Workspace, name: str) -> str:
    return (workspace.root / name).read_text("utf-8")


def test_old_words_are_rewritten_and_nothing_else(old: Workspace) -> None:
    made = _migrated(old)
    assert made.rewritten == {
        "profiles/port.yaml": 2,
        "profiles/sources.yaml": 1,
        "rules.test.yaml": 2,
        "rules.yaml": 2,
        "rules/strength.yaml": 3,
    }
    assert _text(old, "profiles/sources.yaml") == _SOURCES.replace(
        "directness: retelling  #", "directness: secondary  #"
    )
    assert _text(old, "profiles/port.yaml") == _PORT.replace(
        "directness: retelling}", "directness: secondary}"
    ).replace("{horizon: quarter, text", "{text")
    assert _text(old, "rules.yaml") == _RULES.replace(
        "{id: cite-retelling", "{id: cite-secondary"
    ).replace("directness: retelling", "directness: secondary")
    assert _text(old, "rules.test.yaml") == _CASES.replace(
        "directness: retelling", "directness: secondary"
    ).replace("[retelling-rated]", "[secondary-rated]")


def test_conditions_and_ids_of_rules_are_rewritten_in_included_files(old: Workspace) -> None:
    _migrated(old)
    rulebook = load_workspace(old).rulebook
    assert rulebook is not None
    rules = next(s for s in rulebook.scorers if s.name == "strength").rules
    assert [r.id for r in rules] == ["secondary-rated", "other"]
    assert [r.when for r in rules] == [
        'citation.directness == "secondary" && publisher.reliability in ["A", "B", "C"]',
        "citation.directness != 'secondary'",
    ]
    assert "# our own number" in _text(old, "rules/strength.yaml")
    assert rules[0].because == "a retelling by a rated publisher"


def test_an_unmigrated_document_names_the_command(old: Workspace) -> None:
    errors = load_workspace(old).errors
    assert {e.code for e in errors} == {"unknown-word"}
    assert all("`assay migrate`" in e.hint for e in errors)
    assert {e.file for e in errors} >= {"profiles/port.yaml", "profiles/sources.yaml", "rules.yaml"}


def test_what_needs_a_decision_is_listed(old: Workspace) -> None:
    made = _migrated(old)
    assert {code: [d.file for d in found] for code, found in made.decisions.items()} == {
        "record-not-by-actor": ["profiles/port.yaml"],
        "speaks-for-none": ["profiles/sources.yaml"],
        "forecast-without-grounds": ["profiles/port.yaml"],
        "credential-without-reason": ["profiles/sources.yaml"],
        "same-address": ["profiles/sources.yaml", "profiles/sources.yaml"],
        "undated-source-cited": ["profiles/port.yaml"],
    }
    (publisher,) = made.decisions["speaks-for-none"]
    assert (
        publisher.message == "publisher 'gazette' issued 2 records, but speaks for no institution"
    )
    assert made.errors == 0


def test_a_second_migration_rewrites_nothing_and_lists_the_same(old: Workspace) -> None:
    first = _migrated(old)
    before = contents(old)
    second = _migrated(old)
    assert second.rewritten == {}
    assert second.decisions.keys() == first.decisions.keys()
    assert contents(old) == before


def test_a_dry_run_writes_nothing(old: Workspace) -> None:
    before = contents(old)
    made = _migrated(old, dry_run=True)
    assert made.rewritten["rules.yaml"] == 2
    assert made.decisions
    assert contents(old) == before


def test_a_generated_file_stops_the_migration_before_anything_is_written(old: Workspace) -> None:
    line = '{"kind": "source", "id": "row", "title": "T", "directness": "retelling"}\n'
    (old.profiles_dir / "rows.jsonl").write_text(line, "utf-8")
    before = contents(old)
    with pytest.raises(UsageError, match=r"cannot migrate profiles/rows\.jsonl: only YAML"):
        _migrated(old)
    assert contents(old) == before


def test_a_file_that_cannot_be_changed_stops_it_too(old: Workspace) -> None:
    anchored = "kind: source\nid: other\ntitle: T\ndirectness: !!str retelling\n"
    (old.profiles_dir / "zz.yaml").write_text(anchored, "utf-8")
    made = _migrated(old)
    assert "profiles/zz.yaml" not in made.rewritten
    assert made.errors > 0


def test_the_command_prints_what_it_did_and_what_is_left(
    old: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["--workspace", str(old.root), "migrate", "--dry-run"]) == 0
    out = capfd.readouterr().out
    assert "profiles/port.yaml: 2 values to rewrite\n" in out
    assert run(["--workspace", str(old.root), "migrate"]) == 0
    out = capfd.readouterr().out
    assert out.startswith("profiles/port.yaml: 2 values rewritten\n")
    assert "\nKey forecasts without grounds: 1\n" in out
    assert run(["--workspace", str(old.root), "migrate"]) == 0
    assert capfd.readouterr().out.startswith("nothing to rewrite\n")


def test_a_migration_is_printed_as_json(old: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--workspace", str(old.root), "migrate", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["rewritten"][0] == {"file": "profiles/port.yaml", "values": 2}
    assert [(d["code"], len(d["diagnostics"])) for d in printed["decisions"]][-2:] == [
        ("same-address", 2),
        ("undated-source-cited", 1),
    ]
    assert printed["errors"] == 0
