"""What scoring gives: scores, the steps behind them, their outlook, what would change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from assay.model.rulebook import Band, SubjectKind

Outcome = Literal["true", "false", "unknown"]
StepPhase = Literal["start", "pool", "add", "clamp", "multiply", "floor", "cap"]
HorizonGrade = Literal["now", "quarter", "year", "none"]


@dataclass(frozen=True, slots=True)
class Score:
    """A score in thousandths (0 to 1000), None where it is unknown ("not rated").

    ``coverage`` is the share of rules and evidence that could be decided, in thousandths.
    ``band`` is None where the scorer has no scale or the score is unknown.
    """

    points: int | None
    coverage: int
    band: Band | None = None

    @property
    def value(self) -> float | None:
        """The score from 0 to 1, three decimals."""
        return None if self.points is None else self.points / 1000

    @property
    def grade(self) -> str | None:
        return self.band.grade if self.band else None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a score; ``before`` and ``after`` are scores in thousandths.

    ``amount`` is in thousandths too (for ``multiply``, thousandths of a factor), None where it
    is unknown or has no meaning. ``rule`` is the rule's id, or the name of a built-in step:
    ``start``, ``pool``, ``clamp``, ``root`` (a retelling is held at its root's score).
    ``missing`` names the fields whose absence left the condition undecided. ``evidence`` holds
    ids of sources, of claims (``profile#claim``) and of profiles.
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


@dataclass(frozen=True, slots=True)
class ScoreExplanation:
    """How one score of one subject came about.

    ``subject`` is a profile id, ``profile#claim``, or ``profile#claim@source``. The first step
    starts at 0, each step starts where the one before ended, the last ends at the score.
    """

    name: str
    on: SubjectKind
    subject: str
    score: Score
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class WouldChange:
    """A change of the evidence that would move a score over the next boundary."""

    scorer: str
    to: Band
    change: str
    effort: int
    points: int
    direction: Literal["upgrade", "downgrade"]


@dataclass(frozen=True, slots=True)
class OutlookPoint:
    """A score at a date, with nothing new having arrived by then."""

    date: date
    score: Score


@dataclass(frozen=True, slots=True)
class WatchNotice:
    """A thing to watch, written by an analyst or by a rule of the rulebook."""

    horizon: Literal["now", "quarter", "year"]
    priority: str | None
    text: str
    trigger: str | None = None
    due: str | None = None
    owner: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """When to look again: ``until`` is the first day within 366 on which a band differs.

    ``grade`` is the first horizon at which a band changes or a watch item falls due.
    """

    grade: HorizonGrade
    until: date | None
    points: dict[str, tuple[OutlookPoint, ...]]
    watch: tuple[WatchNotice, ...]


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """Sources of a profile that go back to one origin.

    ``origin`` is the id of its root, or ``unseen``.
    """

    origin: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """All that was computed about one profile."""

    id: str
    scores: dict[str, Score]
    claims: dict[str, dict[str, Score]]
    origins: tuple[OriginGroup, ...]
    outlook: Outlook
    published: bool

    @property
    def sources(self) -> int:
        return sum(len(group.sources) for group in self.origins)


@dataclass(frozen=True, slots=True)
class ReachLine:
    """A profile reached along dependencies: its strongest path and what is felt of it.

    ``points`` is the reach in thousandths, None where a weight along the way is unknown;
    ``path`` holds profile ids from the subject to the peer.
    """

    peer: str
    points: int | None
    distance: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole reasoning of one profile."""

    id: str
    as_of: date
    summary: str
    scorers: tuple[ScoreExplanation, ...]
    would_change: tuple[WouldChange, ...]
    outlook: Outlook
    upstream: tuple[ReachLine, ...]
    downstream: tuple[ReachLine, ...]
