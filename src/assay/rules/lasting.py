"""For how many days columns keep their values while nothing but the date moves on.

For each step that hangs on the date a further step is written, which says of every row how many
days later, at the earliest, its value may be another one. The engine that runs the steps runs
these, too. A condition such as ``age_days > 365`` turns over once, on a day that is known; what
is made of conditions lasts as long as they do; whatever is not understood lasts one day. So the
answer is never too late, and where it is too early the value is looked at once more than needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assay.arithmetic import HALVING_STEPS, half_life_table
from assay.rules.ir import Apply, Col, Each, Expr, Item, Lit, apply
from assay.rules.program import Aggregate, Compute, Gather, PoolUp, Step

NEVER = 1 << 20
"""Days after which a value that does not hang on the date may be another one."""

LASTS = "lasts"
"""The profile column that says for how many days all wanted columns keep their values."""

_ONE, _ZERO, _NEVER, _FALSE = Lit(1), Lit(0), Lit(NEVER), Lit(False)
_LEADING_AWAY = ("peer_row", "ground_row")
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}

Place = tuple[str, str]


class Lasting:
    """The further ``steps`` for some steps, given in an order in which they can be run.

    ``alone`` is whether every profile could be looked at on a day of its own: none reads what
    depends on the date from another profile. ``columns`` names for each column that hangs on the
    date the one that says how long it lasts.
    """

    def __init__(self, steps: Sequence[Step], wanted: Sequence[str]) -> None:
        self.steps: list[Step] = []
        self.alone = True
        self._slopes: dict[Place, int] = {("profile", "today"): 1}
        self.columns: dict[Place, str] = {}
        self._falling: set[Place] = set()
        for step in steps:
            match step:
                case Compute():
                    self._compute(step)
                case Gather():
                    self._gather(step)
                case Aggregate() if step.source is not None:
                    self._collected(step, (step.column,), (step.source,))
                case PoolUp():
                    names = (step.keep, step.take, step.cover, step.by)
                    parts = ("", ".elements", ".coverage")
                    self._collected(
                        step, [step.column + p for p in parts], [n for n in names if n is not None]
                    )
        days = _least([self._days("profile", Col(name)) for name in wanted])
        self.steps.append(Compute("profile", LASTS, _NEVER if days is None else days))

    # Steps -----------------------------------------------------------------------------------

    def _compute(self, step: Compute) -> None:
        place = (step.space, step.column)
        slope = self._slope(step.space, step.expr)
        if slope:
            self._slopes[place] = slope
            return
        days = self._days(step.space, step.expr)
        if days is not None:
            if self._falls(step.space, step.expr):
                self._falling.add(place)
            self.steps.append(Compute(step.space, self._name(place), days))

    def _gather(self, step: Gather) -> None:
        here, there = (step.space, step.column), (step.target, step.origin)
        if there not in self._slopes and there not in self.columns:
            return
        self.alone &= step.link not in _LEADING_AWAY
        if there in self._slopes:
            self._slopes[here] = self._slopes[there]
            return
        if there in self._falling:
            self._falling.add(here)
        self.steps.append(
            Gather(step.space, self._name(here), step.link, step.target, self.columns[there])
        )

    def _collected(
        self, step: Aggregate | PoolUp, made: Sequence[str], read: Sequence[str]
    ) -> None:
        """What is made of many rows lasts as long as the first of them."""
        days = _least([self._days(step.elements, Col(name)) for name in read])
        if days is None:
            return
        column = f"lasts in {step.space}.{step.column}"
        self.steps.append(Compute(step.elements, column, days))
        name = self._name((step.space, step.column))
        for other in made:
            self.columns[step.space, other] = name
        self.steps.append(Aggregate(step.space, name, step.elements, step.owner, "min", column))

    def _name(self, place: Place) -> str:
        return self.columns.setdefault(place, f"lasts {place[1]}")

    # Expressions -----------------------------------------------------------------------------

    def _slope(self, space: str, expr: Expr) -> int | None:
        """What a day adds to a whole number; 0 where the date plays no part; None if unknown."""
        if isinstance(expr, Lit | Item):
            return 0
        if isinstance(expr, Col):
            place = (space, expr.name)
            return None if place in self.columns else self._slopes.get(place, 0)
        if isinstance(expr, Each):
            return 0 if self._slope(space, expr.items) == 0 else None
        slopes = [self._slope(space, a) for a in expr.args]
        if all(s == 0 for s in slopes):
            return 0
        known = [s for s in slopes if s is not None]
        return _slope_of(expr, known) if len(known) == len(slopes) else None

    def _falls(self, space: str, expr: Expr) -> bool:
        """Whether a value never rises from one day to the next."""
        if self._slope(space, expr) == 0:
            return True
        if isinstance(expr, Col):
            return (space, expr.name) in self._falling
        if not isinstance(expr, Apply):
            return False
        if expr.op == "half_life":
            days, period = (self._slope(space, a) for a in expr.args)
            return days is not None and days >= 0 and period == 0
        keeps_order = ("max", "min", "least", "greatest", "points", "double", "number")
        return expr.op in keeps_order and all(self._falls(space, a) for a in expr.args)

    def _days(self, space: str, expr: Expr) -> Expr | None:
        """Days for which an expression surely keeps its value; None where it does for ever."""
        slope = self._slope(space, expr)
        if slope is not None:
            return _ONE if slope else None
        if isinstance(expr, Col):
            return apply("coalesce", Col(self.columns[space, expr.name]), _NEVER)
        if isinstance(expr, Each):
            return self._days(space, expr.items)
        assert isinstance(expr, Apply)
        special: dict[str, Callable[[str, Apply], Expr | None]] = {
            **dict.fromkeys(_MIRRORED, self._compared),
            "and": self._logic,
            "or": self._logic,
            "if": self._chosen,
            "pick": self._chosen,
            "known": self._told,
            "max": self._greater,
            "half_life": self._halved,
        }
        return special.get(expr.op, self._all)(space, expr)

    def _all(self, space: str, expr: Apply) -> Expr | None:
        return _least([self._days(space, a) for a in expr.args])

    def _compared(self, space: str, expr: Apply) -> Expr | None:
        a, b = expr.args
        slopes = self._slope(space, a), self._slope(space, b)
        if slopes[0] is None or slopes[1] is None:
            return self._all(space, expr)
        slope, op = slopes[0] - slopes[1], str(expr.op)
        if slope == 0:
            return None
        if slope < 0:
            a, b, slope, op = b, a, -slope, _MIRRORED[op]
        # The difference rises: a condition on it turns over when it reaches or passes zero.
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

    def _logic(self, space: str, expr: Apply) -> Expr | None:
        """A side that decides holds the result as long as it lasts itself."""
        sides = [(a, self._days(space, a)) for a in expr.args]
        together = _least([days for _, days in sides])
        if together is None:
            return None
        held: list[Expr] = [together]
        for side, days in sides:
            decides = apply("not", side) if expr.op == "and" else side
            sure = apply("coalesce", decides, _FALSE)
            held.append(apply("pick", sure, _NEVER if days is None else days, _ZERO))
        return Apply("greatest", tuple(held))

    def _chosen(self, space: str, expr: Apply) -> Expr | None:
        """Only the branch that is taken matters, and how long it is taken."""
        condition, *branches = expr.args
        then, otherwise = (self._days(space, b) for b in branches)
        taken: Expr | None = None
        if then is not None or otherwise is not None:
            sure = apply("coalesce", condition, _FALSE)
            taken = apply("pick", sure, then or _NEVER, otherwise or _NEVER)
        return _least([self._days(space, condition), taken])

    def _told(self, space: str, expr: Apply) -> Expr | None:
        """A day more makes no whole number known or unknown."""
        return self._all(space, expr) if self._slope(space, expr.args[0]) is None else None

    def _greater(self, space: str, expr: Apply) -> Expr | None:
        """Where a constant outweighs what only falls, it does so for ever."""
        for constant, other in (expr.args, expr.args[::-1]):
            if self._slope(space, constant) == 0 and self._falls(space, other):
                outweighed = apply("coalesce", apply("le", other, constant), _FALSE)
                return apply("pick", outweighed, _NEVER, self._days(space, other) or _NEVER)
        return self._all(space, expr)

    def _halved(self, space: str, expr: Apply) -> Expr | None:
        days, period = expr.args
        if self._slope(space, days) != 1 or self._slope(space, period) != 0:
            return self._all(space, expr)
        counted = apply("mul", Apply("greatest", (days, _ZERO)), Lit(HALVING_STEPS))
        index = apply("quo", counted, period)
        reached = apply("mul", apply("add", index, _ONE), period)
        rounded = apply("add", reached, Lit(HALVING_STEPS - 1))
        left = apply("sub", apply("quo", rounded, Lit(HALVING_STEPS)), days)
        ended = apply("ge", index, Lit(len(half_life_table()) - 1))
        return apply("coalesce", apply("if", ended, _NEVER, left), _NEVER)


def _slope_of(expr: Apply, slopes: Sequence[int]) -> int | None:
    """The slope of an operation on whole numbers, from those of its arguments."""
    match expr.op:
        case "add" | "checked_add":
            return sum(slopes)
        case "sub" | "checked_sub":
            return slopes[0] - slopes[1]
        case "neg" | "checked_neg":
            return -slopes[0]
        case "within" if slopes[1] == slopes[2] == 0:
            return slopes[0]
        case "mul" | "checked_mul":
            factors = [a.value for a in expr.args if isinstance(a, Lit)]
            whole = [f for f in factors if type(f) is int]
            return sum(slopes) * whole[0] if len(whole) == 1 else None
    return None


def _least(days: Sequence[Expr | None]) -> Expr | None:
    known = list(dict.fromkeys(d for d in days if d is not None))
    if len(known) < 2:
        return known[0] if known else None
    return Apply("least", tuple(known))


def _quotient(value: Expr, divisor: int) -> Expr:
    """Whole division; what is asked of a value below zero is not used."""
    return value if divisor == 1 else apply("quo", value, Lit(divisor))
