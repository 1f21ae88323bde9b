"""Coverage, written a second time: over a tree of everything that the rules of a scorer name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from tests.oracle_cel import Asked, asked_of
from tests.oracle_rows import Evidence, row_map, target
from tests.package import SPACES, Scorer


class Covered(Evidence, Protocol):
    """Evidence with the coverage of scores."""

    def covered(self, on: str, name: str, row: int) -> int | None:
        """The coverage of a row's score; None if there is no such scorer."""


def named(scorer: Scorer, facts: Mapping[tuple[str, str], str], parameters: set[str]) -> Asked:
    """Everything that the rules of a scorer name, with named facts as what they read."""
    texts = [scorer.start, *(t for r in scorer.rules for t in (r.when, r.amount))]
    written = [text for text in texts if isinstance(text, str)]
    found = named_in(scorer.on, written, facts, parameters)
    if scorer.pool:
        for text in filter(None, (scorer.pool.where, scorer.pool.take, scorer.pool.by)):
            asked = _asked(scorer.on, text, parameters)
            asked[scorer.pool.over] = _merged(asked.get(scorer.pool.over, {}), asked.pop("it", {}))
            _merge(found, asked)
        found.setdefault(scorer.pool.over, {})
    return _resolved(scorer.on, found, lambda on, name: facts.get((on, name)), parameters)


def named_in(
    on: str, texts: Sequence[str], facts: Mapping[tuple[str, str], str], parameters: set[str]
) -> Asked:
    """Everything that some expressions on a subject name."""
    found: Asked = {}
    for text in texts:
        _merge(found, _asked(on, text, parameters))
    return _resolved(on, found, lambda at, name: facts.get((at, name)), parameters)


def without(on: str, asked: Asked, spared: Asked) -> Asked:
    """What is asked apart from the facts that are spared."""
    space = SPACES[on]
    left: Asked = {}
    for name, inner in asked.items():
        less = spared.get(name)
        if less is None:
            left[name] = inner
        elif name in space.links:
            left[name] = without(space.links[name], inner, less)
        elif name in space.parts or name == "coverage":
            left[name] = {n: i for n, i in inner.items() if n not in less}
    return left


def shares(evidence: Covered, on: str, row: int, asked: Asked) -> Iterator[int]:
    """For each fact asked of a row, how much of it is known, in thousandths."""
    space = SPACES[on]
    scores = {**asked, **asked.get("coverage", {})}
    for name, inner in scores.items():
        given = {f.name for f in (*space.fields, *space.parts.get(name, ())) if f.given}
        covered = evidence.covered(on, name, row)
        if covered is not None:
            yield covered
        elif name in space.parts:
            part = row_map(evidence, on, row, {name: inner})[name]
            yield from (1000 if field in part else 0 for field in inner if field not in given)
        elif name in space.links:
            yield from shares(
                evidence, space.links[name], evidence.values(on, row)[f"{name}_row"], inner
            )
        elif (collection := space.collection(name)) is not None:
            members = evidence.elements(collection.space, collection.owner, row)
            yield max(
                (
                    min(shares(evidence, *target(evidence, collection, m), inner), default=1000)
                    for m in members
                ),
                default=0,
            )
        elif name in {f.name for f in space.fields} - given:
            value = row_map(evidence, on, row, {name: {}}).get(name)
            yield 0 if value is None or value == [] else 1000


def _asked(on: str, text: str, parameters: set[str]) -> Asked:
    space = SPACES[on]
    names = [on, *space.parts, *space.links, *(c.name for c in space.collections), *parameters]
    asked = asked_of(text, tuple(dict.fromkeys([*names, "it"])))
    found = {n: _merged({}, inner) for n, inner in asked.items() if n not in {on, *parameters}}
    _merge(found, asked.get(on, {}))
    return found


def _resolved(
    on: str, asked: Asked, fact: Callable[[str, str], str | None], parameters: set[str]
) -> Asked:
    """Replace the names of facts by what they read."""
    space = SPACES[on]
    asked = _merged({}, asked)
    seen: set[str] = set()
    while texts := {n: t for n in asked if n not in seen and (t := fact(on, n)) is not None}:
        for name, text in texts.items():
            seen.add(name)
            _merge(asked, _asked(on, text, parameters))
    for name in seen:
        del asked[name]
    for name, inner in asked.items():
        collection = space.collection(name)
        led = space.links.get(name)
        if collection is not None:
            led = collection.space
            led = SPACES[led].links[collection.via] if collection.via else led
        if led is not None:
            asked[name] = _resolved(led, inner, fact, parameters)
    return asked


def _merge(into: Asked, other: Asked) -> None:
    for name, inner in other.items():
        _merge(into.setdefault(name, {}), inner)


def _merged(one: Asked, other: Asked) -> Asked:
    made: Asked = {}
    _merge(made, one)
    _merge(made, other)
    return made
