"""Global options: their values, and the classes of commands and groups that take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.names import audiences
from assay.diagnostics.suggest import did_you_mean, nearest
from assay.memory import available_bytes, parse_size
from assay.workspace.paths import Workspace

if TYPE_CHECKING:
    from assay.assessment import Desk, Scores
    from assay.pipeline import Checked
    from assay.workspace.load import Loaded


_READERS = ("cel-expr-python", "pydantic-core", "ryaml")
"""Distributions that decide what documents and conditions mean; caches hold for their versions."""


WORKSPACE = "assay.workspace.paths"
"""Where a command notes the root of its workspace, for errors that are printed after it."""


def now() -> datetime:
    """The moment it is where the command runs, with its offset."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Session:
    """The global options of one call; ``output`` is the format to print in, if one was given."""

    workspace_path: Path | None = None
    as_of: date | None = None
    audience: str | None = None
    clock: Callable[[], datetime] = now
    memory: int | None = None
    output: str | None = None

    def workspace(self) -> Workspace:
        """The workspace named, else the one the current folder lies in."""
        found = Workspace.find(self.workspace_path or Path.cwd())
        context = click.get_current_context(silent=True)
        if context is not None:
            context.meta[WORKSPACE] = found.root
        return found

    def memory_limit(self) -> int | None:
        """How many bytes may be taken: what was asked for, else what can be had."""
        return available_bytes() if self.memory is None else self.memory

    def load(self) -> Loaded:
        """The documents and the rulebook, read; refused beforehand where they would not fit."""
        from assay.workspace.load import load_workspace, require_memory

        workspace = self.workspace()
        require_memory(workspace, self.memory_limit())
        return load_workspace(workspace, as_of=self.as_of)

    def check(self) -> Checked:
        """The workspace, read and checked; refused beforehand where it would not fit."""
        from assay.cache import user_cache
        from assay.pipeline import check
        from assay.workspace.load import require_memory

        workspace = self.workspace()
        require_memory(workspace, self.memory_limit())
        return check(workspace, self.as_of, user_cache(_READERS))

    def scores(self, ids: Sequence[str]) -> Scores:
        """The scores of the workspace, as in :meth:`desk`; documents are loaded if they changed.

        Raises ``UsageError`` for an id that is not scored.
        """
        from assay.cache import user_cache
        from assay.pipeline import score_unchanged
        from assay.workspace.load import require_memory

        workspace, cache = self.workspace(), user_cache(_READERS)
        require_memory(workspace, self.memory_limit())
        if cache is not None:
            today = self.clock().date()
            known = score_unchanged(workspace, self.as_of, today, self.audience, cache)
            if known is not None and known.run.profile_rows.keys() >= set(ids):
                return known
        desk = self.desk()
        desk.require(ids)
        return desk

    def settled(self, checked: Checked) -> date:
        """The date asked for, otherwise that of the rulebook, otherwise today."""
        from assay.pipeline import date_of

        return date_of(checked, self.as_of) or self.clock().date()

    def desk(self, checked: Checked | None = None) -> Desk:
        """The workspace, scored at the date asked for, else at its own, else today.

        ``checked`` is what :meth:`check` gave, where that was asked for already.
        """
        from assay.pipeline import assess

        checked = checked or self.check()
        return assess(checked, self.settled(checked), self.audience)


class IsoDate(click.ParamType[date]):
    """A date in ISO 8601 form, for example 2026-01-15."""

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
    """A size, for example 8GB."""

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
    """One of a few words; an unknown one gets the nearest of them, or all."""

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


def _remember(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value is not None:
        context.obj = replace(context.obj or Session(), **{option.name: value})


class _GlobalOption(click.Option):
    """An option of the program, its groups and its commands; only the program describes it."""

    def __init__(self, *names: str, **settings: Any) -> None:
        super().__init__(names, expose_value=False, callback=_remember, **settings)

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
"""Longest first sentence of a help, in characters; a longer one would be cut."""


class Command(click.Command):
    """A command that takes the global options as well as its own.

    An option of its own hides a global one of the same name. Where one global option is given
    several times, before and after the command's name, the last one counts.
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
            ctx.fail(f"'{ctx.command_path}' prints text only; leave --format out")
        return rest

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        names = [p.opts[0] for p in self.get_params(ctx) if isinstance(p, _GlobalOption)]
        if ctx.parent is not None and names:
            formatter.write_paragraph()
            formatter.write_text(f"Global options, see `assay --help`: {', '.join(names)}.")


class Group(Command, click.Group):
    """A group of commands; it passes the global options on, ``--format`` too."""

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
