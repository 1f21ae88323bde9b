"""The page of methodology changes: what edits of the rules did to grades, apply by apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assay.briefing import wording
from assay.briefing.atlas import Atlas
from assay.briefing.views import Imprint, Link
from assay.plan.history import Applied
from assay.plan.plan import Change, Grade

ROOT = ""
PAGE = "methodology.html"

_METHOD = ("rule", "engine")
"""Kinds of causes that lie in the method: rules, and the scoring version."""


@dataclass(frozen=True, slots=True)
class ScorerEffect:
    """How many published profiles an apply moved to another grade of one score."""

    heading: str
    up: int
    down: int
    rated: int
    no_longer_rated: int


@dataclass(frozen=True, slots=True)
class GradeMove:
    """A published profile whose grade an apply moved."""

    profile: Link
    heading: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MethodologyChange:
    """An apply in which the method moved scores; ``within`` of them within their grades."""

    id: str
    day: str
    machine: str
    reason: str
    effects: tuple[ScorerEffect, ...]
    within: int
    moves: tuple[GradeMove, ...]


@dataclass(frozen=True, slots=True)
class MethodologyView:
    """The page, the newest change first."""

    root: str
    changes: tuple[MethodologyChange, ...]
    imprint: Imprint


def methodology_view(atlas: Atlas, imprint: Imprint) -> MethodologyView:
    """Show every apply of the history in which rules or the scoring version moved a score."""
    found = []
    for number, record in enumerate(atlas.history, 1):
        changes = [
            c
            for c in record.changes
            if c.audience == atlas.audience
            and c.id in atlas.published
            and c.causes
            and c.leading.kind in _METHOD
        ]
        if record.bases and changes:
            found.append(_change(atlas, number, record, changes))
    return MethodologyView(ROOT, tuple(reversed(found)), imprint)


def _change(atlas: Atlas, number: int, record: Applied, changes: list[Change]) -> MethodologyChange:
    day = record.at[:10]
    return MethodologyChange(
        id=f"change-{number}",
        day=wording.day(date.fromisoformat(day)),
        machine=day,
        reason=record.why,
        effects=tuple(effects(atlas, changes)),
        within=sum(c.direction == "same" for c in changes),
        moves=tuple(
            GradeMove(
                Link(atlas.published[c.id].name, atlas.href(c.id, ROOT)),
                _heading(atlas, c.scorer),
                _grade(c.before),
                _grade(c.after),
            )
            for c in changes
            if c.direction in ("upgrade", "downgrade")
        ),
    )


def effects(atlas: Atlas, changes: Sequence[Change]) -> Iterator[ScorerEffect]:
    """How many of the changes went which way, by scorer."""
    for scorer in dict.fromkeys(c.scorer for c in changes):
        own = [c for c in changes if c.scorer == scorer]
        moved = Counter(c.direction for c in own)
        lost = sum(c.direction == "status" and c.after.points is None for c in own)
        gained = moved["status"] - lost
        if moved["upgrade"] or moved["downgrade"] or moved["status"]:
            yield ScorerEffect(
                _heading(atlas, scorer), moved["upgrade"], moved["downgrade"], gained, lost
            )


def _heading(atlas: Atlas, scorer: str) -> str:
    known = atlas.scorer(f"profile.{scorer}")
    return known.heading if known else wording.words(scorer).capitalize()


def _grade(value: Grade) -> str:
    return value.grade or ("not rated" if value.points is None else wording.points(value.points))
