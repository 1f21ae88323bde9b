"""What taking sheets back would change in the documents, and doing it: whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assay.diagnostics import Diagnostic, sort_diagnostics
from assay.documents.files import write_files
from assay.errors import InputError
from assay.loading.load import Loaded
from assay.sheets import verifying
from assay.sheets.columns import KINDS, Kind
from assay.sheets.drafting import Draft
from assay.sheets.reading import SheetRows
from assay.sheets.rewriting import FieldChange
from assay.sheets.targets import Assigner, Target, Targets


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one document or claim; ``row`` is the number of its row in ``place``.

    ``known_by`` says by what a row without an id was known, where that was no exact match.
    """

    kind: Kind
    id: str
    new: bool
    place: str
    row: int
    fields: tuple[FieldChange, ...]
    known_by: str = ""


@dataclass(frozen=True)
class Import:
    """What an import would do. ``contents`` are the files as they would be.

    ``unchanged`` rows say what is there already; ``given_ids`` counts the new ones that had none.
    """

    changes: tuple[Change, ...]
    unchanged: int
    given_ids: int
    notes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    contents: Mapping[Path, bytes] = field(repr=False)


def plan_import(loaded: Loaded, sheets: SheetRows) -> Import:
    """What the rows would change. Raises ``InputError`` with every mistake in them at once."""
    assigner, targets = Assigner(loaded), Targets()
    for kind in KINDS[:-1]:
        assigner.documents(kind, sheets.rows[kind], targets)
    assigner.claims(sheets.rows["claims"], targets)
    draft = Draft(loaded, assigner)
    mistakes = [d for d in sheets.diagnostics if d.severity == "error"] + targets.mistakes
    changes: list[Change] = []
    for target in targets.found:
        fields, wrong = draft.write(target)
        mistakes += wrong
        if target.model is None or fields:
            changes.append(_change(target, fields))
    placed = {id(target.row) for target in targets.found}
    for row in (row for rows in sheets.rows.values() for row in rows if id(row) not in placed):
        mistakes += draft.look_at(row)
    mistakes = verifying.mistakes(draft, mistakes)
    if mistakes:
        raise InputError(sort_diagnostics(mistakes))
    contents = draft.contents()
    return Import(
        changes=tuple(changes),
        unchanged=len(targets.found) - len(changes),
        given_ids=targets.made,
        notes=tuple(sheets.notes),
        warnings=tuple(d for d in sheets.diagnostics if d.severity != "error"),
        files=tuple(loaded.workspace.relative(path) for path in contents),
        contents=contents,
    )


def carry_out(planned: Import) -> None:
    """Write the files of a planned import, or none of them."""
    write_files(planned.contents)


def _change(target: Target, fields: list[FieldChange]) -> Change:
    record = target.row.record
    return Change(
        target.row.sheet.kind,
        target.id,
        target.model is None,
        record.place,
        record.number,
        tuple(fields),
        target.guessed,
    )
