"""Cases a rulebook is tested with: given this evidence, expect that grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from assay.model.base import Id, Line, Model, Text
from assay.model.documents import Corpus, Day
from assay.model.rulebook import Fraction, Name

SUBJECT = "subject"
"""The id of the profile that ``claims`` of a case belong to, where it has no other."""


class Expectation(Model):
    """What is expected of one score; what is not written is not asked.

    A bare text is a grade, the id of a band, or ``not rated``; a bare number a score.
    """

    score: Annotated[
        Fraction | Literal["unknown"] | None, Field(description="from 0 to 1, or unknown")
    ] = None
    grade: Annotated[Line | None, Field(description="a grade of the scale, or its band's id")] = (
        None
    )
    fired: Annotated[tuple[Id, ...], Field(description="rules that take effect")] = ()
    not_fired: Annotated[tuple[Id, ...], Field(description="rules that take no effect")] = ()
    unknown: Annotated[
        tuple[Id, ...], Field(description="rules whose condition cannot be decided")
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"score": "unknown"} if value == "not rated" else {"grade": value}
        if isinstance(value, float | int) and not isinstance(value, bool):
            return {"score": float(value)}
        return value


Expectations = dict[Name, Expectation]


class Expected(Model):
    """Expectations by what is scored: the profile, its claims, their citations."""

    profile: Expectations = {}
    claims: Annotated[
        dict[Line, Expectations], Field(description="by id, or profile#claim of another profile")
    ] = {}
    citations: Annotated[
        dict[Line, Expectations], Field(description="by claim@source, or profile#claim@source")
    ] = {}


class Given(Model):
    """The evidence of a case, as documents have it; ids and texts may be left out.

    A publisher's name, a source's title and a claim's text are their ids where they are not
    given; a claim is a key fact, and true of a date, unless it says otherwise.
    """

    publishers: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    profile: Annotated[
        dict[str, Any], Field(description="fields of the profile that is scored, besides claims")
    ] = {}
    claims: tuple[dict[str, Any], ...] = ()
    others: Annotated[tuple[dict[str, Any], ...], Field(description="further profiles")] = ()


class RuleCase(Model):
    """One case: the evidence, the date, and what the rulebook is to make of it."""

    name: Line
    why: Text | None = None
    as_of: Day | None = None
    given: Given = Given()
    expect: Expected


@dataclass(frozen=True)
class LoadedCase:
    """A case with its documents, the profile it is about, its date, and where it is written."""

    case: RuleCase
    corpus: Corpus
    subject: str
    as_of: date
    file: str
    line: int


class RuleCases(Model):
    """A file of cases; ``publishers`` and ``sources`` are there in every one of them."""

    as_of: Annotated[
        Day | None, Field(description="the date of the cases; else the rulebook's")
    ] = None
    publishers: tuple[dict[str, Any], ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    cases: Annotated[tuple[RuleCase, ...], Field(min_length=1)]
