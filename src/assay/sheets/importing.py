"""Import of edited sheets: the changes of documents, their verification, and the files to write."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assay.authoring.new import document_path, with_documents
from assay.characters import normalised
from assay.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from assay.errors import InputError
from assay.sheets.columns import CITATIONS, DATE, DAY, GAPS, CellError, Column, Kind, readings
from assay.sheets.files import from_cell, to_cell
from assay.sheets.rows import Assigner, Row, SheetRows, Target
from assay.workspace.edits import Edit, commit, path_of
from assay.workspace.load import Loaded
from assay.workspace.validate import KINDS as MODELS
from assay.yaml.edit import rewrite


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value before and after the import; empty for no value."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """Changes of one document or claim; ``row`` is the number of its row in ``place``.

    ``known_by`` is the column that a row without an id was matched by, unless it was equal.
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
    """A planned import, with the ``edit`` that carries it out.

    ``unchanged`` counts rows without a change, ``given_ids`` new documents and claims whose rows
    have no id.
    """

    changes: tuple[Change, ...]
    unchanged: int
    given_ids: int
    notes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]
    files: tuple[str, ...]
    edit: Edit = field(repr=False)


def plan_import(loaded: Loaded, sheets: SheetRows) -> Import:
    """Plan the changes that the rows make. Raises ``InputError`` with all errors in the rows."""
    assigner = Assigner(loaded)
    assigner.assign(sheets.rows)
    draft = _Draft(loaded, assigner)
    errors = [d for d in sheets.diagnostics if d.severity == "error"] + assigner.errors
    changes: list[Change] = []
    for target in assigner.targets:
        fields, cell_errors = draft.write(target)
        errors += cell_errors
        if target.model is None or fields:
            row = target.row
            changes.append(
                Change(
                    row.sheet.kind,
                    target.id,
                    target.model is None,
                    *row.place,
                    tuple(fields),
                    target.matched_by,
                )
            )
    assigned = {id(target.row) for target in assigner.targets}
    for row in (row for rows in sheets.rows.values() for row in rows if id(row) not in assigned):
        # The cells of a row that could not be assigned may have errors, too.
        errors += draft.updated({}, None, row)[2]
    errors = _verify(draft, errors)
    if errors:
        raise InputError(sort_diagnostics(errors))
    edit = draft.edit()
    return Import(
        changes=tuple(changes),
        unchanged=len(assigner.targets) - len(changes),
        given_ids=assigner.new_ids,
        notes=tuple(sheets.notes),
        warnings=tuple(d for d in sheets.diagnostics if d.severity != "error"),
        files=tuple(edit.files),
        edit=edit,
    )


def carry_out(planned: Import) -> None:
    """Write the files of a planned import, or none of them; raises as :func:`commit`."""
    commit(planned.edit)


# Changed documents ------------------------------------------------------------------------------


@dataclass
class _Draft:
    """The data of every document that a row is about.

    ``added`` are the new documents. ``rows`` has the row of each document, and of each claim by
    the ids of its document and its own. ``items`` has that of each item without an id, by document,
    list and place.
    """

    loaded: Loaded
    assigner: Assigner
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    rows: dict[tuple[str, str | None], Row] = field(default_factory=dict)
    items: dict[tuple[str, str, int], Row] = field(default_factory=dict)

    def write(self, target: Target) -> tuple[list[FieldChange], list[Diagnostic]]:
        """Write a row's values into its document; return the changes and the errors in cells."""
        document, row = target.document, target.row
        if target.item is not None:
            return self._write_item(target, *target.item)
        self.rows[document, target.claim] = row
        if target.claim is None:
            before = {"id": document}
            if target.model is not None:
                before = self.original(document)
            else:
                self.added.append(document)
                if row.sheet.kind != "profiles":  # whose sheet has a column for the kind
                    before = {"kind": row.sheet.kind.removesuffix("s"), "id": document}
            self.data[document], changes, errors = self.updated(before, target.model, row)
        else:
            profile = self.data.get(document) or self.original(document)
            claims = list(profile.get("claims") or [])
            at = next((i for i, c in enumerate(claims) if c["id"] == target.claim), len(claims))
            before = claims[at] if at < len(claims) else {"id": target.claim}
            claim, changes, errors = self.updated(before, target.model, row)
            claims[at : at + 1] = [claim]
            self.data[document] = profile | {"claims": claims}
        return changes, errors

    def _write_item(
        self, target: Target, name: str, at: int | None
    ) -> tuple[list[FieldChange], list[Diagnostic]]:
        """Write a row's values into an item of a profile that has no id."""
        profile = self.data.get(target.document) or self.original(target.document)
        items = list(profile.get(name) or [])
        place = len(items) if at is None else at
        item, changes, errors = self.updated(
            items[place] if at is not None else {}, target.model, target.row
        )
        items[place : place + 1] = [item]
        self.data[target.document] = profile | {name: items}
        self.items[target.document, name, place] = target.row
        return changes, errors

    def updated(
        self, data: Mapping[str, Any], model: Any, row: Row
    ) -> tuple[dict[str, Any], list[FieldChange], list[Diagnostic]]:
        """Return ``data`` with the values of a row, the changes, and the errors in its cells.

        A cell with the present value of ``model`` changes nothing, so the file keeps its spelling.
        """
        made = dict(data)
        changes: list[FieldChange] = []
        errors: list[Diagnostic] = []
        for column in row.sheet.columns:
            name = column.name
            if name not in row.given or name in ("id", "profile", "affects") or name in row.unread:
                continue
            cell = row[name]
            before = from_cell(to_cell(column.show(model))) if model is not None else ""
            if cell == before or (column.form in (DATE, DAY) and before in readings(cell)):
                continue
            value: Any = None
            comma = row.record.table.decimal_comma
            try:
                value = column.form.read(cell, comma) if cell else None
                if before and value == column.form.read(before, False):
                    continue
                value = self._with_ids(column, value)
                if column.form is GAPS:
                    value = _with_details(value, data.get("gaps"))
            except CellError as error:
                errors.append(row.error(name, error.message, error.hint))
                value = cell
            changed = _put(made, column.place, value, row.sheet.keys)
            if changed != made:
                made = changed
                changes.append(FieldChange(name, before, _after(value, cell)))
        return made, changes, errors

    def _with_ids(self, column: Column, value: Any) -> Any:
        """Replace a publisher's name and the web addresses of sources by their ids."""
        if column.name == "publisher" and value is not None:
            return self.assigner.named("publishers", value)
        if column.form is CITATIONS and value is not None:
            return [self._citation_with_id(item) for item in value]
        return value

    def _citation_with_id(self, item: Any) -> Any:
        address = item if isinstance(item, str) else item["id"]
        if not re.match(r"https?://", address, re.IGNORECASE):
            return item
        found = self.assigner.addressed(address)
        if found is None:
            raise CellError(
                f"no source has the address {address[:80]}",
                "add a row for it to the sheet 'sources', or add the source with 'assay cite'",
            )
        return found if isinstance(item, str) else {**item, "id": found}

    def original(self, document: str) -> dict[str, Any]:
        """Return the data of a document in its file."""
        subject = self.loaded.subjects[document]
        return dict(self.loaded.files[subject.file].readable())[subject.document]

    def edit(self) -> Edit:
        """Return the edit of the files that change."""
        workspace = self.loaded.workspace
        changed: dict[Path, dict[int, Mapping[str, Any]]] = {}
        new: dict[Path, list[dict[str, Any]]] = {}
        are_new = set(self.added)
        for document, data in self.data.items():
            if document in are_new:
                kind = data.get("kind")
                name = kind if kind in MODELS else "institution"
                new.setdefault(document_path(workspace, name, document), []).append(data)
            elif data != self.original(document):
                path, number = path_of(self.loaded, document)
                changed.setdefault(path, {})[number] = data
        edit = Edit(self.loaded)
        for path, documents in changed.items():
            edit[path] = rewrite(edit[path], workspace.relative(path), documents)
        for path, added in new.items():
            edit[path] = with_documents(workspace, path, edit[path], added)
        return edit

    def without(self, bad: Collection[tuple[str, int]]) -> _Draft:
        """Return the draft without the values of these rows.

        New documents stay, since others may refer to them.
        """
        data = dict(self.data)
        for (document, claim_id), row in self.rows.items():
            if row.place not in bad or (document in self.added and claim_id is None):
                continue
            before = {} if document in self.added else self.original(document)
            after = data[document]
            if claim_id is None:
                data[document] = before | ({"claims": after["claims"]} if "claims" in after else {})
                continue
            old = [c for c in before.get("claims") or () if c["id"] == claim_id]
            at = next(i for i, c in enumerate(after["claims"]) if c["id"] == claim_id)
            claims = [*after["claims"][:at], *old, *after["claims"][at + 1 :]]
            data[document] = after | {"claims": claims}
        for (document, name, at), row in sorted(self.items.items(), key=_last_first):
            if row.place in bad:
                before = {} if document in self.added else self.original(document)
                old = (before.get(name) or [])[at : at + 1]
                items = list(data[document][name])
                items[at : at + 1] = old
                changed = data[document] | {name: items}
                data[document] = changed if items else _without(changed, name)
        return replace(self, data=data)


def _last_first(item: tuple[tuple[str, str, int], Row]) -> tuple[str, str, int]:
    (document, name, at), _ = item
    return document, name, -at


def _without(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def _with_details(texts: list[str] | None, before: Any) -> list[Any] | None:
    """Keep the details of gaps whose text is unchanged; a cell has the texts alone."""
    details = {normalised(g["text"]): g for g in before or () if isinstance(g, dict)}
    return [details.get(text, text) for text in texts] if texts else None


def _put(
    data: Mapping[str, Any], place: Sequence[str], value: Any, order: Sequence[str]
) -> dict[str, Any]:
    """Return a copy of ``data`` with ``value`` at ``place``, and new keys in their usual order.

    None removes the key, and the mapping around it if it becomes empty.
    """
    made = dict(data)
    step, *rest = place
    if rest:
        inner = made.get(step)
        value = _put(inner if isinstance(inner, dict) else {}, rest, value, order) or None
    if value is None:
        made.pop(step, None)
        return made
    if step in made:
        made[step] = value
        return made
    earlier = order[: order.index(step)]
    at = max((i for i, key in enumerate(made, 1) if key in earlier), default=0)
    items = list(made.items())
    return dict([*items[:at], (step, value), *items[at:]])


def _after(value: Any, cell: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes"
    return str(value) if isinstance(value, (str, int, float)) else cell


# Verification -----------------------------------------------------------------------------------


def _verify(draft: _Draft, known: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the known errors and all others that the rows would bring into the workspace.

    References are checked only in documents whose values are valid. A second pass without the
    rows that have errors therefore finds the errors in the others.
    """
    found = [*known, *_new_errors(draft, known)]
    places = {(d.file, d.line) for d in found}
    rows = [*draft.rows.values(), *draft.items.values()]
    bad = {row.place for row in rows if row.place in places}
    if bad:
        # Claims that were left out are missing only in this second pass.
        left_out = [claim for (_, claim), row in draft.rows.items() if claim and row.place in bad]
        found += [
            diagnostic
            for diagnostic in _new_errors(draft.without(bad), found)
            if not any(repr(claim) in diagnostic.message for claim in left_out)
        ]
    return found


def _new_errors(draft: _Draft, known: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Load the workspace with the draft and return the errors that it does not have without."""
    edit = draft.edit()
    if not edit.contents:
        return
    loaded = draft.loaded
    places = {(d.file, d.line, d.column) for d in known}
    before = {(d.code, d.file, d.message) for d in loaded.errors}
    after = edit.load()
    documents = {subject: id_ for id_, subject in after.subjects.items()}
    for d in after.file_diagnostics:
        if d.severity == "error" and (d.code, d.file, d.message) not in before:
            yield d
    for finding in after.findings:
        in_file = after.placed(finding)
        if finding.severity != "error" or (in_file.code, in_file.file, in_file.message) in before:
            continue
        subject = finding.value.subject
        in_sheet = _in_sheet(draft, finding, documents.get(subject) if subject else None)
        placed = in_sheet or in_file
        if (placed.file, placed.line, placed.column) not in places:
            yield placed


def _in_sheet(draft: _Draft, finding: Diagnostic, document: str | None) -> Diagnostic | None:
    """Return the finding at the cell that it comes from; None if no row gave the value."""
    if document is None or document not in draft.data:
        return None
    path = finding.value.path
    row = draft.rows.get((document, None))
    if path[:1] == ("claims",) and len(path) > 1 and isinstance(path[1], int):
        claim = draft.data[document]["claims"][path[1]]
        row = draft.rows.get((document, claim.get("id")))
        path = path[2:]
    elif len(path) > 1 and isinstance(path[1], int):
        item = draft.items.get((document, str(path[0]), path[1]))
        row, path = (item, path[2:]) if item is not None else (row, path)
    if row is None:
        return None
    # The column with this path, otherwise one whose key the message mentions.
    by_path = [c.name for c in row.sheet.columns if path[: len(c.place)] == c.place]
    mentioned = re.findall(r"'([a-z_]+)[':]", f"{finding.message} {finding.hint}")
    column = next((name for name in (*by_path, *mentioned, "id") if name in row.given), "")
    cell = f"{row.record.name(column)} ({column}): " if column else ""
    located = finding.located(row.record.at(column))
    return replace(located, message=f"{cell}{located.message}")
