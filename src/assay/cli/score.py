"""``assay score``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.options import Choice, Command, json_option, profiles_argument
from assay.cli.output import observed, print_json, print_table
from assay.cli.session import Session
from assay.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.assessment import Scores
    from assay.model.results import WouldChange
    from assay.scoring.bulk import Written


@click.command("score", cls=Command)
@profiles_argument
@click.option(
    "--tables",
    metavar="DIR",
    help="Folder of Parquet tables to score instead of the documents. Requires --out.",
)
@click.option(
    "--out",
    metavar="PATH",
    help="With --tables: Parquet file for the scores; with Spark, a folder.",
)
@click.option(
    "--with-later-bands",
    is_flag=True,
    help="With --tables: add the bands a quarter and a year later.",
)
@click.option(
    "--with-outlook",
    is_flag=True,
    help="With --tables: add later bands and the day of the next change.",
)
@click.option(
    "--engine",
    type=Choice(["local", "spark"]),
    default="local",
    help="Engine for tables: this machine or a Spark cluster. Default: local.",
)
@click.option(
    "--master", metavar="URL", help="With Spark: master URL. Default: from the Spark configuration."
)
@click.option(
    "--database", metavar="NAME", help="With Spark: database to score instead of --tables."
)
@click.option(
    "--partition-by",
    multiple=True,
    metavar="COLUMN",
    help="With Spark: one folder for each value of a band or profile field. Repeatable.",
)
@click.option(
    "--with",
    "extras",
    multiple=True,
    type=Choice(["would_change"]),
    help="Add the smallest changes of evidence that would change a grade. Repeatable.",
)
@json_option
@observed
@click.pass_obj
def score_command(session: Session, /, **given: Any) -> None:
    """Score profiles.

    Default: all of them.
    """
    asked = _Asked(**given)
    asked.require_fitting()
    if not asked.bulk:
        _score_documents(session, asked)
        return
    done = _score_spark(session, asked) if asked.spark else _score(session, asked)
    parts = f" in {done.parts:,} parts" if done.parts > 1 else ""
    click.echo(
        f"{plural(done.profiles, 'profile')} scored{parts}, written to {asked.out}", err=True
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The arguments and options of the command."""

    ids: tuple[str, ...]
    tables: str | None
    out: str | None
    with_later_bands: bool
    with_outlook: bool
    engine: str
    master: str | None
    database: str | None
    partition_by: tuple[str, ...]
    extras: tuple[str, ...]
    output: str

    @property
    def spark(self) -> bool:
        return self.engine == "spark"

    @property
    def bulk(self) -> bool:
        return self.tables is not None or self.database is not None

    @property
    def later_bands(self) -> bool:
        return self.with_later_bands or self.with_outlook

    def require_fitting(self) -> None:
        """Raise where options do not go together."""
        if not self.spark and (self.master or self.database or self.partition_by):
            raise click.UsageError(
                "--master, --database and --partition-by belong to --engine spark"
            )
        if self.tables is not None and self.database is not None:
            raise click.UsageError("--tables and --database name two inputs; give one")
        if self.spark:
            from assay.engine.spark.session import DOCUMENTS, OUTLOOK

            if not self.bulk:
                raise DOCUMENTS.refusal()
            if self.with_outlook:
                raise OUTLOOK.refusal()
        if self.bulk and (self.out is None or self.ids):
            raise click.UsageError("--tables needs --out, and scores all profiles")
        if not self.bulk and (self.out is not None or self.later_bands):
            raise click.UsageError(
                "--out, --with-later-bands and --with-outlook belong to --tables"
            )
        if self.bulk and self.extras:
            raise click.UsageError(
                "--with would_change tries changes on documents; tables have none of them"
            )


def _score(session: Session, asked: _Asked) -> Written:
    from assay.scoring.bulk import score_tables

    folder, out = Path(asked.tables or ""), Path(asked.out or "")
    if not folder.is_dir():
        raise click.UsageError(f"there is no folder {folder}")
    if out.is_dir():
        raise click.UsageError(f"{out} is a folder; --out names the Parquet file to write")
    return score_tables(
        session.workspace(),
        folder,
        out,
        session.as_of,
        later_bands=asked.later_bands,
        until=asked.with_outlook,
        memory=session.memory_limit(),
    )


def _score_spark(session: Session, asked: _Asked) -> Written:
    from assay.scoring.bulk import score_with_spark
    from assay.scoring.distributed import Cluster

    cluster = Cluster(
        asked.master,
        asked.tables or asked.database or "",
        asked.out or "",
        database=asked.database is not None,
        partition_by=asked.partition_by,
        later_bands=asked.later_bands,
    )
    return score_with_spark(session.workspace(), cluster, session.as_of)


def _score_documents(session: Session, asked: _Asked) -> None:
    ids = asked.ids
    scores, changes = _scored(session, asked)
    if asked.output == "json":
        from assay.output.json import scores_json

        print_json(scores_json(scores, ids, changes))
        return
    scorers = [s.scorer for s in scores.program.on("profile")]
    rows = []
    lines = scores.overview()
    for line in lines:
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
                *([] if changes is None else [_least(changes[line.id])]),
            ]
        )
    header = ["profile", *(s.name for s in scorers), "horizon", "until", "sources/origins", ""]
    header += [] if changes is None else ["least that would raise it"]
    print_table(header, rows)
    listed = {row[0] for row in rows}
    shown = len(rows)
    unpublished = sum(1 for line in lines if not line.published and line.id in listed)
    click.echo(
        f"{plural(shown, 'profile')} as of {scores.as_of.isoformat()}, "
        f"{unpublished} below publication",
        err=True,
    )


def _scored(
    session: Session, asked: _Asked
) -> tuple[Scores, dict[str, tuple[WouldChange, ...]] | None]:
    """The scores and, where asked for, the changes that would move them."""
    if not asked.extras:
        return session.scores(asked.ids), None
    desk = session.desk()
    return desk, desk.would_change(asked.ids or list(desk.run.profile_rows))


def _least(changes: Sequence[WouldChange]) -> str:
    """The upgrade of least effort; of several the first, by name of the score."""
    upgrades = [c for c in changes if c.direction == "upgrade"]
    if not upgrades:
        return "nothing in the catalogue"
    least = min(upgrades, key=lambda c: c.effort)
    return f"{least.scorer} {least.to.grade}, effort {least.effort}: {least.change}"


@cache  # thousands of profiles share a few hundred scores
def _cell(value: float | None, grade: str | None) -> str:
    if value is None:
        return "not rated"
    return f"{value:.3f} {grade}" if grade else f"{value:.3f}"
