"""``assay sheet`` as an analyst meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.cli.workspaces import write_workspace
from tests.package import assay, run


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "desk")


def invoked(desk: Path, *args: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(assay, ["--workspace", str(desk), "sheet", *args], input=answer)


def claims(desk: Path, tmp_path: Path, old: str, new: str) -> Path:
    """The exported sheet of claims with one text in place of another."""
    assert invoked(desk, "export", str(tmp_path / "out")).exit_code == 0
    sheet = tmp_path / "out" / "claims.csv"
    text = sheet.read_text("utf-8-sig")
    assert old in text
    sheet.write_text(text.replace(old, new), "utf-8-sig")
    return sheet


def bytes_of(desk: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in sorted(desk.rglob("*.yaml"))}


def test_every_value_is_shown_before_and_after_and_asked_about(desk: Path, tmp_path: Path) -> None:
    sheet = claims(desk, tmp_path, "twelve berths", "fourteen berths")
    before = bytes_of(desk)
    refused = invoked(desk, "import", str(sheet), answer="n\n")
    assert refused.exit_code == 1
    assert bytes_of(desk) == before
    assert "~ claims port-office#twelve-berths  (claims.csv, row 2)" in refused.output
    assert "twelve berths" in refused.output
    assert "→" in refused.output
    taken = invoked(desk, "import", str(sheet), answer="y\n")
    assert taken.exit_code == 0
    assert "0 new, 1 changed" in taken.output
    changed = {p.name for p, data in bytes_of(desk).items() if data != before[p]}
    assert changed == {"port_office.yaml"}
    assert "0 new, 0 changed" in invoked(desk, "import", str(sheet)).output


def test_a_dry_run_writes_nothing_and_needs_no_answer(desk: Path, tmp_path: Path) -> None:
    sheet = claims(desk, tmp_path, "twelve berths", "fourteen berths")
    before = bytes_of(desk)
    result = invoked(desk, "import", str(sheet), "--dry-run", "--format", "json")
    printed: dict[str, Any] = json.loads(result.stdout)
    assert printed["written"] is False
    assert printed["files"] == ["profiles/port_office.yaml"]
    [change] = printed["changes"]
    assert (change["id"], change["row"], change["new"]) == ("port-office#twelve-berths", 2, False)
    assert [f["column"] for f in change["fields"]] == ["text"]
    assert bytes_of(desk) == before


def test_mistakes_are_printed_with_their_cells(
    desk: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sheet = claims(desk, tmp_path, "gazette-march", "gazette-marsh")
    capfd.readouterr()
    code = run(["--workspace", str(desk), "sheet", "import", str(sheet), "--auto-approve"])
    err = capfd.readouterr().err
    assert code == 1
    assert err.startswith(
        "claims.csv:2:16: error: P2 (sources): unknown source 'gazette-marsh' "
        "[dangling-reference]\n   hint: did you mean 'gazette-march'?\n"
    )
    assert err.endswith("nothing was written\n")


def test_some_profiles_come_with_the_sources_they_draw_on(desk: Path, tmp_path: Path) -> None:
    result = invoked(desk, "export", str(tmp_path / "out"), "port-office", "--format", "json")
    rows = json.loads(result.stdout)["rows"]
    assert rows["profiles"] == 1
    assert rows["sources"] == 2


def test_an_audience_gets_what_it_may_know(desk: Path, tmp_path: Path) -> None:
    profile = desk / "profiles" / "port_office.yaml"
    profile.write_text(profile.read_text() + "audience: desk\n")
    public = CliRunner().invoke(
        assay,
        [
            *("--workspace", str(desk), "--audience", "public"),
            *("sheet", "export", str(tmp_path / "out"), "--format", "json"),
        ],
    )
    rows = json.loads(public.stdout)["rows"]
    assert (rows["profiles"], rows["claims"]) == (0, 0)


@pytest.mark.parametrize("name", ["desk.ods", "profiles/port_office.yaml"])
def test_sheets_go_into_a_workbook_or_a_folder(desk: Path, name: str) -> None:
    result = invoked(desk, "export", str(desk / name))
    assert "must be a workbook" in str(result.exception)
