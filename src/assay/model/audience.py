"""What an audience may know: filter first, score afterwards.

Everything for a more confined audience is taken out of the documents, with every reference to
it, as if it had never been written; so no count, score or path can tell of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assay.model.documents import AnyProfile, Claim, Corpus, Dependency, Event


def seen_by(corpus: Corpus, audiences: Sequence[str], audience: str, as_of: date) -> Corpus:
    """The corpus as ``audience`` may know it; ``audiences`` go from public to confined.

    What names no audience is for the most public one. Drafts, and what is under embargo on
    ``as_of``, are for nobody.
    """
    if all(map(_is_public, corpus.profiles.values())):
        return corpus
    view = _View(audiences, audience, as_of)
    for p in corpus.profiles.values():
        view.note(
            p.id, p.audience, p.status, p.embargo, ((c.id, c.audience, c.status) for c in p.claims)
        )
    return corpus.with_profiles({i: view.profile(corpus.profiles[i]) for i in view.profiles})


def _is_public(profile: AnyProfile) -> bool:
    """Whether a profile is for everybody on any day, with all it holds."""
    if profile.audience is not None or profile.status != "final" or profile.embargo is not None:
        return False
    edges = (*profile.depends_on, *(profile.affects if isinstance(profile, Event) else ()))
    return (
        all(c.audience is None and c.status == "final" for c in profile.claims)
        and all(e.audience is None for e in edges)
        and all(w.audience is None for w in profile.watch)
    )


class _View:
    """What an audience may know.

    Before a profile is looked at, it and every other that it speaks of have to be noted.
    """

    def __init__(self, audiences: Sequence[str], audience: str, as_of: date) -> None:
        self._allowed = {None, *audiences[: audiences.index(audience) + 1]}
        self._as_of = as_of
        self._claims: set[tuple[str, str]] = set()
        self.profiles: set[str] = set()

    def note(
        self,
        profile: str,
        audience: str | None,
        status: str,
        embargo: date | None,
        claims: Iterable[tuple[str, str | None, str]],
    ) -> None:
        """For whom a profile is, and each of its claims (id, audience and status)."""
        if audience not in self._allowed or status != "final":
            return
        if embargo is None or embargo <= self._as_of:
            self.profiles.add(profile)
            self._claims.update(
                (profile, claim)
                for claim, confined, state in claims
                if confined in self._allowed and state == "final"
            )

    def profile(self, profile: AnyProfile) -> AnyProfile:
        """The profile without what the audience may not know."""
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
            if e.audience in self._allowed and e.on in self.profiles
        )

    def _known(self, own: str, references: Iterable[str]) -> tuple[str, ...]:
        """The references whose claims the audience may know."""
        return tuple(r for r in references if self._place(own, r) in self._claims)

    def _place(self, own: str, reference: str) -> tuple[str, str]:
        owner, _, claim = reference.rpartition("#")
        return (owner or own, claim)
