"""What all models share: strictness and the forms of ids and addresses."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
REFERENCE_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*(#[a-z0-9]+(-[a-z0-9]+)*)?$"

# A page is a file named after its id, and these names are devices on one system or another.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "index"] + [f"{d}{n}" for d in ("com", "lpt") for n in range(10)]
)


def _not_reserved(value: str) -> str:
    if value in _DEVICES:
        raise ValueError(f"{value!r} is a reserved file name; choose another id")
    return value


# Most addresses are plainly well formed, and told so at once.
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:/[!-~]*)?", re.ASCII)


def _web_address(value: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(value):
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a web address that starts with https:// or http://")
    if any(c.isspace() or ord(c) < 32 for c in value):
        raise ValueError("a web address has no spaces or control characters")
    return value


Id = Annotated[
    str,
    StringConstraints(pattern=ID_PATTERN, min_length=1, max_length=100),
    AfterValidator(_not_reserved),
]
"""Lower-case letters, digits and single hyphens: safe as file name and in an address."""

ClaimReference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN, max_length=201)]
"""``claim`` for a claim of the same profile, ``profile#claim`` for one of another."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""A sentence or a few: plain text, never markup."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
"""A name or a title: one line of plain text."""

WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]


Flag = Annotated[bool, Field(strict=True)]
"""``true`` or ``false``, not a word or a number that could be meant as one."""


class Model(BaseModel):
    """Frozen and without room for keys nobody knows.

    How a model is validated is worked out when the first is: most commands validate a few kinds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
