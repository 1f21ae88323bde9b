"""Random rulebooks: facts, parameters, pools and rules whose expressions are all drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from assay.cel.schema import SUBJECTS
from tests.conditions import PLAIN, Conditions, Scope, subject_scope
from tests.package import (
    HORIZONS,
    SPACES,
    CelError,
    Diagnostic,
    Program,
    Rulebook,
    compile_rulebook,
)
from tests.strategies import default_rulebook, rulebook_of

PARAMETERS: Mapping[str, Any] = {"least": 2, "weight": 0.25, "place": "Asia", "open": True}
_KINDS = {bool: "bool", int: "int", float: "double", str: "string"}
_FACT_TYPES = ("bool", "bool", "int", "double", "string", "timestamp", "strings")
_FACTS = 6
_SURPLUSES = (1.6, 3.0, 6.0)
"""How many more rules are drawn than are wanted: the compiler refuses some, and says so."""


def drawn_rulebook(random: Random, conditions: int) -> tuple[Rulebook, Program]:
    """The default scorers, and for each kind of subject a scorer of random rules, and pools.

    So many ``conditions`` are in it, all of which the compiler takes.
    """
    drawing = _Drawing(random)
    base = drawing.with_facts(default_rulebook().model_copy(update={"watch": ()}))
    for surplus in _SURPLUSES:
        each = round(conditions * surplus / len(SUBJECTS)) + 5
        scorers = [*drawing.pools(), *(drawing.probe(subject, each) for subject in SUBJECTS)]
        drawn = rulebook_of({"scorers": scorers}).scorers
        book = base.model_copy(update={"scorers": (*base.scorers, *drawn)})
        kept = _shortened(_without(book, refusals(book)), conditions)
        if kept is not None:
            return kept, compile_rulebook(kept)
    raise AssertionError("too many were refused")


def watching_rulebook(random: Random, rules: int) -> tuple[Rulebook, Program]:
    """The default rulebook with facts and with random watch rules, about so many."""
    drawing = _Drawing(random)
    book = drawing.with_facts(default_rulebook())
    watch = rulebook_of({"scorers": [{"name": "n", "on": "claim"}], "watch": drawing.watch(rules)})
    book = book.model_copy(update={"watch": (*book.watch, *watch.watch)})
    book = _without(book, refusals(book))
    return book, compile_rulebook(book)


class _Drawing:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._named: dict[str, dict[str, str]] = {}
        for scorer in default_rulebook().scorers:
            self._named.setdefault(scorer.on, {})[scorer.name] = "score"
        chosen = [n for n in PARAMETERS if random.random() < 0.7]
        self._parameters = {n: _KINDS[type(PARAMETERS[n])] for n in chosen}
        self._expressions = Conditions(random, self._named, self._parameters)

    def with_facts(self, base: Rulebook) -> Rulebook:
        """The rulebook with parameters and with those of some drawn facts that can be compiled."""
        facts = []
        for number in range(_FACTS):
            on, wanted = self._random.choice(SUBJECTS), self._random.choice(_FACT_TYPES)
            expr = self._expressions.of(wanted, subject_scope(on).deeper)
            facts.append({"name": f"fact{number}", "on": on, "expr": expr})
            self._named[on][f"fact{number}"] = wanted
        parameters = {n: PARAMETERS[n] for n in self._parameters}
        bare = [{"name": s.name, "on": s.on, "scale": s.scale} for s in base.scorers]
        apart = rulebook_of({"scorers": bare, "facts": facts, "parameters": parameters})
        apart = apart.model_copy(update={"scales": base.scales})
        while refused := refusals(apart):
            apart = _without(apart, refused)
        kept = {f.name for f in apart.facts}
        for named in self._named.values():
            for name in [n for n in named if n.startswith("fact") and n not in kept]:
                del named[name]
        return base.model_copy(update={"facts": apart.facts, "parameters": apart.parameters})

    def probe(self, subject: str, count: int) -> dict[str, Any]:
        start = self._random.choice([0.0, 0.5, self._of("double", subject)])
        rules = [self._rule(subject, number) for number in range(count)]
        return {"name": "probe", "on": subject, "start": start, "rules": rules}

    def _rule(self, subject: str, number: int) -> dict[str, Any]:
        phase = self._random.choice(["add", "add", "multiply", "floor", "cap"])
        amount = self._random.choice([0.001, 0.7, self._of("double", subject)])
        unknown = self._random.choice(
            [None, "ignore", 0.3] if isinstance(amount, str) else [None, "apply", 0.3]
        )
        return {
            "id": f"r{number}",
            "when": self._of("bool", subject),
            phase: amount,
            "because": self._sentence(subject_scope(subject)),
            **({} if unknown is None else {"on_unknown": unknown}),
        }

    def watch(self, count: int) -> list[dict[str, Any]]:
        """Rules that speak of the outlook, too."""
        values = {}
        for scorer in default_rulebook().scorers:
            for horizon in HORIZONS if scorer.on == "profile" and scorer.scale else ():
                values[f"outlook.{scorer.name}.{horizon}.band"] = "string"
                values[f"outlook.{scorer.name}.{horizon}.score"] = "double"
        scope = replace(subject_scope("profile"), values=values)
        return [
            {
                "id": f"w{number}",
                "when": self._expressions.of("bool", scope),
                "text": self._sentence(scope),
            }
            for number in range(count)
        ]

    def _sentence(self, scope: Scope) -> str:
        if self._random.random() < 0.7:
            return "so"
        shown = self._expressions.of(self._random.choice([*PLAIN, "strings"]), scope)
        return "so" if "{" in shown or "}" in shown else f"so: {{{shown}}}."

    def pools(self) -> list[dict[str, Any]]:
        """A scorer on claims and one on profiles that start from drawn pools."""
        made = []
        for on in ("claim", "profile"):
            over = self._random.choice([c.name for c in SPACES[on].collections])
            scope = subject_scope(on, it=over).deeper
            scored = {"citations": "it.strength", "claims": "it.confidence"}.get(over)
            take = scored if scored and self._random.random() < 0.5 else None
            pool: dict[str, Any] = {
                "over": over,
                "where": self._expressions.of("bool", scope),
                "take": take or self._expressions.of("double", scope),
                "combine": self._random.choice(["noisy_or", "mean", "max", "min", "sum"]),
                "empty": self._random.choice(["unknown", 0.0, 0.4]),
            }
            if self._random.random() < 0.5:
                pool["by"] = self._expressions.of("string", scope)
            if self._random.random() < 0.5:
                pool["strongest"] = self._random.randrange(1, 4)
            made.append({"name": "pooled", "on": on, "pool": pool})
        return made

    def _of(self, wanted: str, subject: str) -> str:
        return self._expressions.of(wanted, subject_scope(subject))


def refusals(rulebook: Rulebook) -> list[Diagnostic]:
    """What the compiler refuses, and says so."""
    try:
        compile_rulebook(rulebook)
    except CelError as error:
        return error.problems
    return []


def _without(rulebook: Rulebook, refused: list[Diagnostic]) -> Rulebook:
    """The rulebook without the facts, rules and pools that the compiler refuses."""
    facts = {r.value.path[1] for r in refused if r.value.path[0] == "facts"}
    watch = {r.value.path[1] for r in refused if r.value.path[0] == "watch"}
    codes = {r.code for r in refused}
    # What speaks of a fact that was refused goes with it.
    assert codes <= {"not-compilable", *(["unknown-field"] if facts else [])}, refused
    rules = {(r.value.path[1], r.value.path[3]) for r in refused if "rules" in r.value.path}
    scorers = {
        r.value.path[1]
        for r in refused
        if r.value.path[0] == "scorers" and "rules" not in r.value.path
    }
    kept = [
        s.model_copy(
            update={"rules": tuple(r for j, r in enumerate(s.rules) if (i, j) not in rules)}
        )
        for i, s in enumerate(rulebook.scorers)
        if i not in scorers
    ]
    return rulebook.model_copy(
        update={
            "scorers": tuple(kept),
            "facts": tuple(f for i, f in enumerate(rulebook.facts) if i not in facts),
            "watch": tuple(w for i, w in enumerate(rulebook.watch) if i not in watch),
        }
    )


def _shortened(rulebook: Rulebook, conditions: int) -> Rulebook | None:
    """With so many drawn conditions and no more; None where too many were refused."""
    scorers = []
    missing = conditions
    for scorer in rulebook.scorers:
        if scorer.name != "probe":
            scorers.append(scorer)
            continue
        share = -(-missing // (len(SUBJECTS) - SUBJECTS.index(scorer.on)))
        kept = scorer.rules[:share]
        missing -= len(kept)
        scorers.append(scorer.model_copy(update={"rules": kept}))
    if missing:
        return None
    return rulebook.model_copy(update={"scorers": tuple(scorers)})
