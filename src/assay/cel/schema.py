"""The data that rules can use: the kinds of row, their fields, links and collections.

A **space** is a kind of row. Its fields are columns; a *link* leads from each of its rows to one
row of another space; a *collection* holds, for each row, the rows of another space it owns. The
type checker, the compiler, the tables and the generated reference all read this one table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

FieldType = Literal["bool", "int", "double", "string", "strings", "timestamp"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column a rule can read.

    ``since`` names the day column an age in days is counted from, ``upto`` one it is counted to,
    and ``day`` the one a point in time is the beginning of. A ``given`` field is never missing, or
    comes from the rulebook, so coverage does not count it.
    """

    name: str
    type: FieldType
    doc: str
    since: str | None = None
    upto: str | None = None
    day: str | None = None
    given: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """Rows of ``space`` that a row owns; rules see them as ``elements`` (by ``via``, if set)."""

    name: str
    space: str
    owner: str
    doc: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """A kind of row; ``links`` maps a name to the space it leads to.

    ``parts`` are messages that lie flat in the same row: ``source.age_days`` is the column of
    that name. Rows with ``stated`` fields are there whether these are known or not, so that each is
    a fact of its own; the fields count as unknown where the evidence for them does not count.
    """

    name: str
    message: str
    fields: tuple[Field, ...] = ()
    parts: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    collections: tuple[Collection, ...] = ()
    stated: tuple[str, ...] = ()

    def collection(self, name: str) -> Collection | None:
        return next((c for c in self.collections if c.name == name), None)


CITATION = Space(
    "citation",
    "Citation",
    fields=(
        Field("stance", "string", "supports or disputes", given=True),
        Field(
            "directness",
            "string",
            "record, first_hand, secondary or self_report, for this claim",
        ),
        Field(
            "kind",
            "string",
            "its directness; unknown for a record whose publisher does not speak for the actor, "
            "or that draws on others",
        ),
        Field("credibility", "int", "Admiralty credibility, 1 confirmed to 5 improbable"),
        Field(
            "age_days",
            "int",
            "days since publication; a secondary report is as old as its oldest original",
            since="day",
        ),
        Field(
            "fresh_days",
            "int",
            "days since the later of its date and the last recheck of the claim",
            since="fresh_day",
        ),
        Field(
            "published", "timestamp", "when the oldest of its originals was published", day="day"
        ),
    ),
    parts={
        "source": (
            Field("id", "string", "the source's id", given=True),
            Field("directness", "string", "the source's own directness"),
            Field("attribution", "string", "named, vague or none: how it names what it draws on"),
            Field("age_days", "int", "days since this source was published", since="source.day"),
            Field("published", "timestamp", "when it was published", day="source.day"),
            Field(
                "accessed_days", "int", "days since it was last read", since="source.accessed_day"
            ),
            Field("accessed", "timestamp", "when it was last read", day="source.accessed_day"),
        ),
        "publisher": (
            Field("id", "string", "the publisher's id"),
            Field("owner", "string", "id of its owner"),
            Field("reliability", "string", "Admiralty reliability, A to E"),
        ),
    },
    links={"claim": "claim", "profile": "profile"},
    collections=(
        Collection("roots", "root", "citation_row", "the originals of a secondary report", "root"),
    ),
)

CORROBORATION = Space(
    "corroboration",
    "Corroboration",
    fields=(
        Field("stance", "string", "supports or disputes"),
        Field("size", "int", "number of its citations, 1 to 3"),
        Field("one_family", "bool", "whether all its publishers are of one family"),
    ),
    links={"claim": "claim", "profile": "profile"},
    collections=(
        Collection("members", "member", "corroboration_row", "its citations", "citation"),
    ),
)

MEMBER = Space("member", "Member", links={"corroboration": "corroboration", "citation": "citation"})

ROOT = Space("root", "Root", links={"root": "citation", "citation": "citation"})

CLAIM = Space(
    "claim",
    "Claim",
    fields=(
        Field("id", "string", "the claim's id within its profile", given=True),
        Field(
            "nature", "string", "fact, attributed, judgement, assumption or forecast", given=True
        ),
        Field("section", "string", "the part of the page it belongs to"),
        Field("type", "string", "figure, action, mandate, role, relation, capability or view"),
        Field("key", "bool", "whether the headline grade depends on it", given=True),
        Field("holds", "string", "dated or standing"),
        Field("as_of_days", "int", "days since the date it is true of", since="as_of_day"),
        Field("as_of", "timestamp", "the date it is true of", day="as_of_day"),
        Field(
            "checked_days",
            "int",
            "days since its last recheck. Default: since its newest supporting evidence",
            since="checked_day",
        ),
        Field(
            "checked",
            "timestamp",
            "when it was last checked. Default: when its newest evidence was published",
            day="checked_day",
        ),
        Field("review_after_days", "int", "after how many days it is to be rechecked", given=True),
        Field("value", "double", "the number it states"),
        Field("unit", "string", "the unit of that number"),
        Field("likelihood", "double", "of a forecast: its stated probability"),
        Field(
            "contradictions",
            "int",
            "number of claims that contradict it, whichever of the two states it",
            given=True,
        ),
    ),
    links={"profile": "profile"},
    collections=(
        Collection("citations", "citation", "owner_row", "the sources it cites"),
        Collection(
            "corroborations",
            "corroboration",
            "claim_row",
            "its largest sets of at most three records and first-hand reports of one stance, of "
            "which no two are related",
        ),
        Collection(
            "grounds", "ground", "claim_row", "the claims it rests on, directly or not", "ground"
        ),
    ),
)

GROUND = Space("ground", "Ground", links={"claim": "claim", "ground": "claim"})

FACTOR = Space(
    "factor",
    "Factor",
    fields=(
        Field("name", "string", "the factor's name in the rulebook", given=True),
        Field("word", "string", "the word of its scale that the profile states"),
        Field("value", "double", "the number of that word"),
        Field("lowest", "double", "the lowest number of its scale", given=True),
        Field("highest", "double", "the highest number of its scale", given=True),
    ),
    links={"profile": "profile"},
    collections=(
        Collection("claims", "factor_ground", "factor_row", "the claims it rests on", "ground"),
    ),
    stated=("word", "value"),
)

FACTOR_GROUND = Space(
    "factor_ground", "FactorGround", links={"factor": "factor", "ground": "claim"}
)

_EDGE_FIELDS = (
    Field("relation", "string", "part_of, regulated_by, built_on …", given=True),
    Field("criticality", "string", "high, medium or low"),
    Field("claims", "int", "number of claims that support it", given=True),
    Field("age_days", "int", "days since the edge became valid", since="valid_from_day"),
)
DEPENDENCY = Space(
    "dependency",
    "Dependency",
    fields=_EDGE_FIELDS,
    links={"profile": "profile", "peer": "profile"},
)
DEPENDENT = Space(
    "dependent",
    "Dependent",
    fields=_EDGE_FIELDS,
    links={"profile": "profile", "peer": "profile"},
    collections=(
        Collection(
            "grounds", "dependent_ground", "dependent_row", "the claims that support it", "ground"
        ),
    ),
)

DEPENDENT_GROUND = Space(
    "dependent_ground", "DependentGround", links={"dependent": "dependent", "ground": "claim"}
)
EVENT = Space(
    "event",
    "EventEdge",
    fields=_EDGE_FIELDS,
    links={"profile": "profile", "peer": "profile"},
)

_REACH_FIELDS = (
    Field("reach", "double", "the effect along the strongest path, 0 to 1"),
    Field("distance", "int", "number of edges on that path", given=True),
)
UPSTREAM = Space(
    "upstream",
    "Upstream",
    fields=_REACH_FIELDS,
    links={"profile": "profile", "peer": "profile"},
)
DOWNSTREAM = Space(
    "downstream",
    "Downstream",
    fields=_REACH_FIELDS,
    links={"profile": "profile", "peer": "profile"},
)

PROFILE = Space(
    "profile",
    "Profile",
    fields=(
        Field("id", "string", "the profile's id", given=True),
        Field("kind", "string", "institution or event", given=True),
        Field("type", "string", "regulator, company, decision …"),
        Field("region", "string", "the region, as documents state it"),
        Field("base", "string", "where an institution is seated"),
        Field("domain", "string", "the primary domain"),
        Field("topics", "strings", "its topics"),
        Field("gaps", "int", "number of gaps that are stated", given=True),
        Field("begun_days", "int", "of an event: days since it began", since="begun_day"),
        Field("ended_days", "int", "of an event: days since it ended", since="ended_day"),
        Field("begun", "timestamp", "of an event: when it began", day="begun_day"),
        Field("ended", "timestamp", "of an event: when it ended", day="ended_day"),
        Field("as_of", "timestamp", "the date of the scores", day="today", given=True),
        Field(
            "due_days",
            "int",
            "days until the next watch item falls due; negative when it is overdue",
            upto="due_day",
        ),
    ),
    collections=(
        Collection("claims", "claim", "profile_row", "its claims"),
        Collection("citations", "citation", "cited_by_row", "the citations of all its claims"),
        Collection("factors", "factor", "profile_row", "the factors asked of it, known or not"),
        Collection("dependencies", "dependency", "profile_row", "what it depends on"),
        Collection("dependents", "dependent", "profile_row", "what depends on it"),
        Collection("upstream", "upstream", "profile_row", "what it depends on, directly or not"),
        Collection(
            "downstream", "downstream", "profile_row", "what depends on it, directly or not"
        ),
        Collection("events", "event", "profile_row", "the events that affect it"),
    ),
)

SPACES: dict[str, Space] = {
    space.name: space
    for space in (
        PROFILE,
        CLAIM,
        CITATION,
        ROOT,
        CORROBORATION,
        MEMBER,
        GROUND,
        FACTOR,
        FACTOR_GROUND,
        DEPENDENCY,
        DEPENDENT,
        DEPENDENT_GROUND,
        EVENT,
        UPSTREAM,
        DOWNSTREAM,
    )
}

SUBJECTS = ("citation", "corroboration", "claim", "factor", "dependent", "profile")
"""The spaces scorers work on, in the order in which their scores are made by default."""

HORIZONS = ("now", "quarter", "year")
"""The dates of the outlook, in the order of ``outlook.<scorer>.<horizon>``."""


def row_column(link: str) -> str:
    """The index column of a link: row numbers in the space it leads to."""
    return f"{link}_row"
