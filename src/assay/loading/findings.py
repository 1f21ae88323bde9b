"""What was noticed about a document, before it is looked up where in the file it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from assay.documents.code import Code
from assay.documents.index import Path


class Subject(NamedTuple):
    """One document: the file it is in, relative to the workspace, and which one of that file."""

    file: str
    document: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic whose place is still a path into a document.

    Finding a line and column means walking the file once more, so that is left until somebody
    reads the diagnostic. ``at_key`` points to the key of the value.
    """

    code: Code
    subject: Subject
    path: Path
    message: str
    hint: str = ""
    at_key: bool = False
