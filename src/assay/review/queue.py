"""What needs a human, and why: reasons, grouped by what caused them, most important first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from assay.review.decisions import MATTERS, Decision, Matter, Subject, may_know
from assay.review.effective import Effective, effective
from assay.review.ledger import Ledger
from assay.scoring.grounds import Grounds

if TYPE_CHECKING:
    from assay.assessment import Assessment
    from assay.plan.lock import Lock

_OF_A_GRADE: tuple[Matter, ...] = ("flipped", "new", "coverage", "boundary")

_RANK: dict[str, int] = {matter: rank for rank, matter in enumerate(MATTERS)}


@dataclass(frozen=True, slots=True)
class Limits:
    """When a grade counts as close to a boundary and as poorly covered, in thousandths."""

    near: int = 20
    coverage: int = 600


@dataclass(frozen=True, slots=True)
class Item:
    """One reason why one profile needs a human.

    ``cause`` is what brought it about: items with one matter and one cause are one group.
    ``detail`` says what there is to see; ``grounds`` is the digest that settles it. ``decision``
    is the id of the decision it speaks of, if it does; ``assigned`` who is to look.
    """

    profile: str
    matter: Matter
    cause: str
    detail: str
    grounds: str
    scorer: str | None = None
    claim: str | None = None
    weight: int = 0
    decision: str | None = None
    assigned: str | None = None

    @property
    def subject(self) -> str:
        """The profile, or the claim as ``profile#claim``."""
        return f"{self.profile}#{self.claim}" if self.claim else self.profile

    @property
    def group(self) -> str:
        """The name of the group it belongs to."""
        return f"{self.matter}:{self.cause}"


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one matter with one cause; they can be decided as one."""

    name: str
    matter: Matter
    items: tuple[Item, ...]

    @property
    def profiles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(i.profile for i in self.items))


@dataclass(frozen=True)
class Queue:
    """Everything that is open on a desk."""

    groups: tuple[Group, ...]
    settled: int = 0

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(i for g in self.groups for i in g.items)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that are open, the most important first."""
        return tuple(dict.fromkeys(i.profile for i in self.items))

    def of(self, profile_id: str) -> tuple[Item, ...]:
        return tuple(i for i in self.items if i.profile == profile_id)

    def group(self, name: str) -> Group | None:
        return next((g for g in self.groups if g.name == name), None)


@dataclass(frozen=True)
class Review:
    """A desk with what was decided about it and what was last applied.

    ``files`` tells in which file, from the workspace's root, a document is.
    """

    assessment: Assessment
    ledger: Ledger
    lock: Lock | None = None
    limits: Limits = field(default_factory=Limits)
    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def grounds(self) -> Grounds:
        return Grounds(self.assessment.corpus, self.assessment.run)

    @cached_property
    def effective(self) -> Effective:
        """Which overrides count."""
        return effective(self.assessment, self.ledger, self.grounds)

    @cached_property
    def queue(self) -> Queue:
        """What needs a human and was not settled yet."""
        from assay.review.matters import all_items

        assigned = assignments(self.ledger, self.assessment)
        settled = _settled(self.ledger, self.assessment.audience)
        every = (*all_items(self), *self.retellings)
        found = [replace(i, assigned=assigned.get(i.profile)) for i in every]
        left = [i for i in found if _key(i) not in settled and not self._overridden(i)]
        return Queue(grouped(left), len(found) - len(left))

    @cached_property
    def retellings(self) -> tuple[Item, ...]:
        """Pairs of sources of one claim that may tell one story."""
        from assay.review.retold import retellings

        return tuple(retellings(self.assessment))

    def _overridden(self, item: Item) -> bool:
        """Whether somebody looked at this very grade and put another one in its place."""
        if item.scorer is None or item.matter not in _OF_A_GRADE:
            return False
        return self.effective.ruling(item.profile, item.scorer) is not None

    def again(self, ledger: Ledger) -> Review:
        """The same desk with a ledger that has grown; nothing is scored anew."""
        made = replace(self, ledger=ledger)
        made.__dict__["grounds"] = self.grounds
        made.__dict__["retellings"] = self.retellings
        return made

    def decisions_on(self, profile_id: str) -> tuple[Decision, ...]:
        """All decisions on a profile that the audience may know, oldest first, revoked ones too."""
        named = {
            d.id
            for d in self.ledger.decisions
            if any(s.profile == profile_id and may_know(self.assessment, s) for s in d.subjects)
        }
        return tuple(d for d in self.ledger.decisions if d.id in named or d.of in named)


def assignments(ledger: Ledger, assessment: Assessment) -> dict[str, str]:
    """Who is to look at which profile, by the last assignment that stands."""
    return {
        s.profile: d.to
        for d in ledger.in_force
        if d.kind == "assign" and d.to is not None
        for s in d.subjects
        if may_know(assessment, s)
    }


def subjects_of(items: Iterable[Item], audience: str) -> tuple[Subject, ...]:
    """What a decision about items is about."""
    return tuple(
        Subject(
            profile=i.profile,
            audience=audience,
            scorer=i.scorer,
            claim=i.claim,
            matter=i.matter,
            grounds=i.grounds,
        )
        for i in items
    )


def grouped(items: Sequence[Item]) -> tuple[Group, ...]:
    """Items by matter and cause: by matter, then the weightiest, then the largest group first."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    made = []
    for name, members in groups.items():
        members.sort(key=lambda i: (-i.weight, i.subject, i.scorer or ""))
        made.append(Group(name, members[0].matter, tuple(members)))
    made.sort(key=lambda g: (_RANK[g.matter], -g.items[0].weight, -len(g.items), g.name))
    return tuple(made)


_Key = tuple[str, Matter | None, str | None, str | None, str | None]


def _key(item: Item) -> _Key:
    return (item.profile, item.matter, item.scorer, item.claim, item.grounds)


def _settled(ledger: Ledger, audience: str) -> set[_Key]:
    """What was accepted: it stays settled while its grounds are what they were."""
    return {
        (s.profile, s.matter, s.scorer, s.claim, s.grounds)
        for d in ledger.in_force
        if d.kind == "accept"
        for s in d.subjects
        if s.audience in (None, audience)
    }
