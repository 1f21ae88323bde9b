"""What commands print: JSON that is stable, and plain tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def format_option(*formats: str) -> Callable[[_F], _F]:
    """``--format``, text unless another one is asked for."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["text", *formats]),
        default="text",
        show_default=True,
        help="How to print the result.",
    )


def print_json(value: object) -> None:
    """The value as JSON on stdout, in the order its keys were given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns aligned by the width of their cells; the header underlined where colour is on."""
    every = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    form = "  ".join(f"{{:<{width}}}" for width in widths)
    first, *others = [form.format(*cells).rstrip() for cells in every]
    click.echo("\n".join([click.style(first, bold=True), *others]))
