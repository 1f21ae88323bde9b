"""The reference of what is not done on Spark, from the marks where it is refused."""

from __future__ import annotations

from assay.docs.markdown import sentence, table
from assay.engines.spark.limits import LIMITS

_INTRODUCTION = """# On Spark

`assay score --engine spark` runs the same program as the embedded engine, over the same tables,
and gives the same scores, coverages and bands to the bit
([how to run it](../how-to/score-on-a-cluster.md)). What it does not do is refused before anything
is started or written:

"""


def spark_page() -> str:
    """The page as Markdown."""
    rows = [(limit.what, sentence(limit.why), sentence(limit.instead)) for limit in LIMITS]
    return _INTRODUCTION + table(("not on Spark", "why", "in its place"), rows)
