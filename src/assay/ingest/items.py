"""What a reader of a format finds in a document, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.ingest.document import Document
from assay.model.dates import PartialDate

_BLOB = re.compile(r"[A-Za-z0-9+/=;_-]{200,}")
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A sentence for an analyst to confirm, and where it stands in the document."""

    text: str
    nature: str
    section: str
    locator: str


@dataclass(frozen=True, slots=True)
class DraftWatch:
    """Something to look out for within a year, as the document says it."""

    text: str
    trigger: str | None = None


@dataclass(frozen=True, slots=True)
class DraftProfile:
    """An institution or an event that the document speaks of."""

    kind: str
    name: str
    claims: tuple[DraftClaim, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    watch: tuple[DraftWatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One publication found in a document.

    ``key`` says which publication it is, whatever becomes of its text. ``where`` says for each
    field where its value stands. A ``mention`` is known from another document only: it never
    stands for a new version. ``passages`` is its text in plain words.
    """

    key: str
    title: str
    published: PartialDate | None = None
    publisher: str | None = None
    domain: str | None = None
    url: str | None = None
    language: str | None = None
    attributed_to: str | None = None
    passages: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    drafts: tuple[DraftProfile, ...] = ()
    mention: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """All publications of one document, and what was noticed while reading it."""

    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A form that documents arrive in.

    ``recognise`` gives the reason why a document is of this form, or None. ``read`` may raise
    ``UnreadableDocument``.
    """

    name: str
    recognise: Callable[[Document], str | None]
    read: Callable[[Document], Items]


def kept(data: Mapping[str, Any], used: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields nobody asked for, and the names of the opaque ones that are left out."""
    extra: dict[str, Any] = {}
    ignored: list[str] = []
    for key, value in data.items():
        if key in used or value in (None, "", [], {}):
            continue
        if isinstance(value, str) and (_BLOB.search(value) or len(value) > _LONGEST):
            ignored.append(key)
        else:
            extra[key] = value
    return extra, tuple(ignored)
