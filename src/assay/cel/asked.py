"""The facts that expressions name: fields, scores and collections, each counted once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from assay.cel import ast
from assay.cel.parse import Vocabulary
from assay.cel.schema import SPACES
from assay.cel.scope import Hop, Row, Rows, element, subject_scope

Hops = tuple[Hop, ...]
Key = tuple[str | Hops, ...]


@dataclass
class Asked:
    """Facts that are asked of the rows of one space, in the order in which they are named.

    ``fields`` are named by hops, space, part and name, without those that are always given;
    ``scores`` by hops and name; ``collections``, with what is asked of their members, by hops,
    space and name.
    """

    fields: dict[tuple[Hops, str, str, str], None] = field(default_factory=dict)
    scores: dict[tuple[Hops, str], None] = field(default_factory=dict)
    collections: dict[tuple[Hops, str, str], Asked] = field(default_factory=dict)

    def every(self) -> Iterator[Key]:
        """Return a key for every fact, equal for the same fact of the same rows."""
        yield from (("field", *key) for key in self.fields)
        yield from (("score", *key) for key in self.scores)
        yield from (("collection", *key) for key in self.collections)


_Meaning = tuple[Asked, Row | Rows] | None
"""A row or collection, and what is asked of the rows it is seen from; None for any value."""


def asked_by(
    nodes: Iterable[tuple[ast.Expression, str | None]],
    subject: str,
    vocabulary: Vocabulary,
    facts: Mapping[tuple[str, str], ast.Expression],
) -> Asked:
    """Collect what checked expressions ask of a subject and of what it leads to.

    Each expression comes with the collection that its name ``it`` runs over, None without one.
    Named facts count as what they read.
    """
    reader = _Reader(vocabulary, facts)
    asked = Asked()
    names = _names(asked, Row((), SPACES[subject]))
    for node, over in nodes:
        if over is None:
            reader.read(node, names)
        else:
            reader.read(node, {**names, "it": _member(names[over])})
    reader.read_facts()
    return asked


def _names(asked: Asked, row: Row) -> dict[str, _Meaning]:
    """Return the names of a rule on the row."""
    names: dict[str, _Meaning] = {}
    for name, meaning in subject_scope(row.space.name).names.items():
        if isinstance(meaning, Row | Rows):
            names[name] = (asked, replace(meaning, hops=(*row.hops, *meaning.hops)))
    return names


def _member(rows: _Meaning) -> _Meaning:
    """Return the meaning of a variable that runs over ``rows``; None for a list of values."""
    asked, found = rows or (Asked(), None)
    if not isinstance(found, Rows):
        return None
    key = (found.hops, found.owner.name, found.collection.name)
    return asked.collections.setdefault(key, Asked()), element(found.collection)


class _Reader:
    def __init__(
        self, vocabulary: Vocabulary, facts: Mapping[tuple[str, str], ast.Expression]
    ) -> None:
        self._vocabulary = vocabulary
        self._facts = facts
        # Facts may be chained deeper than Python can recurse, and double each other.
        self._waiting: list[tuple[Asked, Row, str]] = []
        self._seen: set[tuple[int, Hops, str, str]] = set()

    def read_facts(self) -> None:
        """Read the facts that the expressions name."""
        while self._waiting:
            asked, row, name = self._waiting.pop()
            self.read(self._facts[row.space.name, name], _names(asked, row))

    def read(self, node: ast.Expression, names: Mapping[str, _Meaning]) -> _Meaning:
        """Add what an expression asks; return the row or collection it means, if any."""
        match node:
            case ast.Ident():
                if node.name in self._vocabulary.parameters:
                    return None
                meaning = names.get(node.name)
                if meaning is not None and isinstance(meaning[1], Rows):
                    _member(meaning)
                return meaning
            case ast.Select():
                owner = self.read(node.operand, names)
                if owner is None or not isinstance(owner[1], Row):
                    return None
                return self._field(owner[0], owner[1], node.field)
            case ast.Macro():
                return self._macro(node, names)
            case ast.ListOf():
                for item in node.items:
                    self.read(item, names)
            case ast.Call():
                for operand in node.operands:
                    self.read(operand, names)
        return None

    def _macro(self, node: ast.Macro, names: Mapping[str, _Meaning]) -> _Meaning:
        rows = self.read(node.range, names)
        inner = {**names, node.variable: _member(rows)}
        if node.condition is not None:
            self.read(node.condition, inner)
        self.read(node.body, inner)
        return rows if node.name == "filter" else None

    def _field(self, asked: Asked, row: Row, name: str) -> _Meaning:
        space = row.space
        if row.part == "coverage":
            asked.scores[row.hops, name] = None
            return None
        if not row.part:
            if name in space.parts or name == "coverage":
                return asked, replace(row, part=name)
            if name in self._vocabulary.facts_of(space.name):
                key = (id(asked), row.hops, space.name, name)
                if key not in self._seen:
                    self._seen.add(key)
                    self._waiting.append((asked, row, name))
                return None
            if name in self._vocabulary.scores.get(space.name, ()):
                asked.scores[row.hops, name] = None
                return None
            led = subject_scope(space.name).names.get(name)
            if name in space.links or space.collection(name) is not None:
                assert isinstance(led, Row | Rows)
                meaning = (asked, replace(led, hops=(*row.hops, *led.hops)))
                if isinstance(led, Rows):
                    _member(meaning)
                return meaning
        fields = space.parts[row.part] if row.part else space.fields
        if not any(f.name == name and f.given for f in fields):
            asked.fields[row.hops, space.name, row.part, name] = None
        return None
