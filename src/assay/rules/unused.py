"""Facts and parameters that nothing uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from assay.diagnostics import Diagnostic, ValueLocation
from assay.diagnostics import rule_codes as codes
from assay.model.rulebook import Rulebook
from assay.rules.mentions import members, names
from assay.rules.texts import Hole, split_text


def unused_names(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """A finding for every fact and every parameter that no expression speaks of."""
    every = [*_expressions(rulebook), *(fact.expr for fact in rulebook.facts)]
    mentions = Counter(name for text in every for name in members(text))
    for index, fact in enumerate(rulebook.facts):
        if mentions[fact.name] == (fact.name in members(fact.expr)):
            yield codes.UNUSED_NAME.at(
                ValueLocation(("facts", index, "name")),
                f"nothing uses the fact {fact.name!r}",
                f"use it as {fact.on}.{fact.name}, or delete it",
            )
    named = {name for text in every for name in names(text)}
    for parameter in rulebook.parameters:
        if parameter not in named:
            yield codes.UNUSED_NAME.at(
                ValueLocation(("parameters", parameter)),
                f"nothing uses the parameter {parameter!r}",
                "use it in an expression, or delete it",
            )


def _expressions(rulebook: Rulebook) -> Iterator[str]:
    for scorer in rulebook.scorers:
        if isinstance(scorer.start, str):
            yield scorer.start
        if scorer.pool:
            yield from (scorer.pool.where, scorer.pool.take, scorer.pool.by or "")
        for rule in scorer.rules:
            yield from (rule.when, str(rule.amount), *_holes(rule.because))
    for watch in rulebook.watch:
        yield from (watch.when, *_holes(watch.text))


def _holes(sentence: str) -> Iterator[str]:
    return (part.text for part in split_text(sentence) if isinstance(part, Hole))
