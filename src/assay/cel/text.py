"""Expressions as text: those in braces in a sentence, those not parsed yet, and parsed ones again.

A sentence holds expressions in braces: ``all {citations.size()} sources go back to …``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from assay.cel import ast
from assay.cel.functions import function


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression in a sentence, and the 0-based character it starts at."""

    text: str
    offset: int


class TextError(ValueError):
    """Braces that do not match; ``offset`` is where."""

    def __init__(self, message: str, offset: int) -> None:
        self.offset = offset
        super().__init__(message)


def split_text(text: str) -> tuple[str | Hole, ...]:
    """The sentence as its plain parts and its holes; ``{{`` and ``}}`` are braces.

    Raises :class:`TextError` for a brace without its partner and for an empty hole.
    """
    parts: list[str | Hole] = []
    plain = ""
    index = 0
    while index < len(text):
        pair, character = text[index : index + 2], text[index]
        if pair in ("{{", "}}"):
            plain += character
            index += 2
        elif character == "{":
            end = text.find("}", index)
            if end < 0:
                raise TextError("'{' has no '}'", index)
            inside = text[index + 1 : end]
            if not inside.strip():
                raise TextError("nothing between '{' and '}'", index)
            if plain:
                parts.append(plain)
                plain = ""
            parts.append(Hole(inside, index + 1))
            index = end + 1
        elif character == "}":
            raise TextError("'}' has no '{'", index)
        else:
            plain += character
            index += 1
    if plain:
        parts.append(plain)
    return tuple(parts)


# Names in an expression that is not parsed yet ---------------------------------------------

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_MEMBER = re.compile(r"\.\s*(\w+)")
_NAME = re.compile(r"(?<![\w.])\w+")


def members(text: str) -> set[str]:
    """The names behind a dot; not all of them need be fields."""
    return set(_MEMBER.findall(_QUOTED.sub("", text)))


def names(text: str) -> set[str]:
    """The words that are not behind a dot."""
    return set(_NAME.findall(_QUOTED.sub("", text)))


# A checked expression as CEL text again ---------------------------------------------------


def unparse(node: ast.Expression) -> str:
    """The expression as text, with no more brackets than it needs."""
    return _text(node, 0)


def _text(node: ast.Expression, outer: int) -> str:
    match node:
        case ast.Literal():
            return _constant(node.value)
        case ast.Ident():
            return node.name
        case ast.Select():
            text = f"{_text(node.operand, 9)}.{node.field}"
            return f"has({text})" if node.test else text
        case ast.ListOf():
            return f"[{', '.join(_text(i, 0) for i in node.items)}]"
        case ast.Macro():
            asked = "" if node.condition is None else f"{_text(node.condition, 0)}, "
            over, body = _text(node.range, 9), _text(node.body, 0)
            return f"{over}.{node.name}({node.variable}, {asked}{body})"
        case ast.Call():
            return _call(node, outer)


def _call(node: ast.Call, outer: int) -> str:
    declared = function(node.function)
    if declared is not None and declared.rank:
        left, right = node.args
        text = f"{_text(left, declared.rank)} {declared.sign} {_text(right, declared.rank + 1)}"
        return f"({text})" if declared.rank < outer else text
    args = [_text(a, 0) for a in node.args]
    match node.function:
        case "_?_:_":
            condition, then, otherwise = (_text(a, 1) for a in node.args)
            text = f"{condition} ? {then} : {otherwise}"
            return f"({text})" if outer else text
        case "!_":
            return f"!{_text(node.args[0], 9)}"
        case "-_":
            return f"-{_text(node.args[0], 9)}"
        case "_[_]":
            return f"{_text(node.args[0], 9)}[{args[1]}]"
    if node.target is not None:
        return f"{_text(node.target, 9)}.{node.function}({', '.join(args)})"
    return f"{node.function}({', '.join(args)})"


def _constant(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else repr(value)
