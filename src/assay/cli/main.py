"""The program: its commands, each imported when it runs, its errors and exit codes."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from typing import NoReturn

import click

from assay import __version__
from assay.cli.options import Choice, Command, Group
from assay.cli.output import echo, prepare_streams, print_diagnostics
from assay.cli.session import WORKSPACE, Session, now
from assay.errors import AssayError, EngineError, InputError

COMMANDS: dict[str, str] = {
    "init": "Create a workspace with a small example.",
    "new": "Add a document, a claim, or an item of a profile.",
    "cite": "Find or add the source for a URL or file, and optionally cite it.",
    "list": "List profiles, sources, publishers, claims or rules.",
    "find": "Search ids, names, titles and claims.",
    "rename": "Give a document, claim or rule another id.",
    "merge": "Merge a profile or source into another one.",
    "remove": "Remove a document or claim that nothing refers to.",
    "sheet": "Export to CSV or Excel, and import the edits.",
    "ingest": "Import documents as sources and drafts.",
    "lineage": "Suggest which sources draw on which.",
    "edges": "Suggest dependencies found in sources.",
    "contradictions": "Suggest contradictions between claims and sources.",
    "status": "Summarise the workspace: content, due dates, reviews, the lock.",
    "check": "Check the workspace and list all problems.",
    "migrate": "Rewrite an older workspace, and list the decisions left.",
    "score": "Score profiles.",
    "brief": "Print the briefing of a profile in 60 lines.",
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
    "verify": "Verify grades.lock, the history and the decisions.",
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
    "list": "listing",
    "status": "listing",
    "merge": "rename",
    "remove": "rename",
    "lineage": "proposals",
    "edges": "proposals",
    "contradictions": "proposals",
    "brief": "explain",
    "outlook": "explain",
    "graph": "explain",
    "publishers": "track_record",
    "log": "history",
    "completion": "main",
}
"""Modules of the commands that are not in a module of their own name."""

EXIT_INPUT, EXIT_USAGE, EXIT_DEFECT, EXIT_STOPPED = 1, 64, 70, 130

_OBJECTS_PER_COLLECTION = 500_000


class LazyGroup(Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        identifier = name.replace("-", "_")
        module = import_module(f"assay.cli.{_MODULES.get(name, identifier)}")
        command: click.Command = getattr(module, f"{identifier}_command")
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


@click.command("completion", cls=Command)
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that sets up shell completion.

    It completes commands, options and the names of the workspace.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(assay, {}, "assay", "_ASSAY_COMPLETE")
    echo(kind.source_template % script.source_vars())


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; exits 0, 1 for input with errors, 64 for wrong usage."""
    # Documents and tables form no reference cycles; looking for some takes a tenth of a command.
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    # Documents must mean the same whatever else is installed; finding plugins takes time, too.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    # No matrix is multiplied here, and NumPy starts a thread for that on every processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _leave(run(args))


def _leave(code: int) -> NoReturn:
    """End the process without releasing its objects one by one, which takes another tenth.

    Files are closed where they are written; only a Spark session has something left to stop.
    """
    if "pyspark" in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or its reader has left
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
    except (BrokenPipeError, SystemExit):  # the reader has left, which click turns into an exit
        return 0
    except (click.Abort, click.ClickException, AssayError, OSError) as error:
        with suppress(OSError):  # a closed stderr changes no exit code
            _report(error)
        if isinstance(error, click.Abort):
            return EXIT_STOPPED
        if isinstance(error, InputError):
            return EXIT_INPUT
        return EXIT_DEFECT if isinstance(error, EngineError) else EXIT_USAGE


def _report(error: Exception) -> None:
    """Print an error on standard error."""
    if isinstance(error, click.ClickException):
        shown = io.StringIO()
        error.show(shown)
        echo(shown.getvalue().removesuffix("\n"), err=True)
        return
    if isinstance(error, InputError):
        errors = (d for d in error.diagnostics if d.severity == "error")
        print_diagnostics(errors, error.root, err=True)
        message = f"{error}; nothing was written"
    elif isinstance(error, click.Abort):
        message = "stopped"
    elif isinstance(error, EngineError):
        message = f"internal error: {error}\nReport it together with the input."
    elif isinstance(error, OSError):
        message = f"error: {error.filename or 'the output'}: {error.strerror or error}"
    else:
        message = f"error: {error}"
    echo(message, err=True)
