"""Documents: publishers, sources, and the profiles whose claims cite them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FiniteFloat,
    JsonValue,
    SerializerFunctionWrapHandler,
    StrictInt,
    model_serializer,
    model_validator,
)

from assay.characters import VISIBLE_PATTERN
from assay.model.base import (
    ClaimReference,
    Flag,
    Id,
    Line,
    Model,
    Shorthand,
    Text,
    WebAddress,
    visible,
)
from assay.model.dates import PartialDate
from assay.model.identifiers import Identifiers

Directness = Literal["record", "first_hand", "secondary", "self_report"]
Reliability = Literal["A", "B", "C", "D", "E"]
Stance = Literal["supports", "disputes"]
Nature = Literal["fact", "attributed", "judgement", "assumption", "forecast"]
ClaimType = Literal["figure", "action", "mandate", "role", "relation", "capability", "view"]
Section = Literal[
    "what_happened", "what_it_does", "why_it_matters", "where_sources_differ", "context"
]


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _unknown_reads_as_missing(value: object) -> object:
    return None if value in ("F", "unknown", "6", 6) else value


def _iso_day(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("write a day as 2024-01-29")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"invalid date {value!r}") from None


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A full day, for example 2024-01-29."""


def _visible_texts(value: Any) -> Any:
    """Return data of any form; raises ``ValueError`` for a text that no model would accept."""
    if isinstance(value, str):
        visible(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            visible(key)
            _visible_texts(item)
    elif isinstance(value, list):
        for item in value:
            _visible_texts(item)
    return value


def _is_empty(value: object) -> bool:
    return not value


# Left out where empty, so that digests of documents do not depend on fields that few have.
FormerIds = Annotated[
    tuple[Id, ...],
    Field(description="ids that it had before, oldest first", exclude_if=_is_empty),
]
MergedIds = Annotated[
    dict[Id, tuple[Id, ...]],
    Field(
        description="ids of the documents merged into it, each with its former ids",
        exclude_if=_is_empty,
    ),
]


class Publisher(Model):
    """An outlet, authority or company that issues sources."""

    kind: Literal["publisher"]
    id: Id
    name: Line
    owner: Annotated[
        Id | None, Field(description="id of the owner; publishers with one owner are one family")
    ] = None
    reliability: Annotated[
        Reliability | None,
        BeforeValidator(_unknown_reads_as_missing),
        Field(
            description="Admiralty scale: A completely reliable … E unreliable; F reads as missing"
        ),
    ] = None
    reliability_reason: Text | None = None
    reliability_date: Annotated[
        PartialDate | None, Field(description="date of the reliability, or of its last review")
    ] = None
    speaks_for: Annotated[
        tuple[Id, ...],
        Field(
            description="institutions whose acts its records state, for example a regulator's "
            "own website for the regulator"
        ),
    ] = ()
    speaks_for_reason: Text | None = None
    url: WebAddress | None = None
    note: Text | None = None
    formerly: FormerIds = ()

    @model_validator(mode="after")
    def _reliability_has_a_reason(self) -> Publisher:
        if self.reliability is not None and self.reliability_reason is None:
            raise ValueError("a reliability needs a reliability_reason")
        return self


class Ingested(Model):
    """Import data of a source, which no score depends on."""

    format: Annotated[Line, Field(description="format of the imported document")]
    file: Annotated[Line, Field(description="name of the imported document")]
    key: Annotated[
        str,
        Field(
            description="identity of the publication, whatever its text",
            max_length=4500,
            pattern=VISIBLE_PATTERN,
        ),
    ]
    digest: Annotated[
        str,
        Field(description="digest that changes with the publication", pattern=r"^[0-9a-f]{16}$"),
    ]
    encoding: Annotated[
        Line | None, Field(description="encoding of the document, if not UTF-8")
    ] = None
    mention: Annotated[
        Flag, Field(description="true if the source is known only from another document")
    ] = False
    text: Annotated[
        str | None,
        Field(
            description="file with the text of the publication, below profiles/",
            pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*\.txt$",
        ),
    ] = None
    fields: Annotated[
        dict[str, Line], Field(description="location of each value in the document")
    ] = Field(default_factory=dict)
    ignored: Annotated[
        tuple[Line, ...], Field(description="fields of the document that were left out")
    ] = ()


class Source(Model):
    """One version of one publication: an article, a record, a page."""

    kind: Literal["source"]
    id: Id
    title: Line
    publisher: Id | None = None
    url: WebAddress | None = None
    published: PartialDate | None = None
    accessed: Day | None = None
    directness: Annotated[
        Directness | None,
        Field(
            description="`record`: document by which the acting body acted or recorded its act; "
            "`first_hand`: the publisher was present or examined the evidence; `secondary`: "
            "secondary report of what others reported; `self_report`: the subject about itself"
        ),
    ] = None
    attribution: Annotated[
        Literal["named", "vague", "none"] | None,
        Field(
            description="how the text credits its sources: `named`, `vague` (for example media "
            "reports) or `none`"
        ),
    ] = None
    attributed_to: Annotated[
        Line | None, Field(description="publisher or person that the text credits, in its words")
    ] = None
    cites: Annotated[tuple[Id, ...], Field(description="ids of the sources that it draws on")] = ()
    revises: Annotated[
        Id | None, Field(description="id of an earlier version of the same publication")
    ] = None
    retracted: Day | None = None
    same_as: Annotated[
        tuple[Id, ...], Field(description="ids of sources reviewed as the same publication")
    ] = ()
    not_same_as: Annotated[
        tuple[Id, ...], Field(description="ids of sources reviewed as independent of it")
    ] = ()
    not_same_as_reason: Annotated[
        Text | None, Field(description="why the sources of `not_same_as` are independent of it")
    ] = None
    language: Annotated[str | None, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = None
    note: Text | None = None
    formerly: FormerIds = ()
    merged: MergedIds = Field(default_factory=dict)
    ingested: Annotated[
        Ingested | None, Field(description="import data, if `assay ingest` wrote the source")
    ] = None
    extra: Annotated[
        dict[str, JsonValue],
        AfterValidator(_visible_texts),
        Field(description="further data of the document, which no score depends on"),
    ] = Field(default_factory=dict)


class Citation(Shorthand):
    """A source cited for one claim. A bare source id is short for ``{id: …}``."""

    short = "id"

    id: Id
    stance: Stance = "supports"
    locator: Annotated[
        Line | None, Field(description="place in the source, for example para 4 or table 2")
    ] = None
    credibility: Annotated[
        Annotated[int, Field(ge=1, le=5, strict=True)] | None,
        BeforeValidator(_unknown_reads_as_missing),
        Field(description="Admiralty scale: 1 confirmed … 5 improbable; 6 reads as missing"),
    ] = None
    directness: Annotated[
        Directness | None,
        Field(description="directness for this claim. Default: that of the source"),
    ] = None
    cites: Annotated[
        tuple[Id, ...] | None,
        Field(
            description="ids of the sources that it draws on for this claim. Default: those of the "
            "source"
        ),
    ] = None


class Quantity(Model):
    """A number that a claim states."""

    measure: Line
    value: StrictInt | FiniteFloat
    qualifier: Line | None = None
    unit: Line | None = None


class Claim(Model):
    """One sentence that can be true or false, with the evidence for it."""

    id: Id
    nature: Nature
    section: Section | None = None
    type: Annotated[
        ClaimType | None,
        Field(description="subject matter; sets when a standing claim is due for a recheck"),
    ] = None
    actor: Annotated[
        Id | None,
        Field(
            description="institution whose act the claim states, so that records of its own count "
            "as records. Default: the profile, if it is an institution"
        ),
    ] = None
    text: Text
    key: Annotated[
        Flag, Field(description="true for a key claim, which the headline grade depends on")
    ] = False
    holds: Annotated[
        Literal["dated", "standing"] | None,
        Field(
            description="`dated`: true of a date, never due for a recheck; `standing`: true now "
            "and due for rechecks"
        ),
    ] = None
    as_of: PartialDate | None = None
    happened: Annotated[
        PartialDate | None,
        Field(description="when the event that the claim states happened, if not on `as_of`"),
    ] = None
    happened_until: Annotated[
        PartialDate | None, Field(description="end of that event, if it lasted")
    ] = None
    checked: Annotated[Day | None, Field(description="day of the last recheck")] = None
    quantity: Quantity | None = None
    sources: tuple[Citation, ...] = ()
    rests_on: Annotated[
        tuple[ClaimReference, ...],
        Field(description="claims that a judgement or forecast is based on"),
    ] = ()
    contradicts: tuple[ClaimReference, ...] = ()
    alternative_to: Annotated[
        ClaimReference | None, Field(description="judgement that this one is an alternative to")
    ] = None
    likelihood: Annotated[
        Annotated[float, Field(ge=0.0, le=1.0, strict=True)] | None,
        Field(description="stated probability of a forecast"),
    ] = None
    formerly: Annotated[
        tuple[ClaimReference, ...],
        Field(
            description="ids that it had before, oldest first; `profile#claim` if it was a claim "
            "of another profile",
            exclude_if=_is_empty,
        ),
    ] = ()
    audience: Id | None = None
    status: Literal["draft", "final"] = "final"

    @model_validator(mode="after")
    def _likelihood_belongs_to_forecasts(self) -> Claim:
        if self.likelihood is not None and self.nature != "forecast":
            raise ValueError("likelihood belongs to a forecast; confidence is computed, not stated")
        return self

    @model_validator(mode="after")
    def _what_ended_began(self) -> Claim:
        if self.happened_until is not None and self.happened is None:
            raise ValueError("happened_until needs happened")
        return self


Level = Literal["high", "medium", "low"]
Relation = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]


class Dependency(Model):
    """A link to a profile that this one depends on, or that this event affects."""

    on: Id
    relation: Annotated[
        Relation,
        Field(description="kind of dependency: part_of, regulated_by, built_on, supplied_by, …"),
    ]
    criticality: Level | None = None
    claims: Annotated[
        tuple[ClaimReference, ...], Field(description="claims that support the dependency")
    ] = ()
    valid_from: PartialDate | None = None
    valid_until: PartialDate | None = None
    audience: Id | None = None


class OpenQuestion(Model):
    """Something that a document could settle which the workspace does not have yet."""

    text: Text
    document: Annotated[
        Line | None, Field(description="name of a document that the workspace does not have yet")
    ] = None
    directness: Annotated[
        Literal["record", "first_hand"] | None,
        Field(description="kind of evidence that the document would be"),
    ] = None
    would_settle: Annotated[
        tuple[Id, ...],
        Field(description="claims of the profile that the document would settle"),
    ] = ()
    audience: Id | None = None

    @model_validator(mode="after")
    def _what_settles_is_described(self) -> Self:
        if self.would_settle and not (self.document and self.directness):
            raise ValueError("would_settle needs a document and its directness")
        return self


class Gap(Shorthand, OpenQuestion):
    """Something that is not known. A bare text is short for ``{text: …}``."""

    short = "text"

    @model_serializer(mode="wrap")
    def _as_written(self, full: SerializerFunctionWrapHandler) -> Any:
        # The digest of a bare text must not depend on the fields that gaps can have.
        others = (self.document, self.directness, self.would_settle, self.audience)
        return full(self) if any(others) else self.text


class WatchItem(OpenQuestion):
    """A development to monitor."""

    id: Annotated[
        Id | None,
        Field(
            description="identity of its calendar entry. Default: the profile, the due date and "
            "the position among the items due then",
            exclude_if=_is_empty,
        ),
    ] = None
    trigger: Text | None = None
    effect: Annotated[
        Text | None, Field(description="effect of the development, if it is not a grade")
    ] = None
    horizon: Annotated[
        Literal["now", "quarter", "year"] | None, Field(description="no longer used: give `due`")
    ] = None
    due: Annotated[
        PartialDate | None, Field(description="date of the development, for example 2024-Q3")
    ] = None
    claims: Annotated[
        tuple[ClaimReference, ...],
        Field(
            description="claims that give the date; of a date derived from a rule and a fact, both"
        ),
    ] = ()
    owner: Line | None = None
    priority: Level | None = None


class Sentence(Model):
    """One sentence of a summary, with the claims that it states."""

    text: Text
    claims: Annotated[
        tuple[ClaimReference, ...],
        Field(description="claims that the sentence states; it is shown only with all of them"),
    ] = ()


class Signal(Model):
    """An early sign of a change beyond the horizon of the watch items."""

    signal: Annotated[Text, Field(description="observation, as the claims state it")]
    change: Annotated[Text, Field(description="change that it may be a sign of")]
    horizon: Annotated[Line, Field(description="time until the change, for example ten years")]
    driving_force: Annotated[Line, Field(description="force behind the change")]
    claims: Annotated[
        tuple[ClaimReference, ...],
        Field(
            min_length=1,
            description="claims that state the observation; it is shown only with all of them",
        ),
    ]


class Correction(Model):
    """A published error, and its correction."""

    date: Annotated[Day, Field(description="day of the correction")]
    was: Annotated[Text, Field(description="text before the correction")]
    now: Annotated[Text, Field(description="text after the correction")]
    reported_by: Annotated[
        Line | None, Field(description="who reported the error. Default: we found it")
    ] = None
    audience: Id | None = None


class Factor(Model):
    """A rated input of impact: a word of the rulebook's scale for it, with its evidence."""

    factor: Annotated[Line, Field(description="factor of the rulebook, for example severity")]
    is_: Annotated[
        Line, Field(alias="is", description="word of the factor's scale, for example high")
    ]
    text: Annotated[
        Text | None, Field(description="number or phrase of the documents behind the word")
    ] = None
    claims: Annotated[
        tuple[ClaimReference, ...], Field(description="claims that support the word")
    ] = ()


class Closed(Model):
    """The end of a profile: it is no longer watched."""

    on: Annotated[PartialDate, Field(description="date of the end")]
    because: Text


class Image(Model):
    """A picture for the page, with its provenance and relevance."""

    src: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]*\.(png|jpg|jpeg|webp|svg)$", max_length=200),
    ]
    caption: Line
    source_context: Text
    relevance: Text
    provenance: Text

    @model_validator(mode="after")
    def _stays_inside(self) -> Image:
        if ".." in self.src.split("/"):
            raise ValueError("the path of an image must not contain '..'")
        return self


class Profile(Model):
    """Fields that institutions and events share."""

    id: Id
    name: Line
    aliases: tuple[Line, ...] = ()
    type: Annotated[
        Line | None, Field(description="for example regulator, company, decision or publication")
    ] = None
    region: Line | None = None
    domain: Annotated[
        Line | None, Field(description="primary domain, for example Governance or Industry")
    ] = None
    topics: tuple[Line, ...] = ()
    bottom_line: Annotated[
        Id | None,
        Field(description="id of the claim that sums up the profile. Default: the first key claim"),
    ] = None
    basis: Annotated[
        dict[str, tuple[Id, ...]],
        Field(description="claims that support a field such as `region` or `type`, by field"),
    ] = Field(default_factory=dict)
    depends_on: tuple[Dependency, ...] = ()
    claims: tuple[Claim, ...] = ()
    summary: Annotated[
        tuple[Sentence, ...],
        Field(
            max_length=6,
            description="two to four sentences that sum up the profile, each with its claims",
        ),
    ] = ()
    gaps: Annotated[
        tuple[Gap, ...],
        Field(description="what is not known: texts, or mappings with a document to look for"),
    ] = ()
    watch: tuple[WatchItem, ...] = ()
    signals: Annotated[
        tuple[Signal, ...], Field(description="early signs of changes, each with its claims")
    ] = ()
    factors: Annotated[
        tuple[Factor, ...], Field(description="rated inputs of impact, each factor once")
    ] = ()
    reviewed: Annotated[
        Day | None, Field(description="day of the last review of the whole profile")
    ] = None
    closed: Annotated[
        Closed | None, Field(description="when and why the profile is no longer watched")
    ] = None
    corrections: Annotated[
        tuple[Correction, ...], Field(description="published errors that were corrected")
    ] = ()
    formerly: Annotated[
        tuple[Id, ...],
        Field(description="ids that it had before, oldest first; their addresses lead to it"),
    ] = ()
    merged: MergedIds = Field(default_factory=dict)
    image: Image | None = None
    audience: Id | None = None
    embargo: Annotated[Day | None, Field(description="first day on which it is shown")] = None
    status: Literal["draft", "final"] = "final"


class Institution(Profile):
    """A body that acts: a regulator, a company, a laboratory, a platform."""

    kind: Literal["institution"]
    base: Annotated[Line | None, Field(description="seat of the institution")] = None
    identifiers: Annotated[
        Identifiers | None,
        Field(
            description="identifiers in public registers, each as a document states it",
            exclude_if=_is_empty,
        ),
    ] = None


class Event(Profile):
    """Something that happened, on one date or over a period."""

    kind: Literal["event"]
    date: PartialDate | None = None
    from_: Annotated[PartialDate | None, Field(alias="from")] = None
    until: PartialDate | None = None
    affects: tuple[Dependency, ...] = ()

    @model_validator(mode="after")
    def _one_way_to_give_time(self) -> Event:
        if self.date and (self.from_ or self.until):
            raise ValueError("give either 'date' or 'from' and 'until'")
        return self


AnyProfile = Institution | Event


def actor_of(profile: AnyProfile, claim: Claim) -> str | None:
    """Return the institution whose act a claim states; None if an event's claim names none."""
    return claim.actor or (profile.id if isinstance(profile, Institution) else None)


@dataclass(frozen=True)
class Corpus:
    """Publishers, sources and profiles by id, each mapping sorted by id."""

    publishers: Mapping[str, Publisher] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    profiles: Mapping[str, AnyProfile] = field(default_factory=dict)

    def with_profiles(self, profiles: Mapping[str, AnyProfile]) -> Corpus:
        return replace(self, profiles=dict(sorted(profiles.items())))

    def family(self, source: Source) -> str | None:
        """Return the publisher's owner, or the publisher without one; None if it is unknown."""
        if source.publisher is None:
            return None
        publisher = self.publishers.get(source.publisher)
        return (publisher.owner if publisher else None) or source.publisher

    def claim(self, profile_id: str, reference: str) -> tuple[str, Claim] | None:
        """Return a claim by its reference, with its profile's id; None if there is none."""
        owner, _, claim_id = reference.rpartition("#")
        owner = owner or profile_id
        profile = self.profiles.get(owner)
        if profile is None:
            return None
        return next(((owner, c) for c in profile.claims if c.id == claim_id), None)
