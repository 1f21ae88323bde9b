"""Likely mistakes in a rulebook that can be computed: each finding comes with its proof.

The proofs are from :mod:`assay.lint.analysis`: a band out of reach is so for every document, and a
condition that is always true is so for every row.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import pairwise

from assay.cel.operations import Apply, Col, Expr, Lit
from assay.cel.program import Aggregate, Compute, Program
from assay.cel.text import Hole, members, names, split_text
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation
from assay.lint.analysis import Analysis, field_words
from assay.lint.rules import RuleLint
from assay.model.rulebook import Band, Rulebook, Scorer
from assay.rules.expressions import RulePath

Values = Mapping[tuple[str, str], Collection[str]]
"""The texts that documents hold, by space and column."""

_ALIKE = 0.86
"""From this similarity on, a text that no document has counts as a misspelling."""


def lint_rulebook(
    rulebook: Rulebook, program: Program, written: Values, as_of: date | None
) -> Iterator[Diagnostic]:
    """Warnings and infos about a rulebook without errors, at a date."""
    yield from _unused_names(rulebook)
    yield from _expiries(rulebook, as_of)
    for name, bands in rulebook.scales.items():
        yield from _band_words(name, bands)
    analysis = Analysis(program)
    for index, scorer in enumerate(rulebook.scorers):
        columns = program.scorer(scorer.key)
        here: RulePath = ("scorers", index)
        yield from RuleLint(analysis, program, columns, here).findings()
        yield from _unreached_bands(analysis, rulebook.bands(scorer), scorer, here)
        for j, rule in enumerate(columns.rules):
            place = (*here, "rules", j, "when")
            yield from _unknown_values(program, scorer.on, rule.outcome, written, place)


def _expiries(rulebook: Rulebook, as_of: date | None) -> Iterator[Diagnostic]:
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            if rule.disabled is None:
                continue
            until = rule.disabled.until
            place = ("scorers", i, "rules", j, "disabled")
            if as_of is not None and as_of >= until:
                message = f"the rule {rule.id!r} was switched off until {until} and is in force"
                yield codes.RULE_EXPIRY.at(ValueLocation(place), message, "take 'disabled' out")
            else:
                message = f"the rule {rule.id!r} is switched off until {until}"
                yield codes.RULE_EXPIRY.at(ValueLocation(place), message, rule.disabled.reason)


# Names that nothing uses -------------------------------------------------------------------


def _unused_names(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """A finding for every fact and every parameter that no expression uses."""
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


# Bands -------------------------------------------------------------------------------------


def _unreached_bands(
    analysis: Analysis, bands: Sequence[Band], scorer: Scorer, here: RulePath
) -> Iterator[Diagnostic]:
    """Bands that no evidence can bring the scorer into, with the scores it can reach."""
    if not bands:
        return
    found = analysis.column(scorer.on, f"score.{scorer.name}")
    ordered = sorted(bands, key=lambda b: b.from_)
    ends = [*(b.from_ * 1000 for b in ordered[1:]), math.inf]
    for band, end in zip(ordered, ends, strict=True):
        start = band.from_ * 1000
        if start > found.high or end <= found.low:
            yield codes.UNREACHED_BAND.at(
                ValueLocation((*here, "scale")),
                f"{scorer.name} of a {scorer.on} never reaches {band.id!r}, which starts at "
                f"{band.from_:.3f}: its scores are from {found.low / 1000:.3f} to "
                f"{found.high / 1000:.3f}",
                "move the band, or let rules reach it",
            )


_RANKED = (
    ("negligible", "minimal", "low", "medium", "moderate", "high", "severe", "critical"),
    ("remote", "unlikely", "even", "likely", "certain"),
    ("weak", "medium", "strong"),
    ("poor", "fair", "good", "excellent"),
)


def _band_words(name: str, bands: Sequence[Band]) -> Iterator[Diagnostic]:
    """Bands whose grade or label contradicts their place on the scale."""
    ordered = sorted(bands, key=lambda b: b.from_)
    for words in _RANKED:
        for key in ("grade", "label"):
            yield from _out_of_order(name, bands, ordered, words, key)
        for band in ordered:
            grade, label = _rank(band.grade, words), _rank(band.label, words)
            if grade is not None and label is not None and grade != label:
                yield codes.BAND_WORDS.at(
                    ValueLocation(("scales", name, list(bands).index(band), "label")),
                    f"the band {band.id!r} is {band.grade!r} in its grade and {band.label!r} in "
                    "its label",
                    "say the same in both",
                )
    letters = [(b, b.grade[0]) for b in ordered if re.match(r"[A-F](\W|$)", b.grade)]
    for (low, first), (high, second) in pairwise(letters):
        if second > first:
            yield codes.BAND_WORDS.at(
                ValueLocation(("scales", name, list(bands).index(high), "grade")),
                f"{high.grade!r} starts at {high.from_:.3f}, above {low.grade!r} at "
                f"{low.from_:.3f}; A is the best grade",
                "exchange the grades, or the starts",
            )
    yield from _likelihoods(name, bands, ordered)


def _out_of_order(
    name: str, bands: Sequence[Band], ordered: Sequence[Band], words: Sequence[str], key: str
) -> Iterator[Diagnostic]:
    ranks = [(b, r) for b in ordered if (r := _rank(getattr(b, key), words)) is not None]
    for (low, below), (high, above) in pairwise(ranks):
        if below > above and not (key == "label" and high.label == high.grade):
            yield codes.BAND_WORDS.at(
                ValueLocation(("scales", name, list(bands).index(high), key)),
                f"{getattr(high, key)!r} starts at {high.from_:.3f}, above "
                f"{getattr(low, key)!r} at {low.from_:.3f}, and says less",
                f"exchange the {key}s, or the starts",
            )


def _likelihoods(name: str, bands: Sequence[Band], ordered: Sequence[Band]) -> Iterator[Diagnostic]:
    """Words for a likelihood on a band wholly outside the range that they mean."""
    ends = [*(b.from_ for b in ordered[1:]), 1.0]
    for band, end in zip(ordered, ends, strict=True):
        for key in ("grade", "label"):
            meant = _LIKELIHOODS.get(getattr(band, key).strip().lower())
            if meant is not None and (end <= meant[0] or band.from_ >= meant[1]):
                yield codes.BAND_WORDS.at(
                    ValueLocation(("scales", name, list(bands).index(band), key)),
                    f"{getattr(band, key)!r} stands for {meant[0]:.2f} to {meant[1]:.2f}, and "
                    f"this band is {band.from_:.3f} to {end:.3f}",
                    "take the word of the band, or move its start (ICD 203 has these words)",
                )


_LIKELIHOODS = {
    **dict.fromkeys(("almost no chance", "remote"), (0.01, 0.05)),
    **dict.fromkeys(("very unlikely", "highly improbable"), (0.05, 0.20)),
    **dict.fromkeys(("unlikely", "improbable"), (0.20, 0.45)),
    **dict.fromkeys(("roughly even chance", "roughly even odds"), (0.45, 0.55)),
    **dict.fromkeys(("likely", "probable"), (0.55, 0.80)),
    **dict.fromkeys(("very likely", "highly probable"), (0.80, 0.95)),
    **dict.fromkeys(("almost certain", "nearly certain"), (0.95, 0.99)),
}
"""Words for likelihoods with their ranges (ICD 203, Analytic Standards, 2015)."""


def _rank(text: str, words: Sequence[str]) -> int | None:
    found = [words.index(w) for w in re.findall(r"[a-z]+", text.lower()) if w in words]
    return found[0] if len(found) == 1 else None


# Texts that no document has ----------------------------------------------------------------


def _unknown_values(
    program: Program, space: str, expr: Expr, written: Values, place: RulePath
) -> Iterator[Diagnostic]:
    """Texts that a condition compares a field with and that the field never holds."""
    reported: set[str] = set()
    for home, column, value in _compared(program, space, expr):
        possible = field_words(home, column)
        known = possible or written.get((home, column), ())
        if value in known or value in reported or not value:
            continue
        near = next(iter(get_close_matches(value, sorted(known), n=1, cutoff=_ALIKE)), None)
        if not possible and near is None:
            continue
        reported.add(value)
        message = f"no {home} has the {column.replace('.', chr(39) + 's ')} {value!r}"
        hint = f"did you mean {near!r}?" if near else "possible are: " + ", ".join(possible)
        yield codes.UNKNOWN_VALUE.at(ValueLocation(place), message, hint)


def _compared(program: Program, space: str, expr: Expr) -> Iterator[tuple[str, str, str]]:
    """(space, column, text) of every comparison of a column with a constant text."""
    seen: set[tuple[str, str]] = set()
    waiting = [(space, expr)]
    while waiting:
        space, part = waiting.pop()
        if isinstance(part, Col) and (space, part.name) not in seen:
            seen.add((space, part.name))
            waiting += _behind(program, space, part.name)
        elif isinstance(part, Apply):
            if part.op in ("eq", "ne", "in", "has_item"):
                columns = [_home(program, space, a.name) for a in part.args if isinstance(a, Col)]
                constants = [v for a in part.args if isinstance(a, Lit) for v in _texts(a.value)]
                yield from ((*home, v) for home in columns if home for v in constants)
            waiting += [(space, arg) for arg in reversed(part.args)]


def _behind(program: Program, space: str, column: str) -> Iterator[tuple[str, Expr]]:
    """What a column is computed from; not what a score is."""
    step = program.definitions.get((space, column))
    if isinstance(step, Compute) and not column.startswith(("score.", "raw.", "cover.")):
        yield space, step.expr
    elif isinstance(step, Aggregate) and step.source is not None:
        yield step.elements, Col(step.source)


def _home(program: Program, space: str, column: str) -> tuple[str, str] | None:
    """The field a column brings; None where it is computed."""
    home = program.source(space, column)
    return None if home in program.definitions else home


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, str):
            yield item
