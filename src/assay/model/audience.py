"""What an audience may know: filter first, score afterwards.

Everything for a more confined audience is taken out of the documents, with every reference to
it, as if it had never been written; so no count, score or path can tell of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assay.model.corpus import Corpus
from assay.model.evidence import Claim
from assay.model.profile import AnyProfile, Dependency, Event


def seen_by(corpus: Corpus, audiences: Sequence[str], audience: str, as_of: date) -> Corpus:
    """The corpus as ``audience`` may know it; ``audiences`` go from public to confined.

    What names no audience is for the most public one. Drafts, and what is under embargo on
    ``as_of``, are for nobody.
    """
    allowed = {None, *audiences[: audiences.index(audience) + 1]}
    profiles = {
        i: p
        for i, p in corpus.profiles.items()
        if p.audience in allowed
        and p.status == "final"
        and (p.embargo is None or p.embargo <= as_of)
    }
    claims = {
        (p.id, c.id)
        for p in profiles.values()
        for c in p.claims
        if c.audience in allowed and c.status == "final"
    }
    view = _View(allowed, frozenset(profiles), frozenset(claims))
    return corpus.with_profiles({i: view.profile(p) for i, p in profiles.items()})


class _View:
    def __init__(
        self,
        allowed: set[str | None],
        profiles: frozenset[str],
        claims: frozenset[tuple[str, str]],
    ) -> None:
        self._allowed = allowed
        self._profiles = profiles
        self._claims = claims

    def profile(self, profile: AnyProfile) -> AnyProfile:
        own = profile.id
        bottom_line = profile.bottom_line
        update: dict[str, object] = {
            "claims": tuple(
                self._claim(own, c) for c in profile.claims if (own, c.id) in self._claims
            ),
            "depends_on": self._edges(own, profile.depends_on),
            "watch": tuple(w for w in profile.watch if w.audience in self._allowed),
            "basis": {field: self._known(own, ids) for field, ids in profile.basis.items()},
            "bottom_line": bottom_line if (own, bottom_line) in self._claims else None,
        }
        if isinstance(profile, Event):
            update["affects"] = self._edges(own, profile.affects)
        return profile.model_copy(update=update)

    def _claim(self, own: str, claim: Claim) -> Claim:
        return claim.model_copy(
            update={
                "rests_on": self._known(own, claim.rests_on),
                "contradicts": self._known(own, claim.contradicts),
                "alternative_to": next(
                    iter(self._known(own, filter(None, [claim.alternative_to]))), None
                ),
            }
        )

    def _edges(self, own: str, edges: Sequence[Dependency]) -> tuple[Dependency, ...]:
        return tuple(
            e.model_copy(update={"claims": self._known(own, e.claims)})
            for e in edges
            if e.audience in self._allowed and e.on in self._profiles
        )

    def _known(self, own: str, references: Iterable[str]) -> tuple[str, ...]:
        """The references whose claims the audience may know."""
        return tuple(r for r in references if self._place(own, r) in self._claims)

    def _place(self, own: str, reference: str) -> tuple[str, str]:
        owner, _, claim = reference.rpartition("#")
        return (owner or own, claim)
