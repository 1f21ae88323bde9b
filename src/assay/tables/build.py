"""From models to tables: a row for each profile, claim, citation and edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assay.model.corpus import Corpus
from assay.model.profile import AnyProfile, Dependency, Event
from assay.model.rulebook import Rulebook
from assay.tables.assemble import assemble
from assay.tables.rows import rows_of, scored_profiles
from assay.tables.tables import Tables


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency between two profiles that are both in the tables.

    ``lower`` depends on ``upper``; ``affects`` marks an event's effect, written at the event.
    """

    lower: str
    upper: str
    dependency: Dependency
    affects: bool


def build_tables(corpus: Corpus, rulebook: Rulebook, as_of: date) -> Tables:
    """Tables of the corpus at a date.

    Drafts are left out, and so is evidence that does not exist yet or was retracted. Edges count
    while they are valid.
    """
    profiles = scored_profiles(corpus, as_of)
    review_after = rulebook.settings.review_after_days
    rows = rows_of(corpus, review_after, as_of, profiles)
    return assemble(rows, rulebook, as_of.toordinal())


def valid_edges(profiles: Iterable[AnyProfile], day: date) -> list[Edge]:
    """Edges between the profiles that are valid on a day, by lower and upper end."""
    known = {p.id: p for p in profiles}
    edges: list[Edge] = []
    for profile in known.values():
        edges += [Edge(profile.id, d.on, d, affects=False) for d in profile.depends_on]
        if isinstance(profile, Event):
            edges += [Edge(d.on, profile.id, d, affects=True) for d in profile.affects]
    return [e for e in edges if e.lower in known and e.upper in known and _valid(e.dependency, day)]


def _valid(dependency: Dependency, day: date) -> bool:
    begun = dependency.valid_from is None or dependency.valid_from.first <= day
    ended = dependency.valid_until is not None and dependency.valid_until.last < day
    return begun and not ended
