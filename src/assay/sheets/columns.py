"""The four sheets and their columns: which value of a document each stands for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args

from assay.model.evidence import (
    Claim,
    ClaimType,
    Directness,
    Nature,
    Publisher,
    Quantity,
    Section,
    Source,
)
from assay.model.profile import AnyProfile
from assay.sheets import forms
from assay.sheets.forms import Form

Kind = Literal["publishers", "sources", "profiles", "claims"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they refer to each other."""

Record = Publisher | Source | AnyProfile


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the value it stands for, how it is written, what it means."""

    name: str
    form: Form
    meaning: str
    path: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    width: int = 16

    @property
    def place(self) -> tuple[str, ...]:
        """Where the value is in the document, or in the claim."""
        return self.path or (self.name,)


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A sheet: its columns, those that tell it from the others, the order of a document's keys."""

    kind: Kind
    columns: tuple[Column, ...]
    marks: frozenset[str]
    keys: tuple[str, ...]

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def is_header(self, names: Collection[str]) -> bool:
        """Whether a row with these cells is the heading of such a sheet.

        It is, if it has what a new row needs, or the id and a column that no other sheet has.
        """
        given = set(names)
        return self.marks <= given or ("id" in given and bool(given & _OWN[self.kind]))


_FINAL = Column("status", forms.WORD, "draft: not yet confirmed", choices=("draft", "final"))
_AUDIENCE = Column("audience", forms.ID, "who may know it; empty for everybody")
_ID = Column("id", forms.ID, "made from the words where it is left empty", width=28)

PUBLISHERS = SheetKind(
    "publishers",
    (
        _ID,
        Column("name", forms.TEXT, "what it is called", width=30),
        Column("owner", forms.ID, "who owns it; outlets of one owner are one family", width=24),
        Column(
            "reliability",
            forms.TEXT,
            "Admiralty scale: A completely reliable … E unreliable; empty where unknown",
            choices=("A", "B", "C", "D", "E"),
            width=11,
        ),
        Column("reliability_reason", forms.TEXT, "what the reliability rests on", width=50),
        Column("reliability_date", forms.DATE, "when it was settled, or looked at last", width=15),
        Column("url", forms.TEXT, "its web address", width=30),
        Column("note", forms.TEXT, "anything else", width=40),
    ),
    frozenset({"name", "reliability"}),
    tuple(Publisher.model_fields),
)

SOURCES = SheetKind(
    "sources",
    (
        _ID,
        Column("title", forms.TEXT, "the title as published", width=50),
        Column("publisher", forms.ID, "the publisher's id or name", width=24),
        Column("url", forms.TEXT, "its web address", width=40),
        Column("published", forms.DATE, "2024-01-29, 2024-01, 2024-Q1 or 2024", width=12),
        Column("accessed", forms.DAY, "the day it was read", width=12),
        Column(
            "directness",
            forms.WORD,
            "did the publisher see it: record of an own act, first_hand, retelling, self_report",
            choices=get_args(Directness),
        ),
        Column(
            "attribution",
            forms.WORD,
            "does the text name what it draws on",
            choices=("named", "vague", "none"),
        ),
        Column("attributed_to", forms.TEXT, "whom the text credits", width=30),
        Column("cites", forms.IDS, "ids of the sources it draws on", width=30),
        Column("revises", forms.ID, "id of an earlier version of it", width=24),
        Column("retracted", forms.DAY, "the day it was retracted", width=12),
        Column("same_as", forms.IDS, "ids of the same publication", width=24),
        Column("not_same_as", forms.IDS, "ids of sources decided to be independent", width=24),
        Column("language", forms.TEXT, "en, fr, zh-Hant", width=10),
        Column("note", forms.TEXT, "anything else", width=40),
    ),
    frozenset({"title"}),
    tuple(Source.model_fields),
)

PROFILES = SheetKind(
    "profiles",
    (
        Column("kind", forms.WORD, "institution or event", choices=("institution", "event")),
        _ID,
        Column("name", forms.TEXT, "what it is called", width=40),
        Column("aliases", forms.NAMES, "other names, separated by semicolons", width=30),
        Column("type", forms.TEXT, "regulator, company, decision …"),
        Column("region", forms.TEXT, "Asia Pacific …"),
        Column("base", forms.TEXT, "where an institution is seated"),
        Column("domain", forms.TEXT, "the primary domain: Governance, Industry …"),
        Column("topics", forms.NAMES, "separated by semicolons", width=30),
        Column("date", forms.DATE, "when an event happened", width=12),
        Column("from", forms.DATE, "or from when", width=12),
        Column("until", forms.DATE, "until when", width=12),
        Column("bottom_line", forms.ID, "id of the claim that says it all", width=24),
        Column("gaps", forms.SENTENCES, "what is not known, one on each line", width=50),
        _AUDIENCE,
        Column("embargo", forms.DAY, "not shown before this day", width=12),
        _FINAL,
    ),
    frozenset({"kind", "name"}),
    (
        *("kind", "id", "name", "aliases", "type", "region", "base", "domain", "topics"),
        *("date", "from", "until", "bottom_line", "basis", "depends_on", "affects", "claims"),
        *("gaps", "watch", "image", "audience", "embargo", "status"),
    ),
)

CLAIMS = SheetKind(
    "claims",
    (
        Column("profile", forms.ID, "id or name of the profile it is about", width=28),
        _ID,
        Column("text", forms.TEXT, "the sentence", width=70),
        Column("nature", forms.WORD, "what kind of sentence", choices=get_args(Nature)),
        Column("section", forms.WORD, "where it stands in the briefing", choices=get_args(Section)),
        Column("type", forms.WORD, "what it speaks of", choices=get_args(ClaimType)),
        Column("key", forms.FLAG, "does the profile stand on it", choices=("yes",), width=6),
        Column(
            "holds",
            forms.WORD,
            "dated: true of a date; standing: true now, must be kept fresh",
            choices=("dated", "standing"),
            width=10,
        ),
        Column("as_of", forms.DATE, "the date it is true of", width=12),
        Column("checked", forms.DAY, "the day somebody last checked it", width=12),
        Column("measure", forms.TEXT, "what a figure counts", ("quantity", "measure"), width=24),
        Column("qualifier", forms.TEXT, "more than, about …", ("quantity", "qualifier")),
        Column("value", forms.NUMBER, "the figure", ("quantity", "value"), width=10),
        Column("unit", forms.TEXT, "of what", ("quantity", "unit")),
        Column(
            "sources",
            forms.CITATIONS,
            "ids or addresses of sources, separated by semicolons; details in brackets: "
            "daily-2024-01-29 [disputes, credibility 3, first_hand, at para 4]",
            width=50,
        ),
        Column("rests_on", forms.IDS, "the claims a judgement or forecast is drawn from", width=30),
        Column("contradicts", forms.IDS, "claims that cannot be true with it", width=24),
        Column("alternative_to", forms.ID, "the judgement it competes with", width=24),
        Column("likelihood", forms.SHARE, "of a forecast only: 0.4 or 40%", width=10),
        _AUDIENCE,
        _FINAL,
    ),
    frozenset({"profile", "text"}),
    (*Claim.model_fields, *Quantity.model_fields),
)

SHEETS: dict[Kind, SheetKind] = {s.kind: s for s in (PUBLISHERS, SOURCES, PROFILES, CLAIMS)}

_OWN: dict[Kind, frozenset[str]] = {
    kind: frozenset(sheet.by_name)
    - {name for other in SHEETS.values() if other.kind != kind for name in other.by_name}
    for kind, sheet in SHEETS.items()
}
"""The columns that one sheet has and no other."""

_ATTRIBUTES = {"from": "from_"}
_LEFT_OUT: dict[str, Any] = {"status": "final"}
"""Values that stand for themselves where nothing is written, and so are not shown."""


def shown(model: Any, column: Column) -> str:
    """What stands in the cell of a column for a document or a claim; empty where nothing does."""
    value = model
    for step in column.place:
        value = getattr(value, _ATTRIBUTES.get(step, step), None)
        if value is None:
            return ""
    if not isinstance(value, (int, float)) and not value:
        return ""
    if _LEFT_OUT.get(column.name) == value:
        return ""
    return column.form.show(value)
