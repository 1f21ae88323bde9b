"""``assay score``: scores of documents, and of tables on this machine or on Spark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assay.cli.options import Choice, Command, json_option, profiles_argument
from assay.cli.output import echo, observed, print_json, print_table
from assay.cli.session import Session
from assay.output.explanation_text import horizon_cells
from assay.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model.results import Score, WouldChange
    from assay.model.rulebook import Scorer
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
    asked.require_consistent()
    if asked.input is None:
        _score_documents(session, asked)
        return
    done = _score_spark(session, asked) if asked.engine == "spark" else _score(session, asked)
    parts = f" in {done.parts:,} parts" if done.parts > 1 else ""
    echo(f"{plural(done.profiles, 'profile')} scored{parts}, written to {asked.out}", err=True)


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
    def input(self) -> str | None:
        """The tables or the database to score; None for the documents."""
        return self.database if self.tables is None else self.tables

    @property
    def later_bands(self) -> bool:
        return self.with_later_bands or self.with_outlook

    def require_consistent(self) -> None:
        """Raise ``UsageError`` if options exclude each other."""
        if self.engine != "spark" and (self.master or self.database or self.partition_by):
            raise click.UsageError("--master, --database and --partition-by need --engine spark")
        if self.tables is not None and self.database is not None:
            raise click.UsageError("--tables and --database exclude each other")
        if self.engine == "spark":
            from assay.engine.spark.session import DOCUMENTS, OUTLOOK

            if self.input is None:
                raise DOCUMENTS.refusal()
            if self.with_outlook:
                raise OUTLOOK.refusal()
        if self.input is None:
            if self.out is not None or self.later_bands:
                raise click.UsageError("--out, --with-later-bands and --with-outlook need --tables")
            return
        if self.out is None or self.ids:
            raise click.UsageError("--tables needs --out, and no IDs, because it scores all rows")
        if self.extras:
            raise click.UsageError("--with would_change needs documents; omit --tables")


def _score(session: Session, asked: _Asked) -> Written:
    from assay.scoring.bulk import score_tables

    folder, out = Path(asked.tables or ""), Path(asked.out or "")
    if not folder.is_dir():
        raise click.UsageError(f"folder {str(folder)!r} does not exist")
    if out.is_dir():
        raise click.UsageError(f"{str(out)!r} is a folder; --out must name a Parquet file")
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
        asked.input or "",
        asked.out or "",
        database=asked.database is not None,
        partition_by=asked.partition_by,
        later_bands=asked.later_bands,
    )
    return score_with_spark(session.workspace(), cluster, session.as_of)


def _score_documents(session: Session, asked: _Asked) -> None:
    changes = None
    if asked.extras:
        assessment = session.assessment()
        overview = assessment.overview()
        changes = assessment.would_change(asked.ids or list(assessment.run.profile_rows))
    else:
        overview = session.overview(asked.ids)
    if asked.output == "json":
        from assay.output.json import scores_json

        print_json(scores_json(overview, asked.ids, changes))
        return
    scorers = [s for s in overview.rulebook.scorers if s.on == "profile" and s.shown]
    header = [
        "profile",
        *(s.name for s in scorers),
        *("horizon", "next", "review by"),
        "sources/independent",
        "",
    ]
    if changes is not None:
        header.append("easiest upgrade")
    lines = [line for line in overview.lines if not asked.ids or line.id in asked.ids]
    rows = [
        [
            line.id,
            *(_cell(scorer, line.scores.get(scorer.name)) for scorer in scorers),
            *horizon_cells(line.horizon),
            f"{line.sources}/{line.independent}",
            "" if line.published else "no page",
            *([] if changes is None else [_easiest(changes[line.id])]),
        ]
        for line in lines
    ]
    print_table(header, rows)
    unpublished = sum(not line.published for line in lines)
    echo(
        f"{plural(len(rows), 'profile')} as of {overview.as_of.isoformat()}, "
        f"{unpublished} without a page",
        err=True,
    )


def _easiest(changes: Sequence[WouldChange]) -> str:
    """Return the upgrade of least effort; among equals the first, by name of the score."""
    upgrades = [c for c in changes if c.direction == "upgrade"]
    if not upgrades:
        return "none in the catalogue"
    least = min(upgrades, key=lambda c: c.effort)
    return f"{least.scorer} {least.to.grade}, effort {least.effort}: {least.change}"


@cache  # thousands of profiles share a few hundred scores
def _cell(scorer: Scorer, score: Score | None) -> str:
    if score is None:
        return "not asked"
    if score.override is not None:
        computed = "not rated" if score.value is None else f"{score.value:.3f}"
        if score.band is not None:
            computed += f" {score.band.grade}"
        return f"{score.override.band.grade} (set by a reviewer; computed {computed})"
    if score.value is None:
        known = "" if scorer.suffices(score.coverage) else f" ({score.coverage // 10}% known)"
        return f"not rated{known}"
    return f"{score.value:.3f} {score.grade}" if score.grade else f"{score.value:.3f}"
