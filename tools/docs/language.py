"""The reference of the rule language, from the tables the checker and the compiler read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assay.errors import UsageError
from assay.model.rulebook import SubjectKind
from assay.rules.functions import FUNCTIONS
from assay.rules.parse import variables
from assay.rules.schema import HORIZONS, SPACES, Field, Space
from assay.rules.schema import SUBJECTS as SUBJECT_KINDS
from tools.docs.examples import AS_OF, SUBJECTS, shown, values
from tools.docs.markdown import code, sentence, table

_INTRODUCTION = f"""# The rule language

Conditions and amounts in `rules.yaml` are [CEL](https://cel.dev), the Common Expression Language,
over the rows described here. They are parsed and type-checked by Google's CEL before anything is
scored, and compiled to operations on whole columns.

The values on this page were computed by the engine, on the workspace that `assay init` writes, as
of {AS_OF.isoformat()}, for the profile `{SUBJECTS["profile"]}`, its claim
`{SUBJECTS["claim"].partition("#")[2]}` and that claim's citation of
`{SUBJECTS["citation"].partition("@")[2]}`.

## What is missing

A field that is not filled in is unknown, and a condition over it is unknown, with two exceptions
that are CEL's own: `false && unknown` is false, `true || unknown` is true. Ask with
`has(publisher.reliability)`; comparing with `null` is refused. A rule whose condition is unknown
does nothing, unless it says `on_unknown: apply`, or gives the amount to use: `on_unknown: 0.88`.

## Numbers

Whole numbers and decimals do not mix: `claim.support > 1.0`, not `> 1`; `double(…)` makes a
decimal. Scores are decimals of three places. Amounts are rounded to three places, halves up.

## Names

| where | names |
| --- | --- |
"""

_SENTENCES = """
`{…}` in `because` and in a watch item's `text` holds an expression; `{{` and `}}` are braces.

## Expressions

"""
_BEFORE_FUNCTIONS = """
## Functions

Besides CEL's own `size`, `contains`, `startsWith`, `endsWith`, `matches`, `double`, `int` and
`string`:

"""
_OUTLOOK = f"""
## The outlook

Only watch rules know `outlook`: for each profile scorer with a scale its `band` (an id) and its
`score` at {", ".join(map(code, HORIZONS))}: the as-of date, three months and twelve months later,
with nothing new having arrived.

"""

_CEL: Sequence[tuple[SubjectKind, str, str]] = (
    ("claim", 'claim.nature == "fact" && claim.key', "and; `||` is or, `!` is not"),
    ("claim", 'claim.type in ["figure", "action"]', "one of a list of constants"),
    ("profile", '"ferries" in profile.topics', "in a field that holds a list"),
    ("profile", 'profile.region.contains("Coast")', "also `startsWith`, `endsWith`"),
    ("profile", 'profile.id.matches("^berths-.*")', "a regular expression, as a constant"),
    ("citation", "has(publisher.reliability)", "is it known"),
    ("citation", "has(publisher.owner) ? publisher.owner : publisher.id", "if, then, else"),
    ("citation", "citation.credibility <= 3", "unknown here: nobody rated it"),
    ("profile", "claims.size()", "how many"),
    ("profile", "claims.exists(c, c.confidence < 0.5)", "at least one"),
    ("profile", 'citations.all(c, c.stance == "supports")', "every one; true of none"),
    ("profile", 'citations.exists_one(c, c.directness == "record")', "exactly one"),
    ("profile", "claims.filter(c, c.key).size()", "of those that …"),
    ("profile", "dependents.size()", "edges that lead here"),
    ("profile", 'dependents.exists(d, d.peer.type == "regulator")', "over an edge"),
    ("profile", "downstream.exists(d, d.reach >= 0.1)", "also felt further away"),
    ("profile", "double(claims.size()) / 4.0", "a decimal from a whole number"),
    ("claim", 'citations.filter(c, c.stance == "supports").origins()', "of the supporting ones"),
)
_WATCH = (
    "outlook.confidence.now.band",
    "outlook.confidence.quarter.score",
    "outlook.confidence.year.band != outlook.confidence.now.band",
)
_EDGES = (
    ("An edge: in `dependencies`, `dependents` and `events`", ("dependency", "dependent", "event")),
    ("A profile within reach: in `upstream` and `downstream`", ("upstream", "downstream")),
)


def language_page() -> str:
    """Names, fields, collections and functions, with values computed by the engine."""
    wanted: dict[SubjectKind, list[str]] = {"profile": [], "claim": [], "citation": []}
    for kind, expression, _ in _CEL:
        wanted[kind].append(expression)
    for name in wanted:
        wanted[name] += [e for f, e in _fields(SPACES[name]) if f.type != "strings"]
    wanted["profile"] += [f.example for f in FUNCTIONS]
    value = values(wanted, _WATCH)
    for f in FUNCTIONS:
        if value["profile", f.example] != shown(f.value):
            raise UsageError(f"{f.example} gives {value['profile', f.example]}, not {f.value}")
    return "".join(
        (
            _INTRODUCTION,
            *_names(),
            _SENTENCES,
            table(
                ["expression", "value", "what it asks"],
                ([code(e), value[kind, e], sentence(said)] for kind, e, said in _CEL),
            ),
            _BEFORE_FUNCTIONS,
            table(
                ["function", "gives", "meaning", "example", "value"],
                (
                    [
                        "<br>".join(code(s) for s in _signatures(f.name)),
                        " or ".join(dict.fromkeys(o.result for o in f.overloads)),
                        f.doc,
                        code(f.example),
                        value["profile", f.example],
                    ]
                    for f in FUNCTIONS
                ),
            ),
            "\n## Fields\n",
            *_spaces(value),
            _OUTLOOK,
            table(["expression", "value"], ([code(e), value["watch", e]] for e in _WATCH)),
        )
    )


def _names() -> Iterator[str]:
    for kind in SUBJECT_KINDS:
        names = ", ".join(code(n) for n in variables(kind))
        yield f"| a scorer on a {kind} | {names} |\n"
    yield f"| `where`, `take` and `by` of a pool | the same, and {code('it')}, the element |\n"
    yield f"| a watch rule | those of a profile, and {code('outlook')} |\n"


def _signatures(name: str) -> Iterator[str]:
    f = next(f for f in FUNCTIONS if f.name == name)
    for overload in f.overloads:
        if f.method:
            yield f"{overload.parameters[0]}.{name}({', '.join(overload.parameters[1:])})"
        else:
            yield f"{name}({', '.join(overload.parameters)})"


def _fields(space: Space) -> Iterator[tuple[Field, str]]:
    """The fields of a space with the expression that reads each in a scorer on it."""
    for field in space.fields:
        yield field, f"{space.name}.{field.name}"
    for part, fields in space.parts.items():
        for field in fields:
            yield field, f"{part}.{field.name}"


def _spaces(value: dict[tuple[str, str], str]) -> Iterable[str]:
    for kind in SUBJECT_KINDS[::-1]:
        yield from _subject(SPACES[kind], value)
    for title, names in _EDGES:
        yield f"\n### {title}\n\n"
        fields = SPACES[names[0]].fields
        yield table(
            ["field", "type", "meaning"],
            ([code(f"it.{f.name}"), f.type, sentence(f.doc)] for f in fields),
        )
        yield "\n`it.peer` is the profile at the other end, `it.profile` the one it is asked of.\n"


def _subject(space: Space, value: dict[tuple[str, str], str]) -> Iterable[str]:
    name = space.name
    yield f"\n### A {name}\n\n"
    yield table(
        ["field", "type", "meaning", "value"],
        (
            [
                code(expression),
                "list of string" if field.type == "strings" else field.type,
                sentence(field.doc),
                value.get((name, expression), ""),
            ]
            for field, expression in _fields(space)
        ),
    )
    yield (
        f"\nAlso the scores of the rulebook's scorers on a {name}, by their names, and their "
        f"coverage: `{name}.coverage.NAME`.\n"
    )
    for collection in space.collections:
        if collection.name == "roots":
            continue
        target = SPACES[collection.space].links.get(collection.via or "", collection.space)
        kind = f"a {target} each" if target in SUBJECT_KINDS else "see below"
        yield f"\n- {code(collection.name)}, {kind}: {collection.doc}"
    if space.collections:
        yield "\n"
