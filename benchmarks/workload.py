"""The workload: forty rules on a profile and its citations, as a rulebook and as plain data.

The plain data is what the baselines are written from, so that all of them do the same work.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Literal

from assay.model.rulebook import Rulebook

SCORERS = ("confidence", "impact", "urgency")
BANDS = {"a": 0.8, "b": 0.6, "c": 0.4, "d": 0.0}

Op = Literal[">", "<", ">=", "<=", "=="]
Test = tuple[str, Op, str | int]
"""A field, a comparison and a constant."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of a rule: a test of the profile, or a count over its citations.

    ``kind`` is ``is`` (``tests[0]`` of the profile), ``in`` (``field`` in ``values``), ``count``
    (citations that pass all tests, compared by ``op`` with ``number``), ``exists``, ``all`` or
    ``one``.
    """

    kind: Literal["is", "in", "count", "exists", "all", "one"]
    tests: tuple[Test, ...] = ()
    field: str = ""
    values: tuple[str, ...] = ()
    op: Op = ">="
    number: int = 0


@dataclass(frozen=True, slots=True)
class BenchRule:
    """A rule that adds ``points`` thousandths to ``scorer`` where every condition holds."""

    id: str
    scorer: str
    conditions: tuple[Condition, ...]
    points: int


_SCALARS: tuple[Test, ...] = (
    ("gaps", ">", 6),
    ("gaps", "<", 1),
    ("begun_days", ">", 6000),
    ("begun_days", "<", 300),
    ("ended_days", "<", 500),
    ("ended_days", ">=", 4000),
    ("due_days", "<", 30),
    ("due_days", "<", 120),
    ("begun_days", ">=", 2500),
    ("gaps", ">=", 3),
)
_REGIONS = (("Asia Pacific", "Global"), ("Africa", "Middle East"))
_DOMAINS = (("Governance", "Industry", "Research"), ("Security",))
_PREDICATES: tuple[tuple[Test, ...], ...] = (
    (("directness", "==", "record"),),
    (("directness", "==", "record"), ("age_days", "<", 365)),
    (("directness", "==", "first_hand"),),
    (("age_days", ">", 1200),),
    (("credibility", ">=", 3),),
    (("directness", "==", "secondary"), ("credibility", "==", 1)),
    (("publisher.id", "==", "publisher-7"),),
    (("age_days", "<", 90),),
)


def _where(*tests: Test) -> Condition:
    return Condition("is", tests)


def _within(field: str, *values: str) -> Condition:
    return Condition("in", field=field, values=values)


def _count(predicate: int, op: Op = ">=", number: int = 2) -> Condition:
    return Condition("count", _PREDICATES[predicate], op=op, number=number)


def bench_rules() -> tuple[BenchRule, ...]:
    """The forty rules, the same on every call."""
    single: list[Condition] = [_where(t) for t in _SCALARS]
    single += [_within("region", *r) for r in _REGIONS]
    single += [_within("domain", *d) for d in _DOMAINS]
    single += [_where(("kind", "==", "event")), _where(("type", "==", "regulator"))]
    single += [_count(i) for i in range(len(_PREDICATES))]
    single += [Condition("exists", p) for p in _PREDICATES[:4]]
    single += [Condition("all", p) for p in _PREDICATES[3:6]]
    single += [Condition("one", p) for p in _PREDICATES[:2]]
    joined: list[tuple[Condition, ...]] = [
        (_count(1), _within("region", *_REGIONS[0])),
        (_where(("gaps", ">", 2)), _within("domain", "Industry", "Security")),
        (_where(("type", "==", "regulator")), Condition("exists", _PREDICATES[1])),
        (_where(("due_days", "<", 10)), _where(("kind", "==", "event"))),
        (_count(0, "==", 0), _where(("begun_days", ">", 3000))),
        (_where(("begun_days", ">", 5000)), Condition("exists", _PREDICATES[2])),
        (_within("domain", "Research", "Finance"), _where(("ended_days", "<", 2000))),
    ]
    every = [*((c,) for c in single), *joined]
    amounts = random.Random(1)
    return tuple(
        BenchRule(f"r{i:02d}", SCORERS[i % 3], conditions, round(amounts.uniform(-100, 250)))
        for i, conditions in enumerate(every)
    )


def rulebook() -> Rulebook:
    """The workload as a rulebook."""
    rules = bench_rules()
    document: dict[str, Any] = {
        "settings": {"as_of": "2026-01-01"},
        "scales": {
            "level": [
                {"id": i, "from": least, "grade": i.upper(), "label": i.upper()}
                for i, least in BANDS.items()
            ]
        },
        "scorers": [
            {
                "name": scorer,
                "on": "profile",
                "scale": "level",
                "start": 0.3,
                "rules": [
                    {
                        "id": r.id,
                        "when": cel(r.conditions),
                        "add": r.points / 1000,
                        "because": "it holds",
                        "on_unknown": "ignore",
                    }
                    for r in rules
                    if r.scorer == scorer
                ],
            }
            for scorer in SCORERS
        ],
        "changes": [
            {"id": "record", "text": "cite a record", "effort": 3, "action": "add_source",
             "directness": "record"},
            {"id": "recheck", "text": "recheck", "effort": 1, "action": "recheck"},
            {"id": "lose", "text": "lose a source", "effort": 1, "action": "lose_source"},
        ],
    }  # fmt: skip
    return Rulebook.model_validate(document)


def cel(conditions: tuple[Condition, ...]) -> str:
    """The conditions as one CEL expression."""
    return " && ".join(_cel(c) for c in conditions)


def _cel(c: Condition) -> str:
    if c.kind == "is":
        field, op, value = c.tests[0]
        return f"profile.{field} {op} {_literal(value)}"
    if c.kind == "in":
        return f"profile.{c.field} in [{', '.join(map(_literal, c.values))}]"
    predicate = " && ".join(f"c.{f} {op} {_literal(v)}" for f, op, v in c.tests)
    if c.kind == "count":
        return f"citations.filter(c, {predicate}).size() {c.op} {c.number}"
    macro = {"exists": "exists", "all": "all", "one": "exists_one"}[c.kind]
    return f"citations.{macro}(c, {predicate})"


def _literal(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
