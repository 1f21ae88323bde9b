"""Coverage of a scorer: the distinct facts that its rules name, known ones over all.

A field is known or not. A score of another scorer is known as far as its own coverage goes. A
collection is one fact: it is known as far as the member goes that states most of what is asked of
it, and if nothing is asked (``size()``), as soon as it has a member. Therefore another member, or
another field of one, never lowers a coverage. Only members that are asked of their owner whether
they are known or not (factors) are each a fact: a pool over them is known by the share of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from assay.arithmetic import ONE
from assay.cel.asked import Asked, Key, asked_by
from assay.cel.errors import CelError, problem
from assay.cel.lower import Compiler
from assay.cel.operations import TRUE, Expr, Lit, all_of, apply, sum_of
from assay.cel.schema import SPACES
from assay.cel.scope import Row, Rows, Scope, subject_scope
from assay.diagnostics import rule_codes as codes
from assay.model.rulebook import Scorer
from assay.rules.expressions import Parsed, RulePath

_NOT_COUNTED = frozenset(["because", "kinds", "not_asked", "rated_when", "stands_on"])


def coverage_of(scorer: Scorer, here: RulePath, parsed: Parsed, compiler: Compiler) -> Expr | None:
    """Return the coverage in thousandths, rounded down; None if the rules name no fact.

    Raises :class:`CelError` if ``not_asked`` lists something that they do not name.
    """
    pool = scorer.pool.over if scorer.pool else None
    nodes = [
        (node, pool if "pool" in path else None)
        for path, node in parsed.expressions.items()
        if path[: len(here)] == here and _NOT_COUNTED.isdisjoint(path)
    ]
    asked = asked_by(nodes, scorer.on, parsed.vocabulary, parsed.facts)
    shares = {key: _share(fact) for key, fact in _facts(asked, scorer.on, compiler)}
    shares |= _pooled(scorer, here, asked, parsed, compiler)
    if not shares:
        return None
    space = Scope(SPACES[scorer.on], {})
    exempt = _exempt(scorer, here, parsed, compiler, shares)
    counted = len(shares) - len(exempt)
    total, count = [s for key, s in shares.items() if key not in exempt], []
    for key, spared in exempt.items():
        total.append(apply("if", spared, Lit(0), shares[key]))
        count.append(apply("if", spared, Lit(0), Lit(1)))
    every: Expr = Lit(counted)
    if count:
        every = compiler.plain(space, apply("greatest", Lit(1), sum_of([every, *count])))
    return apply("quo", compiler.plain(space, sum_of(total)), every)


def _pooled(
    scorer: Scorer, here: RulePath, asked: Asked, parsed: Parsed, compiler: Compiler
) -> dict[Key, Expr]:
    """Return the share that is known of the members that a pool asks for, if each is a fact."""
    if scorer.pool is None:
        return {}
    scope = subject_scope(scorer.on)
    rows = scope.names[scorer.pool.over]
    assert isinstance(rows, Rows)
    if not SPACES[rows.collection.space].stated:
        return {}
    key = (rows.hops, rows.owner.name, rows.collection.name)
    inner = scope.inside(rows, "it")
    kept = _compiled((*here, "pool", "where"), inner, parsed, compiler)
    kept = apply("coalesce", kept, Lit(False))
    facts = _facts(asked.collections[key], rows.collection.space, compiler)
    stated = all_of(kept, *(expr for _, (expr, condition) in facts if condition))
    known, every = (compiler.aggregate(rows, "true", e) for e in (stated, kept))
    share = apply("quo", apply("mul", known, Lit(ONE)), apply("greatest", Lit(1), every))
    return {("collection", *key): share}


def _exempt(
    scorer: Scorer, here: RulePath, parsed: Parsed, compiler: Compiler, named: dict[Key, Expr]
) -> dict[Key, Expr]:
    """Return for facts that are not asked of every subject the condition that they are not."""
    found: dict[Key, Expr] = {}
    for number, exempt in enumerate(scorer.not_asked):
        place: RulePath = (*here, "not_asked", number)
        scope = subject_scope(scorer.on)
        when = _compiled((*place, "when"), scope, parsed, compiler)
        spared = compiler.plain(scope, apply("coalesce", when, Lit(False)))
        for index, text in enumerate(exempt.facts):
            path: RulePath = (*place, "facts", index)
            node = parsed.expressions[path]
            asked = asked_by([(node, None)], scorer.on, parsed.vocabulary, parsed.facts)
            keys = [key for key in asked.every() if key in named]
            if not keys:
                message = f"no rule of {scorer.name!r} names {text!r}"
                hint = "list a field, score or collection that the rules use"
                wrong = problem(codes.UNNAMED_FACT, message, 0, hint)
                raise CelError([wrong.within(path)])
            for key in keys:
                found[key] = apply("or", found[key], spared) if key in found else spared
    return found


def _compiled(path: RulePath, scope: Scope, parsed: Parsed, compiler: Compiler) -> Expr:
    try:
        return compiler.scalar(parsed.expressions[path], scope)
    except CelError as error:
        raise CelError([p.within(path) for p in error.problems]) from None


Fact = tuple[Expr, bool]
"""How much of a fact is known: a share in thousandths, or, if true, a condition."""


def _share(fact: Fact) -> Expr:
    expr, condition = fact
    return apply("if", expr, Lit(ONE), Lit(0)) if condition else expr


def _facts(asked: Asked, space: str, compiler: Compiler) -> Iterator[tuple[Key, Fact]]:
    """Yield what is asked of the rows of a space."""
    scope = Scope(SPACES[space], {})
    for field in asked.fields:
        yield ("field", *field), (_is_known(compiler, scope, *field), True)
    for hops, score in asked.scores:
        yield ("score", hops, score), (compiler.at(scope, hops, f"cover.{score}"), False)
    for key, inner in asked.collections.items():
        hops, owner, name = key
        collection = SPACES[owner].collection(name)
        assert collection is not None
        rows = Rows(hops, SPACES[owner], collection)
        yield ("collection", *key), _collected(compiler, scope, rows, inner)


def _collected(compiler: Compiler, scope: Scope, rows: Rows, asked: Asked) -> Fact:
    """Return how much of a collection is known: as much as its best member states."""
    facts = [fact for _, fact in _facts(asked, rows.collection.space, compiler)]
    stated = all_of(*(expr for expr, condition in facts if condition))
    shares = [expr for expr, condition in facts if not condition]
    if shares:
        least = reduce(lambda a, b: apply("least", a, b), shares)
        share = least if stated == TRUE else apply("if", stated, least, Lit(0))
        most = apply("coalesce", compiler.aggregate(rows, "max", share), Lit(0))
        return compiler.gathered(scope, rows, most), False
    members = (
        compiler.aggregate(rows, "rows", None)
        if stated == TRUE
        else compiler.aggregate(rows, "true", stated)
    )
    return compiler.gathered(scope, rows, apply("gt", members, Lit(0))), True


def _is_known(
    compiler: Compiler,
    scope: Scope,
    hops: tuple[tuple[str, str], ...],
    space: str,
    part: str,
    name: str,
) -> Expr:
    """Return the condition that a field is known; a list without items is not."""
    row = Row(hops, SPACES[space], part)
    value = compiler.field(scope, row, name)
    assert not isinstance(value, Row | Rows)
    fields = row.space.parts[part] if part else row.space.fields
    if any(f.name == name and f.type == "strings" for f in fields):
        return apply("coalesce", apply("gt", apply("items", value), Lit(0)), Lit(False))
    return apply("known", value)
