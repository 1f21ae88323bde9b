"""The rulebook: scales, scorers, watch items and settings, as ``rules.yaml`` holds them.

Conditions and amounts in CEL are kept as text here; :mod:`assay.rules` parses and checks them.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    FiniteFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)

from assay.model.base import Flag, Id, Line, Model, Text
from assay.model.documents import Day, Directness, Horizon, Level, Reliability

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""A word that conditions can use: lower-case letters, digits and underscores."""

Cel = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Phase = Literal["add", "multiply", "floor", "cap"]
SubjectKind = Literal["citation", "claim", "profile"]
Combine = Literal["noisy_or", "mean", "max", "min", "sum"]

PHASES: tuple[Phase, ...] = ("add", "multiply", "floor", "cap")


def _thousandths(value: float) -> float:
    if Decimal(str(value)) * 1000 % 1:
        raise ValueError("an amount has at most three decimals")
    return value


Number = Annotated[float, Field(strict=True), AfterValidator(_thousandths)]
Fraction = Annotated[float, Field(strict=True, ge=0.0, le=1.0), AfterValidator(_thousandths)]
Parameter = Flag | StrictInt | FiniteFloat | Line
Amount = Number | Cel
"""A number with at most three decimals, or a CEL expression of type double."""


class Band(Model):
    """One step of a scale; it reaches from ``from`` up to the next band."""

    id: Id
    from_: Annotated[Fraction, Field(alias="from")]
    grade: Line
    label: Line
    publish: Annotated[Flag, Field(description="false: profiles in this band get no page")] = True


class Disabled(Model):
    """A rule switched off for a while; from ``until`` on it is in force again."""

    reason: Text
    until: Day


class Fact(Model):
    """A named expression, for rules to use like a field: ``claim.NAME``."""

    name: Name
    on: SubjectKind
    expr: Cel
    describes: Annotated[Text | None, Field(description="what it says of a subject")] = None


class Rule(Model):
    """A condition, one amount, and the reason a reader is given."""

    id: Id
    when: Cel = "true"
    add: Amount | None = None
    multiply: Amount | None = None
    floor: Amount | None = None
    cap: Amount | None = None
    because: Annotated[Text, Field(description="shown on pages; {expressions} in braces are CEL")]
    rationale: Annotated[Text | None, Field(description="why the rulebook has this rule")] = None
    source: Annotated[Text | None, Field(description="where the figure comes from")] = None
    on_unknown: Annotated[
        Literal["apply", "ignore"] | Number | None,
        Field(
            description="what to do when the condition is unknown: apply, ignore, or this amount"
        ),
    ] = None
    disabled: Annotated[
        Disabled | None, Field(description="switched off, with the reason and until when")
    ] = None
    replaces: Annotated[
        Id | None, Field(description="id of the rule this one takes the place of")
    ] = None

    @model_validator(mode="after")
    def _one_amount(self) -> Rule:
        given = [p for p in PHASES if getattr(self, p) is not None]
        if len(given) != 1:
            raise ValueError("a rule has exactly one of add, multiply, floor, cap")
        return self

    @property
    def phase(self) -> Phase:
        return next(p for p in PHASES if getattr(self, p) is not None)

    @property
    def amount(self) -> float | str:
        amount: float | str = getattr(self, self.phase)
        return amount


class Pool(Model):
    """What a scorer starts from: a collection, kept and combined."""

    over: Name
    where: Cel = "true"
    take: Cel
    by: Annotated[Cel | None, Field(description="the strongest of each group counts")] = None
    strongest: Annotated[
        Annotated[int, Field(ge=1, strict=True)] | None, Field(description="how many groups count")
    ] = None
    combine: Combine
    empty: Fraction | Literal["unknown"]


class Scorer(Model):
    """A score of a citation, a claim or a profile, from 0 to 1."""

    name: Name
    on: SubjectKind
    title: Annotated[Line | None, Field(description="how pages call it")] = None
    describes: Annotated[Text | None, Field(description="what the score means to a reader")] = None
    scale: Name | None = None
    start: Amount | None = None
    pool: Pool | None = None
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _one_beginning(self) -> Scorer:
        if self.start is not None and self.pool is not None:
            raise ValueError("a scorer has either 'start' or 'pool'")
        return self

    @property
    def key(self) -> str:
        """``on.name``, unique in a rulebook."""
        return f"{self.on}.{self.name}"

    @property
    def heading(self) -> str:
        return self.title or self.name.replace("_", " ").capitalize()


class WatchRule(Model):
    """A watch item that the rulebook writes wherever its condition holds."""

    id: Id
    horizon: Horizon
    priority: Level = "medium"
    when: Cel
    text: Annotated[Text, Field(description="{expressions} in braces are CEL")]


class Reach(Model):
    """How far a dependency is felt: hops, loss per hop, weight by criticality."""

    hops: Annotated[int, Field(ge=1, le=6, strict=True)] = 3
    damping: Annotated[Fraction, Field(gt=0.0)] = 0.5
    weights: dict[Level, Fraction] = {"high": 0.8, "medium": 0.5, "low": 0.2}


class Change(Model):
    """One kind of change in the evidence that could be made, and what it costs."""

    id: Id
    text: Annotated[Line, Field(description="how it reads: a record from a new origin")]
    effort: Annotated[
        int, Field(ge=1, strict=True, description="in units of the desk's own choice")
    ]
    action: Literal["add_source", "lose_source", "see_original", "resolve_dispute", "recheck"]
    directness: Directness | None = None
    reliability: Reliability | None = None

    @model_validator(mode="after")
    def _added_sources_say_what_they_are(self) -> Change:
        if self.action == "add_source" and self.directness is None:
            raise ValueError("add_source needs a directness")
        if self.action != "add_source" and (self.directness or self.reliability):
            raise ValueError("directness and reliability belong to add_source")
        return self


class Guard(Model):
    """What an apply may change without being asked twice; each guard is named to let it pass."""

    max_downgrades: Annotated[
        Annotated[int, Field(ge=0, strict=True)] | None,
        Field(description="how many scores may fall by a band or more"),
    ] = None
    max_share: Annotated[
        Fraction | None,
        Field(description="share of the profiles applied before whose bands may change"),
    ] = None


class Settings(Model):
    """What holds for the whole workspace."""

    as_of: Annotated[Day | None, Field(description="the date of the scores; else today")] = None
    publish_by: Annotated[
        Name | None, Field(description="the profile scorer whose bands decide on pages")
    ] = None
    accept_origins_from: Annotated[
        Fraction | None,
        Field(description="from which score on `assay lineage --accept-all` accepts a proposal"),
    ] = None
    review_after_days: Annotated[
        dict[str, Annotated[int, Field(ge=1, le=36_500, strict=True)]],
        Field(description="by claim type, after how many days a standing claim is to be rechecked"),
    ] = {}


class Rulebook(Model):
    """``rules.yaml``. As small as one scorer with one rule."""

    version: Literal[1] = 1
    settings: Settings = Settings.model_construct()
    audiences: Annotated[
        tuple[Id, ...], Field(description="from the most public to the most confined")
    ] = ("public",)
    include: Annotated[
        tuple[Line, ...], Field(description="further rule files, from this file's folder")
    ] = ()
    parameters: Annotated[
        dict[Name, Parameter], Field(description="named constants that expressions can use")
    ] = {}
    facts: tuple[Fact, ...] = ()
    scales: dict[Name, tuple[Band, ...]] = {}
    reach: Reach = Reach.model_construct()
    scorers: Annotated[tuple[Scorer, ...], Field(min_length=1)]
    watch: tuple[WatchRule, ...] = ()
    guard: Annotated[
        Guard, Field(description="what an apply may change at most before it is asked about")
    ] = Guard.model_construct()
    changes: Annotated[
        tuple[Change, ...], Field(description="what could change the evidence, with efforts")
    ] = ()

    def successor(self, scorer: Scorer, rule_id: str) -> str:
        """The id of the rule that stands in the place of one of that id today."""
        followed = {r.replaces: r.id for r in scorer.rules if r.replaces}
        seen = {rule_id}
        while (after := followed.get(rule_id)) is not None and after not in seen:
            seen.add(after)
            rule_id = after
        return rule_id

    def bands(self, scorer: Scorer) -> tuple[Band, ...]:
        return self.scales[scorer.scale] if scorer.scale else ()


def digest(value: object) -> str:
    """Twelve hexadecimal digits of a BLAKE2b digest of ``value``, which is plain JSON data."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=6).hexdigest()


def rulebook_digest(rulebook: Rulebook) -> str:
    """The digest of what a rulebook says, however it is laid out."""
    return digest(rulebook.model_dump(mode="json", by_alias=True))
