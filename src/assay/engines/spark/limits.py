"""What the distributed engine does not do: marked where it is met, listed in the reference.

Nothing here needs Spark, so that the page can be made without it.
"""

from __future__ import annotations

from dataclasses import dataclass

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
