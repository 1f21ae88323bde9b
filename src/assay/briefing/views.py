"""What pages show, as frozen values; templates only loop over them.

Text is plain text and is escaped where it is written. A ``href`` is relative to the page it
stands on. Where a value is None or empty, the page says nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.briefing.charts import Extent, OutlookChart, Proportion, Ruler, Sparkline, Waterfall


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the site was made from: version of assay, digest of the input and as-of date.

    Also its title, the link to report an error, and its address if it is known.
    """

    version: str
    digest: str
    as_of: str
    as_of_iso: str
    title: str = "Briefings"
    contact: str | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads somewhere, or only a name."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A score in label, word and number; it is ``filled`` of ``steps`` of its scale.

    ``meaning`` says what the grade stands for, where the grade alone does not; ``reservation``
    how far it is uncertain.
    """

    label: str
    word: str
    meaning: str | None = None
    number: str | None = None
    filled: int = 0
    steps: int = 0
    href: str | None = None
    reservation: str | None = None

    @property
    def tone(self) -> int:
        """0 if not rated, otherwise 1 to 5, from the lowest step of the scale to the highest."""
        if not self.filled:
            return 0
        return 5 if self.steps == 1 else 1 + (self.filled - 1) * 4 // (self.steps - 1)


@dataclass(frozen=True, slots=True)
class Cite:
    """A mark that leads from a sentence to a numbered source."""

    number: int
    note: str
    disputes: bool


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A sentence of the page with its sources.

    ``anchor`` is the id of the one place where the claim is at home, None elsewhere; addresses with
    one of its ``former_anchors`` still lead there.
    """

    anchor: str | None
    former_anchors: tuple[str, ...]
    href: str
    text: str
    nature: str
    key: bool
    grade: Badge | None
    cites: tuple[Cite, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A term with its value, as under "at a glance"; ``links`` stand in the place of the value."""

    term: str
    value: str
    cites: tuple[Cite, ...] = ()
    machine: str | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Rating:
    """A score of the rating line; ``note`` says how much is known, or since when it holds."""

    badge: Badge
    note: str | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the summary with the sources of the claims that it states.

    ``anchor`` is the id of a claim that is at home here, ``former_anchors`` are those it had.
    """

    text: str
    cites: tuple[Cite, ...]
    anchor: str | None = None
    former_anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a page has only this grade: the reason without a full stop, and what would move it.

    ``quote`` is the claim that the reason names. ``remedy`` is the subject of a sentence that
    ``effect`` ends; it is a document if ``named``.
    """

    heading: str
    reason: str | None
    quote: str | None
    remedy: str | None
    effect: str | None
    named: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to watch next: a sentence with its date."""

    text: str
    when: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Claims under one heading; ``folded`` are those that have no room."""

    id: str
    heading: str
    claims: tuple[ClaimView, ...]
    folded: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline, with its place on the axis of all of them.

    ``machine`` is the date for programs, None for a quarter, which HTML has no form for.
    """

    when: str
    machine: str | None
    claim: ClaimView
    extent: Extent


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, in order; ``first`` and ``last`` name the ends of the axis."""

    first: str
    last: str
    moments: tuple[Moment, ...]
    folded: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a key claim, set large."""

    value: str
    measure: str
    when: str | None
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class FigureSeries:
    """Figures of one measure as bars on one axis."""

    measure: str
    bars: tuple[tuple[str, Proportion], ...]


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A judgement or forecast: its grounds, assumptions and alternatives."""

    claim: ClaimView
    likelihood: str | None
    rests_on: tuple[ClaimView, ...]
    assumptions: tuple[ClaimView, ...]
    alternatives: tuple[ClaimView, ...]
    hidden_grounds: bool


@dataclass(frozen=True, slots=True)
class FactorRow:
    """A factor of the profile: what is known of it, and the grade of its evidence."""

    name: str
    known: str | None
    grade: Badge | None


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Alternative judgements against the evidence, as in the analysis of competing hypotheses."""

    judgements: tuple[ClaimView, ...]
    rows: tuple[tuple[ClaimView, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """Statements that contradict each other, side by side, each with who says it."""

    sides: tuple[tuple[str, ClaimView], ...]
    against: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A development to watch: by when, what would tell, and what it would do."""

    when: str
    until: str | None
    text: str
    effect: str | None
    calendar: str | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as a row of the page."""

    number: int
    title: str
    url: str | None
    language: str | None
    publisher: str
    reliability: str | None
    date: str
    seen: str
    retracted: str | None


@dataclass(frozen=True, slots=True)
class GradeRow:
    """An entry of the history: from which date which grade held, and why."""

    as_of: str
    recorded: str
    badge: Badge
    direction: Literal["up", "down", ""]
    why: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction of the page or of a source, or a statement that was reworded."""

    date: str
    text: str
    note: str | None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Grades through time, corrections, rewordings, and who signed off the present grade."""

    chart: Sparkline | None
    grades: tuple[GradeRow, ...]
    corrections: tuple[CorrectionRow, ...]
    reworded: tuple[CorrectionRow, ...]
    signed: str | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A linked profile: its name, the relation, its grade and the line that leads to it."""

    link: Link
    relation: str
    badge: Badge | None
    style: str
    y: int


@dataclass(frozen=True, slots=True)
class NeighbourSide:
    """The neighbours of one side, by heading; ``height`` is in pixels."""

    groups: tuple[tuple[str, tuple[Neighbour, ...]], ...]
    folded: tuple[Neighbour, ...]
    height: int
    centre: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The neighbours of a profile in two lists; ``legend`` says what the lines mean."""

    left: NeighbourSide
    right: NeighbourSide
    legend: str | None


@dataclass(frozen=True, slots=True)
class Lever:
    """A change of the evidence that would move the grade."""

    direction: str
    badge: Badge
    change: str
    effort: int
    number: str


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """A band of the scale as a row of its table."""

    range: str
    grade: str
    label: str
    note: str
    here: bool


@dataclass(frozen=True, slots=True)
class OutlookCell:
    """A score at a date."""

    word: str
    number: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """One score over time, without new evidence."""

    heading: str
    cells: tuple[OutlookCell, ...]


@dataclass(frozen=True, slots=True)
class OutlookView:
    """The scores at later dates; ``until`` is the first day with another grade."""

    until: str | None
    dates: tuple[str, ...]
    rows: tuple[OutlookRow, ...]
    chart: OutlookChart | None


@dataclass(frozen=True, slots=True)
class TakenEffect:
    """A rule that moved the grade: what it says and the score after it."""

    name: str
    href: str | None
    because: str
    after: str


@dataclass(frozen=True, slots=True)
class Fold:
    """How the page was graded, in short."""

    ruler: Ruler | None
    supports: tuple[str, ...]
    limits: tuple[str, ...]
    levers: tuple[Lever, ...]
    outlook: str | None
    rules: tuple[TakenEffect, ...]
    href: str


@dataclass(frozen=True, slots=True)
class ImageView:
    """A picture with its origin, relevance and provenance."""

    src: str
    caption: str
    source_context: str
    relevance: str
    provenance: str


@dataclass(frozen=True, slots=True)
class BodyLevels:
    """A score that profiles of this kind do not have, of the profiles that this one affects."""

    heading: str
    bodies: tuple[tuple[Link, Badge], ...]


@dataclass(frozen=True, slots=True)
class PageHead:
    """What the head of a page tells programs; ``linked`` is JSON-LD, safe in a script element."""

    description: str
    data: str
    feed: str
    card: str | None
    linked: str


@dataclass(frozen=True, slots=True)
class Story:
    """The claims of a page, each placed once."""

    summary: tuple[Sentence, ...]
    timeline: Timeline | None
    figures: tuple[Figure, ...]
    series: tuple[FigureSeries, ...]
    passages: tuple[Passage, ...]
    why: Passage | None
    judgements: tuple[JudgementView, ...]
    judgements_folded: tuple[JudgementView, ...]
    assumptions: tuple[ClaimView, ...]
    hypotheses: Hypotheses | None
    disputes: tuple[Dispute, ...]
    disputes_folded: tuple[Dispute, ...]
    differing: Passage | None

    @property
    def happens(self) -> bool:
        """Whether it tells what happened, or what the institution does."""
        return bool(self.timeline or self.figures or self.series or self.passages)

    @property
    def has_judgements(self) -> bool:
        """Whether it states a judgement or an assumption, folded or not."""
        return bool(self.judgements or self.judgements_folded or self.assumptions)


@dataclass(frozen=True, slots=True)
class PageView:
    """A briefing page. ``root`` leads from the page to the site's first page."""

    root: str
    path: str
    id: str
    kind: str
    name: str
    head: PageHead
    strip: tuple[Fact, ...]
    ratings: tuple[Rating, ...]
    rating_line: str
    not_rated: str | None
    closed: str | None
    contents: tuple[Link, ...]
    actions: tuple[Link, ...]
    draft: str | None
    overrides: tuple[str, ...]
    story: Story
    image: ImageView | None
    reasons: Reasons | None
    unknown: tuple[str, ...]
    unknown_folded: tuple[str, ...]
    next_step: NextStep | None
    glance: tuple[Fact, ...]
    factors: tuple[FactorRow, ...]
    factors_folded: bool
    factors_not_asked: str | None
    levels_of_bodies: tuple[BodyLevels, ...]
    watch: tuple[WatchRow, ...]
    watch_folded: tuple[WatchRow, ...]
    source_summary: str
    sources: tuple[SourceRow, ...]
    sources_folded: tuple[SourceRow, ...]
    history: HistoryView | None
    connected: Connected | None
    fold: Fold | None
    cite: str
    imprint: Imprint

    @property
    def matters(self) -> bool:
        """Whether the page says why it matters."""
        said = self.story.why or self.story.has_judgements
        return bool(said or self.levels_of_bodies or any(row.known for row in self.factors))


@dataclass(frozen=True, slots=True)
class StepView:
    """One row of a computation."""

    number: int
    phase: str
    rule: str
    outcome: str
    applied: bool
    amount: str
    after: str
    because: str
    missing: str | None
    evidence: tuple[Link, ...]
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Computation:
    """The steps of one score, with their picture."""

    heading: str
    subject: str | None
    result: str
    coverage: str
    steps: tuple[StepView, ...]
    waterfall: Waterfall | None


@dataclass(frozen=True, slots=True)
class ClaimComputation:
    """The computations behind one key claim and its citations."""

    claim: ClaimView
    own: tuple[Computation, ...]
    citations: tuple[Computation, ...]


@dataclass(frozen=True, slots=True)
class LevelView:
    """A score of the profile, with its reasons and what would move it."""

    heading: str
    about: str
    badge: Badge
    override: str | None
    coverage: str
    standing: str | None
    reasons: tuple[str, ...]
    levers: tuple[Lever, ...]


@dataclass(frozen=True, slots=True)
class ReachView:
    """A profile reached over more than one link; ``number`` is the strength of the effect."""

    peer: Link
    number: str | None
    via: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ReachGroup:
    """Profiles reached over more than one link, in one direction."""

    heading: str
    lines: tuple[ReachView, ...]


@dataclass(frozen=True, slots=True)
class GradingView:
    """The page with the complete reasoning of a profile's grades."""

    root: str
    path: str
    briefing: Link
    kind: str
    summary: str
    headline: LevelView | None
    ruler: Ruler | None
    scale: tuple[ScaleRow, ...]
    supports: tuple[str, ...]
    limits: tuple[str, ...]
    levels: tuple[LevelView, ...]
    outlook: OutlookView
    claims: tuple[ClaimView, ...]
    indirect: tuple[ReachGroup, ...]
    computations: tuple[Computation, ...]
    claim_computations: tuple[ClaimComputation, ...]
    imprint: Imprint
