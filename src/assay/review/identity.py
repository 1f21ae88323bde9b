"""Whether two names mean one person, however they were typed."""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = re.compile(r"<?([^\s<>@]+@[^\s<>@]+)>?")
_NOREPLY = re.compile(r"(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com")


def identities(*texts: str | None) -> frozenset[str]:
    """What a person goes by in names, addresses, or ``Name <address>``, normalised.

    Of a name the order of its words, case, accents, width and punctuation do not matter
    (``Example, Zoë`` is ``zoe example``); of an address case and a tag behind a plus do not.
    """
    found: set[str] = set()
    for text in texts:
        if text is None:
            continue
        for address in _ADDRESS.findall(text):
            found.add(_address(address))
        name = _name(_ADDRESS.sub(" ", text))
        if name:
            found.add(name)
    return frozenset(found)


def same_person(one: str, other: str) -> bool:
    """Whether the two have a name or an address in common."""
    return bool(identities(one) & identities(other))


def _name(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"\w+", letters)
    return " ".join(sorted(words)) or " ".join(text.casefold().split())


def _address(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    hidden = _NOREPLY.fullmatch(folded)
    if hidden:
        return f"{hidden[1]}@github"
    local, _, domain = folded.partition("@")
    return f"{local.partition('+')[0] or local}@{domain}"
