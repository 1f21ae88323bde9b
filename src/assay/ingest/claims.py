"""Which sentences of a text are worth an analyst's look: those that carry a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assay.evidence.quantities import figures
from assay.evidence.sentences import sentences
from assay.ingest.items import DraftClaim
from assay.ingest.plain import Passage

MOST_CLAIMS = 12
_SHORTEST, _LONGEST = 25, 600


def figure_claims(
    passages: Iterable[Passage], section: str = "what_happened"
) -> tuple[DraftClaim, ...]:
    """The first sentences with a figure, each said by the document and by nobody else yet."""
    found: list[DraftClaim] = []
    seen: set[str] = set()
    for passage, sentence in _sentences(passages):
        if len(found) == MOST_CLAIMS:
            break
        if sentence not in seen and figures(sentence):
            seen.add(sentence)
            found.append(DraftClaim(sentence, "attributed", section, passage.locator))
    return tuple(found)


def _sentences(passages: Iterable[Passage]) -> Iterator[tuple[Passage, str]]:
    for passage in passages:
        if " | " in passage.text:
            continue
        for sentence in sentences(passage.text):
            if _SHORTEST <= len(sentence) <= _LONGEST:
                yield passage, sentence
