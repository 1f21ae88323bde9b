"""What was noticed about a rulebook, before it is looked up where in the files it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.documents.code import Code
from assay.rules.codes import RULE_CODES

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


_CODES = {code.slug: code for code in RULE_CODES}


def findings_to_json(findings: Iterable[RuleFinding]) -> bytes:
    """Findings as JSON, each by the slug of its code."""
    return json.dumps(
        [[f.code.slug, f.path, f.message, f.hint, f.offset] for f in findings]
    ).encode()


def findings_from_json(data: bytes) -> list[RuleFinding]:
    """The findings that :func:`findings_to_json` wrote."""
    return [
        RuleFinding(_CODES[slug], tuple(path), message, hint, offset)
        for slug, path, message, hint, offset in json.loads(data)
    ]
