"""What if a figure of the rulebook were another: tried without an edit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assay.cel.program import Program
from assay.diagnostics.suggest import did_you_mean
from assay.errors import UsageError
from assay.model.rulebook import Rulebook
from assay.plan.lock import canonical_rulebook
from assay.rules.check import check_rulebook
from assay.scoring.compare import BandMoves, band_moves, grade_columns
from assay.scoring.run import Run, run_program
from assay.tables.build import build_tables

if TYPE_CHECKING:
    from assay.assessment import Desk

VALUES_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """A place of the rulebook and what it is to be: ``claim.confidence.one-origin.cap``, 0.6."""

    path: str
    value: Any

    @classmethod
    def parse(cls, text: str) -> Setting:
        """Read ``PATH=VALUE``; a value that is not a number, true or false is text."""
        path, sign, value = text.partition("=")
        if not sign or not path.strip():
            raise UsageError(f"{text!r} is not an experiment; write PATH=VALUE")
        return cls(path.strip(), _value(value.strip()))


@dataclass(frozen=True, slots=True)
class Sweep:
    """A place of the rulebook and the values to try there, in order."""

    path: str
    values: tuple[Decimal, ...]

    @classmethod
    def parse(cls, text: str) -> Sweep:
        """Read ``PATH=FIRST..LAST:STEP``, both ends included."""
        path, sign, span = text.partition("=")
        bounds, colon, step = span.partition(":")
        first, dots, last = bounds.partition("..")
        if not (sign and colon and dots and path.strip()):
            raise UsageError(f"{text!r} is not a sweep; write PATH=0.5..0.8:0.02")
        try:
            low, high, by = (Decimal(part.strip()) for part in (first, last, step))
            count = (high - low) / by if by else Decimal(-1)
            usable = count.is_finite() and 0 <= count < VALUES_LIMIT
        except InvalidOperation:
            raise UsageError(f"{text!r}: the bounds and the step of a sweep are numbers") from None
        if not usable:
            raise UsageError(
                f"{text!r} has no values, or more than {VALUES_LIMIT}; the step leads from the "
                "first to the last"
            )
        return cls(path.strip(), tuple(low + by * n for n in range(int(count) + 1)))


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """What one value would move, over all audiences and profile scorers."""

    value: Decimal
    moves: BandMoves


def tried(desks: Sequence[Desk], settings: Sequence[Setting]) -> tuple[Desk, ...]:
    """The desks as they would be scored with the settings; raises ``UsageError`` for bad ones."""
    rulebook, program = rulebook_with(desks[0].rulebook, settings)
    return tuple(d.rescored(rulebook, program) for d in desks)


def swept(desks: Sequence[Desk], settings: Sequence[Setting], sweep: Sweep) -> Iterator[SweepPoint]:
    """Count the grades that change at each value, compared with the workspace as it is."""
    for value in sweep.values:
        setting = Setting(sweep.path, _number(value))
        rulebook, program = rulebook_with(desks[0].rulebook, [*settings, setting])
        moves = (_moves(desk, rulebook, program) for desk in desks)
        yield SweepPoint(value, sum(moves, BandMoves()))


def _moves(desk: Desk, rulebook: Rulebook, program: Program) -> BandMoves:
    """Score again, sharing the columns that the rulebooks have in common."""
    run, own = desk.run, desk.rulebook
    if (
        rulebook.reach == own.reach
        and rulebook.settings.review_after_days == own.settings.review_after_days
    ):
        engine = run.engine.varied(run.tables, program.steps, repeated=grade_columns(program))
        return band_moves(run, Run(rulebook, program, run.tables, engine))
    tables = build_tables(desk.corpus, rulebook, desk.as_of)
    return band_moves(run, run_program(rulebook, program, tables))


def _number(value: Decimal) -> float | int:
    whole = value == value.to_integral_value() and "." not in str(value)
    return int(value) if whole else float(value)


def rulebook_with(rulebook: Rulebook, settings: Sequence[Setting]) -> tuple[Rulebook, Program]:
    """The rulebook with the settings made, checked and compiled.

    Raises ``UsageError`` for a place that is not there and a value that does not fit.
    """
    data = canonical_rulebook(rulebook)
    for setting in settings:
        _set(data, setting)
    named = ", ".join(f"{s.path}={s.value}" for s in settings)
    try:
        changed = Rulebook.model_validate(data)
    except ValidationError as error:
        raise UsageError(f"{named}: {error.errors()[0]['msg']}") from None
    program, findings = check_rulebook(changed)
    if program is None:
        said = "; ".join(f.message for f in findings if f.severity == "error")
        raise UsageError(f"{named}: {said}")
    return changed, program


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text


_RULE_FIELDS = ("when", "add", "multiply", "floor", "cap", "on_unknown")
_NAMED = ("id", "name")


def _set(data: dict[str, Any], setting: Setting) -> None:
    """Put the value in its place: the path names keys, and items of lists by their ids."""
    steps = setting.path.split(".")
    here: Any = data
    known: list[str]
    if steps[0] in ("citation", "claim", "profile"):
        scorers = {f"{s['on']}.{s['name']}": s for s in data["scorers"]}
        key = ".".join(steps[:2])
        here = _named(scorers, key, setting)
        steps = steps[2:]
        if steps and steps[0] not in ("start", "pool", "scale"):
            rules = {r["id"]: r for r in here["rules"]}
            here = _named(rules, steps[0], setting)
            steps = steps[1:]
            known = [f for f in _RULE_FIELDS if here.get(f) is not None]
            if len(steps) != 1 or steps[0] not in known:
                raise UsageError(
                    f"{setting.path}: a field of the rule is wanted; it has {', '.join(known)}"
                )
    elif steps[0] == "scale":
        steps[0] = "scales"
    for step in steps[:-1]:
        here = _named(_children(here), step, setting)
    last = steps[-1] if steps else ""
    children = _children(here)
    if not isinstance(here, dict) or last not in children:
        _named(children, last, setting)
        raise UsageError(f"{setting.path}: name a figure, not a whole part")
    if isinstance(here[last], dict | list):
        raise UsageError(f"{setting.path}: name a figure, not a whole part")
    if isinstance(here[last], float) and type(setting.value) is int:
        here[last] = float(setting.value)
    else:
        here[last] = setting.value


def _children(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {i[k]: i for i in value if isinstance(i, dict) for k in _NAMED if k in i}
    return {}


def _named(choices: dict[str, Any], name: str, setting: Setting) -> Any:
    if name not in choices:
        hint = did_you_mean(name, choices) or f"there are {', '.join(sorted(choices))}"
        raise UsageError(f"{setting.path}: the rulebook has no {name!r} there; {hint}")
    return choices[name]
