"""A rule in words: its condition, its amount, its reason, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assay.briefing import wording
from assay.model.results import Step
from assay.model.rulebook import Rule
from assay.text import sentence


def condition(rule: Rule) -> str | None:
    """The condition on one line; None where the rule applies always."""
    return None if rule.when.strip() == "true" else " ".join(rule.when.split())


def amount_words(rule: Rule) -> str:
    """``adds 0.3``, ``at most 0.54``."""
    words = {"add": "adds", "multiply": "times", "floor": "at least", "cap": "at most"}
    return f"{words[rule.phase]} {_amount(rule.amount)}"


def undecided_words(rule: Rule) -> str:
    """What the rule does where its condition cannot be decided."""
    if rule.on_unknown == "apply":
        return "It takes effect all the same, so that what is missing cannot lift a score."
    if isinstance(rule.on_unknown, int | float):
        return f"It takes effect with {rule.on_unknown:g}."
    return "It does nothing."


def reason_words(rule: Rule) -> str:
    """The reason, with each hole shown as the dots a value takes the place of."""
    text, depth = "", 0
    for character in rule.because:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "}":
            text += "…"
        elif depth == 0:
            text += character
    return sentence(text)


def counts_words(steps: Sequence[Step]) -> str:
    """On how many of the scores it takes effect, and on how many nobody can say."""
    counts = Counter(s.outcome for s in steps)
    applied = sum(s.applied for s in steps)
    told = f"takes effect on {applied} of {len(steps)}"
    return f"{told}; undecided on {counts['unknown']}" if counts["unknown"] else told


def move_words(moves: Sequence[int]) -> str | None:
    """How far it moved the scores it took effect on, on average; None where there are none."""
    if not moves:
        return None
    moved = [m for m in moves if m]
    if not moved:
        return "It moves none of them: they are no further than that without it."
    mean = round(sum(moved) / len(moved))
    amount = f"{'+' if mean > 0 else '−'}{wording.points(abs(mean))}" if mean else "under 0.001"
    return f"It moves {len(moved)} of them, by {amount} on average."


def _amount(amount: float | str) -> str:
    return " ".join(amount.split()) if isinstance(amount, str) else f"{amount:g}"
