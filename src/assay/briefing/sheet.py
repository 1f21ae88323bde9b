"""One page's numbering: its sources in order, its citation marks, its claims each at one home."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas, path_of
from assay.briefing.views import Badge, Cite, ClaimView, Link
from assay.model.documents import AnyProfile, Claim, Source
from assay.model.results import Explanation, ProfileResult, Score
from assay.model.rulebook import Band, Scorer
from assay.text import through

_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_TOKEN = re.compile(rf"(?<![\w#@./-]){_ID}(?:#{_ID})?(?![\w#@/-])")

_NO_SCORE = Score(points=None, coverage=0)

ROOT = "../"
"""From any briefing page to the top of the site."""


class Sheet:
    """The page under construction: hands out numbers, marks and anchors, each only once.

    ``room`` is the share of the usual room that each part of the page has, from 0 to 1.
    """

    def __init__(
        self,
        atlas: Atlas,
        profile: AnyProfile,
        root: str = ROOT,
        path: str | None = None,
        room: float = 1.0,
    ) -> None:
        self.atlas = atlas
        self.profile = profile
        self.root = root
        self.room = room
        # Where claims and sources are at home, seen from this page.
        self.home = "" if path is None else root + path_of(profile)
        self.result: ProfileResult = atlas.results[profile.id]
        self.explanation: Explanation = atlas.explanations[profile.id]
        self.claims: tuple[Claim, ...] = atlas.claims(profile)
        self.sources: tuple[Source, ...] = self._in_order()
        self.numbers: dict[str, int] = {s.id: i for i, s in enumerate(self.sources, 1)}
        self._homes: set[str] = set()

    def _in_order(self) -> tuple[Source, ...]:
        """The cited sources, those of key claims first."""
        claims = sorted(self.claims, key=lambda claim: not claim.key)
        found = {s.id: s for claim in claims for _, s in self.atlas.citations(claim)}
        return tuple(found.values())

    def shown(self, count: int, most: int) -> int:
        """How many of so many lines a part of the page shows, where ``most`` is the usual room.

        A fold of a single line would take as much room as a short line.
        """
        limit = max(round(most * self.room), 2 if self.room else 1)
        spare = 1 if self.room == 1 else 0
        return limit if count > limit + spare else count

    def place(self, claim: Claim) -> ClaimView:
        """The claim at its home: the first call gives it its anchor."""
        anchor = None if claim.id in self._homes else f"claim-{claim.id}"
        self._homes.add(claim.id)
        return self._view(self.profile, claim, anchor)

    def mention(self, claim: Claim, owner: AnyProfile | None = None) -> ClaimView:
        """The claim in passing; of another profile, without marks."""
        return self._view(owner or self.profile, claim, None)

    def is_home(self, claim: Claim) -> bool:
        """Whether the claim has been placed already."""
        return claim.id in self._homes

    def _view(self, owner: AnyProfile, claim: Claim, anchor: str | None) -> ClaimView:
        own = owner.id == self.profile.id
        return ClaimView(
            anchor=anchor,
            former_anchors=self._former_anchors(owner, claim) if anchor else (),
            href=self.claim_href(owner, claim),
            text=claim.text,
            nature=claim.nature,
            key=claim.key,
            grade=self.claim_badge(owner.id, claim),
            cites=self.cites(claim) if own else (),
            notes=self._notes(claim),
        )

    def _former_anchors(self, owner: AnyProfile, claim: Claim) -> tuple[str, ...]:
        """Anchors by the former ids of a claim, except those that another claim has."""
        leads_to = {c.id: c.id for c in owner.claims}
        for one in owner.claims:
            for former in one.formerly:
                leads_to.setdefault(former.rpartition("#")[2], one.id)
        return tuple(f"claim-{f}" for f, i in leads_to.items() if i == claim.id and f != i)

    def _notes(self, claim: Claim) -> tuple[str, ...]:
        notes = []
        if claim.as_of and claim.holds != "standing":
            notes.append(f"as of {wording.partial(claim.as_of)}")
        if claim.checked:
            notes.append(f"checked {wording.day(claim.checked)}")
        if claim.nature == "assumption" and not claim.sources:
            notes.append("without a source")
        return tuple(notes)

    def claim_href(self, owner: AnyProfile, claim: Claim) -> str:
        """Where the claim is at home, from this page."""
        own = owner.id == self.profile.id
        page = self.home if own else self.atlas.href(owner.id, self.root) or ""
        return f"{page}#claim-{claim.id}"

    def cites(self, claim: Claim) -> tuple[Cite, ...]:
        """Marks for the sources of a claim of this page."""
        places: dict[tuple[str, bool], list[str]] = {}
        for citation, source in self.atlas.citations(claim):
            key = (source.id, citation.stance == "disputes")
            places.setdefault(key, []).extend([citation.locator] if citation.locator else [])
        marks = []
        for (source_id, disputes), locators in places.items():
            source = self.atlas.corpus.sources[source_id]
            notes = [f"Source {self.numbers[source_id]}", *(["disputes this"] if disputes else [])]
            notes += locators
            if self.atlas.retracted(source):
                notes.append("retracted")
            marks.append(Cite(self.numbers[source_id], ", ".join(notes), disputes))
        return tuple(sorted(marks, key=lambda cite: (cite.disputes, cite.number)))

    def cites_of(self, references: Collection[str]) -> tuple[Cite, ...]:
        """One mark for each source of the claims that references name."""
        found: dict[int, Cite] = {}
        for reference in references:
            named = self.atlas.claim(self.profile.id, reference)
            if named is not None and named[0] is self.profile:
                for cite in self.cites(named[1]):
                    found.setdefault(cite.number, cite)
        return tuple(found[number] for number in sorted(found))

    def claim_badge(self, owner_id: str, claim: Claim) -> Badge | None:
        """The claim's own grade, None if it has none."""
        return claim_badge(self.atlas, owner_id, claim)

    def link(self, evidence: str) -> Link | None:
        """What a step names as evidence, as a link; None for what no page shows."""
        if evidence in self.numbers:
            return self._source_link(evidence)
        reference, _, source_id = evidence.partition("@")
        if source_id in self.numbers:
            return self._source_link(source_id)
        if "#" in reference:
            found = self.atlas.claim(self.profile.id, reference)
            if found is None:
                return None
            text = f"“{wording.clause(wording.shortened(found[1].text, 60))}”"
            return Link(text, self.claim_href(*found))
        far, *between = reference.split(">")
        profile = self.atlas.published.get(far)
        if profile is None or source_id:
            return None
        text = self.readable(through(reference), [far, *between])
        return Link(text, self.atlas.href(far, self.root))

    def _source_link(self, source_id: str) -> Link:
        number = self.numbers[source_id]
        return Link(f"[{number}]", f"{self.home}#source-{number}")

    def readable(self, text: str, ids: Collection[str] = ()) -> str:
        """The text with ids replaced by what a reader knows them as.

        ``ids`` are ids that the text is known to hold; others are recognised by their hyphens,
        by naming a claim, or, for claims of this page, by their quotation marks.
        """
        for claim in self.claims if "'" in text else ():
            text = text.replace(
                f"'{claim.id}'", f"“{wording.clause(wording.shortened(claim.text, 90))}”"
            )
        return _TOKEN.sub(lambda match: self._spoken(match[0], ids), text)

    def _spoken(self, token: str, ids: Collection[str]) -> str:
        corpus = self.atlas.corpus
        owner, _, claim_id = token.partition("#")
        if claim_id:
            if owner not in corpus.profiles:
                return token
            link = self.link(token)
            return link.text if link else "a claim that is not published"
        if "-" not in token and token not in ids:
            return token
        if token in corpus.profiles:
            profile = self.atlas.published.get(token)
            return profile.name if profile else "a profile that is not published"
        if token in self.numbers:
            return f"source {self.numbers[token]}"
        source = corpus.sources.get(token)
        return f"“{source.title}”" if source else token


def profile_badge(atlas: Atlas, profile_id: str, scorer: Scorer) -> Badge:
    """A score of a profile with the band in force."""
    bands = atlas.rulebook.bands(scorer)
    score = atlas.results[profile_id].scores.get(scorer.name, _NO_SCORE)
    if score.override is None:
        return badge(scorer, bands, score)
    return band_badge(scorer, bands, score.override.band)


def claim_badge(atlas: Atlas, owner_id: str, claim: Claim) -> Badge | None:
    """A claim's own grade: the claim score called like the headline, on its scale."""
    headline = atlas.headline
    if headline is None or (claim.nature == "assumption" and not claim.sources):
        return None
    score = atlas.results[owner_id].claims.get(claim.id, {}).get(headline.name)
    return None if score is None else badge(headline, atlas.rulebook.bands(headline), score)


def headline_badge(atlas: Atlas, profile_id: str) -> Badge | None:
    """The headline grade of a published profile, None if it has none."""
    scorer = atlas.headline
    if scorer is None or scorer.name not in atlas.results[profile_id].scores:
        return None
    return profile_badge(atlas, profile_id, scorer)


def band_badge(scorer: Scorer, bands: Sequence[Band], band: Band) -> Badge:
    """A band of a scale as a chip."""
    return Badge(scorer.heading, band.grade, filled=charts.rank(bands, band), steps=len(bands))


def badge(scorer: Scorer, bands: tuple[Band, ...], score: Score, name: str | None = None) -> Badge:
    """A score as label, word and number; if too little is known, how much."""
    label = name or scorer.heading
    if score.points is None:
        return Badge(label, wording.not_rated(scorer, score), None, None, 0, len(bands))
    number = wording.points(score.points)
    band = score.band or charts.band_at(bands, score.points)
    if band is None:
        return Badge(label, number, None, None, 0, 0)
    meaning = None if band.label.casefold() == band.grade.casefold() else band.label
    filled, doubt = charts.rank(bands, band), wording.reservation(score)
    return Badge(label, band.grade, meaning, number, filled, len(bands), reservation=doubt)
