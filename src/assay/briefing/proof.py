"""Proof that a site does not depend on what its audience may not know.

Every text that is closed to the audience gets a marker of its own, and no byte of the site that is
built from these documents may contain one. The site must also have the same bytes as one that is
built from documents without anything that is closed, so that no count, score or order tells of it.

What is closed is found here by the marks on the documents alone, not by the filter under test.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel

from assay.evidence.audience import with_known_evidence
from assay.model.documents import AnyProfile, Corpus, Factor, Sentence, Signal
from assay.plan.history import Applied
from assay.plan.plan import Cause
from assay.review.decisions import Decision, may_know
from assay.review.ledger import Ledger

if TYPE_CHECKING:
    from assay.assessment import Assessment

_PREFIX = "qzcanary"
_MARKER = re.compile(rb"qzcanary[0-9]+x")
_KEPT = frozenset(
    ("id", "kind", "audience", "status", "subjects", "of", "follows", "scorer", "band", "computed")
)
"""Fields that state what is closed, or to what a decision belongs; they are never prose."""


@dataclass(frozen=True)
class Material:
    """Everything that a site is made from: documents, decisions and applies."""

    corpus: Corpus
    ledger: Ledger
    history: tuple[Applied, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """A file of a site that shows a text which is closed to its audience; ``text`` is where."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was tested for one audience, and what was found.

    ``differing`` are the files that change if everything that is closed is taken away.
    """

    audience: str
    markers: int
    files: int
    leaks: tuple[Leak, ...]
    differing: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not (self.leaks or self.differing)


def prove(
    material: Material, assessment: Assessment, render: Callable[[Material], Mapping[str, bytes]]
) -> Proof:
    """Test the site of an assessment's audience; ``render`` builds it from other material."""
    closed = _Closed(material, assessment)
    planted, places = closed.planted()
    marked = render(planted)
    leaks = [
        Leak(file, places[marker])
        for file, data in sorted(marked.items())
        for marker in sorted(_markers_in(file, data) & places.keys())
    ]
    real, without = render(material), render(closed.removed())
    differing = [f for f in sorted(real.keys() | without.keys()) if real.get(f) != without.get(f)]
    return Proof(assessment.audience, len(places), len(marked), tuple(leaks), tuple(differing))


def _markers_in(name: str, data: bytes) -> set[str]:
    """Return the markers in a file, in the files inside of it, and in their names."""
    found = set(_MARKER.findall(name.lower().encode()))
    for content in _contents(data):
        found.update(_MARKER.findall(content.lower()))
    return {marker.decode() for marker in found}


def _contents(data: bytes) -> Iterator[bytes]:
    yield data
    if data.startswith(b"\x1f\x8b"):
        yield from _contents(gzip.decompress(data))
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from _contents(archive.read(name))


_Model = TypeVar("_Model", bound=BaseModel)


@dataclass
class _Planter:
    """Puts a marker at both ends of a text; ``places`` has where each marker is."""

    places: dict[str, str] = field(default_factory=dict)

    def text(self, text: str, place: str) -> str:
        marker = f"{_PREFIX}{len(self.places)}x"
        self.places[marker] = place
        return f"{marker} {text} {marker}"

    def model(self, model: _Model, place: str) -> _Model:
        """Plant into all texts of a model."""
        update = {}
        for name, info in type(model).model_fields.items():
            value = getattr(model, name)
            if name not in _KEPT:
                update[name] = self.value(value, f"{place}, {name}", _choices(info.annotation))
        return model.model_copy(update=update)

    def value(self, value: Any, place: str, choices: frozenset[str] = frozenset()) -> Any:
        if isinstance(value, str):
            return value if value in choices else self.text(value, place)
        if isinstance(value, BaseModel):
            return self.model(value, place)
        if isinstance(value, tuple | list):
            return type(value)(
                self.value(v, f"{place} {i + 1}", choices) for i, v in enumerate(value)
            )
        if isinstance(value, dict):
            return {k: self.value(v, f"{place} {k}", choices) for k, v in value.items()}
        return value


def _choices(annotation: Any) -> frozenset[str]:
    """Return the words that a field can have, if it can have only some."""
    if get_origin(annotation) is Literal:
        return frozenset(get_args(annotation))
    return frozenset().union(*map(_choices, get_args(annotation)))


class _Closed:
    """What is closed to an audience."""

    def __init__(self, material: Material, assessment: Assessment) -> None:
        order = assessment.rulebook.audiences
        self._material = material
        self._assessment = assessment
        self._as_of: date = assessment.as_of
        self._open = frozenset([None, *order[: order.index(assessment.audience) + 1]])
        corpus = material.corpus
        self._claims = frozenset(
            (p.id, c.id)
            for p in corpus.profiles.values()
            for c in p.claims
            if self._is_closed(p) or self._is_closed(c)
        )
        profiles = {
            i: self._open_part(p) for i, p in corpus.profiles.items() if not self._is_closed(p)
        }
        self._known = with_known_evidence(corpus.with_profiles(profiles))
        self._decisions = self._closed_decisions()

    # Everything with markers --------------------------------------------------------------------

    def planted(self) -> tuple[Material, dict[str, str]]:
        """Return the material with a marker in every text that is closed, and their places."""
        planter = _Planter()
        corpus = self._material.corpus
        publishers = {
            i: p if i in self._known.publishers else planter.model(p, f"publisher {i}")
            for i, p in corpus.publishers.items()
        }
        sources = {
            i: s if i in self._known.sources else planter.model(s, f"source {i}")
            for i, s in corpus.sources.items()
        }
        profiles = {i: self._profile(p, planter) for i, p in corpus.profiles.items()}
        decisions = tuple(
            planter.model(d, f"decision {d.short}") if d.id in self._decisions else d
            for d in self._material.ledger.decisions
        )
        history = tuple(self._planted_apply(a, planter) for a in self._material.history)
        made = Corpus(publishers, sources, profiles)
        return Material(made, _ledger(decisions), history), planter.places

    def _profile(self, profile: AnyProfile, planter: _Planter) -> AnyProfile:
        place = f"{profile.kind} {profile.id}"
        if self._is_closed(profile):
            return planter.model(profile, place)
        update: dict[str, Any] = {}
        for name in type(profile).model_fields:
            value = getattr(profile, name)
            if isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value):
                update[name] = tuple(
                    planter.model(v, f"{place}, {name} {i + 1}") if self._item(profile, v) else v
                    for i, v in enumerate(value)
                )
        return profile.model_copy(update=update)

    def _planted_apply(self, applied: Applied, planter: _Planter) -> Applied:
        place = f"apply of {applied.at}"
        causes = {
            c: replace(c, causes=tuple(self._cause(k, place, planter) for k in c.causes))
            for c in applied.changes
            if c.audience not in self._open
        }
        corrections = tuple(
            replace(c, before=planter.text(c.before or "", place), after=planter.text("", place))
            if self._is_other(c.audiences)
            else c
            for c in applied.corrections
        )
        changes = tuple(causes.get(c, c) for c in applied.changes)
        why = planter.text(applied.why, place) if self._is_closed_apply(applied) else applied.why
        return replace(applied, why=why, changes=changes, corrections=corrections)

    @staticmethod
    def _cause(cause: Cause, place: str, planter: _Planter) -> Cause:
        return replace(cause, refs=tuple(planter.text(ref, place) for ref in cause.refs))

    # Nothing of it ------------------------------------------------------------------------------

    def removed(self) -> Material:
        """Return the material without anything that is closed."""
        decisions = [d for d in self._material.ledger.decisions if d.id not in self._decisions]
        history = [
            replace(
                a,
                changes=tuple(c for c in a.changes if c.audience in self._open),
                corrections=tuple(c for c in a.corrections if not self._is_other(c.audiences)),
            )
            for a in self._material.history
            if not self._is_closed_apply(a)
        ]
        return Material(self._known, _ledger(tuple(decisions)), tuple(history))

    def _open_part(self, profile: AnyProfile) -> AnyProfile:
        update: dict[str, Any] = {}
        for name in type(profile).model_fields:
            value = getattr(profile, name)
            if isinstance(value, tuple) and any(isinstance(v, BaseModel) for v in value):
                update[name] = tuple(v for v in value if not self._item(profile, v))
        return profile.model_copy(update=update)

    # What is closed -----------------------------------------------------------------------------

    def _is_closed(self, model: BaseModel) -> bool:
        """Whether a profile or a part of one is closed by its own marks."""
        embargo = getattr(model, "embargo", None)
        return (
            getattr(model, "audience", None) not in self._open
            or getattr(model, "status", "final") != "final"
            or (embargo is not None and embargo > self._as_of)
        )

    def _item(self, profile: AnyProfile, item: BaseModel) -> bool:
        """Whether a part of an open profile is closed: by its marks, or by the claims it states."""
        if self._is_closed(item):
            return True
        closed = [
            (owner or profile.id, claim) in self._claims
            for owner, _, claim in (r.rpartition("#") for r in getattr(item, "claims", ()))
        ]
        if isinstance(item, Sentence | Signal):
            return any(closed)
        return isinstance(item, Factor) and bool(closed) and all(closed)

    def _closed_decisions(self) -> frozenset[str]:
        closed: set[str] = set()
        for decision in self._material.ledger.decisions:
            subjects = decision.subjects
            seen = any(may_know(self._assessment, s) for s in subjects)
            if (subjects and not seen) or decision.of in closed:
                closed.add(decision.id)
        return frozenset(closed)

    def _is_other(self, audiences: Sequence[str]) -> bool:
        return bool(audiences) and self._open.isdisjoint(audiences)

    def _is_closed_apply(self, applied: Applied) -> bool:
        """Whether an apply changed nothing that is open, so that even its time is not."""
        return all(c.audience not in self._open for c in applied.changes) and all(
            self._is_other(c.audiences) for c in applied.corrections
        )


def _ledger(decisions: tuple[Decision, ...]) -> Ledger:
    return Ledger(decisions, by_id={d.id: d for d in decisions})
