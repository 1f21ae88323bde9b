"""The rulebook: scales, scorers, watch items and settings, as ``rules.yaml`` holds them.

Conditions and amounts in CEL are text here; :mod:`assay.rules` parses and checks them.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    FiniteFloat,
    SerializerFunctionWrapHandler,
    StrictInt,
    StringConstraints,
    model_serializer,
    model_validator,
)

from assay.characters import VISIBLE_PATTERN, composed
from assay.model.base import Flag, Id, Line, Model, Shorthand, Text, WebAddress
from assay.model.documents import Day, Directness, Level, Relation, Reliability

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
"""A name for conditions: lower-case letters, digits and underscores."""

Cel = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000, pattern=VISIBLE_PATTERN),
    AfterValidator(composed),
]
"""An expression; composed, so that its words equal those of documents."""

Phase = Literal["add", "multiply", "floor", "cap"]
SubjectKind = Literal["citation", "corroboration", "claim", "factor", "dependent", "profile"]
ProfileKind = Literal["institution", "event"]
Combine = Literal["noisy_or", "mean", "max", "min", "sum"]

PHASES: tuple[Phase, ...] = ("add", "multiply", "floor", "cap")


def _thousandths(value: float) -> float:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3:
        raise ValueError("an amount has at most three decimals")
    return value


Number = Annotated[float, Field(strict=True, ge=-1000.0, le=1000.0), AfterValidator(_thousandths)]
Fraction = Annotated[float, Field(strict=True, ge=0.0, le=1.0), AfterValidator(_thousandths)]
Parameter = Flag | StrictInt | FiniteFloat | Line
Amount = Number | Cel
"""A number with at most three decimals, or a CEL expression of type double."""


def _is_empty(value: object) -> bool:
    return not value


class Band(Model):
    """A range of scores with one grade, from ``from`` up to the next band."""

    id: Id
    from_: Annotated[Fraction, Field(alias="from")]
    grade: Line
    label: Line
    publish: Annotated[Flag, Field(description="false if profiles in this band get no page")] = True


class Disabled(Model):
    """Suspension of a rule, which applies again from ``until`` on."""

    reason: Text
    until: Day


class Fact(Model):
    """A named expression that rules use like a field: ``claim.NAME``."""

    name: Name
    on: SubjectKind
    expr: Cel
    describes: Annotated[Text | None, Field(description="meaning of the fact")] = None


class Rule(Model):
    """A condition, one adjustment of the score, and the reason that readers see."""

    id: Id
    when: Cel = "true"
    add: Amount | None = None
    multiply: Amount | None = None
    floor: Amount | None = None
    cap: Amount | None = None
    because: Annotated[
        Text, Field(description="sentence shown on pages; {expressions} in braces are CEL")
    ]
    rationale: Annotated[Text | None, Field(description="reason for having this rule")] = None
    source: Annotated[Text | None, Field(description="where the number comes from")] = None
    on_unknown: Annotated[
        Literal["apply", "ignore"] | Number | None,
        Field(
            description="effect of an unknown condition: `apply`, `ignore`, or the amount to use"
        ),
    ] = None
    disabled: Annotated[
        Disabled | None, Field(description="suspension of the rule, with its reason and its end")
    ] = None
    formerly: Annotated[
        tuple[Id, ...],
        Field(description="ids that the rule had before, oldest first", exclude_if=_is_empty),
    ] = ()
    replaces: Annotated[Id | None, Field(description="id of the rule that this one replaces")] = (
        None
    )

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
    """A starting score that is computed from a collection."""

    over: Name
    within_reach: Annotated[
        bool,
        Field(
            description="whether profiles connected indirectly count too, each once by its "
            "strongest path along `reach`; `take` is then the weight of a dependency"
        ),
    ] = False
    where: Cel = "true"
    take: Cel
    by: Annotated[
        Cel | None,
        Field(description="CEL: groups, of each of which only the strongest element counts"),
    ] = None
    strongest: Annotated[
        Annotated[int, Field(ge=1, strict=True)] | None,
        Field(description="number of groups that count"),
    ] = None
    combine: Combine
    weight: Annotated[
        Cel | None, Field(description="CEL of type double: weight of an element in a mean")
    ] = None
    empty: Fraction | Literal["unknown"]

    @model_validator(mode="after")
    def _weight_belongs_to_means(self) -> Pool:
        grouped = self.by is not None or self.strongest is not None
        if self.weight is not None and (self.combine != "mean" or grouped):
            raise ValueError("'weight' needs 'combine: mean', without 'by' and 'strongest'")
        return self

    @model_validator(mode="after")
    def _paths_follow_dependencies(self) -> Pool:
        if self.within_reach and self.over not in ("dependents", "dependencies"):
            raise ValueError("'within_reach' needs 'over: dependents' or 'over: dependencies'")
        if self.within_reach and (self.by is not None or self.weight is not None):
            raise ValueError("'within_reach' needs a pool without 'by' and 'weight'")
        return self


class Ceiling(Model):
    """The score that a subject has at most, where something about it is unknown."""

    scorer: Annotated[Name, Field(description="another scorer of the same subject")]
    widest: Annotated[
        Annotated[int, Field(ge=0, strict=True)] | None,
        Field(
            description="maximal number of bands between the score and its ceiling; with more, the "
            "subject is not rated. Default: no limit"
        ),
    ] = None


class StandsOn(Model):
    """The grade of the evidence that a band rests on.

    A band rests on the best grade at which it is still reached if all elements with a lower grade
    count as unknown. Whether the subject is rated does not matter then, but ``needs`` does.
    """

    on: Annotated[Literal["factor"], Field(description="elements that may count as unknown")]
    scorer: Annotated[Name, Field(description="scorer of these elements, with a scale")]
    needs: Annotated[
        Cel | None, Field(description="condition without which no band is reached")
    ] = None
    provisional_below: Annotated[
        Id | None,
        Field(description="band of that scale; what rests on a lower one is provisional"),
    ] = None


class NotAsked(Model):
    """Facts that do not count for coverage where a condition is true."""

    facts: Annotated[
        tuple[Cel, ...],
        Field(min_length=1, description="fields, scores or collections, as rules name them"),
    ]
    when: Cel


class Scorer(Model):
    """A score from 0 to 1 of a citation or a set of them, a claim, factor, dependent or profile."""

    name: Name
    on: SubjectKind
    title: Annotated[Line | None, Field(description="name of the score on pages")] = None
    describes: Annotated[Text | None, Field(description="meaning of the score for readers")] = None
    shown: Annotated[
        Flag, Field(description="false for an input of other scores, left out of lists and pages")
    ] = True
    kinds: Annotated[
        tuple[ProfileKind, ...] | None,
        Field(min_length=1, description="kinds of profile that have this score. Default: all"),
    ] = None
    scale: Name | None = None
    rated_from: Annotated[
        Fraction | None,
        Field(description="least coverage; with less, the subject is not rated"),
    ] = None
    rated_when: Annotated[
        Cel | None, Field(description="condition without which a subject is not rated")
    ] = None
    not_asked: Annotated[
        tuple[NotAsked, ...], Field(description="facts that some subjects are not asked for")
    ] = ()
    start: Amount | None = None
    pool: Pool | None = None
    rules: tuple[Rule, ...] = ()
    ceiling: Ceiling | None = None
    stands_on: StandsOn | None = None
    formerly: Annotated[
        tuple[Name, ...],
        Field(description="names that the scorer had before, oldest first", exclude_if=_is_empty),
    ] = ()

    @model_validator(mode="after")
    def _one_beginning(self) -> Scorer:
        if self.start is not None and self.pool is not None:
            raise ValueError("a scorer has either 'start' or 'pool'")
        return self

    @model_validator(mode="after")
    def _kinds_are_of_profiles(self) -> Scorer:
        if self.kinds is not None and self.on != "profile":
            raise ValueError("'kinds' needs 'on: profile'")
        return self

    @property
    def key(self) -> str:
        """``on.name``, unique in a rulebook."""
        return f"{self.on}.{self.name}"

    def asks(self, kind: str) -> bool:
        """Return whether profiles of a kind have this score."""
        return self.kinds is None or kind in self.kinds

    def suffices(self, coverage: int) -> bool:
        """Return whether a coverage, in thousandths, is enough for a rating."""
        return self.rated_from is None or coverage >= round(self.rated_from * 1000)

    @property
    def heading(self) -> str:
        return self.title or self.name.replace("_", " ").capitalize()


class WatchRule(Model):
    """A watch item for every profile that meets a condition."""

    id: Id
    horizon: Annotated[
        Literal["now", "quarter", "year"] | None, Field(description="no longer used")
    ] = None
    priority: Level = "medium"
    when: Cel
    text: Annotated[Text, Field(description="text of the item; {expressions} in braces are CEL")]


class Reach(Model):
    """Strength of effects along dependencies: hops, loss per hop, weight by criticality."""

    hops: Annotated[int, Field(ge=1, le=6, strict=True)] = 3
    damping: Annotated[Fraction, Field(gt=0.0)] = 0.5
    weights: dict[Level, Fraction] = {"high": 0.8, "medium": 0.5, "low": 0.2}


Words = Annotated[dict[Line, Text | None], Field(min_length=1)]
"""Words, each with its meaning or without one."""


class Vocabularies(Model):
    """The words that profiles may use, each with an optional meaning.

    Without a vocabulary any word is valid.
    """

    types: Annotated[
        dict[Literal["institution", "event"], Words],
        Field(description="types of profiles, by their kind"),
    ] = {}
    regions: Annotated[Words | None, Field(description="regions of profiles")] = None
    domains: Annotated[Words | None, Field(description="primary domains of profiles")] = None
    relations: Annotated[
        Annotated[dict[Relation, Text | None], Field(min_length=1)] | None,
        Field(description="relations of `depends_on` and `affects`"),
    ] = None

    def types_of(self, *kinds: str) -> dict[str, str | None]:
        """Return the types of profiles of these kinds; empty if one of them has no vocabulary."""
        by_kind = {str(kind): words for kind, words in self.types.items()}
        if not by_kind.keys() >= set(kinds):
            return {}
        return {word: meaning for kind in kinds for word, meaning in by_kind[kind].items()}

    def of(self, profile_kind: str) -> dict[str, dict[str, str | None]]:
        """Return the words for the fields of profiles of a kind; empty where any is valid."""
        return {
            "type": self.types_of(profile_kind),
            "region": self.regions or {},
            "domain": self.domains or {},
        }


class FactorScale(Model):
    """The words of a factor, each with its number from 0 to 1."""

    words: Annotated[dict[Line, Fraction], Field(min_length=1)]
    because: Annotated[Text | None, Field(description="what the words and numbers rest on")] = None


class Factors(Model):
    """The factors that profiles rate: their scales, and which are asked of a profile."""

    scales: dict[Name, FactorScale] = {}
    asked: Annotated[
        dict[ProfileKind, dict[Name, Name]],
        Field(description="scale of each factor, by the kind of profile that is asked for it"),
    ] = {}
    not_asked: Annotated[
        dict[Name, tuple[Line, ...]],
        Field(description="types of profile that are not asked for a factor, by factor"),
    ] = {}

    def of(self, kind: str, type_: str | None) -> dict[str, FactorScale]:
        """Return the factors asked of a profile, with their scales, in the order of the rulebook.

        ``kind`` and ``type_`` are those of the profile.
        """
        given = {str(k): factors for k, factors in self.asked.items()}.get(kind, {})
        return {
            name: self.scales[scale]
            for name, scale in given.items()
            if type_ is None or type_ not in self.not_asked.get(name, ())
        }


_Days = Annotated[int, Field(ge=0, le=36_500, strict=True)]


class Cadence(Model):
    """When profiles are reviewed again, and the words for the time until then.

    ``scorer`` is one of profiles with ``stands_on``. ``days`` has, for each of its bands, the days
    by the grade of evidence that the band rests on: the first entry whose grade is not above that
    one applies, or else the last.
    """

    scorer: Annotated[
        Name | None,
        Field(description="profile scorer with `stands_on`. Default: no reviews are due"),
    ] = None
    weight: Annotated[
        Name | None,
        Field(description="scorer of factors: how much each counts, to name the widest gap"),
    ] = None
    days: Annotated[
        dict[Id, Annotated[dict[Id, _Days], Field(min_length=1)]],
        Field(
            description="days from one review to the next, by band, then by the lowest grade of "
            "evidence that they are for"
        ),
    ] = {}
    not_rated: Annotated[_Days, Field(description="days for a profile that is not rated")] = 90
    least: Annotated[_Days, Field(description="least number of days")] = 7
    words: Annotated[
        dict[Line, _Days],
        Field(min_length=1, description="words for the time until a date, each with its last day"),
    ] = {"now": 30, "this quarter": 92, "this year": 365}
    beyond: Annotated[Line, Field(description="word for a later date")] = "later"
    because: Annotated[Text | None, Field(description="what the days and words rest on")] = None

    @property
    def in_order(self) -> tuple[str, ...]:
        """The words from the nearest date to the furthest."""
        return (*sorted(self.words, key=lambda word: self.words[word]), self.beyond)

    def word(self, days: int) -> str:
        """Return the word for a date so many days ahead; negative if it has passed."""
        near = (word for word in self.in_order[:-1] if days <= self.words[word])
        return next(near, self.beyond)


class Change(Model):
    """A possible change of the evidence, and its effort."""

    id: Id
    text: Annotated[
        Line, Field(description="description, for example a record from an independent source")
    ]
    effort: Annotated[int, Field(ge=1, strict=True, description="effort, in units of your choice")]
    action: Literal[
        "add_source",
        "lose_source",
        "see_original",
        "read_document",
        "resolve_dispute",
        "recheck",
    ]
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
    """Limits on the changes of one apply. To exceed one, the apply must name it."""

    max_downgrades: Annotated[
        Annotated[int, Field(ge=0, strict=True)] | None,
        Field(description="number of scores that may fall by a band or more"),
    ] = None
    max_share: Annotated[
        Fraction | None,
        Field(description="share of the profiles applied before whose bands may change"),
    ] = None


def directory_address(address: str | None) -> str | None:
    """The address with a slash at its end."""
    return None if address is None else address.rstrip("/") + "/"


class Site(Model):
    """Title, address and contact of the site; no score depends on them."""

    title: Annotated[Line, Field(description="name of the site, shown on every page")] = "Briefings"
    base_url: Annotated[
        WebAddress | None,
        Field(
            description="address of the published site. Without it the site has no sitemap, "
            "canonical links or preview pictures"
        ),
    ] = None
    contact: Annotated[
        Line | None,
        Field(description="where readers report errors: an email or web address"),
    ] = None

    @model_validator(mode="after")
    def _contact_is_an_address(self) -> Site:
        if self.contact is not None and contact_address(self.contact) is None:
            raise ValueError("write an email or web address, for example editor@example.org")
        if self.base_url is not None and ("?" in self.base_url or "#" in self.base_url):
            raise ValueError("base_url ends with a folder, without ? and #")
        return self


_EMAIL = re.compile(r"[^@\s<>\"?&#%]+@[^@\s<>\"?&#%]+\.[^@\s<>\"?&#%]+")


def contact_address(contact: str) -> str | None:
    """The link to an email or web address; None if the text is neither."""
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if _EMAIL.fullmatch(contact) else None


class Settings(Model):
    """Settings of the whole workspace."""

    as_of: Annotated[Day | None, Field(description="date of the scores. Default: today")] = None
    publish_by: Annotated[
        Name | None,
        Field(description="profile scorer whose bands decide which profiles get a page"),
    ] = None
    accept_origins_from: Annotated[
        Fraction | None,
        Field(description="score from which `assay lineage --accept-all` accepts a suggestion"),
    ] = None
    review_after_days: Annotated[
        dict[str, Annotated[int, Field(ge=1, le=36_500, strict=True)]],
        Field(description="days after which a standing claim is due for a recheck, by claim type"),
    ] = {}
    site: Annotated[Site | None, Field(description="title, address and contact of the site")] = None

    @model_serializer(mode="wrap")
    def _as_written(self, full: SerializerFunctionWrapHandler) -> Any:
        # Digests of rulebooks without a site stay the same.
        data = full(self)
        if self.site is None:
            data.pop("site", None)
        return data


class Audience(Shorthand):
    """Readers that a build is for. A bare id is short for ``{id: …}``."""

    short = "id"

    id: Id
    name: Annotated[Line | None, Field(description="name on pages. Default: the id")] = None
    holds: Annotated[
        Text | None,
        Field(description="content that it sees and the audience before it does not"),
    ] = None
    access: Annotated[
        Text | None, Field(description="how to get access: a web address or a sentence")
    ] = None

    @model_serializer(mode="wrap")
    def _as_written(self, full: SerializerFunctionWrapHandler) -> Any:
        # Locks of older versions have bare ids.
        return full(self) if self.name or self.holds or self.access else self.id


class Rulebook(Model):
    """The rulebook. One scorer with one rule is enough."""

    version: Literal[1] = 1
    settings: Settings = Settings.model_construct()
    tiers: Annotated[
        tuple[Audience, ...],
        Field(
            alias="audiences",
            min_length=1,
            description="audiences, from the most public to the most restricted: ids, or mappings "
            "with details",
        ),
    ] = (Audience.model_construct(id="public"),)
    include: Annotated[
        tuple[Line, ...],
        Field(description="further rule files, relative to the folder of this one"),
    ] = ()
    parameters: Annotated[
        dict[Name, Parameter], Field(description="named constants for expressions")
    ] = {}
    facts: tuple[Fact, ...] = ()
    scales: dict[Name, tuple[Band, ...]] = {}
    vocabularies: Annotated[Vocabularies, Field(description="the words of profiles")] = (
        Vocabularies.model_construct()
    )
    reach: Reach = Reach.model_construct()
    factors: Annotated[Factors, Field(description="factors of profiles and their scales")] = (
        Factors.model_construct()
    )
    scorers: Annotated[tuple[Scorer, ...], Field(min_length=1)]
    cadence: Annotated[
        Cadence, Field(description="when profiles are reviewed again, and words for dates")
    ] = Cadence.model_construct()
    watch: tuple[WatchRule, ...] = ()
    guard: Annotated[Guard, Field(description="limits on the changes of one apply")] = (
        Guard.model_construct()
    )
    changes: Annotated[
        tuple[Change, ...],
        Field(description="possible changes of the evidence, with their efforts"),
    ] = ()

    @property
    def audiences(self) -> tuple[str, ...]:
        """The ids of the audiences, from the most public to the most restricted."""
        return tuple(tier.id for tier in self.tiers)

    def successor(self, scorer: Scorer, rule_id: str) -> str:
        """Return the id of the rule that has replaced a rule, directly or through others."""
        followed = {r.replaces: r.id for r in scorer.rules if r.replaces}
        seen = {rule_id}
        while (after := followed.get(rule_id)) is not None and after not in seen:
            seen.add(after)
            rule_id = after
        return rule_id

    def bands(self, scorer: Scorer) -> tuple[Band, ...]:
        """Return the bands of a scorer; none if it has no scale, or one that is not defined."""
        return self.scales.get(scorer.scale, ()) if scorer.scale else ()

    def scorer(self, on: SubjectKind, name: str | None) -> Scorer | None:
        return next((s for s in self.scorers if s.on == on and s.name == name), None)

    def evidence_bands(self, scorer: Scorer) -> tuple[Band, ...]:
        """Return the bands of the evidence that the bands of a scorer rest on."""
        option = scorer.stands_on
        if option is None:
            return ()
        of_elements = self.scorer(option.on, option.scorer)
        return self.bands(of_elements) if of_elements is not None else ()


def digest(value: object) -> str:
    """Return twelve hexadecimal digits of the BLAKE2b digest of plain JSON data."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=6).hexdigest()


def rulebook_digest(rulebook: Rulebook) -> str:
    """Return the digest of a rulebook's content, whatever its layout."""
    return digest(rulebook.model_dump(mode="json", by_alias=True))
