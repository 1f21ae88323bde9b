"""Sources of one claim that may tell one story: one origin where they may count as two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from assay.evidence.retellings import Proposal
from assay.ingest.decide import proposals_among
from assay.review.queue import Item
from assay.scoring.grounds import digest_of

if TYPE_CHECKING:
    from assay.assessment import Assessment

MOST_SOURCES = 2000
"""Among more sources than this nothing is looked for here: it would hold up the queue."""


def retellings(assessment: Assessment) -> Iterator[Item]:
    """One item for each profile and pair of sources of its claims that a proposal would join."""
    beside: dict[frozenset[str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for profile in assessment.corpus.profiles.values():
        for claim in profile.claims:
            cited = sorted({c.id for c in claim.sources if c.stance == "supports"})
            for pair in combinations(cited, 2):
                beside[frozenset(pair)][profile.id].append(claim.id)
    sources = frozenset[str]().union(*beside)
    if not sources or len(sources) > MOST_SOURCES:
        return
    for proposal in proposals_among(assessment.corpus, assessment.workspace, sources):
        joined = frozenset((proposal.source, proposal.other))
        if joined in beside:
            for profile_id, claims in beside[joined].items():
                yield _item(profile_id, claims, proposal)


def _item(profile_id: str, claims: Sequence[str], proposal: Proposal) -> Item:
    p = proposal
    return Item(
        profile=profile_id,
        matter="retelling",
        cause=p.story,
        detail=(
            f"{p.source} {p.relation} {p.other}? ({p.score:.2f}) {p.reason}; both are cited by "
            f"{', '.join(claims)}; to decide: "
            f"assay lineage --decide {p.source}:{p.relation}:{p.other}"
        ),
        grounds=digest_of(["retelling", *sorted((p.source, p.other))]),
        weight=round(1000 * p.score),
    )
