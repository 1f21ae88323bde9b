"""The reference of the default rulebook: every scorer and rule, with its rationale."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from assay.model.rulebook import Cadence, Factors, Rule, Rulebook, Scorer, Vocabularies
from assay.yaml.reader import read_yaml
from tools.docs.markdown import block, code, sentence, table

_INTRODUCTION = """# The default rulebook

The rulebook that `assay init` writes and the shipped workspace uses. The numbers are provisional:
each rule gives its rationale, and each can be changed in `rules.yaml`.

A score runs through these phases in this order, whatever the order of the rules in the file:
start or pool → add → clamp to 0 … 1 → multiply → floor → cap → clamp. The citation of a secondary
report is then limited to the score of the weakest source it draws on.
"""


def default_rulebook() -> Rulebook:
    """Load the rulebook that the package contains."""
    data = (files("assay") / "data" / "rules.yaml").read_bytes()
    return Rulebook.model_validate(read_yaml(data, "rules.yaml").documents[0])


def rulebook_page() -> str:
    """Page of scales, reach, scorers, watch rules and changes of the default rulebook."""
    book = default_rulebook()
    parts = [_INTRODUCTION, "\n## Scales\n"]
    for name, bands in book.scales.items():
        parts.append(f"\n### {name}\n\n")
        parts.append(
            table(
                ["from", "band", "grade", "meaning", "page"],
                (
                    [f"{b.from_:.2f}", code(b.id), b.grade, b.label, "yes" if b.publish else "no"]
                    for b in bands
                ),
            )
        )
    parts += _vocabularies(book.vocabularies)
    reach = book.reach
    weights = ", ".join(f"{level} {weight}" for level, weight in reach.weights.items())
    parts.append(
        f"\n## Reach\n\nAt most {reach.hops} hops; each hop after the first keeps "
        f"{reach.damping} of it. Weights by criticality: {weights}; without one, unknown.\n"
    )
    parts += _factors(book.factors)
    days = ", ".join(f"{t} {n}" for t, n in book.settings.review_after_days.items())
    parts.append(
        f"\n## Recheck\n\nDays after which a standing claim is due for a recheck: {days}.\n"
    )
    parts.append("\n## Scorers\n")
    for scorer in book.scorers:
        parts += _scorer(scorer)
    parts += _cadence(book.cadence)
    if book.watch:
        parts.append("\n## Watch rules\n")
    for rule in book.watch:
        parts.append(f"\n### {code(rule.id)}\n\nPriority {rule.priority}: ")
        parts.append(f"{' '.join(rule.text.split())}\n\n{block(rule.when, 'text')}")
    parts.append("\n## Changes of evidence\n\n")
    parts.append(
        table(
            ["change", "text", "effort"],
            ([code(c.id), sentence(c.text), str(c.effort)] for c in book.changes),
        )
    )
    return "".join(parts)


def _vocabularies(words: Vocabularies) -> Iterator[str]:
    yield "\n## Vocabularies\n\n"
    yield "Words of profiles and their links. Add your own in `rules.yaml`.\n\n"
    sections = {
        **{f"type of {kind}": known for kind, known in words.types.items()},
        "region": words.regions,
        "domain": words.domains,
        "relation": words.relations,
    }
    yield table(
        ["field", "word", "meaning"],
        (
            [field, code(word), meaning or ""]
            for field, known in sections.items()
            for word, meaning in (known or {}).items()
        ),
    )


def _factors(factors: Factors) -> Iterator[str]:
    yield "\n## Factors\n\n"
    names = dict.fromkeys(name for asked in factors.asked.values() for name in asked)
    yield table(
        ["factor", "scale", "asked of", "not asked of"],
        (
            [
                code(name),
                next(code(asked[name]) for asked in factors.asked.values() if name in asked),
                ", ".join(kind for kind, asked in factors.asked.items() if name in asked),
                ", ".join(factors.not_asked.get(name, ())),
            ]
            for name in names
        ),
    )
    yield "\n"
    yield table(
        ["scale", "words", "rests on"],
        (
            [
                code(name),
                ", ".join(f"{word} {number:g}" for word, number in scale.words.items()),
                sentence(scale.because or ""),
            ]
            for name, scale in factors.scales.items()
        ),
    )


def _cadence(cadence: Cadence) -> Iterator[str]:
    if cadence.scorer is None:
        return
    yield "\n## Cadence\n\n"
    yield (
        f"Days from one review of a profile to the next, by its {code(cadence.scorer)} and by the "
        f"grade that it stands on, at least {cadence.least}. Not rated: {cadence.not_rated}. "
        f"{sentence(cadence.because or '')}\n\n"
    )
    grades = list(dict.fromkeys(grade for days in cadence.days.values() for grade in days))
    yield table(
        ["band", *(f"down to {code(grade)}" for grade in grades)],
        (
            [code(band), *(str(days.get(grade, "")) for grade in grades)]
            for band, days in cadence.days.items()
        ),
    )
    words = ", ".join(f"{word} {days}" for word, days in cadence.words.items())
    yield f"\nWords for the days until a date: {words}, and {cadence.beyond} for more.\n"


def _scorer(scorer: Scorer) -> Iterator[str]:
    yield f"\n### {code(scorer.name)} of a {scorer.on}\n\n"
    if scorer.describes:
        yield f"{sentence(scorer.describes)}\n\n"
    scale = f"Scale: {code(scorer.scale)}. " if scorer.scale else ""
    yield f"{scale}{_beginning(scorer)}{_rated(scorer)}\n"
    if scorer.rules:
        yield "\n"
        yield table(
            ["rule", "when", "effect", "because", "rationale"],
            (
                [
                    code(r.id),
                    "always" if r.when == "true" else code(" ".join(r.when.split())),
                    _effect(r),
                    sentence(r.because),
                    " ".join(filter(None, [r.rationale, r.source])),
                ]
                for r in scorer.rules
            ),
        )


def _rated(scorer: Scorer) -> str:
    """Describe who is rated, the ceiling and the evidence that a band stands on."""
    least = scorer.rated_from
    parts = [f" Only for {kind}s." for kind in scorer.kinds or ()]
    parts += [] if least is None else [f" Not rated with a coverage below {least:g}."]
    for exempt in scorer.not_asked:
        facts = ", ".join(map(code, exempt.facts))
        parts.append(f" Not asked where {code(' '.join(exempt.when.split()))}: {facts}.")
    if scorer.rated_when is not None:
        parts.append(f" Rated only when {code(' '.join(scorer.rated_when.split()))}.")
    if scorer.ceiling is not None:
        widest = scorer.ceiling.widest
        limit = "" if widest is None else f", at most {widest} bands higher; otherwise not rated"
        parts.append(f" Ceiling: {code(scorer.ceiling.scorer)}{limit}.")
    if scorer.stands_on is not None:
        option = scorer.stands_on
        least_firm = option.provisional_below
        below = f"; provisional below {code(least_firm)}" if least_firm else ""
        parts.append(f" Stands on {code(option.scorer)} of each {option.on}{below}.")
    return "".join(parts)


def _beginning(scorer: Scorer) -> str:
    if scorer.pool is None:
        start = scorer.start if scorer.start is not None else 0
        return f"Starts from {code(start)}."
    pool = scorer.pool
    only = "" if pool.where == "true" else f" where {code(pool.where)}"
    groups = f", the strongest per {code(pool.by)}" if pool.by else ""
    if pool.within_reach:
        groups = ", of all within reach by their strongest path"
    weights = f", weighed by {code(pool.weight)}" if pool.weight else ""
    few = f", of these the {pool.strongest} strongest" if pool.strongest else ""
    empty = "unknown" if pool.empty == "unknown" else f"{pool.empty:g}"
    return (
        f"Starts from {code(pool.take)} of its {pool.over}{only}{groups}{few}, combined by "
        f"{code(pool.combine)}{weights}; {empty} if there is none."
    )


def _effect(rule: Rule) -> str:
    amount = rule.amount
    shown = code(" ".join(amount.split())) if isinstance(amount, str) else f"{amount:g}"
    words = {"add": "adds", "multiply": "times", "floor": "at least", "cap": "at most"}
    effect = f"{words[rule.phase]} {shown}"
    if rule.on_unknown is None:
        return effect
    if rule.on_unknown == "apply":
        return f"{effect}; also when unknown"
    if rule.on_unknown == "ignore":
        return f"{effect}; not when unknown"
    return f"{effect}; {rule.on_unknown:g} when unknown"
