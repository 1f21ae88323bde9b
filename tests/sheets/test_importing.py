"""An import writes the edits of a sheet into the files, and changes no other byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.sheets.export import rows_of
from tests.package import UsageError
from tests.sheets.sandbox import DOCUMENTS, Sandbox, fields


@pytest.mark.parametrize("xlsx", [False, True])
def test_an_unedited_export_changes_nothing(sandbox: Sandbox, tmp_path: Path, xlsx: bool) -> None:
    if xlsx:
        pytest.importorskip("openpyxl")
    planned = sandbox.plan(*sandbox.export(tmp_path, xlsx=xlsx))
    assert (planned.changes, planned.edit.contents, planned.unchanged) == ((), {}, 5)


def test_a_corrected_cell_changes_one_value_of_the_file(sandbox: Sandbox) -> None:
    rows = sandbox.sheet("claims")
    rows[0]["text"] = "It has five quays, of which two are new."
    rows[0]["value"] = "5"
    planned = sandbox.import_rows(rows)
    assert fields(planned) == [
        ("port#quays", "text", "It has four quays, of which two are new.", rows[0]["text"]),
        ("port#quays", "value", "4", "5"),
    ]
    after = DOCUMENTS.replace("It has four quays", "It has five quays")
    assert sandbox.text == after.replace("value: 4", "value: 5")


def test_an_emptied_cell_removes_the_value(sandbox: Sandbox) -> None:
    rows = sandbox.sheet("claims")
    rows[0] |= {"as_of": "", "measure": "", "value": ""}
    sandbox.import_rows(rows)
    after = DOCUMENTS.replace("    as_of: 2025-03\n", "")
    assert sandbox.text == after.replace("    quantity: {measure: quays, value: 4}\n", "")


def test_columns_and_rows_that_are_not_in_the_sheet_stay(sandbox: Sandbox) -> None:
    planned = sandbox.import_rows([{"profile": "port", "id": "crowded", "text": "It is full."}])
    assert fields(planned) == [("port#crowded", "text", "It is crowded.", "It is full.")]
    assert sandbox.text == DOCUMENTS.replace("It is crowded.", "It is full.")


def test_a_sheet_from_before_a_rename_means_the_renamed_claim(sandbox: Sandbox) -> None:
    after = DOCUMENTS.replace("id: port\n", "id: dock\nformerly: [port]\n")
    after = after.replace("- id: crowded\n", "- id: full\n    formerly: [crowded]\n")
    sandbox.file.write_text(after, encoding="utf-8")
    planned = sandbox.import_rows([{"profile": "port", "id": "crowded", "text": "It is full."}])
    assert fields(planned) == [("dock#full", "text", "It is crowded.", "It is full.")]
    assert sandbox.text == after.replace("It is crowded.", "It is full.")


def test_identifiers_are_cells(sandbox: Sandbox) -> None:
    rows = sandbox.sheet("profiles")
    rows[0] |= {"wikidata": "Q42", "web_domain": "port.example"}
    sandbox.import_rows(rows)
    assert "identifiers:\n  wikidata: Q42\n  domain: port.example\n" in sandbox.text


def test_gaps_keep_their_documents_if_their_texts_stay(sandbox: Sandbox) -> None:
    named = (
        "  - {text: Its depth., document: The chart, directness: record, would_settle: [quays]}\n"
    )
    sandbox.file.write_text(DOCUMENTS + named, encoding="utf-8")
    rows = sandbox.sheet("profiles")
    assert rows[0]["gaps"] == "Who owns it.\nIts depth."
    rows[0]["gaps"] = "Who owns it now.\nIts depth."
    sandbox.import_rows(rows)
    assert sandbox.text == DOCUMENTS.replace("Who owns it.", "Who owns it now.") + named


def test_lists_change_item_by_item(sandbox: Sandbox) -> None:
    rows = sandbox.sheet("profiles")
    assert rows[0]["aliases"] == "The Port; Docks\\; all; 港口"
    rows[0]["aliases"] = "The Port; 港口; Puerto"
    rows[0]["gaps"] = "Who owns it.\nWho pays; and how much."
    sandbox.import_rows(rows)
    after = DOCUMENTS.replace('[The Port, "Docks; all", 港口]', "[The Port, 港口, Puerto]")
    assert sandbox.text == after.replace(
        "  - Who owns it.\n", "  - Who owns it.\n  - Who pays; and how much.\n"
    )


def test_a_citation_is_added_beside_the_comment_of_the_other(sandbox: Sandbox) -> None:
    other = {"title": "A second count", "id": "count-two", "published": "2025-04-01"}
    sandbox.import_rows([other])
    rows = sandbox.sheet("claims")
    rows[0]["sources"] = "gazette-march; count-two [disputes, at p. 3]"
    sandbox.import_rows(rows)
    assert (
        "      - gazette-march  # the only one\n"
        "      - id: count-two\n        stance: disputes\n        locator: p. 3\n"
    ) in sandbox.text


FIFTY: list[dict[str, Any]] = [
    {
        "Profile": "Puerto de Málaga",
        "Text": f"Berth {n} was dredged to {n + 9} metres in 2025.",
        "Nature": "fact",
        "Holds": "dated",
        "As of": "2025",
        "Sources": "https://www.example.org/berths/ [at p. 4]",
    }
    for n in range(50)
]


def test_fifty_rows_are_imported_corrected_and_imported_again(sandbox: Sandbox) -> None:
    first = sandbox.import_rows(FIFTY)
    assert (len(first.changes), first.given_ids) == (50, 50)
    assert sandbox.import_rows(FIFTY).changes == ()
    corrected = [
        row | {"Text": row["Text"].replace("dredged", "deepened by dredging")} for row in FIFTY
    ]
    second = sandbox.import_rows(corrected)
    assert [c.known_by for c in second.changes] == ["text"] * 50
    assert not any(c.new for c in second.changes)
    claims = sandbox.loaded.corpus.profiles["port"].claims
    assert len(claims) == 52
    assert claims[2].text == "Berth 0 was deepened by dredging to 9 metres in 2025."
    assert claims[2].sources[0].id == "gazette-march"
    assert sandbox.text.startswith(DOCUMENTS.partition("gaps:")[0])
    assert not sandbox.loaded.errors


def test_sources_without_ids_do_not_double(sandbox: Sandbox) -> None:
    rows = [
        {"title": "Berths counted again", "url": "http://www.example.org/berths?utm_source=x"},
        {"title": "Tonnage of March", "publisher": "harbour gazette", "published": "2025-04"},
        {"title": "Tide tables", "url": "https://tides.example.org/2025"},
    ]
    first = sandbox.import_rows(rows)
    assert [(c.id, c.new) for c in first.changes] == [
        ("gazette-march", False),
        ("tonnage-of-march", True),
        ("tides-example-2025", True),
    ]
    rows[1]["title"] = "Tonnages of March"
    rows[2]["title"] = "Tide tables of 2025"
    second = sandbox.import_rows(rows)
    assert sorted((c.id, c.known_by) for c in second.changes) == [
        ("tides-example-2025", "address"),
        ("tonnage-of-march", "title"),
    ]
    assert len(sandbox.loaded.corpus.sources) == 3


def test_a_new_profile_comes_with_its_claims_and_its_source(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    files = [
        sandbox.saved(
            [{"kind": "event", "name": "Quay opened", "date": "29.01.2025"}], "profiles.csv"
        ),
        sandbox.saved(
            [{"title": "Opening", "id": "opening", "directness": "Record"}], "sources.csv"
        ),
        sandbox.saved(
            [
                {
                    "profile": "quay opened",
                    "text": "The fifth quay was opened.",
                    "nature": "fact",
                    "sources": "opening",
                }
            ],
            "claims.csv",
        ),
    ]
    planned = sandbox.plan(*reversed(files))
    assert [c.id for c in planned.changes] == [
        "opening",
        "quay-opened",
        "quay-opened#the-fifth-quay-was-opened",
    ]
    loaded = planned.edit.load()
    assert not loaded.errors
    event = loaded.corpus.profiles["quay-opened"]
    assert event.claims[0].sources[0].id == "opening"


def test_a_claim_that_is_only_like_another_is_asked_about(sandbox: Sandbox) -> None:
    [error] = sandbox.errors([{"profile": "port", "text": "It has six quays, of which 2 are new."}])
    assert (error.file, error.line, error.column) == ("sheet.csv", 2, 1)
    assert "is similar to that of 'quays'" in error.message
    assert "add the id quays if it is a correction" in error.hint


def test_every_error_is_reported_at_its_cell_and_nothing_is_written(sandbox: Sandbox) -> None:
    rows = [
        sandbox.sheet("claims")[0] | {"as_of": "2025-13", "sources": "nobody"},
        {"profile": "prot", "id": "x", "key": "perhaps"},
        {"profile": "port", "id": "No Id", "text": "A."},
        {"profile": "port", "id": "new", "text": "B.", "nature": "fakt"},
        {"profile": "port", "id": "unsourced", "text": "C.", "nature": "fact"},
        sandbox.sheet("claims")[0],
        {"profile": "port", "id": "likely", "text": "D.", "nature": "fact", "likelihood": "40%"},
        {"profile": "port", "id": "cited", "text": "E.", "sources": "gazette-march [perhaps]"},
    ]
    found = [(d.line, d.column, d.code) for d in sandbox.errors(rows)]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    at = {name: i for i, name in enumerate(columns, 1)}
    assert found == [
        (2, at["as_of"], "impossible-date"),
        (2, at["sources"], "dangling-reference"),
        (3, at["profile"], "sheet-mistake"),
        (3, at["key"], "sheet-mistake"),
        (4, at["id"], "sheet-mistake"),
        (5, at["nature"], "unknown-word"),
        (6, at["sources"], "fact-without-source"),
        (7, at["id"], "sheet-mistake"),
        (8, at["likelihood"], "does-not-fit"),
        (9, at["nature"], "missing-key"),
        (9, at["sources"], "sheet-mistake"),
    ]


def test_a_dangling_reference_is_reported_at_its_cell(sandbox: Sandbox) -> None:
    [error] = sandbox.errors([{"profile": "port", "id": "quays", "sources": "gazette-marsh"}])
    assert error.message.startswith("C2 (sources): ")
    assert (error.code, error.column) == ("dangling-reference", 3)


def test_unknown_columns_are_reported(sandbox: Sandbox) -> None:
    [error] = sandbox.errors([{"profile": "port", "id": "quays", "text": "x", "as_off": "2025"}])
    assert (error.line, error.column, error.hint) == (1, 4, "did you mean 'as_of'?")
    planned = sandbox.import_rows(
        [{"profile": "port", "id": "quays", "text": "New.", "my notes": "x"}]
    )
    assert [w.message for w in planned.warnings] == ["D1: the column 'my_notes' is not read"]


def test_text_in_a_column_without_a_heading_is_an_error(sandbox: Sandbox) -> None:
    path = sandbox.workspace.root / "cut.csv"
    path.write_text("profile,id,text\nport,crowded,It is full, and more\n", "utf-8")
    with pytest.raises(Exception, match="1 error") as caught:
        sandbox.plan(path)
    assert "D2: the cell is in a column without a heading" in caught.value.diagnostics[0].message  # type: ignore[attr-defined]


def test_a_table_that_is_no_known_sheet_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="no row of headings"):
        sandbox.plan(sandbox.saved([{"port": "x", "quay": "y"}]))


def test_an_unambiguous_reading_of_a_date_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.import_rows(
        [{"title": "Berths counted", "id": "gazette-march", "accessed": "2025-04-03"}]
    )
    rows = [{"title": "Berths counted", "id": "gazette-march", "accessed": "03/04/2025"}]
    assert sandbox.import_rows(rows).changes == ()
    rows[0]["accessed"] = "05/06/2025"
    [error] = sandbox.errors(rows)
    assert "can be 2025-05-06 or 2025-06-05" in error.message


def test_a_draft_becomes_final_in_the_sheet(sandbox: Sandbox) -> None:
    rows: list[dict[str, Any]] = [
        {"profile": "port", "id": "new", "text": "A.", "nature": "fact", "status": "draft"}
    ]
    sandbox.import_rows(rows)
    rows[0] |= {"status": "", "sources": "gazette-march"}
    planned = sandbox.import_rows(rows)
    assert ("port#new", "status", "draft", "") in fields(planned)


def test_a_text_like_a_formula_is_escaped_and_imported_unchanged(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.import_rows([{"profile": "port", "id": "quays", "text": "=1+1 quays"}])
    claims = next(f for f in sandbox.export(tmp_path) if f.stem == "claims")
    assert b"'=1+1 quays" in claims.read_bytes()
    assert sandbox.plan(claims).changes == ()
    assert "text: " in sandbox.text
    assert sandbox.loaded.corpus.profiles["port"].claims[0].text == "=1+1 quays"


def test_a_profile_is_closed_in_the_sheet_and_keeps_its_factors(sandbox: Sandbox) -> None:
    factors = "factors:\n  - {factor: severity, is: high, claims: [quays]}  # as we see it\n"
    sandbox.file.write_text(sandbox.text + factors, "utf-8")
    rows = sandbox.sheet("profiles")
    rows[0].update(closed="2024-02", closed_because="The port was filled in.")
    sandbox.import_rows(rows)
    assert factors in sandbox.text
    profile = sandbox.loaded.corpus.profiles["port"]
    assert profile.closed is not None
    assert str(profile.closed.on) == "2024-02"
    assert profile.closed.because == "The port was filled in."


def test_the_end_of_a_profile_without_a_reason_is_reported_at_its_cell(sandbox: Sandbox) -> None:
    rows = sandbox.sheet("profiles")
    rows[0].update(closed="2024-02")
    (error,) = sandbox.errors(rows)
    assert "missing key 'because'" in error.message
    assert error.file == "sheet.csv"


def test_a_source_that_only_one_citation_draws_on_is_exported_with_its_profile(
    sandbox: Sandbox,
) -> None:
    text = sandbox.text.replace(
        "      - gazette-march  # the only one\n", "      - {id: gazette-march, cites: [ledger]}\n"
    )
    sandbox.file.write_text(text + "---\nkind: source\nid: ledger\ntitle: Ledger\n", "utf-8")
    rows = rows_of(sandbox.loaded.corpus, "sources", ["port"])
    assert [row[0] for row in rows] == ["gazette-march", "ledger"]


ITEMS = """\
watch:
  - {text: The next count., trigger: A ledger., due: 2025-06}  # asked in May
depends_on:
  - {on: port-office, relation: regulated_by}
---
kind: institution
id: port-office
name: Port Office
"""


@pytest.fixture
def with_items(sandbox: Sandbox) -> Sandbox:
    sandbox.file.write_text(DOCUMENTS + ITEMS, encoding="utf-8")
    return sandbox


def test_an_item_is_changed_by_its_key_and_keeps_what_has_no_column(with_items: Sandbox) -> None:
    planned = with_items.import_rows(
        [
            {"Profile": "port", "Text": "The next count.", "Trigger": "A ledger.", "Due": "2025/7"},
            {"Profile": "port", "Text": "A new quay.", "Trigger": "A permit.", "Due": ""},
        ]
    )
    assert [(c.kind, c.id, c.new) for c in planned.changes] == [
        ("watch", "port", False),
        ("watch", "port", True),
    ]
    assert "{text: The next count., trigger: A ledger., due: 2025-07}  # asked" in with_items.text
    assert with_items.loaded.corpus.profiles["port"].watch[1].text == "A new quay."


def test_an_edge_is_known_by_its_profiles_and_relation(with_items: Sandbox) -> None:
    edge = {"profile": "port", "on": "port-office", "relation": "regulated by"}
    changed = with_items.import_rows([edge | {"criticality": "high", "claims": "quays"}])
    assert fields(changed) == [
        ("port", "criticality", "", "high"),
        ("port", "claims", "", "quays"),
    ]
    new = with_items.import_rows([edge | {"relation": "part_of"}])
    assert [c.new for c in new.changes] == [True]
    edges = with_items.loaded.corpus.profiles["port"].depends_on
    assert [(e.relation, e.criticality) for e in edges] == [
        ("regulated_by", "high"),
        ("part_of", None),
    ]


def test_a_word_that_is_neither_yes_nor_no_is_reported(with_items: Sandbox) -> None:
    row = {"profile": "port", "on": "port-office", "relation": "part_of", "affects": "perhaps"}
    (error,) = with_items.errors([row])
    assert error.message == "D2 (affects): 'perhaps' is neither yes nor no"


def test_an_error_in_an_item_names_its_cell(with_items: Sandbox) -> None:
    (error,) = with_items.errors(
        [
            {"profile": "port", "on": "port-office", "relation": "part_of", "claims": "quays"},
            {"profile": "port", "on": "nowhere", "relation": "part_of", "claims": ""},
        ]
    )
    assert (error.line, error.code) == (3, "dangling-reference")
    assert error.message.startswith("B3 (on): unknown profile 'nowhere'")
