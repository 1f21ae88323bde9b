"""A plan: the changes that applying the current scores would make, with their causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

from assay.model.identity import Kind
from assay.model.results import Score
from assay.plan.lock import LockedHorizon, LockedProfile

Behind = Literal["documents", "rules", "decisions", "engine", "lock", "branches"]
CauseKind = Literal["evidence", "time", "rule", "neighbour", "engine", "decision", "lock"]
Direction = Literal["upgrade", "downgrade", "same", "status"]
Edited = Literal["rulebook", "profile", "claim", "source", "publisher", "dependency"]
EditKind = Literal["added", "removed", "changed"]

NOTHING, WORKSPACE = "nothing", "workspace"
"""Bases that are no lock: nothing applied yet, or the current workspace."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A score in thousandths (None: not rated, or no such profile), and its band.

    A profile that is not ``asked`` for the score has none. The band is the one in force: that of
    the decision ``override`` if there is one, otherwise the computed one.
    """

    points: int | None = None
    band: str | None = None
    grade: str | None = None
    asked: bool = field(default=True, compare=False)
    override: str | None = None

    @property
    def rated(self) -> bool:
        """Whether it has a score, or a reviewer set a band."""
        return self.points is not None or self.override is not None


def graded(entry: LockedProfile | None, scorer: str) -> Grade:
    """Return a grade of a locked profile, empty if there is no profile or no score."""
    score = entry.scores.get(scorer) if entry else None
    if score is None:
        return Grade(asked=entry is None)
    decision = score.override.decision if score.override else None
    return Grade(score.points, score.band, score.grade, override=decision)


def grade_of(score: Score) -> Grade:
    """Return the grade in force of a score."""
    band = score.in_force
    override = score.override.decision if score.override else None
    return Grade(score.points, band.id if band else None, score.grade, override=override)


@dataclass(frozen=True, slots=True)
class Cause:
    """A part of a change, in thousandths; None if the score became known or unknown.

    ``refs`` are ids of profiles, claims (``profile#claim``), sources and publishers, or names of
    parts of the rulebook; of the engine, the former scoring version; of a decision, its id. An
    edit of the lock by hand (``lock``) has none.
    """

    kind: CauseKind
    amount: int | None
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A changed score; the amounts of its causes add up to its own amount."""

    id: str
    audience: str
    scorer: str
    before: Grade
    after: Grade
    direction: Direction
    causes: tuple[Cause, ...]

    @property
    def amount(self) -> int | None:
        """The difference in thousandths; None if the score was or is unknown."""
        if self.before.points is None or self.after.points is None:
            return None
        return self.after.points - self.before.points

    @property
    def rated(self) -> bool:
        """Whether the score is known before or after."""
        return self.before.rated or self.after.rated

    @property
    def leading(self) -> Cause:
        """The decision that set the band, otherwise the cause with the largest amount."""
        for cause in self.causes:
            if cause.kind == "decision":
                return cause
        return max(self.causes, key=lambda c: 10_000 if c.amount is None else abs(c.amount))


@dataclass(frozen=True, slots=True)
class HorizonChange:
    """The horizon before and after; None if the profile does not exist."""

    id: str
    audience: str
    before: LockedHorizon | None
    after: LockedHorizon | None


@dataclass(frozen=True, slots=True)
class WatchChange:
    """Texts of watch items that would be added and removed."""

    id: str
    audience: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublicationChange:
    """A profile that would gain or lose its page."""

    id: str
    audience: str
    published: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """A claim reworded, added or removed, or a source retracted (``after`` is the date).

    ``audiences`` are those that may see it, none if all may.
    """

    kind: Literal["reworded", "added", "removed", "retracted"]
    ref: str
    before: str | None
    after: str | None
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordChange:
    """A word of the rulebook that pages print, by its name, and the pages of profiles with it."""

    name: str
    before: str
    after: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """An edited value of the rulebook or of a document.

    ``ref`` names the part as causes do, and ``field`` the value in it; without a field the whole
    part is meant, or its fields are not known. ``before`` and ``after`` are None for no value, or
    an unknown one. ``audiences`` are those that may see it, none if all may. ``file`` and ``line``
    are those of the current value. ``moves`` is whether a cause of a changed score names it.
    """

    part: Edited
    ref: str
    kind: EditKind
    field: str = ""
    before: str | None = None
    after: str | None = None
    audiences: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None
    moves: bool = True

    @property
    def name(self) -> str:
        """The part and its field."""
        return f"{self.ref}.{self.field}" if self.field else self.ref


@dataclass(frozen=True, slots=True)
class Rename:
    """A document, claim, rule or scorer with another id than in the lock, or merged into another.

    Claims are ``profile#claim``, scorers ``on.name``, rules ``on.name.rule``. ``audiences`` are
    those that may see it, none if all may.
    """

    kind: Kind
    former: str
    now: str
    how: Literal["renamed", "merged"] = "renamed"
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A grade that two branches applied differently, and the computed one."""

    id: str
    audience: str
    scorer: str
    ours: Grade
    theirs: Grade
    now: Grade


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one scorer, in one direction, with the same leading cause."""

    scorer: str
    direction: Direction
    kind: CauseKind
    refs: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The changes from ``base`` (the digest of a lock, or a name) to the current scores.

    ``against_lock``: whether the base is a lock. ``inputs``, ``rulebook`` and ``engine`` are
    digests of the scored documents and rules, and the scoring version; a saved plan is applied
    only if they are unchanged. ``behind`` names those in which the lock is out of date.
    ``ageing`` holds the changes due to time alone by ``today``, if the plan is as of the date of
    the lock. ``evidence`` has a digest of the evidence of each (profile id, audience). ``pages``
    are those of changed profiles and their neighbours; if ``pages_compared``, exactly the files
    of the site that differ. ``rules_unreadable``: another scoring version applied the lock, and
    this one cannot read its rulebook, so the effect of the rules is part of that of the version.
    ``edits`` are the edits of rules and documents since the base.
    """

    as_of: date
    base: str
    base_as_of: date | None
    against_lock: bool
    inputs: str
    rulebook: str
    engine: int
    profiles: int
    changes: tuple[Change, ...]
    horizons: tuple[HorizonChange, ...] = ()
    watch: tuple[WatchChange, ...] = ()
    published: tuple[PublicationChange, ...] = ()
    corrections: tuple[Correction, ...] = ()
    words: tuple[WordChange, ...] = ()
    renamed: tuple[Rename, ...] = ()
    pages: tuple[str, ...] = ()
    pages_compared: bool = False
    disagreements: tuple[Disagreement, ...] = ()
    ageing: tuple[Change, ...] = ()
    today: date | None = None
    behind: tuple[Behind, ...] = ()
    rules_unreadable: bool = False
    edits: tuple[Edit, ...] = ()
    evidence: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @property
    def matters(self) -> bool:
        """Whether a band, page, horizon, watch item or word changes, or a score not by time alone.

        A neighbour's score that changes by time counts as time.
        """
        if self.horizons or self.watch or self.published or self._changes_pages:
            return True
        if any(c.direction != "same" for c in self.changes):
            return True
        return any(k.kind not in ("time", "neighbour") for c in self.changes for k in c.causes)

    @property
    def empty(self) -> bool:
        """Whether no reader would see a change."""
        changes = self.changes or self.horizons or self.watch or self.published
        return not (changes or self._changes_pages)

    @property
    def _changes_pages(self) -> bool:
        """Whether pages change though no score does."""
        return bool(self.words) or any(r.kind == "profile" for r in self.renamed)

    @property
    def lock_up_to_date(self) -> bool:
        """Whether the base is a lock of the current documents, rules and scoring version."""
        return self.against_lock and not self.behind

    @property
    def engine_in_evidence(self) -> bool:
        """Whether amounts of evidence may include effects of another scoring version.

        The former version cannot score the new evidence, so the two cannot be separated.
        """
        return "engine" in self.behind and any(
            k.kind == "evidence" for c in self.changes for k in c.causes
        )

    def directions(self) -> dict[Direction, int]:
        """Count the changes by direction."""
        counted = Counter(c.direction for c in self.changes)
        order: tuple[Direction, ...] = ("downgrade", "upgrade", "status", "same")
        return {direction: counted[direction] for direction in order}

    def kinds(self) -> dict[CauseKind, int]:
        """Count the changes that each kind of cause contributes to."""
        counted = Counter(k for c in self.changes for k in {x.kind for x in c.causes})
        return {kind: counted[kind] for kind in get_args(CauseKind)}

    def biggest(self, count: int = 10) -> tuple[Change, ...]:
        """Return the largest changes: first of status, then of band, then by amount."""
        ranks = {"status": 0, "downgrade": 1, "upgrade": 1, "same": 2}
        ordered = sorted(
            self.changes,
            key=lambda c: (ranks[c.direction], -abs(c.amount or 0), c.id, c.scorer, c.audience),
        )
        return tuple(ordered[:count])

    def groups(self) -> tuple[Group, ...]:
        """Group the changes by leading cause, the largest groups first."""
        found: dict[tuple[str, Direction, CauseKind, tuple[str, ...]], list[str]] = {}
        for change in self.changes:
            lead = change.leading
            key = (change.scorer, change.direction, lead.kind, lead.refs)
            found.setdefault(key, []).append(change.id)
        groups = [Group(*key, tuple(ids)) for key, ids in found.items()]
        return tuple(sorted(groups, key=lambda g: (-len(g.ids), g.scorer, g.direction, g.refs)))


def only(plan: Plan, ids: Collection[str]) -> Plan:
    """Restrict a plan to some profiles."""
    changes = tuple(c for c in plan.changes if c.id in ids)
    return replace(
        plan,
        changes=changes,
        edits=tuple(_edits_of(plan.edits, ids, changes)),
        horizons=tuple(h for h in plan.horizons if h.id in ids),
        watch=tuple(w for w in plan.watch if w.id in ids),
        published=tuple(p for p in plan.published if p.id in ids),
        words=tuple(w for w in plan.words if any(_is_page_of(p, ids) for p in w.pages)),
        corrections=tuple(c for c in plan.corrections if c.ref.partition("#")[0] in ids),
        renamed=tuple(r for r in plan.renamed if r.now.partition("#")[0] in ids),
        pages=tuple(p for p in plan.pages if _is_page_of(p, ids)),
        disagreements=tuple(d for d in plan.disagreements if d.id in ids),
        ageing=tuple(c for c in plan.ageing if c.id in ids),
    )


def _edits_of(
    edits: Iterable[Edit], ids: Collection[str], changes: Iterable[Change]
) -> Iterator[Edit]:
    """Yield the edits of some profiles, and those that causes of their changes name."""
    refs = {r for change in changes for cause in change.causes for r in cause.refs}
    for edit in edits:
        within = any(includes(r, edit.name) or includes(edit.name, r) for r in refs)
        if within or edit.ref.partition("#")[0] in ids:
            yield edit


def includes(name: str, other: str) -> bool:
    """Whether ``name`` is ``other`` or a part of the rulebook or a profile that contains it."""
    return other == name or other.startswith((f"{name}.", f"{name}#"))


def _is_page_of(path: str, ids: Collection[str]) -> bool:
    folder, _, name = path.partition("/")
    own = name.partition("/")[0].removesuffix(".html")
    return folder in ("events", "institutions") and own in ids


def because(plan: Plan, ref: str) -> Plan:
    """Restrict a plan to changes caused by ``ref``, and their profiles.

    A part of the rulebook includes all parts below it: ``claim.confidence`` all of its rules.
    """
    changes = tuple(
        c for c in plan.changes if any(includes(ref, r) for k in c.causes for r in k.refs)
    )
    edits = tuple(e for e in plan.edits if includes(ref, e.name) or includes(e.name, ref))
    return replace(only(plan, {c.id for c in changes}), changes=changes, edits=edits)
