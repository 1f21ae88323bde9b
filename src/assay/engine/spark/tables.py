"""Tables as Spark reads them: a folder of Parquet, or a database of the catalog.

Rows of a distributed table have no order. Each table that links lead to therefore needs a column
``row`` with row numbers from 0. A table in a single Parquet file may omit it: its rows are numbered
in the order of the file. Checks and messages are those of :mod:`assay.tables.parquet`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from assay.diagnostics import document_codes as codes
from assay.diagnostics.diagnostic import Position
from assay.engine.spark.emit import quoted, whole
from assay.engine.spark.session import first_line
from assay.errors import InputError
from assay.tables import check as problems
from assay.tables.parquet import ROW
from assay.tables.tables import ROW_LINKS, SCHEMAS, Dtype

_NEEDED = ("id", "kind", "today")


@dataclass(frozen=True)
class SparkTables:
    """A frame for each space, with its columns and ``row``, and statistics of the columns.

    ``known`` is the number of rows with a value in a column, ``today`` the first and last date.
    ``day``, if given, replaces the column ``today`` in every row.
    """

    frames: Mapping[str, DataFrame]
    heights: Mapping[str, int]
    known: Mapping[tuple[str, str], int]
    today: tuple[int | None, int | None]
    day: int | None = None

    def complete(self, space: str, column: str) -> bool:
        return self.known[space, column] == self.heights[space]

    def constant(self, space: str, column: str) -> int | None:
        if column != "today" or not self.heights[space]:
            return None
        if self.day is not None:
            return self.day
        least, most = self.today
        return least if least == most else None

    def on(self, day: int) -> SparkTables:
        """Return the same rows for another day."""
        return replace(self, day=day)

    def first_day(self) -> date:
        """Date of the first row, or any date for a table without rows."""
        if self.day is not None:
            return date.fromordinal(self.day)
        first = self.frames["profile"].where(quoted(ROW) == whole(0)).select("today").collect()
        return date.fromordinal(first[0][0]) if first else date.min

    def frame(self, space: str) -> DataFrame:
        rows = self.frames[space]
        if self.day is not None and space == "profile":
            rows = rows.withColumn("today", whole(self.day))
        return rows


def read_tables(spark: SparkSession, place: str, *, database: bool, day: int | None) -> SparkTables:
    """Read the tables of a folder or a database; tables that do not exist have no rows.

    Raises ``InputError`` with all problems.
    """
    return _Reader(spark, place, database).read(day)


class _Reader:
    def __init__(self, spark: Any, place: str, database: bool) -> None:
        self._spark = spark
        self._place = place.rstrip("/")
        self._database = database
        self._problems: list[tuple[str, str]] = []
        self._numbered: set[str] = set()
        self._heights: dict[str, int] = {}
        self._known: dict[tuple[str, str], int] = {}
        self._today: tuple[int | None, int | None] = (None, None)

    def read(self, day: int | None) -> SparkTables:
        # Each table takes a small job; their latencies overlap in threads.
        with ThreadPoolExecutor(len(SCHEMAS)) as threads:
            frames = dict(zip(SCHEMAS, threads.map(self._open, SCHEMAS), strict=True))
            self._raise()
            rows = {space: frame for space, frame in frames.items() if frame is not None}
            counted = threads.map(self._statistics, rows, rows.values())
            ranges = dict(zip(rows, counted, strict=True))
        for space, frame in rows.items():
            found = self._row_problems(space, frame, ranges[space])
            self._problems += [(space, message) for message in found]
        self._raise()
        return SparkTables(rows, self._heights, self._known, self._today, day)

    def _raise(self) -> None:
        if self._problems:
            order = list(SCHEMAS)
            raise InputError(
                [
                    codes.TABLE_MISTAKE.at(Position(self._name(space)), message)
                    for space, message in sorted(
                        self._problems, key=lambda problem: order.index(problem[0])
                    )
                ]
            )

    def _name(self, space: str) -> str:
        return f"{self._place}.{space}" if self._database else f"{self._place}/{space}.parquet"

    def _open(self, space: str) -> DataFrame | None:
        name = self._name(space)
        try:
            frame = self._read(space, name)
            return None if frame is None else self._with_rows(space, frame)
        except (PySparkException, Py4JError) as error:
            self._problems.append((space, problems.unreadable(first_line(error))))
            return None

    def _read(self, space: str, name: str) -> DataFrame | None:
        if self._database:
            found = self._spark.catalog.tableExists(name)
        else:
            path = self._spark._jvm.org.apache.hadoop.fs.Path(name)
            files = path.getFileSystem(self._spark._jsc.hadoopConfiguration())
            found = bool(files.exists(path))
        if found or space == "profile":
            return self._spark.table(name) if self._database else self._spark.read.parquet(name)
        columns = {ROW: "bigint"} | {c: _spark_type(t) for c, t in SCHEMAS[space].items()}
        return self._spark.range(0).select(
            *(F.lit(None).cast(dtype).alias(name) for name, dtype in columns.items())
        )

    def _with_rows(self, space: str, frame: DataFrame) -> DataFrame | None:
        """Select ``row`` and the columns of the schema; None if the frame does not have them."""
        given = dict(frame.dtypes)
        wanted = {name: _spark_type(t) for name, t in SCHEMAS[space].items()}
        numbered = ROW in given
        if numbered:
            self._numbered.add(space)
        wrong = list(
            problems.column_type_errors(given, wanted | ({ROW: "bigint"} if numbered else {}))
        )
        linked = any(space in targets.values() for targets in ROW_LINKS.values())
        number = quoted(ROW)
        if not numbered and not linked:
            number = whole(None)
        elif not numbered and (self._database or len(frame.inputFiles()) != 1):
            wrong.append(problems.rows_not_numbered(ROW))
        elif not numbered:
            number = F.col("_metadata.row_index")
        self._problems += [(space, message) for message in wrong]
        if wrong:
            return None
        return frame.select(number.alias(ROW), *(quoted(name).alias(name) for name in wanted))

    # Statistics and rows ---------------------------------------------------------------------

    def _statistics(self, space: str, frame: DataFrame) -> dict[str, Any]:
        """Count rows and values; return the range of each link and of ``row``."""
        names = list(SCHEMAS[space])
        exprs = [F.count(F.lit(1)), *(F.count(quoted(name)) for name in names)]
        exprs += [f(quoted(c)) for c in (*ROW_LINKS[space], ROW) for f in (F.min, F.max)]
        if space == "profile":
            exprs += [F.min("today"), F.max("today")]
        values = list(frame.agg(*(e.alias(f"f{i}") for i, e in enumerate(exprs))).collect()[0])
        self._heights[space] = values.pop(0)
        self._known |= {(space, name): values.pop(0) for name in names}
        ranges = {link: (values.pop(0), values.pop(0)) for link in (*ROW_LINKS[space], ROW)}
        if space == "profile":
            self._today = (values.pop(0), values.pop(0))
        return ranges

    def _row_problems(
        self, space: str, frame: DataFrame, ranges: Mapping[str, Any]
    ) -> Iterator[str]:
        height = self._heights[space]
        if height and space in self._numbered:
            least, most = ranges[ROW]
            numbers = frame.agg(F.count_distinct(quoted(ROW))).collect()[0][0]
            if (least, most, numbers) != (0, height - 1, height):
                yield problems.wrong_row_numbers(ROW, height)
                return
        for link, target in ROW_LINKS[space].items():
            optional = problems.link_is_optional(space, link)
            least, most = ranges[link]
            below, last = least is not None and least < 0, self._heights[target] - 1
            above = most is not None and most > last
            if below or above or (not optional and self._known[space, link] < height):
                outside = ~quoted(link).between(0, last)
                bad = F.coalesce(outside, F.lit(not optional))
                yield problems.dangling_link(_first(frame, bad), link, target)
        if space == "profile":
            for name in _NEEDED:
                if self._known[space, name] < height:
                    yield problems.missing(_first(frame, quoted(name).isNull()), name)
            yield from self._duplicate_ids(frame)

    def _duplicate_ids(self, frame: DataFrame) -> Iterator[str]:
        found = (
            frame.where(quoted("id").isNotNull())
            .groupBy("id")
            .agg(F.count(F.lit(1)).alias("n"), F.min(ROW).alias("first"))
            .where("n > 1")
            .orderBy("first")
            .limit(1)
            .collect()
        )
        for one in found:
            yield problems.duplicate_id(one["first"], one["id"])


def _first(frame: DataFrame, bad: Any) -> int | None:
    row: int | None = frame.where(bad).agg(F.min(ROW)).collect()[0][0]
    return row


def _spark_type(dtype: Dtype) -> str:
    """Name of a column type in Spark."""
    if dtype == pl.List(pl.String):
        return "array<string>"
    return {pl.String: "string", pl.Int64: "bigint", pl.Boolean: "boolean", pl.Float64: "double"}[
        dtype.base_type()
    ]
