"""``assay sheet export`` and ``assay sheet import``: for analysts without git or YAML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from assay.cli import completion
from assay.cli.options import Choice, Group, json_option
from assay.cli.output import Styled, echo, print_json, print_lines
from assay.cli.session import Session
from assay.text import plural
from assay.workspace.paths import real_path

if TYPE_CHECKING:
    from assay.sheets.columns import Kind
    from assay.sheets.files import Table
    from assay.sheets.importing import Change, Import

_KINDS = ("publishers", "sources", "profiles", "claims", "edges", "watch", "factors")
_MAX_WIDTH = 160


@click.group("sheet", cls=Group)
def sheet_command() -> None:
    """Export to CSV or Excel, and import the edits.

    The sheets hold publishers, sources, profiles, claims, edges, watch items and factors.
    """


@sheet_command.command("export")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.argument("ids", nargs=-1, metavar="[PROFILE]...", shell_complete=completion.profiles)
@click.option(
    "--only",
    "only",
    multiple=True,
    type=Choice(_KINDS),
    help="Export only this sheet. Repeatable.",
)
@json_option
@click.pass_obj
def export(
    session: Session, out: Path, ids: tuple[str, ...], only: tuple[str, ...], output: str
) -> None:
    """Export sheets to a workbook or a folder of CSV files.

    OUT is a workbook if it ends in .xlsx, otherwise a folder. With PROFILEs, exports only these
    and their sources; with --audience, only what this audience may see.
    """
    from assay.authoring.new import require_profile
    from assay.errors import UsageError
    from assay.sheets.export import as_csv, as_xlsx, rows_of
    from assay.workspace.publishing import write_files

    loaded = session.load()
    corpus = session.visible(loaded)
    known = {*corpus.profiles, *corpus.sources, *corpus.publishers}
    if session.audience is not None:
        subjects = {i: s for i, s in loaded.subjects.items() if i in known}
        loaded = replace(loaded, corpus=corpus, subjects=subjects)
    for id_ in ids:
        require_profile(loaded, id_)
    kinds = cast("tuple[Kind, ...]", tuple(k for k in _KINDS if not only or k in only))
    wanted = set(ids) if ids else None
    target = real_path(out)
    if target.suffix.casefold() == ".xlsx":
        files = {target: as_xlsx(corpus, kinds, wanted)}
    elif target.suffix or target.is_file():
        raise UsageError(f"{str(out)!r} must be a workbook (.xlsx) or a folder")
    else:
        files = {target / name: data for name, data in as_csv(corpus, kinds, wanted).items()}
    write_files(files)
    rows = {kind: len(rows_of(corpus, kind, wanted)) for kind in kinds}
    left = [d.file for d in loaded.errors]
    if output == "json":
        from assay.output.documents_json import SheetExport

        print_json(SheetExport(files=map(str, files), rows=rows, left_out=left).as_json())
        return
    print_lines(map(str, files))
    echo(
        ", ".join(
            plural(n, "watch item" if kind == "watch" else kind.removesuffix("s"))
            for kind, n in rows.items()
        ),
        err=True,
    )
    if left:
        echo(
            f"{plural(len(left), 'error')} in the workspace; documents with errors are not in the "
            "sheets; list them with 'assay check'",
            err=True,
        )


@sheet_command.command("import")
@click.argument(
    "sheets",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE...",
)
@click.option("--dry-run", is_flag=True, help="Show the changes without writing them.")
@click.option("--auto-approve", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
def import_(
    session: Session, sheets: tuple[Path, ...], dry_run: bool, auto_approve: bool, output: str
) -> None:
    """Import edited sheets, after showing each change.

    FILEs are workbooks, CSV files, or a folder of CSV files. Rows and columns missing from a
    sheet are unchanged; an empty cell removes the value. If any cell has an error, nothing is
    written.
    """
    from assay.diagnostics.render import format_text
    from assay.sheets.importing import carry_out, plan_import
    from assay.sheets.rows import read_rows

    loaded = session.load()
    planned = plan_import(loaded, read_rows(_tables(sheets)))
    print_lines(planned.notes, err=True)
    print_lines(map(format_text, planned.warnings), err=True)
    write = bool(planned.changes) and not dry_run
    if write and not auto_approve:
        _show(planned, err=output == "json")
        click.confirm("\nWrite these changes?", abort=True, err=True)
    if write:
        carry_out(planned)
    if output == "json":
        from assay.output.documents_json import SheetImport

        made = SheetImport(
            written=write,
            changes=planned.changes,
            unchanged=planned.unchanged,
            given_ids=planned.given_ids,
            files=planned.files,
            notes=planned.notes,
        )
        print_json(made.as_json())
        return
    if not write or auto_approve:
        _show(planned, err=False)
    _sum_up(planned, write)


def _tables(paths: tuple[Path, ...]) -> list[Table]:
    from assay.errors import UsageError
    from assay.sheets.files import read_tables

    files: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*.csv")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"folder {str(path)!r} contains no CSV file")
        files += inside
    return [table for file in files for table in read_tables(file)]


def _show(planned: Import, *, err: bool) -> None:
    for change in planned.changes:
        echo(_headline(change), err=err)
        for f in change.fields:
            if change.new:
                echo(f"    {f.column}: {_cut(f.after)}", err=err)
            else:
                echo(f"    {f.column}: {_cut(f.before)} → {_cut(f.after)}", err=err)


def _headline(change: Change) -> Styled:
    sign, colour = ("+", "green") if change.new else ("~", "yellow")
    known = f", identified by its {change.known_by}" if change.known_by else ""
    rest = f" {change.kind} {change.id}  ({change.place}, row {change.row}{known})"
    return Styled(sign, rest, colour=colour)


def _cut(text: str) -> str:
    shown = " ".join(text.split())
    if not shown:
        return "(empty)"
    return shown if len(shown) <= _MAX_WIDTH else f"{shown[: _MAX_WIDTH - 1]}…"


def _sum_up(planned: Import, written: bool) -> None:
    new = sum(c.new for c in planned.changes)
    emptied = sum(bool(f.before) and not f.after for c in planned.changes for f in c.fields)
    parts = [
        f"{new} new",
        f"{len(planned.changes) - new} changed"
        + (f" ({plural(emptied, 'value')} removed)" * bool(emptied)),
        f"{plural(planned.unchanged, 'row')} unchanged",
    ]
    echo(", ".join(parts), err=True)
    if not planned.changes:
        return
    state = "written" if written else "not written"
    echo(f"{state}: {', '.join(planned.files)}", err=True)
    if planned.given_ids and written:
        given = plural(planned.given_ids, "row without an id was", "rows without an id were")
        echo(f"{given} given one; export again to add the ids to the sheet", err=True)
