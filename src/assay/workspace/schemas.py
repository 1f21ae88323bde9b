"""JSON Schemas of the documents and the rulebook, for editors.

Two schemas are committed, generated from the models alone. Two more are in a workspace's cache and
include its ids and the words of its vocabularies, so that an editor completes them with their
titles and meanings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from assay.model.base import Shorthand
from assay.model.documents import Citation, Gap, Institution
from assay.model.rulebook import Audience, Rulebook, Vocabularies
from assay.workspace.load import Loaded
from assay.workspace.validate import KINDS

PROFILE_SCHEMA = "profile.schema.json"
RULES_SCHEMA = "rules.schema.json"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_Json = dict[str, Any]

# References to other documents and vocabularies: definition, key, kind of target.
_REFERENCES: tuple[tuple[str, str, str], ...] = (
    ("Publisher", "speaks_for", "institution"),
    ("Source", "publisher", "publisher"),
    ("Source", "cites", "source"),
    ("Source", "revises", "source"),
    ("Source", "same_as", "source"),
    ("Source", "not_same_as", "source"),
    ("Citation", "id", "source"),
    ("Citation", "cites", "source"),
    ("Dependency", "on", "profile"),
    ("Dependency", "claims", "claim"),
    ("Claim", "actor", "institution"),
    ("Factor", "claims", "claim"),
    ("Claim", "rests_on", "claim"),
    ("Claim", "contradicts", "claim"),
    ("Claim", "alternative_to", "claim"),
    *((d, "audience", "audience") for d in ("Institution", "Event", "Claim", "Dependency")),
    *((d, "audience", "audience") for d in ("WatchItem", "Gap", "Correction")),
    *((d, "claims", "claim") for d in ("Sentence", "Signal")),
    ("Institution", "type", "type of institution"),
    ("Event", "type", "type of event"),
    *((d, key, key) for d in ("Institution", "Event") for key in ("region", "domain")),
    ("Dependency", "relation", "relation"),
)


def profile_schema() -> _Json:
    """Return the schema of all kinds of documents, chosen by ``kind``."""
    _, made = models_json_schema([(m, "validation") for m in KINDS.values()])
    definitions: _Json = made["$defs"]
    _allow_short_forms(definitions)
    return {
        "$schema": _DIALECT,
        "title": "A document of an assay workspace",
        "type": "object",
        "properties": {"kind": {"enum": list(KINDS), "description": "what the document is"}},
        "required": ["kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{model.__name__}"},
            }
            for kind, model in KINDS.items()
        ],
        "$defs": definitions,
    }


def rules_schema() -> _Json:
    """Return the schema of ``rules.yaml``."""
    schema = Rulebook.model_json_schema()
    audiences = schema["properties"]["audiences"]
    audiences["items"] = _short_form(
        schema["$defs"], Audience, "the id of an audience", "of the audience"
    )
    return {"$schema": _DIALECT, **schema}


def workspace_schema(loaded: Loaded) -> _Json:
    """Return the schema of documents with the workspace's ids and words, and their meanings.

    Others are accepted too if their form is right: the schema may be older than the document.
    """
    schema = profile_schema()
    known = dict(_known(loaded))
    for definition, key, kind in _REFERENCES:
        _suggest(schema["$defs"][definition]["properties"][key], known[kind])
    _suggest(schema["$defs"]["CitationOrId"]["anyOf"][0], known["source"])
    return schema


def editor_schemas(loaded: Loaded) -> dict[Path, bytes]:
    """Return the schemas for the workspace's cache, by path."""
    cache = loaded.workspace.cache_dir
    return {
        cache / PROFILE_SCHEMA: encoded(workspace_schema(loaded)),
        cache / RULES_SCHEMA: encoded(rules_schema()),
    }


def schema_files() -> dict[str, bytes]:
    """Return the committed schemas by file name."""
    return {PROFILE_SCHEMA: encoded(profile_schema()), RULES_SCHEMA: encoded(rules_schema())}


def encoded(schema: _Json) -> bytes:
    """Encode a schema as a file: indented UTF-8 that ends with a line feed."""
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _allow_short_forms(definitions: _Json) -> None:
    """Add forms that the models normalise: bare ids, and words for a missing rating."""
    citation = definitions["Citation"]
    sources = definitions["Claim"]["properties"]["sources"]
    sources["items"] = _short_form(definitions, Citation, "a source", "of the citation")
    for profile in ("Institution", "Event"):
        gaps = definitions[profile]["properties"]["gaps"]
        gaps["items"] = _short_form(definitions, Gap, "what is not known", "of the gap")
    definitions["Publisher"]["properties"]["reliability"]["anyOf"].append(
        {"enum": ["F", "unknown"]}
    )
    citation["properties"]["credibility"]["anyOf"].append({"enum": [6, "6", "unknown"]})


def _short_form(definitions: _Json, model: type[Shorthand], noun: str, of: str) -> _Json:
    """Define the short and the full form of a model; return the reference to both."""
    name, short = model.__name__, model.short
    both = f"{name}Or{short.capitalize()}"
    definitions[both] = {
        "anyOf": [dict(definitions[name]["properties"][short]), {"$ref": f"#/$defs/{name}"}],
        "description": f"{noun}, or {{{short}: …}} with details {of}",
    }
    return {"$ref": f"#/$defs/{both}"}


def _suggest(field: _Json, known: Mapping[str, str]) -> None:
    """Offer the known ids for the texts of ``field``; accept others of the same form."""
    if not known:
        return
    for part in list(_texts(field)):
        form = {k: part.pop(k) for k in ("type", "pattern", "minLength", "maxLength") if k in part}
        ids = {"enum": list(known), "enumDescriptions": list(known.values())}
        part["anyOf"] = [ids, form]


def _texts(field: _Json) -> Iterator[_Json]:
    if field.get("type") == "string":
        yield field
    if "items" in field:
        yield from _texts(field["items"])
    for part in field.get("anyOf", ()):
        yield from _texts(part)


def _known(loaded: Loaded) -> Iterator[tuple[str, dict[str, str]]]:
    corpus = loaded.corpus
    yield "publisher", {p.id: p.name for p in corpus.publishers.values()}
    yield "source", {s.id: s.title for s in corpus.sources.values()}
    yield "profile", {p.id: p.name for p in corpus.profiles.values()}
    institutions = (p for p in corpus.profiles.values() if isinstance(p, Institution))
    yield "institution", {p.id: p.name for p in institutions}
    yield (
        "claim",
        {f"{p.id}#{c.id}": c.text for p in corpus.profiles.values() for c in p.claims},
    )
    audiences = loaded.rulebook.audiences if loaded.rulebook is not None else ()
    yield "audience", dict.fromkeys(audiences, "")
    words = loaded.rulebook.vocabularies if loaded.rulebook is not None else Vocabularies()
    yield "type of institution", _meanings(words.types_of("institution"))
    yield "type of event", _meanings(words.types_of("event"))
    yield "region", _meanings(words.regions)
    yield "domain", _meanings(words.domains)
    yield "relation", _meanings(words.relations)


def _meanings(words: Mapping[str, str | None] | None) -> dict[str, str]:
    return {word: meaning or "" for word, meaning in (words or {}).items()}
