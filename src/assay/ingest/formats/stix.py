"""STIX 2.1 bundles: reports as sources, identities as institutions, relations as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assay.evidence.addresses import canonical_address
from assay.ingest.dates import written_date
from assay.ingest.document import Document, UnreadableDocument, one_line
from assay.ingest.items import DraftClaim, DraftProfile, Format, Item, Items, kept
from assay.ingest.plain import plain

_USED = ("type", "id", "spec_version", "name", "published", "description", "created", "modified")
_Object = Mapping[str, Any]


def _recognise(document: Document) -> str | None:
    head = document.text.lstrip()[:1]
    if head == "{" and '"bundle--' in document.text and '"objects"' in document.text:
        return "it is a STIX bundle by its id"
    return None


def _read(document: Document) -> Items:
    try:
        bundle = json.loads(document.text)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"it is not JSON: {error}") from None
    raw = bundle.get("objects") if isinstance(bundle, dict) else None
    objects = {
        str(o["id"]): o
        for o in (raw if isinstance(raw, list) else [])
        if isinstance(o, dict) and "id" in o
    }
    if not objects:
        raise UnreadableDocument("the bundle has no objects")
    reports = [o for o in objects.values() if o.get("type") in ("report", "note", "opinion")]
    profiles = tuple(_profiles(objects))
    items = [_report(o, objects) for o in reports]
    if not items:
        items = [
            Item(
                key=f"stix:{bundle.get('id')}",
                title=f"STIX bundle {document.stem}",
                where={"title": "the file's name"},
                extra={"objects": len(objects)},
            )
        ]
    first = replace(items[0], drafts=profiles)
    kinds = sorted({str(o.get("type")) for o in objects.values()} - _READ)
    notes = (f"objects that are not read: {', '.join(kinds)}",) if kinds else ()
    mentions = tuple(m for o in reports for m in _references(o))
    return Items((first, *items[1:], *mentions), notes)


_READ = {"report", "note", "opinion", "identity", "relationship", "organization"}


def _report(report: _Object, objects: Mapping[str, _Object]) -> Item:
    title = _text(report.get("name") or report.get("abstract")) or str(report["id"])
    day = report.get("published") or report.get("created")
    author = objects.get(str(report.get("created_by_ref")), {})
    words = plain(str(report.get("description") or report.get("content") or ""))
    extra, ignored = kept(report, _USED)
    where = {"title": f"{report['id']}, name"}
    published = written_date(str(day)) if day else None
    if published:
        where["published"] = f"{report['id']}, published"
    outlet = _text(author.get("name"))
    if outlet:
        where["publisher"] = f"{report['id']}, created_by_ref"
    return Item(
        key=f"stix:{report['id']}",
        title=title,
        published=published,
        publisher=outlet,
        passages=words,
        where=where,
        extra=extra,
        ignored=ignored,
    )


def _references(report: _Object) -> Iterator[Item]:
    raw = report.get("external_references")
    for reference in raw if isinstance(raw, list) else []:
        url = reference.get("url") if isinstance(reference, dict) else None
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            name = _text(reference.get("source_name"))
            title = _text(reference.get("description")) or name or url
            where = dict.fromkeys(("title", "url"), f"{report['id']}, external_references")
            yield Item(
                canonical_address(url),
                title[:300],
                publisher=name,
                url=url,
                where=where,
                mention=True,
            )


def _profiles(objects: Mapping[str, _Object]) -> Iterator[DraftProfile]:
    relations = [o for o in objects.values() if o.get("type") == "relationship"]
    for identity in objects.values():
        name = _text(identity.get("name"))
        if identity.get("type") != "identity" or not name:
            continue
        if identity.get("identity_class") not in (None, "organization", "group", "system"):
            continue
        claims: list[DraftClaim] = []
        if description := plain(str(identity.get("description") or "")):
            claims.append(
                DraftClaim(description, "attributed", "what_it_does", f"{identity['id']}")
            )
        for relation in relations:
            target = objects.get(str(relation.get("target_ref")), {})
            if relation.get("source_ref") == identity["id"] and _text(target.get("name")):
                verb = str(relation.get("relationship_type", "related-to")).replace("-", " ")
                text = f"{name} {verb} {_text(target.get('name'))}."
                claims.append(DraftClaim(text, "attributed", "context", str(relation["id"])))
        yield DraftProfile("institution", name, tuple(claims))


def _text(value: object) -> str | None:
    return one_line(value)[:300] or None if isinstance(value, str) else None


FORMAT = Format("STIX bundle", _recognise, _read)
