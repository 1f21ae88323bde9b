"""Plans with other values in the rulebook, tried without editing it: ``--set`` and ``--sweep``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assay.cel.program import Program
from assay.cel.schema import SUBJECTS
from assay.diagnostics.suggest import unknown
from assay.errors import UsageError
from assay.model.rulebook import Rulebook
from assay.plan.lock import canonical_rulebook
from assay.rules.check import check_rulebook
from assay.scoring.compare import BandMoves, band_moves, grade_columns
from assay.scoring.run import Run, run_program
from assay.tables.build import build_tables, tables_settings

if TYPE_CHECKING:
    from assay.assessment import Assessment

VALUES_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for a place of the rulebook, for example 0.6 for ``claim.confidence.judgement.cap``.

    The path names keys, and items of lists by their ids.
    """

    path: str
    value: Any

    @classmethod
    def parse(cls, text: str) -> Setting:
        """Read ``PATH=VALUE``; a value that is not a number, true or false is text."""
        path, sign, given = text.partition("=")
        if not sign or not path.strip():
            raise UsageError(f"invalid setting {text!r}; use PATH=VALUE")
        value: Any = given.strip()
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        return cls(path.strip(), parsed if isinstance(parsed, bool | int | float) else value)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A place of the rulebook, and the values to try there."""

    path: str
    values: tuple[Decimal, ...]

    @classmethod
    def parse(cls, text: str) -> Sweep:
        """Read ``PATH=FIRST..LAST:STEP``, both ends included."""
        path, sign, span = text.partition("=")
        bounds, colon, step = span.partition(":")
        first, dots, last = bounds.partition("..")
        if not (sign and colon and dots and path.strip()):
            raise UsageError(f"invalid sweep {text!r}; use PATH=FIRST..LAST:STEP")
        try:
            low, high, by = (Decimal(part.strip()) for part in (first, last, step))
            count = (high - low) / by if by else Decimal(-1)
            usable = count.is_finite() and 0 <= count < VALUES_LIMIT
        except InvalidOperation:
            message = f"invalid sweep {text!r}; use numbers, for example {path}=0.5..0.8:0.02"
            raise UsageError(message) from None
        if not usable:
            raise UsageError(
                f"invalid sweep {text!r}; the step must lead from the first value to the last "
                f"in {VALUES_LIMIT} values at most"
            )
        return cls(path.strip(), tuple(low + by * n for n in range(int(count) + 1)))


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The changes that one value makes, over all audiences and profile scorers."""

    value: Decimal
    moves: BandMoves


def tried(assessments: Sequence[Assessment], settings: Sequence[Setting]) -> tuple[Assessment, ...]:
    """Score with the settings. Raises ``UsageError`` if they do not fit the rulebook."""
    rulebook, program = rulebook_with(assessments[0].rulebook, settings)
    return tuple(d.rescored(rulebook, program) for d in assessments)


def swept(
    assessments: Sequence[Assessment], settings: Sequence[Setting], sweep: Sweep
) -> Iterator[SweepPoint]:
    """Count the grades that change at each value, compared with the current workspace."""
    for value in sweep.values:
        whole = value == value.to_integral_value() and "." not in str(value)
        setting = Setting(sweep.path, int(value) if whole else float(value))
        rulebook, program = rulebook_with(assessments[0].rulebook, [*settings, setting])
        moves = (_moves(assessment, rulebook, program) for assessment in assessments)
        yield SweepPoint(value, sum(moves, BandMoves()))


def _moves(assessment: Assessment, rulebook: Rulebook, program: Program) -> BandMoves:
    """Score again, sharing the columns that the rulebooks have in common."""
    run, own = assessment.run, assessment.rulebook
    if tables_settings(rulebook) == tables_settings(own):
        engine = run.engine.derive(run.tables, program.steps, repeated=grade_columns(program))
        return band_moves(run, Run(rulebook, program, run.tables, engine))
    tables = build_tables(assessment.corpus, rulebook, assessment.as_of)
    return band_moves(run, run_program(rulebook, program, tables))


def rulebook_with(rulebook: Rulebook, settings: Sequence[Setting]) -> tuple[Rulebook, Program]:
    """Apply the settings, then check and compile the rulebook.

    Raises ``UsageError`` for an unknown path and for a value that does not fit.
    """
    data = canonical_rulebook(rulebook)
    for setting in settings:
        _set(data, setting)
    given = ", ".join(f"{s.path}={s.value}" for s in settings)
    try:
        changed = Rulebook.model_validate(data)
    except ValidationError as error:
        raise UsageError(f"{given}: {error.errors()[0]['msg']}") from None
    program, findings = check_rulebook(changed)
    if program is None:
        messages = "; ".join(f.message for f in findings if f.severity == "error")
        raise UsageError(f"{given}: {messages}")
    return changed, program


_RULE_FIELDS = ("when", "add", "multiply", "floor", "cap", "on_unknown")


def _set(data: dict[str, Any], setting: Setting) -> None:
    path = setting.path
    steps = path.split(".")
    here: Any = data
    if steps[0] in SUBJECTS:
        scorers = {f"{s['on']}.{s['name']}": s for s in data["scorers"]}
        here = _child(scorers, ".".join(steps[:2]), path)
        steps = steps[2:]
        if steps and steps[0] not in ("start", "pool", "scale"):
            here = _child({r["id"]: r for r in here["rules"]}, steps[0], path)
            steps = steps[1:]
            fields = [f for f in _RULE_FIELDS if here.get(f) is not None]
            if len(steps) != 1 or steps[0] not in fields:
                raise UsageError(f"{path}: no such field of the rule; use {', '.join(fields)}")
    elif steps[0] == "scale":
        steps[0] = "scales"
    for step in steps[:-1]:
        here = _child(_children(here), step, path)
    last = steps[-1] if steps else ""
    value = _child(_children(here), last, path)
    if isinstance(value, dict | list):
        raise UsageError(f"{path}: not a single value; name one of its parts")
    # A whole number for a decimal one stays a decimal, so that the rulebook's digest is the same.
    whole = isinstance(value, float) and type(setting.value) is int
    here[last] = float(setting.value) if whole else setting.value


def _children(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {i[k]: i for i in value if isinstance(i, dict) for k in ("id", "name") if k in i}
    return {}


def _child(children: Mapping[str, Any], name: str, path: str) -> Any:
    if name not in children:
        raise UsageError(f"{path}: {unknown('part of the rulebook', name, sorted(children))}")
    return children[name]
