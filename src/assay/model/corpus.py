"""Everything the documents of a workspace say, validated and linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assay.model.evidence import Claim, Publisher, Source
from assay.model.profile import AnyProfile


@dataclass(frozen=True)
class Corpus:
    """Publishers, sources and profiles by id, each mapping sorted by id."""

    publishers: Mapping[str, Publisher] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    profiles: Mapping[str, AnyProfile] = field(default_factory=dict)

    def with_profiles(self, profiles: Mapping[str, AnyProfile]) -> Corpus:
        return replace(self, profiles=dict(sorted(profiles.items())))

    def family(self, source: Source) -> str | None:
        """Whose outlet it is: the publisher's owner, else the publisher; None where unknown."""
        if source.publisher is None:
            return None
        publisher = self.publishers.get(source.publisher)
        return (publisher.owner if publisher else None) or source.publisher

    def claim(self, profile_id: str, reference: str) -> tuple[str, Claim] | None:
        """The claim a reference names, with its profile's id; None where there is no such claim."""
        owner, _, claim_id = reference.rpartition("#")
        owner = owner or profile_id
        profile = self.profiles.get(owner)
        if profile is None:
            return None
        return next(((owner, c) for c in profile.claims if c.id == claim_id), None)
