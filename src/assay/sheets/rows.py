"""Which sheet a table is, and its rows; what is wrong with the sheet as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from assay.authoring.cite import address_key, publication
from assay.authoring.find import fold
from assay.authoring.new import checked_id, first_free, slug
from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, Position
from assay.diagnostics.suggest import nearest
from assay.errors import UsageError
from assay.sheets.columns import KINDS, SHEETS, Kind, SheetKind
from assay.sheets.files import Record, Records, Table, letters
from assay.workspace.load import Loaded


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one of the sheets; ``given`` are the columns that its sheet has."""

    sheet: SheetKind
    record: Record
    given: frozenset[str]
    decimal_comma: bool = False
    unread: frozenset[str] = frozenset()

    def __getitem__(self, column: str) -> str:
        return self.record[column]

    def mistake(self, column: str, message: str, hint: str = "") -> Diagnostic:
        """A mistake in one cell: its place, and what a spreadsheet calls it."""
        named = f"{self.record.name(column)} ({column}): {message}" if column else message
        return codes.SHEET_MISTAKE.at(self.record.at(column), named, hint)


@dataclass
class SheetRows:
    """All rows that were read, by sheet, and what is to be said about the sheets."""

    rows: dict[Kind, list[Row]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_rows(tables: Iterable[Table]) -> SheetRows:
    """The rows of the tables. Raises ``UsageError`` where none of them is such a sheet."""
    found = SheetRows()
    read = 0
    for table in tables:
        found.notes += [f"{table.place}: {note}" for note in table.notes]
        chosen = _recognised(table)
        if chosen is None:
            found.notes.append(
                f"{table.place}: not read: no row of headings says whether it holds "
                "publishers, sources, profiles or claims"
            )
            continue
        read += 1
        sheet, records = chosen
        found.diagnostics += _headings(sheet, records)
        found.diagnostics += _cells(table, sheet, records)
        found.rows[sheet.kind] += _rows(table, sheet, records)
    if not read:
        raise UsageError("; ".join(found.notes) or "there is no sheet to read")
    return found


def _recognised(table: Table) -> tuple[SheetKind, Records] | None:
    """The sheet that the table's name says it is, else that of which it has the columns."""
    kinds: Sequence[Kind] = sorted(KINDS, key=lambda kind: kind != table.name.casefold())
    for kind in kinds:
        sheet = SHEETS[kind]
        records = table.records(sheet.is_header)
        if records is not None:
            return sheet, records
    return None


def _headings(sheet: SheetKind, records: Records) -> Iterable[Diagnostic]:
    place = records.table.place
    for at, name in records.twice:
        yield codes.SHEET_MISTAKE.at(
            Position(place, records.header, at),
            f"{letters(at)}{records.header}: the column {name!r} stands here and in "
            f"{letters(records.columns[name])}",
            "keep one of the two",
        )
    for name, at in records.columns.items():
        if name in sheet.by_name:
            continue
        near = nearest(name, sheet.by_name)
        here = Position(place, records.header, at)
        cell = f"{letters(at)}{records.header}"
        if near is not None and near not in records.columns:
            yield codes.SHEET_MISTAKE.at(
                here, f"{cell}: there is no column {name!r}", f"did you mean {near!r}?"
            )
        else:
            yield codes.SHEET_COLUMN_NOT_READ.at(here, f"{cell}: the column {name!r} is not read")


def _cells(table: Table, sheet: SheetKind, records: Records) -> Iterable[Diagnostic]:
    """Cells that hold no value, and values that stand under no heading."""
    names = {at: name for name, at in records.columns.items()}
    for (row, at), what in sorted(table.unread.items()):
        if row > records.header and names.get(at) in sheet.by_name:
            yield codes.SHEET_MISTAKE.at(
                Position(table.place, row, at),
                f"{letters(at)}{row} ({names[at]}): the cell holds {what}",
                "replace it by its value (paste special: values)",
            )
    for record in records.rows:
        for at, cell in enumerate(record.cells, 1):
            if cell and at not in names:
                yield codes.SHEET_MISTAKE.at(
                    Position(table.place, record.number, at),
                    f"{letters(at)}{record.number}: the cell stands under no heading",
                    "give the column a heading, or put the text in quotes if a separator cut it",
                )


def _rows(table: Table, sheet: SheetKind, records: Records) -> list[Row]:
    names = {at: name for name, at in records.columns.items()}
    unread: dict[int, set[str]] = {}
    for row, at in table.unread:
        unread.setdefault(row, set()).add(names.get(at, ""))
    given = frozenset(records.columns) & frozenset(sheet.by_name)
    return [
        Row(
            sheet,
            record,
            given,
            table.decimal_comma,
            frozenset(unread.get(record.number, ())),
        )
        for record in records.rows
    ]


ALIKE, NEAR = 0.8, 0.6
"""Shares of likeness from which a text is the corrected form of another, and may be."""

_MARGIN = 0.1
_MOST_COMPARED = 400


@dataclass(frozen=True, slots=True)
class Match:
    """What a text was matched with; ``sure`` where nobody has to say so."""

    id: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the form in which it is compared."""

    key: str
    figures: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        return cls(key(text), tuple(re.findall(r"\d+", text)))


def match(text: str, candidates: Mapping[str, Words]) -> Match | None:
    """The candidate, by id, that ``text`` is a corrected form of.

    A likeness is sure where no figure differs, it is strong, and no other candidate comes close:
    "More than 40 approved" and "More than 70 approved" may well be two claims.
    """
    wanted = Words.of(text)
    alike = {i: words for i, words in candidates.items() if words.figures == wanted.figures}
    if found := _best(wanted, alike, NEAR if wanted.figures else ALIKE):
        return found
    others = {i: words for i, words in candidates.items() if i not in alike}
    near = _best(wanted, others, NEAR)
    return Match(near.id, sure=False) if near is not None else None


def _best(wanted: Words, candidates: Mapping[str, Words], strong: float) -> Match | None:
    """The most like of the candidates, if it is near at all.

    Equal figures say much more than equal words: rows of one table differ in nothing else.
    """
    ranked = sorted(
        (-_likeness(wanted.key, words.key), id_)
        for id_, words in list(candidates.items())[:_MOST_COMPARED]
    )
    if not ranked or -ranked[0][0] < NEAR:
        return None
    best, id_ = ranked[0]
    alone = len(ranked) == 1 or ranked[1][0] - best >= _MARGIN
    return Match(id_, sure=-best >= strong and alone)


def key(text: str) -> str:
    """The text without case, accents and spacing, for comparison."""
    return " ".join(fold(text).split())


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < NEAR:
        return 0.0
    return matcher.ratio()


_FIRST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Target:
    """What a row is about; ``model`` is what is there now, None for what is new.

    ``guessed`` says what a row without an id was known by, other than the very same words.
    """

    row: Row
    document: str
    claim: str | None
    model: Any
    guessed: str = ""

    @property
    def id(self) -> str:
        """``profile#claim`` for a claim."""
        return f"{self.document}#{self.claim}" if self.claim else self.document


@dataclass
class Targets:
    """All targets in the order of the sheets, and what keeps a row from having one."""

    found: list[Target] = field(default_factory=list)
    mistakes: list[Diagnostic] = field(default_factory=list)
    made: int = 0


_WORDS: Mapping[Kind, str] = {
    "publishers": "name",
    "sources": "title",
    "profiles": "name",
    "claims": "text",
}
"""By what a row is known that has no id."""


class Assigner:
    """Assigns rows to documents; two rows about one are a mistake."""

    def __init__(self, loaded: Loaded) -> None:
        corpus = loaded.corpus
        self._loaded = loaded
        self._models: dict[Kind, Mapping[str, Any]] = {
            "publishers": corpus.publishers,
            "sources": corpus.sources,
            "profiles": corpus.profiles,
        }
        self._taken: set[str] = set(loaded.subjects)
        self._rows: dict[tuple[str, str | None], Row] = {}
        self._names: dict[Kind, dict[str, str]] = {
            "publishers": {},
            "profiles": {},
        }
        self._addresses: dict[str, str] = {}
        self._by_id: dict[str, dict[str, Any]] = {}
        self._words: dict[str, dict[str, Words]] = {}
        for publisher in corpus.publishers.values():
            self._names["publishers"].setdefault(key(publisher.name), publisher.id)
        for profile in corpus.profiles.values():
            for name in (profile.name, *profile.aliases):
                self._names["profiles"].setdefault(key(name), profile.id)
        for source in corpus.sources.values():
            if source.url:
                self._addresses.setdefault(address_key(source.url), source.id)

    def named(self, kind: Kind, given: str) -> str:
        """The id of what is called ``given``; ``given`` itself where nothing is, or it is one."""
        if given in self._models[kind] or (given, None) in self._rows:
            return given
        return self._names[kind].get(key(given), given)

    def addressed(self, address: str) -> str | None:
        """The id of the source with this web address."""
        return self._addresses.get(address_key(address))

    def documents(self, kind: Kind, rows: list[Row], targets: Targets) -> None:
        """Targets for publishers, sources or profiles."""
        open_rows = []
        for row in rows:
            if not row["id"]:
                open_rows.append(row)
            elif (wrong := self._wrong_id(kind, row)) is not None:
                targets.mistakes.append(wrong)
            else:
                self._take(targets, row, row["id"], None, self._models[kind].get(row["id"]))
        for row in open_rows:
            self._without_id(kind, row, targets)

    def _wrong_id(self, kind: Kind, row: Row) -> Diagnostic | None:
        given = row["id"]
        try:
            checked_id(given)
        except UsageError as error:
            message, _, hint = str(error).partition(": ")
            return row.mistake("id", message, hint)
        if given in self._loaded.subjects and given not in self._models[kind]:
            place = self._loaded.subjects[given].file
            return row.mistake(
                "id",
                f"{given!r} is taken, in {place}, by another kind of document or one with mistakes",
                "write another id; 'assay check' says what is wrong with a document",
            )
        return None

    def _without_id(self, kind: Kind, row: Row, targets: Targets) -> None:
        column = _WORDS[kind]
        words = row[column]
        if not words:
            targets.mistakes.append(
                row.mistake(column, f"the row has neither an id nor a {column}", "write one")
            )
            return
        known = self._known(kind, row)
        if known is not None:
            by = "address" if kind == "sources" else ""
            self._take(targets, row, known, None, self._models[kind][known], guessed=by)
            return
        candidates = {
            id_: Words.of(getattr(model, column))
            for id_, model in self._models[kind].items()
            if (id_, None) not in self._rows and self._comparable(kind, row, model)
        }
        found = match(words, candidates)
        if found is not None and not (found.sure and kind == "sources"):
            targets.mistakes.append(self._unsure(row, column, found))
        elif found is not None:
            self._take(targets, row, found.id, None, self._models[kind][found.id], guessed=column)
        else:
            id_ = self._new_id(row, words)
            if id_ is None:
                targets.mistakes.append(
                    row.mistake("id", f"no id can be made of {words[:60]!r}", "write one")
                )
                return
            targets.made += 1
            self._take(targets, row, id_, None, None)

    def _known(self, kind: Kind, row: Row) -> str | None:
        """What has the row's very name or address."""
        if kind != "sources":
            id_ = self._names[kind].get(key(row["name"]))
            return id_ if id_ in self._models[kind] else None
        address = row["url"]
        id_ = self.addressed(address) if re.match(r"https?://", address) else None
        return id_ if id_ in self._models["sources"] else None

    def _comparable(self, kind: Kind, row: Row, model: Any) -> bool:
        """Whether a likeness of words would mean anything."""
        if kind != "sources":
            return True
        if row["url"] and model.url:
            return False
        publisher = self.named("publishers", row["publisher"])
        return publisher in ("", model.publisher or "") and row["published"] in (
            "",
            str(model.published or ""),
        )

    def _new_id(self, row: Row, words: str) -> str | None:
        made = slug(words)
        if re.match(r"https?://", row["url"]):
            with suppress(UsageError):
                made = publication(row["url"]).id
        return first_free(made, self._taken) if made else None

    def claims(self, rows: list[Row], targets: Targets) -> None:
        """Targets for claims: those with an id first, then those known by their words."""
        open_rows: list[tuple[Row, str]] = []
        for row in rows:
            profile = self.named("profiles", row["profile"])
            if (wrong := self._wrong_profile(row, profile)) is not None:
                targets.mistakes.append(wrong)
            elif not row["id"]:
                open_rows.append((row, profile))
            else:
                try:
                    checked_id(row["id"])
                except UsageError as error:
                    message, _, hint = str(error).partition(": ")
                    targets.mistakes.append(row.mistake("id", message, hint))
                else:
                    claims = self._claims(profile)
                    self._take(targets, row, profile, row["id"], claims.get(row["id"]))
        left = []
        for row, profile in open_rows:
            wanted = key(row["text"])
            same = (i for i, words in self._texts(profile).items() if words.key == wanted)
            found = next((i for i in same if (profile, i) not in self._rows), None)
            if found is not None and wanted:
                self._take(targets, row, profile, found, self._claims(profile)[found])
            else:
                left.append((row, profile))
        for row, profile in left:
            self._claim_without_id(row, profile, targets)

    def _claim_without_id(self, row: Row, profile: str, targets: Targets) -> None:
        text = row["text"]
        if not text:
            targets.mistakes.append(
                row.mistake("text", "the row has neither an id nor a text", "write the sentence")
            )
            return
        found = match(text, self._free(profile))
        if found is not None and not found.sure:
            targets.mistakes.append(self._unsure(row, "text", found))
            return
        if found is not None:
            model = self._claims(profile)[found.id]
            self._take(targets, row, profile, found.id, model, guessed="text")
            return
        made = slug(" ".join(text.split()[:_FIRST_WORDS]))
        if not made:
            targets.mistakes.append(
                row.mistake("id", f"no id can be made of {text[:60]!r}", "write one")
            )
            return
        number, id_ = 1, made
        while id_ in self._claims(profile) or (profile, id_) in self._rows:
            number += 1
            id_ = f"{made}-{number}"
        targets.made += 1
        self._take(targets, row, profile, id_, None)

    def _wrong_profile(self, row: Row, profile: str) -> Diagnostic | None:
        if profile in self._models["profiles"] or (profile, None) in self._rows:
            return None
        if not profile:
            return row.mistake(
                "profile", "the row does not say which profile it is about", "write its id or name"
            )
        if profile in self._loaded.subjects:
            return row.mistake(
                "profile",
                f"{profile!r} is not a profile, or has mistakes",
                "'assay check' says what is wrong with it",
            )
        known = [*self._models["profiles"], *(d for d, claim in self._rows if claim is None)]
        near = nearest(profile, known)
        hint = f"did you mean {near!r}?" if near else "give it a row in the sheet 'profiles'"
        return row.mistake("profile", f"there is no profile {profile[:60]!r}", hint)

    def _claims(self, profile: str) -> dict[str, Any]:
        if profile not in self._by_id:
            model = self._models["profiles"].get(profile)
            claims = model.claims if model is not None else ()
            self._by_id[profile] = {claim.id: claim for claim in claims}
        return self._by_id[profile]

    def _texts(self, profile: str) -> dict[str, Words]:
        """The texts of the profile's claims, in the form in which they are compared."""
        if profile not in self._words:
            self._words[profile] = {
                id_: Words.of(claim.text) for id_, claim in self._claims(profile).items()
            }
        return self._words[profile]

    def _free(self, profile: str) -> dict[str, Words]:
        """Those of the claims that no row is about yet."""
        return {
            id_: words
            for id_, words in self._texts(profile).items()
            if (profile, id_) not in self._rows
        }

    @staticmethod
    def _unsure(row: Row, column: str, found: Match) -> Diagnostic:
        return row.mistake(
            "id",
            f"the row has no id, and its {column} is much like that of {found.id!r}",
            f"write {found.id} if it is a correction of it, and a new id if it is not",
        )

    def _take(
        self,
        targets: Targets,
        row: Row,
        document: str,
        claim: str | None,
        model: Any,
        guessed: str = "",
    ) -> None:
        first = self._rows.get((document, claim))
        if first is not None:
            where = f"row {first.record.number}"
            if first.record.place != row.record.place:
                where = f"{first.record.place}, {where}"
            called = f"{document}#{claim}" if claim else document
            targets.mistakes.append(
                row.mistake("id", f"{called!r} is in {where} already", "keep one of the two rows")
            )
            return
        self._rows[document, claim] = row
        if claim is None:
            self._taken.add(document)
            if row.sheet.kind in self._names:
                self._names[row.sheet.kind].setdefault(key(row["name"]), document)
            elif re.match(r"https?://", row["url"]):
                self._addresses.setdefault(address_key(row["url"]), document)
        targets.found.append(Target(row, document, claim, model, guessed))
