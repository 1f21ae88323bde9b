"""The reference of commands: what ``--help`` says, for each of them."""

from __future__ import annotations

import click

from assay.cli.main import COMMANDS, assay
from assay.docs.markdown import block
from assay.docs.session import run_assay

_INTRODUCTION = """# Commands

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
outside ASCII are escaped. A closed stream discards its output.

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
