"""Facts and parameters that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.model.rulebook import Rulebook
from assay.rules import codes
from assay.rules.findings import RuleFinding

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


def unused_names(rulebook: Rulebook) -> Iterator[RuleFinding]:
    """A finding for every fact and every parameter that no expression speaks of."""
    texts = [_QUOTED.sub("", t) for t in _expressions(rulebook)]
    facts = {f.name: _QUOTED.sub("", f.expr) for f in rulebook.facts}
    for i, fact in enumerate(rulebook.facts):
        others = [*texts, *(e for name, e in facts.items() if name != fact.name)]
        if not any(re.search(rf"\.\s*{fact.name}\b", t) for t in others):
            yield RuleFinding(
                codes.UNUSED_NAME,
                ("facts", i, "name"),
                f"nothing uses the fact {fact.name!r}",
                f"use it as {fact.on}.{fact.name}, or delete it",
            )
    for name in rulebook.parameters:
        if not any(re.search(rf"(?<![\w.]){name}\b", t) for t in (*texts, *facts.values())):
            yield RuleFinding(
                codes.UNUSED_NAME,
                ("parameters", name),
                f"nothing uses the parameter {name!r}",
                "use it in an expression, or delete it",
            )


def _expressions(rulebook: Rulebook) -> Iterator[str]:
    for scorer in rulebook.scorers:
        if isinstance(scorer.start, str):
            yield scorer.start
        if scorer.pool:
            yield from (scorer.pool.where, scorer.pool.take, scorer.pool.by or "")
        for rule in scorer.rules:
            yield from (rule.when, str(rule.amount), *re.findall(r"\{(.*?)\}", rule.because))
    for watch in rulebook.watch:
        yield from (watch.when, *re.findall(r"\{(.*?)\}", watch.text))
