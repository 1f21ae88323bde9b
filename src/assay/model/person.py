"""What people write about themselves and their decisions: names of one line, and plain text."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from assay.errors import UsageError

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
"""A sentence or a few, without control characters: it is shown in terminals."""

Person = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_one_line),
]
"""A reviewer's name: one line."""

_PERSON: TypeAdapter[str] = TypeAdapter(Person)


def reviewer_named(text: str) -> str:
    """The name of who decides or applies, spaces around it taken off.

    Raises ``UsageError`` for what is no :data:`Person`.
    """
    try:
        return _PERSON.validate_python(text)
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"the reviewer's name: {said}") from None
