"""Frames that Spark writes: results that replace earlier ones at once, and intermediate frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from assay.engine.spark.emit import quoted
from assay.engine.spark.results import ResultColumn
from assay.errors import UsageError

_DONE = "_SUCCESS"
"""The file Spark writes last into a folder of Parquet."""


class Staging:
    """Temporary folder next to ``out`` for a run; the context manager removes it on exit."""

    def __init__(self, spark: Any, out: str) -> None:
        self._spark = spark
        self._out = spark._jvm.org.apache.hadoop.fs.Path(out)
        self._files = self._out.getFileSystem(spark._jsc.hadoopConfiguration())
        parent, name = self._out.getParent(), self._out.getName()
        run = spark.sparkContext.applicationId
        self._folder = spark._jvm.org.apache.hadoop.fs.Path(parent, f".{name}.{run}.new")
        self._count = 0

    def __enter__(self) -> Staging:
        self._require_own()
        self._files.delete(self._folder, True)
        return self

    def __exit__(self, *_: object) -> None:
        self._files.delete(self._folder, True)

    def _require_own(self) -> None:
        """Raise ``UsageError`` if ``out`` exists and no run of Spark has written it."""
        if not self._files.exists(self._out):
            return
        mark = self._spark._jvm.org.apache.hadoop.fs.Path(self._out, _DONE)
        if not self._files.exists(mark):
            raise UsageError(
                f"{self._out.toString()} exists and contains no results of Spark; "
                "choose another folder"
            )

    def _path(self, name: str) -> Any:
        return self._spark._jvm.org.apache.hadoop.fs.Path(self._folder, name)

    def settle(self, frame: DataFrame) -> DataFrame:
        """Write a frame and read it back."""
        self._count += 1
        path = self._path(f"step-{self._count}").toString()
        frame.write.parquet(path)
        return self._spark.read.schema(frame.schema).parquet(path)

    def publish(self, frame: DataFrame, partition_by: Sequence[str]) -> None:
        """Write results completely, then replace ``out`` by them."""
        new, old = self._path("results"), self._path("old")
        writer = frame.write
        if partition_by:
            writer = writer.partitionBy(*partition_by)
        writer.parquet(new.toString())
        if self._files.exists(self._out):
            self._files.rename(self._out, old)
        self._files.rename(new, self._out)


def result_frame(
    profiles: DataFrame, columns: Sequence[ResultColumn], kept: Sequence[str]
) -> DataFrame:
    """Select ``id``, the columns of the results, and the ``kept`` columns of profiles."""
    selected = [quoted("id")]
    for column in columns:
        value = quoted(column.source).cast("int")
        if column.known:
            value = value.isNotNull()
        elif column.words:
            value = F.get(F.array(*map(F.lit, column.words)), value)
        selected.append(value.alias(column.name))
    selected += [quoted(name) for name in kept]
    return profiles.select(*selected)
