"""assay turns evidence about institutions and events into graded briefings.

Read :mod:`assay.pipeline` first: it is the whole flow on one screen.
"""

__version__ = "0.1.0"
