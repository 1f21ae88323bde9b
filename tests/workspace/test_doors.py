"""A text is the same, or refused alike, whichever way it comes into a workspace."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli.workspaces import write_workspace
from tests.package import Workspace, load_workspace, run

CLAIM = {"nature": "fact", "holds": "dated", "as_of": "2025-03", "sources": ["port-ledger"]}
ROW = {**CLAIM, "profile": "port-office", "id": "new", "sources": "port-ledger"}


def document(text: str) -> dict[str, Any]:
    claim = {"id": "new", "text": text, **CLAIM}
    return {"kind": "institution", "id": "new", "name": "New", "claims": [claim]}


def yaml(root: Path, text: str) -> str:
    (root / "profiles" / "new.yaml").write_text(json.dumps(document(text)), "utf-8")
    return claimed(root)


def json_lines(root: Path, text: str) -> str:
    (root / "profiles" / "new.jsonl").write_text(json.dumps(document(text)) + "\n", "utf-8")
    return claimed(root)


def parquet(root: Path, text: str) -> str:
    pl.DataFrame([document(text)]).write_parquet(root / "profiles" / "new.parquet")
    return claimed(root)


def csv_sheet(root: Path, text: str) -> str:
    with (root / "claims.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*ROW, "text"])
        writer.writeheader()
        writer.writerow({**ROW, "text": text})
    command(root, "sheet", "import", str(root / "claims.csv"), "--auto-approve")
    return claimed(root)


def workbook(root: Path, text: str) -> str:
    openpyxl = pytest.importorskip("openpyxl")
    escaped = re.sub(r"[\0-\x1f]", lambda c: f"_x{ord(c[0]):04X}_", text)
    book = openpyxl.Workbook()
    book.active.append([*ROW, "text"])
    book.active.append([*ROW.values(), escaped])
    book.save(root / "claims.xlsx")
    command(root, "sheet", "import", str(root / "claims.xlsx"), "--auto-approve")
    return claimed(root)


def new_claim(root: Path, text: str) -> str:
    given = ("--id", "new", "--holds", "dated", "--as-of", "2025-03", "--source", "port-ledger")
    command(root, "new", "claim", "port-office", text, *given)
    return claimed(root)


def rulebook(root: Path, text: str) -> str:
    rules = (root / "rules.yaml").read_text("utf-8")
    (root / "rules.yaml").write_text(
        rules.replace("because: somebody reports it", f"because: {json.dumps(text)}"), "utf-8"
    )
    return next(r.because for s in loaded(root).rulebook.scorers for r in s.rules)


def reason_of_an_apply(root: Path, text: str) -> str:
    command(root, "apply", "--auto-approve", "--reviewer", "Ann", "--reason", text)
    last = (root / "history.jsonl").read_text("utf-8").splitlines()[0]
    return str(json.loads(last)["why"])


def reason_of_a_decision(root: Path, text: str) -> str:
    command(root, "review", "flag", "port-office", text, "--reviewer", "Ann")
    return str(json.loads((root / "reviews.jsonl").read_text("utf-8"))["reason"])


def command(root: Path, *args: str) -> None:
    if run(["--workspace", str(root), *args]):
        raise Refused


def loaded(root: Path) -> Any:
    found = load_workspace(Workspace(root))
    if found.errors:
        raise Refused(*found.errors)
    return found


def claimed(root: Path) -> str:
    """The text of the claim that came in."""
    profiles = loaded(root).corpus.profiles.values()
    return next(c.text for p in profiles for c in p.claims if c.id == "new")


class Refused(Exception):
    """The text was not let in."""


DOORS = (
    *(yaml, json_lines, parquet, csv_sheet, workbook, new_claim),
    *(rulebook, reason_of_an_apply, reason_of_a_decision),
)

REFUSED = {
    "NUL": "a\0b 12",
    "bell": "a\ab 12",
    "escape": "a\x1b[31mb 12",
    "C1": "a\x9bb 12",
    "override": "a\u202eb 12",
    "isolate": "a\u2067b 12",
    "mark": "a\u200eb 12",
    "vertical tab": "a\vb 12",
    "next line": "a\x85b 12",
    "line separator": "a\u2028b 12",
}

READ = {
    "a doubled space": ("In  March  2025.", "In March 2025."),
    "a line break": ("In March\n2025.", "In March 2025."),
    "outer spaces": (" In March 2025.\t", "In March 2025."),
    "a no-break space": ("In March\u00a02025.", "In March 2025."),
    "a decomposed letter": ("Bu\u0308ro 7 opens.", "Büro 7 opens."),
    "joiners of a script": ("👩\u200d🚀 12 rockets.", "👩\u200d🚀 12 rockets."),
}

door = pytest.mark.parametrize("door", DOORS, ids=lambda d: d.__name__)


@door
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_no_door_lets_a_character_in_that_acts_on_a_page(
    door: Callable[[Path, str], str],
    text: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = write_workspace(tmp_path / "desk")
    with pytest.raises(Refused) as refused:
        door(root, text)
    printed = f"{refused.value}{capsys.readouterr()}"
    assert f"invisible character U+{ord(text[1]):04X}" in printed
    assert not any(
        text[1].encode() in p.read_bytes() for p in root.rglob("*.yaml") if p.name != "new.yaml"
    )


@door
@pytest.mark.parametrize(("text", "shown"), READ.values(), ids=READ)
def test_every_door_reads_a_text_as_it_is_shown(
    door: Callable[[Path, str], str], text: str, shown: str, tmp_path: Path
) -> None:
    assert door(write_workspace(tmp_path / "desk"), text) == shown
