"""The reference of commands: what ``--help`` says, for each of them."""

from __future__ import annotations

import click

from assay.cli.main import COMMANDS, assay
from assay.docs.markdown import block
from assay.docs.session import run_assay

_INTRODUCTION = """# Commands

Results go to standard output, messages and progress to standard error. `--workspace` and
`--as-of` stand before the command: `assay --as-of 2026-01-15 score`. Without `--workspace` the
workspace is the one the current folder lies in: the nearest folder upward with `rules.yaml` and
`profiles/`. Without `--as-of` the date is that of the rulebook's settings, else today.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | the input has errors; nothing was written |
| 64 | the command was called in a way that cannot be carried out |
| 70 | a defect of assay |
| 130 | stopped from the keyboard |
"""


def commands_page() -> str:
    """The help of the program, of each command and of each command in a group."""
    context = click.Context(assay)
    parts = [_INTRODUCTION, "\n## assay\n\n", _help()]
    for name in COMMANDS:
        parts += [f"\n## assay {name}\n\n", _help(name)]
        command = assay.get_command(context, name)
        for inner in command.commands if isinstance(command, click.Group) else ():
            parts += [f"\n### assay {name} {inner}\n\n", _help(name, inner)]
    return "".join(parts)


def _help(*command: str) -> str:
    return block(run_assay([*command, "--help"]).output, "text")
