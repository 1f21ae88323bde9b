"""Finding ids by the words that an analyst remembers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.model.documents import Corpus

# How much a hit says about what was meant, best first.
_RANKS = ("id", "name", "alias", "claim", "address")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that fits: its kind, its id (``profile#claim`` for a claim), and its words."""

    kind: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class _Entry:
    found: Found
    fields: tuple[tuple[str, str], ...]


def find(corpus: Corpus, words: Sequence[str], limit: int | None = None) -> list[Found]:
    """Documents and claims in which every word occurs, best first.

    Case and accents make no difference. Whole words count more than parts of words, ids and
    names more than claims; what is equal goes by id.
    """
    wanted = [fold(w) for word in words for w in word.split()]
    if not wanted:
        return []
    scored = [
        (rank, entry.found)
        for entry in _entries(corpus)
        if (rank := _rank(entry, wanted)) is not None
    ]
    scored.sort(key=lambda pair: (pair[0], pair[1].id))
    return [found for _, found in scored[:limit]]


def fold(text: str) -> str:
    """The text without case and accents, for comparison."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(
        c for c in unicodedata.normalize("NFKD", decomposed) if not unicodedata.combining(c)
    )


def _entries(corpus: Corpus) -> Iterator[_Entry]:
    for profile in corpus.profiles.values():
        aliases = tuple(("alias", alias) for alias in profile.aliases)
        yield _Entry(
            Found(profile.kind, profile.id, profile.name),
            (("id", profile.id), ("name", profile.name), *aliases),
        )
        for claim in profile.claims:
            yield _Entry(
                Found("claim", f"{profile.id}#{claim.id}", claim.text),
                (("claim", claim.id), ("claim", claim.text)),
            )
    for source in corpus.sources.values():
        address = (("address", source.url),) if source.url else ()
        yield _Entry(
            Found("source", source.id, source.title),
            (("id", source.id), ("name", source.title), *address),
        )
    for publisher in corpus.publishers.values():
        yield _Entry(
            Found("publisher", publisher.id, publisher.name),
            (("id", publisher.id), ("name", publisher.name)),
        )


def _rank(entry: _Entry, wanted: Sequence[str]) -> tuple[int, int, int, int] | None:
    """Smaller is better; None where a word occurs nowhere in the entry.

    In order: is it the very id or name; the worst place a word was found in; how many words
    were only parts of words; how much else the entry says.
    """
    fields = [(_RANKS.index(kind), fold(text)) for kind, text in entry.fields]
    whole = {token for _, text in fields for token in _tokens(text)}
    worst, parts = 0, 0
    for word in wanted:
        places = [rank for rank, text in fields if word in text]
        if not places:
            return None
        worst = max(worst, min(places))
        parts += word not in whole
    exact = any(text == " ".join(wanted) for _, text in fields)
    return (0 if exact else 1, worst, parts, len(fields[1][1]))


def _tokens(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()
