"""Counterfactuals as edits of documents, to be compared with those as edits of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assay.model.documents import Directness, Reliability
from assay.model.rulebook import Change
from assay.text import listed
from tests.package import (
    AnyProfile,
    Citation,
    Claim,
    ClaimEdit,
    Corpus,
    Independence,
    PartialDate,
    Publisher,
    Source,
    actor_of,
    scored_claims,
)

_TIMES = ("", " twice", " three times")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """``profile`` with a change made, how the change reads, and its effort."""

    profile: AnyProfile
    text: str
    effort: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A claim with a change made; ``weight`` multiplies the effort of the change.

    ``lost`` and ``seen`` are the sources that the change names, ``times`` the sources supposed.
    """

    claim: Claim
    weight: int = 1
    lost: str = ""
    seen: tuple[str, ...] = ()
    times: int = 0
    names_actor: bool = False


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

    def citation(
        self,
        name: str,
        kind: Directness,
        reliability: Reliability | None = None,
        actor: str | None = None,
    ) -> Citation:
        """Cite a source of its own publisher, published as-of; that of a record is the actor's."""
        name = f"~{name}~{actor}" if kind == "record" else f"~{name}"
        self.publishers[name] = Publisher.model_construct(
            kind="publisher",
            id=name,
            name=name,
            reliability=reliability,
            speaks_for=(actor,) if actor and kind == "record" else (),
        )
        self.sources[name] = Source.model_construct(
            kind="source",
            id=name,
            title=name,
            publisher=name,
            published=PartialDate.parse(self.as_of.isoformat()),
            directness=kind,
        )
        return Citation.model_construct(id=name)

    def applied(self, profile: AnyProfile, edits: Sequence[ClaimEdit]) -> AnyProfile:
        """The profile with the edits that a stated change consists of."""
        return _replaced(profile, [self._applied(profile, edit) for edit in edits])

    def _applied(self, profile: AnyProfile, edit: ClaimEdit) -> Claim:
        claim = next(c for c in profile.claims if c.id == edit.claim)
        gone = {(r.source, r.stance) for r in edit.remove}
        assert gone <= {(c.id, c.stance) for c in claim.sources}
        assert not (edit.name_actor and actor_of(profile, claim))
        actor = "~body" if edit.name_actor else actor_of(profile, claim)
        sources = [c for c in claim.sources if (c.id, c.stance) not in gone]
        for number, a in enumerate(edit.add):
            if a.source is not None:
                sources.append(Citation.model_construct(id=a.source, directness=a.kind))
            else:
                sources.append(self.citation(f"{number}", a.kind, a.reliability, actor))
        changed: dict[str, Any] = {"sources": tuple(sources)}
        if edit.name_actor:
            changed["actor"] = actor
        if edit.recheck:
            changed["checked"] = self.as_of
        return claim.model_copy(update=changed)


def what_ifs(
    independence: Independence,
    profile: AnyProfile,
    changes: Sequence[Change],
    supposed: Supposed,
    strength: Mapping[str, int | None],
) -> Iterator[WhatIf]:
    """The profile with each change of the catalogue made to one key claim, and to the weakest.

    ``independence`` is that of the documents as they are, ``strength`` the score of each claim by
    ``profile#claim``. Additions are made once, twice and three
    times. Changes that do not apply (no dispute to resolve, nothing to recheck) are left out.
    """
    keys = [c for c in scored_claims(profile) if c.key]
    means = _Means(independence, supposed, profile)
    for change in changes:
        if change.action == "read_document":
            yield from _documents_read(profile, change, keys, supposed)
            continue
        made = {k.id: list(_ACTIONS[change.action](k, change, means)) for k in keys}
        for key in keys:
            for variant in made[key.id]:
                where = "" if len(keys) == 1 else f"{_comma([variant])} for {key.id!r}"
                yield WhatIf(
                    _replaced(profile, [variant.claim]),
                    f"{_text(change, [variant])}{where}",
                    change.effort * variant.weight,
                )
        if len(keys) > 1 and change.action != "lose_source":
            weakest = sorted(keys, key=lambda k: strength[f"{profile.id}#{k.id}"] or 0)
            several = [made[k.id] for k in weakest if made[k.id]]
            for size in range(2, len(several) + 1):
                yield from _for_several(profile, change, several[:size], len(keys))


def _text(change: Change, made: Sequence[Variant]) -> str:
    """The change in words: what is lost or seen, how often, and whether the actor is named."""
    named = sorted({name for v in made for name in v.seen})
    seen = f" ({', '.join(named)})" if named else ""
    times = max(v.times for v in made)
    actor = " and name who acted" if any(v.names_actor for v in made) else ""
    return f"{change.text}{made[0].lost}{seen}{_TIMES[times - 1] if times else ''}{actor}"


def _comma(made: Sequence[Variant]) -> str:
    """What precedes the claims that a change is for: nothing after a number of times."""
    return "" if any(v.times for v in made) else ","


def _documents_read(
    profile: AnyProfile, change: Change, keys: Sequence[Claim], supposed: Supposed
) -> Iterator[WhatIf]:
    """Every document of a watch item or gap, cited for a key claim that it settles and for all."""
    for item in (*profile.watch, *profile.gaps):
        settled = [k for s in item.would_settle for k in keys if k.id == s]
        together = [settled] if len(settled) > 1 else []
        for claims in [*([k] for k in settled), *together]:
            assert item.directness is not None
            cited, names_actor = [], False
            for claim in claims:
                update: dict[str, Any] = {}
                actor = actor_of(profile, claim)
                if item.directness == "record" and actor is None:
                    actor, names_actor = "~body", True
                    update["actor"] = actor
                new = supposed.citation(f"{change.id}~{claim.id}", item.directness, None, actor)
                cited.append(claim.model_copy(update={**update, "sources": (*claim.sources, new)}))
            naming = " and name who acted" if names_actor else ""
            order = [c.id for c in profile.claims]
            ids = listed([repr(i) for i in sorted((c.id for c in claims), key=order.index)])
            text = f"{change.text} “{item.document}”{naming}; it could confirm {ids}"
            yield WhatIf(_replaced(profile, cited), text, change.effort)


def _for_several(
    profile: AnyProfile, change: Change, made: Sequence[Sequence[Variant]], keys: int
) -> Iterator[WhatIf]:
    """The change made to several key claims, at the sum of the efforts."""
    order = [c.id for c in profile.claims]
    for together in zip(*made, strict=False):
        ids = sorted((v.claim.id for v in together), key=order.index)
        which = f"each of {keys} key claims" if len(ids) == keys else listed(list(map(repr, ids)))
        text = f"{_text(change, together)}{_comma(together)} for {which}"
        effort = change.effort * sum(v.weight for v in together)
        yield WhatIf(_replaced(profile, [v.claim for v in together]), text, effort)


def _replaced(profile: AnyProfile, claims: Sequence[Claim]) -> AnyProfile:
    new = {c.id: c for c in claims}
    return profile.model_copy(update={"claims": tuple(new.get(c.id, c) for c in profile.claims)})


# The actions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Means:
    """What an action may use: what citations draw on, and the sources that can be supposed."""

    independence: Independence
    supposed: Supposed
    profile: AnyProfile

    def counted(self, claim: Claim) -> list[tuple[Citation, str | None, set[str], set[str]]]:
        """The citations that count: kind, what each draws on, and those that saw for themselves."""
        return [
            (
                v.citation,
                v.kind,
                {s.id for s, _ in v.originals},
                {s.id for s, kind in v.originals if kind in ("record", "first_hand")},
            )
            for v in self.independence.valued(self.profile, claim)
        ]

    def publication(self, source: str) -> str:
        return self.independence.publication(source)


_Action = Callable[[Claim, Change, _Means], Iterator[Variant]]


def _add_source(claim: Claim, change: Change, means: _Means) -> Iterator[Variant]:
    kind = change.directness or "first_hand"
    actor = actor_of(means.profile, claim)
    names_actor = kind == "record" and actor is None
    added: tuple[Citation, ...] = ()
    for times in range(1, len(_TIMES) + 1):
        name = f"{change.id}~{times}"
        cited = means.supposed.citation(name, kind, change.reliability, actor or "~body")
        added = (*added, cited)
        new: dict[str, Any] = {"sources": (*claim.sources, *added)}
        if names_actor:
            new["actor"] = "~body"
        changed = claim.model_copy(update=new)
        yield Variant(changed, times, times=times, names_actor=names_actor)


def _lose_source(claim: Claim, _change: Change, means: _Means) -> Iterator[Variant]:
    """Without one publication: all that draw on it go with it."""
    counted = means.counted(claim)
    reached = {s for c, _, behind, _ in counted if c.stance == "supports" for s in (c.id, *behind)}
    by_publication: dict[str, str] = {}
    for source in sorted(reached):
        by_publication.setdefault(means.publication(source), source)
    for publication, name in by_publication.items():
        lost = {
            c.id
            for c, _, behind, _ in counted
            if publication in {means.publication(s) for s in (c.id, *behind)}
        }
        kept = tuple(c for c in claim.sources if c.id not in lost)
        yield Variant(claim.model_copy(update={"sources": kept}), lost=f": {name}")


def _see_original(claim: Claim, change: Change, means: _Means) -> Iterator[Variant]:
    """Cite what secondary reports draw on; an unidentified original is supposed first-hand."""
    counted = means.counted(claim)
    secondary = [
        saw for c, kind, _, saw in counted if kind == "secondary" and c.stance == "supports"
    ]
    cited = {means.publication(c.id) for c, _, _, _ in counted}
    uncited: dict[str, str] = {}
    for source in sorted({s for saw in secondary for s in saw}):
        if means.publication(source) not in cited:
            uncited.setdefault(means.publication(source), source)
    names = tuple(uncited.values())
    if names:
        kinds = {
            s.id: kind
            for v in means.independence.valued(means.profile, claim)
            for s, kind in v.originals
        }
        seen = [Citation.model_construct(id=n, directness=kinds[n]) for n in names]
        changed = claim.model_copy(update={"sources": (*claim.sources, *seen)})
        yield Variant(changed, seen=names)
    elif any(not saw for saw in secondary):
        supposed = means.supposed.citation(f"{change.id}~1", "first_hand")
        changed = claim.model_copy(update={"sources": (*claim.sources, supposed)})
        yield Variant(changed, times=1)


def _resolve_dispute(claim: Claim, _change: Change, means: _Means) -> Iterator[Variant]:
    """Without the sources that dispute it, as far as they count."""
    disputing = {c.id for c, _, _, _ in means.counted(claim) if c.stance == "disputes"}
    kept = tuple(c for c in claim.sources if c.stance == "supports" or c.id not in disputing)
    if disputing:
        yield Variant(claim.model_copy(update={"sources": kept}))


def _recheck(claim: Claim, _change: Change, means: _Means) -> Iterator[Variant]:
    if claim.holds == "standing":
        yield Variant(claim.model_copy(update={"checked": means.supposed.as_of}))


_ACTIONS: Mapping[str, _Action] = {
    "add_source": _add_source,
    "lose_source": _lose_source,
    "see_original": _see_original,
    "resolve_dispute": _resolve_dispute,
    "recheck": _recheck,
}
