"""Reference pages that list a registry: commands, columns of sheets, limits on Spark."""

from __future__ import annotations

import click

from assay.cli.main import COMMANDS, assay
from assay.engine.spark.session import LIMITS
from assay.sheets.columns import SHEETS, Column
from tools.docs.markdown import block, code, sentence, table
from tools.docs.session import run_assay

_COMMANDS = """# Commands

Results go to standard output, messages and progress to standard error.

The global options work before and after the command, at every level of it. So `assay --as-of
2026-01-15 rules test` and `assay rules test --as-of 2026-01-15` are the same. The options are
`--workspace`, `--as-of`, `--audience`, `--memory`, and `--format` for commands that print more than
text. If one is given several times, the last counts. `assay new claim --as-of` is an option of its
own: the date of the claim.

- `--workspace` is by default the nearest directory with `rules.yaml` and `profiles/`, from the
  current one upwards.
- `--as-of` is by default `as_of` in `rules.yaml`, otherwise today.

Text fits every stream: where its encoding lacks a character, a similar one is printed (`->` for →),
otherwise an escape. JSON is valid UTF-8 everywhere: on a stream of another encoding, characters
outside ASCII are escaped. So is HTML, with character references. A closed stream discards its
output.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | the input has errors; nothing was written |
| 64 | wrong usage of the command |
| 70 | internal error |
| 130 | stopped from the keyboard |
"""

_SHEETS = """# Sheets

Columns that `assay sheet export` writes and `assay sheet import` reads. See also
[how to work in sheets](../how-to/work-in-sheets.md).

A sheet is recognised by its headings, in any spelling: `As of` is `as_of`. Columns may be in any
order. Values without a column remain unchanged in the documents, and so do summaries, signals,
corrections, pictures and `extra`, which are in no sheet. Edges, watch items and factors have no
ids: a row is about the item with equal values, otherwise about the one with the same key (the text
of a watch item, the factor, or `on` and `relation`). Without one, the item is new.
"""
_SPARK = """# On Spark

`assay score --engine spark` runs the same program as the embedded engine, over the same tables,
and gives the same scores, coverages and bands to the bit
([how to run it](../how-to/score-on-a-cluster.md)). Options without support on Spark are refused
before anything is started or written:

"""


def commands_page() -> str:
    """Page of the help of the program and of every command."""
    context = click.Context(assay)
    parts = [_COMMANDS, "\n## assay\n\n", _help()]
    for name in COMMANDS:
        parts += [f"\n## assay {name}\n\n", _help(name)]
        command = assay.get_command(context, name)
        for inner in command.commands if isinstance(command, click.Group) else ():
            parts += [f"\n### assay {name} {inner}\n\n", _help(name, inner)]
    return "".join(parts)


def _help(*command: str) -> str:
    return block(run_assay([*command, "--help"]).output, "text")


def sheets_page() -> str:
    """Page of every column of every sheet, with its meaning and form."""
    parts = [_SHEETS]
    for kind in ("claims", "sources", "profiles", "publishers", "edges", "watch", "factors"):
        sheet = SHEETS[kind]
        rows = [[code(c.name), sentence(c.meaning), _written(c)] for c in sheet.columns]
        parts.append(f"## `{kind}`\n\n{table(['column', 'meaning', 'written'], rows)}")
    return "\n".join(parts)


def _written(column: Column) -> str:
    return ", ".join(code(word) for word in column.choices) or column.form.hint


def spark_page() -> str:
    """Page of the limits on Spark."""
    rows = [(limit.what, sentence(limit.why), sentence(limit.instead)) for limit in LIMITS]
    return _SPARK + table(("not on Spark", "why", "instead"), rows)
