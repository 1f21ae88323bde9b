"""The reference of documents: every key of every model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assay.characters import VISIBLE_PATTERN
from assay.model.base import ID_PATTERN, REFERENCE_PATTERN, Model
from assay.model.documents import (
    Citation,
    Claim,
    Closed,
    Correction,
    Dependency,
    Event,
    Factor,
    Gap,
    Image,
    Ingested,
    Institution,
    Publisher,
    Quantity,
    Sentence,
    Signal,
    Source,
    WatchItem,
)
from assay.model.rulebook import (
    Audience,
    Band,
    Ceiling,
    Change,
    Factors,
    FactorScale,
    Guard,
    Pool,
    Reach,
    Rule,
    Rulebook,
    Scorer,
    Settings,
    StandsOn,
    Vocabularies,
    WatchRule,
)
from tools.docs.markdown import code, sentence, table

_INTRODUCTION = """# Documents

A workspace is a folder with `rules.yaml` and `profiles/`. Below `profiles/` are YAML files, in any
folders. A file contains one or more documents, separated by `---`, each with its `kind:`. All kinds
of documents share their ids.

Programs may write many documents into one file. A `.jsonl` file has a document in JSON on each
line. A `.parquet` file has one in each row; its columns are the keys below, with lists and structs
as in YAML, and null for a missing key. The same rules apply, and every error names its line and
column, or its row. assay does not edit such files.

- A **date** states its precision: `2024-01-29`, `2024-01`, `2024-Q1` or `2024`. A **day** is always
  complete: `2024-01-29`.
- An **id** is lower-case letters, digits and single hyphens, at most 100 characters. A reference to
  a **claim** is its id within its own profile, and `profile#claim` elsewhere.
- A **line** is plain text of at most 300 characters, a **text** of up to 4000. Neither is markup or
  has control characters. Both are read as pages show them: letters composed (NFC), and a single
  space for any white space, line breaks included.
- A missing value is unknown: never zero, never a middle value. The ratings `F`, `6` and `unknown`
  read as missing.
- A key that is not listed here is an error.
"""

DOCUMENTS: Sequence[tuple[str, type[Model]]] = (
    ("Publisher", Publisher),
    ("Source", Source),
    ("Ingested: where a source came from", Ingested),
    ("Institution", Institution),
    ("Event", Event),
    ("Claim", Claim),
    ("Citation: one of a claim's `sources`", Citation),
    ("Quantity: the figure of a claim", Quantity),
    ("Dependency: one of `depends_on` or `affects`", Dependency),
    ("Factor: one of `factors`", Factor),
    ("Sentence: one of `summary`", Sentence),
    ("Gap: one of `gaps`", Gap),
    ("Watch item", WatchItem),
    ("Signal: one of `signals`", Signal),
    ("Correction: one of `corrections`", Correction),
    ("Closed: the end of a profile", Closed),
    ("Image", Image),
)
RULES: Sequence[tuple[str, type[Model]]] = (
    ("rules.yaml", Rulebook),
    ("Settings", Settings),
    ("Audience: one of `audiences`", Audience),
    ("Band: a step of a scale", Band),
    ("Vocabularies", Vocabularies),
    ("Reach", Reach),
    ("Factors", Factors),
    ("Factor scale: one of the `scales` of factors", FactorScale),
    ("Scorer", Scorer),
    ("Pool", Pool),
    ("Ceiling", Ceiling),
    ("Stands on: the option `stands_on` of a scorer", StandsOn),
    ("Rule", Rule),
    ("Watch rule", WatchRule),
    ("Guard", Guard),
    ("Change: one of `changes`", Change),
)

_LAST_YEAR = 9999
"""What the schema of a date has, which may be a bare year."""

MEANINGS: dict[str, str] = {
    "kind": "kind of the document",
    "id": "id by which documents, pages and commands refer to it",
    "name": "usual name",
    "aliases": "other names, in any script, which `assay find` searches",
    "title": "title of the publication",
    "url": "web address",
    "publisher": "id of the publisher",
    "published": "date of publication",
    "accessed": "day on which it was last read",
    "retracted": "first day on which it no longer counts",
    "language": "language code, for example `en` or `zh-Hans`",
    "note": "comment; pages show that of a source",
    "reliability_reason": "reason for the reliability; required with one",
    "speaks_for_reason": "reason for `speaks_for`; a missing one is a warning",
    "Closed.because": "reason for the end",
    "FactorScale.words": "the words, each with its number",
    "Factors.scales": "scales of the factors, by name",
    "Scorer.ceiling": "the score that a subject has at most",
    "Scorer.stands_on": "the evidence that a band stands on",
    "region": "region",
    "topics": "topics, in any words",
    "depends_on": "links to the profiles that it depends on",
    "affects": "links to the profiles that the event affects, which depend on it",
    "claims": "claims of the profile",
    "watch": "watch items",
    "image": "picture for the page",
    "audience": "most public audience that may see it, one of `audiences` in the rulebook. "
    "Default: everyone",
    "status": "`draft` if it is checked but neither scored nor shown",
    "date": "date of the event; not together with `from` or `until`",
    "from": "first date of the event",
    "until": "last date of the event",
    "nature": "`fact`, `attributed` (a named person or body states it), or our own `judgement`, "
    "`assumption` or `forecast`",
    "section": "section of the page",
    "text": "claim in one sentence",
    "as_of": "date of a dated claim",
    "quantity": "number that the claim states",
    "sources": "citations: ids of sources, or mappings with details",
    "contradicts": "claims that cannot be true together with it",
    "stance": "whether the source supports or disputes the claim",
    "measure": "measure that the number counts",
    "value": "number",
    "qualifier": "qualification of the number, for example more than or about",
    "unit": "unit of the number",
    "on": "id of the other profile",
    "criticality": "importance of the dependency. Default: unknown",
    "valid_from": "first date of the dependency",
    "valid_until": "last date of the dependency",
    "trigger": "observation that settles it",
    "owner": "person responsible",
    "priority": "urgency",
    "src": "file, relative to `profiles/`",
    "caption": "description of the picture",
    "source_context": "origin and original purpose of the picture",
    "relevance": "relevance for the profile",
    "provenance": "how it was obtained, and its licence",
    "revises": "id of the earlier version of the same publication",
    "version": "version of the file format",
    "settings": "settings of the whole workspace",
    "facts": "named expressions that rules use like fields",
    "Fact.on": "kind of subject",
    "expr": "CEL expression",
    "reason": "reason for the suspension",
    "Disabled.until": "day from which the rule applies again",
    "scales": "bands of each scale, by the scale's name",
    "reach": "strength of effects along dependencies",
    "scorers": "scorers, each of which scores every citation, claim or profile",
    "scale": "scale with the bands of the score. Default: none",
    "grade": "letter or word shown on pages",
    "label": "meaning of the grade, in words",
    "hops": "longest path, in dependencies",
    "damping": "share of the effect that is left at each hop after the first",
    "weights": "share of the effect across one dependency, by criticality",
    "start": "starting score, a number or CEL. Default: 0",
    "pool": "starting score that is computed from a collection",
    "rules": "adjustments of the score, with their conditions",
    "over": "name of the collection",
    "where": "CEL: condition for elements that count; `it` is the element",
    "take": "CEL: number of each element",
    "combine": "operation on the numbers; `noisy_or` is 1 − Π(1 − x)",
    "empty": "score if no element is left",
    "when": "CEL: condition of the rule",
    "add": "amount added to the score",
    "multiply": "factor of the score",
    "floor": "lower limit of the score",
    "cap": "upper limit of the score",
    "action": "kind of change",
    "directness": "directness of an added source",
    "reliability": "reliability of the publisher of an added source",
    "Scorer.name": "name for conditions: lower-case letters, digits and underscores",
    "Scorer.on": "kind of subject that is scored",
    "Band.id": "id for the lock, JSON and conditions",
    "Band.from": "lowest score of the band",
    "Rule.id": "id, unique in its scorer",
    "WatchRule.id": "id, unique among the watch rules",
    "Change.id": "id, unique among the changes",
    "Citation.id": "id of the source",
    "because": "reason for the end",
    "WatchItem.text": "description of the development",
    "Sentence.text": "the sentence",
    "Gap.text": "sentence on what is not known",
    "Audience.id": "id, which documents give as `audience`",
    "WatchRule.when": "CEL: condition of the item",
}
"""Meanings of keys that the models do not describe; ``Model.key`` applies to one model only."""


def documents_page() -> str:
    """Every key that documents and the rulebook may have."""
    parts = [_INTRODUCTION]
    for heading, models in (("", DOCUMENTS), ("\n## The rulebook\n", RULES)):
        parts.append(heading)
        for title, model in models:
            level = "###" if heading else "##"
            about = sentence((model.__doc__ or title).replace("``", "`"))
            parts.append(f"\n{level} {title}\n\n{about}\n\n")
            parts.append(table(["key", "what it holds", "meaning"], _rows(model)))
    return "".join(parts)


def _rows(model: type[Model]) -> Iterator[list[str]]:
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    definitions = schema.get("$defs", {})
    for key, field in sorted(schema["properties"].items(), key=lambda item: item[0] != "kind"):
        form = form_of(field, definitions)
        if "default" in field and isinstance(field["default"], str | int | float):
            form += f"; default {code(_plain(field['default']))}"
        yield [
            f"**{code(key)}**" if key in required else code(key),
            form,
            sentence(meaning(model, key)),
        ]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def meaning(model: type[Model], key: str) -> str:
    """What a key means. Raises ``KeyError`` for one of which nothing is said."""
    named = {f.alias or name: f for name, f in model.model_fields.items()}
    described = named[key].description
    if described and described != "2024-01-29, 2024-01, 2024-Q1 or 2024":
        return described
    return MEANINGS.get(f"{model.__name__}.{key}") or MEANINGS[key]


def form_of(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The form of a value in words."""
    if not field:
        return "anything"
    if "$ref" in field:
        return _reference(field["$ref"], definitions)
    if "allOf" in field:
        return form_of(field["allOf"][0], definitions)
    if "anyOf" in field:
        return _one_of(field["anyOf"], definitions)
    if "enum" in field or "const" in field:
        return ", ".join(code(word) for word in field.get("enum", [field.get("const")]))
    if field["type"] == "array":
        return f"list of {form_of(field['items'], definitions)}"
    if field["type"] == "object":
        of = field.get("additionalProperties") or next(iter(field["patternProperties"].values()))
        return f"by name: {form_of(of, definitions)}"
    if field["type"] == "string":
        return _text(field)
    return "`true` or `false`" if field["type"] == "boolean" else _number(field)


def _one_of(forms: Sequence[dict[str, Any]], definitions: dict[str, Any]) -> str:
    """Forms that are possible; null is not one to be written."""
    if any(f.get("type") == "integer" and f.get("maximum") == _LAST_YEAR for f in forms):
        return "date"
    shown = [form_of(f, definitions) for f in forms if f.get("type") != "null"]
    return " or ".join(dict.fromkeys(shown))


def _reference(reference: str, definitions: dict[str, Any]) -> str:
    name = reference.rpartition("/")[2]
    target = definitions[name]
    if target.get("type") == "object":
        return next(
            (t.partition(":")[0].lower() for t, m in (*DOCUMENTS, *RULES) if m.__name__ == name),
            name,
        )
    return form_of(target, definitions)


def _text(field: dict[str, Any]) -> str:
    if field.get("format") == "date":
        return "day"
    if field.get("pattern") == ID_PATTERN:
        return "id"
    if field.get("pattern") == REFERENCE_PATTERN:
        return "claim"
    if "pattern" in field and field["pattern"] != VISIBLE_PATTERN:
        return f"text of the form {code(field['pattern'])}"
    lengths = {300: "line", 4000: "text", 2000: "web address", 10_000: "CEL"}
    return lengths.get(field.get("maxLength", 0), "text")


def _number(field: dict[str, Any]) -> str:
    noun = "whole number" if field["type"] == "integer" else "number"
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum")
    if low is not None and high is not None:
        return f"{noun} from {low:g} to {high:g}"
    return f"{noun} from {low:g}" if low is not None else noun
