"""The base class of all models, and the types of their ids, texts and addresses."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from assay.errors import UsageError

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


# A cheap test that most addresses pass; the others are parsed.
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
"""Lower-case letters, digits and single hyphens: safe in file names and web addresses."""

ClaimReference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN, max_length=201)]
"""``claim`` for a claim of the same profile, ``profile#claim`` for one of another profile."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
"""One or more sentences of plain text, never markup."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
"""A name or a title: one line of plain text."""

WebAddress = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]


Flag = Annotated[bool, Field(strict=True)]
"""``true`` or ``false``, never a word or a number such as yes or 1."""


class Model(BaseModel):
    """Base of all models: frozen, without unknown keys."""

    # Deferred: validators take long to build, and most commands use a few models only.

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Shorthand(Model):
    """A mapping that may be written as the text of one field alone, ``short``."""

    short: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, value: Any) -> Any:
        return {cls.short: value} if isinstance(value, str) else value


_BREAKS = ("\u2028", "\u2029", "\u0085")


def _visible(text: str) -> str:
    for c in text:
        if c in _BREAKS or (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"):
            raise ValueError("the text holds a control character; write plain text")
    return text


def _one_line(text: str) -> str:
    if any(c in "\n\t" for c in _visible(text)):
        raise ValueError("a name is one line of text")
    return text


Plain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_visible),
]
"""One or more sentences without control characters, since terminals show them."""

Person = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_one_line),
]
"""A reviewer's name: one line."""

_PERSON: TypeAdapter[str] = TypeAdapter(Person)


def checked_reviewer(text: str) -> str:
    """Return a valid reviewer's name without outer spaces.

    Raises ``UsageError`` if it is not a :data:`Person`.
    """
    try:
        return _PERSON.validate_python(text)
    except ValidationError as error:
        message = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"the reviewer's name: {message}") from None
