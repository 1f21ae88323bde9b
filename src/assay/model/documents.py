"""Publishers, sources and the claims that cite them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    FiniteFloat,
    JsonValue,
    StrictInt,
    model_validator,
)

from assay.model.base import ClaimReference, Flag, Id, Line, Model, Text, WebAddress
from assay.model.dates import PartialDate

Directness = Literal["record", "first_hand", "retelling", "self_report"]
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
        raise ValueError(f"{value} is not a date of the calendar") from None


Day = Annotated[date, BeforeValidator(_iso_day)]
"""A full day, written 2024-01-29."""


class Publisher(Model):
    """Who published: an outlet, an office, a company."""

    kind: Literal["publisher"]
    id: Id
    name: Line
    owner: Annotated[
        Id | None, Field(description="who owns it; outlets of one owner are one family")
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
        PartialDate | None, Field(description="when it was settled, or last looked at")
    ] = None
    url: WebAddress | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _reliability_has_a_reason(self) -> Publisher:
        if self.reliability is not None and self.reliability_reason is None:
            raise ValueError("a reliability needs a reliability_reason: say what it rests on")
        return self


class Ingested(Model):
    """Where an ingested source came from; nothing of it is scored."""

    format: Annotated[Line, Field(description="the form of the document")]
    file: Annotated[Line, Field(description="the document it was read from")]
    key: Annotated[
        str, Field(description="which publication it is, whatever its text", max_length=4500)
    ]
    digest: Annotated[
        str, Field(description="changes when the publication does", pattern=r"^[0-9a-f]{16}$")
    ]
    encoding: Annotated[Line | None, Field(description="its encoding, if not UTF-8")] = None
    mention: Annotated[Flag, Field(description="known from another document only")] = False
    text: Annotated[
        str | None,
        Field(
            description="the file with its words, below profiles/",
            pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*\.txt$",
        ),
    ] = None
    fields: Annotated[
        dict[str, Line], Field(description="where in the document each value stands")
    ] = Field(default_factory=dict)
    ignored: Annotated[tuple[Line, ...], Field(description="opaque fields that were left out")] = ()


class Source(Model):
    """One publication: an article, a record, a page, in one version."""

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
            description="record: an institution's own record of its own act; first_hand: the "
            "publisher saw or checked it; retelling: it tells what others reported; self_report: "
            "the subject about itself"
        ),
    ] = None
    attribution: Annotated[
        Literal["named", "vague", "none"] | None,
        Field(
            description="does the text name what it draws on: named, vaguely ('media reports'), "
            "not at all"
        ),
    ] = None
    attributed_to: Annotated[
        Line | None, Field(description="whom the text credits, as it says")
    ] = None
    cites: Annotated[tuple[Id, ...], Field(description="sources this one draws on")] = ()
    revises: Annotated[
        Id | None, Field(description="an earlier version of the same publication")
    ] = None
    retracted: Day | None = None
    same_as: Annotated[
        tuple[Id, ...], Field(description="decided: the same publication under another id")
    ] = ()
    not_same_as: Annotated[
        tuple[Id, ...], Field(description="decided: independent of that source")
    ] = ()
    language: Annotated[str | None, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = None
    note: Text | None = None
    ingested: Annotated[
        Ingested | None, Field(description="where it came from, if `assay ingest` wrote it")
    ] = None
    extra: Annotated[
        dict[str, JsonValue],
        Field(description="what its document says besides; read by nothing that scores"),
    ] = Field(default_factory=dict)


class Citation(Model):
    """One source cited by one claim. A bare source id is short for ``{id: …}``."""

    id: Id
    stance: Stance = "supports"
    locator: Annotated[Line | None, Field(description="where in the source: para 4, table 2")] = (
        None
    )
    credibility: Annotated[
        Annotated[int, Field(ge=1, le=5, strict=True)] | None,
        BeforeValidator(_unknown_reads_as_missing),
        Field(description="Admiralty scale: 1 confirmed … 5 improbable; 6 reads as missing"),
    ] = None
    directness: Annotated[
        Directness | None, Field(description="for this claim, if not the source's")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _bare_id(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value


class Quantity(Model):
    """A figure as the document gives it."""

    measure: Line
    value: StrictInt | FiniteFloat
    qualifier: Line | None = None
    unit: Line | None = None


class Claim(Model):
    """One sentence about the subject, with what it rests on."""

    id: Id
    nature: Nature
    section: Section | None = None
    type: Annotated[
        ClaimType | None,
        Field(description="what the sentence speaks of; sets how long it stays fresh"),
    ] = None
    text: Text
    key: Annotated[Flag, Field(description="the profile stands on it")] = False
    holds: Annotated[
        Literal["dated", "standing"] | None,
        Field(
            description="dated: true of a date, does not fade; standing: true now, must be kept "
            "fresh"
        ),
    ] = None
    as_of: PartialDate | None = None
    checked: Annotated[
        Day | None, Field(description="when somebody last checked that it still stands")
    ] = None
    quantity: Quantity | None = None
    sources: tuple[Citation, ...] = ()
    rests_on: Annotated[
        tuple[ClaimReference, ...],
        Field(description="the claims a judgement or forecast is drawn from"),
    ] = ()
    contradicts: tuple[ClaimReference, ...] = ()
    alternative_to: Annotated[
        ClaimReference | None, Field(description="the judgement this one competes with")
    ] = None
    likelihood: Annotated[
        Annotated[float, Field(ge=0.0, le=1.0, strict=True)] | None,
        Field(description="only of a forecast: its stated probability"),
    ] = None
    audience: Id | None = None
    status: Literal["draft", "final"] = "final"

    @model_validator(mode="after")
    def _likelihood_belongs_to_forecasts(self) -> Claim:
        if self.likelihood is not None and self.nature != "forecast":
            raise ValueError("likelihood belongs to a forecast; confidence is computed, not stated")
        return self


Horizon = Literal["now", "quarter", "year"]
Level = Literal["high", "medium", "low"]
Relation = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]


class Dependency(Model):
    """An edge: this profile depends on, or this event affects, another one."""

    on: Id
    relation: Annotated[
        Relation, Field(description="part_of, regulated_by, built_on, supplied_by, …")
    ]
    criticality: Level | None = None
    claims: Annotated[tuple[ClaimReference, ...], Field(description="the claims that say so")] = ()
    valid_from: PartialDate | None = None
    valid_until: PartialDate | None = None
    audience: Id | None = None


class WatchItem(Model):
    """What to look out for, until when, and what would set it off."""

    horizon: Horizon
    text: Text
    trigger: Text | None = None
    due: PartialDate | None = None
    owner: Line | None = None
    priority: Level | None = None
    audience: Id | None = None


class Image(Model):
    """A picture and why it is there; ``src`` is a file beside the profiles."""

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
            raise ValueError("an image lies inside the workspace: no '..' in its path")
        return self


class Profile(Model):
    """What institutions and events have in common."""

    id: Id
    name: Line
    aliases: tuple[Line, ...] = ()
    type: Annotated[
        Line | None, Field(description="regulator, company, decision, publication …")
    ] = None
    region: Line | None = None
    domain: Annotated[
        Line | None, Field(description="the primary domain: Governance, Industry …")
    ] = None
    topics: tuple[Line, ...] = ()
    bottom_line: Annotated[
        Id | None, Field(description="the claim that says it all; else the first key claim")
    ] = None
    basis: Annotated[
        dict[str, tuple[Id, ...]],
        Field(description="for a field such as region or type, the claims that say it"),
    ] = Field(default_factory=dict)
    depends_on: tuple[Dependency, ...] = ()
    claims: tuple[Claim, ...] = ()
    gaps: Annotated[tuple[Text, ...], Field(description="what is not known")] = ()
    watch: tuple[WatchItem, ...] = ()
    image: Image | None = None
    audience: Id | None = None
    embargo: Annotated[Day | None, Field(description="not shown to anybody before this day")] = None
    status: Literal["draft", "final"] = "final"


class Institution(Profile):
    """A body that acts: a regulator, a company, a laboratory, a platform."""

    kind: Literal["institution"]
    base: Annotated[Line | None, Field(description="where it is seated")] = None


class Event(Profile):
    """Something that happened, on a day or over a time."""

    kind: Literal["event"]
    date: PartialDate | None = None
    from_: Annotated[PartialDate | None, Field(alias="from")] = None
    until: PartialDate | None = None
    affects: tuple[Dependency, ...] = ()

    @model_validator(mode="after")
    def _time_runs_forward(self) -> Event:
        if self.from_ and self.until and self.until.last < self.from_.first:
            raise ValueError("'until' is before 'from'")
        if self.date and (self.from_ or self.until):
            raise ValueError("give either 'date' or 'from' and 'until'")
        return self


AnyProfile = Institution | Event


@dataclass(frozen=True)
class Corpus:
    """Publishers, sources and profiles by id, each mapping sorted by id."""

    publishers: Mapping[str, Publisher] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    profiles: Mapping[str, AnyProfile] = field(default_factory=dict)

    def with_profiles(self, profiles: Mapping[str, AnyProfile]) -> Corpus:
        return replace(self, profiles=dict(sorted(profiles.items())))

    def family(self, source: Source) -> str | None:
        """Whose outlet it is: the publisher's owner, else the publisher; None where unknown."""
        if source.publisher is None:
            return None
        publisher = self.publishers.get(source.publisher)
        return (publisher.owner if publisher else None) or source.publisher

    def claim(self, profile_id: str, reference: str) -> tuple[str, Claim] | None:
        """The claim a reference names, with its profile's id; None where there is no such claim."""
        owner, _, claim_id = reference.rpartition("#")
        owner = owner or profile_id
        profile = self.profiles.get(owner)
        if profile is None:
            return None
        return next(((owner, c) for c in profile.claims if c.id == claim_id), None)
