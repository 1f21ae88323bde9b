"""Scores of all profiles on Spark, in the columns that :mod:`assay.scoring.bulk` writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assay.cel.program import Program
from assay.engine.parts import Steps
from assay.engine.spark.patterns import require_patterns
from assay.engine.spark.results import ResultColumn
from assay.errors import UsageError
from assay.model.rulebook import Rulebook
from assay.progress import stage
from assay.scoring.outlook import LATER, later_days
from assay.scoring.run import ordered_bands
from assay.tables.tables import SCHEMAS


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which Spark, what it reads, and where it writes.

    ``place`` is the address of a folder of tables, or the name of a ``database``; ``out`` the
    address of the folder of results, parted into one folder for each value of ``partition_by``.
    ``later_bands`` adds the bands a quarter and a year later.
    """

    master: str | None
    place: str
    out: str
    database: bool = False
    partition_by: tuple[str, ...] = ()
    later_bands: bool = False


def score_on_spark(
    rulebook: Rulebook,
    program: Program,
    cluster: Cluster,
    as_of: date | None,
) -> int:
    """Score every profile of the tables and write the results; the number of profiles.

    Raises ``UsageError`` where Spark refuses, ``InputError`` for tables with mistakes.
    """
    now = list(_result_columns(rulebook, program))
    later = {name: _later(now, name) for name in LATER if cluster.later_bands}
    columns = [*now, *(column for several in later.values() for column in several)]
    kept = _kept(cluster.partition_by, columns)
    needed = [("profile", c.source) for c in now]
    require_patterns(Steps(program.steps).needed(needed))
    stage("starting Spark")
    from assay.engine.spark.session import refusals, start_spark

    spark = start_spark(cluster.master)
    from assay.engine.spark.engine import beside, run_on_spark
    from assay.engine.spark.tables import read_tables
    from assay.engine.spark.write import Staging, result_frame

    with refusals(), Staging(spark, cluster.out) as staging:
        stage("checking the tables")
        day = None if as_of is None else as_of.toordinal()
        tables = read_tables(spark, cluster.place, database=cluster.database, day=day)
        stage("scores")
        definitions = {(s.space, s.column): s for s in program.steps}
        wanted = [("profile", name) for name in ("id", *(c.source for c in now), *kept)]
        profiles = run_on_spark(tables, definitions, wanted, staging.settle)["profile"]
        for name, bands in later.items():
            then = later_days(tables.first_day())[name]
            stage(f"bands of {then.isoformat()}")
            sources = {c.source.removeprefix(f"{name} "): c.source for c in bands}
            wanted = [("profile", source) for source in sources]
            there = run_on_spark(tables.on(then.toordinal()), definitions, wanted, staging.settle)
            profiles = beside(profiles, there["profile"], sources)
        staging.publish(result_frame(profiles, columns, kept), cluster.partition_by)
    return tables.heights["profile"]


def _result_columns(rulebook: Rulebook, program: Program) -> Iterator[ResultColumn]:
    for scorer in program.on("profile"):
        name = scorer.scorer.name
        yield ResultColumn(name, scorer.score)
        yield ResultColumn(f"{name}.coverage", scorer.coverage)
        if scorer.band is not None:
            words = tuple(b.id for b in ordered_bands(rulebook.bands(scorer.scorer)))
            yield ResultColumn(f"{name}.band", scorer.band, words)


def _later(now: Sequence[ResultColumn], name: str) -> list[ResultColumn]:
    """The columns of the bands on a later day."""
    return [
        ResultColumn(f"{c.name.removesuffix('.band')}.{name}", f"{name} {c.source}", c.words)
        for c in now
        if c.words
    ]


def _kept(partition_by: Sequence[str], columns: Sequence[ResultColumn]) -> list[str]:
    """The columns of profiles that results are parted by, and that they would not have."""
    results = {c.name for c in columns if c.words}
    fields = [n for n in SCHEMAS["profile"] if n not in ("id", "topics")]
    for name in partition_by:
        if name not in results and name not in fields:
            known = ", ".join([*sorted(results), *fields])
            raise UsageError(f"results cannot be parted by {name!r}; possible are: {known}")
    return [name for name in partition_by if name not in results]
