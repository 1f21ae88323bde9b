"""The reference of documents: every key of every model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assay.model.base import ID_PATTERN, REFERENCE_PATTERN, Model
from assay.model.documents import (
    Citation,
    Claim,
    Dependency,
    Event,
    Image,
    Ingested,
    Institution,
    Publisher,
    Quantity,
    Source,
    WatchItem,
)
from assay.model.rulebook import (
    Band,
    Change,
    Guard,
    Pool,
    Reach,
    Rule,
    Rulebook,
    Scorer,
    Settings,
    WatchRule,
)
from tools.docs.markdown import code, sentence, table

_INTRODUCTION = """# Documents

A workspace is a folder with `rules.yaml` and `profiles/`. Below `profiles/` lie YAML files in any
folders; a file holds one document or several, parted by `---`. `kind:` says what each is. Ids are
shared by all kinds of documents.

Programs may write many documents into one file: `.jsonl` with a document of JSON on each line, or
`.parquet` with one in each row, whose columns are the keys below (lists and structs are what they
are in YAML; null is a key that is not there). They are held to the same rules, and every mistake
names its line and column, or its row. assay does not edit such files.

- A **date** is as precise as it was written: `2024-01-29`, `2024-01`, `2024-Q1` or `2024`. A
  **day** is always `2024-01-29`.
- An **id** is lower-case letters, digits and single hyphens, at most 100 characters. A **claim** is
  named by its id within its own profile, by `profile#claim` from elsewhere.
- A **line** is one line of plain text of at most 300 characters, a **text** has up to 4000. Neither
  is markup.
- What is missing is unknown: never zero, never a middle value. The ratings `F`, `6` and `unknown`
  read as missing.
- A key that is not listed here is a mistake.
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
    ("Watch item", WatchItem),
    ("Image", Image),
)
RULES: Sequence[tuple[str, type[Model]]] = (
    ("rules.yaml", Rulebook),
    ("Settings", Settings),
    ("Band: a step of a scale", Band),
    ("Reach", Reach),
    ("Scorer", Scorer),
    ("Pool", Pool),
    ("Rule", Rule),
    ("Watch rule", WatchRule),
    ("Guard", Guard),
    ("Change: one of `changes`", Change),
)

_LAST_YEAR = 9999
"""What the schema of a date has, which may be a bare year."""

MEANINGS: dict[str, str] = {
    "kind": "what the document is",
    "id": "how other documents and pages call it",
    "name": "as people call it",
    "aliases": "other names, in any script; `assay find` knows them",
    "title": "as the publication gives it",
    "url": "where it is to be found",
    "publisher": "id of the publisher",
    "published": "when it was published",
    "accessed": "when it was last read",
    "retracted": "from this day on it counts for nothing",
    "language": "code of its language: `en`, `zh-Hans`",
    "note": "a remark; pages show that of a source",
    "reliability_reason": "what the reliability rests on; required with one",
    "region": "the region",
    "topics": "topics, in the desk's own words",
    "depends_on": "edges to what it depends on",
    "affects": "edges to the profiles an event affects: they depend on it",
    "claims": "what is said about it, one sentence each",
    "watch": "what to look out for",
    "image": "a picture and why it is there",
    "audience": "who may see it, one of the rulebook's `audiences`; without one, everybody",
    "status": "a draft is checked but not scored or shown",
    "date": "when it happened; not together with `from` and `until`",
    "from": "when it began",
    "until": "when it ended",
    "nature": "a fact; a statement attributed to somebody; a judgement, assumption or forecast of "
    "the desk",
    "section": "the part of the page it belongs to",
    "text": "the sentence",
    "as_of": "the date it is true of",
    "quantity": "the figure it states",
    "sources": "what it cites: source ids, or citations with more to say",
    "contradicts": "claims that cannot be true together with it",
    "stance": "does the source support the claim or dispute it",
    "measure": "what is counted or measured",
    "value": "the number",
    "qualifier": "how the document limits it: more than, about",
    "unit": "in what it is counted",
    "on": "id of the other profile",
    "criticality": "how much hangs on it; without one, unknown",
    "valid_from": "from when on it counts",
    "valid_until": "until when it counts",
    "horizon": "when to look: now, this quarter, this year",
    "trigger": "what would set it off",
    "due": "when it falls due: at the last day of the date",
    "owner": "who looks after it",
    "priority": "how urgent it is",
    "src": "the file, below the workspace's profiles",
    "caption": "what is to be seen",
    "source_context": "where the picture comes from and what it was made for",
    "relevance": "why it is here",
    "provenance": "how it was obtained, and under which licence",
    "revises": "id of the earlier version of the same publication",
    "version": "of the form of this file",
    "settings": "what holds for the whole workspace",
    "facts": "named expressions, for rules to use like fields",
    "Fact.on": "the kind of subject it is about",
    "expr": "the expression",
    "reason": "why it is switched off",
    "Disabled.until": "from this day on it is in force again",
    "scales": "by name, the bands of each scale",
    "reach": "how far a dependency is felt",
    "scorers": "the scores, each computed for every citation, claim or profile",
    "scale": "the scale that names the bands of the score; without one it has none",
    "grade": "what pages print",
    "label": "what the grade means, in words",
    "hops": "the longest path, in edges",
    "damping": "what is left at each hop after the first",
    "weights": "by criticality, what is felt across one edge",
    "start": "what the rules start from, a number or CEL; without it and without a pool, 0",
    "pool": "what the rules start from: a collection, combined",
    "rules": "what is added, multiplied, floored or capped, and when",
    "over": "the collection",
    "where": "CEL: which of its elements count; `it` is the element",
    "take": "CEL: the number taken of each",
    "combine": "`noisy_or` is 1 − Π(1 − x)",
    "empty": "the score where no element is left",
    "when": "CEL: the condition",
    "add": "added to the score",
    "multiply": "multiplied with the score",
    "floor": "the score is at least this",
    "cap": "the score is at most this",
    "action": "what is changed in the evidence to see what would become of the grade",
    "directness": "of the source that is supposed",
    "reliability": "of the publisher that is supposed",
    "Scorer.name": "a word of lower-case letters, digits and underscores, used in conditions",
    "Scorer.on": "what it scores",
    "Band.id": "what the lock, the JSON and conditions call it",
    "Band.from": "the least score in it",
    "Rule.id": "a name, unique in its scorer",
    "WatchRule.id": "a name, unique among the watch rules",
    "Change.id": "a name, unique among the changes",
    "Citation.id": "id of the source",
}
"""What keys mean that the models leave to their names; ``Model.key`` where it is meant there only.

A description in the model goes before these.
"""


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
    if "pattern" in field:
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
