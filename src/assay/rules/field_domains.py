"""What the columns of the tables can hold, as the models accept it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import get_args

from assay.model.evidence import ClaimType, Directness, Nature, Reliability, Section, Stance
from assay.model.profile import Level
from assay.rules.domain import Domain, number

_INF = math.inf
_DAYS = (1, 3_652_059)
_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("profile", "kind"): ("institution", "event"),
    ("claim", "nature"): get_args(Nature),
    ("claim", "section"): get_args(Section),
    ("claim", "type"): get_args(ClaimType),
    ("claim", "holds"): ("dated", "standing"),
    ("citation", "stance"): get_args(Stance),
    ("citation", "directness"): get_args(Directness),
    ("citation", "origin_directness"): get_args(Directness),
    ("citation", "source.directness"): get_args(Directness),
    ("citation", "source.attribution"): ("named", "vague", "none"),
    ("citation", "publisher.reliability"): get_args(Reliability),
    **{(edge, "criticality"): get_args(Level) for edge in ("dependency", "dependent", "event")},
}
_RANGES: Mapping[tuple[str, str], tuple[float, float]] = {
    ("citation", "credibility"): (1, 5),
    ("claim", "likelihood"): (0, 1),
    ("claim", "review_after_days"): (1, 36_500),
    ("claim", "contradictions"): (0, 2**31),
    ("profile", "gaps"): (0, 2**31),
    **{(edge, "claims"): (0, 2**31) for edge in ("dependency", "dependent", "event")},
    **{(way, "reach"): (0, 1) for way in ("upstream", "downstream")},
    **{(way, "distance"): (1, 6) for way in ("upstream", "downstream")},
}
NEVER_MISSING: Mapping[str, frozenset[str]] = {
    "profile": frozenset(["id", "kind", "topics", "gaps", "today"]),
    "claim": frozenset(["id", "nature", "key", "contradictions", "profile_row"]),
    "citation": frozenset(
        ["stance", "origin", "profile_origin", "source.id", "claim_row", "profile_row"]
    ),
    "root": frozenset(["citation_row", "root_row"]),
    "ground": frozenset(["claim_row"]),
    **dict.fromkeys(
        ("dependency", "dependent", "event"),
        frozenset(["relation", "claims", "profile_row", "peer_row"]),
    ),
    **dict.fromkeys(("upstream", "downstream"), frozenset(["distance", "profile_row", "peer_row"])),
}


def field_words(space: str, column: str) -> tuple[str, ...]:
    """The texts a field can have at all; empty where that is open."""
    return _WORDS.get((space, column), ())


def field_domain(space: str, column: str) -> Domain:
    """What a column of the tables can hold."""
    unknown = column not in NEVER_MISSING[space]
    if words := field_words(space, column):
        return Domain(unknown, words=frozenset(words))
    if column.endswith("day") or column == "today":
        return number(*_DAYS, unknown=unknown)
    low, high = _RANGES.get((space, column), (-_INF, _INF))
    whole = column not in ("likelihood", "reach", "value")
    return number(low, high, unknown=unknown, whole=whole and low != -_INF)
