"""The reference of the rule language, from the tables of the checker and the compiler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assay.cel.functions import FUNCTIONS, MACROS, OPERATORS, STANDARD, Example, Function
from assay.cel.parse import variables
from assay.cel.schema import HORIZONS, SPACES, Field, Space
from assay.cel.schema import SUBJECTS as SUBJECT_KINDS
from assay.errors import UsageError
from assay.model.rulebook import SubjectKind
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

## Missing values

A field that is not filled in is unknown, and a condition over it is unknown, with two exceptions
that are CEL's own: `false && unknown` is false, `true || unknown` is true. Ask with
`has(publisher.reliability)`; comparing with `null` is refused. A rule whose condition is unknown
has no effect, unless it has `on_unknown: apply`, or an amount to use: `on_unknown: 0.88`.

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
_BEFORE_OPERATORS = """
## Operators

"""
_BEFORE_STANDARD = """
## CEL's own functions

"""
_BEFORE_FUNCTIONS = """
## Further functions

"""
_OUTLOOK = f"""
## The outlook

Only watch rules know `outlook`: for each profile scorer with a scale its `band` (an id) and its
`score` at {", ".join(map(code, HORIZONS))}: the as-of date, three months and twelve months later,
without new evidence.

"""

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
    """Page of names, fields, collections and functions, with values computed by the engine."""
    wanted: dict[SubjectKind, list[str]] = {kind: [] for kind in SUBJECTS}
    for example in _every_example():
        wanted[example.on].append(example.text)
    for name in wanted:
        wanted[name] += [e for f, e in _fields(SPACES[name]) if f.type != "strings"]
    value = values(wanted, _WATCH)
    for example in _every_example():
        computed, declared = value[example.on, example.text], shown(example.value)
        if computed != declared:
            raise UsageError(f"{example.text} gives {computed}, not {declared}")
    return "".join(
        (
            _INTRODUCTION,
            *_names(),
            _SENTENCES,
            table(
                ["expression", "value", "meaning"],
                (
                    [code(e.text), value[e.on, e.text], sentence(e.says)]
                    for e in _every_example()
                    if e.says
                ),
            ),
            _BEFORE_OPERATORS,
            table(
                ["operator", "on", "meaning"],
                ([code(f.sign), _operand_types(f), f.doc] for f in OPERATORS if f.sign),
            ),
            _BEFORE_STANDARD,
            table(
                ["function", "gives", "meaning"],
                ([_signatures(f), _results(f), f.doc] for f in STANDARD),
            ),
            _BEFORE_FUNCTIONS,
            table(
                ["function", "gives", "meaning", "example", "value"],
                (
                    [
                        _signatures(f),
                        _results(f),
                        f.doc,
                        code(f.examples[0].text),
                        value[f.examples[0].on, f.examples[0].text],
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


def _every_example() -> list[Example]:
    """All examples of the language, operators first and our own functions last."""
    declared = (f.examples for f in (*OPERATORS, *STANDARD))
    own = (f.examples for f in FUNCTIONS)
    return [e for examples in (*declared, *MACROS.values(), *own) for e in examples]


def _signatures(f: Function) -> str:
    written = []
    for overload in f.overloads:
        first, *others = overload.parameters
        if f.method:
            written.append(code(f"{first}.{f.name}({', '.join(others)})"))
        else:
            written.append(code(f"{f.name}({', '.join(overload.parameters)})"))
    return "<br>".join(written)


def _results(f: Function) -> str:
    return " or ".join(dict.fromkeys(o.result for o in f.overloads))


def _operand_types(f: Function) -> str:
    named = (t for o in f.overloads for t in o.parameters[:1] if t != "dyn")
    return ", ".join(dict.fromkeys(named)) or "any value"


def _fields(space: Space) -> Iterator[tuple[Field, str]]:
    """Yield the fields of a space, with the expression that reads each in a scorer on it."""
    for field in space.fields:
        yield field, f"{space.name}.{field.name}"
    for part, fields in space.parts.items():
        for field in fields:
            yield field, f"{part}.{field.name}"


def _spaces(value: dict[tuple[str, str], str]) -> Iterable[str]:
    for kind in (k for k in SUBJECT_KINDS[::-1] if k != "dependent"):
        yield from _subject(SPACES[kind], value)
    for title, names in _EDGES:
        yield f"\n### {title}\n\n"
        fields = SPACES[names[0]].fields
        yield table(
            ["field", "type", "meaning"],
            ([code(f"it.{f.name}"), f.type, sentence(f.doc)] for f in fields),
        )
        if "dependent" in names:
            yield (
                "\nScorers may be on a dependent, an edge in `dependents`. It owns `grounds`: the "
                "claims that support it.\n"
            )
        yield "\n`it.peer` is the profile at the other end, `it.profile` the one being scored.\n"


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
