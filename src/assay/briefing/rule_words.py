"""A rule in words: its condition, its amount, its reason, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assay.briefing import wording
from assay.model.results import Step
from assay.model.rulebook import Rule
from assay.text import sentence


def condition(rule: Rule) -> str | None:
    """The condition on one line; None if the rule always applies."""
    return None if rule.when.strip() == "true" else " ".join(rule.when.split())


def amount_words(rule: Rule) -> str:
    """``adds 0.3``, ``at most 0.54``."""
    words = {"add": "adds", "multiply": "times", "floor": "at least", "cap": "at most"}
    return f"{words[rule.phase]} {_amount(rule.amount)}"


def undecided_words(rule: Rule) -> str:
    """Sentence on the effect of the rule if its condition is unknown."""
    if rule.on_unknown == "apply":
        return "The rule applies anyway, so that missing evidence cannot raise a score."
    if isinstance(rule.on_unknown, int | float):
        return f"The rule applies with {rule.on_unknown:g}."
    return "The rule does nothing."


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
    """Clause on how many scores the rule applies to, and for how many that is unknown."""
    unknown = Counter(s.outcome for s in steps)["unknown"]
    applied = sum(s.applied for s in steps)
    noun = "score" if len(steps) == 1 else "scores"
    text = f"applies to {applied} of {len(steps)} {noun}"
    return f"{text}; for {unknown} its condition is unknown" if unknown else text


def move_words(moves: Sequence[int]) -> str | None:
    """Sentence on the average change of the scores it applies to; None if there are none."""
    if not moves:
        return None
    moved = [m for m in moves if m]
    if not moved:
        return "It changes none of them, since they are within its limit."
    mean = round(sum(moved) / len(moved))
    amount = f"{'+' if mean > 0 else '−'}{wording.points(abs(mean))}" if mean else "under 0.001"
    return f"It changes {len(moved)} of them, by {amount} on average."


def _amount(amount: float | str) -> str:
    return " ".join(amount.split()) if isinstance(amount, str) else f"{amount:g}"
