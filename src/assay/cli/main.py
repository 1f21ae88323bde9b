"""``assay``: the group of commands, each loaded when it is called."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from typing import NoReturn

import click

from assay import __version__
from assay.cli.diagnostics import print_diagnostics
from assay.cli.output import prepare_streams
from assay.cli.session import WORKSPACE, Group, Session, now
from assay.errors import AssayError, EngineError, InputError

COMMANDS: dict[str, str] = {
    "init": "Create a workspace with a small example.",
    "new": "Add an institution, event, source, publisher or claim.",
    "cite": "Find or add the source for a URL or file, and optionally cite it.",
    "find": "Search ids, names, titles and claims.",
    "sheet": "Export to CSV or Excel, and import the edits.",
    "ingest": "Import documents as sources and drafts.",
    "lineage": "Suggest which sources draw on which.",
    "edges": "Suggest dependencies found in sources.",
    "contradictions": "Suggest contradictions between claims and sources.",
    "check": "Check the workspace and list all problems.",
    "score": "Score profiles.",
    "explain": "Explain the scores of a profile, rule by rule.",
    "outlook": "Show upcoming grade changes and due dates.",
    "graph": "Show dependencies and how far effects reach.",
    "rules": "Test and inspect the rulebook.",
    "review": "Review grades and list past decisions.",
    "publishers": "Show the ratings and the track record of publishers.",
    "track-record": "Show how graded claims and forecasts turned out.",
    "build": "Build the briefing pages.",
    "plan": "Preview grade changes since the last apply, with causes.",
    "apply": "Record planned changes in grades.lock and the history.",
    "history": "Show the grades of a profile over time.",
    "log": "List grade changes, overrides and corrections.",
    "completion": "Print the script that sets up shell completion.",
}
"""Short help of every command, so that listing the commands imports none of them."""

_RENAMED = {"origins": "lineage"}

_MODULES = {
    "init": "authoring",
    "new": "authoring",
    "cite": "authoring",
    "find": "authoring",
    "lineage": "proposals",
    "edges": "proposals",
    "contradictions": "proposals",
    "outlook": "explain",
    "graph": "explain",
    "publishers": "track_record",
    "log": "history",
}
"""Modules of the commands that have no module of their own name."""

EXIT_INPUT, EXIT_USAGE, EXIT_DEFECT, EXIT_STOPPED = 1, 64, 70, 130

_OBJECTS_BETWEEN_SEARCHES = 500_000


class LazyGroup(Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        attribute = f"{name.replace('-', '_')}_command"
        module = import_module(f"assay.cli.{_MODULES.get(name, name.replace('-', '_'))}")
        command: click.Command = getattr(module, attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in _RENAMED and not ctx.resilient_parsing:
            raise click.UsageError(f"'assay {args[0]}' is now 'assay {_RENAMED[args[0]]}'", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except InputError as error:
            error.root = ctx.meta.get(WORKSPACE)
            raise

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assay")
@click.pass_context
def assay(ctx: click.Context) -> None:
    """Turn evidence about institutions and events into graded briefings."""
    ctx.ensure_object(Session)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; exits 0, 1 for input with errors, 64 for wrong usage."""
    # Documents and tables hold no circles of objects; looking for some takes a tenth of a command.
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    # What a document means does not hang on what else is installed; looking for it takes time, too.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    _leave(run(args))


def _leave(code: int) -> NoReturn:
    """End the process without taking its objects apart one by one, which takes another tenth.

    Files are closed where they are written; only a Spark session has something left to stop.
    """
    if "pyspark" in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads on, was told of already, or is closed
            stream.flush()
    os._exit(code)


def run(args: Sequence[str] | None = None, clock: Callable[[], datetime] = now) -> int:
    """Run the command line and return its exit code; ``clock`` gives the time of decisions."""
    prepare_streams()
    try:
        result = assay.main(
            args=args, prog_name="assay", standalone_mode=False, obj=Session(clock=clock)
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (BrokenPipeError, SystemExit):  # nobody reads on; click then asks to leave
        return 0
    except (click.Abort, click.ClickException, AssayError, OSError) as error:
        with suppress(OSError):  # nobody reads standard error, which changes no exit code
            _report(error)
        return _exit_code(error)


def _exit_code(error: Exception) -> int:
    if isinstance(error, click.Abort):
        return EXIT_STOPPED
    if isinstance(error, InputError):
        return EXIT_INPUT
    return EXIT_DEFECT if isinstance(error, EngineError) else EXIT_USAGE


def _report(error: Exception) -> None:
    """Print an error on standard error."""
    if isinstance(error, click.ClickException):
        error.show()
    elif isinstance(error, InputError):
        _show_input_errors(error)
    else:
        click.echo(_message(error), err=True)


def _message(error: Exception) -> str:
    if isinstance(error, click.Abort):
        return "stopped"
    if isinstance(error, EngineError):
        return f"a defect of assay: {error}\nPlease report it with the input."
    if isinstance(error, OSError):
        return f"error: {error.filename or 'the output'}: {error.strerror or error}"
    return f"error: {error}"


def _show_input_errors(error: InputError) -> None:
    errors = (d for d in error.diagnostics if d.severity == "error")
    print_diagnostics(errors, error.root, err=True)
    click.echo(f"{error}; nothing was written", err=True)
