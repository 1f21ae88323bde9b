"""What all pages of a site share: who is published, where pages lie, and how profiles link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from assay.briefing import wording
from assay.model.documents import AnyProfile, Citation, Claim, Corpus, Dependency, Event, Source
from assay.model.results import Explanation, Override, ProfileResult
from assay.model.rulebook import Band, Rulebook, Scorer, Site, directory_address
from assay.plan.history import Applied
from assay.plan.plan import Change, Correction
from assay.plan.verify import Unapplied
from assay.review.decisions import Decision
from assay.text import listed

Direction = Literal["depends_on", "affects", "depended_on_by", "affected_by"]


@dataclass(frozen=True, slots=True)
class Edge:
    """A declared link, seen from one of its ends; ``owner`` is the profile that declares it."""

    direction: Direction
    peer: str
    owner: str
    link: Dependency


class Atlas:
    """The published profiles of a corpus, with their results, addresses and links.

    A profile that is not published is as if it were not there: it has no address, no links,
    and its claims cannot be referred to.
    """

    def __init__(  # noqa: PLR0913 - everything that pages show
        self,
        corpus: Corpus,
        rulebook: Rulebook,
        results: Mapping[str, ProfileResult],
        explanations: Mapping[str, Explanation],
        as_of: date,
        *,
        history: Sequence[Applied] = (),
        audience: str = "public",
        confirmed: Mapping[str, Decision] | None = None,
        unapplied: Iterable[Unapplied] = (),
    ) -> None:
        self.corpus = corpus
        self.rulebook = rulebook
        self.results = results
        self.explanations = explanations
        self.as_of = as_of
        self.history = tuple(history)
        self.audience = audience
        self.confirmed = confirmed or {}
        self._unapplied: dict[str, list[Unapplied]] = {}
        for found in unapplied:
            self._unapplied.setdefault(found.profile, []).append(found)
        self.site = rulebook.settings.site or Site.model_construct()
        self.base_url = directory_address(self.site.base_url)
        self.published: dict[str, AnyProfile] = {
            i: profile
            for i, profile in sorted(corpus.profiles.items())
            if i in results and results[i].published
        }
        self._paths = {i: path_of(profile) for i, profile in self.published.items()}
        self._scorers = {scorer.key: scorer for scorer in rulebook.scorers}
        self._edges: dict[str, list[Edge]] = {i: [] for i in self.published}
        self._claims: dict[str, tuple[Claim, ...]] = {}
        self._cited: dict[str, dict[str, Source]] = {}
        self._users: dict[str, list[str]] = {}
        self._versions: dict[str, list[Source]] = {}
        self._changes: dict[str, list[tuple[Applied, Change]]] = {}
        self._corrections: dict[str, list[tuple[Applied, Correction]]] = {}
        self._collect()
        self._collect_history()

    @property
    def unpublished(self) -> tuple[str, ...]:
        return tuple(i for i in sorted(self.corpus.profiles) if i not in self.published)

    @cached_property
    def headline(self) -> Scorer | None:
        """The profile scorer that decides on pages, else the first one that has a scale."""
        scorers = self.profile_scorers
        name = self.rulebook.settings.publish_by
        named = next((s for s in scorers if s.name == name), None)
        return named or next((s for s in scorers if s.scale), None)

    @cached_property
    def levels(self) -> tuple[Scorer, ...]:
        """The other profile scorers."""
        headline = self.headline
        return tuple(s for s in self.profile_scorers if s is not headline)

    @cached_property
    def profile_scorers(self) -> tuple[Scorer, ...]:
        return tuple(s for s in self.rulebook.scorers if s.on == "profile" and s.shown)

    def override(self, profile_id: str, scorer: str) -> Override | None:
        """The override that counts in place of a computed grade."""
        score = self.results[profile_id].scores.get(scorer)
        return score.override if score else None

    def band(self, profile_id: str, scorer: Scorer) -> Band | None:
        """The band in force of a profile's score: computed, or set by a reviewer."""
        score = self.results[profile_id].scores.get(scorer.name)
        return score.in_force if score else None

    def draft(self, profile_id: str) -> str | None:
        """What was applied of a profile whose grades were not; None if all of them were."""
        found = self._unapplied.get(profile_id)
        if not found:
            return None
        applied = [
            f"{scorer.heading.lower()} {wording.grade(u.applied)}"
            for u in found
            if u.applied is not None and (scorer := self._scorers.get(f"profile.{u.scorer}"))
        ]
        return f"draft: applied {listed(applied)}" if applied else "draft: not applied yet"

    def scorer(self, key: str) -> Scorer | None:
        """The scorer called ``on.name``."""
        return self._scorers.get(key)

    def href(self, profile_id: str, root: str) -> str | None:
        """The page of a profile, from a page that ``root`` leads up from."""
        path = self._paths.get(profile_id)
        return None if path is None else root + path

    def is_out(self, source: Source) -> bool:
        """Whether the source existed on the as-of date."""
        return source.published is None or source.published.first <= self.as_of

    def citations(self, claim: Claim) -> tuple[tuple[Citation, Source], ...]:
        """What the claim cites of what existed on the as-of date."""
        cited = ((c, self.corpus.sources.get(c.id)) for c in claim.sources)
        return tuple((c, s) for c, s in cited if s is not None and self.is_out(s))

    def claims(self, profile: AnyProfile) -> tuple[Claim, ...]:
        """The claims of a published profile, without those that only later sources make."""
        return self._claims[profile.id]

    def cited(self, profile: AnyProfile) -> Mapping[str, Source]:
        """The sources that a published profile cites, in the order of its claims."""
        return self._cited[profile.id]

    def retracted(self, source: Source) -> date | None:
        """The day on which the source was retracted; None if that is still ahead."""
        day = source.retracted
        return day if day is not None and day <= self.as_of else None

    def versions_of(self, source_id: str) -> Sequence[Source]:
        """The sources that revise a source."""
        return self._versions.get(source_id, ())

    def claim(self, profile_id: str, reference: str) -> tuple[AnyProfile, Claim] | None:
        """The claim a reference of a profile names, where a published page shows it."""
        found = self.corpus.claim(profile_id, reference)
        if found is None or found[0] not in self.published:
            return None
        owner = self.published[found[0]]
        return (owner, found[1]) if found[1] in self.claims(owner) else None

    def edges(self, profile_id: str) -> tuple[Edge, ...]:
        """The links of a profile to published ones that hold at the as-of date."""
        return tuple(self._edges[profile_id])

    def users_of(self, source_id: str) -> tuple[str, ...]:
        """The published profiles that cite a source."""
        return tuple(self._users.get(source_id, ()))

    def changes_of(self, profile_id: str) -> Sequence[tuple[Applied, Change]]:
        """The recorded changes of a profile's scores, for the audience of the site."""
        return self._changes.get(profile_id, ())

    def corrections_of(self, profile_id: str) -> Sequence[tuple[Applied, Correction]]:
        """The recorded corrections of a profile's claims."""
        return self._corrections.get(profile_id, ())

    @property
    def is_most_public(self) -> bool:
        return self.audience == self.rulebook.audiences[0]

    @property
    def is_least_public(self) -> bool:
        return self.audience == self.rulebook.audiences[-1]

    def _collect(self) -> None:
        for i, profile in self.published.items():
            for direction, back, link in _declared(profile):
                if link.on in self.published and self._holds(link):
                    self._edges[i].append(Edge(direction, link.on, i, link))
                    self._edges[link.on].append(Edge(back, i, i, link))
            claims = tuple(c for c in profile.claims if not c.sources or self.citations(c))
            self._claims[i] = claims
            self._cited[i] = {s.id: s for claim in claims for _, s in self.citations(claim)}
            for source_id in self._cited[i]:
                self._users.setdefault(source_id, []).append(i)
        for source in self.corpus.sources.values():
            if source.revises is not None:
                self._versions.setdefault(source.revises, []).append(source)

    def _collect_history(self) -> None:
        for record in self.history:
            for change in record.changes:
                if change.audience == self.audience and change.id in self.published:
                    self._changes.setdefault(change.id, []).append((record, change))
            for correction in record.corrections:
                profile_id = correction.ref.partition("#")[0]
                self._corrections.setdefault(profile_id, []).append((record, correction))

    def _holds(self, link: Dependency) -> bool:
        begun = link.valid_from is None or link.valid_from.first <= self.as_of
        return begun and (link.valid_until is None or link.valid_until.last >= self.as_of)


def _declared(profile: AnyProfile) -> list[tuple[Direction, Direction, Dependency]]:
    found: list[tuple[Direction, Direction, Dependency]] = [
        ("depends_on", "depended_on_by", link) for link in profile.depends_on
    ]
    if isinstance(profile, Event):
        found += [("affects", "affected_by", link) for link in profile.affects]
    return found


def path_of(profile: AnyProfile, ending: str = ".html") -> str:
    """Where a file of a profile lies in the site: its page, or the one with another ending."""
    return f"{wording.FOLDER[profile.kind]}/{profile.id}{ending}"


GRADING, CALENDAR, DATA, FEED, CARD = "/grading.html", ".ics", ".json", ".atom", ".card.svg"
"""Endings of the other files of a profile."""
