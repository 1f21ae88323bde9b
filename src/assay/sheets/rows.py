"""Rows of imported sheets: read, and assigned to the documents and claims that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from assay.authoring.cite import publication
from assay.authoring.find import fold
from assay.authoring.new import CLAIM_ID_WORDS, checked_id, first_free, slug
from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Position
from assay.diagnostics.suggest import nearest
from assay.errors import UsageError
from assay.evidence.addresses import canonical_address
from assay.model.identity import Identity
from assay.model.identity import Kind as IdentityKind
from assay.sheets.columns import (
    DOCUMENTS,
    EDGES,
    ITEMS,
    KINDS,
    SHEETS,
    CellError,
    Column,
    Kind,
    SheetKind,
)
from assay.sheets.export import items_of
from assay.sheets.files import Record, Records, Table, cell_name, from_cell, to_cell
from assay.workspace.load import Loaded

# Reading ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one of the sheets.

    ``given`` are the columns of the table that the sheet knows, ``unread`` those of them whose
    cell has no value to read.
    """

    sheet: SheetKind
    record: Record
    given: frozenset[str]
    unread: frozenset[str]

    def __getitem__(self, column: str) -> str:
        return self.record[column]

    @property
    def place(self) -> tuple[str, int]:
        """The sheet and the number of the row."""
        return self.record.table.place, self.record.number

    def error(self, column: str, message: str, hint: str) -> Diagnostic:
        """Return an error in one cell."""
        named = f"{self.record.name(column)} ({column}): {message}"
        return codes.SHEET_MISTAKE.at(self.record.at(column), named, hint)


@dataclass
class SheetRows:
    """All rows that were read, by sheet, with problems of the sheets themselves."""

    rows: dict[Kind, list[Row]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_rows(tables: Iterable[Table]) -> SheetRows:
    """Read the rows of the tables. Raises ``UsageError`` if none of them is a known sheet."""
    found = SheetRows()
    read = 0
    for table in tables:
        found.notes += [f"{table.place}: {note}" for note in table.notes]
        # The sheet that the table's name suggests is tried first.
        for kind in sorted(
            KINDS, key=lambda k: (k != table.name.casefold(), -len(SHEETS[k].required))
        ):
            sheet = SHEETS[kind]
            records = table.records(sheet.is_header)
            if records is not None:
                read += 1
                found.diagnostics += _heading_problems(table, sheet, records)
                found.diagnostics += _cell_errors(table, sheet, records)
                found.rows[kind] += _rows(table, sheet, records)
                break
        else:
            found.notes.append(
                f"{table.place}: not read: no row of headings identifies it as a sheet of "
                "publishers, sources, profiles, claims, edges, watch items or factors"
            )
    if not read:
        raise UsageError("; ".join(found.notes) or "the files contain no sheet")
    return found


def _heading_problems(table: Table, sheet: SheetKind, records: Records) -> Iterator[Diagnostic]:
    row = records.header
    for at, name in records.repeated:
        first = cell_name(row, records.columns[name])
        message = f"duplicate column {name!r}, first in {first}"
        yield _problem(table, row, at, message, "delete or rename one of the two columns")
    for name, at in records.columns.items():
        if name in sheet.by_name:
            continue
        near = nearest(name, sheet.by_name)
        if near is not None and near not in records.columns:
            yield _problem(table, row, at, f"unknown column {name!r}", f"did you mean {near!r}?")
        else:
            message = f"the column {name!r} is not read"
            yield _problem(table, row, at, message, code=codes.SHEET_COLUMN_NOT_READ)


def _cell_errors(table: Table, sheet: SheetKind, records: Records) -> Iterator[Diagnostic]:
    names = {at: name for name, at in records.columns.items()}
    for (row, at), content in sorted(table.unread.items()):
        if row > records.header and names.get(at) in sheet.by_name:
            message = f"the cell of {names[at]!r} contains {content}, not a value"
            hint = "replace it by its value (paste special: values)"
            yield _problem(table, row, at, message, hint)
    for record in records.rows:
        for at, cell in enumerate(record.cells, 1):
            if cell and at not in names:
                message = "the cell is in a column without a heading"
                hint = "give the column a heading, or put the text in quotes if a separator cut it"
                yield _problem(table, record.number, at, message, hint)


def _problem(
    table: Table,
    row: int,
    column: int,
    message: str,
    hint: str = "",
    code: Code = codes.SHEET_MISTAKE,
) -> Diagnostic:
    named = f"{cell_name(row, column)}: {message}"
    return code.at(Position(table.place, row, column), named, hint)


def _rows(table: Table, sheet: SheetKind, records: Records) -> Iterator[Row]:
    given = frozenset(records.columns.keys() & sheet.by_name.keys())
    for record in records.rows:
        unread = {n for n in given if (record.number, records.columns[n]) in table.unread}
        yield Row(sheet, record, given, frozenset(unread))


# Similarity of texts ----------------------------------------------------------------------------

STRONG, NEAR = 0.8, 0.6
"""Similarity from which a text is a corrected form of another, and from which it may be."""

_MARGIN = 0.1
_MOST_COMPARED = 400


class Match(NamedTuple):
    """The best match of a text; the analyst must decide if it is not ``sure``."""

    id: str
    sure: bool


class Words(NamedTuple):
    """A text prepared for comparison, and the numbers in it."""

    key: str
    figures: list[str]

    @classmethod
    def of(cls, text: str) -> Words:
        return cls(comparison_key(text), re.findall(r"\d+", text))


def comparison_key(text: str) -> str:
    """Return a text without case, accents and spacing."""
    return " ".join(fold(text).split())


def match(text: str, candidates: Mapping[str, Words]) -> Match | None:
    """Return the candidate, by id, that ``text`` may be a corrected form of.

    A match is sure if no number differs, the similarity is strong, and no other candidate comes
    close: "More than 40 approved" and "More than 70 approved" may well be two claims.
    """
    wanted = Words.of(text)
    same = {i: words for i, words in candidates.items() if words.figures == wanted.figures}
    # Equal numbers mean more than equal words: rows of one table differ in nothing else.
    if found := _best(wanted, same, NEAR if wanted.figures else STRONG):
        return found
    others = {i: words for i, words in candidates.items() if i not in same}
    near = _best(wanted, others, NEAR)
    return Match(near.id, sure=False) if near is not None else None


def _best(wanted: Words, candidates: Mapping[str, Words], strong: float) -> Match | None:
    ranked = sorted(
        (-_similarity(wanted.key, words.key), id_)
        for id_, words in list(candidates.items())[:_MOST_COMPARED]
    )
    if not ranked or -ranked[0][0] < NEAR:
        return None
    best, id_ = ranked[0]
    alone = len(ranked) == 1 or ranked[1][0] - best >= _MARGIN
    return Match(id_, sure=-best >= strong and alone)


def _similarity(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < NEAR:
        return 0.0
    return matcher.ratio()


# Assignment -------------------------------------------------------------------------------------

_TEXT_COLUMN: Mapping[Kind, str] = {
    "publishers": "name",
    "sources": "title",
    "profiles": "name",
    "claims": "text",
}
"""The column that identifies a row without an id."""


@dataclass(frozen=True, slots=True)
class Target:
    """The document or claim that a row is about; ``model`` is None if it is new.

    ``matched_by`` is the column that a row without an id was matched by, unless it is equal.
    ``item`` is the list of an item without an id, and its place in it, None for a new item.
    """

    row: Row
    document: str
    claim: str | None
    model: Any
    matched_by: str = ""
    item: tuple[str, int | None] | None = None

    @property
    def id(self) -> str:
        """``profile#claim`` for a claim."""
        return f"{self.document}#{self.claim}" if self.claim else self.document


_KINDS: Mapping[Kind, IdentityKind] = {
    "publishers": "publisher",
    "sources": "source",
    "profiles": "profile",
}


class Assigner:
    """Assigns rows to documents and claims, by id, name, web address or similar text.

    A sheet that was exported before a rename has former ids, which are read as the current ones.
    """

    def __init__(self, loaded: Loaded) -> None:
        corpus = loaded.corpus
        self.targets: list[Target] = []
        self.errors: list[Diagnostic] = []
        self.new_ids = 0
        """How many rows for new documents and claims have no id."""
        self._loaded = loaded
        self._identity = Identity(corpus)
        self._models: dict[Kind, Mapping[str, Any]] = {
            "publishers": corpus.publishers,
            "sources": corpus.sources,
            "profiles": corpus.profiles,
        }
        self._rows: dict[tuple[str, str | None], Row] = {}
        self._document_ids = set(loaded.subjects)
        self._claims: dict[str, dict[str, Any]] = {}
        self._claim_ids: dict[str, set[str]] = {}
        self._claim_words: dict[str, dict[str, Words]] = {}
        self._names: dict[Kind, dict[str, str]] = {"publishers": {}, "profiles": {}}
        self._addresses: dict[str, str] = {}
        for publisher in corpus.publishers.values():
            self._names["publishers"].setdefault(comparison_key(publisher.name), publisher.id)
        for profile in corpus.profiles.values():
            for name in (profile.name, *profile.aliases):
                self._names["profiles"].setdefault(comparison_key(name), profile.id)
        for source in corpus.sources.values():
            if source.url:
                self._addresses.setdefault(canonical_address(source.url), source.id)

    def assign(self, rows: Mapping[Kind, list[Row]]) -> None:
        """Find the targets of all rows; those with an id first, since they take precedence."""
        for kind in DOCUMENTS:
            for row in rows[kind]:
                if row["id"] and self._is_valid_id(row) and self._is_free(kind, row):
                    id_ = self._identity.now(_KINDS[kind], row["id"])
                    self._add(row, id_, None, self._models[kind].get(id_))
            for row in rows[kind]:
                if not row["id"]:
                    self._assign_document(kind, row)
        self._assign_claims(rows["claims"])
        for kind in ITEMS:
            self._assign_items(kind, rows[kind])

    def named(self, kind: Kind, text: str) -> str:
        """Return the id of the publisher or profile with this id or name; otherwise the text."""
        text = self._identity.now(_KINDS[kind], text)
        if text in self._models[kind] or (text, None) in self._rows:
            return text
        return self._names[kind].get(comparison_key(text), text)

    def addressed(self, address: str) -> str | None:
        """Return the id of the source with this web address."""
        return self._addresses.get(canonical_address(address))

    def _is_valid_id(self, row: Row) -> bool:
        try:
            checked_id(row["id"])
        except UsageError as error:
            message, _, hint = str(error).partition("; ")
            self.errors.append(row.error("id", message, hint))
            return False
        return True

    def _is_free(self, kind: Kind, row: Row) -> bool:
        given = row["id"]
        if given not in self._loaded.subjects or given in self._models[kind]:
            return True
        file = self._loaded.subjects[given].file
        message = (
            f"the id {given!r} is taken, in {file}, by a document of another kind or with errors"
        )
        self.errors.append(
            row.error(
                "id", message, "use another id, or correct the errors that 'assay check' lists"
            )
        )
        return False

    def _assign_document(self, kind: Kind, row: Row) -> None:
        column = _TEXT_COLUMN[kind]
        text = row[column]
        models = self._models[kind]
        if not text:
            self.errors.append(row.error(column, f"the row has no id and no {column}", "add one"))
            return
        known = self._exact(kind, row)
        if known is not None:
            matched_by = "address" if kind == "sources" else ""
            self._add(row, known, None, models[known], matched_by)
            return
        candidates = {
            id_: Words.of(getattr(model, column))
            for id_, model in models.items()
            if (id_, None) not in self._rows and self._is_comparable(kind, row, model)
        }
        found = match(text, candidates)
        if found is not None and (kind != "sources" or not found.sure):
            self.errors.append(_ambiguous(row, column, found))
        elif found is not None:
            self._add(row, found.id, None, models[found.id], column)
        else:
            made = slug(text)
            if re.match(r"https?://", row["url"]):
                with suppress(UsageError):
                    made = publication(row["url"]).id
            self._add_new(row, made, text, self._document_ids)

    def _exact(self, kind: Kind, row: Row) -> str | None:
        """Return the id of the document with the row's name or address."""
        if kind != "sources":
            id_ = self._names[kind].get(comparison_key(row["name"]))
        else:
            address = row["url"]
            id_ = self.addressed(address) if re.match(r"https?://", address) else None
        return id_ if id_ in self._models[kind] else None

    def _is_comparable(self, kind: Kind, row: Row, model: Any) -> bool:
        """Return whether similar titles could mean one source: nothing else may differ."""
        if kind != "sources":
            return True
        if row["url"] and model.url:
            return False
        publisher = self.named("publishers", row["publisher"])
        return publisher in ("", model.publisher or "") and row["published"] in (
            "",
            str(model.published or ""),
        )

    def _assign_claims(self, rows: list[Row]) -> None:
        without_id: list[tuple[Row, str]] = []
        for row in rows:
            profile = self.named("profiles", row["profile"])
            if (error := self._profile_error(row, profile)) is not None:
                self.errors.append(error)
                continue
            if profile not in self._claims:
                model = self._models["profiles"].get(profile)
                claims = {claim.id: claim for claim in model.claims} if model is not None else {}
                self._claims[profile] = claims
                self._claim_ids[profile] = set(claims)
                self._claim_words[profile] = {i: Words.of(c.text) for i, c in claims.items()}
            if not row["id"]:
                without_id.append((row, profile))
            elif self._is_valid_id(row):
                now = self._identity.now("claim", f"{profile}#{row['id']}")
                id_ = now.removeprefix(f"{profile}#")
                id_ = row["id"] if "#" in id_ else id_
                self._add(row, profile, id_, self._claims[profile].get(id_))
        changed = []
        for row, profile in without_id:
            key = comparison_key(row["text"])
            free = self._free_claims(profile)
            found = next((i for i, words in free.items() if key and words.key == key), None)
            if found is not None:
                self._add(row, profile, found, self._claims[profile][found])
            else:
                changed.append((row, profile))
        for row, profile in changed:
            self._assign_changed_claim(row, profile)

    def _assign_items(self, kind: Kind, rows: list[Row]) -> None:
        """Find the items that rows are about: first the equal ones, then those with equal keys."""
        taken: set[tuple[str, str, int]] = set()
        left: list[tuple[Row, str]] = []
        for row in rows:
            profile = self.named("profiles", row["profile"])
            if (error := self._profile_error(row, profile)) is not None:
                self.errors.append(error)
            elif row["affects"] and isinstance(_affects(row), str):
                message = f"{row['affects'][:60]!r} is neither yes nor no"
                self.errors.append(row.error("affects", message, "write yes, or leave it empty"))
            elif not self._take_item(kind, row, profile, tuple(row.given), taken):
                left.append((row, profile))
        for row, profile in left:
            if not self._take_item(kind, row, profile, ITEMS[kind], taken):
                self._add_item(kind, row, profile)

    def _take_item(
        self,
        kind: Kind,
        row: Row,
        profile: str,
        columns: Sequence[str],
        taken: set[tuple[str, str, int]],
    ) -> bool:
        """Assign the row to the first free item with equal cells in these columns, if any."""
        model = self._models["profiles"].get(profile)
        for name, at, item in items_of(kind, model) if model is not None else ():
            if (profile, name, at) in taken or name != _list_of(kind, row):
                continue
            cells = {
                c.name: from_cell(to_cell(c.show(item)))
                for c in row.sheet.columns
                if c.name not in ("profile", "affects")
            }
            compared = [c for c in row.sheet.columns if c.name in columns and c.name in cells]
            if all(_read(c, row[c.name]) == _read(c, cells[c.name]) for c in compared):
                taken.add((profile, name, at))
                self.targets.append(Target(row, profile, None, item, item=(name, at)))
                return True
        return False

    def _add_item(self, kind: Kind, row: Row, profile: str) -> None:
        missing = [c for c in ITEMS[kind] if not row[c]]
        if missing:
            self.errors.append(row.error(missing[0], f"the row has no {missing[0]}", "add it"))
        else:
            self.targets.append(Target(row, profile, None, None, item=(_list_of(kind, row), None)))

    def _profile_error(self, row: Row, profile: str) -> Diagnostic | None:
        if profile in self._models["profiles"] or (profile, None) in self._rows:
            return None
        if not profile:
            return row.error("profile", "the row names no profile", "add the profile's id or name")
        if profile in self._loaded.subjects:
            return row.error(
                "profile",
                f"{profile!r} is not a profile, or has errors",
                "list the errors with 'assay check'",
            )
        known = [*self._models["profiles"], *(d for d, claim in self._rows if claim is None)]
        near = nearest(profile, known)
        hint = f"did you mean {near!r}?" if near else "add a row for it to the sheet 'profiles'"
        return row.error("profile", f"unknown profile {profile[:60]!r}", hint)

    def _free_claims(self, profile: str) -> dict[str, Words]:
        """Return the claims that no row is about yet."""
        return {
            i: w for i, w in self._claim_words[profile].items() if (profile, i) not in self._rows
        }

    def _assign_changed_claim(self, row: Row, profile: str) -> None:
        text = row["text"]
        if not text:
            self.errors.append(row.error("text", "the row has no id and no text", "add the text"))
            return
        found = match(text, self._free_claims(profile))
        if found is None:
            made = slug(" ".join(text.split()[:CLAIM_ID_WORDS]))
            self._add_new(row, made, text, self._claim_ids[profile], profile)
        elif found.sure:
            self._add(row, profile, found.id, self._claims[profile][found.id], "text")
        else:
            self.errors.append(_ambiguous(row, "text", found))

    def _add_new(
        self, row: Row, id_: str, text: str, taken: set[str], profile: str | None = None
    ) -> None:
        if not id_:
            self.errors.append(row.error("id", f"no id can be made from {text[:60]!r}", "add one"))
            return
        self.new_ids += 1
        free = first_free(id_, taken)
        self._add(row, profile or free, free if profile else None, None)

    def _add(
        self, row: Row, document: str, claim: str | None, model: Any, matched_by: str = ""
    ) -> None:
        target = Target(row, document, claim, model, matched_by)
        first = self._rows.get((document, claim))
        if first is not None:
            place, number = first.place
            where = f"row {number}" if place == row.place[0] else f"{place}, row {number}"
            self.errors.append(
                row.error(
                    "id", f"{target.id!r} is already in {where}", "delete one of the two rows"
                )
            )
            return
        self._rows[document, claim] = row
        self.targets.append(target)
        if claim is not None:
            self._claim_ids[document].add(claim)
            return
        self._document_ids.add(document)
        if row.sheet.kind in self._names:
            self._names[row.sheet.kind].setdefault(comparison_key(row["name"]), document)
        elif re.match(r"https?://", row["url"]):
            self._addresses.setdefault(canonical_address(row["url"]), document)


def _read(column: Column, cell: str) -> Any:
    """Return the value of a cell for comparison: its text if it has none, or an error."""
    try:
        return column.form.read(cell, False) if cell else cell
    except CellError:
        return cell


def _list_of(kind: Kind, row: Row) -> str:
    """Return the list of a profile that the row is about."""
    if kind != "edges":
        return kind
    return "affects" if _affects(row) is True else "depends_on"


def _affects(row: Row) -> Any:
    return _read(EDGES.by_name["affects"], row["affects"])


def _ambiguous(row: Row, column: str, found: Match) -> Diagnostic:
    return row.error(
        "id",
        f"the row has no id, and its {column} is similar to that of {found.id!r}",
        f"add the id {found.id} if it is a correction of it, otherwise a new id",
    )
