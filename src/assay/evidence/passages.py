"""Figures of claims against the passages that they cite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from assay.diagnostics import content_codes
from assay.diagnostics.diagnostic import Diagnostic, Subject, ValueLocation
from assay.evidence.quantities import Figure, figures
from assay.evidence.sentences import sentences
from assay.model.documents import Claim, Corpus

_Passage = tuple[str, Figure]
_SHOWN = 200
_SPELLED = 20


def check_passages(
    corpus: Corpus, subjects: Mapping[str, Subject], words_of: Callable[[str], str | None]
) -> Iterator[Diagnostic]:
    """Claims with a figure that a source they cite does not have in its kept words.

    ``words_of`` gives the words kept of a source, None where there are none. A source whose
    words have no figure at all says nothing for or against. Small numbers in words, unless they are
    the claim's quantity, are left out: they count what the passage names.
    """
    kept: dict[str, list[_Passage]] = {}
    for profile in corpus.profiles.values():
        for i, claim in enumerate(profile.claims):
            wanted = _figures_of(claim)
            if not wanted:
                continue
            for k, citation in enumerate(claim.sources):
                if citation.stance != "supports" or citation.id not in corpus.sources:
                    continue
                if citation.id not in kept:
                    kept[citation.id] = _passages(words_of(citation.id) or "")
                there = kept[citation.id]
                for figure in wanted:
                    if there and not any(_equal(figure, f) for _, f in there):
                        yield _finding(
                            claim, citation.id, figure, there, subjects[profile.id], i, k
                        )


def _figures_of(claim: Claim) -> list[Figure]:
    """The claim's stated quantity, else the figures of its sentence."""
    if claim.quantity is not None:
        q = claim.quantity
        value = float(q.value)
        return [Figure(f"{q.value}", 0, value, value, q.qualifier, q.unit, q.measure)]
    found = (f for s in sentences(claim.text) for f in figures(s))
    return [f for f in found if not _counted_by_hand(f)]


def _counted_by_hand(figure: Figure) -> bool:
    """Whether it is a small number in words: "two firms" counts what the passage names."""
    return figure.value < _SPELLED and not figure.is_fraction and not re.search(r"\d", figure.text)


def _passages(words: str) -> list[_Passage]:
    return [(s, f) for line in words.split("\n") for s in sentences(line) for f in figures(s)]


def _equal(ours: Figure, theirs: Figure) -> bool:
    """Whether a passage has the figure: the same number, or one that rounds to it.

    A fraction is also a percentage: a quarter is 25%.
    """
    scale = 100.0 if ours.is_fraction and theirs.unit == "%" else 1.0
    other = 100.0 if theirs.is_fraction and ours.unit == "%" else 1.0
    for value in {scale * ours.low, scale * ours.high}:
        near = (other * theirs.low, other * theirs.high)
        if not any(abs(value - n) <= 0.005 * max(abs(value), abs(n)) for n in near):
            return False
    return True


def _finding(
    claim: Claim,
    source: str,
    figure: Figure,
    there: list[_Passage],
    subject: Subject,
    number: int,
    citation: int,
) -> Diagnostic:
    sentence, nearest = max(there, key=lambda p: _likeness(figure, p[1]))
    shown = sentence if len(sentence) <= _SHOWN else sentence[:_SHOWN] + "…"
    said = figure.text if claim.quantity is None else f"{figure.text} {figure.unit or ''}".strip()
    return content_codes.FIGURE_NOT_IN_PASSAGE.at(
        ValueLocation(("claims", number, "sources", citation), subject),
        f"the claim {claim.id!r} says {said}, and no figure of {source!r} is that; the nearest is "
        f"{nearest.text!r} in: {shown}",
        "correct one of the two, or cite the passage that has the figure",
    )


def _likeness(ours: Figure, theirs: Figure) -> tuple[int, int, float]:
    words = set((ours.noun or ours.unit or "").lower().split())
    shared = len(words & set((theirs.noun or theirs.unit or "").lower().split()))
    apart = abs(ours.value - theirs.value) / max(abs(ours.value), abs(theirs.value), 1e-9)
    return (shared, int(ours.unit == theirs.unit), -apart)
