"""Profiles: the institutions and events that briefings are about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from assay.model.base import ClaimReference, Id, Line, Model, Text
from assay.model.dates import PartialDate
from assay.model.evidence import Claim, Day

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
