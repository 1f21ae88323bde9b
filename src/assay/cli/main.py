"""``assay``: the group of commands, each loaded when it is called."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from assay import __version__
from assay.cli.diagnostics import print_diagnostics
from assay.cli.session import WORKSPACE, Session, now
from assay.cli.values import Bytes, IsoDate
from assay.errors import AssayError, EngineError, InputError

COMMANDS: dict[str, str] = {
    "init": "Make a new workspace with a small example in it.",
    "new": "Write a new institution, event, source, publisher or claim.",
    "cite": "Find the source at an address, or write it down; cite it in a claim.",
    "find": "Search names, titles and claims.",
    "sheet": "Take claims, sources and profiles out as sheets, and take sheets back.",
    "ingest": "Read documents into sources and drafts.",
    "origins": "Propose which sources retell which.",
    "edges": "Propose what depends on what.",
    "contradictions": "Propose statements that cannot both be true.",
    "check": "Say everything that is wrong with the workspace.",
    "score": "Score the profiles.",
    "explain": "Show why a profile has the scores it has.",
    "outlook": "Show when grades run out and what falls due.",
    "graph": "Show what depends on what, and how far it is felt.",
    "rules": "Test the rulebook and look into it.",
    "review": "Decide what needs a human, and see what was decided.",
    "publishers": "Show how publishers are rated, and their record.",
    "track-record": "Show how graded claims turned out.",
    "build": "Write the briefing pages.",
    "plan": "Show what would change against what was applied, and why.",
    "apply": "Apply a plan: write the lock and the history.",
    "history": "Show the grades of a profile through time.",
    "log": "List the rating actions of the desk.",
}
"""Every command and its short help, so that listing them loads none."""

EXIT_INPUT, EXIT_USAGE, EXIT_DEFECT = 1, 64, 70

_OBJECTS_BETWEEN_SEARCHES = 500_000


class LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"assay.cli.{name.replace('-', '_')}").command
        return command

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
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    help="The workspace; else the one the current folder lies in.",
)
@click.option(
    "--as-of", type=IsoDate(), metavar="DATE", help="Score as on this day, written 2026-01-15."
)
@click.option(
    "--audience", metavar="NAME", help="For whom; else the most public audience of the rulebook."
)
@click.option(
    "--memory",
    type=Bytes(),
    metavar="SIZE",
    help="How much memory may be taken, written 8GB; else what can be had.",
)
@click.version_option(__version__, prog_name="assay")
@click.pass_context
def assay(
    ctx: click.Context,
    workspace: Path | None,
    as_of: date | None,
    audience: str | None,
    memory: int | None,
) -> None:
    """Turn evidence about institutions and events into graded briefings."""
    ctx.obj = Session(workspace, as_of, audience, ctx.obj or now, memory)


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
    """Run the command line and give its exit code; ``clock`` tells when decisions are made."""
    try:
        result = assay.main(args=args, prog_name="assay", standalone_mode=False, obj=clock)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except InputError as error:
        _show_input_errors(error)
        return EXIT_INPUT
    except EngineError as error:
        click.echo(f"a defect of assay: {error}\nPlease report it with the input.", err=True)
        return EXIT_DEFECT
    except AssayError as error:
        click.echo(f"error: {error}", err=True)
        return EXIT_USAGE
    except (BrokenPipeError, SystemExit):  # nobody reads on; click then asks to leave
        return 0
    except OSError as error:
        where = error.filename or "the output"
        click.echo(f"error: {where}: {error.strerror or error}", err=True)
        return EXIT_USAGE


def _show_input_errors(error: InputError) -> None:
    errors = (d for d in error.diagnostics if d.severity == "error")
    print_diagnostics(errors, error.root, err=True)
    click.echo(f"{error}; nothing was written", err=True)
