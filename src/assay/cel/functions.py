"""The functions and operators of the rule language: one table, one declaration each.

A declaration has the signatures, the form on columns, what Google's CEL is to run for it (for our
own functions; the tests compare both), its size for the overflow analysis, its documentation and
its examples. The type checker, the compiler, the analyses, the messages, the reference and the
tests read this table. An operation that no engine has yet is declared with its function; each
engine then needs one primitive of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from assay.arithmetic import HALVING_STEPS, half_life_table
from assay.cel.domain import COUNT, any_unknown, any_value, greatest, least, numbers
from assay.cel.operations import (
    GENERAL,
    NEVER,
    Apply,
    Expr,
    Lit,
    Op,
    Operation,
    Timeline,
    apply,
    with_all,
)
from assay.cel.times import DAY, day_seconds, duration_seconds, timestamp_seconds
from assay.model.rulebook import SubjectKind

Lowering = Literal["comparison", "conditional", "item", "matches", "membership", "peers", "size"]
"""A method of the compiler, for functions that are more than an operation on the operands."""


@dataclass(frozen=True, slots=True)
class Overload:
    """A signature: types of the parameters and the result, and the operation on columns.

    ``operation`` is None if the function has ``lower``, ``compile`` or ``reads``.
    """

    parameters: tuple[str, ...]
    result: str
    operation: Op | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """An expression on a row of the starter workspace, and its value; None is unknown."""

    text: str
    value: bool | int | float | str | None
    says: str = ""
    on: SubjectKind = "profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function, a method or an operator (named as CEL names it: ``_&&_``).

    The form on columns is the ``operation`` of the overload, or what ``compile`` makes of the
    compiled arguments, or what ``lower`` makes of the call; ``reads`` makes a constant of a text.
    ``large`` is the operation for whole numbers larger than days and counts. ``largest`` bounds
    the result from bounds of the operands, in distance from zero; Default: no bound.
    ``may_be_nan`` is whether a double it computes may be NaN. An operator has a ``sign`` and, if
    it is binary, a ``rank``: the higher, the tighter it binds.
    """

    name: str
    overloads: tuple[Overload, ...]
    doc: str = ""
    examples: tuple[Example, ...] = ()
    method: bool = False
    compile: Callable[..., Apply] | None = None
    lower: Lowering | None = None
    reads: Callable[[str], int] | None = None
    large: Op | None = None
    largest: Callable[[list[int]], int] | None = None
    may_be_nan: bool = False
    sign: str = ""
    rank: int = 0
    operations: tuple[Operation, ...] = ()
    unsupported: tuple[str, str] | None = None

    @property
    def is_own(self) -> bool:
        """Whether CEL does not have it, so that it is declared to CEL's checker."""
        return self in FUNCTIONS

    def operation(self, operand: str) -> Op | None:
        """The operation on columns for a first operand of that type."""
        return next((o.operation for o in self.overloads if o.parameters[0] == operand), None)


# Parts of declarations ---------------------------------------------------------------------


def _compiled_share(part: Expr, whole: Expr) -> Apply:
    divided = apply("div", apply("to_double", part), apply("to_double", whole))
    return apply("if", apply("ne", whole, Lit(0)), divided, Lit(None))


def _half_life_falls(time: Timeline, expr: Apply) -> bool:
    days, period = (time.slope(a) for a in expr.args)
    return days is not None and days >= 0 and period == 0


def _half_life_lasts(time: Timeline, expr: Apply) -> Expr | None:
    """Days until the next step of the half-life table is reached."""
    days, period = expr.args
    if time.slope(days) != 1 or time.slope(period) != 0:
        return time.shortest(expr.args)
    counted = apply("mul", apply("greatest", days, Lit(0)), Lit(HALVING_STEPS))
    index = apply("quo", counted, period)
    reached = apply("mul", apply("add", index, Lit(1)), period)
    rounded = apply("add", reached, Lit(HALVING_STEPS - 1))
    left = apply("sub", apply("quo", rounded, Lit(HALVING_STEPS)), days)
    ended = apply("ge", index, Lit(len(half_life_table()) - 1))
    return apply("coalesce", apply("if", ended, Lit(NEVER), left), Lit(NEVER))


def _greater_lasts(time: Timeline, expr: Apply) -> Expr | None:
    """A constant that is above a falling value stays above it."""
    for constant, other in (expr.args, expr.args[::-1]):
        if time.slope(constant) == 0 and time.falls(other):
            above = apply("coalesce", apply("le", other, constant), Lit(False))
            return apply("pick", above, Lit(NEVER), time.days(other) or Lit(NEVER))
    return time.shortest(expr.args)


def _as_first(sizes: list[int]) -> int:
    return sizes[0]


def _as_larger(sizes: list[int]) -> int:
    """The larger of the last two: what is chosen between, or the only two."""
    return max(sizes[-2:])


def _product(sizes: list[int]) -> int:
    return sizes[0] * sizes[1]


def _count(_sizes: list[int]) -> int:
    return 2**31


COMPARABLE = ("bool", "int", "double", "string", "timestamp", "duration")


def _operator(
    name: str,
    sign: str,
    rank: int,
    types: Mapping[str, Op],
    doc: str,
    *examples: Example,
    mixed: tuple[Overload, ...] = (),
    largest: Callable[[list[int]], int] | None = None,
    unsupported: tuple[str, str] | None = None,
) -> Function:
    """An operator; ``types`` has the operation for operands of one type, by that type."""
    arity = name.count("_")
    alike = (Overload((t,) * arity, t, operation=op) for t, op in types.items())
    return Function(
        name=name,
        overloads=(*alike, *mixed),
        doc=doc,
        examples=examples,
        largest=largest,
        may_be_nan=arity == 2 and "double" in types,
        sign=sign,
        rank=rank,
        unsupported=unsupported,
    )


def _comparison(name: str, sign: str, op: Op, doc: str, *examples: Example) -> Function:
    return Function(
        name=name,
        overloads=tuple(Overload((t, t), "bool", operation=op) for t in COMPARABLE),
        doc=doc,
        examples=examples,
        lower="comparison",
        sign=sign,
        rank=3,
    )


def _of_text(name: str, op: Op, doc: str, *examples: Example) -> Function:
    """A question to a text, CEL's own."""
    return Function(
        name=name,
        overloads=(Overload(("string", "string"), "bool", operation=op),),
        doc=doc,
        examples=examples,
        method=True,
        operations=(Operation(name=op, domain=any_value),),
    )


def _of_date(name: str, op: Op, doc: str) -> Function:
    """A part of a date in UTC, CEL's own."""
    return Function(
        name=name,
        overloads=(Overload(("timestamp",), "int", operation=op),),
        doc=doc,
        method=True,
        operations=(Operation(name=op),),
    )


def _changed_text(name: str, op: Op, doc: str, example: Example) -> Function:
    """A text in other letters."""
    return Function(
        name=name,
        overloads=(Overload(("string",), "string", op),),
        doc=doc,
        examples=(example,),
        method=True,
        operations=(Operation(name=op, domain=any_value),),
    )


# Our own functions -------------------------------------------------------------------------

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="peers",
        overloads=(Overload(("list",), "int"),),
        doc="Number of profiles at the other end of dependencies, dependents, events, upstream or "
        "downstream; a profile with several links counts once.",
        examples=(
            Example("dependents.peers()", 1),
            Example(
                'dependents.filter(d, d.relation == "regulated_by").peers()',
                0,
                "among those with a property",
            ),
        ),
        method=True,
        lower="peers",
        largest=_count,
    ),
    Function(
        name="half_life",
        overloads=(Overload(("int", "int"), "double", "half_life"),),
        doc="What is left of 1.0 after so many days, halved every so many days; 1.0 before the "
        "first day; unknown where the half-life is not positive.",
        examples=(Example("half_life(180, 180)", 0.5),),
        large="checked_half_life",
        operations=(
            Operation(
                name="half_life",
                domain=numbers(
                    lambda _days, _period: (0.0, 1.0),
                    whole=False,
                    unknown=lambda days, period: any_unknown(days, period) or period.low <= 0,
                ),
                total=False,
                repeats=True,
                falls=_half_life_falls,
                lasts=_half_life_lasts,
            ),
            Operation(
                name="checked_half_life",
                domain=numbers(
                    lambda _days, _period: (0.0, 1.0), whole=False, unknown=lambda *_: True
                ),
                total=False,
                repeats=True,
            ),
        ),
    ),
    Function(
        name="min",
        overloads=(
            Overload(("double", "double"), "double", "min"),
            Overload(("int", "int"), "int", "min"),
        ),
        doc="The lesser of two numbers.",
        examples=(Example("min(0.3, 0.5)", 0.3),),
        largest=_as_larger,
        operations=(
            Operation(
                name="min", domain=numbers(least), repeats=True, mirrored="min", falls=with_all
            ),
        ),
    ),
    Function(
        name="max",
        overloads=(
            Overload(("double", "double"), "double", "max"),
            Overload(("int", "int"), "int", "max"),
        ),
        doc="The greater of two numbers.",
        examples=(Example("max(0.3, 0.5)", 0.5),),
        largest=_as_larger,
        operations=(
            Operation(
                name="max",
                domain=numbers(greatest),
                repeats=True,
                mirrored="max",
                falls=with_all,
                lasts=_greater_lasts,
            ),
        ),
    ),
    Function(
        name="clamp",
        overloads=(Overload(("double", "double", "double"), "double"),),
        doc="The number, but no less than the second and no more than the third.",
        examples=(Example("clamp(1.2, 0.0, 1.0)", 1.0),),
        compile=lambda value, low, high: apply("max", low, apply("min", value, high)),
    ),
    Function(
        name="abs",
        overloads=(
            Overload(("double",), "double", "abs"),
            Overload(("int",), "int", "abs"),
        ),
        doc="The number without its sign.",
        examples=(Example("abs(2 - 5)", 3),),
        largest=_as_first,
        operations=(Operation(name="abs", total=False, repeats=True),),
    ),
    Function(
        name="share",
        overloads=(Overload(("int", "int"), "double"),),
        doc="The first count as a share of the second; unknown where the second is 0.",
        examples=(Example("share(1, 4)", 0.25),),
        compile=_compiled_share,
    ),
    Function(
        name="day",
        overloads=(Overload(("string",), "timestamp"),),
        doc="The beginning of a day, from a literal date.",
        examples=(Example('day("2024-01-29") < day("2024-02-01")', True),),
        reads=day_seconds,
    ),
    Function(
        name="days_between",
        overloads=(Overload(("timestamp", "timestamp"), "int"),),
        doc="How many whole days the second date lies after the first.",
        examples=(Example('days_between(day("2024-01-29"), day("2024-02-01"))', 3),),
        compile=lambda first, second: apply("quo", apply("sub", second, first), Lit(DAY)),
        largest=_count,
    ),
    _changed_text(
        "lower",
        "lower",
        "The text in small letters, of every script.",
        Example('"Ämter".lower()', "ämter"),
    ),
    _changed_text(
        "lowerAscii",
        "lower_ascii",
        "The text with A to Z in small letters.",
        Example('"PORT".lowerAscii()', "port"),
    ),
    _changed_text(
        "upperAscii",
        "upper_ascii",
        "The text with a to z in capitals.",
        Example('"port".upperAscii()', "PORT"),
    ),
)

# CEL's own operators and functions ---------------------------------------------------------

OPERATORS: tuple[Function, ...] = (
    _operator(
        "_&&_",
        "&&",
        2,
        {"bool": "and"},
        "Whether both conditions are true.",
        Example('claim.nature == "fact" && claim.key', True, "both are true", "claim"),
    ),
    _operator("_||_", "||", 1, {"bool": "or"}, "Whether one of two conditions is true."),
    _operator("!_", "!", 0, {"bool": "not"}, "Whether the condition is false."),
    _comparison("_==_", "==", "eq", "Whether two values are equal."),
    _comparison("_!=_", "!=", "ne", "Whether two values differ."),
    _comparison("_<_", "<", "lt", "Whether the first value is less."),
    _comparison(
        "_<=_",
        "<=",
        "le",
        "Whether the first value is not greater.",
        Example(
            "citation.credibility <= 3",
            None,
            "unknown, because this citation is not rated",
            "citation",
        ),
    ),
    _comparison("_>_", ">", "gt", "Whether the first value is greater."),
    _comparison("_>=_", ">=", "ge", "Whether the first value is not less."),
    Function(
        name="@in",
        overloads=(Overload(("dyn", "list"), "bool"),),
        doc="Whether a list has the value.",
        examples=(
            Example(
                'claim.type in ["figure", "action"]', True, "one of a list of constants", "claim"
            ),
            Example('"ferries" in profile.topics', True, "a field that is a list has it"),
        ),
        lower="membership",
        sign="in",
        rank=3,
    ),
    Function(
        name="_?_:_",
        overloads=(Overload(("bool", "dyn", "dyn"), "dyn", operation="if"),),
        doc="The second value where the condition is true, the third where it is false.",
        examples=(
            Example(
                "has(publisher.owner) ? publisher.owner : publisher.id",
                "example-media",
                "if, then, otherwise",
                "citation",
            ),
        ),
        lower="conditional",
        largest=_as_larger,
        sign="? :",
    ),
    _operator(
        "_+_",
        "+",
        4,
        {"int": "add", "double": "add", "string": "concat", "duration": "add"},
        "The sum; of texts, the second after the first.",
        mixed=(
            Overload(("timestamp", "duration"), "timestamp", operation="add"),
            Overload(("duration", "timestamp"), "timestamp", operation="add"),
        ),
        largest=sum,
        unsupported=(
            "these cannot be added",
            "add numbers or texts; test lists each on its own",
        ),
    ),
    _operator(
        "_-_",
        "-",
        4,
        {"int": "sub", "double": "sub", "duration": "sub"},
        "The difference.",
        mixed=(
            Overload(("timestamp", "timestamp"), "duration", operation="sub"),
            Overload(("timestamp", "duration"), "timestamp", operation="sub"),
        ),
        largest=sum,
    ),
    _operator("_*_", "*", 5, {"int": "mul", "double": "mul"}, "The product.", largest=_product),
    _operator("_/_", "/", 5, {"double": "div", "int": "quo"}, "The quotient.", largest=_as_first),
    _operator("_%_", "%", 5, {"int": "rem"}, "The remainder.", largest=min),
    _operator(
        "-_",
        "-",
        0,
        {"int": "neg", "double": "neg"},
        "The number with the other sign.",
        largest=_as_first,
    ),
    Function(
        name="_[_]",
        overloads=(Overload(("list", "int"), "dyn", operation="item_at"),),
        doc="The item of a list by its number, from 0.",
        lower="item",
        unsupported=(
            "only lists of texts have items by number",
            "use exists(x, …) on a collection",
        ),
    ),
)

STANDARD: tuple[Function, ...] = (
    Function(
        name="size",
        overloads=(Overload(("list",), "int"), Overload(("string",), "int")),
        doc="How many elements, items or characters.",
        examples=(
            Example("claims.size()", 2, "how many"),
            Example("dependents.size()", 1, "dependencies that lead here"),
        ),
        method=True,
        lower="size",
        largest=_count,
        operations=(Operation(name="length", domain=numbers(lambda _text: COUNT, whole=True)),),
    ),
    _of_text(
        "contains",
        "contains",
        "Whether the text contains the other.",
        Example('profile.region.contains("Coast")', True, "a text in another"),
    ),
    _of_text("startsWith", "starts_with", "Whether the text begins with the other."),
    _of_text("endsWith", "ends_with", "Whether the text ends with the other."),
    Function(
        name="matches",
        overloads=(Overload(("string", "string"), "bool"),),
        doc="Whether the text has a match of a regular expression (RE2).",
        examples=(
            Example(
                'profile.id.matches("^berths-.*")',
                True,
                "a regular expression, which is a constant",
            ),
        ),
        method=True,
        lower="matches",
        operations=(Operation(name="matches", domain=any_value),),
    ),
    Function(
        name="double",
        overloads=(
            Overload(("int",), "double", operation="to_double"),
            Overload(("double",), "double", operation="to_double"),
        ),
        doc="The number as a decimal.",
        examples=(Example("double(claims.size()) / 4.0", 0.5, "a decimal from a whole number"),),
        operations=(Operation(name="to_double", domain=numbers(lambda a: a, whole=False)),),
        unsupported=("this is not made a decimal", 'compare the text itself: field == "0.5"'),
    ),
    Function(
        name="int",
        overloads=(
            Overload(("int",), "int", operation="to_int"),
            Overload(("double",), "int", operation="to_int"),
        ),
        doc="The number without its decimals.",
        operations=(Operation(name="to_int", total=False),),
        unsupported=("this is not made a whole number", 'compare the text itself: field == "3"'),
    ),
    Function(
        name="string",
        overloads=tuple(
            Overload((type_,), "string", operation="to_string")
            for type_ in ("int", "bool", "string")
        ),
        doc="The value as a text.",
        operations=(Operation(name="to_string", domain=any_value),),
        unsupported=(
            "this is not made a text",
            (
                "whole numbers and true/false are; "
                "a sentence shows any value in braces: {claim.support}"
            ),
        ),
    ),
    Function(
        name="bool",
        overloads=(Overload(("bool",), "bool", operation="same"),),
        doc="The condition itself.",
        operations=(Operation(name="same"),),
        unsupported=("a text is not made true or false", 'compare it: field == "true"'),
    ),
    Function(
        name="timestamp",
        overloads=(Overload(("string",), "timestamp"),),
        doc="A point in time, from a text.",
        reads=timestamp_seconds,
    ),
    Function(
        name="duration",
        overloads=(Overload(("string",), "duration"),),
        doc="A span of time, from a text.",
        reads=duration_seconds,
    ),
    _of_date("getFullYear", "year", "The year."),
    _of_date("getMonth", "month", "The month, from 0."),
    _of_date("getDate", "month_day", "The day of the month, from 1."),
    _of_date("getDayOfMonth", "month_day_0", "The day of the month, from 0."),
    _of_date("getDayOfWeek", "week_day", "The day of the week; 0 is Sunday."),
    _of_date("getDayOfYear", "year_day", "The day of the year, from 0."),
)

MACROS: Mapping[str, tuple[Example, ...]] = {
    "has": (Example("has(publisher.reliability)", True, "the field is known", "citation"),),
    "exists": (
        Example('citations.exists(c, c.stance == "disputes")', False, "at least one"),
        Example("claims.exists(c, c.confidence < 0.5)", True, "also over scores"),
        Example(
            'dependents.exists(d, d.peer.type == "regulator")',
            True,
            "of the profile at the other end",
        ),
        Example("downstream.exists(d, d.reach >= 0.1)", True, "also of indirect dependents"),
    ),
    "all": (
        Example(
            'citations.all(c, c.stance == "supports")', True, "every one; true if there is none"
        ),
    ),
    "exists_one": (
        Example('citations.exists_one(c, c.directness == "record")', True, "exactly one"),
    ),
    "filter": (
        Example(
            'citations.filter(c, c.stance == "supports").size() > 1',
            True,
            "more than one with a property",
        ),
        Example("claims.filter(c, c.key).size()", 2, "how many with a property"),
    ),
    "map": (Example('"id" in claims.map(c, c.id)', False, "a list of one field of each"),),
}
"""CEL's macros over collections, and ``has``, which asks whether a field is known."""

_DAYS = "ask for days instead, such as days_between(a, b)"

UNSUPPORTED: Mapping[str, tuple[str, str]] = {
    "{}": ("a map or a message cannot be made in a condition", "use a list or several comparisons"),
    "dyn": ("every value here has one type", "leave dyn(…) out"),
    "type": ("every value here has one type, known beforehand", "leave the comparison out"),
    "uint": ("there are no unsigned numbers here", "use whole numbers: 3"),
    "bytes": ("there are no bytes here", 'write "text"'),
    "getHours": ("dates here have no hours", _DAYS),
    "getMinutes": ("dates here have no minutes", _DAYS),
    "getSeconds": ("dates here have no seconds", _DAYS),
    "getMilliseconds": ("dates here have no milliseconds", _DAYS),
}
"""Message and hint for CEL's own functions that cannot be computed on columns."""

_BY_NAME = {f.name: f for f in (*FUNCTIONS, *OPERATORS, *STANDARD)}


def function(name: str) -> Function | None:
    """The function or operator of that name, None if the language has none."""
    return _BY_NAME.get(name)


OPERATIONS: Mapping[Op, Operation] = {
    o.name: o for o in (*GENERAL, *(o for f in _BY_NAME.values() for o in f.operations))
}
"""Every primitive operation by its name."""
