"""Bands that no score can reach, and bands whose words say something else than their place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assay.diagnostics import Diagnostic, ValueLocation
from assay.diagnostics import rule_codes as codes
from assay.model.rulebook import Band, Scorer
from assay.rules.analysis import Analysis
from assay.rules.expressions import Path


def unreached_bands(
    analysis: Analysis, bands: Sequence[Band], scorer: Scorer, here: Path
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


def band_words(name: str, bands: Sequence[Band]) -> Iterator[Diagnostic]:
    """Bands whose grade or label says something else than their place on the scale."""
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
    """Words for a likelihood on a band that lies wholly outside what they stand for."""
    ends = [*(b.from_ for b in ordered[1:]), 1.0]
    for band, end in zip(ordered, ends, strict=True):
        for key in ("grade", "label"):
            stands = _LIKELIHOODS.get(getattr(band, key).strip().lower())
            if stands is not None and (end <= stands[0] or band.from_ >= stands[1]):
                yield codes.BAND_WORDS.at(
                    ValueLocation(("scales", name, list(bands).index(band), key)),
                    f"{getattr(band, key)!r} stands for {stands[0]:.2f} to {stands[1]:.2f}, and "
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
"""Words for likelihoods with what they stand for (ICD 203, Analytic Standards, 2015)."""

_RANKED = (
    ("negligible", "minimal", "low", "medium", "moderate", "high", "severe", "critical"),
    ("remote", "unlikely", "even", "likely", "certain"),
    ("weak", "medium", "strong"),
    ("poor", "fair", "good", "excellent"),
)


def _rank(text: str, words: Sequence[str]) -> int | None:
    found = [words.index(w) for w in re.findall(r"[a-z]+", text.lower()) if w in words]
    return found[0] if len(found) == 1 else None
