"""Markdown from plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def code(text: object) -> str:
    """Inline code; text with backticks keeps them."""
    shown = str(text).replace("\n", " ")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def block(text: str, language: str = "") -> str:
    """A fenced block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line ends inside cells are made harmless."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(_cell(c) for c in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def sentence(text: str) -> str:
    """The text with a capital and a full stop; a word of the documents keeps its small letter."""
    whole = " ".join(text.split())
    first = whole.partition(" ")[0]
    if "_" not in first and not first.endswith(":"):
        whole = whole[:1].upper() + whole[1:]
    return whole + ("" if whole.endswith((".", "…")) else ".")
