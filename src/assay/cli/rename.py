"""``assay rename``, ``merge`` and ``remove``: changes of identity, each with a preview."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from assay.cli import completion
from assay.cli.options import Command, json_option
from assay.cli.output import echo, print_json, print_lines
from assay.cli.session import Session

if TYPE_CHECKING:
    from assay.authoring.rename import Preview

_dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show the changes without writing them."
)
_auto_approve_option = click.option(
    "--auto-approve", is_flag=True, help="Do not ask for confirmation."
)


def _writing_options(function: Callable[..., None]) -> Callable[..., None]:
    return _dry_run_option(_auto_approve_option(json_option(function)))


@click.command(name="rename", cls=Command)
@click.argument("old", metavar="OLD", shell_complete=completion.profiles)
@click.argument("new", metavar="NEW")
@_writing_options
@click.pass_obj
def rename_command(
    session: Session, old: str, new: str, dry_run: bool, auto_approve: bool, output: str
) -> None:
    """Give a document, claim or rule another id.

    OLD is the id of a profile, source or publisher, PROFILE#CLAIM, or ON.SCORER.RULE. Every
    reference changes with it. The former id is kept under 'formerly', so history, decisions and
    page addresses follow.
    """
    from assay.authoring.rename import rename

    _finish(rename(session.load(), old, new), dry_run, auto_approve, output)


@click.command(name="merge", cls=Command)
@click.argument("gone", metavar="FROM", shell_complete=completion.profiles)
@click.argument("into", metavar="INTO", shell_complete=completion.profiles)
@_writing_options
@click.pass_obj
def merge_command(
    session: Session, gone: str, into: str, dry_run: bool, auto_approve: bool, output: str
) -> None:
    """Merge a profile or source into another one.

    Claims, dependencies, items and factors move from FROM to INTO, and every reference with them.
    Lists what INTO has already and FROM loses. History and decisions about FROM stay under its
    id.
    """
    from assay.authoring.rename import merge

    _finish(merge(session.load(), gone, into), dry_run, auto_approve, output)


@click.command(name="remove", cls=Command)
@click.argument("id_", metavar="ID", shell_complete=completion.profiles)
@_writing_options
@click.pass_obj
def remove_command(
    session: Session, id_: str, dry_run: bool, auto_approve: bool, output: str
) -> None:
    """Remove a document or claim that nothing refers to.

    ID is that of a profile, source or publisher, or PROFILE#CLAIM. If something refers to it,
    lists the places and writes nothing.
    """
    from assay.authoring.rename import remove

    _finish(remove(session.load(), id_), dry_run, auto_approve, output)


def _finish(edit: Preview, dry_run: bool, auto_approve: bool, output: str) -> None:
    """Show an edit, ask, and write it."""
    as_json = output == "json"
    ask = not dry_run and not auto_approve
    files, diff = edit.files, list(edit.diff())
    print_lines(edit.notes, err=True)
    if ask or not as_json:
        print_lines(diff, err=as_json)
    if ask:
        click.confirm("\nWrite these changes?", abort=True, err=True)
    if not dry_run:
        edit.carry_out()
    if as_json:
        from assay.output.documents_json import IdentityEdit

        made = IdentityEdit(written=not dry_run, files=files, notes=edit.notes)
        print_json(made.as_json())
        return
    echo(f"{'not written' if dry_run else 'written'}: {', '.join(files)}", err=True)
