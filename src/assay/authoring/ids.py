"""Ids made from names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from assay.errors import UsageError
from assay.model.base import ID_PATTERN

_LONGEST = 60


def slug(name: str) -> str:
    """An id from a name: accents dropped, everything but letters and digits a hyphen.

    Empty where the name has letters that are lost that way: half a name is no name.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    if any(ord(c) > 127 and unicodedata.category(c)[0] in "LN" for c in plain):
        return ""
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’")
    return shorten("-".join(re.findall(r"[a-z0-9]+", ascii_only)))


def shorten(slug_: str, longest: int = _LONGEST) -> str:
    """At most ``longest`` characters, cut between words."""
    if len(slug_) <= longest:
        return slug_
    cut = slug_[: longest + 1].rpartition("-")[0]
    return cut or slug_[:longest]


def suggest_id(name: str) -> str:
    """An id for ``name``. Raises ``UsageError`` where none can be made of it."""
    made = slug(name)
    if not made:
        raise UsageError(f"no id can be made of {name!r}; give one with --id")
    return made


def first_free(wanted: str, taken: Container[str]) -> str:
    """``wanted``, or with the first number behind it that is not taken."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def checked_id(given: str) -> str:
    """``given`` if it is an id. Raises ``UsageError`` with one that would be."""
    if not re.fullmatch(ID_PATTERN, given):
        better = slug(given)
        hint = f"; {better!r} would be one" if better else ""
        raise UsageError(
            f"{given!r} is not an id: write lower-case letters, digits and single hyphens{hint}"
        )
    return given
