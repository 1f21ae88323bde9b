"""The documents as they would be with the rows of sheets written into them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.authoring.edit import current, path_of
from assay.authoring.new import document_path, with_documents
from assay.diagnostics import Diagnostic
from assay.documents.yaml_rewrite import rewrite
from assay.loading.load import Loaded
from assay.loading.validate import KINDS as MODELS
from assay.sheets.columns import Column
from assay.sheets.forms import CITATIONS, CellError
from assay.sheets.reading import Row
from assay.sheets.rewriting import FieldChange, rewritten
from assay.sheets.targets import Assigner, Target


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
