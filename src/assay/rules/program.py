"""A compiled rulebook: steps that each define one column, in an order that can be run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from assay.model.rulebook import Combine, Rule, Scorer, WatchRule
from assay.rules.ir import Col, Expr, Lit, columns

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
    """Define ``column`` and ``column + ".coverage"``, ``".elements"`` by a pool.

    Over the rows of ``elements`` owned by each row: where ``keep`` (bool) is true, ``take``
    (thousandths) is kept, the greatest per ``by`` group, of the groups the ``strongest``, and
    combined. ``cover`` is the coverage of each element in thousandths. A row whose ``keep`` or
    ``take`` is unknown is an unknown element. ``empty`` is the score in thousandths where no
    known element is left, None for unknown.
    """

    space: str
    column: str
    elements: str
    owner: str
    keep: str
    take: str
    cover: str
    by: str | None
    strongest: int | None
    combine: Combine
    empty: int | None


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
    """Where a scorer's results are found, in the space it works on.

    ``score`` and ``coverage`` are in thousandths, ``unbounded`` is the score before floors and
    caps, ``band`` is the index of the band (None
    without a scale), ``start`` the score the rules start from, ``starts_from`` the names of the
    scores an expression for it reads. ``held`` is the least score of
    the roots of a retelling, ``raw`` the score before it was held there (citation scorers only).
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


@dataclass(frozen=True, slots=True)
class WatchColumns:
    """Where the condition of a watch rule is found, in the profile space."""

    rule: WatchRule
    outcome: str
    text: tuple[TextPart, ...]


@dataclass(frozen=True)
class Program:
    """A compiled rulebook.

    ``steps`` make the scores. ``watch_steps`` read the outlook too, so they run when it is
    known; ``text_steps`` fill sentences and run where these are shown.
    """

    steps: tuple[Step, ...]
    watch_steps: tuple[Step, ...]
    text_steps: tuple[Step, ...]
    scorers: tuple[ScorerColumns, ...]
    watch: tuple[WatchColumns, ...]
    definitions: dict[tuple[str, str], Step] = field(repr=False)

    def on(self, subject: str) -> tuple[ScorerColumns, ...]:
        """The scorers of a kind of subject, in the order of the rulebook."""
        return tuple(s for s in self.scorers if s.scorer.on == subject)

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
