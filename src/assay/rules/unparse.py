"""A checked expression as CEL text again, so that its parts can be shown."""

from __future__ import annotations

import json

from assay.rules import ast

_BINARY = {
    "_&&_": ("&&", 2),
    "_||_": ("||", 1),
    "_==_": ("==", 3),
    "_!=_": ("!=", 3),
    "_<_": ("<", 3),
    "_<=_": ("<=", 3),
    "_>_": (">", 3),
    "_>=_": (">=", 3),
    "@in": ("in", 3),
    "_+_": ("+", 4),
    "_-_": ("-", 4),
    "_*_": ("*", 5),
    "_/_": ("/", 5),
    "_%_": ("%", 5),
}


def unparse(node: ast.Expression) -> str:
    """The expression as text, with no more brackets than it needs."""
    return _text(node, 0)


def _text(node: ast.Expression, outer: int) -> str:
    match node:
        case ast.Literal():
            return _literal(node.value)
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
    if node.function in _BINARY:
        sign, rank = _BINARY[node.function]
        left, right = node.args
        text = f"{_text(left, rank)} {sign} {_text(right, rank + 1)}"
        return f"({text})" if rank < outer else text
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


def _literal(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else repr(value)
