"""A document's data with the values that a row gives, and what that changes, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from assay.diagnostics import Diagnostic
from assay.sheets import forms
from assay.sheets.columns import Column, shown
from assay.sheets.forms import CellError, Locale
from assay.sheets.reading import Row
from assay.spreadsheet.cells import shielded, unshielded


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value: what stood there, what will; empty for nothing."""

    column: str
    before: str
    after: str


Resolve = Callable[[Column, Any], Any]
"""What a value read from a cell stands for: the id that belongs to a name or an address."""


def rewritten(
    data: Mapping[str, Any], model: Any, row: Row, resolve: Resolve
) -> tuple[dict[str, Any], list[FieldChange], list[Diagnostic]]:
    """``data`` with what the row says; ``model`` is what is there now, None for what is new.

    A cell that says what is there already changes nothing, however it is written in the file.
    """
    made = deepcopy(dict(data))
    changes: list[FieldChange] = []
    mistakes: list[Diagnostic] = []
    for column in row.sheet.columns:
        name = column.name
        if name not in row.given or name in ("id", "profile") or name in row.unread:
            continue
        cell = row[name]
        before = unshielded(shielded(shown(model, column))) if model is not None else ""
        if _says(cell, before, column):
            continue
        value: Any = None
        if cell:
            try:
                value = resolve(column, column.form.read(cell, Locale(row.decimal_comma)))
            except CellError as error:
                mistakes.append(row.mistake(name, error.message, error.hint))
                value = cell
        changed = put(made, column.place, value, row.sheet.keys)
        if changed != made:
            made = changed
            changes.append(FieldChange(name, before, _shown(value, cell)))
    return made, changes, mistakes


def _says(cell: str, before: str, column: Column) -> bool:
    return cell == before or (
        column.form in (forms.DATE, forms.DAY) and before in forms.readings(cell)
    )


def _shown(value: Any, cell: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes"
    return str(value) if isinstance(value, (str, int, float)) else cell


def put(
    data: Mapping[str, Any], place: Sequence[str], value: Any, order: Sequence[str]
) -> dict[str, Any]:
    """A copy of ``data`` with ``value`` at ``place``, its keys in ``order``.

    None takes the key away, and a mapping that becomes empty with it.
    """
    made = dict(data)
    step, *rest = place
    if rest:
        inner = made.get(step)
        value = put(inner if isinstance(inner, dict) else {}, rest, value, order) or None
    if value is None:
        made.pop(step, None)
        return made
    if step in made:
        made[step] = value
        return made
    earlier = order[: order.index(step)]
    at = max((i for i, key in enumerate(made, 1) if key in earlier), default=0)
    items = list(made.items())
    return dict([*items[:at], (step, value), *items[at:]])
