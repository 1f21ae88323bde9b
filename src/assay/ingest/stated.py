"""What a workspace states: the sentences of its claims and of the kept words of its sources."""

from __future__ import annotations

from collections.abc import Iterator

from assay.evidence.contradictions import Clash, find_clashes
from assay.evidence.subjects import Statement
from assay.workspace.kept import words_of
from assay.workspace.load import Loaded


def clashes(loaded: Loaded) -> list[Clash]:
    """Statements that cannot both be true, without those that a claim contradicts already.

    Claims that are drafts are left out: their sentences are those of the sources.
    """
    return find_clashes(_statements(loaded), _decided(loaded))


def _statements(loaded: Loaded) -> Iterator[Statement]:
    for profile in loaded.corpus.profiles.values():
        for claim in profile.claims:
            if claim.status != "draft" and profile.status != "draft":
                yield Statement(f"{profile.id}#{claim.id}", claim.text, claim.as_of, profile.name)
    words = words_of(loaded.corpus, loaded.workspace)
    for source in loaded.corpus.sources.values():
        if text := words(source.id):
            yield Statement(source.id, text, source.published, source.title)


def _decided(loaded: Loaded) -> Iterator[tuple[str, str]]:
    for profile in loaded.corpus.profiles.values():
        for claim in profile.claims:
            here = f"{profile.id}#{claim.id}"
            for other in claim.contradicts:
                yield here, other if "#" in other else f"{profile.id}#{other}"
            # A claim and the source it is drawn from say the same in other words.
            for citation in claim.sources:
                yield here, citation.id
