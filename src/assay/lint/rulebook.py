"""Likely errors in a rulebook: each finding comes with its proof.

The proofs are from :mod:`assay.lint.analysis`, so they hold for every document that the models
accept.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from itertools import pairwise

from assay.cel.domain import is_nothing
from assay.cel.operations import Apply, Col, Expr, Lit
from assay.cel.program import Aggregate, Compute, Program, ScorerColumns
from assay.cel.text import Hole, members, names, split_text
from assay.diagnostics import rule_codes as codes
from assay.diagnostics.diagnostic import Diagnostic, ValueLocation
from assay.diagnostics.document_codes import UNUSED_HORIZON
from assay.diagnostics.suggest import nearest
from assay.lint.analysis import Analysis, field_words
from assay.lint.canonical import CanonicalForms
from assay.lint.rules import RuleLint, why_undecided
from assay.model.rulebook import Band, Rulebook, Scorer
from assay.rules.expressions import RulePath

Values = Mapping[tuple[str, str], Collection[str]]
"""The texts in documents, by space and column."""

_SIMILARITY = 0.86
"""The least similarity to a text in documents at which another text counts as a misspelling."""


def lint_rulebook(
    rulebook: Rulebook, program: Program, written: Values, as_of: date | None
) -> Iterator[Diagnostic]:
    """Report warnings and infos about a rulebook without errors, on a date."""
    yield from _unused_names(rulebook)
    yield from _expiries(rulebook, as_of)
    for i, item in enumerate(rulebook.watch):
        if item.horizon is not None:
            yield UNUSED_HORIZON.at(
                ValueLocation(("watch", i, "horizon"), at_key=True),
                "'horizon' is not used",
                "delete it, or rewrite the workspace with `assay migrate`",
            )
    for name, bands in rulebook.scales.items():
        yield from _band_words(name, bands)
    yield from _unknown_types(rulebook)
    analysis, forms = Analysis(program), CanonicalForms(program)
    listed = _listed(rulebook)
    for index, scorer in enumerate(rulebook.scorers):
        columns = program.scorer(scorer.key)
        here: RulePath = ("scorers", index)
        yield from _undecided_start(analysis, program, columns, here)
        yield from RuleLint(analysis, forms, program, columns, here).findings()
        yield from _unreached_bands(analysis, rulebook.bands(scorer), scorer, here)
        for j, rule in enumerate(columns.rules):
            place = (*here, "rules", j, "when")
            yield from _unknown_values(program, scorer.on, rule.outcome, listed, written, place)
        if columns.pool is not None:
            elements, keep = columns.pool.elements, Col(columns.pool.keep)
            place = (*here, "pool", "where")
            yield from _unknown_values(program, elements, keep, listed, written, place)
    for index, watch in enumerate(program.watch):
        place = ("watch", index, "when")
        yield from _unknown_values(program, "profile", Col(watch.outcome), listed, written, place)


def _expiries(rulebook: Rulebook, as_of: date | None) -> Iterator[Diagnostic]:
    for i, scorer in enumerate(rulebook.scorers):
        for j, rule in enumerate(scorer.rules):
            if rule.disabled is None:
                continue
            until = rule.disabled.until
            place = ("scorers", i, "rules", j, "disabled")
            if as_of is not None and as_of >= until:
                message = f"the rule {rule.id!r} was disabled until {until} and is in force again"
                yield codes.RULE_EXPIRY.at(ValueLocation(place), message, "delete 'disabled'")
            else:
                message = f"the rule {rule.id!r} is disabled until {until}"
                yield codes.RULE_EXPIRY.at(ValueLocation(place), message, rule.disabled.reason)


def _undecided_start(
    analysis: Analysis, program: Program, columns: ScorerColumns, here: RulePath
) -> Iterator[Diagnostic]:
    """Report a start, or a condition or amount of a pool, that is unknown whatever happens."""
    space, pool = columns.scorer.on, columns.pool
    places: list[tuple[str, Expr, RulePath, str]] = []
    if pool is not None:
        places.append((pool.elements, Col(pool.keep), ("pool", "where"), "the condition"))
        places.append((pool.elements, Col(pool.take), ("pool", "take"), "the amount"))
    elif isinstance(columns.scorer.start, str):
        places.append((space, Col(columns.start), ("start",), "the start"))
    for of, expr, path, words in places:
        domain = analysis.expression(of, expr)
        if domain.unknown and is_nothing(domain):
            why = why_undecided(analysis, program, of, expr)
            message = f"{words} of {columns.scorer.name!r} can never be decided: {why}"
            yield codes.NEVER_DECIDED.at(ValueLocation((*here, *path)), message, "correct it")


# Names that nothing uses -------------------------------------------------------------------


def _unused_names(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Report facts and parameters that no expression uses."""
    expressions = [*_expressions(rulebook), *(fact.expr for fact in rulebook.facts)]
    mentions = Counter(name for text in expressions for name in members(text))
    for index, fact in enumerate(rulebook.facts):
        if mentions[fact.name] == (fact.name in members(fact.expr)):
            yield codes.UNUSED_NAME.at(
                ValueLocation(("facts", index, "name")),
                f"nothing uses the fact {fact.name!r}",
                f"use it as {fact.on}.{fact.name}, or delete it",
            )
    named = {name for text in expressions for name in names(text)}
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
    """Report bands that no evidence can reach, with the scores that the scorer can have."""
    if not bands:
        return
    scores = analysis.column(scorer.on, f"score.{scorer.name}")
    ordered = sorted(bands, key=lambda b: b.from_)
    ends = [*(b.from_ * 1000 for b in ordered[1:]), math.inf]
    for band, end in zip(ordered, ends, strict=True):
        start = band.from_ * 1000
        if start > scores.high or end <= scores.low:
            yield codes.UNREACHED_BAND.at(
                ValueLocation((*here, "scale")),
                f"{scorer.name} of a {scorer.on} never reaches {band.id!r}, which starts at "
                f"{band.from_:.3f}: its scores are from {scores.low / 1000:.3f} to "
                f"{scores.high / 1000:.3f}",
                "move the band, or let rules reach it",
            )


_RANKED = (
    ("negligible", "minimal", "low", "medium", "moderate", "high", "severe", "critical"),
    ("remote", "unlikely", "even", "likely", "certain"),
    ("weak", "medium", "strong"),
    ("poor", "fair", "good", "excellent"),
)


def _band_words(name: str, bands: Sequence[Band]) -> Iterator[Diagnostic]:
    """Report bands whose grade or label contradicts their position on the scale."""
    ordered = sorted(bands, key=lambda b: b.from_)
    for words in _RANKED:
        for key in ("grade", "label"):
            yield from _out_of_order(name, bands, ordered, words, key)
        for band in ordered:
            grade, label = _rank(band.grade, words), _rank(band.label, words)
            if grade is not None and label is not None and grade != label:
                yield codes.BAND_WORDS.at(
                    ValueLocation(("scales", name, list(bands).index(band), "label")),
                    f"the grade {band.grade!r} and the label {band.label!r} of the band "
                    f"{band.id!r} contradict each other",
                    "use the same rank in both",
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
                f"{getattr(low, key)!r} at {low.from_:.3f}, but ranks lower",
                f"exchange the {key}s, or the starts",
            )


def _likelihoods(name: str, bands: Sequence[Band], ordered: Sequence[Band]) -> Iterator[Diagnostic]:
    """Report likelihood words on a band that lies entirely outside their range."""
    ends = [*(b.from_ for b in ordered[1:]), 1.0]
    for band, end in zip(ordered, ends, strict=True):
        for key in ("grade", "label"):
            meant = _LIKELIHOODS.get(getattr(band, key).strip().lower())
            if meant is not None and (end <= meant[0] or band.from_ >= meant[1]):
                yield codes.BAND_WORDS.at(
                    ValueLocation(("scales", name, list(bands).index(band), key)),
                    f"{getattr(band, key)!r} means {meant[0]:.2f} to {meant[1]:.2f}, and "
                    f"this band is {band.from_:.3f} to {end:.3f}",
                    "use the word for this range, or move the start of the band "
                    "(ICD 203 defines the words)",
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


def _listed(rulebook: Rulebook) -> Values:
    """Return the words of the rulebook's vocabularies, by the space and column that have them."""
    words = rulebook.vocabularies
    profile = {**words.of("institution"), "type": words.types_of("institution", "event")}
    edges = ("dependency", "dependent", "event")
    return {
        **{("profile", field): known for field, known in profile.items()},
        **{(edge, "relation"): words.relations or {} for edge in edges},
    }


def _unknown_types(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """Report types outside the vocabulary among those not asked for a factor."""
    factors = rulebook.factors
    for name, types in factors.not_asked.items():
        kinds = [kind for kind, asked in factors.asked.items() if name in asked]
        known = rulebook.vocabularies.types_of(*kinds)
        for i, word in enumerate(types):
            if known and word not in known:
                yield _not_listed("type", word, known, ("factors", "not_asked", name, i))


def _not_listed(noun: str, word: str, known: Collection[str], place: RulePath) -> Diagnostic:
    near = nearest(word, known)
    hint = (
        f"did you mean {near!r}?"
        if near
        else "add it to 'vocabularies:', or use a word listed there"
    )
    message = f"the vocabulary has no {noun} {word!r}"
    return codes.UNKNOWN_VALUE.at(ValueLocation(place), message, hint)


def _unknown_values(
    program: Program,
    space: str,
    expr: Expr,
    listed: Values,
    written: Values,
    place: RulePath,
) -> Iterator[Diagnostic]:
    """Report texts that a condition compares with a field and that the field never has."""
    reported: set[str] = set()
    for of, column, value in _compared(program, space, expr):
        possible = field_words(of, column)
        vocabulary = listed.get((of, column), ())
        known = possible or vocabulary or written.get((of, column), ())
        if value in known or value in reported or not value:
            continue
        if vocabulary:
            reported.add(value)
            yield _not_listed(column, value, vocabulary, place)
            continue
        near = next(iter(get_close_matches(value, sorted(known), n=1, cutoff=_SIMILARITY)), None)
        if not possible and near is None:
            continue
        reported.add(value)
        message = f"no {of} has the {column.replace('.', chr(39) + 's ')} {value!r}"
        hint = f"did you mean {near!r}?" if near else "choose one of: " + ", ".join(possible)
        yield codes.UNKNOWN_VALUE.at(ValueLocation(place), message, hint)


def _compared(program: Program, space: str, expr: Expr) -> Iterator[tuple[str, str, str]]:
    """Yield space, column and text of every comparison of a field with a constant text."""
    seen: set[tuple[str, str]] = set()
    waiting = [(space, expr)]
    while waiting:
        space, part = waiting.pop()
        if isinstance(part, Col) and (space, part.name) not in seen:
            seen.add((space, part.name))
            waiting += _inputs(program, space, part.name)
        elif isinstance(part, Apply):
            if part.op in ("eq", "ne", "in", "has_item"):
                columns = [program.source(space, a.name) for a in part.args if isinstance(a, Col)]
                values = [a.value for a in part.args if isinstance(a, Lit)]
                for column in columns:
                    if column not in program.definitions:
                        for value in values:
                            items = value if isinstance(value, tuple) else (value,)
                            yield from ((*column, item) for item in items if isinstance(item, str))
            waiting += [(space, arg) for arg in reversed(part.args)]


def _inputs(program: Program, space: str, column: str) -> Iterator[tuple[str, Expr]]:
    """Yield the expressions that a column is computed from; scores are not followed."""
    step = program.definitions.get((space, column))
    if isinstance(step, Compute) and not column.startswith(("score.", "raw.", "final.", "cover.")):
        yield space, step.expr
    elif isinstance(step, Aggregate) and step.source is not None:
        yield step.elements, Col(step.source)
