"""Random expressions of the rule language, well typed by construction.

The grammar below is data: for each type the ways to make it, with the types of the parts in
braces. Functions and operators come from the table of the language, fields, links and collections
from the schema, so one that is added there is exercised here. What a way in angle brackets means
says the method of that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from tests.package import FUNCTIONS, OPERATORS, SPACES, STANDARD, Collection, Function, Space

ORDERED = ("int", "double", "string", "timestamp", "duration")
PLAIN = ("bool", *ORDERED)
"""The types of values that can be compared."""

_COMPARED = [f"({{{t}}} <order> {{{t}}})" for t in (*ORDERED, "string", "bool")]


def _called(f: Function, parameters: tuple[str, ...]) -> str:
    first, *others = (f"{{{t}}}" for t in parameters)
    if f.rank:
        return f"({first} {f.sign} {others[0]})"
    if f.sign:
        return f"{f.sign}({first})"
    if f.method:
        return f"({first}).{f.name}({', '.join(others)})"
    return f"{f.name}({', '.join((first, *others))})"


def _declared(result: str) -> list[str]:
    """Calls of everything in the table that makes a value of that type from values in a row."""
    return [
        _called(f, o.parameters)
        for f in (*OPERATORS, *STANDARD, *FUNCTIONS)
        for o in f.overloads
        if o.result == result and f.reads is None and {*o.parameters} <= {*PLAIN}
    ]


_CHOICES = {t: [f"({{bool}} ? {{{t}}} : {{{t}}})"] for t in PLAIN}

GRAMMAR: Mapping[str, list[str]] = {
    "bool": [
        *_COMPARED,
        *_CHOICES["bool"],
        *(f"({{{t}}} in [<{t}s>])" for t in PLAIN),
        *(f"({{{t}}} in <mapped {t}>)" for t in PLAIN),
        "({bool} && {bool})",
        "({bool} || {bool})",
        "!({bool})",
        "has(<field>)",
        "has(<field>)",
        "bool({bool})",
        "({string} in {strings})",
        "({string}).contains({string})",
        "({string}).startsWith({string})",
        "({string}).endsWith({string})",
        "({string}).matches(<pattern>)",
        "<quantified>",
        "<quantified>",
        "<quantified>",
        "<over mapped>",
        "<over constants>",
        "<over texts>",
    ],
    "int": [
        *_CHOICES["int"],
        *_declared("int"),
        "size({string})",
        "size({strings})",
        "<size>",
        "<size>",
        "<peers>",
        "<texts kept>",
    ],
    "double": [*_CHOICES["double"], *_declared("double")],
    "string": [*_CHOICES["string"], *_declared("string"), "({strings})[{int}]"],
    "timestamp": [*_CHOICES["timestamp"], *_declared("timestamp")],
    "duration": [*_CHOICES["duration"], *_declared("duration")],
    "strings": ["<texts>"],
}

CONSTANTS: Mapping[str, list[str]] = {
    "bool": ["true", "false"],
    "int": [
        *("0", "1", "2", "3", "-1", "-7", "30", "365", "1000000"),
        *("2147483648", "4611686018427387904", "9223372036854775807", "-9223372036854775808"),
    ],
    "double": ["0.0", "0.5", "1.0", "-2.5", "40.0", "0.1", "1e308", "-1e-308", "9.3e18"],
    "string": [
        *('"record"', '"first_hand"', '"supports"', '"high"', '"models"', '"company"'),
        *('"c0"', '"s1"', '"p0"', '""', '"0"', '"Asia"', "'a \"b\"'", 'r"\\d"'),
        *('"Ämter"', '"ΣΑΣ"', '"İ"', '"straße"', '"\\n"', '"😀é"'),
    ],
    "timestamp": [
        *('day("2024-01-29")', 'day("2025-12-01")', 'day("9999-12-31")'),
        *(
            'timestamp("0001-01-01T00:00:00Z")',
            'timestamp("2025-06-20T12:30:59Z")',
            'timestamp("1969-12-31T23:59:59-05:00")',
        ),
    ],
    "duration": [
        *('duration("0s")', 'duration("24h")', 'duration("-36h")', 'duration("1h30m5s")'),
        *('duration("8760h")', 'duration("2562047h")'),
    ],
}
PATTERNS = [
    *('"^[a-m].*[0-9]$"', "r'\\d+'", '"(?i)^S"', '"."', '"^$"', '"a|e"', "r'\\bfirst\\b'"),
    *("r'^\\w+$'", "r'\\s'", "r'[^\\D]'", '"(s1|c0)?x*"', '"é{1,2}"'),
]
_HOLE = re.compile(r"\{(\w+)\}|<(\w+)(?: (\w+))?>")


@dataclass(frozen=True)
class Scope:
    """Names an expression may use: rows by variable, collections by name, values by type.

    ``depth`` is how deep expressions may still be nested, ``loops`` how many macros.
    """

    rows: Mapping[str, Space]
    collections: Mapping[str, Collection]
    values: Mapping[str, str] = field(default_factory=dict)
    depth: int = 3
    loops: int = 2

    @property
    def deeper(self) -> Scope:
        return replace(self, depth=self.depth - 1)


def subject_scope(subject: str, *, it: str | None = None) -> Scope:
    """What a rule on ``subject`` may use; ``it`` is the element of that collection."""
    space = SPACES[subject]
    collections = {c.name: c for c in space.collections if c.name != "roots"}
    rows = {subject: space} | {link: SPACES[target] for link, target in space.links.items()}
    if it is not None:
        rows["it"] = _element(collections[it])
    return Scope(rows, collections)


def _element(collection: Collection) -> Space:
    space = SPACES[collection.space]
    return space if collection.via is None else SPACES[space.links[collection.via]]


class Conditions:
    """Draws expressions of a wanted type.

    ``named`` has the types of scores and facts by space and name; ``parameters`` of parameters.
    """

    def __init__(
        self,
        random: Random,
        named: Mapping[str, Mapping[str, str]],
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self._random = random
        self._named = named
        self._parameters = parameters or {}
        self._variables = 0

    def of(self, wanted: str, scope: Scope) -> str:
        """An expression of the wanted type."""
        if scope.depth <= 0 or self._random.random() < 0.2:
            return self._leaf(wanted, scope)
        return self._filled(self._random.choice(GRAMMAR[wanted]), scope)

    def _filled(self, way: str, scope: Scope) -> str:
        def part(hole: re.Match[str]) -> str:
            wanted, special, of = hole.groups()
            if wanted:
                return self.of(wanted, scope.deeper)
            if special == "mapped" and of:
                return self._mapped(of, scope)
            if special.removesuffix("s") in CONSTANTS:
                return self._items(special.removesuffix("s"), scope)
            name = f"_{special}_{of}" if of else f"_{special}"
            made: str = getattr(self, name)(scope)
            return made

        return _HOLE.sub(part, way)

    # Leaves ------------------------------------------------------------------------------

    def _leaf(self, wanted: str, scope: Scope) -> str:
        if wanted == "strings":
            return self._texts(scope)
        named = [n for n, type_ in scope.values.items() if type_ == wanted]
        named += [n for n, type_ in self._parameters.items() if type_ == wanted]
        if named and self._random.random() < 0.4:
            return self._random.choice(named)
        if self._random.random() < 0.3:
            return self._constant(wanted)
        return self._field_of(wanted, scope) or self._constant(wanted)

    def _constant(self, wanted: str) -> str:
        return self._random.choice(CONSTANTS[wanted])

    def _items(self, wanted: str, scope: Scope) -> str:
        """The items of a list written out: constants, or expressions among them."""
        count = self._random.randrange(1, 4)
        if self._random.random() < 0.6:
            return ", ".join(self._constant(wanted) for _ in range(count))
        return ", ".join(self.of(wanted, scope.deeper) for _ in range(count))

    def _field_of(self, wanted: str, scope: Scope) -> str | None:
        """A field, score or fact of that type, over up to two links."""
        if not scope.rows:
            return None
        path, space = self._row(scope)
        names = [f.name for f in space.fields if f.type == wanted]
        for part, fields in space.parts.items():
            names += [f"{part}.{f.name}" for f in fields if f.type == wanted]
        for name, type_ in self._named.get(space.name, {}).items():
            if type_ == "score" and wanted == "double":
                names += [name, f"coverage.{name}"]
            elif type_ == wanted:
                names += [name, name]
        return f"{path}.{self._random.choice(names)}" if names else None

    def _field(self, scope: Scope) -> str:
        wanted = self._random.choice([*PLAIN, "strings"])
        return self._field_of(wanted, scope) or self._field_of("string", scope) or _ANY

    def _row(self, scope: Scope) -> tuple[str, Space]:
        name = self._random.choice(sorted(scope.rows))
        path, space = name, scope.rows[name]
        for _ in range(2):
            if space.links and self._random.random() < 0.3:
                link = self._random.choice(sorted(space.links))
                path, space = f"{path}.{link}", SPACES[space.links[link]]
        return path, space

    def _order(self, scope: Scope) -> str:
        return self._random.choice(["==", "!=", "<", "<=", ">", ">="])

    def _pattern(self, scope: Scope) -> str:
        return self._random.choice(PATTERNS)

    # Collections -------------------------------------------------------------------------

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def _range(self, scope: Scope) -> tuple[str, Collection, bool] | None:
        """A collection, and whether it is of another row than the one the rule is about."""
        if scope.loops == 0:
            return None
        if scope.collections and self._random.random() < 0.6:
            name = self._random.choice(sorted(scope.collections))
            return name, scope.collections[name], False
        if not scope.rows:
            return None
        path, space = self._row(scope)
        owned = [c for c in space.collections if c.name != "roots"]
        if not owned:
            return None
        collection = self._random.choice(owned)
        return f"{path}.{collection.name}", collection, path.count(".") > 0

    def _inside(
        self, scope: Scope, collection: Collection, variable: str, *, linked: bool
    ) -> Scope:
        # From a collection of a linked row no way leads back to the names outside.
        return Scope(
            rows={**({} if linked else scope.rows), variable: _element(collection)},
            collections={} if linked else scope.collections,
            values={} if linked else scope.values,
            depth=scope.depth - 1,
            loops=scope.loops - 1,
        )

    def _kept(self, scope: Scope) -> tuple[str, Collection, bool] | None:
        """A collection, filtered once or twice or not at all."""
        found = self._range(scope)
        if found is None:
            return None
        text, collection, linked = found
        while self._random.random() < 0.3:
            v = self._variable()
            inner = self._inside(scope, collection, v, linked=linked)
            text = f"{text}.filter({v}, {self.of('bool', inner)})"
        return text, collection, linked

    def _macro(self) -> str:
        return self._random.choice(["exists", "all", "exists_one"])

    def _quantified(self, scope: Scope) -> str:
        found = self._kept(scope)
        if found is None:
            return self._filled(self._random.choice(_COMPARED), scope)
        text, collection, linked = found
        v = self._variable()
        inner = self._inside(scope, collection, v, linked=linked)
        return f"{text}.{self._macro()}({v}, {self.of('bool', inner)})"

    def _mapped(self, wanted: str, scope: Scope) -> str:
        found = self._kept(scope)
        if found is None:
            return f"[{self._items(wanted, scope)}]"
        text, collection, linked = found
        v = self._variable()
        inner = self._inside(scope, collection, v, linked=linked)
        asked = f"{self.of('bool', inner)}, " if self._random.random() < 0.3 else ""
        return f"{text}.map({v}, {asked}{self.of(wanted, inner)})"

    def _over_mapped(self, scope: Scope) -> str:
        """A macro over what a map made: its variable stands for a value."""
        wanted = self._random.choice(PLAIN)
        mapped = self._mapped(wanted, replace(scope, loops=min(scope.loops, 1)))
        v = self._variable()
        if mapped.startswith("["):
            return self._over(mapped, v, wanted, scope)
        linked = mapped.split("(")[0].count(".") > 2
        outer = replace(scope, rows={}, collections={}, values={}) if linked else scope
        inner = replace(outer, values={**outer.values, v: wanted}, loops=0, depth=scope.depth - 1)
        return f"{mapped}.{self._macro()}({v}, {self.of('bool', inner)})"

    def _over_constants(self, scope: Scope) -> str:
        wanted = self._random.choice(PLAIN)
        items = ", ".join(self._constant(wanted) for _ in range(self._random.randrange(4)))
        return self._over(f"[{items}]", self._variable(), wanted, scope) if items else "true"

    def _over(self, items: str, v: str, wanted: str, scope: Scope) -> str:
        inner = replace(scope.deeper, values={**scope.values, v: wanted})
        return f"{items}.{self._macro()}({v}, {self.of('bool', inner)})"

    def _size(self, scope: Scope) -> str:
        found = self._kept(scope)
        if found is None:
            return self._leaf("int", scope)
        text, collection, linked = found
        if self._random.random() < 0.2:
            v = self._variable()
            inner = self._inside(scope, collection, v, linked=linked)
            text = f"{text}.map({v}, {self.of('string', inner)})"
        return f"size({text})" if self._random.random() < 0.5 else f"{text}.size()"

    def _peers(self, scope: Scope) -> str:
        found = self._kept(scope)
        if found is None or "peer" not in SPACES[found[1].space].links:
            return self._leaf("int", scope)
        return f"{found[0]}.peers()"

    # Lists of texts ----------------------------------------------------------------------

    def _texts(self, scope: Scope) -> str:
        return self._field_of("strings", scope) or f"[{self._items('string', scope)}]"

    def _of_texts(self, scope: Scope, macro: str) -> str:
        texts, v = self._texts(scope), self._variable()
        # Only the item is known there, unless the list is written out.
        inner = Scope({}, {}, {v: "string"}, scope.depth - 1, 0)
        return f"{texts}.{macro}({v}, {self.of('bool', inner)})"

    def _over_texts(self, scope: Scope) -> str:
        return self._of_texts(scope, self._macro())

    def _texts_kept(self, scope: Scope) -> str:
        return f"{self._of_texts(scope, 'filter')}.size()"


_ANY = "profile.id"
