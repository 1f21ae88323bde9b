"""Spark sessions, and the limits of Spark: checked on use, listed in the reference.

Nothing here imports Spark before a session starts, because the reference is generated without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assay.errors import UsageError


@dataclass(frozen=True, slots=True)
class Limit:
    """A feature that is not supported on Spark, with the reason and an alternative."""

    what: str
    why: str
    instead: str

    def refusal(self, what: str = "", why: str = "") -> UsageError:
        """Error for a request that exceeds the limit; ``what`` and ``why`` may be more specific."""
        return UsageError(
            f"{what or self.what} is not supported on Spark: {why or self.why}; {self.instead}"
        )


PATTERNS = Limit(
    "matches(…) with anything but characters, classes, alternatives, groups, ^, $, \\b, (?i) for "
    "ASCII, bounded repetitions, and at most two unbounded repetitions of one character",
    "Spark uses Java's regular expressions, which backtrack and read some patterns differently "
    "from CEL, so a grade could differ or a job never end",
    "use contains, startsWith or endsWith, or score on one machine",
)
OUTLOOK = Limit(
    "--with-outlook",
    "the day of the next change requires scoring every day of a year",
    "use --with-later-bands for the bands a quarter and a year later, or score on one machine",
)
DOCUMENTS = Limit(
    "scoring the documents in profiles/",
    "documents are read and linked, and their lineage is traced, on one machine",
    "use tables, with --tables or --database",
)
CONNECT = Limit(
    "Spark Connect (a URL with sc://)",
    "intermediate tables are written next to the results and removed through the driver's JVM",
    "run the command where spark-submit would run, with the URL of the cluster's master",
)

LIMITS: tuple[Limit, ...] = (PATTERNS, OUTLOOK, DOCUMENTS, CONNECT)
"""All limits in the order of the reference page."""

SETTINGS: dict[str, str] = {
    # Invalid operations give null, which is unknown, instead of ending the job.
    "spark.sql.ansi.enabled": "false",
    # Column names come from the rulebook, where A and a are different names.
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
}
"""Settings of a session that results depend on; the cluster chooses all others."""


def start_spark(master: str | None) -> Any:
    """Start a session on the cluster at ``master``. Default: the configuration of Spark.

    Without either, Spark runs in this process, on all cores. Raises ``UsageError`` if Spark cannot
    start.
    """
    if master is not None and master.startswith("sc://"):
        raise CONNECT.refusal()
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError(
            "Spark is not installed; install it with: pip install 'assay[spark]'"
        ) from None
    builder = SparkSession.builder.appName("assay score").config("spark.log.level", "ERROR")
    # `--progress` reports progress.
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        builder = builder.master(master)
    try:
        spark = builder.getOrCreate()
    except PySparkException as error:
        reason = first_line(error)
        if "JAVA_GATEWAY_EXITED" in str(error.getErrorClass()):
            reason = "Java 17 or later is required; set JAVA_HOME, or add 'java' to the path"
        raise UsageError(f"cannot start Spark: {reason}") from None
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    return spark


@contextmanager
def refusals() -> Iterator[None]:
    """Raise errors of Spark as ``UsageError``, without the stack trace of the JVM."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise UsageError(f"Spark stopped: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Message of an error of Spark, without the stack trace of the JVM that follows."""
    java = getattr(error, "java_exception", None)
    text = str(error) if java is None else str(java.getMessage() or java.toString())
    return next((line for line in text.splitlines() if line.strip()), type(error).__name__)
