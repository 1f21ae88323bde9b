"""Test cases of a rulebook: given this evidence, expect that grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from assay.model.base import Id, Line, Model, Text
from assay.model.documents import Corpus, Day
from assay.model.rulebook import Fraction, Name

DEFAULT_SUBJECT = "subject"
"""Default id of the profile of a case."""


class Expectation(Model):
    """Expectation for one score; keys without a value are not checked.

    A bare text is a grade, the id of a band, ``not rated`` or ``not asked``; a bare number is a
    score.
    """

    score: Annotated[
        Fraction | Literal["unknown", "not asked"] | None,
        Field(description="score from 0 to 1, unknown, or not asked of profiles of this kind"),
    ] = None
    grade: Annotated[Line | None, Field(description="grade of the scale, or the id of a band")] = (
        None
    )
    ceiling: Annotated[
        Line | None, Field(description="highest possible grade, or the id of its band")
    ] = None
    stands_on: Annotated[
        Line | None, Field(description="grade of the evidence that the band rests on, or its id")
    ] = None
    fired: Annotated[tuple[Id, ...], Field(description="ids of rules that take effect")] = ()
    not_fired: Annotated[tuple[Id, ...], Field(description="ids of rules that take no effect")] = ()
    unknown: Annotated[
        tuple[Id, ...], Field(description="ids of rules whose condition is unknown")
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, str):
            words = {"not rated": "unknown", "not asked": "not asked"}
            return {"score": words[value]} if value in words else {"grade": value}
        if isinstance(value, float | int) and not isinstance(value, bool):
            return {"score": float(value)}
        return value


Expectations = dict[Name, Expectation]


class Expected(Model):
    """Expectations for the profile, its factors, its claims, and the evidence for them."""

    profile: Expectations = {}
    factors: Annotated[
        dict[Line, Expectations],
        Field(description="expectations by factor: its name, or profile:factor"),
    ] = {}
    dependents: Annotated[
        dict[Line, Expectations],
        Field(description="expectations by dependent profile: its id, or dependent>profile"),
    ] = {}
    claims: Annotated[
        dict[Line, Expectations],
        Field(description="expectations by claim: its id, or profile#claim for another profile"),
    ] = {}
    corroborations: Annotated[
        dict[Line, Expectations],
        Field(
            description="expectations by set of corroborating citations: claim@source+source, in "
            "the order of the claim"
        ),
    ] = {}
    citations: Annotated[
        dict[Line, Expectations],
        Field(description="expectations by citation: claim@source, or profile#claim@source"),
    ] = {}


class Given(Model):
    """The evidence of a case, in the form of documents.

    A publisher's name, a source's title and a claim's text default to their ids. A claim is by
    default a key claim, a fact and dated.
    """

    publishers: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    profile: Annotated[
        dict[str, Any], Field(description="fields of the profile, except claims")
    ] = {}
    claims: tuple[dict[str, Any], ...] = ()
    others: Annotated[tuple[dict[str, Any], ...], Field(description="further profiles")] = ()


class RuleCase(Model):
    """One case: the evidence, the date, and the expected scores."""

    name: Line
    why: Text | None = None
    as_of: Day | None = None
    given: Given = Given()
    expect: Expected


@dataclass(frozen=True)
class LoadedCase:
    """A case with its documents, the id of its profile, its date, and its position."""

    case: RuleCase
    corpus: Corpus
    subject: str
    as_of: date
    file: str
    line: int


class RuleCases(Model):
    """A file of cases, with publishers and sources that all of them share."""

    as_of: Annotated[
        Day | None, Field(description="date of the cases. Default: that of the rulebook")
    ] = None
    publishers: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    cases: Annotated[tuple[RuleCase, ...], Field(min_length=1)]
