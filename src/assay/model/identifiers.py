"""Identifiers of institutions in public registers, with the checks that the registers define."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from assay.model.base import Model

_BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"


def _lei(value: str) -> str:
    """ISO 17442: 18 letters or digits and two check digits by ISO 7064 (modulus 97, base 10)."""
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", value):
        raise ValueError("use 18 capital letters or digits and two check digits")
    if int("".join(str(int(c, 36)) for c in value)) % 97 != 1:
        raise ValueError("correct a typing error: the check digits do not match")
    return value


def _ror(value: str) -> str:
    """A zero, six characters in base 32 and two check digits (ISO 7064)."""
    if not re.fullmatch(rf"0[{_BASE_32}]{{6}}[0-9]{{2}}", value):
        raise ValueError("use the nine characters after https://ror.org/")
    number = 0
    for character in value[1:7]:
        number = number * 32 + _BASE_32.index(character)
    if int(value[7:]) != 98 - number * 100 % 97:
        raise ValueError("correct a typing error: the check digits do not match")
    return value


def _wikidata(value: str) -> str:
    if not re.fullmatch(r"Q[1-9][0-9]{0,11}", value):
        raise ValueError("use the Q and the number of the item, for example Q42")
    return value


def _domain(value: str) -> str:
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    if len(value) > 253 or not re.fullmatch(rf"{label}(?:\.{label})+", value):
        raise ValueError("use the name alone in lower case, for example example.org")
    return value


class Identifiers(Model):
    """Identifiers of an institution in public registers; no two profiles share one."""

    lei: Annotated[
        Annotated[str, AfterValidator(_lei)] | None,
        Field(description="Legal Entity Identifier (ISO 17442)"),
    ] = None
    ror: Annotated[
        Annotated[str, AfterValidator(_ror)] | None,
        Field(description="id in the Research Organization Registry, without https://ror.org/"),
    ] = None
    wikidata: Annotated[
        Annotated[str, AfterValidator(_wikidata)] | None,
        Field(description="item of Wikidata, for example Q42"),
    ] = None
    domain: Annotated[
        Annotated[str, AfterValidator(_domain)] | None,
        Field(description="domain name of its website, for example example.org"),
    ] = None

    def given(self) -> dict[str, str]:
        """Return the known ones by name."""
        return {name: value for name, value in self if value is not None}
