"""Results of scoring: scores with their steps, outlooks, and changes that would move them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assay.model.documents import Directness, Reliability, Stance
from assay.model.rulebook import Band, SubjectKind

Outcome = Literal["true", "false", "unknown"]
StepPhase = Literal["start", "pool", "add", "clamp", "multiply", "floor", "cap", "coverage"]
NextReason = Literal["watch", "recheck", "grade", "event"]
GapKind = Literal["unknown", "weak"]


@dataclass(frozen=True, slots=True)
class Override:
    """A band that a reviewer set instead of the computed one.

    ``decision`` is the id of its line in the ledger. It counts from ``since`` to ``until``, without
    an end if that is None.
    """

    band: Band
    decision: str
    reviewer: str
    reason: str
    since: date
    until: date | None = None
    seconded_by: str | None = None


Overrides = Mapping[str, Mapping[str, Override]]
"""The overrides that count, by profile id and scorer."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score in thousandths (0 to 1000), None if it is unknown ("not rated").

    ``coverage`` is the share of known facts, in thousandths. ``band`` is None if the
    scorer has no scale, or the subject is not rated. ``ceiling`` is the highest band that is
    possible if unknown elements turn out high, None if it is the same. ``stands_on`` is the grade
    of the evidence on which the band stands. A ``provisional`` band does not rest on firm
    evidence; ``firm`` is the band that does, None if the subject would not be rated.

    All of these are computed. With an ``override``, another band is in force.
    """

    points: int | None
    coverage: int
    band: Band | None = None
    ceiling: Band | None = None
    stands_on: Band | None = None
    provisional: bool = False
    firm: Band | None = None
    override: Override | None = None

    @property
    def in_force(self) -> Band | None:
        """The band that a reviewer set, otherwise the computed one."""
        return self.override.band if self.override else self.band

    @property
    def rated(self) -> bool:
        return self.points is not None

    @property
    def value(self) -> float | None:
        """The score from 0 to 1, three decimals."""
        return None if self.points is None else self.points / 1000

    @property
    def grade(self) -> str | None:
        """The grade in force."""
        return self.in_force.grade if self.in_force else None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a score; ``before`` and ``after`` are scores in thousandths.

    ``amount`` is in thousandths too (for ``multiply``, thousandths of a factor), None if it is
    unknown or has no meaning. ``rule`` is the rule's id, or the name of a built-in step: ``start``,
    ``pool``, ``clamp``, ``root`` (the limit of a secondary report to the score of its originals),
    ``rated_from`` (the least coverage of a rated score).
    ``missing`` names the fields whose absence makes the condition unknown. ``evidence`` are ids
    of sources, claims (``profile#claim``) and profiles, or paths to these (``far>near``).
    """

    phase: StepPhase
    rule: str
    outcome: Outcome
    applied: bool
    amount: int | None
    before: int | None
    after: int | None
    because: str
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def can_matter(self) -> bool:
        """Whether a step that is applied can matter: a floor of 0 or a cap of 1 limits nothing."""
        return (self.phase, self.amount) not in (("floor", 0), ("cap", 1000))


@dataclass(frozen=True, slots=True)
class ScoreExplanation:
    """The steps that lead to one score of one subject.

    ``subject`` is a profile id, ``profile#claim``, or ``profile#claim@source``. The first step
    starts at 0, each step starts where the previous one ended, and the last ends at the score.
    ``known`` are the rated factors that the score asks for (``profile:factor``), ``unknown`` those
    without a rating.
    """

    name: str
    on: SubjectKind
    subject: str
    score: Score
    steps: tuple[Step, ...]
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedCitation:
    """A citation that an edit adds, dated by the day of the scores unless it has a ``source``.

    Without a ``source`` it is of a supposed one, by a publisher of this ``reliability`` that the
    workspace does not have. The publisher of a record speaks for the institution that acted.
    ``document`` is its name, if a watch item gives one.
    """

    source: str | None
    kind: Directness
    reliability: Reliability | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class RemovedCitation:
    """A citation that an edit removes."""

    source: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class ClaimEdit:
    """Changes of the evidence of one claim.

    ``name_actor`` names the institution that acted, which must be one that no publisher speaks for
    yet; ``recheck`` checks the claim on the day of the scores.
    """

    claim: str
    add: tuple[AddedCitation, ...] = ()
    remove: tuple[RemovedCitation, ...] = ()
    name_actor: bool = False
    recheck: bool = False


@dataclass(frozen=True, slots=True)
class WouldChange:
    """A change of the evidence that would move a score into the band ``to``.

    ``change`` is the sentence made from the ``edits``, which are those of the documents.
    """

    scorer: str
    to: Band
    change: str
    effort: int
    points: int
    direction: Literal["upgrade", "downgrade"]
    edits: tuple[ClaimEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlookPoint:
    """A score on a date, without new evidence."""

    date: date
    score: Score


@dataclass(frozen=True, slots=True)
class WatchNotice:
    """A watch item of an analyst, with the claims that give its date, or of a watch rule."""

    priority: str | None
    text: str
    trigger: str | None = None
    due: str | None = None
    owner: str | None = None
    rule: str | None = None
    claims: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class NextDate:
    """The earliest date ahead of a profile, or the one that is overdue the longest.

    ``day`` is the last day that the date allows, ``written`` has the precision of the document.
    ``subject`` is the number of the watch item, or the id of the claim, profile or event.
    ``claims`` are those that give the date. A recheck is counted from the day ``since``.
    """

    day: date
    written: str
    reason: NextReason
    subject: str
    text: str
    claims: tuple[str, ...] = ()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewBy:
    """The day by which a profile is to be reviewed: ``days`` after its ``last`` review.

    A profile without a review is due at once, an event whose date ``passed`` since its last review
    on that date. ``gap`` is the factor that could change the band most, ``kind`` what is wrong
    with it; both are None if every factor rests on firm evidence. ``question`` is the first gap
    that the profile lists.
    """

    day: date
    days: int
    last: date | None
    passed: date | None = None
    gap: str | None = None
    kind: GapKind | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a closed profile: the date in the precision of the document, and the reason."""

    on: str
    because: str


@dataclass(frozen=True, slots=True)
class Horizon:
    """When to look at a profile again, and why.

    ``word`` is that of ``next``, otherwise of ``review``; None if there is neither. A closed
    profile has neither.
    """

    next: NextDate | None = None
    review: ReviewBy | None = None
    word: str | None = None
    closed: Ended | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Scores without new evidence: ``until`` is the first day within 366 with another band.

    A closed profile has no watch items.
    """

    horizon: Horizon
    until: date | None
    points: dict[str, tuple[OutlookPoint, ...]]
    watch: tuple[WatchNotice, ...]


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """Scores and outlook of one profile.

    ``sources`` is the number of those it cites, ``independent`` that of the independent ones for
    its key claim that has the fewest.
    """

    id: str
    scores: dict[str, Score]
    claims: dict[str, dict[str, Score]]
    sources: int
    independent: int
    outlook: Outlook
    published: bool


@dataclass(frozen=True, slots=True)
class ReachLine:
    """A profile reached along dependencies, with the strongest path.

    ``points`` is the reach in thousandths, None if a weight on the path is unknown; ``path`` are
    profile ids from the subject to the peer.
    """

    peer: str
    points: int | None
    distance: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one profile: all its scores, and how they may change."""

    id: str
    as_of: date
    summary: str
    scorers: tuple[ScoreExplanation, ...]
    would_change: tuple[WouldChange, ...]
    outlook: Outlook
    upstream: tuple[ReachLine, ...]
    downstream: tuple[ReachLine, ...]
