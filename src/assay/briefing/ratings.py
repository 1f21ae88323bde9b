"""The rating line: the grades of a profile in the same words on pages, cards and feeds."""

from __future__ import annotations

import itertools
from dataclasses import replace

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.changes import since
from assay.briefing.grading import profile_explanation
from assay.briefing.sheet import profile_badge
from assay.briefing.views import Badge, Rating
from assay.model.dates import PartialDate
from assay.model.documents import AnyProfile
from assay.model.results import Score
from assay.model.rulebook import Scorer

_EDGE = 20
"""A score closer than this to a boundary, in thousandths, is on its edge."""


def ratings(atlas: Atlas, profile: AnyProfile) -> tuple[Rating, ...]:
    """The scores of the rating line, the headline score first."""
    found = []
    headline = atlas.headline
    for scorer in (*([headline] if headline else []), *atlas.levels):
        if not scorer.asks(profile.kind) or (headline and not scorer.scale):
            continue
        shown = profile_badge(atlas, profile.id, scorer)
        if scorer is headline:
            found.append(Rating(shown, _standing(atlas, profile, scorer)))
        else:
            found.append(_level(atlas, profile, scorer, shown))
    return tuple(found)


def rating_line(atlas: Atlas, profile: AnyProfile) -> str:
    """``D weak signal, first rating · impact medium · next review by 14 February 2026``."""
    draft = atlas.draft(profile.id)
    parts = [draft] if draft else []
    for rating in ratings(atlas, profile):
        badge = rating.badge
        if atlas.headline is not None and badge.label == atlas.headline.heading:
            words = f"{badge.word} {badge.meaning.lower()}" if badge.meaning else badge.word
            note = f", {rating.note[0].lower()}{rating.note[1:]}" if rating.note else ""
            parts.append(words + note)
        else:
            note = f" ({rating.note})" if rating.note else ""
            parts.append(f"{badge.label.lower()} {badge.word.lower()}{note}")
    horizon = atlas.results[profile.id].outlook.horizon
    if horizon.closed is not None:
        parts.append(f"closed {wording.partial(PartialDate.parse(horizon.closed.on))}")
    elif horizon.review is not None:
        parts.append(f"next review by {wording.day(horizon.review.day)}")
    return " · ".join(parts)


def _standing(atlas: Atlas, profile: AnyProfile, scorer: Scorer) -> str | None:
    """Since when the headline grade holds, who set it, and whether it is close to another."""
    bands = atlas.rulebook.bands(scorer)
    score = atlas.results[profile.id].scores.get(scorer.name)
    if score is not None and score.override is not None:
        was = charts.band_name(bands, score.band) if score.band else "not rated"
        return f"Set by a reviewer (computed: {was})"
    parts = []
    held = since(atlas, profile.id, scorer.name)
    if held is not None:
        if held.first:
            parts.append("First rating")
        elif held.direction:
            parts.append(f"{held.direction} from {held.before} on {wording.day(held.as_of)}")
        else:
            parts.append(f"since {wording.day(held.as_of)}")
    if score is not None and (edge := _edge(atlas, scorer, score)):
        parts.append(f"on the edge of {edge}")
    text = ", ".join(parts)
    return text[0].upper() + text[1:] if text else None


def _edge(atlas: Atlas, scorer: Scorer, score: Score) -> str | None:
    """The grade on the other side of a boundary that the score is close to."""
    if score.points is None:
        return None
    steps = charts.ascending(atlas.rulebook.bands(scorer))
    for lower, upper in itertools.pairwise(steps):
        distance = score.points - charts.start_of(upper)
        if abs(distance) < _EDGE:
            other = lower if distance >= 0 else upper
            return None if other.grade == (score.band or other).grade else other.grade
    return None


def _level(atlas: Atlas, profile: AnyProfile, scorer: Scorer, shown: Badge) -> Rating:
    """A level with how much of it is known, and how far it is certain."""
    score = atlas.results[profile.id].scores.get(scorer.name)
    explanation = profile_explanation(atlas, profile.id, scorer)
    parts = []
    if score is not None and score.override is not None:
        computed = score.band.grade if score.band else "not rated"
        parts.append(f"set by a reviewer, computed: {computed}")
    elif score is not None and score.provisional:
        parts.append("provisional")
    if score is not None and score.ceiling is not None and score.rated:
        parts.append(f"at most {score.ceiling.grade}")
    if not parts and explanation is not None and explanation.known and explanation.unknown:
        known, every = len(explanation.known), len(explanation.known + explanation.unknown)
        parts.append(f"{known} of {every} factors known")
    rated = score is not None and (score.rated or score.override is not None)
    word = shown.word if rated else "not rated"
    return Rating(replace(shown, word=wording.titled(word)), ", ".join(parts) or None)
