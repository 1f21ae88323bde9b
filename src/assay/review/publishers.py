"""The publishers of a desk: how each is rated, how much rests on it, and how that turned out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.model.documents import Publisher
from assay.review.ledger import Ledger
from assay.review.track import Share, Tally, track_record

if TYPE_CHECKING:
    from assay.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Standing:
    """A publisher, those of its sources that claims cite, these claims, and their outcomes.

    ``rating`` is the letter; ``F`` where somebody has looked and could not tell, empty where
    nobody has looked.
    """

    publisher: Publisher
    rating: str
    sources: int
    claims: int
    share: Share
    undecidable: int


@dataclass(frozen=True, slots=True)
class Reversal:
    """A better rated publisher whose claims held less often, beyond what chance explains."""

    better: Standing
    worse: Standing


def standings(assessment: Assessment, ledger: Ledger) -> tuple[Standing, ...]:
    """Every publisher, by rating and then by id; those that nobody has rated last."""
    corpus = assessment.corpus
    record = {tally.id: tally for tally in track_record(assessment, ledger).publishers}
    cited_sources: set[str] = set()
    claims: Counter[str] = Counter()
    for profile in corpus.profiles.values():
        for claim in profile.claims:
            cited = [corpus.sources[c.id] for c in claim.sources if c.id in corpus.sources]
            cited_sources.update(source.id for source in cited)
            claims.update({source.publisher for source in cited if source.publisher})
    sources = Counter(corpus.sources[id_].publisher for id_ in cited_sources)
    found = [
        _standing(publisher, sources[id_], claims[id_], record.get(id_))
        for id_, publisher in corpus.publishers.items()
    ]
    return tuple(sorted(found, key=lambda s: (s.rating or "Z", s.publisher.id)))


def _standing(publisher: Publisher, sources: int, claims: int, tally: Tally | None) -> Standing:
    looked_at = publisher.reliability_reason or publisher.reliability_date
    return Standing(
        publisher,
        publisher.reliability or ("F" if looked_at else ""),
        sources,
        claims,
        tally.share if tally is not None else Share(0, 0),
        tally.undecidable if tally is not None else 0,
    )


def reversals(found: Sequence[Standing]) -> list[Reversal]:
    """Pairs in which the record contradicts the order of the ratings.

    A rating promises no share; but of two, the better one promises the higher share. Where the
    95 % intervals of the shares do not overlap and lie the other way round, one rating is wrong.
    """
    rated = [s for s in found if s.rating not in ("", "F") and s.share.interval is not None]
    return [
        Reversal(better, worse)
        for better in rated
        for worse in rated
        if better.rating < worse.rating
        and better.share.interval is not None
        and worse.share.interval is not None
        and better.share.interval[1] < worse.share.interval[0]
    ]
