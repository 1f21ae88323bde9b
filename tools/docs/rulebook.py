"""The reference of the default rulebook: every scorer and rule with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from assay.model.rulebook import Rule, Rulebook, Scorer
from assay.yaml.reader import read_yaml
from tools.docs.markdown import block, code, sentence, table

_INTRODUCTION = """# The default rulebook

What `assay init` writes and what the shipped workspace uses. The numbers are provisional: each
rule says what it rests on, and any of them may be changed in `rules.yaml`.

A score runs through these phases in this order, whatever the order of the rules in the file:
start or pool → add → clamp to 0 … 1 → multiply → floor → cap → clamp. A citation that retells is
then held at the score of the weakest source it goes back to.
"""


def default_rulebook() -> Rulebook:
    """The rulebook the package ships."""
    data = (files("assay") / "data" / "rules.yaml").read_bytes()
    return Rulebook.model_validate(read_yaml(data, "rules.yaml").documents[0])


def rulebook_page() -> str:
    """Scales, settings, reach, scorers, watch rules and changes of the default rulebook."""
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
    reach = book.reach
    weights = ", ".join(f"{level} {weight}" for level, weight in reach.weights.items())
    parts.append(
        f"\n## Reach\n\nAt most {reach.hops} hops; at each hop after the first {reach.damping} of "
        f"it is left. Weights by criticality: {weights}; an edge without one is unknown.\n"
    )
    days = ", ".join(f"{t} {n}" for t, n in book.settings.review_after_days.items())
    parts.append(
        f"\n## Recheck\n\nA standing claim is to be rechecked after so many days: {days}.\n"
    )
    parts.append("\n## Scorers\n")
    for scorer in book.scorers:
        parts += _scorer(scorer)
    parts.append("\n## Watch rules\n")
    for rule in book.watch:
        parts.append(f"\n### {code(rule.id)}\n\nHorizon {rule.horizon}, priority {rule.priority}: ")
        parts.append(f"{' '.join(rule.text.split())}\n\n{block(rule.when, 'text')}")
    parts.append("\n## What could change the evidence\n\n")
    parts.append(
        table(
            ["change", "how it reads", "effort"],
            ([code(c.id), sentence(c.text), str(c.effort)] for c in book.changes),
        )
    )
    return "".join(parts)


def _scorer(scorer: Scorer) -> Iterator[str]:
    yield f"\n### {code(scorer.name)} of a {scorer.on}\n\n"
    if scorer.describes:
        yield f"{sentence(scorer.describes)}\n\n"
    scale = f"Scale: {code(scorer.scale)}. " if scorer.scale else ""
    yield f"{scale}{_beginning(scorer)}\n"
    if scorer.rules:
        yield "\n"
        yield table(
            ["rule", "when", "what it does", "because", "rests on"],
            (
                [
                    code(r.id),
                    "always" if r.when == "true" else code(" ".join(r.when.split())),
                    _effect(r),
                    sentence(r.because),
                    r.rationale or "",
                ]
                for r in scorer.rules
            ),
        )


def _beginning(scorer: Scorer) -> str:
    if scorer.pool is None:
        start = scorer.start if scorer.start is not None else 0
        return f"Starts from {code(start)}."
    pool = scorer.pool
    kept = "" if pool.where == "true" else f" where {code(pool.where)}"
    groups = f", the strongest per {code(pool.by)}" if pool.by else ""
    few = f", of these the {pool.strongest} strongest" if pool.strongest else ""
    empty = "unknown" if pool.empty == "unknown" else f"{pool.empty:g}"
    return (
        f"Starts from {code(pool.take)} of its {pool.over}{kept}{groups}{few}, combined by "
        f"{code(pool.combine)}; {empty} where there is none."
    )


def _effect(rule: Rule) -> str:
    amount = rule.amount
    shown = code(" ".join(amount.split())) if isinstance(amount, str) else f"{amount:g}"
    words = {"add": "adds", "multiply": "times", "floor": "at least", "cap": "at most"}
    said = f"{words[rule.phase]} {shown}"
    if rule.on_unknown is None:
        return said
    if rule.on_unknown == "apply":
        return f"{said}; also when unknown"
    if rule.on_unknown == "ignore":
        return f"{said}; not when unknown"
    return f"{said}; {rule.on_unknown:g} when unknown"
