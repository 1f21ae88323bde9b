"""The base class of all models, and the types of their ids, texts and addresses."""

from __future__ import annotations

import re
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

from assay.characters import VISIBLE_PATTERN, normalised, unsafe_character
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


def visible(text: str) -> str:
    """Return the text; raises ``ValueError`` if it has a character that none may have."""
    at = unsafe_character(text)
    if at is not None:
        raise ValueError(f"the text has the invisible character U+{ord(text[at]):04X}; remove it")
    return text


# A cheap test that most addresses pass; the others are parsed.
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:/[!-~]*)?", re.ASCII)


def _web_address(value: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(value):
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a web address that starts with https:// or http://")
    if any(c.isspace() for c in value) or unsafe_character(value) is not None:
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

# Texts are compared as pages show them: a line break or a decomposed letter is no rewording.
Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=4000, pattern=VISIBLE_PATTERN
    ),
    AfterValidator(normalised),
]
"""One or more sentences of plain text, never markup; :func:`normalised`."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=VISIBLE_PATTERN),
    AfterValidator(normalised),
]
"""A name or a title: plain text, :func:`normalised`."""

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


Plain = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(visible),
    AfterValidator(normalised),
]
"""A :data:`Text` of the ledger, whose errors are reported in the words of the validator."""


def _one_name(text: str) -> str:
    if any(c in "\n\t" for c in visible(text)):
        raise ValueError("a name is one line of text")  # two lines may be two people
    return text


Person = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_one_name),
    AfterValidator(normalised),
]
"""A reviewer's name."""

_PLAIN: TypeAdapter[str] = TypeAdapter(Plain)
_PERSON: TypeAdapter[str] = TypeAdapter(Person)


def checked_reviewer(text: str) -> str:
    """Return a valid reviewer's name. Raises ``UsageError`` if it is not a :data:`Person`."""
    return _checked(_PERSON, text, "the reviewer's name")


def checked_reason(text: str) -> str:
    """Return a valid reason, or the empty one. Raises ``UsageError`` for any other text."""
    return _checked(_PLAIN, text, "the reason") if text.strip() else ""


def _checked(kind: TypeAdapter[str], text: str, name: str) -> str:
    try:
        return kind.validate_python(text)
    except ValidationError as error:
        message = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"{name}: {message}") from None
