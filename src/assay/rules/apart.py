"""What cannot be compiled of a rulebook, each expression looked at by itself.

A rulebook is compiled as a whole once all of it could be parsed. Where some of it could not, or
where nothing uses a fact, what is wrong with the rest is said all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from assay.diagnostics import Diagnostic
from assay.model.rulebook import Rulebook
from assay.rules.compile import Compiler
from assay.rules.expressions import Parsed, Path
from assay.rules.problems import CelError
from assay.rules.scope import Rows, Scope, subject_scope


def uncompilable(rulebook: Rulebook, parsed: Parsed) -> Iterator[Diagnostic]:
    """What is wrong with the expressions that were parsed, facts included."""
    compiler = Compiler(parsed.vocabulary, parsed.facts)
    for path, node in parsed.expressions.items():
        # A part of a sentence stands at a number.
        compiled = compiler.text if isinstance(path[-1], int) else compiler.scalar
        try:
            compiled(node, _scope(rulebook, path))
        except CelError as error:
            yield from (p.within(path) for p in error.problems)
    yield from uncompilable_facts(rulebook, parsed)


def uncompilable_facts(rulebook: Rulebook, parsed: Parsed) -> Iterator[Diagnostic]:
    """What is wrong with the facts, whether anything uses them or not."""
    compiler = Compiler(parsed.vocabulary, parsed.facts)
    for index, fact in enumerate(rulebook.facts):
        node = parsed.facts.get((fact.on, fact.name))
        if node is None:
            continue
        try:
            compiler.scalar(node, subject_scope(fact.on))
        except CelError as error:
            place: Path = ("facts", index, "expr")
            yield from (p.within(place) for p in error.problems)


def _scope(rulebook: Rulebook, path: Path) -> Scope:
    """What the expression at a path can name."""
    if path[0] == "watch":
        return subject_scope("profile", watch=True)
    scorer = rulebook.scorers[int(path[1])]
    scope = subject_scope(scorer.on)
    if scorer.pool is None or path[2] != "pool":
        return scope
    rows = scope.names[scorer.pool.over]
    assert isinstance(rows, Rows)
    return scope.inside(rows, "it")
