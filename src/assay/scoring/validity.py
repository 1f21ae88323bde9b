"""Validity analysis: for how many days columns keep their values if only the date changes.

Each step that depends on the date gets a further step, which computes for every row after how many
days, at the earliest, its value may change. The engine runs them like any other step. A condition
such as ``age_days > 365`` changes once, on a known day. A value computed from conditions is valid
for as long as the conditions, a value of any other kind for one day. The result is never too late.
If it is too early, the value is computed once more than necessary.
"""

from __future__ import annotations

from collections.abc import Sequence

from assay.cel.functions import OPERATIONS
from assay.cel.operations import NEVER, Apply, Col, Each, Expr, Item, Lit, apply
from assay.cel.program import Aggregate, Compute, Gather, PoolUp, Step

VALID_DAYS = "lasts"
"""The profile column with the days for which all wanted columns keep their values."""

_ONE, _ZERO, _NEVER, _FALSE = Lit(1), Lit(0), Lit(NEVER), Lit(False)
# Links that may lead to rows of other profiles.
_LEADING_AWAY = ("peer_row", "ground_row")

Place = tuple[str, str]


class Validity:
    """The validity ``steps`` of other steps, which must be in an order in which they can run.

    ``independent`` is whether every profile could be scored on a different day: none reads a value
    that depends on the date from another profile. ``columns`` maps each column that depends on
    the date to the one with its days, ``slopes`` each whole number to its increase per day;
    ``falling`` columns never increase.
    """

    def __init__(self, steps: Sequence[Step], wanted: Sequence[str]) -> None:
        self.steps: list[Step] = []
        self.independent = True
        self.slopes: dict[Place, int] = {("profile", "today"): 1}
        self.columns: dict[Place, str] = {}
        self.falling: set[Place] = set()
        for step in steps:
            match step:
                case Compute():
                    self._compute(step)
                case Gather():
                    self._gather(step)
                case Aggregate() if step.source is not None:
                    self._collected(step, (step.source,))
                case PoolUp():
                    names = (step.keep, step.take, step.by)
                    self._collected(step, [n for n in names if n is not None])
                    self._reached(step)
        days = _Timeline(self, "profile").shortest([Col(name) for name in wanted])
        self.steps.append(Compute("profile", VALID_DAYS, _NEVER if days is None else days))

    def _compute(self, step: Compute) -> None:
        place = (step.space, step.column)
        time = _Timeline(self, step.space)
        slope = time.slope(step.expr)
        if slope:
            self.slopes[place] = slope
            return
        days = time.days(step.expr)
        if days is not None:
            if time.falls(step.expr):
                self.falling.add(place)
            self.steps.append(Compute(step.space, self._name(place), days))

    def _gather(self, step: Gather) -> None:
        here, there = (step.space, step.column), (step.target, step.origin)
        if there not in self.slopes and there not in self.columns:
            return
        self.independent &= step.link not in _LEADING_AWAY
        if there in self.slopes:
            self.slopes[here] = self.slopes[there]
            return
        if there in self.falling:
            self.falling.add(here)
        self.steps.append(
            Gather(step.space, self._name(here), step.link, step.target, self.columns[there])
        )

    def _collected(self, step: Aggregate | PoolUp, read: Sequence[str]) -> None:
        """Add steps for a value computed from many rows; it changes when the first of them does."""
        days = _Timeline(self, step.elements).shortest([Col(name) for name in read])
        if days is None:
            return
        column = f"lasts in {step.space}.{step.column}"
        self.steps.append(Compute(step.elements, column, days))
        name = self._name((step.space, step.column))
        self.steps.append(Aggregate(step.space, name, step.elements, step.owner, "min", column))

    def _reached(self, step: PoolUp) -> None:
        """Add steps for a pool that follows paths: it also changes with the edges of its peers."""
        place = (step.space, step.column)
        if step.hops is None or step.peer is None or place not in self.columns:
            return
        self.independent = False
        first = within = self.columns[place]
        for hop in range(2, step.hops + 1):
            peer, further, both = (f"{first}, {w} {hop}" for w in ("peer", "peers", "within"))
            least = tuple(apply("coalesce", Col(name), _NEVER) for name in (first, further))
            self.steps += [
                Gather(step.elements, peer, step.peer, step.space, within),
                Aggregate(step.space, further, step.elements, step.owner, "min", peer),
                Compute(step.space, both, Apply("least", least)),
            ]
            within = both
        self.columns[place] = within

    def _name(self, place: Place) -> str:
        return self.columns.setdefault(place, f"lasts {place[1]}")


class _Timeline:
    """Finds how expressions over the rows of one space change with the date alone."""

    def __init__(self, known: Validity, space: str) -> None:
        self._known = known
        self._space = space

    def slope(self, expr: Expr) -> int | None:
        """The increase of a whole number per day: 0 if independent of the date, None if unknown."""
        if isinstance(expr, Lit | Item):
            return 0
        if isinstance(expr, Col):
            place = (self._space, expr.name)
            return None if place in self._known.columns else self._known.slopes.get(place, 0)
        if isinstance(expr, Each):
            return 0 if self.slope(expr.items) == 0 else None
        slopes = [self.slope(a) for a in expr.args]
        if all(s == 0 for s in slopes):
            return 0
        known = [s for s in slopes if s is not None]
        combine = OPERATIONS[expr.op].slope
        if combine is None or len(known) < len(slopes):
            return None
        return combine(known, expr.args)

    def falls(self, expr: Expr) -> bool:
        """Whether a value never increases from one day to the next."""
        if self.slope(expr) == 0:
            return True
        if isinstance(expr, Col):
            return (self._space, expr.name) in self._known.falling
        if not isinstance(expr, Apply):
            return False
        falls = OPERATIONS[expr.op].falls
        return falls is not None and falls(self, expr)

    def days(self, expr: Expr) -> Expr | None:
        """Days for which an expression certainly keeps its value; None if it always does."""
        slope = self.slope(expr)
        if slope is not None:
            return _ONE if slope else None
        if isinstance(expr, Col):
            return apply("coalesce", Col(self._known.columns[self._space, expr.name]), _NEVER)
        if isinstance(expr, Each):
            return self.days(expr.items)
        assert isinstance(expr, Apply)
        operation = OPERATIONS[expr.op]
        if operation.lasts is not None:
            return operation.lasts(self, expr)
        if operation.negated is not None:
            return self._compared(expr)
        match expr.op:
            case "and" | "or":
                return self._logic(expr)
            case "if" | "pick":
                return self._chosen(expr)
            case "known" if self.slope(expr.args[0]) is not None:
                return None  # no whole number becomes known or unknown by the date alone
        return self.shortest(expr.args)

    def shortest(self, exprs: Sequence[Expr]) -> Expr | None:
        """Days for which all expressions certainly keep their values."""
        return _least([self.days(e) for e in exprs])

    def _compared(self, expr: Apply) -> Expr | None:
        a, b = expr.args
        slopes = self.slope(a), self.slope(b)
        if slopes[0] is None or slopes[1] is None:
            return self.shortest(expr.args)
        slope, op = slopes[0] - slopes[1], expr.op
        if slope == 0:
            return None
        if slope < 0:
            a, b, slope, op = b, a, -slope, OPERATIONS[op].mirrored or op
        # The difference rises: a condition on it changes when it reaches or passes zero.
        rises = apply("sub", a, b)
        passes = _quotient(apply("sub", _ZERO, rises), slope)
        passes = apply("add", passes, _ONE)
        reaches = _quotient(apply("sub", Lit(-1), rises), slope)
        reaches = apply("add", reaches, _ONE)
        below = apply("lt", rises, _ZERO)
        if op in ("gt", "le"):
            days = apply("if", apply("le", rises, _ZERO), passes, _NEVER)
        elif op in ("ge", "lt"):
            days = apply("if", below, reaches, _NEVER)
        else:
            at = apply("if", apply("eq", rises, _ZERO), _ONE, _NEVER)
            days = apply("if", below, reaches, at)
        return apply("coalesce", days, _NEVER)

    def _logic(self, expr: Apply) -> Expr | None:
        """A side that decides keeps the result for the days it is valid itself."""
        sides = [(a, self.days(a)) for a in expr.args]
        together = _least([days for _, days in sides])
        if together is None:
            return None
        options: list[Expr] = [together]
        for side, days in sides:
            decides = apply("not", side) if expr.op == "and" else side
            sure = apply("coalesce", decides, _FALSE)
            options.append(apply("pick", sure, _NEVER if days is None else days, _ZERO))
        return Apply("greatest", tuple(options))

    def _chosen(self, expr: Apply) -> Expr | None:
        """Only the chosen branch counts, and the days for which it is chosen."""
        condition, *branches = expr.args
        then, otherwise = (self.days(b) for b in branches)
        taken: Expr | None = None
        if then is not None or otherwise is not None:
            sure = apply("coalesce", condition, _FALSE)
            taken = apply("pick", sure, then or _NEVER, otherwise or _NEVER)
        return _least([self.days(condition), taken])


def _least(days: Sequence[Expr | None]) -> Expr | None:
    known = list(dict.fromkeys(d for d in days if d is not None))
    if len(known) < 2:
        return known[0] if known else None
    return Apply("least", tuple(known))


def _quotient(value: Expr, divisor: int) -> Expr:
    """Divide whole numbers; quotients of negative values are not used."""
    return value if divisor == 1 else apply("quo", value, Lit(divisor))
