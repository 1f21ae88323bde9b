"""Which document or claim each row is about; new ones are given ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from assay.authoring.addresses import address_key
from assay.authoring.cite import publication
from assay.authoring.ids import checked_id, first_free, slug
from assay.diagnostics import Diagnostic
from assay.documents.suggest import nearest
from assay.errors import UsageError
from assay.loading.load import Loaded
from assay.sheets.columns import Kind
from assay.sheets.matching import Match, Words, key, match
from assay.sheets.reading import Row

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
