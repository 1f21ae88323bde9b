"""A plan: everything that would change if what is scored now were applied, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from assay.plan.lock import LockedScore

Behind = Literal["documents", "rules", "engine", "branches"]
CauseKind = Literal["evidence", "time", "rule", "neighbour", "engine"]
Direction = Literal["upgrade", "downgrade", "same", "status"]
DIRECTIONS: tuple[Direction, ...] = ("downgrade", "upgrade", "status", "same")
NOTHING, WORKSPACE = "nothing", "workspace"
"""Bases that are no lock: nothing was applied yet, or the workspace as it stands."""

KINDS: tuple[CauseKind, ...] = ("evidence", "time", "rule", "neighbour", "engine")


@dataclass(frozen=True, slots=True)
class Grade:
    """A score in thousandths (None: not rated, or no such profile) and the band it falls into."""

    points: int | None = None
    band: str | None = None
    grade: str | None = None


def graded(score: LockedScore | None) -> Grade:
    """The grade of a locked score; none at all where there is no score."""
    return Grade() if score is None else Grade(score.points, score.band, score.grade)


@dataclass(frozen=True, slots=True)
class Cause:
    """A part of a change: how much of it, in thousandths, and what moved.

    ``amount`` is None where the score became known or unknown. ``refs`` holds ids of profiles,
    claims (``profile#claim``), sources and publishers, and names of parts of the rulebook.
    """

    kind: CauseKind
    amount: int | None
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A score that would not be what it was; the amounts of its causes add up to its own."""

    id: str
    audience: str
    scorer: str
    before: Grade
    after: Grade
    direction: Direction
    causes: tuple[Cause, ...]

    @property
    def amount(self) -> int | None:
        """The difference in thousandths; None where the score was or is not known."""
        if self.before.points is None or self.after.points is None:
            return None
        return self.after.points - self.before.points

    @property
    def leading(self) -> Cause:
        """The cause that did most of it, the first of equal ones."""
        return max(self.causes, key=lambda c: 10_000 if c.amount is None else abs(c.amount))


@dataclass(frozen=True, slots=True)
class HorizonChange:
    """When to look again, before and after; None where the profile was or is not there."""

    id: str
    audience: str
    before: tuple[str, str | None] | None
    after: tuple[str, str | None] | None


@dataclass(frozen=True, slots=True)
class WatchChange:
    """Watch items that would appear and disappear, as they read."""

    id: str
    audience: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicationChange:
    """A profile that would get a page, or lose it."""

    id: str
    audience: str
    published: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """A claim reworded, added or removed, or a source retracted: its wording before and after."""

    kind: Literal["reworded", "added", "removed", "retracted"]
    ref: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A grade that two branches applied differently, and what it would be now."""

    id: str
    audience: str
    scorer: str
    ours: Grade
    theirs: Grade
    now: Grade


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one scorer in one direction that one cause led."""

    scorer: str
    direction: Direction
    kind: CauseKind
    refs: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What would change from ``base`` (the digest of a lock, or a name) to what is scored now.

    ``inputs`` and ``rulebook`` are digests of what was scored, ``engine`` is the scoring version;
    a plan that is applied later must find them unchanged. ``ageing`` is what time alone would do
    by ``today`` where the plan itself is at the lock's date. ``behind`` names what the lock does
    not stand for as it is. ``evidence`` has the digest of what documents say of each (profile,
    audience). ``pages`` are those of profiles that moved and of their neighbours, or,
    ``pages_compared``, exactly the files of the site that would not be the same.
    """

    as_of: date
    base: str
    base_as_of: date | None
    inputs: str
    rulebook: str
    engine: int
    profiles: int
    changes: tuple[Change, ...]
    horizons: tuple[HorizonChange, ...] = ()
    watch: tuple[WatchChange, ...] = ()
    published: tuple[PublicationChange, ...] = ()
    corrections: tuple[Correction, ...] = ()
    pages: tuple[str, ...] = ()
    pages_compared: bool = False
    disagreements: tuple[Disagreement, ...] = ()
    ageing: tuple[Change, ...] = ()
    today: date | None = None
    behind: tuple[Behind, ...] = ()
    evidence: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @property
    def matters(self) -> bool:
        """Whether a band, a page, a horizon or a watch item would change, or any score at all
        for another reason than time.

        A neighbour that only aged is time as well.
        """
        if self.horizons or self.watch or self.published:
            return True
        if any(c.direction != "same" for c in self.changes):
            return True
        return any(k.kind not in ("time", "neighbour") for c in self.changes for k in c.causes)

    @property
    def empty(self) -> bool:
        """Whether applying would change nothing that a reader can see."""
        return not (self.changes or self.horizons or self.watch or self.published)

    @property
    def lock_up_to_date(self) -> bool:
        """Whether the plan is compared with a lock, and that is up to date."""
        return self.base != NOTHING and not self.behind

    @property
    def engine_in_evidence(self) -> bool:
        """Whether what the engine moved may lie in amounts that are called evidence.

        What another version of the engine made of the old evidence cannot be scored again.
        """
        return "engine" in self.behind and any(
            k.kind == "evidence" for c in self.changes for k in c.causes
        )

    def directions(self) -> dict[Direction, int]:
        """How many scores go which way."""
        counted = Counter(c.direction for c in self.changes)
        return {d: counted[d] for d in DIRECTIONS}

    def kinds(self) -> dict[CauseKind, int]:
        """How many changes each kind of cause has a part in."""
        counted = Counter(k for c in self.changes for k in {x.kind for x in c.causes})
        return {k: counted[k] for k in KINDS}

    def biggest(self, count: int = 10) -> tuple[Change, ...]:
        """The changes that weigh most: of status, then of band, then by amount."""
        ranks = {"status": 0, "downgrade": 1, "upgrade": 1, "same": 2}
        ordered = sorted(
            self.changes,
            key=lambda c: (ranks[c.direction], -abs(c.amount or 0), c.id, c.scorer, c.audience),
        )
        return tuple(ordered[:count])

    def groups(self) -> tuple[Group, ...]:
        """Changes that one cause led, the largest groups first."""
        found: dict[tuple[str, Direction, CauseKind, tuple[str, ...]], list[str]] = {}
        for change in self.changes:
            lead = change.leading
            key = (change.scorer, change.direction, lead.kind, lead.refs)
            found.setdefault(key, []).append(change.id)
        groups = [Group(*key, tuple(ids)) for key, ids in found.items()]
        return tuple(sorted(groups, key=lambda g: (-len(g.ids), g.scorer, g.direction, g.refs)))


def only(plan: Plan, ids: Sequence[str]) -> Plan:
    """The plan with the changes of these profiles alone."""
    return _kept(plan, {c for c in plan.changes if c.id in ids}, frozenset(ids))


def because(plan: Plan, ref: str) -> Plan:
    """The plan with the changes alone in which ``ref`` has a part.

    A part of the rulebook stands for all below it: ``claim.confidence`` for each of its rules.
    """
    kept = {
        c
        for c in plan.changes
        if any(
            r == ref or r.startswith((f"{ref}.", f"{ref}#"))
            for cause in c.causes
            for r in cause.refs
        )
    }
    return _kept(plan, kept, frozenset(c.id for c in kept))


def for_audience(plan: Plan, audience: str) -> Plan:
    """The plan with what concerns one audience alone; pages and corrections are of all."""
    return replace(
        plan,
        changes=tuple(c for c in plan.changes if c.audience == audience),
        horizons=tuple(h for h in plan.horizons if h.audience == audience),
        watch=tuple(w for w in plan.watch if w.audience == audience),
        published=tuple(p for p in plan.published if p.audience == audience),
        disagreements=tuple(d for d in plan.disagreements if d.audience == audience),
        ageing=tuple(c for c in plan.ageing if c.audience == audience),
        evidence={k: v for k, v in plan.evidence.items() if k[1] == audience},
    )


def _kept(plan: Plan, changes: set[Change], ids: frozenset[str]) -> Plan:
    return replace(
        plan,
        changes=tuple(c for c in plan.changes if c in changes),
        horizons=tuple(h for h in plan.horizons if h.id in ids),
        watch=tuple(w for w in plan.watch if w.id in ids),
        published=tuple(p for p in plan.published if p.id in ids),
        corrections=tuple(c for c in plan.corrections if c.ref.partition("#")[0] in ids),
        pages=tuple(p for p in plan.pages if _is_page_of(p, ids)),
        disagreements=tuple(d for d in plan.disagreements if d.id in ids),
        ageing=tuple(c for c in plan.ageing if c.id in ids),
    )


def _is_page_of(path: str, ids: frozenset[str]) -> bool:
    folder, _, name = path.rpartition("/")
    return not folder.startswith("rules") and name.removesuffix(".html") in ids
