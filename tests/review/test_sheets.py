"""The decisions sheet: out as CSV or XLSX, back row by row, and safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from assay.review import actions
from assay.review.sheets import COLUMNS
from tests.package import UsageError, csv_bytes, read_ledger, read_sheet
from tests.review.office import ANN, Office, claim, profile, source


@pytest.fixture
def flipped(office: Office) -> Office:
    """Three profiles that one rule moved."""
    for n in range(3):
        office.put(source(f"report-{n}"), profile(f"body-{n}", claim("acts", f"report-{n}")))
    office.apply()
    office.edit_rule("citation.strength.first-hand", add=0.4)
    return office


def pack(office: Office, *more: str) -> Path:
    out = office.root / "out"
    result = office.run("pack", "--out", str(out), *more)
    assert result.exit_code == 0, result.output
    return out


def filled(sheet: Path, **rows: dict[str, str]) -> Path:
    """The sheet with columns of some rows filled in, by profile."""
    table = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    for row in table:
        row.update(rows.get(row["profile"].replace("-", "_"), {}))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(table)
    back = sheet.with_name("back.csv")
    back.write_text(text.getvalue(), "utf-8-sig", newline="")
    return back


def imported(office: Office, sheet: Path, *more: str) -> tuple[int, list[tuple[str, str, str]]]:
    result = office.run("import", str(sheet), "--reviewer", "Ann", "--format", "json", *more)
    rows = json.loads(result.stdout)["rows"]
    return result.exit_code, [(r["subject"], r["status"], r["message"]) for r in rows]


def test_decisions_of_a_sheet_are_written_down_and_every_row_is_reported(flipped: Office) -> None:
    out = pack(flipped)
    back = filled(
        out / "decisions.csv",
        body_0={"decision": "accept", "reviewer": "Cem Example"},
        body_1={
            "decision": "Override",
            "grade": "Good",
            "reason": "seen the record",
            "code": "evidence-outside",
            "until": "2026-12-31",
        },
    )
    code, rows = imported(flipped, back)
    assert code == 0
    assert [(s, status) for s, status, _ in rows] == [
        ("body-0", "written"),
        ("body-1", "written"),
        ("body-2", "empty"),
    ]
    first, second = read_ledger(flipped.ledger).decisions
    assert (first.kind, first.reviewer) == ("accept", "Cem Example")
    assert (second.kind, second.reviewer, second.band) == ("override", "Ann", "good")
    assert flipped.review().effective.ruling("body-1", "trust") is not None
    assert {i.profile for i in flipped.review().queue.items} == {"body-2"}


def test_a_row_whose_evidence_moved_is_refused_and_the_others_are_not(flipped: Office) -> None:
    accepting = {"decision": "accept"}
    back = filled(
        pack(flipped) / "decisions.csv", body_0=accepting, body_1=accepting, body_2=accepting
    )
    flipped.put(profile("body-1", claim("acts", "report-1", text="It acts, at times.")))
    flipped.decide(lambda r: actions.accept(r, ANN, ["body-2"]))
    code, rows = imported(flipped, back)
    assert code == 1
    assert rows[0][:2] == ("body-0", "written")
    assert rows[1][:2] == ("body-1", "refused")
    assert "has moved since the sheet was made" in rows[1][2]
    assert rows[2][:2] == ("body-2", "refused")
    assert "not open any more" in rows[2][2]


def test_a_sheet_that_is_taken_back_twice_is_written_once(flipped: Office) -> None:
    back = filled(pack(flipped) / "decisions.csv", body_0={"decision": "accept"})
    assert imported(flipped, back)[0] == 0
    assert imported(flipped, back)[0] == 1
    assert len(read_ledger(flipped.ledger).decisions) == 1


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"decision": "acept"}, "did you mean 'accept'"),
        ({"decision": "override", "reason": "x"}, "needs the column 'grade'"),
        ({"decision": "override", "grade": "Good"}, "needs the column 'reason'"),
        ({"decision": "override", "grade": "Goo", "reason": "x"}, "did you mean 'Good'"),
        ({"decision": "flag"}, "needs the column 'reason'"),
        (
            {"decision": "override", "grade": "Good", "reason": "x", "until": "31.12.2026"},
            "is not a day",
        ),
        ({"decision": "accept", "reviewer": "Ann\nBen"}, "one line"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_whole(
    flipped: Office, cells: dict[str, str], message: str
) -> None:
    code, rows = imported(flipped, filled(pack(flipped) / "decisions.csv", body_0=cells))
    assert code == 1
    assert rows[0][1] == "refused"
    assert message in rows[0][2]
    assert not flipped.ledger.exists()


def test_a_workbook_goes_out_and_comes_back(flipped: Office) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    file = pack(flipped, "--xlsx") / "decisions.xlsx"
    book = openpyxl.load_workbook(file)
    sheet = book["decisions"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(2, header.index("decision") + 1).value = "accept"
    book.save(file)
    assert imported(flipped, file)[1][0][:2] == ("body-0", "written")


def test_a_workbook_holds_no_formula(office: Office) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    office.put(source("one"), profile("harbour", claim("built", "one"), name="=1+1"))
    office.decide(lambda r: actions.flag(r, ANN, "harbour", "+cmd|' /C calc'!A0"))
    out = pack(office, "--xlsx")
    cells = [c for row in openpyxl.load_workbook(out / "decisions.xlsx")["decisions"] for c in row]
    assert {c.data_type for c in cells if c.value is not None} == {"s"}
    text = (out / "decisions.csv").read_text("utf-8-sig")
    assert "'=1+1" in text


def test_semicolons_between_cells_are_read_too(tmp_path: Path) -> None:
    text = csv_bytes([["x"] * len(COLUMNS)]).decode("utf-8-sig").replace(",", ";")
    path = tmp_path / "sheet.csv"
    path.write_text(text, "utf-8-sig")
    [row] = read_sheet(path)
    assert (row.number, row["profile"], row["grounds"]) == (2, "x", "x")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"a,b\n1,2\n", "lacks the columns profile"),
        ("a.csv", "größe\n".encode("latin-1"), "lacks the columns profile"),
        ("a.csv", "размер\n".encode("cp1251"), "CSV UTF-8"),
        ("a.csv", b'profile,"x\n', "not a CSV file"),
        ("a.xlsx", b"not a workbook", "not a workbook"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    if name.endswith("xlsx"):
        pytest.importorskip("openpyxl")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=message):
        read_sheet(tmp_path / name)


def test_a_missing_sheet_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_sheet(tmp_path / "none.csv")


def test_the_page_of_a_pack_stands_alone_and_escapes_what_people_wrote(office: Office) -> None:
    office.put(source("one", title="<script>alert(1)</script>"))
    office.put(profile("harbour", claim("built", "one"), name='Harbour "& Sons" <b>'))
    office.decide(lambda r: actions.flag(r, ANN, "harbour", "<img src=x onerror=alert(1)>"))
    page = (pack(office) / "review.html").read_text()
    assert "<script" not in page
    assert "<img" not in page
    assert "Harbour &#34;&amp; Sons&#34; &lt;b&gt;" in page
    assert 'src="' not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert 'id="harbour"' in page
    assert 'href="#harbour"' in page
