"""A decision: what somebody decided, about what, why, and which decisions it follows."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from assay.model.base import Id, Model, Person, Plain
from assay.model.documents import Day
from assay.model.rulebook import Name

if TYPE_CHECKING:
    from assay.assessment import Assessment

FORMAT = 1
"""The version of a line's form; a reader refuses what is newer."""

Kind = Literal["accept", "override", "second", "flag", "comment", "assign", "outcome", "undo"]
Matter = Literal[
    "retracted",
    "conflicting",
    "stale",
    "second",
    "flagged",
    "flipped",
    "disputed",
    "retelling",
    "overdue",
    "new",
    "coverage",
    "boundary",
    "assigned",
    "draft",
]
"""Why something needs a human, the most important first."""

MATTERS: dict[Matter, str] = {
    "retracted": "a source was retracted",
    "conflicting": "two overrides contradict each other",
    "stale": "an override no longer counts",
    "second": "an override waits for a second reviewer",
    "flagged": "flagged",
    "flipped": "the grade differs from the one that was applied",
    "disputed": "sources or claims disagree",
    "retelling": "two of its sources may tell one story",
    "overdue": "something is due now",
    "new": "not applied before",
    "coverage": "too little is known for it",
    "boundary": "close to a boundary",
    "assigned": "assigned",
    "draft": "a draft",
}

Verdict = Literal["held", "failed", "undecidable"]
VERDICTS: dict[str, Verdict] = {v: v for v in get_args(Verdict)}

REASON_CODES: dict[str, str] = {
    "evidence-outside": "evidence that is not in the workspace",
    "evidence-weight": "the evidence carries more or less than the rules say",
    "rule-does-not-fit": "a rule does not fit this case",
    "documents-wrong": "the documents are wrong and not corrected yet",
    "sensitivity": "the grade is held back for the time being",
    "other": "another reason",
}
"""Why a computed grade was overridden, in a word that can be counted."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,64}$")]


class Subject(Model):
    """One thing a decision is about.

    A grade has ``scorer``, a claim ``claim``; ``matter`` says which reason of the queue is
    settled. ``grounds`` is the digest of what it rested on when it was decided: once that
    moves, the decision says nothing about it any more. ``audience`` is the one it was scored for.
    """

    profile: Id = Field(description="id of the profile")
    audience: Id | None = Field(None, description="audience of the score")
    scorer: Name | None = Field(None, description="the score, if it is about one")
    claim: Id | None = Field(None, description="the claim, if it is about one")
    matter: Matter | None = Field(None, description="the reason to review that it closes")
    grounds: Digest | None = Field(None, description="digest of the evidence it was based on")

    @property
    def shown(self) -> str:
        name = f"{self.profile}#{self.claim}" if self.claim else self.profile
        return f"{name} {self.scorer}" if self.scorer else name


def may_know(assessment: Assessment, subject: Subject) -> bool:
    """Return whether the audience of an assessment may know that something was decided.

    It may if the decision is about a score for it, or for a more public audience, and about a
    profile and a claim that are not for a more restricted one. Both may be drafts, or removed.
    """
    order = {name: number for number, name in enumerate(assessment.rulebook.audiences)}
    here = order[assessment.audience]
    audiences = [subject.audience]
    profile = assessment.written.profiles.get(subject.profile)
    if profile is not None:
        audiences.append(profile.audience)
        audiences += [c.audience for c in profile.claims if c.id == subject.claim]
    return all(order.get(a, here + 1) <= here for a in audiences if a is not None)


class Outcome(Model):
    """How a claim turned out, and how it was graded before that was known.

    ``band`` and ``score`` are those of the claim at ``as_of``, ``likelihood`` is what a
    forecast stated, ``publishers`` those of its supporting sources.
    """

    verdict: Verdict = Field(description="how the claim turned out")
    when: Day = Field(description="the day on which that was known")
    source: Plain = Field(description="the source for it")
    as_of: Day = Field(description="date of the grade it had")
    scorer: Name | None = Field(None, description="the score that graded the claim")
    band: Id | None = Field(None, description="its band")
    score: float | None = Field(None, ge=0.0, le=1.0, description="its score")
    likelihood: float | None = Field(
        None, ge=0.0, le=1.0, description="the stated likelihood of a forecast"
    )
    publishers: tuple[Id, ...] = Field((), description="publishers of its supporting sources")


class Draft(Model):
    """A decision before it is written down.

    ``of`` names the decision that is revoked or seconded; ``computed`` is the band that was
    computed where ``band`` overrides it, None where the profile was not rated; ``note`` says
    what could not be checked.
    """

    kind: Kind = Field(description="kind of decision")
    subjects: tuple[Subject, ...] = Field((), description="what it is about")
    reviewer: Person = Field(description="who decided")
    date: Day = Field(description="the day of the decision")
    reason: Plain | None = Field(None, description="the reason, in words")
    code: Id | None = Field(None, description="the reason code of an override")
    band: Id | None = Field(None, description="the new band of an override")
    computed: Id | None = Field(None, description="the computed band that it replaces")
    effective: Day | None = Field(None, description="first day on which it counts, if not `date`")
    until: Day | None = Field(None, description="last day of an override")
    to: Person | None = Field(None, description="the assigned reviewer")
    of: Digest | None = Field(None, description="the decision that is seconded or revoked")
    outcome: Outcome | None = Field(None, description="how a claim turned out")
    note: Plain | None = Field(None, description="what could not be checked")

    @model_validator(mode="after")
    def _complete(self) -> Draft:
        needed = {
            "accept": ("subjects",),
            "override": ("subjects", "band", "reason"),
            "second": ("of",),
            "flag": ("subjects", "reason"),
            "comment": ("subjects", "reason"),
            "assign": ("subjects", "to"),
            "outcome": ("subjects", "outcome"),
            "undo": ("of",),
        }[self.kind]
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"a decision of the kind {self.kind!r} needs {' and '.join(missing)}")
        return self


class Decision(Draft):
    """A line of the ledger; ``id`` is the digest of everything else on it."""

    v: Literal[1] = Field(1, description="version of the format")
    id: Digest = Field(description="digest of the rest of the line")
    follows: tuple[Digest, ...] = Field((), description="last decisions that the reviewer saw")

    @property
    def since(self) -> Day:
        """The first day on which it counts; on an earlier one it does not exist."""
        return self.effective or self.date

    @property
    def short(self) -> str:
        """The first eight digits of the id, enough to name it on one desk."""
        return self.id[:8]

    @property
    def line(self) -> str:
        """The decision as its line in the ledger, without the end of line."""
        return _canonical(self.model_dump(mode="json", exclude_none=True, exclude_defaults=False))


def decide(draft: Draft, follows: tuple[str, ...]) -> Decision:
    """The decision a draft becomes after those that it follows."""
    content = {
        **draft.model_dump(mode="json", exclude_none=True),
        "v": FORMAT,
        "follows": sorted(follows),
    }
    return Decision.model_validate({**content, "id": content_digest(content)})


def content_digest(content: dict[str, Any]) -> str:
    """The id of the decision with that content; an ``id`` among it does not count."""
    text = _canonical({k: v for k, v in content.items() if k != "id"})
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _canonical(content: dict[str, Any]) -> str:
    # Escaped, so that no character of a text can be taken for the end of a line.
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
