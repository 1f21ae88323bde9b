"""Columns of the sheets, and the forms in which their values are written and read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from assay.characters import normalised
from assay.model.dates import PartialDate
from assay.model.documents import (
    Citation,
    Claim,
    ClaimType,
    Dependency,
    Directness,
    Level,
    Nature,
    Publisher,
    Quantity,
    Section,
    Source,
    Stance,
    WatchItem,
)


class CellError(Exception):
    """A cell that cannot be read."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Form:
    """How the values of a column are written into cells and read from them.

    ``read`` takes the text of a non-empty cell, and whether the sheet writes decimal commas. It
    returns plain data, or None for no value. It raises ``CellError`` only for text without a
    meaning, and leaves invalid values to the model, which has messages for them.
    """

    show: Callable[[Any], str]
    read: Callable[[str, bool], Any]
    hint: str


# Words and numbers ------------------------------------------------------------------------------


def _word(cell: str, _decimal_comma: bool = False) -> str:
    return "_".join(cell.casefold().replace("-", " ").split())


TEXT = Form(str, lambda cell, _: normalised(cell), "text")
WORD = Form(str, _word, "one of the words")
ID = Form(str, lambda cell, _: cell, "an id")

_YES = frozenset(["yes", "y", "true", "x", "1", "✓", "✔", "wahr", "ja", "oui", "vrai", "sí", "si"])
_NO = frozenset(["no", "n", "false", "0", "falsch", "nein", "non", "faux", "-"])


def _flag(cell: str, _decimal_comma: bool) -> bool | None:
    word = cell.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return None
    raise CellError(f"{_short(cell)} is neither yes nor no", "write yes, or leave the cell empty")


FLAG = Form(lambda value: "yes" if value else "", _flag, "yes or empty")

_LARGEST = 2**62


def _number(cell: str, decimal_comma: bool) -> int | float:
    text = re.sub(r"[\s\u00a0\u202f']", "", cell).replace("−", "-")
    if decimal_comma:
        # 1.234,5: points group thousands there, and a lone point before three digits is one too.
        grouped = re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", text)
        text = (text.replace(".", "") if grouped else text).replace(",", ".", 1)
    elif re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    if not re.fullmatch(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text, re.ASCII):
        unit = "; the unit has a column of its own" if re.match(r"[-+]?\d", text) else ""
        raise CellError(f"{_short(cell)} is not a number", f"use digits only: 40.5{unit}")
    number = int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
    if not -_LARGEST <= number <= _LARGEST:
        raise CellError(f"the number {_short(cell)} is out of range", "use a larger unit")
    return number


def _share(cell: str, decimal_comma: bool) -> float:
    if cell.endswith("%"):
        return round(_number(cell[:-1], decimal_comma) / 100, 12)
    return float(_number(cell, decimal_comma))


NUMBER = Form(repr, _number, "a number")
SHARE = Form(lambda value: repr(float(value)), _share, "0.4 or 40%")


# Dates ------------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})[- ])?(?P<month>[a-z]{3})[a-z]*\.?[- ](?P<year>\d{2}|\d{4})", re.ASCII
)
_YEAR_NAMED = re.compile(
    r"(?P<year>\d{4})[- ](?P<month>[a-z]{3})[a-z]*\.?(?:[- ](?P<day>\d{1,2}))?", re.ASCII
)
_QUARTER = re.compile(r"(\d{4})[-/. ]?q([1-4])|q([1-4])[-/ ](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4}) ?([-/.]) ?(\d{1,2})(?: ?\2 ?(\d{1,2}))?( ?\.)?", re.ASCII)
_CHINESE_KOREAN = re.compile(
    r"(\d{4}) ?[年년](?: ?(\d{1,2}) ?[月월](?: ?(\d{1,2}) ?[日号일])?)?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00)?$", re.IGNORECASE | re.ASCII)


def readings(cell: str) -> list[str]:
    """Return the dates that a cell in a spreadsheet's form can mean, as documents write them.

    There are two if day and month cannot be distinguished, as in 03/04/2024.
    """
    text = _MIDNIGHT.sub("", " ".join(unicodedata.normalize("NFKC", cell).split())).casefold()
    return [date for date in _candidates(text) if _is_date(date)]


def _candidates(text: str) -> list[str]:
    if match := _YEAR_FIRST.fullmatch(text):
        year, separator, month, day, end = match.groups()
        # 2024.5 may be a number.
        number = separator == "." and not day and not end and len(month) == 1
        return [] if number or (end and separator != ".") else [_date_of(year, month, day)]
    if match := _CHINESE_KOREAN.fullmatch(text) or _COMPACT.fullmatch(text):
        return [_date_of(*match.groups())]
    if match := _SLASHED.fullmatch(text):
        first, second, year = match.groups()
        return sorted({_date_of(year, first, second), _date_of(year, second, first)})
    if match := _DOTTED.fullmatch(text):
        return [_date_of(match[3], match[2], match[1])]
    if match := _NAMED.fullmatch(text) or _YEAR_NAMED.fullmatch(text):
        year = match["year"] if len(match["year"]) == 4 else f"20{match['year']}"
        month = _MONTHS.index(match["month"]) + 1 if match["month"] in _MONTHS else 0
        return [_date_of(year, str(month), match["day"])]
    if match := _QUARTER.fullmatch(text):
        return [f"{match[1] or match[4]}-Q{match[2] or match[3]}"]
    return []


def _date_of(year: str, month: str | None, day: str | None) -> str:
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def _is_date(text: str) -> bool:
    try:
        PartialDate.parse(text)
    except ValueError:
        return False
    return True


def _date(cell: str, _decimal_comma: bool) -> str:
    if _is_date(cell):
        return cell
    found = readings(cell)
    if len(found) > 1:
        raise CellError(
            f"the date {_short(cell)} can be {found[0]} or {found[1]}", "write the one you mean"
        )
    return found[0] if found else cell


DATE = Form(str, _date, "2024-01-29, 2024-01, 2024-Q1 or 2024")
DAY = Form(str, _date, "2024-01-29")


# Lists ------------------------------------------------------------------------------------------


def _ids(cell: str, _decimal_comma: bool) -> list[str] | None:
    return [part for part in re.split(r"[;,\s]+", cell) if part] or None


def _names(cell: str, _decimal_comma: bool) -> list[str] | None:
    return _split(cell, ";\n") or None


def _sentences(cell: str, _decimal_comma: bool) -> list[str] | None:
    return _split(cell, "\n") or None


def _split(cell: str, separators: str) -> list[str]:
    """Return the parts between separators; a backslash before a character makes it plain text."""
    parts = re.findall(rf"(?:\\.|[^\\{separators}]|\\$)+", cell, re.DOTALL)
    return [text for part in parts if (text := normalised(_unescape(part)))]


def _escape(text: str, special: str) -> str:
    text = text.replace("\\", "\\\\")
    return text.replace(special, f"\\{special}") if special else text


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


IDS = Form("; ".join, _ids, "ids, separated by semicolons")
NAMES = Form(lambda v: "; ".join(_escape(x, ";") for x in v), _names, "separated by semicolons")
GAPS = Form(lambda v: "\n".join(_escape(g.text, "") for g in v), _sentences, "one on each line")


# Citations --------------------------------------------------------------------------------------

_GAPS = " \t\n;,"
_CITED = re.compile(r"\s*([^\s;,\[\]]+)\s*(?:\[((?:[^\]\\]|\\.)*)\])?\s*(?:[;,]|\n|$)", re.DOTALL)
_NOTHING = "-"
_STANCES: Sequence[str] = get_args(Stance)
_DIRECTNESS: Sequence[str] = get_args(Directness)


def _show_citations(citations: Iterable[Citation]) -> str:
    """Write citations: ``daily-2024-01-29; other [disputes, credibility 3, at para 4]``."""
    cells = []
    for citation in citations:
        details: list[str] = []
        if citation.stance != "supports":
            details.append(citation.stance)
        if citation.credibility is not None:
            details.append(f"credibility {citation.credibility}")
        if citation.directness is not None:
            details.append(citation.directness)
        if citation.cites is not None:
            details.append(f"cites {' '.join(citation.cites) or _NOTHING}")
        if citation.locator is not None:
            details.append(f"at {_escape(citation.locator, ']')}")
        cells.append(f"{citation.id} [{', '.join(details)}]" if details else citation.id)
    return "; ".join(cells)


def _citations(cell: str, _decimal_comma: bool) -> list[Any] | None:
    found: list[Any] = []
    rest = cell.strip(_GAPS)
    while rest:
        match = _CITED.match(rest)
        if match is None:
            raise CellError(
                f"{_short(rest)} is not a citation",
                "write the source's id, and details in brackets: daily-2024-01-29 "
                "[disputes, at para 4]",
            )
        found.append(_citation(match[1], match[2] or ""))
        rest = rest[match.end() :].lstrip(_GAPS)
    return found or None


def _citation(id_: str, details: str) -> Any:
    """Return a citation as documents have it: the bare id if there are no details."""
    item: dict[str, Any] = {}
    rest = details.strip()
    while rest:
        if locator := re.fullmatch(r"at\s+(.+)", rest, re.DOTALL):
            item["locator"] = normalised(_unescape(locator[1]))
            break
        detail, _, rest = (part.strip() for part in rest.partition(","))
        word = _word(detail)
        if word in _STANCES:
            item["stance"] = word
        elif word in _DIRECTNESS:
            item["directness"] = word
        elif match := re.fullmatch(r"cites\s+(\S.*)", detail, re.IGNORECASE | re.DOTALL):
            item["cites"] = [] if match[1] == _NOTHING else match[1].split()
        elif match := re.fullmatch(r"credibility_([1-6])", word):
            item["credibility"] = int(match[1])
        else:
            raise CellError(
                f"unknown detail {_short(detail)} of a citation",
                f"use {', '.join([*_STANCES, *_DIRECTNESS])}, credibility 1 to 5, cites IDS, or at "
                "PLACE",
            )
    if item.get("stance") == "supports":
        del item["stance"]
    order = ("stance", "locator", "credibility", "directness", "cites")
    return {"id": id_, **{k: item[k] for k in order if k in item}} if item else id_


CITATIONS = Form(_show_citations, _citations, "ids of sources, details in brackets")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= 60 else plain[:59] + "…")


# Sheets -----------------------------------------------------------------------------------------

Kind = Literal["publishers", "sources", "profiles", "claims", "edges", "watch", "factors"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""The sheets, each after those that it refers to."""

DOCUMENTS: tuple[Kind, ...] = ("publishers", "sources", "profiles")
ITEMS: dict[Kind, tuple[str, ...]] = {
    "edges": ("on", "relation"),
    "watch": ("text",),
    "factors": ("factor",),
}
"""Sheets of items of profiles without ids, with the columns that identify an item."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet; ``path`` leads to its value if that is not the field ``name``."""

    name: str
    form: Form
    meaning: str
    path: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    width: int = 16

    @property
    def place(self) -> tuple[str, ...]:
        """The path of the value in its document or claim."""
        return self.path or (self.name,)

    def show(self, model: Any) -> str:
        """Write the value of a document or claim into a cell; a default leaves it empty."""
        value = model
        for step in self.place:
            value = getattr(value, f"{step}_" if step in ("from", "is") else step, None)
        if value is None or (self.name == "status" and value == "final"):
            return ""
        return self.form.show(value)


@dataclass(frozen=True, slots=True)
class SheetKind:
    """One of the sheets. ``keys`` is the order of keys in its documents or claims.

    A sheet is recognised by the columns in ``required``, which a new row must fill.
    """

    kind: Kind
    columns: tuple[Column, ...]
    required: frozenset[str]
    keys: tuple[str, ...]

    @property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def is_header(self, names: Collection[str]) -> bool:
        """Return whether these cells are the headings of this sheet.

        Enough are the required columns, or the id and a column that no other sheet has.
        """
        given = set(names)
        return self.required <= given or ("id" in given and bool(given & _UNIQUE[self.kind]))


_STATUS = Column("status", WORD, "draft: not yet confirmed", choices=("draft", "final"))
_AUDIENCE = Column("audience", ID, "the most public audience that may see it; empty: everyone")
_ID = Column("id", ID, "made from the text if left empty", width=28)

PUBLISHERS = SheetKind(
    "publishers",
    (
        _ID,
        Column("name", TEXT, "the name", width=30),
        Column("owner", ID, "id of the owner; publishers with one owner are one family", width=24),
        Column(
            "reliability",
            TEXT,
            "Admiralty scale: A completely reliable … E unreliable; empty if unknown",
            choices=("A", "B", "C", "D", "E"),
            width=11,
        ),
        Column("reliability_reason", TEXT, "the reason for the reliability", width=50),
        Column(
            "reliability_date", DATE, "date of the reliability, or of its last review", width=15
        ),
        Column("speaks_for", IDS, "ids of the institutions whose acts its records state", width=24),
        Column("speaks_for_reason", TEXT, "the reason for speaks_for", width=50),
        Column("url", TEXT, "web address", width=30),
        Column("note", TEXT, "free text", width=40),
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
        Column("url", TEXT, "web address", width=40),
        Column("published", DATE, "2024-01-29, 2024-01, 2024-Q1 or 2024", width=12),
        Column("accessed", DAY, "day on which it was read", width=12),
        Column(
            "directness",
            WORD,
            "record of an own act, first_hand report, secondary report or self_report",
            choices=get_args(Directness),
        ),
        Column(
            "attribution",
            WORD,
            "does the text name what it draws on",
            choices=("named", "vague", "none"),
        ),
        Column("attributed_to", TEXT, "publisher or person that the text credits", width=30),
        Column("cites", IDS, "ids of the sources it draws on", width=30),
        Column("revises", ID, "id of its earlier version", width=24),
        Column("retracted", DAY, "day on which it was retracted", width=12),
        Column("same_as", IDS, "ids of sources reviewed as the same publication", width=24),
        Column("not_same_as", IDS, "ids of sources reviewed as independent of it", width=24),
        Column("not_same_as_reason", TEXT, "the reason for not_same_as", width=50),
        Column("language", TEXT, "language code: en, fr, zh-Hant", width=10),
        Column("note", TEXT, "free text", width=40),
    ),
    frozenset({"title"}),
    tuple(Source.model_fields),
)

PROFILES = SheetKind(
    "profiles",
    (
        Column("kind", WORD, "institution or event", choices=("institution", "event")),
        _ID,
        Column("name", TEXT, "the name", width=40),
        Column("aliases", NAMES, "other names, separated by semicolons", width=30),
        Column("type", TEXT, "for example regulator, company, decision"),
        Column("region", TEXT, "for example Asia Pacific"),
        Column("base", TEXT, "seat of an institution"),
        Column("lei", TEXT, "Legal Entity Identifier", ("identifiers", "lei"), width=22),
        Column("ror", TEXT, "id in ror.org", ("identifiers", "ror"), width=12),
        Column("wikidata", TEXT, "item of Wikidata, Q…", ("identifiers", "wikidata"), width=12),
        Column(
            "web_domain", TEXT, "domain name of its website", ("identifiers", "domain"), width=20
        ),
        Column("domain", TEXT, "primary domain, for example Governance"),
        Column("topics", NAMES, "topics, separated by semicolons", width=30),
        Column("date", DATE, "date of an event", width=12),
        Column("from", DATE, "first date of an event that lasts", width=12),
        Column("until", DATE, "last date of an event that lasts", width=12),
        Column("bottom_line", ID, "id of the claim that sums up the profile", width=24),
        Column("gaps", GAPS, "what is not known, one on each line", width=50),
        Column("reviewed", DAY, "day of the last review of the whole profile", width=12),
        Column("closed", DATE, "date of the end", ("closed", "on"), width=12),
        Column("closed_because", TEXT, "the reason for the end", ("closed", "because"), width=40),
        _AUDIENCE,
        Column("embargo", DAY, "first day on which it is shown", width=12),
        _STATUS,
    ),
    frozenset({"kind", "name"}),
    (
        *(
            "kind",
            "id",
            "name",
            "aliases",
            "type",
            "region",
            "base",
            "identifiers",
            "lei",
            "ror",
            "wikidata",
            "domain",
            "topics",
        ),
        *("date", "from", "until", "bottom_line", "basis", "depends_on", "affects", "claims"),
        *("summary", "gaps", "watch", "signals", "factors", "reviewed", "closed", "on", "because"),
        *(
            "corrections",
            "formerly",
            "merged",
            "identifiers",
            "image",
            "audience",
            "embargo",
            "status",
        ),
    ),
)

CLAIMS = SheetKind(
    "claims",
    (
        Column("profile", ID, "id or name of the claim's profile", width=28),
        _ID,
        Column("text", TEXT, "the claim in one sentence", width=70),
        Column("nature", WORD, "nature of the claim", choices=get_args(Nature)),
        Column("section", WORD, "section of the briefing", choices=get_args(Section)),
        Column(
            "type",
            WORD,
            "subject matter; sets how often a standing claim is rechecked",
            choices=get_args(ClaimType),
        ),
        Column("actor", ID, "institution whose act it states; empty: the profile", width=24),
        Column(
            "key", FLAG, "key claim: the headline grade depends on it", choices=("yes",), width=6
        ),
        Column(
            "holds",
            WORD,
            "dated: true of a date; standing: true now and due for rechecks",
            choices=("dated", "standing"),
            width=10,
        ),
        Column("as_of", DATE, "date of a dated claim", width=12),
        Column("checked", DAY, "day of the last recheck", width=12),
        Column(
            "measure", TEXT, "measure that the figure counts", ("quantity", "measure"), width=24
        ),
        Column("qualifier", TEXT, "for example more than, about", ("quantity", "qualifier")),
        Column("value", NUMBER, "the number", ("quantity", "value"), width=10),
        Column("unit", TEXT, "unit of the number", ("quantity", "unit")),
        Column(
            "sources",
            CITATIONS,
            "ids or addresses of sources, separated by semicolons; details in brackets: "
            "daily-2024-01-29 [disputes, credibility 3, first_hand, cites other-2024, at para 4]",
            width=50,
        ),
        Column(
            "rests_on", IDS, "ids of the claims that a judgement or forecast is based on", width=30
        ),
        Column("contradicts", IDS, "ids of claims that cannot be true with it", width=24),
        Column("alternative_to", ID, "id of the judgement that it is an alternative to", width=24),
        Column("likelihood", SHARE, "stated probability of a forecast", width=10),
        _AUDIENCE,
        _STATUS,
    ),
    frozenset({"profile", "text"}),
    (*Claim.model_fields, *Quantity.model_fields),
)

_PROFILE = Column("profile", ID, "id or name of the profile", width=28)
_CLAIMS = Column("claims", IDS, "ids of the claims that support it", width=30)

EDGES = SheetKind(
    "edges",
    (
        _PROFILE,
        Column("on", ID, "id of the profile that it depends on, or affects", width=28),
        Column("relation", WORD, "kind of dependency, for example regulated_by"),
        Column("affects", FLAG, "the event affects it", choices=("yes",), width=8),
        Column("criticality", WORD, "criticality of the dependency", choices=get_args(Level)),
        _CLAIMS,
        Column("valid_from", DATE, "first date of the dependency", width=12),
        Column("valid_until", DATE, "last date of the dependency", width=12),
        _AUDIENCE,
    ),
    frozenset({"profile", "on", "relation"}),
    tuple(Dependency.model_fields),
)

WATCH = SheetKind(
    "watch",
    (
        _PROFILE,
        Column("text", TEXT, "the development to monitor", width=60),
        Column("trigger", TEXT, "the observation that settles it", width=50),
        Column("effect", TEXT, "effect of the development, if it is not a grade", width=40),
        Column("due", DATE, "date of the development", width=12),
        _CLAIMS,
        Column("owner", TEXT, "analyst who watches it"),
        Column("priority", WORD, "priority", choices=get_args(Level)),
        Column("document", TEXT, "document that could settle it", width=40),
        Column("directness", WORD, "kind of evidence", choices=("record", "first_hand")),
        Column("would_settle", IDS, "ids of the claims that the document would settle", width=30),
        _AUDIENCE,
    ),
    frozenset({"profile", "text", "trigger"}),
    tuple(WatchItem.model_fields),
)

FACTORS = SheetKind(
    "factors",
    (
        _PROFILE,
        Column("factor", TEXT, "factor of the rulebook, for example severity"),
        Column("is", TEXT, "word of the factor's scale, for example high"),
        Column("text", TEXT, "number or phrase of the documents behind the word", width=50),
        _CLAIMS,
    ),
    frozenset({"profile", "factor", "is"}),
    ("factor", "is", "text", "claims"),
)

SHEETS: dict[Kind, SheetKind] = {
    s.kind: s for s in (PUBLISHERS, SOURCES, PROFILES, CLAIMS, EDGES, WATCH, FACTORS)
}

_UNIQUE: dict[Kind, frozenset[str]] = {
    kind: frozenset(sheet.by_name)
    - {name for other in SHEETS.values() if other.kind != kind for name in other.by_name}
    for kind, sheet in SHEETS.items()
}
"""The columns that one sheet has and no other."""
