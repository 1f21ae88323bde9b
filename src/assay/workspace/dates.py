"""The dates of documents, and the order that they must have: one table for all checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from assay.diagnostics import content_codes
from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, Subject, ValueLocation
from assay.model.base import Model
from assay.model.dates import PartialDate
from assay.model.documents import (
    Claim,
    Closed,
    Corpus,
    Correction,
    Dependency,
    Event,
    Institution,
    Publisher,
    Source,
    WatchItem,
)
from assay.yaml.source_map import ValuePath


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of a document: its key, its noun, and the earlier dates that it must not precede.

    ``code`` reports a wrong order. ``future`` states how a date after the as-of date counts;
    None if such a date is normal.
    """

    key: str
    noun: str
    after: tuple[str, ...] = ()
    code: Code = content_codes.DATES_IN_DOUBT
    future: str | None = None
    future_code: Code = content_codes.DATE_AFTER_AS_OF


_PROFILE = (
    Dated("reviewed", "review", future="the review is ignored until then"),
    Dated(
        "closed.on",
        "closing",
        after=("date", "from"),
        future="the profile counts as open until then",
    ),
    Dated("embargo", "embargo"),  # a plan to publish
)

DATES: Mapping[type[Model], tuple[Dated, ...]] = {
    Publisher: (
        Dated("reliability_date", "rating", future="the rating counts already; correct its date"),
    ),
    Source: (
        Dated(
            "published",
            "publication",
            future="it is ignored until then",
            future_code=content_codes.SOURCE_AFTER_AS_OF,
        ),
        Dated(
            "accessed",
            "access date",
            after=("published",),
            future="the access date is ignored until then",
        ),
        Dated(
            "retracted",
            "retraction",
            after=("published",),
            code=codes.RETRACTED_EARLY,
            future="the source counts as not retracted until then",
        ),
    ),
    Claim: (
        Dated("as_of", "date", future="the claim counts already; correct its date"),
        Dated("happened", "event date"),
        Dated(
            "happened_until",
            "event end",
            after=("happened",),
            code=codes.DATES_OUT_OF_ORDER,
        ),
        Dated("checked", "check", after=("as_of",), future="the check is ignored until then"),
    ),
    Dependency: (
        Dated("valid_from", "start", future="the link is ignored until then"),
        Dated("valid_until", "end", after=("valid_from",), code=codes.DATES_OUT_OF_ORDER),
    ),
    WatchItem: (Dated("due", "due date"),),
    Correction: (Dated("date", "date"),),
    Institution: _PROFILE,
    Event: (  # planned events have future dates
        Dated("date", "date"),
        Dated("from", "start"),
        Dated("until", "end", after=("from",), code=codes.DATES_OUT_OF_ORDER),
        *_PROFILE,
    ),
}
"""Every date of every mapping of a document."""


def check_order(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Report dates in an impossible order, in one mapping or between linked sources."""
    for given in _mappings(corpus, subjects):
        yield from (d for d in _disorder(given) if d.severity == "error")
    for source in corpus.sources.values():
        at = subjects[source.id]
        for i, target in enumerate(source.cites):
            yield from _later(source, "cites", target, corpus, ValueLocation(("cites", i), at))
        if source.revises is not None:
            location = ValueLocation(("revises",), at)
            yield from _later(source, "revises", source.revises, corpus, location)
    for profile in corpus.profiles.values():
        for i, claim in enumerate(profile.claims):
            for k, citation in enumerate(claim.sources):
                citing = corpus.sources.get(citation.id) if citation.cites else None
                if citing is not None:
                    for n, target in enumerate(citation.cites or ()):
                        path = ("claims", i, "sources", k, "cites", n)
                        location = ValueLocation(path, subjects[profile.id])
                        yield from _later(citing, "cites", target, corpus, location)


def lint_dates(
    corpus: Corpus, as_of: date | None, subjects: Mapping[str, Subject]
) -> Iterator[Diagnostic]:
    """Report doubtful orders, and dates after ``as_of`` that count otherwise until then.

    Drafts are not scored, so their dates may be later.
    """
    for given in _mappings(corpus, subjects):
        yield from (d for d in _disorder(given) if d.severity != "error")
        if as_of is not None and not given.draft:
            yield from _future(given, as_of)


class _Mapping(NamedTuple):
    """One mapping with dates."""

    model: Model
    subject: Subject
    path: ValuePath = ()
    draft: bool = False

    def __str__(self) -> str:
        match self.model:
            case Claim(id=id_):
                return f"claim {id_!r}"
            case Dependency(on=on):
                noun = "dependency" if self.path[0] == "depends_on" else "effect"
                return f"the {noun} on {on!r}"
            case Publisher(id=id_) | Source(id=id_):
                return f"{self.model.kind} {id_!r}"
            case Institution(id=id_) | Event(id=id_):
                return f"profile {id_!r}"
        raise AssertionError(self.model)

    def at(self, key: str) -> ValueLocation:
        return ValueLocation((*self.path, *key.split(".")), self.subject)


def _mappings(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[_Mapping]:
    """Yield every mapping with dates that are compared with others or with the as-of date."""
    for publisher in corpus.publishers.values():
        yield _Mapping(publisher, subjects[publisher.id])
    for source in corpus.sources.values():
        yield _Mapping(source, subjects[source.id])
    for profile in corpus.profiles.values():
        subject, draft = subjects[profile.id], profile.status == "draft"
        yield _Mapping(profile, subject, (), draft)
        for i, claim in enumerate(profile.claims):
            if claim.as_of or claim.checked or claim.happened:
                unscored = draft or claim.status == "draft"
                yield _Mapping(claim, subject, ("claims", i), unscored)
        for name in ("depends_on", "affects"):
            for i, edge in enumerate(getattr(profile, name, ())):
                if edge.valid_from or edge.valid_until:
                    yield _Mapping(edge, subject, (name, i), draft)


def _value(model: Model, key: str) -> PartialDate | date | None:
    """Return a date by its key; None if it is not given."""
    if key == "closed.on":
        closed = getattr(model, "closed", None)
        return closed.on if isinstance(closed, Closed) else None
    value: PartialDate | date | None = getattr(model, _ATTRIBUTES.get(key, key))
    return value


_ATTRIBUTES = {"from": "from_"}
_ORDERS = {
    model: [
        (dated, other)
        for dated in dates
        for other in dates
        if dated.after and other.key in dated.after
    ]
    for model, dates in DATES.items()
}
_FUTURES = {model: [d for d in dates if d.future] for model, dates in DATES.items()}


def _disorder(given: _Mapping) -> Iterator[Diagnostic]:
    for dated, other in _ORDERS[type(given.model)]:
        value = _value(given.model, dated.key)
        bound = None if value is None else _value(given.model, other.key)
        if value is not None and bound is not None and _last(value) < _first(bound):
            yield dated.code.at(
                given.at(dated.key),
                f"the {dated.noun} of {given} ({value}) is before its {other.noun} ({bound})",
                "correct one of the two dates",
            )


def _future(given: _Mapping, as_of: date) -> Iterator[Diagnostic]:
    for dated in _FUTURES[type(given.model)]:
        value = _value(given.model, dated.key)
        if value is None or _first(value) <= as_of:
            continue
        of = "" if dated.key == "published" else f"the {dated.noun} of "
        yield dated.future_code.at(
            given.at(dated.key),
            f"{of}{given} ({value}) is later than the as-of date {as_of}",
            dated.future or "",
        )


def _later(
    source: Source, verb: str, target: str, corpus: Corpus, location: ValueLocation
) -> Iterator[Diagnostic]:
    """Report a target that was published after the source that draws on it."""
    other = corpus.sources.get(target)
    if source.published is None or other is None or other.published is None:
        return
    if _first(other.published) > _last(source.published):
        yield codes.CITES_LATER.at(
            location,
            f"source {source.id!r} ({source.published}) {verb} {target!r}, published later "
            f"({other.published})",
            "correct one of the two dates, or the link",
        )


def _first(value: PartialDate | date) -> date:
    return value.first if isinstance(value, PartialDate) else value


def _last(value: PartialDate | date) -> date:
    return value.last if isinstance(value, PartialDate) else value
