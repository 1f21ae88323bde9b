"""What would be wrong with the workspace, told at the cells that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assay.diagnostics import Diagnostic
from assay.loading.load import load_workspace
from assay.sheets.drafting import Draft
from assay.sheets.reading import Row


def mistakes(draft: Draft, told: Sequence[Diagnostic]) -> list[Diagnostic]:
    """``told``, and every mistake that the rows would bring in besides.

    References are followed only in documents without mistakes of form; so what the first look
    finds is put aside and the rest is looked at again.
    """
    found = [*told, *_brought_in(draft, told)]
    places = {(d.file, d.line) for d in found}
    bad = {
        id(row) for row in draft.rows.values() if (row.record.place, row.record.number) in places
    }
    if bad:
        left_out = [claim for (_, claim), row in draft.rows.items() if claim and id(row) in bad]
        # A claim that was put aside is missed by those that name it, and by nobody else.
        found += [
            diagnostic
            for diagnostic in _brought_in(draft.without(bad), found)
            if not any(repr(claim) in diagnostic.message for claim in left_out)
        ]
    return found


def _brought_in(draft: Draft, told: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    contents = draft.contents()
    if not contents:
        return
    loaded = draft.loaded
    places = {(d.file, d.line, d.column) for d in told}
    before = {_key(d) for d in loaded.errors}
    after = load_workspace(loaded.workspace, as_of=loaded.as_of, contents=contents)
    documents = {subject: id_ for id_, subject in after.subjects.items()}
    for diagnostic in after.file_diagnostics:
        if diagnostic.severity == "error" and _key(diagnostic) not in before:
            yield diagnostic
    for finding in after.findings:
        if finding.severity != "error":
            continue
        in_file = after.placed(finding)
        if _key(in_file) in before:
            continue
        subject = finding.value.subject
        placed = _in_sheet(draft, finding, documents.get(subject) if subject else None) or in_file
        if (placed.file, placed.line, placed.column) not in places:
            yield placed


def _in_sheet(draft: Draft, finding: Diagnostic, document: str | None) -> Diagnostic | None:
    """The finding at the cell that it comes from; None where no row gave the value."""
    if document is None or document not in draft.data:
        return None
    path = finding.value.path
    row = draft.rows.get((document, None))
    if path[:1] == ("claims",) and len(path) > 1 and isinstance(path[1], int):
        claim = draft.data[document]["claims"][path[1]]
        row = draft.rows.get((document, claim.get("id")))
        path = path[2:]
    if row is None:
        return None
    column = _column_of(row, path, finding)
    cell = f"{row.record.name(column)} ({column}): " if column else ""
    located = finding.located(row.record.at(column))
    return replace(located, message=f"{cell}{located.message}")


def _column_of(row: Row, path: tuple[str | int, ...], finding: Diagnostic) -> str:
    """The column that a finding is about: by its path, else by a key that it names.

    Empty where the sheet has no such column.
    """
    by_path = [c.name for c in row.sheet.columns if path[: len(c.place)] == c.place]
    named = re.findall(r"'([a-z_]+)[':]", f"{finding.message} {finding.hint}")
    return next((name for name in (*by_path, *named, "id") if name in row.given), "")


def _key(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return diagnostic.code, diagnostic.file, diagnostic.message
