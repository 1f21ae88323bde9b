"""Check that prose uses the words of the glossary: ``python -m tools.words [PATH …]``.

Reads the strings, docstrings and comments of ``src/assay``, the pages below ``docs``, the README
and the newest section of the changelog. Prints ``file:line: word → suggestion`` and exits with 1
if a word of ``WORDS`` occurs. Help, messages and generated pages are checked in the code that
contains their text.

Code is exempt: text in backticks, code blocks, addresses, strings without a space, raw strings
(patterns). So are quotations in double quotes. To allow a word on one line, give the reason in a
comment on that line or on the line above: ``# words: REASON``, or ``<!-- words: REASON -->``.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]

# Regular expressions in any case. Each starts at a word boundary, unless it starts with a bracket.
WORDS = {
    r"(bears?|borne) out\b": "supports",
    r"(retell\w*|retold)\b": "secondary report",
    r"anew\b": "again, rebuilt",
    r"(nobody|no one) (here|has)\b": "we have not",
    r"possible here\b": "choose, allowed",
    r"(is|are|was) wanted\b|needed here\b": "must be",
    r"in (the )?place of\b": "instead of, replaces",
    r"look(s|ed)? (again|at again)\b|a look\b": "next review, review",
    r"(runs?|ran) out\b": "falls, expires",
    r"(hangs?|hung) on\b": "depends on",
    r"felt\b": "affected, reaches",
    r"(is )?said to (be|hold)\b": "stated as",
    r"by way of\b": "through",
    r"mistakes?\b": "error, problem",
    r"remarks?\b": "info, comment",
    r"(circle|circles)\b": "cycle",
    r"written [0-9'\"]|as written\b": "for example",
    r"[;,:] else\b": "Default:, otherwise",
    r"not known to be\b": "a date, or never",
    r"not rated reliable\b": "unrated",
    r"(needs? a human|somebody|someone)\b": "reviewer, analyst",
    r"desk('s)?\b": "we, workspace",
    r"beyond every\b|too .{1,9} for any": "out of range",
    r"of the calendar\b": "invalid date",
    r"whom\b": "who, audience",
    r"meanwhile\b": "since then",
    r"(takes?|taken|took) (\w+ ){0,2}back\b": "reverse, import",
    r"truth values?\b": "true or false",
    r"(this|no|one|which|the) matter\b": "review reason",
    r"settled\b": "closed",
    r"unseen\b": "not seen",
    r"as (it|they) (stands?|is|are|was|were)\b": "current, unchanged",
    r"part(s|ed)? (the|two|them|of one)\b": "split, separate",
    r"(tells?|told|telling)\b": "report, show",
    r"says? (what|that|who|where|how|so|of)\b": "state, show",
    r"there is no [a-z ]+ ['`]": "unknown X '…'",
    r"likeness\b": "similarity",
    r"(stand|stands|stood) (for|between|here|there|on|in|beside)\b": "is, appears",
    r"(write|writes|written) (it |them )?down\b": "add, record",
    r"one after the other\b|as one\b": "each, together",
    r"goes? back to\b": "draws on, relies on",
    r"speaks? of\b": "refers to, is about",
}

# Paths that are not checked, each with the reason. A folder includes everything below it.
EXEMPT = {
    "src/assay/briefing": "not yet rewritten",
    "src/assay/review": "not yet rewritten",
    "src/assay/ingest": "not yet rewritten",
    "src/assay/evidence": "words that texts of sources are searched for; prose not yet rewritten",
    "docs/reference/cel-support.md": "quotes messages of the rule language",
}

# Packages still to be rewritten. An entry without a finding fails the check: delete it.
PENDING = ()

GENERATED = "<!-- Made by `make docs`"
MISSING, CLEAN = "does not exist", "has no findings left"


class Finding(NamedTuple):
    """A word at a place, and what to write instead."""

    path: str
    line: int
    word: str
    suggestion: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word} → {self.suggestion}"


def main(arguments: list[str]) -> int:
    """Check the paths given, or the whole repository; return the exit code."""
    if arguments:
        problems = [
            str(finding) for argument in arguments for finding in check(Path(argument).resolve())
        ]
    else:
        problems = repository(ROOT, EXEMPT, PENDING)
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def repository(root: Path, exempt: Iterable[str], pending: Iterable[str]) -> list[str]:
    """Problems of all files, including entries of the two lists that are no longer needed."""
    problems = [
        f"tools/words.py: '{name}' {MISSING}" for name in exempt if not (root / name).exists()
    ]
    unchecked = [root / name for name in exempt]
    for name in pending:
        findings = [
            f for file in files(root / name) if not _below(file, unchecked) for f in check(file)
        ]
        if not findings:
            problems.append(
                f"tools/words.py: '{name}' {CLEAN if (root / name).exists() else MISSING}"
            )
        unchecked.append(root / name)
    scope = [root / "README.md", root / "CHANGELOG.md", root / "docs", root / "src" / "assay"]
    for file in (file for part in scope for file in files(part)):
        if not _below(file, unchecked):
            problems += [
                str(f._replace(path=file.relative_to(root).as_posix())) for f in check(file)
            ]
    return problems


def files(path: Path) -> list[Path]:
    """Markdown and Python files at or below a path."""
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    return [file for file in found if file.suffix in (".md", ".py")]


def check(path: Path) -> list[Finding]:
    """Findings in a file, or in all files below a folder."""
    if path.is_dir():
        return [finding for file in files(path) for finding in check(file)]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        found = [*python_findings(text)]
    elif text.startswith(GENERATED):
        return []
    else:
        found = [*markdown_findings(_newest_section(text) if path.name == "CHANGELOG.md" else text)]
    return [Finding(str(path), *finding) for finding in sorted(found)]


def _below(file: Path, folders: list[Path]) -> bool:
    return any(file == folder or folder in file.parents for folder in folders)


# Prose and code --------------------------------------------------------------------------------

_CODE = re.compile(
    r"(?P<ticks>`+)[^`\0]{1,200}(?P=ticks)"  # code
    r"|\w+://[^\s)>\"']+"  # an address
    r"|\"[^\"\n]{1,200}\"|“[^”]*”"  # a quotation
)
_FENCE = re.compile(r"^(?P<fence>```|~~~).*?^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\([^)]*\)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ALLOWED = re.compile(r"#\s*words: \S|<!-- words: \S")
_OPENING = re.compile(r"(?:\A|(?<=[.!?])\s+|\n\s*\n)\s*(?P<word>What|That|So|Of)\b")
_PATTERNS = [
    # Prose is wrapped, so a space may be a line break.
    (
        re.compile(
            ("" if p.startswith("[") else r"\b") + f"(?:{p})".replace(" ", r"\s+"), re.IGNORECASE
        ),
        s,
    )
    for p, s in WORDS.items()
]
_GAP = "\0"


def markdown_findings(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, word and suggestion of each finding in a page."""
    prose = _FENCE.sub(lambda fence: re.sub(r"[^\n]", _GAP, fence[0]), text)
    for pattern in (_COMMENT, _LINK, _CODE):
        prose = pattern.sub(_blank, prose)
    # A heading, an item or a cell ends where the next begins.
    prose = re.sub(
        r"^(\s*)([-*#|>]|\d+\.)", lambda m: m[1] + _GAP * len(m[2]), prose, flags=re.MULTILINE
    )
    yield from _search(prose, text)


def python_findings(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, word and suggestion of each finding in strings, docstrings and comments of a module."""
    starts = [0]
    for line in io.StringIO(text):
        starts.append(starts[-1] + len(line))
    docstrings = set(_docstrings(ast.parse(text)))
    prose = [c if c.isspace() else _GAP for c in text]
    raw = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_START":
            raw = "r" in token.string.lower()
        content = None if raw and kind == "FSTRING_MIDDLE" else _prose(kind, text[start:end])
        if content is not None:
            prose[start:end] = content
        if token.start in docstrings and kind == "STRING":
            for match in _OPENING.finditer(content or ""):
                at = _line(text, start + match.start("word"))
                yield at, match["word"], "start with a verb or a noun phrase"
    yield from _search(_CODE.sub(_blank, "".join(prose)), text)


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value.lineno, first.value.col_offset


def _prose(kind: str, text: str) -> str | None:
    """Return the words of a token, padded to the length of its text; None if it has none."""
    if kind == "COMMENT":
        return " " + text[1:]
    if kind == "STRING":
        opening = re.match(r"(\w*)('''|\"\"\"|'|\")", text)
        if opening is None or "r" in opening[1].lower() or not re.search(r"\s", text):
            return None
        inner = text[opening.end() : -len(opening[2])]
        if "f" in opening[1].lower():
            inner = re.sub(r"\{[^{}]*\}", _blank, inner)
        return " " * opening.end() + _plain(inner) + " " * len(opening[2])
    # From Python 3.12 on, an f-string is several tokens.
    if kind in ("FSTRING_START", "FSTRING_END"):
        return " " * len(text)
    if kind == "FSTRING_MIDDLE" and re.search(r"\s", text):
        return _plain(text)
    return None


def _plain(text: str) -> str:
    return re.sub(r"\\[^\n]", "  ", text)


def _search(prose: str, text: str) -> Iterator[tuple[int, str, str]]:
    lines = text.splitlines()
    for pattern, suggestion in _PATTERNS:
        for match in pattern.finditer(prose):
            line = _line(prose, match.start())
            if not any(_ALLOWED.search(each) for each in lines[max(line - 2, 0) : line]):
                yield line, " ".join(match[0].split()), suggestion


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _blank(match: re.Match[str]) -> str:
    """Replace code by as much that no pattern matches, keeping its quotes and line breaks."""
    return re.sub(r"[^\n`'\"]", _GAP, match[0])


def _newest_section(changelog: str) -> str:
    parts = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)
    return "".join(parts[:2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
