"""Plain data as YAML text in the form an analyst would write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ryaml import InvalidYamlError, loads

# Read as truth values by YAML 1.1, which some editors and scripts still speak.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off"])
_FLOW = re.compile(r"[\[\]{},]")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def block(data: Mapping[str, Any] | Sequence[Any], indent: int = 0) -> str:
    """Lines of block style, each ended by a line feed, the first one indented as well."""
    return "".join(f"{' ' * indent}{line}\n" for line in _lines(data))


def flow(data: Any) -> str:
    """The data on one line: ``{id: a, stance: disputes}``, ``[a, b]``, or a scalar."""
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{_key(k)}: {flow(v)}" for k, v in data.items()) + "}"
    if _is_list(data):
        return "[" + ", ".join(flow(v) for v in data) + "]"
    return scalar(data)


def scalar(value: Any) -> str:
    """A scalar that reads back as itself wherever it stands, in quotes only where needed."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    if _is_plain(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", quoted)


def _lines(data: Mapping[str, Any] | Sequence[Any]) -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            if _is_short(value):
                yield f"{_key(key)}: {flow(value)}"
            else:
                yield f"{_key(key)}:"
                yield from ("  " + line for line in _lines(value))
        return
    for item in data:
        if _is_short(item) or not isinstance(item, Mapping):
            yield f"- {flow(item)}"
            continue
        first, *rest = _lines(item)
        yield f"- {first}"
        yield from ("  " + line for line in rest)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_short(value: Any) -> bool:
    """Scalars, and lists of scalars that fit on a line."""
    if isinstance(value, Mapping):
        return not value
    if not _is_list(value):
        return True
    if any(isinstance(item, Mapping) or _is_list(item) for item in value):
        return False
    return len(flow(value)) <= 80


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z_]+", key) else scalar(key)


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or text.lower() in _WORDS:
        return False
    if "\n" in text or "\r" in text or "\t" in text or _FLOW.search(text) or _ESCAPED.search(text):
        return False
    try:
        return bool(loads(f"[{text}]") == [text]) and bool(loads(f"a: {text}") == {"a": text})
    except InvalidYamlError:
        return False
