"""The meaning of a rulebook, written a second time: plain Python, one row after another.

Conditions and amounts are run by Google's CEL over nested maps in which what is missing has no
key; an error of its evaluation is *unknown*. Around them the phases of a scorer in plain integer
arithmetic, as the design states them. Nothing here is fast, and nothing is shared with the
compiler or the engine but the tables, the schema's names and the functions' own definitions.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cel_expr_python import cel
from google.protobuf.timestamp_pb2 import Timestamp

from assay.arithmetic import mean_points, noisy_or
from assay.engines.local import LocalEngine
from assay.model.rulebook import Band, Pool, Rule, Rulebook, Scorer
from assay.pipeline import Desk
from assay.rules.functions import FUNCTIONS, Overload
from assay.rules.ir import Col, Expr, Lit
from assay.rules.schema import SPACES, Collection, Field, Space
from assay.tables.tables import Tables

_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Unknown:
    """What an expression over missing fields comes to."""


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Result:
    """A score of one row in thousandths, None where unknown, with its coverage."""

    points: int | None
    coverage: int


@dataclass(frozen=True)
class _Element:
    """What a pool takes of one element: None where that is unknown."""

    kept: bool | None
    take: int | None
    by: object
    coverage: int


def points(value: object) -> int | None:
    """A CEL number in thousandths, halves up; None where it is unknown or no number."""
    if isinstance(value, Unknown) or not isinstance(value, int | float):
        return None
    return math.floor(value * 1000 + 0.5) if math.isfinite(value) else None


class Oracle:
    """Scores rows of a set of tables on demand, each once."""

    def __init__(self, rulebook: Rulebook, tables: Tables) -> None:
        self._rulebook = rulebook
        self._rows = {name: frame.to_dicts() for name, frame in tables.frames.items()}
        self.scorers: dict[tuple[str, str], Scorer] = {(s.on, s.name): s for s in rulebook.scorers}
        self._made: dict[tuple[str, str, int], Result] = {}
        self._under_way: set[tuple[str, str, int]] = set()
        self._owned: dict[tuple[str, str], dict[int, list[int]]] = {}

    # Scores ------------------------------------------------------------------------------

    def score(self, on: str, name: str, row: int) -> Result:
        """The score of a row."""
        key = (on, name, row)
        if key not in self._made:
            self._under_way.add(key)
            scorer = self.scorers[on, name]
            made = self._raw(scorer, row)
            if on == "citation":
                made = Result(self._held(scorer, made.points, row), made.coverage)
            self._under_way.discard(key)
            self._made[key] = self._settled(scorer, made)
        return self._made[key]

    @staticmethod
    def _settled(scorer: Scorer, made: Result) -> Result:
        """A scorer that asks nothing covers all of it, or nothing where it is unknown."""
        if made.coverage >= 0:
            return made
        return Result(made.points, 0 if made.points is None else 1000)

    def band(self, scorer: Scorer, result: Result) -> Band | None:
        """The highest band that starts no higher than the score."""
        if result.points is None:
            return None
        reached = [b for b in self._rulebook.bands(scorer) if b.from_ * 1000 <= result.points]
        return max(reached, key=lambda b: b.from_, default=None)

    def _held(self, scorer: Scorer, own: int | None, row: int) -> int | None:
        """A retelling is never stronger than any of its roots, and unknown where one is."""
        roots = [
            self._rows["root"][r]["root_row"] for r in self.elements("root", "citation_row", row)
        ]
        scores = [own, *(self._raw(scorer, r).points for r in roots)]
        return None if None in scores else min(s for s in scores if s is not None)

    def _raw(self, scorer: Scorer, row: int) -> Result:
        start, covered, asked = self._start(scorer, row)
        score = start
        outcomes = {rule.id: self.rule(scorer, rule, row) for rule in scorer.rules}
        for rule in scorer.rules:
            covered += 1000 if outcomes[rule.id].decided else 0
            asked += 1
        if score is not None:
            effects = {
                phase: [
                    (rule.id, effect)
                    for rule in scorer.rules
                    if rule.phase == phase and (effect := outcomes[rule.id].effect) is not None
                ]
                for phase in ("add", "multiply", "floor", "cap")
            }
            score = _clamp(score + sum(amount for _, amount in effects["add"]))
            for _, factor in sorted(effects["multiply"]):
                score = (score * factor + 500) // 1000
            score = _clamp(max([score, *(amount for _, amount in effects["floor"])]))
            score = _clamp(min([score, *(amount for _, amount in effects["cap"])]))
        return Result(score, covered // asked if asked else -1)

    def rule(self, scorer: Scorer, rule: Rule, row: int) -> RuleResult:
        """What a rule says of a row."""
        outcome = self.evaluate(scorer.on, row, rule.when)
        amount = points(
            self.evaluate(scorer.on, row, rule.amount)
            if isinstance(rule.amount, str)
            else rule.amount
        )
        known = outcome is False or (outcome is True and amount is not None)
        effect = amount if outcome is True and known else None
        if not known and rule.on_unknown == "apply":
            effect = amount
        elif not known and isinstance(rule.on_unknown, float):
            effect = points(rule.on_unknown)
        return RuleResult(None if isinstance(outcome, Unknown) else outcome, known, effect)

    # The start ---------------------------------------------------------------------------

    def _start(self, scorer: Scorer, row: int) -> tuple[int | None, int, int]:
        """Where a score starts, and the coverage and the number of what it is made from."""
        if scorer.pool:
            return self._pool(scorer.on, scorer.pool, row)
        if not isinstance(scorer.start, str):
            return points(scorer.start or 0.0), 0, 0
        value = points(self.evaluate(scorer.on, row, scorer.start))
        names = {
            name
            for name in re.findall(rf"\b{scorer.on}\.(?:coverage\.)?(\w+)", scorer.start)
            if (scorer.on, name) in self.scorers
        }
        return value, sum(self.score(scorer.on, n, row).coverage for n in names), len(names)

    def _pool(self, on: str, pool: Pool, row: int) -> tuple[int | None, int, int]:
        collection = SPACES[on].collection(pool.over)
        assert collection is not None
        rows = self.elements(collection.space, collection.owner, row)
        every = [self._element(on, pool, row, collection, r) for r in rows]
        asked = [e for e in every if e.kept is not False]
        covered = sum(e.coverage for e in asked if e.kept)
        unsure = [e for e in asked if e.kept is None or e.take is None or e.by is UNKNOWN]
        best: dict[object, int] = {}
        for e in asked:
            if e not in unsure and e.take is not None:
                best[e.by] = max(best.get(e.by, e.take), e.take)
        taken = sorted(best.values(), reverse=True)[: pool.strongest]
        if pool.combine in ("mean", "min") and unsure:
            score = None
        elif not taken:
            score = None if pool.empty == "unknown" else points(pool.empty)
        else:
            score = _COMBINE[pool.combine](taken)
        return score, covered, len(asked)

    def _element(
        self, on: str, pool: Pool, row: int, collection: Collection, element: int
    ) -> _Element:
        def ask(text: str) -> object:
            return self.evaluate(on, row, text, it=(collection, element))

        kept = ask(pool.where)
        take = points(ask(pool.take)) if kept is True else None
        by = ask(pool.by) if pool.by else element
        coverage = 1000 if take is not None else 0
        space, target = self.target(collection, element)
        direct = re.fullmatch(r"\s*it\.(\w+)\s*", pool.take)
        through = re.fullmatch(r"\s*it\.(\w+)\.(\w+)\s*", pool.take)
        if direct and (space, direct[1]) in self.scorers:
            coverage = self.score(space, direct[1], target).coverage
        elif through and (link := SPACES[space].links.get(through[1])):
            peer = self._rows[space][target][f"{through[1]}_row"]
            if (link, through[2]) in self.scorers:
                coverage = self.score(link, through[2], peer).coverage
        return _Element(None if isinstance(kept, Unknown) else bool(kept), take, by, coverage)

    def target(self, collection: Collection, element: int) -> tuple[str, int]:
        """The row that rules see as the element."""
        if collection.via is None:
            return collection.space, element
        space = SPACES[collection.space].links[collection.via]
        return space, self._rows[collection.space][element][f"{collection.via}_row"]

    def elements(self, space: str, owner: str, row: int) -> list[int]:
        key = (space, owner)
        if key not in self._owned:
            owned = self._owned[key] = {}
            for number, values in enumerate(self._rows[space]):
                owned.setdefault(values[owner], []).append(number)
        return self._owned[key].get(row, [])

    # Expressions -------------------------------------------------------------------------

    def evaluate(
        self,
        on: str,
        row: int,
        text: str,
        *,
        it: tuple[Collection, int] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Any:
        """What CEL makes of ``text`` for a row; :data:`UNKNOWN` for every error."""
        maps = _Maps(self, Counter(_WORD.findall(text)))
        data: dict[str, Any] = {on: maps.row(on, row)}
        space = SPACES[on]
        names = [*space.parts, *space.links, *(c.name for c in space.collections)]
        data |= {n: maps.under(space, row, n) for n in names if n in maps.words}
        if it is not None:
            data["it"] = maps.element(SPACES[on], *it)
        data |= more or {}
        value = _compiled(text, tuple(data)).eval(data=data)
        return UNKNOWN if value.type() == cel.Type.ERROR else value.plain_value()

    def is_made(self, on: str, name: str, row: int) -> Result | None:
        """A score that an expression may read; None for one that is being made just now."""
        return None if (on, name, row) in self._under_way else self.score(on, name, row)

    def values(self, space: str, row: int) -> dict[str, Any]:
        return self._rows[space][row]


@dataclass(frozen=True)
class RuleResult:
    """Outcome of a condition, whether the rule could be decided, what it takes effect with."""

    outcome: bool | None
    decided: bool
    effect: int | None


class _Maps:
    """Rows as nested maps, no deeper than the words of one expression can reach."""

    def __init__(self, oracle: Oracle, words: Counter[str]) -> None:
        self._oracle = oracle
        self.words = words

    def row(self, on: str, row: int) -> dict[str, Any]:
        space = SPACES[on]
        values = self._oracle.values(on, row)
        today = self._today(on, values)
        made = dict(_present(space.fields, "", values, today))
        for part, fields in space.parts.items():
            made[part] = dict(_present(fields, f"{part}.", values, today))
        made |= self._scores(on, row)
        for name in (*space.links, *(c.name for c in space.collections)):
            if self.words[name] > 0:
                self.words[name] -= 1
                made[name] = self.under(space, row, name)
                self.words[name] += 1
        return made

    def under(self, space: Space, row: int, name: str) -> Any:
        """The part, linked row or collection of that name."""
        if name in space.parts:
            values = self._oracle.values(space.name, row)
            fields = space.parts[name]
            return dict(_present(fields, f"{name}.", values, self._today(space.name, values)))
        if name in space.links:
            return self.row(space.links[name], self._oracle.values(space.name, row)[f"{name}_row"])
        collection = space.collection(name)
        assert collection is not None
        rows = self._oracle.elements(collection.space, collection.owner, row)
        return [self.element(space, collection, r) for r in rows]

    def element(self, owner: Space, collection: Collection, row: int) -> dict[str, Any]:
        space, target = self._oracle.target(collection, row)
        made = self.row(space, target)
        if space == "citation":
            column = "profile_origin" if owner.name == "profile" else "origin"
            made["@origin"] = self._oracle.values(space, target)[column]
        return made

    def _today(self, on: str, values: Mapping[str, Any]) -> int:
        profile = (
            values if on == "profile" else self._oracle.values("profile", values["profile_row"])
        )
        today: int = profile["today"]
        return today

    def _scores(self, on: str, row: int) -> dict[str, Any]:
        coverage: dict[str, float] = {}
        made: dict[str, Any] = {"coverage": coverage}
        for subject, name in self._oracle.scorers:
            if subject == on and name in self.words:
                result = self._oracle.is_made(on, name, row)
                if result is not None:
                    coverage[name] = result.coverage / 1000
                    if result.points is not None:
                        made[name] = result.points / 1000
        return made


def _present(
    fields: Sequence[Field], prefix: str, values: Mapping[str, Any], today: int
) -> Iterator[tuple[str, Any]]:
    """The fields that are not missing; ages are counted from their days."""
    for field in fields:
        if field.since is not None:
            day = values[field.since]
            value = None if day is None else today - day
        elif field.upto is not None:
            day = values[field.upto]
            value = None if day is None else day - today
        elif field.day is not None:
            day = values[field.day]
            value = None if day is None else Timestamp(seconds=(day - 719_163) * 86_400)
        else:
            value = values[prefix + field.name]
        if value is not None:
            yield field.name, value


def _clamp(score: int) -> int:
    return max(0, min(score, 1000))


def values(engine: LocalEngine, space: str, expr: Expr) -> list[object]:
    """What the engine made of a column or a constant, for every row."""
    if isinstance(expr, Lit):
        return [expr.value] * engine.frames[space].height
    assert isinstance(expr, Col)
    return engine.column(space, expr.name).to_list()


def disagreements(desk: Desk) -> list[str]:
    """Everything a run and the oracle do not agree about."""
    run = desk.run
    oracle = Oracle(desk.rulebook, run.tables)
    found = []
    for columns in run.program.scorers:
        scorer = columns.scorer
        scores = run.scores(columns)
        for row, score in enumerate(scores):
            if scorer.on == "citation" and run.engine.column("citation", "owner_row")[row] is None:
                continue
            wanted = oracle.score(scorer.on, scorer.name, row)
            band = oracle.band(scorer, wanted)
            got = (score.points, score.coverage, score.band)
            if got != (wanted.points, wanted.coverage, band):
                found.append(f"{scorer.key} of row {row}: {got}, not {wanted} {band}")
        for rule in columns.rules:
            outcomes = values(run.engine, scorer.on, rule.outcome)
            for row, outcome in enumerate(outcomes):
                expected = oracle.rule(scorer, rule.rule, row).outcome
                if outcome != expected:
                    found.append(
                        f"{scorer.key}.{rule.rule.id} of row {row}: {outcome}, not {expected}"
                    )
    return found


_COMBINE: dict[str, Callable[[list[int]], int]] = {
    "noisy_or": lambda taken: noisy_or([_clamp(t) for t in taken]),
    "mean": lambda taken: mean_points(sum(taken), len(taken)),
    "max": max,
    "min": min,
    "sum": sum,
}

_KINDS = {
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
    "citations": cel.Type.List(cel.Type.DYN),
}


def _run(overload: Overload) -> Callable[..., Any]:
    if overload.parameters != ("citations",):
        return overload.run
    return lambda citations: overload.run([{"origin": c["@origin"]} for c in citations])


@cache
def _environment(names: tuple[str, ...]) -> cel.Env:
    functions = [
        cel.FunctionDecl(
            function.name,
            [
                cel.Overload(
                    f"{function.name}_{'_'.join(overload.parameters)}",
                    return_type=_KINDS[overload.result],
                    parameters=[_KINDS[p] for p in overload.parameters],
                    is_member=function.method,
                    impl=_run(overload),
                )
                for overload in function.overloads
            ],
        )
        for function in FUNCTIONS
    ]
    return cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN), functions=functions)


@cache
def _compiled(text: str, names: tuple[str, ...]) -> cel.Expression:
    return _environment(names).compile(text)
