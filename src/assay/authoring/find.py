"""Documents and claims, listed by their fields and searched by words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from assay.diagnostics.suggest import unknown
from assay.errors import UsageError
from assay.model.documents import Corpus, Institution
from assay.model.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Found:
    """A document or claim (``profile#claim``) that matches, with its name, title or text."""

    kind: str
    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Values that a document must have, each without regard to case and accents; None for any."""

    kind: str | None = None
    type: str | None = None
    region: str | None = None
    domain: str | None = None
    topic: str | None = None
    publisher: str | None = None
    grade: str | None = None


KINDS = ("institution", "event", "source", "publisher", "claim", "rule")
"""The kinds that can be listed; ``profile`` includes institutions and events."""


@dataclass(frozen=True, slots=True)
class Entry(Found):
    """A document, claim or rule with the values that it can be listed by."""

    values: Mapping[str, tuple[str, ...]]

    @property
    def type(self) -> str | None:
        return next(iter(self.values.get("type", ())), None)

    @property
    def region(self) -> str | None:
        return next(iter(self.values.get("region", ())), None)

    @property
    def topics(self) -> tuple[str, ...]:
        return self.values.get("topic", ())

    @property
    def grade(self) -> str | None:
        return next(iter(self.values.get("grade", ())), None)


def listed(
    corpus: Corpus,
    rulebook: Rulebook | None,
    wanted: Filter,
    grades: Mapping[str, str] | None = None,
) -> list[Entry]:
    """Return the documents, claims and rules that have the wanted values, by kind and id.

    Claims and rules are listed only if asked for by kind. ``grades`` are those of profiles, by
    id. Raises ``UsageError`` for a value that nothing has.
    """
    every = [e for e in _all(corpus, rulebook, grades or {}) if _is_of_kind(e.kind, wanted.kind)]
    for name in (f.name for f in fields(wanted) if f.name != "kind"):
        value = getattr(wanted, name)
        if value is None:
            continue
        present = {v: fold(v) for e in every for v in e.values.get(name, ())}
        if fold(value) not in present.values():
            raise UsageError(unknown(name, value, sorted(present)))
        every = [e for e in every if fold(value) in map(fold, e.values.get(name, ()))]
    return sorted(every, key=lambda e: (KINDS.index(e.kind), e.id))


def _is_of_kind(kind: str, wanted: str | None) -> bool:
    if wanted is None:
        return kind not in ("claim", "rule")
    return kind in ("institution", "event") if wanted == "profile" else kind == wanted


def _all(corpus: Corpus, rulebook: Rulebook | None, grades: Mapping[str, str]) -> Iterator[Entry]:
    for profile in corpus.profiles.values():
        values = _values(profile, topic=profile.topics, grade=grades.get(profile.id))
        yield Entry(profile.kind, profile.id, profile.name, values)
        for claim in profile.claims:
            yield Entry("claim", f"{profile.id}#{claim.id}", claim.text, _values(claim))
    for source in corpus.sources.values():
        yield Entry("source", source.id, source.title, _values(source))
    for publisher in corpus.publishers.values():
        yield Entry("publisher", publisher.id, publisher.name, {})
    for scorer in rulebook.scorers if rulebook else ():
        for rule in scorer.rules:
            yield Entry("rule", f"{scorer.key}.{rule.id}", rule.because, {})


def _values(document: object, **more: object) -> dict[str, tuple[str, ...]]:
    names = [f.name for f in fields(Filter) if f.name != "kind"]
    given = {name: getattr(document, name, None) for name in names} | more
    return {n: v if isinstance(v, tuple) else (str(v),) for n, v in given.items() if v}


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
