"""Compiled rulebooks as JSON, so that one that did not change need not be compiled again.

A program is a list of nodes, in which each names those before it by their numbers, and the rules of
the rulebook by their places in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from assay.model.rulebook import Rulebook
from assay.rules.ir import Apply, Col, Each, Item, Lit
from assay.rules.program import (
    Aggregate,
    Compute,
    Gather,
    PoolUp,
    Program,
    RuleColumns,
    ScorerColumns,
    WatchColumns,
)

_KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        *(Col, Lit, Apply, Item, Each),
        *(Compute, Gather, Aggregate, PoolUp),
        *(RuleColumns, ScorerColumns, WatchColumns),
    )
}
_FIELDS = {kind: tuple(f.name for f in fields(kind)) for kind in _KINDS.values()}
_PARTS = ("steps", "watch_steps", "text_steps", "scorers", "watch")


def program_to_json(program: Program, rulebook: Rulebook) -> bytes:
    """A compiled rulebook as JSON."""
    writer = _Writer(rulebook)
    parts = {name: writer.value(getattr(program, name)) for name in _PARTS}
    return json.dumps({"nodes": writer.nodes} | parts, separators=(",", ":")).encode()


def program_from_json(data: bytes, rulebook: Rulebook) -> Program:
    """The program that :func:`program_to_json` wrote for the same rulebook."""
    found = json.loads(data)
    nodes: list[Any] = []

    def value(given: Any) -> Any:
        if not isinstance(given, list):
            return given
        inside = given[0]
        return tuple(map(value, inside)) if isinstance(inside, list) else nodes[inside]

    for kind, *given in found["nodes"]:
        made = _KINDS.get(kind)
        nodes.append(_named(rulebook, given) if made is None else made(*map(value, given)))
    parts = {name: value(found[name]) for name in _PARTS}
    every = (*parts["steps"], *parts["watch_steps"], *parts["text_steps"])
    return Program(**parts, definitions={(s.space, s.column): s for s in every})


class _Writer:
    """Nodes, each after those it is made of.

    A value in a node is a constant, ``[number]`` of a node, or ``[[…]]`` of several values.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.nodes: list[list[Any]] = []
        self._numbers: dict[str, int] = {}
        self._models = {id(model): place for place, model in _models(rulebook)}

    def value(self, given: Any) -> Any:
        if isinstance(given, tuple):
            return [[self.value(v) for v in given]]
        if given is None or isinstance(given, bool | int | float | str):
            return given
        return [self._number(given)]

    def _number(self, given: Any) -> int:
        place = self._models.get(id(given))
        if place is not None:
            node = ["rulebook", *place]
        else:
            names = _FIELDS[type(given)]
            node = [type(given).__name__, *(self.value(getattr(given, n)) for n in names)]
        key = json.dumps(node)
        if key not in self._numbers:
            self._numbers[key] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[key]


def _models(rulebook: Rulebook) -> Iterator[tuple[list[Any], Any]]:
    """What a program names of a rulebook, each with its place in it."""
    for i, scorer in enumerate(rulebook.scorers):
        yield ["scorers", i], scorer
        for j, rule in enumerate(scorer.rules):
            yield ["scorers", i, "rules", j], rule
    for i, watch in enumerate(rulebook.watch):
        yield ["watch", i], watch


def _named(rulebook: Rulebook, place: list[Any]) -> Any:
    found: Any = rulebook
    for step in place:
        found = found[step] if isinstance(step, int) else getattr(found, step)
    return found
