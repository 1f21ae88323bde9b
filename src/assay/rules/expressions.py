"""Every expression of a rulebook, parsed and checked, and the order among its scorers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from assay.cel import ast
from assay.cel.ast import fields_read, walk
from assay.cel.errors import CelError, problem
from assay.cel.parse import Vocabulary, parse_cel
from assay.cel.schema import SPACES
from assay.cel.text import TextError, members, split_text
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Diagnostic
from assay.model.rulebook import Fact, Pool, Rulebook, Scorer

RulePath = tuple[str | int, ...]
"""Where in the rulebook: ``("scorers", 0, "rules", 3, "when")``."""

_WORD = re.compile(r"\s*(\w+)")


class _Take(Protocol):
    """Parses one expression of the rulebook and adds it."""

    def __call__(
        self, path: RulePath, text: str, subject: str, wanted: str, *, it: str | None = None
    ) -> None: ...


@dataclass
class Parsed:
    """The checked expressions of a rulebook by place, and what is wrong with it.

    The expressions of a sentence are at its path followed by the number of the part. ``facts``
    are the named ones by space and name, each after those it uses; ``missing`` are names of
    facts, scores and parameters that have no meaning here only for another mistake; ``complete``
    is whether every expression could be parsed.
    """

    vocabulary: Vocabulary
    expressions: dict[RulePath, ast.Expression] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    facts: dict[tuple[str, str], ast.Expression] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    complete: bool = True

    def add_problems(
        self, path: RulePath, text: str, problems: Sequence[Diagnostic], shift: int = 0
    ) -> None:
        """Add the problems of a text, without those that only follow from another one."""
        self.complete = False
        for one in problems:
            name = _WORD.match(text, one.value.offset or 0)
            unknown = one.code in (codes.UNKNOWN_FIELD.slug, codes.UNKNOWN_NAME.slug)
            if unknown and name and name[1] in self.missing:
                continue
            self.problems.append(one.within(path, shift))

    def uses(self, node: ast.Expression) -> Iterator[str]:
        """Keys (``on.name``) of all scores an expression may read, its facts' scores included."""
        seen: set[tuple[str, str]] = set()
        waiting = [node]
        while waiting:
            for key in fields_read(waiting.pop()):
                if key not in self.facts:
                    yield ".".join(key)
                elif key not in seen:
                    seen.add(key)
                    waiting.append(self.facts[key])

    def own_scores(self, node: ast.Expression, on: str) -> set[str]:
        """Names of the scores of its own row that an expression on ``on`` names, or its facts."""
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            for part in walk(waiting.pop()):
                if not isinstance(part, ast.Select) or not _is_own(part.operand, on):
                    continue
                if part.field in self.vocabulary.scores.get(on, ()):
                    found.add(part.field)
                elif (on, part.field) in self.facts and part.field not in seen:
                    seen.add(part.field)
                    waiting.append(self.facts[on, part.field])
        return found


def _is_own(node: ast.Expression, on: str) -> bool:
    """Whether it is the row the expression is about, or the coverage of its scores."""
    if isinstance(node, ast.Select) and node.field == "coverage":
        node = node.operand
    return isinstance(node, ast.Ident) and node.name == on


def rulebook_vocabulary(rulebook: Rulebook) -> Vocabulary:
    """The score names the rulebook defines."""
    scores: dict[str, list[str]] = {}
    for scorer in rulebook.scorers:
        names = scores.setdefault(scorer.on, [])
        if scorer.name not in names:
            names.append(scorer.name)
    outlook = tuple(s.name for s in rulebook.scorers if s.on == "profile" and s.scale)
    return Vocabulary(
        {on: tuple(names) for on, names in scores.items()},
        outlook,
        parameters=dict(rulebook.parameters),
    )


def parse_rulebook(rulebook: Rulebook, missing: Set[str] = frozenset()) -> Parsed:
    """Parse and type-check every expression; mistakes are collected, none is raised.

    That a name of the ``missing`` ones is not known is no mistake of the expression.
    """
    parsed = Parsed(rulebook_vocabulary(rulebook), missing=frozenset(missing))
    parse_facts(rulebook, parsed)
    vocabulary = parsed.vocabulary

    def take(
        path: RulePath,
        text: str,
        subject: str,
        wanted: str,
        *,
        it: str | None = None,
        watch: bool = False,
        shift: int = 0,
    ) -> None:
        try:
            node = parse_cel(text, subject, vocabulary, it=it, watch=watch)
            if wanted not in ("any", node.type.name):
                raise CelError([_wrong_type(node, wanted)])
            parsed.expressions[path] = node
        except CelError as error:
            parsed.add_problems(path, text, error.problems, shift)

    def take_text(path: RulePath, text: str, subject: str, *, watch: bool = False) -> None:
        try:
            parts = split_text(text)
        except TextError as error:
            wrong = problem(
                codes.UNBALANCED_BRACES, str(error), error.offset, "a brace is written {{"
            )
            parsed.problems.append(wrong.within(path))
            return
        for index, part in enumerate(parts):
            if not isinstance(part, str):
                take((*path, index), part.text, subject, "any", watch=watch, shift=part.offset)

    for i, scorer in enumerate(rulebook.scorers):
        here: RulePath = ("scorers", i)
        if isinstance(scorer.start, str):
            take((*here, "start"), scorer.start, scorer.on, "double")
        if scorer.pool:
            _parse_pool(scorer, scorer.pool, here, parsed, take)
        for j, rule in enumerate(scorer.rules):
            place: RulePath = (*here, "rules", j)
            take((*place, "when"), rule.when, scorer.on, "bool")
            if isinstance(rule.amount, str):
                take((*place, rule.phase), rule.amount, scorer.on, "double")
            take_text((*place, "because"), rule.because, scorer.on)
    for i, watch in enumerate(rulebook.watch):
        take(("watch", i, "when"), watch.when, "profile", "bool", watch=True)
        take_text(("watch", i, "text"), watch.text, "profile", watch=True)
    return parsed


def _parse_pool(scorer: Scorer, pool: Pool, here: RulePath, parsed: Parsed, take: _Take) -> None:
    known = [c.name for c in SPACES[scorer.on].collections if c.name != "roots"]
    if pool.over not in known:
        hint = f"a {scorer.on} has: {', '.join(known)}" if known else "score claims instead"
        wrong = problem(
            codes.UNKNOWN_COLLECTION, f"a {scorer.on} has no collection {pool.over!r}", 0, hint
        )
        parsed.problems.append(wrong.within((*here, "pool", "over")))
        return
    take((*here, "pool", "where"), pool.where, scorer.on, "bool", it=pool.over)
    take((*here, "pool", "take"), pool.take, scorer.on, "double", it=pool.over)
    if pool.by:
        take((*here, "pool", "by"), pool.by, scorer.on, "string", it=pool.over)


def _wrong_type(node: ast.Expression, wanted: str) -> Diagnostic:
    hints = {
        "bool": "a condition is true or false: compare it with something",
        "double": "an amount is a decimal: write 1.0, or double(…)",
        "string": "elements are grouped by a text such as it.origin",
    }
    return problem(
        codes.TYPE_MISMATCH,
        f"this is of type {node.type}, where {wanted} is needed",
        node.offset,
        hints[wanted],
    )


_FACT_TYPES = ("bool", "int", "double", "string", "timestamp")


def parse_facts(rulebook: Rulebook, parsed: Parsed) -> None:
    """Parse the named facts, each after those it uses; they join the vocabulary with their types.

    ``parsed.facts`` has their expressions by kind of subject and name.
    """
    places = {f.name: i for i, f in enumerate(rulebook.facts)}
    needs = {f.name: members(f.expr) & places.keys() for f in rulebook.facts}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = error.args[1]
        wrong = problem(
            codes.FACT_CIRCLE,
            f"facts use each other in a circle: {' → '.join(reversed(circle))}",
            0,
            "let one of them use evidence instead",
        )
        parsed.problems.append(wrong.within(("facts", places[circle[0]], "name")))
        parsed.missing |= places.keys()
        return
    types: dict[str, dict[str, ast.Type]] = {on: {} for on in SPACES}
    failed: dict[int, CelError] = {}
    for name in order:
        fact = rulebook.facts[places[name]]
        # What it does not mention it need not know: a long chain would else take the square.
        below = {
            on: {n: known[n] for n in sorted(needs[name] & known.keys())}
            for on, known in types.items()
        }
        try:
            node = _fact(fact, replace(parsed.vocabulary, facts=below))
        except CelError as error:
            failed[places[name]] = error
            continue
        parsed.facts[fact.on, name] = node
        types[fact.on][name] = node.type
    parsed.vocabulary = replace(parsed.vocabulary, facts={o: t for o, t in types.items() if t})
    parsed.missing |= {rulebook.facts[index].name for index in failed}
    for index, found in failed.items():
        fact = rulebook.facts[index]
        problems = _problems(fact, parsed.vocabulary) or found.problems
        parsed.add_problems(("facts", index, "expr"), fact.expr, problems)


def _fact(fact: Fact, vocabulary: Vocabulary) -> ast.Expression:
    """The expression of a fact; raises :class:`CelError`, also where its type has no column."""
    node = parse_cel(fact.expr, fact.on, vocabulary)
    listed = node.type.item is not None and node.type.item.name == "string"
    if node.type.name not in _FACT_TYPES and not listed:
        raise CelError([_wrong_fact(node)])
    return node


def _problems(fact: Fact, vocabulary: Vocabulary) -> list[Diagnostic]:
    """The problems of a fact once all others are known and can be suggested."""
    try:
        _fact(fact, vocabulary)
    except CelError as error:
        return error.problems
    return []


def _wrong_fact(node: ast.Expression) -> Diagnostic:
    return problem(
        codes.TYPE_MISMATCH,
        f"a fact is a value, and this is of type {node.type}",
        node.offset,
        "ask for a field, a size() or a condition",
    )


def scorer_order(rulebook: Rulebook, parsed: Parsed) -> list[int]:
    """Indices of the scorers so that each comes after those whose scores it uses.

    A circle among them is added to the problems, and the order is then empty.
    """
    keys = {scorer.key: i for i, scorer in enumerate(rulebook.scorers)}
    needs: dict[str, set[str]] = {key: set() for key in sorted(keys)}
    for path, node in parsed.expressions.items():
        if path[0] == "scorers":
            scorer = rulebook.scorers[int(path[1])]
            if "because" not in path:
                needs[scorer.key] |= {key for key in parsed.uses(node) if key in keys}
    try:
        return [keys[key] for key in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        members = error.args[1]
        chain = " → ".join(reversed(members))
        wrong = problem(
            codes.SCORER_CIRCLE,
            f"scorers use each other's scores in a circle: {chain}",
            0,
            "let one of them use evidence instead of the other's score",
        )
        parsed.problems.append(wrong.within(("scorers", keys[members[0]], "name")))
        return []


def score_uses(node: ast.Expression) -> Iterator[str]:
    """Keys (``on.name``) of all scores an expression itself may read, of any row."""
    return (".".join(key) for key in fields_read(node))
