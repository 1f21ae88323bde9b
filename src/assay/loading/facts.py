"""What each document says to others: all that they, their checks and their scores rely on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from assay.loading.validate import Document
from assay.model.evidence import Publisher, Source

Facts = dict[str, Any]
"""What a document says to others, as plain data; ``id`` and ``kind`` are always there."""


class Filed(NamedTuple):
    """A file by the digest of its content, with the documents in it.

    ``ids`` and ``kinds`` are theirs, parted by spaces; ``told`` is a list of their facts in JSON,
    read for the few files of which somebody asks.
    """

    digest: str
    ids: str
    kinds: str
    told: bytes

    @property
    def facts(self) -> list[Facts]:
        found: list[Facts] = json.loads(self.told)
        return found


def filed(digest: str, facts: Sequence[Facts]) -> Filed:
    """A file of that content, whose documents have these facts."""
    ids, kinds = (" ".join([f[key] for f in facts]) for key in ("id", "kind"))
    return Filed(digest, ids, kinds, json.dumps(facts, separators=(",", ":")).encode())


def facts_of(model: Document) -> Facts:
    """What other documents, their checks and their scores rely on."""
    facts: Facts = {"id": model.id, "kind": model.kind}
    if isinstance(model, Publisher):
        return facts | {"owner": model.owner, "reliability": model.reliability}
    if isinstance(model, Source):
        return facts | {
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
    return facts | {
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
