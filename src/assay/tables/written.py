"""The texts that documents hold, so that a rule which asks for another one can be noticed."""

from __future__ import annotations

from assay.model.corpus import Corpus
from assay.model.profile import Event

_PROFILE = ("id", "type", "region", "base", "domain")


def written_values(corpus: Corpus) -> dict[tuple[str, str], set[str]]:
    """Every text of the fields that conditions compare, by space and column."""
    found: dict[tuple[str, str], set[str]] = {}

    def note(space: str, column: str, value: str | None) -> None:
        if value is not None:
            found.setdefault((space, column), set()).add(value)

    for profile in corpus.profiles.values():
        for field in _PROFILE:
            note("profile", field, getattr(profile, field, None))
        for topic in profile.topics:
            note("profile", "topics", topic)
        affects = profile.affects if isinstance(profile, Event) else ()
        for edge in (*profile.depends_on, *affects):
            for space in ("dependency", "dependent", "event"):
                note(space, "relation", edge.relation)
        for claim in profile.claims:
            note("claim", "id", claim.id)
            note("claim", "unit", claim.quantity.unit if claim.quantity else None)
    for source in corpus.sources:
        note("citation", "source.id", source)
    for publisher in corpus.publishers.values():
        note("citation", "publisher.id", publisher.id)
        note("citation", "publisher.owner", publisher.owner)
    return found
