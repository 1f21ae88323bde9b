"""The expressions of a rulebook, parsed and type-checked, and the order among its scorers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from assay.cel import ast
from assay.cel.ast import fields_read
from assay.cel.errors import CelError, problem
from assay.cel.parse import Vocabulary, parse_cel
from assay.cel.schema import SPACES
from assay.cel.text import TextError, members, split_text
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Diagnostic
from assay.model.rulebook import Fact, Pool, Rulebook, Scorer

RulePath = tuple[str | int, ...]
"""Keys and indices that lead to a value, such as ``("scorers", 0, "rules", 3, "when")``."""

_WORD = re.compile(r"\s*(\w+)")


@dataclass
class Parsed:
    """The checked expressions of a rulebook by path, and its problems.

    The path of an expression inside a sentence is that of the sentence and the number of the part.
    ``facts`` are by space and name, each after those it uses. ``missing`` are names of facts,
    scores and parameters that are unknown only because of another error. ``complete`` is False if
    an expression could not be parsed.
    """

    vocabulary: Vocabulary
    expressions: dict[RulePath, ast.Expression] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    facts: dict[tuple[str, str], ast.Expression] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    complete: bool = True

    def add(
        self,
        path: RulePath,
        text: str,
        subject: str,
        expected: str,
        *,
        it: str | None = None,
        watch: bool = False,
        shift: int = 0,
    ) -> None:
        """Parse an expression on ``subject`` of the ``expected`` type and add it or its problems.

        ``shift`` is the offset of the expression in the value at ``path``.
        """
        try:
            node = parse_cel(text, subject, self.vocabulary, it=it, watch=watch)
            if expected not in ("any", node.type.name):
                raise CelError([_wrong_type(node, expected)])
            self.expressions[path] = node
        except CelError as error:
            self.add_problems(path, text, error.problems, shift)

    def add_sentence(self, path: RulePath, text: str, subject: str, *, watch: bool = False) -> None:
        """Parse the expressions inside a sentence and add them or their problems."""
        try:
            parts = split_text(text)
        except TextError as error:
            wrong = problem(
                codes.UNBALANCED_BRACES, str(error), error.offset, "write {{ for a brace"
            )
            self.problems.append(wrong.within(path))
            return
        for index, part in enumerate(parts):
            if not isinstance(part, str):
                self.add((*path, index), part.text, subject, "any", watch=watch, shift=part.offset)

    def add_problems(
        self, path: RulePath, text: str, problems: Sequence[Diagnostic], shift: int = 0
    ) -> None:
        """Add the problems of a text, except those that only follow from another error."""
        self.complete = False
        for one in problems:
            name = _WORD.match(text, one.value.offset or 0)
            unknown = one.code in (codes.UNKNOWN_FIELD.slug, codes.UNKNOWN_NAME.slug)
            if unknown and name and name[1] in self.missing:
                continue
            self.problems.append(one.within(path, shift))

    def uses(self, node: ast.Expression) -> Iterator[str]:
        """Return keys (``on.name``) of the scores an expression may read, also through facts."""
        seen: set[tuple[str, str]] = set()
        waiting = [node]
        while waiting:
            for key in fields_read(waiting.pop()):
                if key not in self.facts:
                    yield ".".join(key)
                elif key not in seen:
                    seen.add(key)
                    waiting.append(self.facts[key])


def parse_rulebook(rulebook: Rulebook, missing: Set[str] = frozenset()) -> Parsed:
    """Parse and type-check every expression, and collect the problems.

    Unknown names among ``missing`` are not reported.
    """
    scores: dict[str, tuple[str, ...]] = {}
    for scorer in rulebook.scorers:
        names = scores.get(scorer.on, ())
        if scorer.name not in names:
            scores[scorer.on] = (*names, scorer.name)
    outlook = tuple(s.name for s in rulebook.scorers if s.on == "profile" and s.scale)
    vocabulary = Vocabulary(scores, outlook, parameters=dict(rulebook.parameters))
    parsed = Parsed(vocabulary, missing=frozenset(missing))
    _parse_facts(rulebook, parsed)
    for i, scorer in enumerate(rulebook.scorers):
        here: RulePath = ("scorers", i)
        if isinstance(scorer.start, str):
            parsed.add((*here, "start"), scorer.start, scorer.on, "double")
        if scorer.pool:
            _parse_pool(scorer, scorer.pool, here, parsed)
        for j, exempt in enumerate(scorer.not_asked):
            place: RulePath = (*here, "not_asked", j)
            parsed.add((*place, "when"), exempt.when, scorer.on, "bool")
            for k, fact in enumerate(exempt.facts):
                parsed.add((*place, "facts", k), fact, scorer.on, "any")
        for j, rule in enumerate(scorer.rules):
            place = (*here, "rules", j)
            parsed.add((*place, "when"), rule.when, scorer.on, "bool")
            if isinstance(rule.amount, str):
                parsed.add((*place, rule.phase), rule.amount, scorer.on, "double")
            parsed.add_sentence((*place, "because"), rule.because, scorer.on)
        if scorer.kinds is not None:
            listed = ", ".join(f'"{kind}"' for kind in scorer.kinds)
            parsed.add((*here, "kinds"), f"profile.kind in [{listed}]", scorer.on, "bool")
        if scorer.rated_when is not None:
            parsed.add((*here, "rated_when"), scorer.rated_when, scorer.on, "bool")
        if scorer.stands_on is not None and scorer.stands_on.needs is not None:
            parsed.add((*here, "stands_on", "needs"), scorer.stands_on.needs, scorer.on, "bool")
    for i, watch in enumerate(rulebook.watch):
        parsed.add(("watch", i, "when"), watch.when, "profile", "bool", watch=True)
        parsed.add_sentence(("watch", i, "text"), watch.text, "profile", watch=True)
    return parsed


def _parse_pool(scorer: Scorer, pool: Pool, here: RulePath, parsed: Parsed) -> None:
    known = [c.name for c in SPACES[scorer.on].collections if c.name != "roots"]
    if pool.over not in known:
        hint = f"a {scorer.on} has: {', '.join(known)}" if known else "score claims instead"
        wrong = problem(
            codes.UNKNOWN_COLLECTION, f"a {scorer.on} has no collection {pool.over!r}", 0, hint
        )
        parsed.problems.append(wrong.within((*here, "pool", "over")))
        return
    parsed.add((*here, "pool", "where"), pool.where, scorer.on, "bool", it=pool.over)
    parsed.add((*here, "pool", "take"), pool.take, scorer.on, "double", it=pool.over)
    if pool.by:
        parsed.add((*here, "pool", "by"), pool.by, scorer.on, "string", it=pool.over)
    if pool.weight:
        parsed.add((*here, "pool", "weight"), pool.weight, scorer.on, "double", it=pool.over)


def _wrong_type(node: ast.Expression, expected: str) -> Diagnostic:
    hints = {
        "bool": "compare it with a value: a condition is true or false",
        "double": "write a decimal, for example 1.0, or double(…)",
        "string": "group elements by a text, for example it.source.id",
    }
    return problem(
        codes.TYPE_MISMATCH,
        f"the expression must be of type {expected}, not {node.type}",
        node.offset,
        hints[expected],
    )


def _parse_facts(rulebook: Rulebook, parsed: Parsed) -> None:
    """Parse the facts, each after those it uses, and add them to the vocabulary."""
    places = {f.name: i for i, f in enumerate(rulebook.facts)}
    needs = {f.name: members(f.expr) & places.keys() for f in rulebook.facts}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        cycle = error.args[1]
        wrong = problem(
            codes.FACT_CIRCLE,
            f"facts use each other in a cycle: {' → '.join(reversed(cycle))}",
            0,
            "let one of them use evidence instead",
        )
        parsed.problems.append(wrong.within(("facts", places[cycle[0]], "name")))
        parsed.missing |= places.keys()
        return
    types: dict[str, dict[str, ast.Type]] = {on: {} for on in SPACES}
    failed: dict[int, CelError] = {}
    for name in order:
        fact = rulebook.facts[places[name]]
        # Only the facts that it mentions: with all of them, long chains take quadratic time.
        used = {
            on: {n: known[n] for n in sorted(needs[name] & known.keys())}
            for on, known in types.items()
        }
        try:
            node = _parse_fact(fact, replace(parsed.vocabulary, facts=used))
        except CelError as error:
            failed[places[name]] = error
            continue
        parsed.facts[fact.on, name] = node
        types[fact.on][name] = node.type
    parsed.vocabulary = replace(parsed.vocabulary, facts={o: t for o, t in types.items() if t})
    parsed.missing |= {rulebook.facts[index].name for index in failed}
    for index, first_error in failed.items():
        fact = rulebook.facts[index]
        problems = first_error.problems
        try:
            _parse_fact(fact, parsed.vocabulary)
        except CelError as error:
            problems = error.problems  # with the names of all facts to suggest
        parsed.add_problems(("facts", index, "expr"), fact.expr, problems)


def _parse_fact(fact: Fact, vocabulary: Vocabulary) -> ast.Expression:
    """Parse a fact; raise :class:`CelError` also if no column can have its type."""
    node = parse_cel(fact.expr, fact.on, vocabulary)
    texts = node.type.item is not None and node.type.item.name == "string"
    if node.type.name not in ("bool", "int", "double", "string", "timestamp") and not texts:
        wrong = problem(
            codes.TYPE_MISMATCH,
            f"a fact must be a value, not of type {node.type}",
            node.offset,
            "use a field, a size() or a condition",
        )
        raise CelError([wrong])
    return node


def scorer_order(rulebook: Rulebook, parsed: Parsed) -> list[int]:
    """Return the indices of the scorers, each after those whose scores it uses.

    If they form a cycle, adds a problem and returns an empty list.
    """
    keys = {scorer.key: i for i, scorer in enumerate(rulebook.scorers)}
    needs: dict[str, set[str]] = {key: set() for key in sorted(keys)}
    for path, node in parsed.expressions.items():
        if path[0] == "scorers":
            scorer = rulebook.scorers[int(path[1])]
            if "because" not in path:
                needs[scorer.key] |= {key for key in parsed.uses(node) if key in keys}
    for scorer in rulebook.scorers:
        needs[scorer.key] |= {key for key in _further_scores(scorer) if key in keys}
    try:
        return [keys[key] for key in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        cycle = error.args[1]
        chain = " → ".join(reversed(cycle))
        wrong = problem(
            codes.SCORER_CIRCLE,
            f"scorers use each other's scores in a cycle: {chain}",
            0,
            "let one of them use evidence instead of the other's score",
        )
        parsed.problems.append(wrong.within(("scorers", keys[cycle[0]], "name")))
        return []


def _further_scores(scorer: Scorer) -> Iterator[str]:
    """Return keys of the scores that a scorer uses besides those in its expressions."""
    if scorer.ceiling is not None:
        yield f"{scorer.on}.{scorer.ceiling.scorer}"
    if scorer.stands_on is not None:
        yield f"{scorer.stands_on.on}.{scorer.stands_on.scorer}"


def direct_score_uses(node: ast.Expression) -> Iterator[str]:
    """Return keys (``on.name``) of the scores an expression may read itself, of any row."""
    return (".".join(key) for key in fields_read(node))
