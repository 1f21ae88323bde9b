"""What the distributed engine does not do: marked where it is met, listed in the reference.

Nothing here needs Spark, so that the page can be made without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assay.errors import UsageError


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that is not done on Spark: what, why, and what to do in its place."""

    what: str
    why: str
    instead: str

    def refusal(self, what: str = "", why: str = "") -> UsageError:
        """The error for a request that meets the limit, with what is known of this one."""
        return UsageError(
            f"{what or self.what} is not supported on Spark: {why or self.why}; {self.instead}"
        )


PATTERNS = Limit(
    "matches(…) with more than characters, classes, alternatives, groups, ^, $, \\b, (?i) on "
    "ASCII, repetitions with an end, and two endless ones of one character each",
    "Spark's regular expressions are Java's, which backtrack and read some patterns otherwise "
    "than CEL does, so a grade could differ or a job not end",
    "use contains, startsWith or endsWith, or score on one machine",
)
OUTLOOK = Limit(
    "--with-outlook",
    "the day of the next change is found by scoring a whole year day by day",
    "use --with-later-bands, the bands a quarter and a year later, or score on one machine",
)
DOCUMENTS = Limit(
    "scoring the documents in profiles/",
    "documents are read, linked and traced to their origins on one machine",
    "give tables with --tables or --database",
)
CONNECT = Limit(
    "Spark Connect (an address with sc://)",
    "intermediate tables are written beside the result and removed through the driver's own JVM",
    "run assay where spark-submit would run, with the address of the cluster's master",
)

LIMITS: tuple[Limit, ...] = (PATTERNS, OUTLOOK, DOCUMENTS, CONNECT)
"""All of them, in the order of the reference page."""


SETTINGS: dict[str, str] = {
    # What has no value is unknown; nothing raises in the middle of a job.
    "spark.sql.ansi.enabled": "false",
    # Column names come from the rulebook, where A and a are two names.
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
}
"""Settings of a session that results hang on; everything else is the cluster's own choice."""


def start_spark(master: str | None) -> Any:
    """A session on the cluster at ``master``, else on the one that Spark is set up for.

    Without either it runs in this process, on all its cores. Raises ``UsageError`` where Spark
    cannot be started.
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
    # What is going on is told by --progress.
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if master is not None:
        builder = builder.master(master)
    try:
        spark = builder.getOrCreate()
    except PySparkException as error:
        reason = first_line(error)
        if "JAVA_GATEWAY_EXITED" in str(error.getErrorClass()):
            reason = "it needs Java 17 or later, found through JAVA_HOME or as 'java' on the path"
        raise UsageError(f"Spark cannot be started: {reason}") from None
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    return spark


@contextmanager
def refusals() -> Iterator[None]:
    """What Spark refuses while it works, as ``UsageError`` in place of a trace of the JVM."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise UsageError(f"Spark stopped: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """What an error of Spark says, without the trace of the JVM that follows."""
    java = getattr(error, "java_exception", None)
    said = str(error) if java is None else str(java.getMessage() or java.toString())
    return next((line for line in said.splitlines() if line.strip()), type(error).__name__)
