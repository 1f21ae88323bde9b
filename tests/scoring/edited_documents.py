"""Counterfactuals as edits of documents, to be compared with those as edits of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assay.model.rulebook import Change
from tests.package import (
    UNSEEN,
    AnyProfile,
    Citation,
    Claim,
    Corpus,
    Lineage,
    PartialDate,
    Publisher,
    Source,
    scored_claims,
)

_TIMES = ("", ", twice", ", three times")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``profile`` with a change made, how the change reads, and its effort."""

    profile: AnyProfile
    text: str
    effort: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A claim with a change made; ``weight`` multiplies the effort of the change."""

    claim: Claim
    text: str
    weight: int = 1


@dataclass
class Supposed:
    """Publishers and sources that are only supposed, for the what-ifs of a corpus."""

    as_of: date
    publishers: dict[str, Publisher] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    def added_to(self, corpus: Corpus) -> Corpus:
        """The corpus with what is supposed."""
        return Corpus(
            publishers={**corpus.publishers, **self.publishers},
            sources={**corpus.sources, **self.sources},
            profiles=corpus.profiles,
        )

    def citation(self, change: Change, number: int) -> Citation:
        """Cite a source as the change describes it, of its own publisher, published as-of."""
        name = f"~{change.id}~{number}"
        if name not in self.sources:
            self.publishers[name] = Publisher.model_construct(
                kind="publisher", id=name, name=change.text, reliability=change.reliability
            )
            self.sources[name] = Source.model_construct(
                kind="source",
                id=name,
                title=change.text,
                publisher=name,
                published=PartialDate.parse(self.as_of.isoformat()),
                directness=change.directness or "first_hand",
            )
        return Citation.model_construct(id=name)


def what_ifs(
    lineage: Lineage, profile: AnyProfile, changes: Sequence[Change], supposed: Supposed
) -> Iterator[WhatIf]:
    """The profile with each change of the catalogue made to one key claim, and to all of them.

    ``lineage`` is that of the documents as they are. Additions are made once, twice and three
    times. Changes that do not apply (no dispute to resolve, nothing to recheck) are left out.
    """
    keys = [c for c in scored_claims(profile) if c.key]
    means = _Means(lineage, supposed)
    for change in changes:
        made = {k.id: list(_ACTIONS[change.action](k, change, means)) for k in keys}
        for key in keys:
            for variant in made[key.id]:
                where = "" if len(keys) == 1 else f", for {key.id!r}"
                text = f"{variant.text}{where}"
                yield WhatIf(
                    _replaced(profile, [variant.claim]), text, change.effort * variant.weight
                )
        if len(keys) > 1 and change.action != "lose_source":
            yield from _for_all(profile, change, [v for v in made.values() if v])


def _for_all(
    profile: AnyProfile, change: Change, made: Sequence[Sequence[Variant]]
) -> Iterator[WhatIf]:
    """The change made to every key claim to which it applies, at the sum of the efforts."""
    if len(made) < 2:
        return
    for together in zip(*made, strict=False):
        text = f"{together[0].text}, for each of {len(together)} key claims"
        effort = change.effort * sum(v.weight for v in together)
        yield WhatIf(_replaced(profile, [v.claim for v in together]), text, effort)


def _replaced(profile: AnyProfile, claims: Sequence[Claim]) -> AnyProfile:
    new = {c.id: c for c in claims}
    return profile.model_copy(update={"claims": tuple(new.get(c.id, c) for c in profile.claims)})


# The actions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Means:
    """What an action may use: the lineage of citations, and the sources that can be supposed."""

    lineage: Lineage
    supposed: Supposed


_Action = Callable[[Claim, Change, _Means], Iterator[Variant]]


def _add_source(claim: Claim, change: Change, means: _Means) -> Iterator[Variant]:
    added: tuple[Citation, ...] = ()
    for times, suffix in enumerate(_TIMES, start=1):
        added = (*added, means.supposed.citation(change, times))
        changed = claim.model_copy(update={"sources": (*claim.sources, *added)})
        yield Variant(changed, f"{change.text}{suffix}", times)


def _lose_source(claim: Claim, change: Change, means: _Means) -> Iterator[Variant]:
    """Without one of its origins: all that goes back to it goes with it."""
    traced = [t for t in means.lineage.trace(claim.sources) if t.citation.stance == "supports"]
    for origin in dict.fromkeys(t.origin for t in traced):
        lost = {t.citation.id for t in traced if t.origin == origin}
        kept = tuple(c for c in claim.sources if c.id not in lost)
        what = "what was only retold" if origin == UNSEEN else origin
        yield Variant(claim.model_copy(update={"sources": kept}), f"{change.text}: {what}")


def _see_original(claim: Claim, change: Change, means: _Means) -> Iterator[Variant]:
    """Cite the roots that were only retold; an unidentified original is supposed first-hand."""
    traced = [t for t in means.lineage.trace(claim.sources) if t.citation.stance == "supports"]
    unseen = [t for t in traced if t.origin == UNSEEN]
    if not unseen:
        return
    roots = sorted({r for t in unseen for r in t.roots})
    seen = [Citation.model_construct(id=r) for r in roots] or [means.supposed.citation(change, 1)]
    sources = (*claim.sources, *(c for c in seen if c.id not in {s.id for s in claim.sources}))
    text = f"{change.text} ({', '.join(roots)})" if roots else change.text
    yield Variant(claim.model_copy(update={"sources": sources}), text)


def _resolve_dispute(claim: Claim, change: Change, _means: _Means) -> Iterator[Variant]:
    kept = tuple(c for c in claim.sources if c.stance == "supports")
    if len(kept) < len(claim.sources):
        yield Variant(claim.model_copy(update={"sources": kept}), change.text)


def _recheck(claim: Claim, change: Change, means: _Means) -> Iterator[Variant]:
    if claim.holds == "standing":
        yield Variant(claim.model_copy(update={"checked": means.supposed.as_of}), change.text)


_ACTIONS: Mapping[str, _Action] = {
    "add_source": _add_source,
    "lose_source": _lose_source,
    "see_original": _see_original,
    "resolve_dispute": _resolve_dispute,
    "recheck": _recheck,
}
