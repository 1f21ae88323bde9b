"""How a value stands in a cell, and how a cell is read: dates, lists, citations, yes and no."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from assay.model.dates import PartialDate
from assay.model.documents import (
    AnyProfile,
    Citation,
    Claim,
    ClaimType,
    Directness,
    Nature,
    Publisher,
    Quantity,
    Section,
    Source,
    Stance,
)

ABSENT = None
"""What an empty cell is read as: the value is not there."""


class CellError(Exception):
    """A cell that cannot be read: what is wrong with it, and what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Locale:
    """How the sheet's spreadsheet writes numbers."""

    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """``show`` writes a value of the model into a cell, ``read`` makes plain data of a cell.

    ``read`` is not asked about empty cells. It lets through what the model will refuse in its own
    words, and raises ``CellError`` only for what makes no sense as a cell.
    """

    show: Callable[[Any], str]
    read: Callable[[str, Locale], Any]
    hint: str


def _text(cell: str, _locale: Locale) -> str:
    return cell


TEXT = Form(str, _text, "text")


def _word(cell: str, _locale: Locale) -> str:
    return "_".join(cell.casefold().replace("-", " ").split())


WORD = Form(str, _word, "one of the words")


ID = Form(str, _text, "an id")

_YES = frozenset(["yes", "y", "true", "x", "1", "✓", "✔", "wahr", "ja", "oui", "vrai", "sí", "si"])
_NO = frozenset(["no", "n", "false", "0", "falsch", "nein", "non", "faux", "-"])


def _flag(cell: str, _locale: Locale) -> Any:
    word = cell.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return ABSENT
    raise CellError(f"{_short(cell)} is neither yes nor no", "write yes, or leave the cell empty")


FLAG = Form(lambda value: "yes" if value else "", _flag, "yes or empty")

_LARGEST = 2**62
_PLAIN_NUMBER = re.compile(r"[-−+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)


def _number(cell: str, locale: Locale) -> Any:
    text = re.sub(r"[\s\u00a0\u202f']", "", cell).replace("−", "-")
    if locale.decimal_comma:
        # 1.234,5: points group thousands there, and a lone point before three digits is one too.
        grouped = re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", text)
        text = (text.replace(".", "") if grouped else text).replace(",", ".", 1)
    elif re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    if not _PLAIN_NUMBER.fullmatch(text):
        unit = "; the unit has a column of its own" if re.match(r"[-+]?\d", text) else ""
        raise CellError(f"{_short(cell)} is not a number", f"write digits alone: 40.5{unit}")
    number = int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
    if not -_LARGEST <= number <= _LARGEST:
        raise CellError(f"{_short(cell)} is too large a number", "give it in a larger unit")
    return number


NUMBER = Form(repr, _number, "a number")


def _share(cell: str, locale: Locale) -> Any:
    if cell.endswith("%"):
        return round(_number(cell[:-1], locale) / 100, 12)
    return float(_number(cell, locale))


SHARE = Form(lambda value: repr(float(value)), _share, "0.4 or 40%")

_MONTHS = {
    name: i
    for i, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_NAMED = re.compile(r"(?:(\d{1,2})[- ])?([a-z]{3})[a-z]*\.?[- ](\d{2}|\d{4})", re.ASCII)
_STAMPED = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(?::00)?", re.ASCII)


def readings(cell: str) -> list[str]:
    """The dates that a cell can mean, as documents write them; empty where it is none.

    More than one where day and month cannot be told apart: 03/04/2024.
    """
    text = cell.strip().casefold()
    if match := _STAMPED.fullmatch(text):
        return [match[1]]
    found: list[str] = []
    if match := _SLASHED.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        days = {f"{match[3]}-{m:02d}-{d:02d}" for d, m in ((first, second), (second, first))}
        found = sorted(days)
    elif match := _DOTTED.fullmatch(text):
        found = [f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"]
    elif (match := _NAMED.fullmatch(text)) and match[2] in _MONTHS:
        year = match[3] if len(match[3]) == 4 else f"20{match[3]}"
        found = [f"{year}-{_MONTHS[match[2]]:02d}" + (f"-{int(match[1]):02d}" if match[1] else "")]
    elif match := re.fullmatch(r"(\d{4})[- ]?q([1-4])|q([1-4])[- ](\d{4})", text):
        found = [f"{match[1] or match[4]}-Q{match[2] or match[3]}"]
    return [date for date in found if _is_date(date)]


def _is_date(text: str) -> bool:
    try:
        PartialDate.parse(text)
    except ValueError:
        return False
    return True


def _date(cell: str, _locale: Locale) -> str:
    if _is_date(cell):
        return cell
    found = readings(cell)
    if len(found) > 1:
        raise CellError(
            f"{_short(cell)} can be {found[0]} or {found[1]}", f"write {found[0]} or {found[1]}"
        )
    return found[0] if found else cell


DATE = Form(str, _date, "2024-01-29, 2024-01, 2024-Q1 or 2024")
DAY = Form(str, _date, "2024-01-29")


def _ids(cell: str, _locale: Locale) -> Any:
    return [part for part in re.split(r"[;,\s]+", cell) if part] or ABSENT


IDS = Form("; ".join, _ids, "ids, separated by semicolons")


def _names(cell: str, _locale: Locale) -> Any:
    return _split(cell, ";\n") or ABSENT


NAMES = Form(lambda v: "; ".join(_escaped(x, ";") for x in v), _names, "separated by semicolons")


def _sentences(cell: str, _locale: Locale) -> Any:
    return _split(cell, "\n") or ABSENT


SENTENCES = Form(lambda v: "\n".join(_escaped(x, "") for x in v), _sentences, "one on each line")


def _escaped(text: str, also: str) -> str:
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    return re.sub(f"[{re.escape(also)}]", r"\\\g<0>", text) if also else text


def _split(cell: str, separators: str) -> list[str]:
    """The parts between separators; a backslash takes its meaning from the next character."""
    parts, current, escaped = [], "", False
    for character in cell:
        if escaped:
            current += "\n" if character == "n" else character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character in separators:
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current + ("\\" if escaped else ""))
    return [stripped for part in parts if (stripped := part.strip())]


_STANCES: Sequence[str] = get_args(Stance)
_DIRECTNESS: Sequence[str] = get_args(Directness)


def _cited(citations: Iterable[Citation]) -> str:
    """``daily-2024-01-29; other [disputes, credibility 3, first_hand, at para 4]``."""
    return "; ".join(_one_cited(citation) for citation in citations)


def _one_cited(citation: Citation) -> str:
    said: list[str] = []
    if citation.stance != "supports":
        said.append(citation.stance)
    if citation.credibility is not None:
        said.append(f"credibility {citation.credibility}")
    if citation.directness is not None:
        said.append(citation.directness)
    if citation.locator is not None:
        said.append(f"at {_escaped(citation.locator, ']')}")
    return f"{citation.id} [{', '.join(said)}]" if said else citation.id


_CITED = re.compile(r"\s*([^\s;,\[\]]+)\s*(?:\[((?:[^\]\\]|\\.)*)\])?\s*(?:[;,]|\n|$)", re.DOTALL)


def _citations(cell: str, _locale: Locale) -> Any:
    found: list[Any] = []
    at = 0
    while at < len(cell) and cell[at:].strip(" \t\n;,"):
        at += len(cell[at:]) - len(cell[at:].lstrip(" \t\n;,"))
        match = _CITED.match(cell, at)
        if match is None:
            raise CellError(
                f"{_short(cell[at:])} is not a source",
                "write the source's id, and what is to be said of it in brackets: "
                "daily-2024-01-29 [disputes, at para 4]",
            )
        found.append(_citation(match[1], match[2]))
        at = match.end()
    return found or ABSENT


def _citation(id_: str, details: str | None) -> Any:
    """The short form where there is nothing else to say."""
    item: dict[str, Any] = {}
    rest = (details or "").strip()
    while rest:
        if place := re.fullmatch(r"at\s+(.+)", rest, re.DOTALL):
            item["locator"] = re.sub(r"\\(.)", _unescaped, place[1].strip(), flags=re.DOTALL)
            break
        word, _, rest = (part.strip() for part in rest.partition(","))
        key, value = _detail(word)
        item[key] = value
    if item.get("stance") == "supports":
        del item["stance"]
    order = ("stance", "locator", "credibility", "directness")
    return {"id": id_, **{k: item[k] for k in order if k in item}} if item else id_


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]


def _detail(word: str) -> tuple[str, Any]:
    plain = "_".join(word.casefold().replace("-", " ").split())
    if plain in _STANCES:
        return "stance", plain
    if plain in _DIRECTNESS:
        return "directness", plain
    if match := re.fullmatch(r"credibility_([1-6])", plain):
        return "credibility", int(match[1])
    raise CellError(
        f"{_short(word)} says nothing of a citation",
        f"write {', '.join([*_STANCES, *_DIRECTNESS])}, credibility 1 to 5, or at PLACE",
    )


CITATIONS = Form(_cited, _citations, "ids of sources, details in brackets")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= 60 else plain[:59] + "…")


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


_FINAL = Column("status", WORD, "draft: not yet confirmed", choices=("draft", "final"))
_AUDIENCE = Column("audience", ID, "who may know it; empty for everybody")
_ID = Column("id", ID, "made from the words where it is left empty", width=28)

PUBLISHERS = SheetKind(
    "publishers",
    (
        _ID,
        Column("name", TEXT, "what it is called", width=30),
        Column("owner", ID, "who owns it; outlets of one owner are one family", width=24),
        Column(
            "reliability",
            TEXT,
            "Admiralty scale: A completely reliable … E unreliable; empty where unknown",
            choices=("A", "B", "C", "D", "E"),
            width=11,
        ),
        Column("reliability_reason", TEXT, "what the reliability rests on", width=50),
        Column("reliability_date", DATE, "when it was settled, or looked at last", width=15),
        Column("url", TEXT, "its web address", width=30),
        Column("note", TEXT, "anything else", width=40),
    ),
    frozenset({"name", "reliability"}),
    tuple(Publisher.model_fields),
)

SOURCES = SheetKind(
    "sources",
    (
        _ID,
        Column("title", TEXT, "the title as published", width=50),
        Column("publisher", ID, "the publisher's id or name", width=24),
        Column("url", TEXT, "its web address", width=40),
        Column("published", DATE, "2024-01-29, 2024-01, 2024-Q1 or 2024", width=12),
        Column("accessed", DAY, "the day it was read", width=12),
        Column(
            "directness",
            WORD,
            "did the publisher see it: record of an own act, first_hand, retelling, self_report",
            choices=get_args(Directness),
        ),
        Column(
            "attribution",
            WORD,
            "does the text name what it draws on",
            choices=("named", "vague", "none"),
        ),
        Column("attributed_to", TEXT, "whom the text credits", width=30),
        Column("cites", IDS, "ids of the sources it draws on", width=30),
        Column("revises", ID, "id of an earlier version of it", width=24),
        Column("retracted", DAY, "the day it was retracted", width=12),
        Column("same_as", IDS, "ids of the same publication", width=24),
        Column("not_same_as", IDS, "ids of sources decided to be independent", width=24),
        Column("language", TEXT, "en, fr, zh-Hant", width=10),
        Column("note", TEXT, "anything else", width=40),
    ),
    frozenset({"title"}),
    tuple(Source.model_fields),
)

PROFILES = SheetKind(
    "profiles",
    (
        Column("kind", WORD, "institution or event", choices=("institution", "event")),
        _ID,
        Column("name", TEXT, "what it is called", width=40),
        Column("aliases", NAMES, "other names, separated by semicolons", width=30),
        Column("type", TEXT, "regulator, company, decision …"),
        Column("region", TEXT, "Asia Pacific …"),
        Column("base", TEXT, "where an institution is seated"),
        Column("domain", TEXT, "the primary domain: Governance, Industry …"),
        Column("topics", NAMES, "separated by semicolons", width=30),
        Column("date", DATE, "when an event happened", width=12),
        Column("from", DATE, "or from when", width=12),
        Column("until", DATE, "until when", width=12),
        Column("bottom_line", ID, "id of the claim that says it all", width=24),
        Column("gaps", SENTENCES, "what is not known, one on each line", width=50),
        _AUDIENCE,
        Column("embargo", DAY, "not shown before this day", width=12),
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
        Column("profile", ID, "id or name of the profile it is about", width=28),
        _ID,
        Column("text", TEXT, "the sentence", width=70),
        Column("nature", WORD, "what kind of sentence", choices=get_args(Nature)),
        Column("section", WORD, "where it stands in the briefing", choices=get_args(Section)),
        Column("type", WORD, "what it speaks of", choices=get_args(ClaimType)),
        Column("key", FLAG, "does the profile stand on it", choices=("yes",), width=6),
        Column(
            "holds",
            WORD,
            "dated: true of a date; standing: true now, must be kept fresh",
            choices=("dated", "standing"),
            width=10,
        ),
        Column("as_of", DATE, "the date it is true of", width=12),
        Column("checked", DAY, "the day somebody last checked it", width=12),
        Column("measure", TEXT, "what a figure counts", ("quantity", "measure"), width=24),
        Column("qualifier", TEXT, "more than, about …", ("quantity", "qualifier")),
        Column("value", NUMBER, "the figure", ("quantity", "value"), width=10),
        Column("unit", TEXT, "of what", ("quantity", "unit")),
        Column(
            "sources",
            CITATIONS,
            "ids or addresses of sources, separated by semicolons; details in brackets: "
            "daily-2024-01-29 [disputes, credibility 3, first_hand, at para 4]",
            width=50,
        ),
        Column("rests_on", IDS, "the claims a judgement or forecast is drawn from", width=30),
        Column("contradicts", IDS, "claims that cannot be true with it", width=24),
        Column("alternative_to", ID, "the judgement it competes with", width=24),
        Column("likelihood", SHARE, "of a forecast only: 0.4 or 40%", width=10),
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
