"""The elements of pages as frozen values; templates only loop over them.

Text is plain text and is escaped where it is written. A ``href`` is relative to the page it
stands on. Where a value is None, the page says nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from assay.briefing.charts import OutlookChart, Ruler, Waterfall
from assay.briefing.pictures import Picture


@dataclass(frozen=True, slots=True)
class Link:
    """A name that leads somewhere, or only a name."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A score in label, word and number; ``filled`` of ``steps`` draws it as a small meter.

    ``meaning`` says in words what the grade stands for, where the grade alone does not;
    ``reservation`` how far it is uncertain.
    """

    label: str
    word: str
    meaning: str | None
    number: str | None
    filled: int
    steps: int
    href: str | None = None
    reservation: str | None = None


@dataclass(frozen=True, slots=True)
class Cite:
    """A mark that leads from a sentence to a numbered source."""

    id: str
    number: int
    note: str
    disputes: bool


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A sentence of the page with what it rests on.

    ``anchor`` is the id of the one place where the claim is at home, None elsewhere.
    """

    anchor: str | None
    href: str
    text: str
    label: str | None
    key: bool
    grade: Badge | None
    cites: tuple[Cite, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Claims under one heading."""

    id: str
    heading: str
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline: a dated claim, or the appearance of sources.

    ``machine`` is the date for programs, None for a quarter, which HTML has no form for.
    """

    when: str
    machine: str | None
    claim: ClaimView | None
    told: str | None
    published: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a key claim gives, set large."""

    value: str
    measure: str
    when: str | None
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class JudgementView:
    """What somebody concluded, from what, on which assumptions, and what else it could be."""

    claim: ClaimView
    likelihood: str | None
    rests_on: tuple[ClaimView, ...]
    assumptions: tuple[ClaimView, ...]
    alternatives: tuple[ClaimView, ...]
    hidden_grounds: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """Statements that do not go together, to be read side by side.

    ``against`` are sources that dispute the one statement, where no other claim speaks for them.
    """

    sides: tuple[ClaimView, ...]
    against: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of "at a glance"."""

    term: str
    value: str
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class Minute:
    """What a reader must get in one minute, beside the bottom line."""

    limit: str | None
    limit_at: Link | None
    gap: str | None
    horizon: HorizonView


@dataclass(frozen=True, slots=True)
class HorizonLine:
    """A date of the horizon with its reason, and what it comes from."""

    when: str
    why: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class HorizonView:
    """When to look at the profile again; ``word`` is Closed if it is closed."""

    word: str
    lines: tuple[HorizonLine, ...]


@dataclass(frozen=True, slots=True)
class Lever:
    """A change of the evidence that would move the grade."""

    direction: str
    to: str
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
class Verdict:
    """The grade of the page: where it stands, why, and what would move it.

    ``about`` leads to what the score means. ``override`` tells who put the grade in the place of
    the computed one, None where it is the computed one.
    """

    heading: str
    about: str
    badge: Badge
    override: str | None
    coverage: str
    ruler: Ruler | None
    scale: tuple[ScaleRow, ...]
    summary: str
    supports: tuple[str, ...]
    limits: tuple[str, ...]
    levers: tuple[Lever, ...]


@dataclass(frozen=True, slots=True)
class BodyLevels:
    """A score that profiles of this kind do not have, of the profiles that this one affects.

    ``about`` leads to the meaning of the score.
    """

    heading: str
    about: str
    bodies: tuple[tuple[Link, Badge], ...]


@dataclass(frozen=True, slots=True)
class LevelView:
    """Another score of the profile, with its reasons; ``about`` leads to what it means.

    ``standing`` says how high it may be, what is not known, and on which evidence it stands.
    """

    heading: str
    about: str
    badge: Badge
    override: str | None
    coverage: str
    standing: str | None
    reasons: tuple[str, ...]
    levers: tuple[Lever, ...]


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
class OutlookCell:
    """A score at a date."""

    word: str
    number: str | None
    changed: bool


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """One score over time, with nothing new arriving."""

    heading: str
    cells: tuple[OutlookCell, ...]


@dataclass(frozen=True, slots=True)
class OutlookView:
    """The scores at later dates."""

    until: str | None
    dates: tuple[str, ...]
    rows: tuple[OutlookRow, ...]
    chart: OutlookChart | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A thing to watch."""

    priority: str | None
    text: str
    trigger: str | None
    due: str | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class WatchColumn:
    """The watch items that are due within the time of one word."""

    heading: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A publication, and the claims of this page that cite it."""

    number: int
    title: str
    url: str | None
    language: str | None
    facts: tuple[str, ...]
    retracted: str | None
    note: str | None
    used_for: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class SourceGroupView:
    """Sources that draw on one original."""

    heading: str
    explanation: str | None
    sources: tuple[SourceView, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A source that was withdrawn or replaced, and what rests on it."""

    text: str
    cites: tuple[Cite, ...]
    claims: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class EdgeView:
    """A direct link between this profile and another; ``outgoing`` if this one declares it."""

    outgoing: bool
    peer: Link
    relation: str
    criticality: str
    since: str | None
    claims: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class EdgeGroup:
    """Links of one direction."""

    heading: str
    edges: tuple[EdgeView, ...]


@dataclass(frozen=True, slots=True)
class ReachView:
    """A profile felt over more than one link; ``number`` is how much of it is felt."""

    peer: Link
    number: str | None
    via: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ReachGroup:
    """Profiles reached over more than one link, in one direction."""

    heading: str
    lines: tuple[ReachView, ...]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The dependency picture and the same links as text."""

    picture: Picture | None
    groups: tuple[EdgeGroup, ...]
    indirect: tuple[ReachGroup, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """A profile worth reading next, and why."""

    link: Link
    kind: str
    badge: Badge | None
    reason: str


@dataclass(frozen=True, slots=True)
class ImageView:
    """A picture with everything that justifies it."""

    src: str
    caption: str
    source_context: str
    relevance: str
    provenance: str
