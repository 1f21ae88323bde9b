"""The forms of values on the command line."""

from __future__ import annotations

from datetime import date

import click

from assay.memory import parse_size


class IsoDate(click.ParamType[date]):
    """A day written 2026-01-15."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write 2026-01-15", param, ctx)


class Bytes(click.ParamType[int]):
    """A size written 8GB."""

    name = "size"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_size(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
