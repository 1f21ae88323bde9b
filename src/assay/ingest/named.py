"""Institutions that a publication names and nobody has written down, as drafts of profiles."""

from __future__ import annotations

from assay.evidence.entities import Names
from assay.evidence.new_names import new_names
from assay.ingest.document import Document
from assay.ingest.items import DraftClaim, DraftProfile, Item

MOST_NEW = 6
"""So many are proposed of one publication, those it names most often."""

_MOST_SENTENCES = 3
_SOUGHT = 40


def new_institutions(item: Item, document: Document, known: Names) -> tuple[DraftProfile, ...]:
    """Drafts with the sentences that name each; none for what is known from elsewhere only."""
    if item.mention:
        return ()
    found = new_names(item.passages, known)[:MOST_NEW]
    return tuple(
        DraftProfile(
            "institution",
            new.name,
            tuple(
                DraftClaim(sentence, "attributed", "context", _place(document, sentence))
                for sentence in new.sentences[:_MOST_SENTENCES]
            ),
            {"aliases": [new.initials]} if new.initials else {},
        )
        for new in found
    )


def _place(document: Document, sentence: str) -> str:
    """The line that a sentence begins on, where the document has it word by word."""
    at = document.text.find(sentence[:_SOUGHT])
    return f"line {document.text.count(chr(10), 0, at) + 1}" if at >= 0 else "in its text"
