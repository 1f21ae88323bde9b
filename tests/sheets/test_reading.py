"""Tables as spreadsheets of all sorts save them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assay.sheets.files import Table, csv_bytes, read_tables
from tests.package import UsageError

HEADER = ["Name", "As of", "Town"]


def table(tmp_path: Path, name: str, data: bytes) -> Table:
    path = tmp_path / name
    path.write_bytes(data)
    [found] = read_tables(path)
    return found


def rows(found: Table) -> list[tuple[int, str, str]]:
    records = found.records(lambda names: "name" in names)
    assert records is not None
    return [(row.number, row["name"], row["as_of"]) for row in records.rows]


@pytest.mark.parametrize(
    "data",
    [
        "name,as of\nMálaga,2024\n".encode(),
        "\ufeffName;As_of\r\nMálaga;2024\r\n".encode(),
        "name\tas-of\r\nMálaga\t2024".encode("utf-16"),
        "NAME;AS OF\nMálaga;2024\n".encode("cp1252"),
        'sep=|\n"name"|"as of"\n"Málaga"|2024\n'.encode(),
    ],
)
def test_csv_of_every_spreadsheet(tmp_path: Path, data: bytes) -> None:
    found = table(tmp_path, "a.csv", data)
    assert [row[1:] for row in rows(found)] == [("Málaga", "2024")]


def test_a_guessed_encoding_is_reported(tmp_path: Path) -> None:
    found = table(tmp_path, "a.csv", "name\nMálaga\n".encode("cp1252"))
    assert found.notes == ("not UTF-8, so read as Windows-1252",)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("имя\nГавань\n", "cp1251"), ("имя\nГавань\n", "koi8-r"), ("名前\n港湾局\n", "shift-jis")],  # noqa: RUF001
)
def test_an_unrecognised_encoding_is_refused(tmp_path: Path, text: str, encoding: str) -> None:
    with pytest.raises(UsageError, match="CSV UTF-8"):
        table(tmp_path, "a.csv", text.encode(encoding))


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    data = b'Register of ports,,\n,,\nname,as of,town\n"two\nlines",2024,\n,,\nlast\n'
    found = table(tmp_path, "a.csv", data)
    assert rows(found) == [(4, "two\nlines", "2024"), (6, "last", "")]


def test_a_cell_is_named_by_its_place(tmp_path: Path) -> None:
    found = table(tmp_path, "ports.csv", csv_bytes(HEADER, [["=x", "2024", ""]]))
    records = found.records(lambda names: "name" in names)
    assert records is not None
    [row] = records.rows
    assert row["name"] == "=x"
    assert row.name("as_of") == "B2"
    assert (row.at("as_of").file, row.at("as_of").line, row.at("as_of").column) == (
        "ports.csv",
        2,
        2,
    )


def workbook(tmp_path: Path, fill: Any) -> list[Table]:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    page = book.active
    page.title = "ports"
    page.append(HEADER)
    fill(book, page)
    made = io.BytesIO()
    book.save(made)
    path = tmp_path / "a.xlsx"
    path.write_bytes(made.getvalue())
    return read_tables(path)


def test_a_date_is_as_precise_as_its_cell_shows_it(tmp_path: Path) -> None:
    def fill(_book: Any, page: Any) -> None:
        for form in ("yyyy-mm-dd", "mmm-yy", "yyyy", "dd/mm/yy;@"):
            page.append(["x", date(2024, 1, 29)])
            page.cell(page.max_row, 2).number_format = form
        page.append(["x", date(2024, 1, 29)])

    [found] = workbook(tmp_path, fill)
    days = [day for _, _, day in rows(found)]
    assert days == ["2024-01-29", "2024-01", "2024", "2024-01-29", "2024-01-29"]


def test_numbers_percentages_and_words_of_a_workbook(tmp_path: Path) -> None:
    def fill(_book: Any, page: Any) -> None:
        for value in (40, 40.0, 40.5, 0.3, True, "text"):
            page.append([value])
        page.append([0.07])
        page.cell(page.max_row, 1).number_format = "0%"

    [found] = workbook(tmp_path, fill)
    names = [name for _, name, _ in rows(found)]
    assert names == ["40", "40", "40.5", "0.3", "yes", "text", "7%"]


def test_an_escape_of_a_workbook_is_the_character_that_it_stands_for(tmp_path: Path) -> None:
    def fill(_book: Any, page: Any) -> None:
        page.append(["two_x000D_\nlines"])
        page.append(["_x005F_x000D_"])

    [found] = workbook(tmp_path, fill)
    assert [name for _, name, _ in rows(found)] == ["two\nlines", "_x000D_"]


def test_a_merged_cell_says_the_same_of_all_its_rows(tmp_path: Path) -> None:
    def fill(_book: Any, page: Any) -> None:
        page.append(["port", "2023"])
        page.append([None, "2024"])
        page.append(["quay", "2025"])
        page.merge_cells("A2:A3")

    [found] = workbook(tmp_path, fill)
    assert rows(found) == [(2, "port", "2023"), (3, "port", "2024"), (4, "quay", "2025")]


def test_formulas_and_errors_are_not_values(tmp_path: Path) -> None:
    def fill(_book: Any, page: Any) -> None:
        page.append(["=A1", "#N/A"])

    [found] = workbook(tmp_path, fill)
    assert found.unread == {(2, 1): "a formula", (2, 2): "the error #N/A"}


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.append(["x"])
        book.create_sheet("shown")
        book.create_sheet("hidden").sheet_state = "hidden"

    assert [t.place for t in workbook(tmp_path, fill)] == ["a.xlsx:ports", "a.xlsx:shown"]


def test_a_cell_far_below_the_table_does_not_fill_the_memory(tmp_path: Path) -> None:
    def fill(_book: Any, page: Any) -> None:
        page.cell(1_000_000, 150).value = "x"

    with pytest.raises(UsageError, match="goes down to row 1,000,000"):
        workbook(tmp_path, fill)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.ods", b"x", "neither CSV"),
        ("a.xlsx", b"x", "is not a workbook"),
        ("a.csv", b'name,"x\n', "is not a CSV file"),
        ("a.csv", b"name," + b"x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    pytest.importorskip("openpyxl")
    with pytest.raises(UsageError, match=message):
        table(tmp_path, name, data)


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.sheets.files.LARGEST_UNPACKED", 1000)
    with pytest.raises(UsageError, match="unpacks to"):
        workbook(tmp_path, lambda _book, _page: None)
