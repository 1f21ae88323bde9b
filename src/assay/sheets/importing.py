"""A document's data with the values that a row gives, and what that changes, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assay.authoring.new import document_path, with_documents
from assay.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from assay.errors import InputError
from assay.sheets import columns as forms
from assay.sheets.columns import CITATIONS, KINDS, CellError, Column, Kind, Locale, shown
from assay.sheets.files import shielded, unshielded
from assay.sheets.rows import Assigner, Row, SheetRows, Target, Targets
from assay.workspace.load import Loaded, load_workspace
from assay.workspace.transactions import current, path_of, write_files
from assay.workspace.validate import KINDS as MODELS
from assay.yaml.edit import rewrite


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value: what stood there, what will; empty for nothing."""

    column: str
    before: str
    after: str


Resolve = Callable[[Column, Any], Any]
"""What a value read from a cell stands for: the id that belongs to a name or an address."""


def rewritten(
    data: Mapping[str, Any], model: Any, row: Row, resolve: Resolve
) -> tuple[dict[str, Any], list[FieldChange], list[Diagnostic]]:
    """``data`` with what the row says; ``model`` is what is there now, None for what is new.

    A cell that says what is there already changes nothing, however it is written in the file.
    """
    made = deepcopy(dict(data))
    changes: list[FieldChange] = []
    mistakes: list[Diagnostic] = []
    for column in row.sheet.columns:
        name = column.name
        if name not in row.given or name in ("id", "profile") or name in row.unread:
            continue
        cell = row[name]
        before = unshielded(shielded(shown(model, column))) if model is not None else ""
        if _says(cell, before, column):
            continue
        value: Any = None
        if cell:
            try:
                value = resolve(column, column.form.read(cell, Locale(row.decimal_comma)))
            except CellError as error:
                mistakes.append(row.mistake(name, error.message, error.hint))
                value = cell
        changed = put(made, column.place, value, row.sheet.keys)
        if changed != made:
            made = changed
            changes.append(FieldChange(name, before, _shown(value, cell)))
    return made, changes, mistakes


def _says(cell: str, before: str, column: Column) -> bool:
    return cell == before or (
        column.form in (forms.DATE, forms.DAY) and before in forms.readings(cell)
    )


def _shown(value: Any, cell: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes"
    return str(value) if isinstance(value, (str, int, float)) else cell


def put(
    data: Mapping[str, Any], place: Sequence[str], value: Any, order: Sequence[str]
) -> dict[str, Any]:
    """A copy of ``data`` with ``value`` at ``place``, its keys in ``order``.

    None takes the key away, and a mapping that becomes empty with it.
    """
    made = dict(data)
    step, *rest = place
    if rest:
        inner = made.get(step)
        value = put(inner if isinstance(inner, dict) else {}, rest, value, order) or None
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


@dataclass
class Draft:
    """``data`` of every document that a row is about; ``added`` are those that are new.

    ``rows`` says which row gave a document, or with the claim's id a claim.
    """

    loaded: Loaded
    assigner: Assigner
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    rows: dict[tuple[str, str | None], Row] = field(default_factory=dict)

    def write(self, target: Target) -> tuple[list[FieldChange], list[Diagnostic]]:
        """Write a row's values into its document; what that changes, and the mistakes in cells."""
        self.rows[target.document, target.claim] = target.row
        if target.claim is None:
            if target.model is None:
                self.added.append(target.document)
            before = self._before(target)
            data, changes, mistakes = rewritten(before, target.model, target.row, self._resolve)
            self.data[target.document] = data
        else:
            profile = self.data.get(target.document) or self.written(target.document)
            claims = list(profile.get("claims") or [])
            at = next((i for i, c in enumerate(claims) if c["id"] == target.claim), len(claims))
            before = claims[at] if at < len(claims) else {"id": target.claim}
            claim, changes, mistakes = rewritten(before, target.model, target.row, self._resolve)
            claims[at:] = [claim, *claims[at + 1 :]]
            self.data[target.document] = profile | {"claims": claims}
        return changes, mistakes

    def look_at(self, row: Row) -> list[Diagnostic]:
        """The mistakes in the cells of a row that is about nothing."""
        return rewritten({}, None, row, self._resolve)[2]

    def _before(self, target: Target) -> dict[str, Any]:
        if target.model is not None:
            return self.written(target.document)
        kind = {"publishers": "publisher", "sources": "source"}.get(target.row.sheet.kind)
        return {"kind": kind, "id": target.document} if kind else {"id": target.document}

    def written(self, document: str) -> dict[str, Any]:
        """The data of a document as its file has it."""
        subject = self.loaded.subjects[document]
        return dict(self.loaded.files[subject.file].readable())[subject.document]

    def _resolve(self, column: Column, value: Any) -> Any:
        """Names of publishers and addresses of sources stand for their ids."""
        if column.name == "publisher" and isinstance(value, str):
            return self.assigner.named("publishers", value)
        if column.form is CITATIONS and value is not None:
            return [self._cited(item) for item in value]
        return value

    def _cited(self, item: Any) -> Any:
        id_ = item if isinstance(item, str) else item["id"]
        if not re.match(r"https?://", id_, re.IGNORECASE):
            return item
        found = self.assigner.addressed(id_)
        if found is None:
            raise CellError(
                f"no source has the address {id_[:80]}",
                "give it a row in the sheet 'sources', or write it down with 'assay cite'",
            )
        return found if isinstance(item, str) else {**item, "id": found}

    def contents(self) -> dict[Path, bytes]:
        """The files as they would be, without those that would stay as they are."""
        workspace = self.loaded.workspace
        changed: dict[Path, dict[int, Mapping[str, Any]]] = {}
        new: dict[Path, list[dict[str, Any]]] = {}
        added = set(self.added)
        for document, data in self.data.items():
            if document in added:
                kind = data.get("kind")
                name = kind if kind in MODELS else "institution"
                new.setdefault(document_path(workspace, name, document), []).append(data)
            elif data != self.written(document):
                path, number = path_of(self.loaded, document)
                changed.setdefault(path, {})[number] = data
        contents = {
            path: rewrite(current(path), workspace.relative(path), documents)
            for path, documents in changed.items()
        }
        for path, documents in new.items():
            existing = contents.get(path, current(path))
            contents[path] = with_documents(workspace, path, existing, documents)
        return contents

    def without(self, bad: Collection[int]) -> Draft:
        """The same without what the rows with these identities say, as far as it can be left out.

        A new document stays, since others may name it.
        """
        data = dict(self.data)
        for (document, claim_id), row in self.rows.items():
            if id(row) not in bad or (document in self.added and claim_id is None):
                continue
            before = {} if document in self.added else self.written(document)
            if claim_id is None:
                data[document] = before | (
                    {"claims": data[document]["claims"]} if "claims" in data[document] else {}
                )
                continue
            old = next((c for c in before.get("claims") or () if c["id"] == claim_id), None)
            claims = [
                old if claim["id"] == claim_id else claim
                for claim in data[document]["claims"]
                if old is not None or claim["id"] != claim_id
            ]
            data[document] = data[document] | {"claims": claims}
        return Draft(self.loaded, self.assigner, data, self.added, self.rows)


def verify(draft: Draft, told: Sequence[Diagnostic]) -> list[Diagnostic]:
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
    mistakes = verify(draft, mistakes)
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
