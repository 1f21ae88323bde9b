"""One page's numbering: its sources in order, its citation marks, its claims each at one home."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from assay.briefing import charts, wording
from assay.briefing.atlas import Atlas
from assay.briefing.views import Badge, Cite, ClaimView, Link
from assay.evidence.independence import CORROBORATING, Valued
from assay.model.documents import AnyProfile, Claim, Source
from assay.model.results import Explanation, ProfileResult, Score
from assay.model.rulebook import Band, Scorer
from assay.text import through

_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_TOKEN = re.compile(rf"(?<![\w#@./-]){_ID}(?:#{_ID})?(?![\w#@/-])")

_NO_SCORE = Score(points=None, coverage=0)

ROOT = "../"
"""From any briefing page to the top of the site."""


@dataclass(frozen=True, slots=True)
class SourceGroup:
    """Sources that draw on one ``original`` publication, which is None if we have not seen it."""

    original: str | None
    counted: bool
    sources: tuple[Source, ...]


class Sheet:
    """The page under construction: hands out numbers, marks and anchors, each only once."""

    def __init__(self, atlas: Atlas, profile: AnyProfile) -> None:
        self.atlas = atlas
        self.profile = profile
        self.result: ProfileResult = atlas.results[profile.id]
        self.explanation: Explanation = atlas.explanations[profile.id]
        self.claims: tuple[Claim, ...] = atlas.claims(profile)
        self.groups = self._groups()
        self.numbers: dict[str, int] = {
            source.id: number
            for number, source in enumerate((s for group in self.groups for s in group.sources), 1)
        }
        self._marks = 0
        self._homes: set[str] = set()

    def _groups(self) -> tuple[SourceGroup, ...]:
        """Sources by what they draw on, the original first; last those that count for nothing."""
        cited = {s.id: s for claim in self.claims for _, s in self.atlas.citations(claim)}
        originals: dict[str, str] = {}
        for claim in self.claims:
            for valued in self.atlas.independence.valued(self.profile, claim):
                original = self._original(valued)
                known = originals.get(valued.citation.id)
                originals[valued.citation.id] = min(original, known) if known else original
        groups: dict[tuple[bool, str], list[Source]] = {}
        for source in cited.values():
            key = (source.id not in originals, originals.get(source.id, ""))
            groups.setdefault(key, []).append(source)
        found = []
        for (uncounted, original), members in sorted(groups.items()):
            members.sort(key=lambda s: (s.id != original, s.published is None, _when(s), s.id))
            found.append(SourceGroup(original or None, not uncounted, tuple(members)))
        return tuple(sorted(found, key=lambda g: (not g.counted, g.original is None)))

    def _original(self, valued: Valued) -> str:
        """The publication that a citation draws on, "" if we have not seen it."""
        publication = self.atlas.independence.publication
        saw = [s.id for s, kind in valued.originals if kind in CORROBORATING]
        if saw:
            return min(map(publication, saw))
        return "" if valued.kind == "secondary" else publication(valued.citation.id)

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(source for group in self.groups for source in group.sources)

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
            href=self.claim_href(owner, claim),
            text=claim.text,
            label=None if claim.nature == "fact" else wording.NATURE[claim.nature],
            key=claim.key,
            grade=self.claim_badge(owner.id, claim),
            cites=self.cites(claim) if own else (),
            notes=self._notes(claim),
        )

    def _notes(self, claim: Claim) -> tuple[str, ...]:
        notes = []
        if claim.as_of and claim.holds != "standing":
            notes.append(f"as of {wording.partial(claim.as_of)}")
        if claim.checked:
            notes.append(f"checked {wording.day(claim.checked)}")
        if claim.nature == "assumption" and not claim.sources:
            notes.append("no source bears it out")
        return tuple(notes)

    def claim_href(self, owner: AnyProfile, claim: Claim) -> str:
        """Where the claim is at home, from this page."""
        page = "" if owner.id == self.profile.id else self.atlas.href(owner.id, ROOT) or ""
        return f"{page}#claim-{claim.id}"

    def cites(self, claim: Claim) -> tuple[Cite, ...]:
        """Marks for the sources of a claim of this page, with new ids."""
        places: dict[tuple[str, bool], list[str]] = {}
        for citation, source in self.atlas.citations(claim):
            key = (source.id, citation.stance == "disputes")
            places.setdefault(key, []).extend([citation.locator] if citation.locator else [])
        marks = []
        for (source_id, disputes), locators in places.items():
            source = self.atlas.corpus.sources[source_id]
            notes = [f"Source {self.numbers[source_id]}", *(["disputes this"] if disputes else [])]
            notes += locators
            if source.retracted and source.retracted <= self.atlas.as_of:
                notes.append("retracted")
            marks.append(self._mark(source, ", ".join(notes), disputes))
        return tuple(sorted(marks, key=lambda cite: (cite.disputes, cite.number)))

    def mark(self, source: Source) -> Cite:
        """A mark that only points at a source."""
        return self._mark(source, f"Source {self.numbers[source.id]}", False)

    def _mark(self, source: Source, note: str, disputes: bool) -> Cite:
        self._marks += 1
        return Cite(f"cite-{self._marks}", self.numbers[source.id], note, disputes)

    def claim_badge(self, owner_id: str, claim: Claim) -> Badge | None:
        """The claim's own grade: the claim score called like the headline, on its scale."""
        headline = self.atlas.headline
        if headline is None or (claim.nature == "assumption" and not claim.sources):
            return None
        scores = self.atlas.results[owner_id].claims.get(claim.id, {})
        score = scores.get(headline.name)
        return (
            None if score is None else badge(headline, self.atlas.rulebook.bands(headline), score)
        )

    def link(self, evidence: str) -> Link | None:
        """What a step names as evidence, as a link; None for what no page shows."""
        if evidence in self.numbers:
            return Link(f"[{self.numbers[evidence]}]", f"#source-{self.numbers[evidence]}")
        reference, _, source_id = evidence.partition("@")
        if source_id in self.numbers:
            return Link(f"[{self.numbers[source_id]}]", f"#source-{self.numbers[source_id]}")
        if "#" in reference:
            found = self.atlas.claim(self.profile.id, reference)
            if found is None:
                return None
            text = f"“{wording.shortened(found[1].text, 60)}”"
            return Link(text, self.claim_href(*found))
        far, *between = reference.split(">")
        profile = self.atlas.published.get(far)
        if profile is None or source_id:
            return None
        text = self.readable(through(reference), [far, *between])
        return Link(text, self.atlas.href(far, ROOT))

    def readable(self, text: str, ids: Collection[str] = ()) -> str:
        """The text with ids replaced by what a reader knows them as.

        ``ids`` are ids that the text is known to hold; others are recognised by their hyphens,
        by naming a claim, or, for claims of this page, by their quotation marks.
        """
        for claim in self.claims if "'" in text else ():
            text = text.replace(f"'{claim.id}'", f"“{wording.shortened(claim.text, 90)}”")
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


def _when(source: Source) -> str:
    return source.published.first.isoformat() if source.published else ""


def profile_badge(atlas: Atlas, profile_id: str, scorer: Scorer) -> Badge:
    """A score of a profile as it holds: computed, or put in the place of what was computed."""
    bands = atlas.rulebook.bands(scorer)
    ruling = atlas.ruling(profile_id, scorer.name)
    if ruling is None or ruling.band is None:
        score = atlas.results[profile_id].scores.get(scorer.name, _NO_SCORE)
        return badge(scorer, bands, score)
    band = ruling.band
    meaning = None if band.label.casefold() == band.grade.casefold() else band.label
    filled = charts.rank(bands, band)
    return Badge(scorer.heading, band.grade, meaning, None, filled, len(bands))


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
