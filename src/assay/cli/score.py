"""``assay score``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from assay.cli.output import format_option, print_json, print_table
from assay.cli.session import Session
from assay.cli.timings import Clock
from assay.scoring.wording import plural


@click.command("score")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--tables",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Score a folder of Parquet tables in place of the documents; needs --out.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --tables: the Parquet file the scores are written to.",
)
@click.option("--with-outlook", is_flag=True, help="With --tables: add later bands and until.")
@click.option("--timings", is_flag=True, help="Print where the time went, to stderr.")
@format_option("json")
@click.pass_obj
def command(
    session: Session,
    ids: tuple[str, ...],
    tables: Path | None,
    out: Path | None,
    with_outlook: bool,
    timings: bool,
    output: str,
) -> None:
    """Score the profiles, all or those named."""
    if tables is not None:
        if out is None or ids:
            raise click.UsageError("--tables needs --out, and scores all profiles")
        _score_tables(session, tables, out, with_outlook=with_outlook, timings=timings)
        return
    if out is not None or with_outlook:
        raise click.UsageError("--out and --with-outlook belong to --tables")
    clock = Clock(timings)
    _score_documents(session, ids, output, clock)
    clock.print()


def _score_tables(
    session: Session, tables: Path, out: Path, *, with_outlook: bool, timings: bool
) -> None:
    from assay.pipeline import score_tables

    clock = Clock(timings, progress=sys.stderr.isatty())
    count = score_tables(
        session.workspace(), tables, out, session.as_of, outlook=with_outlook, note=clock.stage
    )
    clock.print()
    click.echo(f"{plural(count, 'profile')} scored, written to {out}", err=True)


def _score_documents(session: Session, ids: tuple[str, ...], output: str, clock: Clock) -> None:
    from assay.export.json import scores_json

    clock.stage("reading and scoring")
    desk = session.desk()
    desk.require(ids)
    clock.stage("outlook and output")
    if output == "json":
        print_json(scores_json(desk, ids))
        return
    scorers = [s.scorer for s in desk.program.on("profile")]
    rows = []
    for line in desk.overview:
        if ids and line.id not in ids:
            continue
        rows.append(
            [
                line.id,
                *(_cell(line.scores[s.name].value, line.scores[s.name].grade) for s in scorers),
                line.horizon,
                line.until.isoformat() if line.until else "",
                f"{line.sources}/{line.origins}",
                "" if line.published else "no page",
            ]
        )
    header = ["profile", *(s.name for s in scorers), "horizon", "until", "sources/origins", ""]
    print_table(header, rows)
    shown = len(rows)
    unpublished = sum(1 for row in rows if row[-1])
    click.echo(
        f"{plural(shown, 'profile')} as of {desk.as_of.isoformat()}, "
        f"{unpublished} below publication",
        err=True,
    )


def _cell(value: float | None, grade: str | None) -> str:
    if value is None:
        return "not rated"
    return f"{value:.3f} {grade}" if grade else f"{value:.3f}"
