"""What was noticed about a rulebook, before it is looked up where in the files it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.documents.code import Code

if TYPE_CHECKING:
    from assay.rules.expressions import Path


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """Something to say about a place of the rulebook.

    ``offset`` is the 0-based character of the text at ``path``, None where the whole is meant.
    """

    code: Code
    path: Path
    message: str
    hint: str = ""
    offset: int | None = None
