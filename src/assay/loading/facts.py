"""What each document says to others: all that they, their checks and their scores rely on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assay.loading.validate import Document
from assay.model.evidence import Publisher, Source

Facts = dict[str, Any]
"""What a document says to others, as plain data; ``id`` and ``kind`` are always there."""


def facts_of(model: Document) -> Facts:
    """What other documents, their checks and their scores rely on, as far as it is there."""
    told = {"id": model.id, "kind": model.kind} | _told(model)
    return {key: value for key, value in told.items() if value}


def _told(model: Document) -> Facts:
    if isinstance(model, Publisher):
        return {"owner": model.owner, "reliability": model.reliability}
    if isinstance(model, Source):
        return {
            "publisher": model.publisher,
            "published": model.published.text if model.published else None,
            "accessed": model.accessed.isoformat() if model.accessed else None,
            "retracted": model.retracted.isoformat() if model.retracted else None,
            "directness": model.directness,
            "attribution": model.attribution,
            "revises": model.revises,
            "cites": list(model.cites),
            "same_as": list(model.same_as),
            "not_same_as": list(model.not_same_as),
        }
    return {
        "audience": model.audience,
        "status": model.status,
        "embargo": model.embargo.isoformat() if model.embargo else None,
        "part_of": [e.on for e in model.depends_on if e.relation == "part_of"],
        "claims": {c.id: [c.nature, list(c.rests_on), c.audience, c.status] for c in model.claims},
    }


def keeps(before: Facts, after: Facts) -> bool:
    """Whether a document still says all that others rely on; further claims do no harm."""
    claims = before.get("claims", {})
    kept = {name: after.get("claims", {}).get(name) for name in claims}
    return {**before, "claims": claims} == {**after, "claims": kept}


def sameness(facts: Iterable[Facts]) -> dict[str, list[str]]:
    """For each source that was decided to be the same as others, the others."""
    same: dict[str, list[str]] = {}
    for told in facts:
        for other in told.get("same_as", ()):
            same.setdefault(told["id"], []).append(other)
            same.setdefault(other, []).append(told["id"])
    return same
