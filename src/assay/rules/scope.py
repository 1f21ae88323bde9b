"""What the names in an expression stand for: rows and collections, seen from the rows asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assay.rules.ir import TRUE, Expr
from assay.rules.schema import SPACES, Collection, Space, row_column

Hop = tuple[str, str]
"""An index column and the space it leads to."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row reached over ``hops`` from the rows being compiled for; ``part`` is a flat part."""

    hops: tuple[Hop, ...]
    space: Space
    part: str = ""
    outlook: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A collection of the row at ``hops``; ``keep`` filters its elements."""

    hops: tuple[Hop, ...]
    owner: Space
    collection: Collection
    keep: Expr = TRUE
    value: Expr | None = None


Value = Expr | Row | Rows


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows being compiled for, and what the names mean seen from them."""

    space: Space
    names: dict[str, Row | Rows]

    def inside(self, rows: Rows, variable: str) -> Scope:
        """The scope of a macro's body: its elements, with the outer names seen from them.

        From a collection of a linked row no way leads back, so there the body has no outer names.
        """
        names: dict[str, Row | Rows] = {}
        if not rows.hops:
            back = (rows.collection.owner, rows.owner.name)
            names = {n: replace(b, hops=(back, *b.hops)) for n, b in self.names.items()}
        names[variable] = _element(rows.collection)
        return Scope(SPACES[rows.collection.space], names)


def _element(collection: Collection) -> Row:
    space = SPACES[collection.space]
    if collection.via is None:
        return Row((), space)
    target = space.links[collection.via]
    return Row(((row_column(collection.via), target),), SPACES[target])


def subject_scope(subject: str, *, watch: bool = False) -> Scope:
    """What the names of a rule on ``subject`` mean."""
    space = SPACES[subject]
    here = Row((), space)
    names: dict[str, Row | Rows] = {subject: here}
    names |= {part: replace(here, part=part) for part in space.parts}
    for link, target in space.links.items():
        names[link] = Row(((row_column(link), target),), SPACES[target])
    names |= {c.name: Rows((), space, c) for c in space.collections}
    if watch:
        names["outlook"] = Row((), space, outlook=())
    return Scope(space, names)
