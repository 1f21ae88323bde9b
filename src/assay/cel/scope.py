"""The meaning of names while an expression is compiled: rows, collections and values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assay.cel.operations import TRUE, Expr, Item, Lit
from assay.cel.schema import SPACES, Collection, Space, row_column

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
    """A collection of the row at ``hops``; ``keep`` filters its elements.

    ``value`` is what a map made of each element, a column expression of the elements' space.
    """

    hops: tuple[Hop, ...]
    owner: Space
    collection: Collection
    keep: Expr = TRUE
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row at ``hops``: the meaning of a variable over mapped values."""

    hops: tuple[Hop, ...]
    name: str


Value = Expr | Row | Rows
Meaning = Row | Rows | Column | Lit | Item


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows being compiled for, and the meaning of names seen from them.

    With ``inline`` the expression is about the items of a list and cannot have columns made.
    """

    space: Space
    names: dict[str, Meaning]
    inline: bool = False

    def inside(self, rows: Rows, variable: str, value: str | None = None) -> Scope:
        """The scope of a macro's body: its elements, with the outer names seen from them.

        From a collection of a linked row no way leads back, so there the body has no outer names.
        ``value`` is the column that the variable means, where the elements were mapped.
        """
        names: dict[str, Meaning] = {}
        if not rows.hops:
            back = (rows.collection.owner, rows.owner.name)
            names = {n: _seen_over(back, b) for n, b in self.names.items()}
        names[variable] = element(rows.collection) if value is None else Column((), value)
        return Scope(SPACES[rows.collection.space], names)

    def with_name(self, variable: str, meaning: Meaning) -> Scope:
        return replace(self, names=self.names | {variable: meaning})

    def of_items(self, variable: str) -> Scope:
        """The scope of a macro over a list that is one value: only the item is known there."""
        return Scope(self.space, {variable: Item()}, inline=True)


def _seen_over(back: Hop, meaning: Meaning) -> Meaning:
    if isinstance(meaning, Row | Rows | Column):
        return replace(meaning, hops=(back, *meaning.hops))
    return meaning


def element(collection: Collection) -> Row:
    """The row that rules see as an element of the collection, seen from the element's own row."""
    space = SPACES[collection.space]
    if collection.via is None:
        return Row((), space)
    target = space.links[collection.via]
    return Row(((row_column(collection.via), target),), SPACES[target])


def subject_scope(subject: str, *, watch: bool = False) -> Scope:
    """The scope of a rule on ``subject``."""
    space = SPACES[subject]
    here = Row((), space)
    names: dict[str, Meaning] = {subject: here}
    names |= {part: replace(here, part=part) for part in space.parts}
    for link, target in space.links.items():
        names[link] = Row(((row_column(link), target),), SPACES[target])
    names |= {c.name: Rows((), space, c) for c in space.collections}
    if watch:
        names["outlook"] = Row((), space, outlook=())
    return Scope(space, names)
