"""Where sentences end."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9ÀÁÂÄÇÉÈÊÍÎÓÔÖÚÛÜÑ¿¡\u3040-\u9fff\uac00-\ud7af])|(?<=[。！？])"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Inc|Ltd|Co|Corp|No|Nos|vs|etc|approx|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|Gen|Sen|Rep|Gov|Fig|e\.g|i\.e|cf)|\b[A-Z]|\b[A-Z](?:\.[A-Z])+)\.$"
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order, without the space between them."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()]):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [s for s in found if s]
