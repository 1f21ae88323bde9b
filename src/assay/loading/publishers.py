"""The table of publishers against what documents say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assay.diagnostics import Diagnostic, Subject, ValueLocation, content_codes
from assay.model.corpus import Corpus
from assay.model.evidence import Publisher, Source

_LETTERS = "ABCDE"
_LETTER_FIELDS = ("reliability", "source_reliability", "admiralty")
_NUMBER_FIELDS = ("quality", "confidence", "reliability", "credibility", "score")
_FAR = 2
"""Steps between two ratings from which one of them wants a second look."""


def check_publishers(corpus: Corpus, subjects: Mapping[str, Subject]) -> Iterator[Diagnostic]:
    """Ratings without a day, and sources whose own rating is far from their publisher's."""
    for publisher in corpus.publishers.values():
        if publisher.reliability is not None and publisher.reliability_date is None:
            yield content_codes.RELIABILITY_UNDATED.at(
                ValueLocation(("reliability",), subjects[publisher.id], at_key=True),
                f"the reliability of {publisher.id!r} does not say of when it is",
                "add 'reliability_date:' when it is looked at next",
            )
    for source in corpus.sources.values():
        publisher_ = corpus.publishers.get(source.publisher or "")
        if publisher_ is not None and publisher_.reliability is not None:
            yield from _against(source, publisher_, subjects[source.id])


def _against(source: Source, publisher: Publisher, subject: Subject) -> Iterator[Diagnostic]:
    stated = _LETTERS.index(publisher.reliability or "")
    for field, value in source.extra.items():
        own = own_rating(field, value)
        if own is not None and abs(own - stated) >= _FAR:
            yield content_codes.RATING_AGAINST_RELIABILITY.at(
                ValueLocation(("extra", field), subject),
                f"the document rates itself {value} ({field}), which is about "
                f"{_LETTERS[own]}; {publisher.id!r} is rated {publisher.reliability}",
                "look at the publisher's reliability again, or leave it: the rulebook reads that "
                "alone",
            )


def own_rating(field: str, value: Any) -> int | None:
    """How a document rates itself, as a step of the Admiralty scale from 0 (A) to 4 (E).

    Letters as they are; a number of 0 to 100 in steps of twenty, as STIX 2.1 (appendix A) reads
    confidence on that scale. None for everything else.
    """
    name = field.casefold().replace("-", "_")
    if isinstance(value, str) and name in _LETTER_FIELDS:
        letter = value.strip().upper()[:1]
        return _LETTERS.index(letter) if letter and letter in _LETTERS else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if name not in _NUMBER_FIELDS or not 0 <= value <= 100:
        return None
    return 4 - min(4, int(value // 20))
