"""Scores of tables on Spark, with the same columns as those of :mod:`assay.scoring.bulk`."""

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
from assay.scoring.run import band_columns
from assay.tables.tables import SCHEMAS


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Spark cluster with its input and output.

    ``place`` is the URL of a folder of tables, or the name of a ``database``; ``out`` the URL of
    the folder of results, with one folder for each value of ``partition_by``. ``later_bands`` adds
    the bands a quarter and a year later.
    """

    master: str | None
    place: str
    out: str
    database: bool = False
    partition_by: tuple[str, ...] = ()
    later_bands: bool = False


def score_on_spark(
    rulebook: Rulebook, program: Program, cluster: Cluster, as_of: date | None
) -> int:
    """Score every profile of the tables, write the results, and return the number of profiles.

    Raises ``UsageError`` for anything Spark does not support, ``InputError`` for invalid tables.
    """
    now = list(_result_columns(rulebook, program))
    later = {name: _later_columns(now, name) for name in LATER if cluster.later_bands}
    columns = [*now, *(column for several in later.values() for column in several)]
    fields = _partition_fields(cluster.partition_by, columns)
    require_patterns(Steps(program.steps).needed([("profile", c.source) for c in now]))
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
        wanted = [("profile", name) for name in ("id", *(c.source for c in now), *fields)]
        profiles = run_on_spark(tables, definitions, wanted, staging.settle)["profile"]
        for name, bands in later.items():
            then = later_days(tables.first_day())[name]
            stage(f"bands of {then.isoformat()}")
            sources = {c.source.removeprefix(f"{name} "): c.source for c in bands}
            wanted = [("profile", source) for source in sources]
            there = run_on_spark(tables.on(then.toordinal()), definitions, wanted, staging.settle)
            profiles = beside(profiles, there["profile"], sources)
        staging.publish(result_frame(profiles, columns, fields), cluster.partition_by)
    return tables.heights["profile"]


def _result_columns(rulebook: Rulebook, program: Program) -> Iterator[ResultColumn]:
    for scorer in program.shown:
        name = scorer.scorer.name
        yield ResultColumn(name, scorer.score)
        yield ResultColumn(f"{name}.coverage", scorer.coverage)
        yield ResultColumn(f"{name}.rated", scorer.score, known=True)
        for suffix, column, ids in band_columns(rulebook, scorer):
            yield ResultColumn(f"{name}.{suffix}", column, ids)


def _later_columns(now: Sequence[ResultColumn], name: str) -> list[ResultColumn]:
    return [
        ResultColumn(f"{c.name.removesuffix('.band')}.{name}", f"{name} {c.source}", c.words)
        for c in now
        if c.name.endswith(".band")
    ]


def _partition_fields(partition_by: Sequence[str], columns: Sequence[ResultColumn]) -> list[str]:
    """The fields of profiles in ``partition_by``, which the results lack otherwise."""
    results = {c.name for c in columns if c.words}
    fields = [n for n in SCHEMAS["profile"] if n not in ("id", "topics")]
    for name in partition_by:
        if name not in results and name not in fields:
            known = ", ".join([*sorted(results), *fields])
            raise UsageError(f"cannot partition results by {name!r}; choose one of: {known}")
    return [name for name in partition_by if name not in results]
