"""A compiled rulebook: steps that each define one column, in an order that can be run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

from assay.arithmetic import ONE
from assay.cel.operations import Apply, Col, Each, Expr, Item, Lit, columns
from assay.cel.schema import row_column
from assay.model.rulebook import Combine, Rule, Rulebook, Scorer, WatchRule

Reducer = Literal["true", "unknown", "rows", "distinct", "sum", "min", "max"]
"""Count of rows where an expression is true, or is null; count of rows; count of distinct
values; sum, least and greatest of the known values (null where there is none)."""


@dataclass(frozen=True)
class Compute:
    """Define ``column`` of ``space`` by an expression over its columns."""

    space: str
    column: str
    expr: Expr

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the columns the expression reads, in reading order, each once."""
        return tuple(dict.fromkeys(columns(self.expr)))


@dataclass(frozen=True, slots=True)
class Gather:
    """Define ``column`` of ``space`` as ``origin`` of the row that ``link`` leads to."""

    space: str
    column: str
    link: str
    target: str
    origin: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Define ``column`` of ``space`` by reducing the rows of a collection that each row owns.

    ``source`` is a column of the ``elements`` space (None with ``rows``).
    """

    space: str
    column: str
    elements: str
    owner: str
    reducer: Reducer
    source: str | None


@dataclass(frozen=True, slots=True)
class PoolUp:
    """Define ``column`` by a pool.

    Over the rows of ``elements`` owned by each row: where ``keep`` (bool) is true, ``take``
    (thousandths) is kept, the greatest per ``by`` group, of the groups the ``strongest``, and
    combined. A row whose ``keep`` or ``take`` is unknown is an unknown element. ``empty`` is the
    score in thousandths where no known element is left, None for unknown. ``weight``
    (thousandths) weighs the elements of a mean.

    With ``hops`` the elements are edges, ``take`` is their weight, and the profiles within so many
    edges of each row are combined, each by its strongest path, which ``damping`` (thousandths)
    weakens at every hop after the first. A row whose ``keep`` is false is not followed.
    """

    space: str
    column: str
    elements: str
    owner: str
    keep: str
    take: str
    by: str | None
    strongest: int | None
    combine: Combine
    empty: int | None
    weight: str | None = None
    hops: int | None = None
    damping: int = ONE

    @property
    def peer(self) -> str | None:
        """The column with the other end of an edge, None if no paths are followed."""
        return None if self.hops is None else row_column("peer")


Step = Compute | Gather | Aggregate | PoolUp


TextPart = str | Col
"""A plain part of a sentence, or the column its hole is filled from."""


@dataclass(frozen=True, slots=True)
class RuleColumns:
    """Where a rule is found, in the space of its scorer.

    ``outcome`` is the condition (null: unknown); ``amount`` the amount in thousandths where the
    condition is true (a column, or a constant); ``applied`` whether the rule took effect, and
    ``effect`` the amount it took effect with.
    """

    rule: Rule
    outcome: Col | Lit
    amount: Expr
    applied: str
    effect: Expr
    because: tuple[TextPart, ...]


@dataclass(frozen=True, slots=True)
class ScorerColumns:
    """The columns of a scorer's results, in the space it works on.

    ``score`` and ``coverage`` are in thousandths. ``unbounded`` is the score before floors and
    caps. ``band`` is the index of the band, None without a scale. ``start`` is the score that
    the rules start from, and ``starts_from`` names the scores that its expression reads.
    ``ceiling`` is the index of the highest band that is possible, ``stands_on`` that of the band of
    the evidence on which the band stands, ``firm`` that of the band that is not provisional.
    Citation scorers alone have ``held``, the least score of the originals of a secondary report,
    and ``raw``, the score before that limit.
    """

    scorer: Scorer
    score: str
    coverage: str
    start: str
    rules: tuple[RuleColumns, ...]
    unbounded: Expr
    band: str | None = None
    pool: PoolUp | None = None
    raw: str | None = None
    held: str | None = None
    starts_from: tuple[str, ...] = ()
    ceiling: str | None = None
    stands_on: str | None = None
    firm: str | None = None


@dataclass(frozen=True, slots=True)
class WatchColumns:
    """Where the condition of a watch rule is found, in the profile space."""

    rule: WatchRule
    outcome: str
    text: tuple[TextPart, ...]


@dataclass(frozen=True)
class Program:
    """A compiled rulebook.

    ``steps`` compute the scores, ``text_steps`` the values in the sentences of rules.
    ``watch_steps`` compute watch rules with their sentences. They read the outlook and columns of
    the other steps, so they run last.
    """

    steps: tuple[Step, ...]
    text_steps: tuple[Step, ...]
    watch_steps: tuple[Step, ...]
    scorers: tuple[ScorerColumns, ...]
    watch: tuple[WatchColumns, ...]
    definitions: dict[tuple[str, str], Step] = field(repr=False)

    def on(self, subject: str) -> tuple[ScorerColumns, ...]:
        """The scorers of a kind of subject, in the order of the rulebook."""
        return tuple(s for s in self.scorers if s.scorer.on == subject)

    @property
    def shown(self) -> tuple[ScorerColumns, ...]:
        """The profile scorers that are results, not only inputs of others."""
        return tuple(s for s in self.on("profile") if s.scorer.shown)

    def scorer(self, key: str) -> ScorerColumns:
        """The scorer of that key (``on.name``)."""
        return next(s for s in self.scorers if s.scorer.key == key)

    def source(self, space: str, column: str) -> tuple[str, str]:
        """The space and column that a gathered column is brought from; itself if it is not."""
        while isinstance(step := self.definitions.get((space, column)), Gather):
            space, column = step.target, step.origin
        return space, column

    def written_out(self, space: str, expr: Expr) -> Expr:
        """The expression that a computed column is defined by; itself if it is none."""
        while isinstance(expr, Col):
            step = self.definitions.get((space, expr.name))
            if not isinstance(step, Compute):
                break
            expr = step.expr
        return expr


_KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        *(Col, Lit, Apply, Item, Each),
        *(Compute, Gather, Aggregate, PoolUp),
        *(RuleColumns, ScorerColumns, WatchColumns),
    )
}
_FIELDS = {kind: tuple(f.name for f in fields(kind)) for kind in _KINDS.values()}
_PARTS = ("steps", "text_steps", "watch_steps", "scorers", "watch")


def program_to_json(program: Program, rulebook: Rulebook) -> bytes:
    """A compiled rulebook as JSON."""
    writer = _Writer(rulebook)
    parts = {name: writer.value(getattr(program, name)) for name in _PARTS}
    return json.dumps({"nodes": writer.nodes} | parts, separators=(",", ":")).encode()


def program_from_json(data: bytes, rulebook: Rulebook) -> Program:
    """The program that :func:`program_to_json` wrote for the same rulebook."""
    found = json.loads(data)
    nodes: list[Any] = []

    def value(given: Any) -> Any:
        if not isinstance(given, list):
            return given
        inside = given[0]
        return tuple(map(value, inside)) if isinstance(inside, list) else nodes[inside]

    for kind, *given in found["nodes"]:
        made = _KINDS.get(kind)
        nodes.append(_named(rulebook, given) if made is None else made(*map(value, given)))
    parts = {name: value(found[name]) for name in _PARTS}
    every = (*parts["steps"], *parts["text_steps"], *parts["watch_steps"])
    return Program(**parts, definitions={(s.space, s.column): s for s in every})


class _Writer:
    """Nodes, each after those it is made of.

    A value in a node is a constant, ``[number]`` of a node, or ``[[…]]`` of several values.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.nodes: list[list[Any]] = []
        self._numbers: dict[str, int] = {}
        self._models = {id(model): place for place, model in _models(rulebook)}

    def value(self, given: Any) -> Any:
        if isinstance(given, tuple):
            return [[self.value(v) for v in given]]
        if given is None or isinstance(given, bool | int | float | str):
            return given
        return [self._number(given)]

    def _number(self, given: Any) -> int:
        place = self._models.get(id(given))
        if place is not None:
            node = ["rulebook", *place]
        else:
            names = _FIELDS[type(given)]
            node = [type(given).__name__, *(self.value(getattr(given, n)) for n in names)]
        key = json.dumps(node)
        if key not in self._numbers:
            self._numbers[key] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[key]


def _models(rulebook: Rulebook) -> Iterator[tuple[list[Any], Any]]:
    """Yield the parts of a rulebook that a program refers to, each with its path."""
    for i, scorer in enumerate(rulebook.scorers):
        yield ["scorers", i], scorer
        for j, rule in enumerate(scorer.rules):
            yield ["scorers", i, "rules", j], rule
    for i, watch in enumerate(rulebook.watch):
        yield ["watch", i], watch


def _named(rulebook: Rulebook, place: list[Any]) -> Any:
    found: Any = rulebook
    for step in place:
        found = found[step] if isinstance(step, int) else getattr(found, step)
    return found
