"""The reference of the sheets, from their columns."""

from __future__ import annotations

from assay.docs.markdown import code, sentence, table
from assay.sheets.columns import SHEETS, Column

_INTRODUCTION = """# Sheets

What `assay sheet export` writes and `assay sheet import` reads, column by column. How to work with
them is in [a page of its own](../how-to/work-in-sheets.md).

A sheet is known by its headings, however they are spelt: `As of` is `as_of`. Columns may stand in
any order, and those that are missing stay as they are in the documents. Of what a document holds
besides, edges, watch items, pictures and `extra`, nothing is in a sheet and nothing is touched.
"""


def sheets_page() -> str:
    """Every column of every sheet with its meaning and how it is written."""
    parts = [_INTRODUCTION]
    for kind in ("claims", "sources", "profiles", "publishers"):
        sheet = SHEETS[kind]
        rows = [[code(c.name), sentence(c.meaning), _written(c)] for c in sheet.columns]
        parts.append(f"## `{kind}`\n\n{table(['column', 'meaning', 'written'], rows)}")
    return "\n".join(parts)


def _written(column: Column) -> str:
    return ", ".join(code(word) for word in column.choices) or column.form.hint
