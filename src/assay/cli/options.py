"""Option types, shared options, and the command classes that take the global options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from assay.cli.completion import audiences, profiles
from assay.cli.session import Session
from assay.diagnostics.suggest import did_you_mean, nearest
from assay.memory import parse_size


class IsoDate(click.ParamType[date]):
    """A date in ISO 8601 form."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"invalid date {value!r}; use YYYY-MM-DD", param, ctx)


class Bytes(click.ParamType[int]):
    """A size in bytes, with a unit if given, for example 8GB."""

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


class Choice(click.Choice[str]):
    """One of a few words; the message for another suggests the nearest, or lists all."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ARG002
        return f"unknown value {value!r}; {did_you_mean(str(value), self.choices)}"


_F = TypeVar("_F", bound=Callable[..., Any])


def format_option(*formats: str) -> Callable[[_F], _F]:
    """Add ``--format`` to a command: text, or one of ``formats``."""
    return click.option(
        "--format",
        "output",
        type=Choice(["text", *formats]),
        default="text",
        help="Output format. Default: text.",
    )


json_option = format_option("json")
profile_argument = click.argument("profile_id", metavar="ID", shell_complete=profiles)
profiles_argument = click.argument("ids", nargs=-1, metavar="[ID]...", shell_complete=profiles)
every_step_option = click.option(
    "--all", "every", is_flag=True, help="Also show rules that changed nothing."
)
reviewer_option = click.option(
    "--reviewer", metavar="NAME", help="Reviewer. Default: git's user.name."
)


def _store(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value is not None:
        context.obj = replace(context.obj or Session(), **{option.name: value})


class _GlobalOption(click.Option):
    """An option of the program, its groups and its commands, in the help of the program only."""

    def __init__(self, *names: str, **settings: Any) -> None:
        super().__init__(names, expose_value=False, callback=_store, **settings)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return super().get_help_record(ctx) if ctx.parent is None else None


_GLOBAL = (
    _GlobalOption(
        "--workspace",
        "workspace_path",
        type=click.Path(path_type=Path, file_okay=False),
        help="Workspace folder. Default: the one containing the current directory.",
    ),
    _GlobalOption(
        "--as-of",
        type=IsoDate(),
        metavar="DATE",
        help="Score as of this date, for example 2026-01-15. "
        "Default: `as_of` in rules.yaml, otherwise today.",
    ),
    _GlobalOption(
        "--audience",
        metavar="NAME",
        shell_complete=audiences,
        help="Audience. Default: the most public one.",
    ),
    _GlobalOption(
        "--memory",
        type=Bytes(),
        metavar="SIZE",
        help="Memory limit, for example 8GB. Default: all available.",
    ),
)
_FORMAT = _GlobalOption(
    "--format",
    "output",
    metavar="FORMAT",
    help="Output format, for commands with a choice. Default: text.",
)

_SHORT_HELP = 200
"""Longest first sentence of a command's help, in characters; a longer one would be cut."""


class Command(click.Command):
    """A command that takes the global options as well as its own.

    Its own options hide global ones of the same name. If a global option is given before and
    after the command's name, the last one counts.
    """

    global_options: Sequence[click.Option] = _GLOBAL

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)
        taken = {name for param in own for name in param.opts}
        return [*(o for o in self.global_options if taken.isdisjoint(o.opts)), *own]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        output = ctx.obj.output if isinstance(ctx.obj, Session) else None
        own_format = next((p for p in self.params if "--format" in p.opts), None)
        if own_format is not None and output is not None:
            ctx.default_map = {**(ctx.default_map or {}), own_format.name: output}
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            options = (o for p in self.get_params(ctx) for o in p.opts if o.startswith("-"))
            raise _unknown("option", error.option_name, options, ctx) from None
        if own_format is None and output not in (None, "text") and not isinstance(self, Group):
            ctx.fail(f"'{ctx.command_path}' prints text only; omit --format")
        return rest

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        names = [p.opts[0] for p in self.get_params(ctx) if isinstance(p, _GlobalOption)]
        if ctx.parent is not None and names:
            formatter.write_paragraph()
            formatter.write_text(f"Global options, see `assay --help`: {', '.join(names)}.")


class Group(Command, click.Group):
    """A group of commands that passes on the global options and ``--format``."""

    command_class = Command
    global_options = (*_GLOBAL, _FORMAT)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = ((n, self.get_command(ctx, n)) for n in self.list_commands(ctx))
        rows = [(n, c.get_short_help_str(_SHORT_HELP)) for n, c in commands if c is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            raise _unknown("command", name, self.list_commands(ctx), ctx)
        return super().resolve_command(ctx, args)


def _unknown(kind: str, word: str, known: Iterable[str], ctx: click.Context) -> click.UsageError:
    near = nearest(word, known)
    hint = f"; did you mean {near!r}?" if near else ""
    return click.UsageError(f"unknown {kind} {word!r}{hint}", ctx)
