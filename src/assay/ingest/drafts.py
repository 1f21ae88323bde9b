"""What was found in a document as the plain data of YAML documents."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assay.authoring.new import first_free, shorten, slug
from assay.characters import without_unsafe
from assay.evidence.quantities import figures
from assay.ingest.document import Document, one_line
from assay.ingest.items import DraftClaim, DraftProfile, Item

_LONGEST_LINE, _LONGEST_TEXT, _LONGEST_ID = 300, 4000, 80
_DEPTH = 8
_CLAIM_WORDS = 6


def digest(item: Item) -> str:
    """A short digest of all that the item says; where it says it makes no difference."""
    said = [
        item.title,
        str(item.published or ""),
        item.publisher,
        item.url,
        item.passages,
        clean(item.extra),
    ]
    text = json.dumps(said, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


def source_id(item: Item, publisher: str | None, document: Document) -> str:
    """A readable id: who, when, what; always the same for the same first version."""
    title = slug(item.title) or slug(document.stem)
    if not title or (item.mention and not slug(item.title)):
        title = hashlib.sha256(item.key.encode("utf-8")).hexdigest()[:8]
    day = str(item.published).lower() if item.published else ""
    parts = [p for p in (publisher and shorten(publisher, 30), day, title) if p]
    made = shorten("-".join(parts), _LONGEST_ID)
    return made if made.count("-") or len(made) > 5 else f"document-{made}"


def source_data(
    item: Item,
    id_: str,
    publisher: str | None,
    document: Document,
    form: str,
    revises: str | None,
    text_file: str | None,
) -> dict[str, Any]:
    """The source as it is written down; empty fields are left out."""
    extra = clean(item.extra)
    title = one_line(item.title)
    if len(title) > _LONGEST_LINE:
        extra = {"title": title[:_LONGEST_TEXT], **extra}
        title = title[: _LONGEST_LINE - 1].rstrip() + "…"
    credited = one_line(item.attributed_to)[:_LONGEST_LINE] if item.attributed_to else None
    data = {
        "kind": "source",
        "id": id_,
        "title": title or id_,
        "publisher": publisher,
        "url": item.url if item.url and len(item.url) <= 2000 else None,
        "published": str(item.published) if item.published else None,
        "accessed": document.accessed.isoformat() if document.accessed else None,
        "attribution": "named" if credited else None,
        "attributed_to": credited,
        "revises": revises,
        "language": item.language,
        "ingested": _filled(
            {
                "format": form,
                "file": one_line(document.name)[-_LONGEST_LINE:],
                "key": without_unsafe(item.key)[:4500],
                "digest": digest(item),
                "encoding": None if document.encoding == "utf-8" else document.encoding,
                "mention": item.mention,
                "text": text_file,
                "fields": {k: one_line(v)[:_LONGEST_LINE] for k, v in item.where.items()},
                "ignored": [one_line(k)[:_LONGEST_LINE] for k in item.ignored],
            }
        ),
        "extra": extra,
    }
    return _filled(data)


def profile_data(
    draft: DraftProfile, id_: str, source: str, item: Item, name: str | None = None
) -> dict[str, Any]:
    """A profile that is a draft, all claims of which are drafts with their place."""
    claims: list[dict[str, Any]] = []
    taken: set[str] = set()
    for claim in draft.claims:
        data = _claim(claim, source, item, taken)
        taken.add(data["id"])
        claims.append(data)
    watch = [
        _filled(
            {"text": one_line(w.text)[:_LONGEST_TEXT], "trigger": w.trigger and one_line(w.trigger)}
        )
        for w in draft.watch
    ]
    return _filled(
        {
            "kind": draft.kind,
            "id": id_,
            "name": one_line(name or draft.name)[:_LONGEST_LINE],
            **clean(draft.fields),
            "status": "draft",
            "claims": claims,
            "watch": watch,
        }
    )


def _claim(claim: DraftClaim, source: str, item: Item, taken: Container[str]) -> dict[str, Any]:
    text = one_line(claim.text)[:_LONGEST_TEXT]
    base = slug(" ".join(text.split()[:_CLAIM_WORDS]))
    found = figures(text)
    quantity = None
    if len(found) == 1 and found[0].low == found[0].high:
        figure = found[0]
        measure = figure.noun or (None if figure.unit == "%" else figure.unit)
        value = int(figure.low) if figure.low == int(figure.low) else figure.low
        if measure and abs(value) < 2**63:
            quantity = _filled(
                {
                    "measure": measure,
                    "value": value,
                    "qualifier": figure.qualifier,
                    "unit": figure.unit,
                }
            )
    dated = item.published is not None and claim.nature == "attributed"
    return _filled(
        {
            "id": first_free(base or "claim", taken),
            "nature": claim.nature,
            "section": claim.section,
            "text": text,
            "holds": "dated" if dated else None,
            "as_of": str(item.published) if dated else None,
            "quantity": quantity,
            "sources": [{"id": source, "locator": one_line(claim.locator)[:_LONGEST_LINE]}],
            "status": "draft",
        }
    )


@dataclass(frozen=True, slots=True)
class PublisherDraft:
    """A publisher nobody has written down yet."""

    id: str
    name: str
    domain: str | None

    def data(self) -> dict[str, Any]:
        address = self.domain and f"https://{self.domain.lower()}"
        valid = address and re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]{2,}", address)
        return _filled(
            {
                "kind": "publisher",
                "id": self.id,
                "name": one_line(self.name)[:_LONGEST_LINE],
                "url": address if valid else None,
            }
        )


def clean(value: Any, depth: int = 0) -> Any:
    """Plain data that YAML and JSON keep as it is; what is too deep or no number is text."""
    if isinstance(value, Mapping):
        if depth >= _DEPTH:
            return "…"
        return {
            without_unsafe(str(k))[:_LONGEST_LINE]: clean(v, depth + 1) for k, v in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [clean(v, depth + 1) for v in value] if depth < _DEPTH else "…"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return without_unsafe(str(value))


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if v not in (None, "", [], {}, ()) and v is not False}
