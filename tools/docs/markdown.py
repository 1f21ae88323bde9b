"""Markdown from plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def code(text: object) -> str:
    """Format as inline code; backticks in the text are preserved."""
    shown = str(text).replace("\n", " ")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def block(text: str, language: str = "") -> str:
    """Format as a fenced block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table; bars and line ends inside cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(_cell(c) for c in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def sentence(text: str) -> str:
    """Add a capital letter, unless the first word is a key of documents, and a full stop."""
    whole = " ".join(text.split())
    first = whole.partition(" ")[0]
    if "_" not in first and not first.endswith(":"):
        whole = whole[:1].upper() + whole[1:]
    return whole + ("" if whole.endswith((".", "…")) else ".")
