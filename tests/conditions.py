"""Random conditions of the rule language, well typed by construction.

They are drawn from the schema, so a field or collection added there is exercised here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from assay.rules.schema import SPACES, Collection, Space

_TEXTS = ["record", "first_hand", "supports", "high", "c0", "s1", "p0", "models", "company", ""]
_VARIABLES = "abc"


@dataclass(frozen=True)
class Scope:
    """Names a condition may use: rows by variable, collections by name.

    ``depth`` is how deep expressions may still be nested, ``loops`` how many macros.
    """

    rows: Mapping[str, Space]
    collections: Mapping[str, Collection]
    depth: int = 3
    loops: int = 2

    @property
    def deeper(self) -> Scope:
        return replace(self, depth=self.depth - 1)


def subject_scope(subject: str) -> Scope:
    """What a rule on ``subject`` may use."""
    space = SPACES[subject]
    return Scope({subject: space}, {c.name: c for c in space.collections if c.name != "roots"})


class Conditions:
    """Draws expressions of a wanted type; ``scores`` names the scorers by space."""

    def __init__(self, random: Random, scores: Mapping[str, tuple[str, ...]]) -> None:
        self._random = random
        self._scores = scores
        self._makers: dict[str, list[Callable[[Scope], str]]] = {
            "bool": [
                self._logic,
                self._not,
                self._compared,
                self._compared,
                self._has,
                self._in,
                self._choice("bool"),
                self._quantified,
                self._quantified,
                self._mapped,
                self._text_test,
            ],
            "int": [
                self._arithmetic("int", "+-*/%"),
                self._size,
                self._size,
                self._origins,
                self._extreme("int"),
                self._choice("int"),
                lambda s: f"size({self.of('string', s.deeper)})",
                lambda s: f"-({self.of('int', s.deeper)})",
            ],
            "double": [
                self._arithmetic("double", "+-*/"),
                self._extreme("double"),
                self._choice("double"),
                lambda s: f"double({self.of('int', s.deeper)})",
                self._half_life,
                self._clamped,
            ],
            "string": [
                self._choice("string"),
                lambda s: f"({self.of('string', s.deeper)} + {self.of('string', s.deeper)})",
                lambda s: f"string({self.of('int', s.deeper)})",
            ],
        }

    def of(self, wanted: str, scope: Scope) -> str:
        """An expression of the wanted type."""
        if scope.depth <= 0 or self._random.random() < 0.2:
            return self._leaf(wanted, scope)
        return self._random.choice(self._makers[wanted])(scope)

    # Leaves ------------------------------------------------------------------------------

    def _leaf(self, wanted: str, scope: Scope) -> str:
        if wanted != "bool" and self._random.random() < 0.3:
            return self._constant(wanted)
        return self._field(wanted, scope) or self._constant(wanted)

    def _constant(self, wanted: str) -> str:
        choices = {
            "bool": ["true", "false"],
            "int": ["0", "1", "2", "-1", "365"],
            "double": ["0.0", "0.5", "1.0", "-2.5", "40.0"],
            "string": [f'"{text}"' for text in _TEXTS],
        }
        return self._random.choice(choices[wanted])

    def _field(self, wanted: str, scope: Scope) -> str | None:
        """A field of that type, over up to two links."""
        path, space = self._row(scope)
        names = [f.name for f in space.fields if f.type == wanted]
        for part, fields in space.parts.items():
            names += [f"{part}.{f.name}" for f in fields if f.type == wanted]
        if wanted == "double":
            scores = self._scores.get(space.name, ())
            names += [*scores, *(f"coverage.{s}" for s in scores)]
        return f"{path}.{self._random.choice(names)}" if names else None

    def _row(self, scope: Scope) -> tuple[str, Space]:
        name = self._random.choice(sorted(scope.rows))
        path, space = name, scope.rows[name]
        for _ in range(2):
            if space.links and self._random.random() < 0.3:
                link = self._random.choice(sorted(space.links))
                path, space = f"{path}.{link}", SPACES[space.links[link]]
        return path, space

    # Conditions --------------------------------------------------------------------------

    def _logic(self, scope: Scope) -> str:
        sign = self._random.choice(["&&", "||"])
        return f"({self.of('bool', scope.deeper)} {sign} {self.of('bool', scope.deeper)})"

    def _not(self, scope: Scope) -> str:
        return f"!({self.of('bool', scope.deeper)})"

    def _compared(self, scope: Scope) -> str:
        wanted = self._random.choice(["int", "double", "string", "string", "bool"])
        sign = self._random.choice(["==", "!=", "<", "<=", ">", ">="])
        return f"({self.of(wanted, scope.deeper)} {sign} {self.of(wanted, scope.deeper)})"

    def _has(self, scope: Scope) -> str:
        wanted = self._random.choice(["int", "double", "string", "bool"])
        field = self._field(wanted, scope)
        return f"has({field})" if field else "true"

    def _in(self, scope: Scope) -> str:
        path, space = self._row(scope)
        if space.name == "profile" and self._random.random() < 0.5:
            return f"({self._constant('string')} in {path}.topics)"
        wanted = self._random.choice(["int", "string", "double"])
        items = ", ".join(self._constant(wanted) for _ in range(self._random.randrange(4)))
        return f"({self.of(wanted, scope.deeper)} in [{items}])" if items else "true"

    def _choice(self, wanted: str) -> Callable[[Scope], str]:
        def made(scope: Scope) -> str:
            inner = scope.deeper
            one, other = self.of(wanted, inner), self.of(wanted, inner)
            return f"({self.of('bool', inner)} ? {one} : {other})"

        return made

    def _text_test(self, scope: Scope) -> str:
        method = self._random.choice(["contains", "startsWith", "endsWith"])
        if self._random.random() < 0.2:
            return f'({self.of("string", scope.deeper)}).matches("^[a-m].*[0-9]$")'
        text = self._constant("string")
        return f"({self.of('string', scope.deeper)}).{method}({text})"

    # Numbers -----------------------------------------------------------------------------

    def _arithmetic(self, wanted: str, signs: str) -> Callable[[Scope], str]:
        def made(scope: Scope) -> str:
            sign = self._random.choice(signs)
            return f"({self.of(wanted, scope.deeper)} {sign} {self.of(wanted, scope.deeper)})"

        return made

    def _extreme(self, wanted: str) -> Callable[[Scope], str]:
        def made(scope: Scope) -> str:
            name = self._random.choice(["min", "max"])
            return f"{name}({self.of(wanted, scope.deeper)}, {self.of(wanted, scope.deeper)})"

        return made

    def _half_life(self, scope: Scope) -> str:
        return f"half_life({self.of('int', scope.deeper)}, {self.of('int', scope.deeper)})"

    def _clamped(self, scope: Scope) -> str:
        return f"clamp({self.of('double', scope.deeper)}, 0.25, 1.0)"

    # Collections -------------------------------------------------------------------------

    def _range(self, scope: Scope) -> tuple[str, Collection, bool]:
        """A collection, and whether it is of another row than the one the rule is about."""
        path, space = self._row(scope)
        if scope.collections and self._random.random() < 0.6:
            name = self._random.choice(sorted(scope.collections))
            return name, scope.collections[name], False
        if not space.collections:
            name = self._random.choice(sorted(scope.collections)) if scope.collections else ""
            return (name, scope.collections[name], False) if name else (path, _NONE, True)
        collection = self._random.choice(space.collections)
        return f"{path}.{collection.name}", collection, path.count(".") > 0

    def _inside(self, scope: Scope, collection: Collection, *, linked: bool) -> tuple[str, Scope]:
        variable = _VARIABLES[scope.loops]
        space = SPACES[collection.space]
        if collection.via is not None:
            space = SPACES[space.links[collection.via]]
        # From a collection of a linked row no way leads back to the names outside.
        outer: dict[str, Space] = {} if linked else dict(scope.rows)
        collections = {} if linked else scope.collections
        inner = Scope({**outer, variable: space}, collections, scope.depth - 1, scope.loops - 1)
        return variable, inner

    def _quantified(self, scope: Scope) -> str:
        text, collection, linked = self._range(scope)
        if scope.loops == 0 or collection is _NONE:
            return self._compared(scope)
        variable, inner = self._inside(scope, collection, linked=linked)
        name = self._random.choice(["exists", "all", "exists_one"])
        if self._random.random() < 0.3:
            text = f"{text}.filter({variable}, {self.of('bool', inner)})"
        return f"{text}.{name}({variable}, {self.of('bool', inner)})"

    def _mapped(self, scope: Scope) -> str:
        text, collection, linked = self._range(scope)
        if scope.loops == 0 or collection is _NONE:
            return self._compared(scope)
        variable, inner = self._inside(scope, collection, linked=linked)
        item, mapped = self._constant("string"), self.of("string", inner)
        return f"({item} in {text}.map({variable}, {mapped}))"

    def _size(self, scope: Scope) -> str:
        text, collection, linked = self._range(scope)
        if collection is _NONE:
            return self._leaf("int", scope)
        if scope.loops == 0 or self._random.random() < 0.3:
            return f"{text}.size()"
        variable, inner = self._inside(scope, collection, linked=linked)
        return f"{text}.filter({variable}, {self.of('bool', inner)}).size()"

    def _origins(self, scope: Scope) -> str:
        text, collection, linked = self._range(scope)
        if collection.space != "citation" or scope.loops == 0:
            return self._size(scope)
        variable, inner = self._inside(scope, collection, linked=linked)
        return f"{text}.filter({variable}, {self.of('bool', inner)}).origins()"


_NONE = Collection("", "", "", "")
