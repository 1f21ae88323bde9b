"""Actors: which publishers speak for which institutions."""

from __future__ import annotations

from datetime import date

from assay.model.documents import Corpus

PART_OF = "part_of"


def speaks_for_actor(corpus: Corpus, publisher: str | None, actor: str, as_of: date) -> bool:
    """Return whether records of a publisher can state the acts of an institution.

    They can if it speaks for the institution, or for a body that the institution is part of on
    the date.
    """
    known = corpus.publishers.get(publisher or "")
    if known is None:
        return False
    bodies = {actor, *bodies_above(corpus, actor, as_of)}
    return not bodies.isdisjoint(known.speaks_for)


def bodies_above(corpus: Corpus, institution: str, as_of: date) -> frozenset[str]:
    """Return the bodies that an institution is part of on a date, directly or not."""
    found: set[str] = set()
    todo = [institution]
    while todo:
        profile = corpus.profiles.get(todo.pop())
        if profile is None:
            continue
        for edge in profile.depends_on:
            begun = edge.valid_from is None or edge.valid_from.first <= as_of
            over = edge.valid_until is not None and edge.valid_until.last < as_of
            if edge.relation == PART_OF and begun and not over and edge.on not in found:
                found.add(edge.on)
                todo.append(edge.on)
    return frozenset(found)
