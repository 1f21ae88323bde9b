"""Search for documents and claims by words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.model.documents import Corpus, Institution


@dataclass(frozen=True, slots=True)
class Found:
    """A document or claim (``profile#claim``) that matches, with its name, title or text."""

    kind: str
    id: str
    text: str


# Fields that are searched, most significant first.
_ID, _NAME, _ALIAS, _CLAIM, _ADDRESS = range(5)


def find(corpus: Corpus, words: Sequence[str], limit: int | None = None) -> list[Found]:
    """Return the documents and claims in which every word occurs, best first.

    Case and accents are ignored. Whole words count more than parts of words, ids and names more
    than claims. Equal matches are sorted by id.
    """
    wanted = [fold(w) for word in words for w in word.split()]
    if not wanted:
        return []
    ranked = [
        (rank, found.id, found)
        for found, fields in _entries(corpus)
        if (rank := _rank(fields, wanted)) is not None
    ]
    ranked.sort(key=lambda each: each[:2])
    return [found for *_, found in ranked[:limit]]


def fold(text: str) -> str:
    """Return a text without case and accents, for comparison."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(
        c for c in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(c)
    )


def _entries(corpus: Corpus) -> Iterator[tuple[Found, list[tuple[int, str]]]]:
    """Everything that can be found, with its fields: id, name, then others."""
    for p in corpus.profiles.values():
        aliases = [(_ALIAS, alias) for alias in p.aliases]
        known = (
            p.identifiers.given().values() if isinstance(p, Institution) and p.identifiers else ()
        )
        identifiers = [(_ID, value) for value in known]
        yield Found(p.kind, p.id, p.name), [(_ID, p.id), (_NAME, p.name), *aliases, *identifiers]
        for c in p.claims:
            yield Found("claim", f"{p.id}#{c.id}", c.text), [(_CLAIM, c.id), (_CLAIM, c.text)]
    for s in corpus.sources.values():
        address = [(_ADDRESS, s.url)] if s.url else []
        yield Found("source", s.id, s.title), [(_ID, s.id), (_NAME, s.title), *address]
    for publisher in corpus.publishers.values():
        yield (
            Found("publisher", publisher.id, publisher.name),
            [(_ID, publisher.id), (_NAME, publisher.name)],
        )


def _rank(
    fields: Sequence[tuple[int, str]], wanted: Sequence[str]
) -> tuple[int, int, int, int] | None:
    """Return the sort key of a match; None if a word does not occur.

    In order: whether the words are the complete id or name, the least significant field that was
    needed, how many words are only parts of words, the length of the name.
    """
    folded = [(field, fold(text)) for field, text in fields]
    whole = {token for _, text in folded for token in _tokens(text)}
    worst, parts = 0, 0
    for word in wanted:
        places = [field for field, text in folded if word in text]
        if not places:
            return None
        worst = max(worst, min(places))
        parts += word not in whole
    exact = any(text == " ".join(wanted) for _, text in folded)
    return (0 if exact else 1, worst, parts, len(folded[1][1]))


def _tokens(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()
