"""Small corpora for the tests of the plain implementation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assay.model.documents import AnyProfile, Claim, Corpus, Event, Institution, Publisher, Source

AS_OF = date(2026, 1, 15)
PERIODS = {"figure": 180, "role": 365, "mandate": 1825, "default": 365}


def publisher(id_: str, reliability: str | None = None, **fields: Any) -> Publisher:
    reason = "as we have found it" if reliability else None
    return Publisher.model_validate(
        {
            "kind": "publisher",
            "id": id_,
            "name": id_,
            "reliability": reliability,
            "reliability_reason": reason,
            "speaks_for_reason": "its own site" if fields.get("speaks_for") else None,
            **fields,
        }
    )


def source(id_: str, publisher: str | None, directness: str | None, **fields: Any) -> Source:
    given = {"kind": "source", "id": id_, "title": id_, "publisher": publisher}
    if fields.get("not_same_as"):
        given["not_same_as_reason"] = "they share nothing"
    return Source.model_validate({**given, "directness": directness, **fields})


def claim(id_: str, *cited: str | Mapping[str, Any], nature: str = "fact", **fields: Any) -> Claim:
    given = {"id": id_, "nature": nature, "text": f"Claim {id_}.", "holds": "dated"}
    return Claim.model_validate({**given, "sources": cited, **fields})


def institution(id_: str, *claims: Claim, **fields: Any) -> Institution:
    given = {"kind": "institution", "id": id_, "name": id_, "claims": claims}
    return Institution.model_validate({**given, **fields})


def event(id_: str, *claims: Claim, **fields: Any) -> Event:
    given = {"kind": "event", "id": id_, "name": id_, "claims": claims}
    return Event.model_validate({**given, **fields})


Document = Publisher | Source | AnyProfile


def corpus(*documents: Document) -> Corpus:
    publishers, sources, profiles = {}, {}, {}
    for document in documents:
        if isinstance(document, Publisher):
            publishers[document.id] = document
        elif isinstance(document, Source):
            sources[document.id] = document
        else:
            profiles[document.id] = document
    return Corpus(
        dict(sorted(publishers.items())),
        dict(sorted(sources.items())),
        dict(sorted(profiles.items())),
    )
