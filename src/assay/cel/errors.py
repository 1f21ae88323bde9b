"""Errors of the rule language, and the translation of CEL's messages into diagnostics."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from assay.cel.functions import FUNCTIONS, MACROS, function
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Code, Diagnostic, ValueLocation


class CelError(Exception):
    """An expression or a rulebook that cannot be compiled, with every problem found.

    Problems of one expression have no path yet: whoever knows its place in the rulebook adds it.
    """

    def __init__(self, problems: Sequence[Diagnostic]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(p.message for p in problems))


def problem(code: Code, message: str, offset: int, hint: str = "") -> Diagnostic:
    """A problem of an expression; ``offset`` is its 0-based character in the text."""
    return code.at(ValueLocation(offset=offset), message, hint)


Fields = Mapping[str, Sequence[str]]

# CEL has a message of its own for a wrong has().
_MACROS = {name: examples[0].text for name, examples in MACROS.items() if name != "has"}
_AS_IN = {f"as in: {example}" for example in _MACROS.values()}
_OTHER_WORDS = {
    **dict.fromkeys(("count", "len", "length"), "size()"),
    **dict.fromkeys(("any", "some"), "exists(c, …)"),
    **dict.fromkeys(("every", "each"), "all(c, …)"),
    **dict.fromkeys(("like", "includes", "find"), 'contains("…")'),
    **dict.fromkeys(("sum", "avg", "mean"), "a pool with combine: sum or mean"),
    **dict.fromkeys(("today", "now"), "profile.as_of, the date of the scores"),
    **dict.fromkeys(("date",), 'day("2024-01-29")'),
    "origins": "corroborations.exists(c, c.size > 1) for independent sources",
}
_SYNTAX_HINTS = {
    "and": "write && for and",
    "or": "write || for or",
    "not": "write !(…) for not",
    "=": "compare with ==",
    "&": "write && for and",
    "|": "write || for or",
    "<>": "write != for unequal",
    ",": 'a list is written in square brackets: ["a", "b"]',
    "is": "compare with ==",
    "then": "a choice is written: condition ? this : that",
    "if": "a choice is written: condition ? this : that",
}
_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)$", re.MULTILINE)
_UNDEFINED = re.compile(r"undefined field '(\w+)' not found in struct '(?:\w+\.)*(\w+)'")
_UNDECLARED = re.compile(r"undeclared reference to '([\w.]+)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '(.*)'")


def problems_of(raw: str, text: str, known: Sequence[str], fields: Fields) -> list[Diagnostic]:
    """Translate the errors of Google's CEL about ``text`` into diagnostics.

    ``known`` are the names that it can use, ``fields`` the fields of every kind of row.
    """
    if "recursion" in raw:
        message = "the expression has more levels inside each other than can be read"
        return [
            problem(codes.EXPRESSION_TOO_DEEP, message, 0, "split it, or use facts for its parts")
        ]
    problems: dict[int, Diagnostic] = {}
    for line, column, message in _ERROR.findall(raw):
        offset = _offset(text, int(line), int(column))
        if "*error*" in message:
            continue
        said = _problem(message, text, offset, known, fields)
        problems.setdefault(offset, said)
        if said.code == codes.SYNTAX_ERROR.slug:
            break  # what is said after it is about what came of it
    if not problems:
        first = raw.splitlines()[0].removeprefix("INVALID_ARGUMENT: ")
        problems[0] = problem(codes.INVALID_EXPRESSION, first, 0)
    found = [problems[offset] for offset in sorted(problems)]
    if any(p.code == codes.TYPE_MISMATCH.slug and p.hint in _AS_IN for p in found):
        # The variable of an unsupported macro is unknown too; one error is enough.
        return [p for p in found if p.code != codes.UNKNOWN_NAME.slug]
    return found


def _problem(
    message: str, text: str, offset: int, names: Sequence[str], fields: Fields
) -> Diagnostic:
    if match := _UNDEFINED.search(message):
        name, struct = match.groups()
        said = f"{_article(struct)} has no field {name!r}"
        return problem(codes.UNKNOWN_FIELD, said, offset + 1, _field_hint(name, struct, fields))
    if match := _UNDECLARED.search(message):
        name = match.group(1).split(".")[0]
        start = max(text.rfind(name, 0, offset + len(name)), 0)
        own = function(name)
        example = own.examples[0].text if own is not None and own.is_own else _MACROS.get(name)
        if example is not None:
            said = f"{name!r} does not take these arguments"
            return problem(codes.TYPE_MISMATCH, said, start, f"as in: {example}")
        called = text[start + len(name) :].lstrip().startswith("(")
        hint = _name_hint(name, names, called=called)
        return problem(codes.UNKNOWN_NAME, f"{name!r} is not known here", start, hint)
    if match := _OVERLOAD.search(message):
        operator, types = match.groups()
        declared = function(operator)
        sign = declared.sign if declared is not None and declared.sign else operator
        return problem(
            codes.TYPE_MISMATCH,
            f"{sign!r} does not work on {_plain_types(types)}",
            offset,
            _type_hint(sign, types),
        )
    if message.startswith("Syntax error"):
        said = _plain_syntax(message)
        return problem(codes.SYNTAX_ERROR, said, offset, _syntax_hint(said))
    hint = "write has(claim.type), without quotes" if message.startswith("has()") else ""
    return problem(
        codes.INVALID_EXPRESSION, message.removesuffix(" [INVALID_ARGUMENT]"), offset, hint
    )


def _field_hint(name: str, struct: str, fields: Fields) -> str:
    """The field that is meant, or the kind of row that has it."""
    having = [other for other, own in fields.items() if name in own and _is_row(other)]
    if having:
        return f"{_article(having[0])} has {name!r}"
    return _did_you_mean(name, fields.get(struct, []))


def _is_row(struct: str) -> bool:
    return not struct.endswith(("Coverage", "Dates", "Score"))


def _name_hint(name: str, names: Sequence[str], *, called: bool) -> str:
    if name.lower() in ("true", "false"):
        return f"write {name.lower()}"
    if called and (other := _OTHER_WORDS.get(name.lower())) is not None:
        return f"write {other}"
    hint = _did_you_mean(name, names, (f.name for f in FUNCTIONS))
    if called or hint.startswith("did"):
        return hint
    return f'a text is written in quotes: "{name}"; {hint}'


def _syntax_hint(said: str) -> str:
    word = said.split("'")[1].strip() if said.count("'") >= 2 else ""
    return _SYNTAX_HINTS.get(word.lower(), "see the CEL reference")


def _article(struct: str) -> str:
    words = _words(struct)
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _words(struct: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", struct).lower()


def _did_you_mean(name: str, known: Sequence[str], others: Iterable[str] = ()) -> str:
    close = [
        *difflib.get_close_matches(name, known, n=1, cutoff=0.6),
        *difflib.get_close_matches(name, list(others), n=1, cutoff=0.6),
    ]
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are: {', '.join(sorted(known))}" if known else ""


def _plain_types(types: str) -> str:
    names = re.sub(r"\bassay\.(\w+)", lambda m: _words(m.group(1)), types.strip("()"))
    names = names.replace("google.protobuf.Timestamp", "timestamp")
    names = names.replace("google.protobuf.Duration", "duration")
    return names.replace("null_type", "null").replace(", ", " and ")


def _type_hint(sign: str, types: str) -> str:
    if "null" in types:
        return "ask with has(…) whether a field is there; missing is unknown, not null"
    if "int" in types and "double" in types:
        return "whole numbers and decimals do not mix: write 1.0 for a decimal, or double(…)"
    if "Timestamp" in types and "string" in types:
        return 'a date is written day("2024-01-29")'
    if "bool" in types and "string" in types:
        return "write true or false without quotes"
    if sign in ("&&", "||", "!"):
        return "both sides are conditions, true or false"
    if "string" in types:
        return 'text is written in quotes: "text"'
    return ""


def _plain_syntax(message: str) -> str:
    text = message.removeprefix("Syntax error: ")
    if match := re.match(r"mismatched input '(.*?)' expecting", text):
        found = match.group(1)
        return "the expression ends too early" if found == "<EOF>" else f"{found!r} is out of place"
    if match := re.match(r"extraneous input '(.*?)'", text):
        return f"{match.group(1)!r} is out of place"
    if match := re.match(r"missing '(.*?)'", text):
        return f"{match.group(1)!r} is missing"
    if match := re.match(r"token recognition error at: '(.*)'", text):
        return f"{match.group(1)!r} is not part of the language"
    return text


def _offset(text: str, line: int, column: int) -> int:
    """0-based offset of CEL's 1-based line and 1-based column."""
    lines = text.split("\n")
    before = sum(len(x) + 1 for x in lines[: max(line - 1, 0)])
    return min(before + max(column - 1, 0), len(text))
