"""Diagnostics: their one type, every code with its documentation, and how they are shown."""

from assay.diagnostics.diagnostic import (
    RANK,
    SOURCE,
    Code,
    Diagnostic,
    Position,
    Severity,
    Subject,
    ValueLocation,
    has_errors,
    sort_diagnostics,
)

__all__ = [
    "RANK",
    "SOURCE",
    "Code",
    "Diagnostic",
    "Position",
    "Severity",
    "Subject",
    "ValueLocation",
    "has_errors",
    "sort_diagnostics",
]
