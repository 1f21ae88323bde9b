"""A small workspace that is edited in sheets."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.sheets.columns import Kind
from assay.sheets.export import as_csv, as_xlsx
from assay.sheets.files import read_tables
from assay.sheets.importing import Import, carry_out, plan_import
from assay.sheets.rows import read_rows
from tests.package import Diagnostic, InputError, Loaded, Workspace, load_workspace

DOCUMENTS = """\
# The port, as far as we know it.
kind: publisher
id: gazette
name: Harbour Gazette
---
kind: source
id: gazette-march
title: Berths counted  # on the front page
publisher: gazette
url: https://example.org/berths
published: 2025-03
directness: first_hand
---
kind: institution
id: port
name: Puerto de Málaga   # as it calls itself
aliases: [The Port, "Docks; all", 港口]
type: company
claims:
  - id: quays
    nature: fact
    text: >-
      It has four quays, of which two
      are new.
    key: true
    holds: dated
    as_of: 2025-03
    quantity: {measure: quays, value: 4}
    sources:
      - gazette-march  # the only one
  # A view.
  - id: crowded
    nature: judgement
    text: It is crowded.
    rests_on: [quays]
gaps:
  - Who owns it.
"""


@dataclass
class Sandbox:
    """A workspace, with the export and import of its sheets."""

    workspace: Workspace

    @property
    def loaded(self) -> Loaded:
        return load_workspace(self.workspace)

    @property
    def file(self) -> Path:
        return self.workspace.profiles_dir / "port.yaml"

    @property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    @property
    def everything(self) -> dict[str, bytes]:
        root = self.workspace.profiles_dir
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*.yaml"))}

    def sheet(self, kind: Kind) -> list[dict[str, str]]:
        """The rows of an exported sheet, by the names of their columns."""
        text = as_csv(self.loaded.corpus)[f"{kind}.csv"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def export(self, folder: Path, *, xlsx: bool = False) -> list[Path]:
        """Export everything and return the files."""
        corpus = self.loaded.corpus
        files = {"sandbox.xlsx": as_xlsx(corpus)} if xlsx else as_csv(corpus)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return [folder / name for name in files]

    def plan(self, *files: Path) -> Import:
        tables = [table for file in files for table in read_tables(file)]
        return plan_import(self.loaded, read_rows(tables))

    def saved(self, rows: list[dict[str, Any]], name: str = "sheet.csv") -> Path:
        """Save rows as a spreadsheet would, in a CSV file."""
        columns = list(dict.fromkeys(column for row in rows for column in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = self.workspace.root / name
        path.write_text(text.getvalue(), "utf-8-sig", newline="")
        return path

    def import_rows(self, rows: list[dict[str, Any]], name: str = "sheet.csv") -> Import:
        """Import rows and return the changes."""
        planned = self.plan(self.saved(rows, name))
        carry_out(planned)
        return planned

    def errors(self, rows: list[dict[str, Any]], name: str = "sheet.csv") -> list[Diagnostic]:
        """Return the errors in rows, after checking that nothing was written."""
        before = self.everything
        try:
            self.import_rows(rows, name)
        except InputError as error:
            assert self.everything == before
            return list(error.diagnostics)
        raise AssertionError("the sheet was imported")


def fields(planned: Import) -> list[tuple[str, str, str, str]]:
    """Return the changes of an import: id, column, value before and after."""
    return [(c.id, f.column, f.before, f.after) for c in planned.changes for f in c.fields]
