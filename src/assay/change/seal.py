"""Lines of JSON that carry the digest of their own content, so that a changed one is found out."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_MARK = ', "digest": "'
_TAIL = len(_MARK) + 12 + len('"}')
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(value: object) -> str:
    """Twelve hexadecimal digits that stand for a value of plain data, whatever its key order."""
    return _digest(_CANONICAL.encode(value))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def sealed(value: dict[str, Any]) -> str:
    """The value on one line, its digest last; ``value`` is not empty."""
    body = json.dumps(value, ensure_ascii=False)
    return f'{body[:-1]}{_MARK}{_digest(body)}"}}'


def seal_of(line: str) -> str:
    """The digest that a sealed line carries."""
    return line[-14:-2]


def unsealed(line: str) -> dict[str, Any] | None:
    """The value of a sealed line, None where its digest is not that of its content.

    Raises ``ValueError`` where the line is not a JSON object with a digest at its end.
    """
    found = json.loads(line)
    if not isinstance(found, dict) or line[-_TAIL : -_TAIL + len(_MARK)] != _MARK:
        raise ValueError("not a sealed line")
    if _digest(line[:-_TAIL] + "}") != seal_of(line):
        return None
    del found["digest"]
    return found
