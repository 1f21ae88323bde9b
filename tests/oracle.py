"""The meaning of a rulebook, written a second time: plain Python, one row after another.

Conditions, amounts, facts and the holes of sentences are run by Google's CEL (``oracle_cel``)
over nested maps in which what is missing has no key (``oracle_rows``); an error of its evaluation
is *unknown*. Around them the phases of a scorer in plain integer arithmetic, as the design states
them. Nothing here is fast, and nothing is shared with the compiler or the engine but the tables,
the schema's names and the functions' own definitions.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assay.model.rulebook import Pool
from tests.oracle_cel import UNKNOWN, Asked, Unknown, as_data, asked_of, evaluated
from tests.oracle_coverage import named, named_in, shares, without
from tests.oracle_rows import element_map, name_value
from tests.package import (
    HORIZONS,
    SPACES,
    Band,
    Collection,
    Rule,
    Rulebook,
    Scorer,
    Tables,
    noisy_or_thresholds,
    noisy_or_weights,
    split_text,
)


@dataclass(frozen=True)
class Result:
    """A score of one row in thousandths, None where unknown, with its coverage."""

    points: int | None
    coverage: int


@dataclass(frozen=True)
class RuleResult:
    """Outcome of a condition, and what the rule takes effect with."""

    outcome: bool | None
    effect: int | None


@dataclass(frozen=True)
class _Element:
    """What a pool takes of one element: None where that is unknown."""

    kept: bool | None
    take: int | None
    by: object
    weight: int | None = 1


def points(value: object) -> int | None:
    """A CEL number in thousandths, halves up; None where it is unknown or no number."""
    if isinstance(value, Unknown) or not isinstance(value, int | float):
        return None
    made = value * 1000 + 0.500000001  # what binary numbers lose does not hide a half
    if not math.isfinite(made) or not -(2**63) <= math.floor(made) < 2**63:
        return None
    return math.floor(made)


def _weighed(elements: list[tuple[int, int]]) -> int | None:
    """The weighted mean of numbers, halves up; None where nothing has a weight."""
    total = sum(weight for _, weight in elements)
    if not total:
        return None
    return (2 * sum(take * weight for take, weight in elements) + total) // (2 * total)


class Oracle:
    """Scores rows of a set of tables on demand, each once.

    ``ahead`` is the same evidence at the dates of the outlook, for watch rules.
    """

    def __init__(
        self, rulebook: Rulebook, tables: Tables, ahead: Mapping[str, Oracle] | None = None
    ) -> None:
        self._rulebook = rulebook
        self._ahead = ahead or {}
        self._rows = {name: frame.to_dicts() for name, frame in tables.frames.items()}
        self.scorers: dict[tuple[str, str], Scorer] = {(s.on, s.name): s for s in rulebook.scorers}
        self._facts: dict[tuple[str, str], str] = {(f.on, f.name): f.expr for f in rulebook.facts}
        self._made: dict[tuple[str, str, int], Result] = {}
        self._named: dict[tuple[str, str], Asked] = {}
        self._owned: dict[tuple[str, str], dict[int, list[int]]] = {}

    # Scores ------------------------------------------------------------------------------

    def score(self, on: str, name: str, row: int) -> Result:
        """The score of a row."""
        key = (on, name, row)
        if key not in self._made:
            scorer = self.scorers[on, name]
            points = self._raw(scorer, row)
            if on == "citation":
                points = self._held(scorer, points, row)
            coverage = self._coverage(scorer, row, points)
            rated = self._rated(scorer, row, points, coverage)
            self._made[key] = Result(points if rated else None, coverage)
        return self._made[key]

    def covered(self, on: str, name: str, row: int) -> int | None:
        """The coverage of a row's score; None if there is no such scorer."""
        return self.score(on, name, row).coverage if (on, name) in self.scorers else None

    def _coverage(self, scorer: Scorer, row: int, points: int | None) -> int:
        """Known facts over all, rounded down; a scorer that asks nothing knows all or nothing."""
        key, parameters = (scorer.on, scorer.name), set(self._rulebook.parameters)
        if key not in self._named:
            self._named[key] = named(scorer, self._facts, parameters)
        asked = self._named[key]
        if not list(shares(self, scorer.on, row, asked)):
            return 0 if points is None else 1000
        for exempt in scorer.not_asked:
            if self.evaluate(scorer.on, row, exempt.when) is True:
                spared = named_in(scorer.on, exempt.facts, self._facts, parameters)
                asked = without(scorer.on, asked, spared)
        pooled = []
        if scorer.pool and (share := self._pooled(scorer.on, scorer.pool, row, asked)) is not None:
            pooled = [share]
            asked = {name: inner for name, inner in asked.items() if name != scorer.pool.over}
        known = [*shares(self, scorer.on, row, asked), *pooled]
        return sum(known) // max(len(known), 1)

    def _pooled(self, on: str, pool: Pool, row: int, asked: Asked) -> int | None:
        """How many of the members that a pool asks for are known, if each is a fact of its own."""
        collection = SPACES[on].collection(pool.over)
        assert collection is not None
        space = collection.space
        if not SPACES[space].stated:
            return None
        fields = {n: i for n, i in asked[pool.over].items() if (space, n) not in self.scorers}
        kept = [
            r
            for r in self.elements(space, collection.owner, row)
            if self.evaluate(on, row, pool.where, it=(collection, r)) is True
        ]
        known = [r for r in kept if min(shares(self, space, r, fields), default=1000)]
        return 1000 * len(known) // max(len(kept), 1)

    def band(self, scorer: Scorer, result: Result) -> Band | None:
        """The highest band that starts no higher than the score."""
        if result.points is None:
            return None
        reached = [b for b in self._rulebook.bands(scorer) if b.from_ * 1000 <= result.points]
        return max(reached, key=lambda b: b.from_, default=None)

    def _rated(self, scorer: Scorer, row: int, points: int | None, coverage: int) -> bool:
        """Whether a row is rated: enough is known, its condition holds, its ceiling is near."""
        if scorer.rated_from is not None and coverage < scorer.rated_from * 1000:
            return False
        if self.evaluate(scorer.on, row, scorer.rated_when or "true") is not True:
            return False
        if scorer.ceiling is None or scorer.ceiling.widest is None:
            return True
        order = sorted(self._rulebook.bands(scorer), key=lambda b: b.from_)
        band = self.band(scorer, Result(points, coverage))
        ceiling = self.band(scorer, self.score(scorer.on, scorer.ceiling.scorer, row))
        if band is None or ceiling is None:
            return False
        return order.index(ceiling) - order.index(band) <= scorer.ceiling.widest

    def _held(self, scorer: Scorer, own: int | None, row: int) -> int | None:
        """A secondary report is never stronger than any of its roots, and unknown where one is."""
        roots = [
            self._rows["root"][r]["root_row"] for r in self.elements("root", "citation_row", row)
        ]
        scores = [own, *(self._raw(scorer, r) for r in roots)]
        return None if None in scores else min(s for s in scores if s is not None)

    def _raw(self, scorer: Scorer, row: int) -> int | None:
        score = self._start(scorer, row)
        outcomes = {rule.id: self.rule(scorer, rule, row) for rule in scorer.rules}
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
        return score

    def rule(self, scorer: Scorer, rule: Rule, row: int) -> RuleResult:
        """What a rule says of a row."""
        outcome = self.evaluate(scorer.on, row, rule.when)
        if rule.disabled is not None and self._today(scorer.on, row) < rule.disabled.until:
            outcome = False
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
        return RuleResult(None if isinstance(outcome, Unknown) else outcome, effect)

    # The start ---------------------------------------------------------------------------

    def _start(self, scorer: Scorer, row: int) -> int | None:
        """Where a score starts."""
        if scorer.pool:
            return self._pool(scorer.on, scorer.pool, row)
        if not isinstance(scorer.start, str):
            return points(scorer.start or 0.0)
        return points(self.evaluate(scorer.on, row, scorer.start))

    def _pool(self, on: str, pool: Pool, row: int) -> int | None:
        collection = SPACES[on].collection(pool.over)
        assert collection is not None
        rows = self.elements(collection.space, collection.owner, row)
        every = (
            self._reached(on, pool, row, collection)
            if pool.within_reach
            else [self._element(on, pool, row, collection, r) for r in rows]
        )
        asked = [e for e in every if e.kept is not False]
        unsure = [
            e
            for e in asked
            if e.kept is None or e.take is None or e.by is UNKNOWN or e.weight is None
        ]
        best: dict[object, int] = {}
        for e in asked:
            if e not in unsure and e.take is not None:
                best[e.by] = max(best.get(e.by, e.take), e.take)
        taken = sorted(best.values(), reverse=True)[: pool.strongest]
        if pool.combine in ("mean", "min") and unsure:
            score = None
        elif pool.weight is not None:
            score = _weighed([(e.take or 0, max(e.weight or 0, 0)) for e in asked])
            if score is None and pool.empty != "unknown":
                score = points(pool.empty)
        elif not taken:
            score = None if pool.empty == "unknown" else points(pool.empty)
        else:
            score = _COMBINE[pool.combine](taken)
        return score

    def _reached(self, on: str, pool: Pool, row: int, collection: Collection) -> list[_Element]:
        """The profiles within reach, each by its strongest path; one of unknown weight is -1."""
        reach, space = self._rulebook.reach, collection.space
        best: dict[int, int] = {}
        ends = {row: 1000}
        for hop in range(reach.hops):
            damping = points(reach.damping) or 0 if hop else 1000
            found: dict[int, int] = {}
            for here, so_far in ends.items():
                for edge in self.elements(space, collection.owner, here):
                    element = self._element(on, pool, here, collection, edge)
                    peer = self._rows[space][edge]["peer_row"]
                    if element.kept is False or peer == row:
                        continue
                    path = -1
                    if element.take is not None and so_far >= 0:
                        weight = min(max(element.take, 0), 1000)
                        path = (so_far * weight * damping + 500_000) // 1_000_000
                    found[peer] = max(found.get(peer, -1), path)
            best |= {peer: max(path, best.get(peer, -1)) for peer, path in found.items()}
            ends = found
        return [_Element(True, None if p < 0 else p, peer) for peer, p in best.items()]

    def _element(
        self, on: str, pool: Pool, row: int, collection: Collection, element: int
    ) -> _Element:
        def ask(text: str) -> object:
            return self.evaluate(on, row, text, it=(collection, element))

        kept = ask(pool.where)
        take = points(ask(pool.take)) if kept is True else None
        by = ask(pool.by) if pool.by else element
        weight = points(ask(pool.weight)) if pool.weight else 1
        kept = None if isinstance(kept, Unknown) else bool(kept)
        return _Element(kept, take, by, weight)

    # Expressions -------------------------------------------------------------------------

    def evaluate(
        self,
        on: str,
        row: int,
        text: str,
        *,
        it: tuple[Collection, int] | None = None,
        watch: bool = False,
    ) -> Any:
        """What CEL makes of ``text`` for a row; :data:`UNKNOWN` for every error."""
        space = SPACES[on]
        names = [on, *space.parts, *space.links, *(c.name for c in space.collections)]
        names += [*self._rulebook.parameters, *(["it"] if it else []), *(["outlook"] * watch)]
        known = tuple(dict.fromkeys(names))
        data: dict[str, Any] = {}
        for name, asked in asked_of(text, known).items():
            if name == "it" and it is not None:
                data[name] = element_map(self, *it, asked)
            elif name == "outlook":
                data[name] = self._outlook(row)
            elif name in self._rulebook.parameters:
                data[name] = self._rulebook.parameters[name]
            else:
                data[name] = name_value(self, on, row, name, asked)
        return evaluated(text, known, data)

    def sentence(self, on: str, row: int, text: str, *, watch: bool = False) -> str:
        """A sentence of the rulebook with its holes filled."""
        return "".join(
            part
            if isinstance(part, str)
            else _shown(self.evaluate(on, row, part.text, watch=watch))
            for part in split_text(text)
        )

    def _outlook(self, row: int) -> dict[str, Any]:
        """For each graded profile scorer its band and score at the dates ahead."""
        made: dict[str, Any] = {}
        for (on, name), scorer in self.scorers.items():
            if on == "profile" and scorer.scale:
                made[name] = {}
                for horizon in HORIZONS:
                    result = self._ahead[horizon].score(on, name, row)
                    band = self.band(scorer, result)
                    known = {} if result.points is None else {"score": result.points / 1000}
                    made[name][horizon] = known | ({"band": band.id} if band else {})
        return made

    # Rows --------------------------------------------------------------------------------

    def values(self, space: str, row: int) -> dict[str, Any]:
        return self._rows[space][row]

    def elements(self, space: str, owner: str, row: int) -> list[int]:
        key = (space, owner)
        if key not in self._owned:
            owned = self._owned[key] = {}
            for number, values in enumerate(self._rows[space]):
                owned.setdefault(values[owner], []).append(number)
        return self._owned[key].get(row, [])

    def computed(self, on: str, row: int, asked: Asked) -> dict[str, Any]:
        made: dict[str, Any] = {}
        coverage: dict[str, float] = {}
        for name in {**asked, **asked.get("coverage", {})}:
            if (on, name) in self._facts:
                value = self.evaluate(on, row, self._facts[on, name])
                made |= {} if value is UNKNOWN else {name: as_data(value)}
            elif (on, name) in self.scorers:
                result = self.score(on, name, row)
                coverage[name] = result.coverage / 1000
                made |= {} if result.points is None else {name: result.points / 1000}
        return made | ({"coverage": coverage} if "coverage" in asked else {})

    def _today(self, on: str, row: int) -> Any:
        values = self._rows[on][row]
        profile = values if on == "profile" else self._rows["profile"][values["profile_row"]]
        return datetime.fromordinal(profile["today"]).date()


def _clamp(score: int) -> int:
    return max(0, min(score, 1000))


def _shown(value: object) -> str:
    """A value as a sentence has it: days as dates, spans as days, lists with commas."""
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d").rjust(10, "0")
    if isinstance(value, timedelta):
        days = abs(value) // timedelta(days=1)
        return f"{-days if value < timedelta() else days} days"
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float):
        return f"{value:z.3f}".rstrip("0").rstrip(".")
    return str(value)


def noisy_or(scores: list[int]) -> int:
    """``1 - Π(1 - score)`` in thousandths, by the tables; 0 for no scores."""
    weights = noisy_or_weights()
    return bisect_right(noisy_or_thresholds(), sum(weights[s] for s in scores))


def mean_points(total: int, count: int) -> int:
    """``total / count``; halves round up."""
    return (2 * total + count) // (2 * count)


_COMBINE: dict[str, Callable[[list[int]], int]] = {
    "noisy_or": lambda taken: noisy_or([_clamp(t) for t in taken]),
    "mean": lambda taken: mean_points(sum(taken), len(taken)),
    "max": max,
    "min": min,
    "sum": sum,
}
