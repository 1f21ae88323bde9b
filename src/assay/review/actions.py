"""From what a reviewer asked for to a decision that can be written down.

Each function checks the request against the desk and gives a draft; it raises ``UsageError``
where the request cannot be carried out, with what to write instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from assay.diagnostics.suggest import did_you_mean
from assay.errors import UsageError
from assay.model.documents import Claim
from assay.model.rulebook import Band, Scorer
from assay.review.authors import authors_of, evidence_of
from assay.review.decisions import REASON_CODES, Decision, Draft, Subject, Verdict
from assay.review.identity import same_person
from assay.review.queue import Item, Review, subjects_of
from assay.scoring.explain import headline
from assay.scoring.run import ordered_bands


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides, and on which day; ``email`` is known where git told the name."""

    reviewer: str
    date: date
    email: str | None = None


# What is open ------------------------------------------------------------------------------


def accept(
    review: Review,
    by: Signature,
    ids: Sequence[str] = (),
    *,
    group: str | None = None,
    exceptions: Sequence[str] = (),
    reason: str | None = None,
) -> Draft:
    """Settle everything that is open about profiles, or all of a group, as one decision."""
    items = _open(review, ids, group)
    for name in exceptions:
        if not any(name in (i.profile, i.subject) for i in items):
            hint = did_you_mean(name, {i.profile for i in items})
            raise UsageError(f"--except {name}: it is not among what would be accepted; {hint}")
    left = [i for i in items if i.profile not in exceptions and i.subject not in exceptions]
    if not left:
        raise UsageError("nothing is left to accept")
    return accept_items(review, by, left, reason)


def accept_items(
    review: Review, by: Signature, items: Sequence[Item], reason: str | None = None
) -> Draft:
    """Settle items of the queue as one decision."""
    return _draft(
        by,
        kind="accept",
        subjects=_subjects(review, items),
        effective=_effective(review, by),
        reason=reason,
    )


def _open(review: Review, ids: Sequence[str], group: str | None) -> list[Item]:
    queue = review.queue
    if (group is None) == (not ids):
        raise UsageError("name profiles, or a group with --group, and not both")
    if group is not None:
        found = queue.group(group)
        if found is None:
            hint = did_you_mean(group, [g.name for g in queue.groups])
            raise UsageError(f"there is no group {group!r} in the queue; {hint}")
        return list(found.items)
    items: list[Item] = []
    for profile_id in dict.fromkeys(ids):
        mine = queue.of(profile_id)
        if not mine:
            require_known(review, profile_id)
            raise UsageError(f"nothing is open about {profile_id}")
        items += mine
    return items


# Grades ------------------------------------------------------------------------------------


def override(  # noqa: PLR0913 - all that an override states
    review: Review,
    by: Signature,
    profile_id: str,
    *,
    scorer: str,
    grade: str,
    reason: str,
    code: str | None = None,
    effective: date | None = None,
    until: date | None = None,
) -> Draft:
    """Put another band in the place of the computed one, from ``effective`` to ``until``.

    By default it counts from the date of the scores on, without an end.
    """
    review.assessment.require([profile_id])
    chosen = _scorer(review, scorer)
    band = _band(review, chosen, grade)
    score = review.assessment.results[profile_id].scores.get(scorer)
    if score is None:
        raise UsageError(f"{profile_id!r} has no {scorer}: it is only for {_kinds(chosen)}")
    standing = review.effective.ruling(profile_id, scorer)
    if standing is None and score.band is not None and score.band.id == band.id:
        raise UsageError(
            f"{band.grade} ({band.id}) is the grade that is computed for {profile_id}; "
            f"'assay review accept {profile_id}' agrees with it"
        )
    if code is not None and code not in REASON_CODES:
        hint = did_you_mean(code, REASON_CODES)
        raise UsageError(f"there is no reason code {code!r}; {hint}")
    start = effective or review.assessment.as_of
    if until is not None and until < start:
        raise UsageError(
            f"--until {until.isoformat()}: the override counts from {start.isoformat()} on"
        )
    subject = Subject(
        profile=profile_id,
        audience=review.assessment.audience,
        scorer=scorer,
        grounds=review.grounds.of(profile_id, scorer).digest,
    )
    return _draft(
        by,
        kind="override",
        subjects=(subject,),
        band=band.id,
        computed=score.band.id if score.band else None,
        reason=reason,
        code=code or "other",
        effective=effective or _effective(review, by),
        until=until,
    )


def _effective(review: Review, by: Signature) -> date | None:
    """The date of the scores that were decided about; None if it is the day of the decision."""
    as_of = review.assessment.as_of
    return None if as_of == by.date else as_of


def second(review: Review, by: Signature, prefix: str) -> Draft:
    """Agree, as a second reviewer, with an override that is more than one band away."""
    decision = review.ledger.find(prefix)
    if decision.kind != "override":
        raise UsageError(f"{decision.short} is no override; only overrides need a second reviewer")
    if decision.id in review.ledger.revoked:
        raise UsageError(f"{decision.short} was taken back; there is nothing to agree with")
    if same_person(decision.reviewer, by.reviewer):
        raise UsageError(
            f"{decision.reviewer} made this override; a second reviewer has to be somebody else"
        )
    profile_id = decision.subjects[0].profile
    review.assessment.require([profile_id])
    note = _not_by(review, by, profile_id)
    since = _effective(review, by)
    return _draft(by, kind="second", of=decision.id, effective=since, note=note)


def _not_by(review: Review, by: Signature, profile_id: str) -> str | None:
    """What is not sure about it that ``by`` wrote none of a profile's evidence; raises if so."""
    root = review.assessment.workspace.root
    unsure: dict[str, None] = {}
    for piece in evidence_of(review, profile_id):
        authors = authors_of(root, root / piece.file, piece.lines)
        if authors.include(by.reviewer, by.email):
            raise UsageError(
                f"{by.reviewer} {piece.deed}; a second reviewer has to be somebody else"
            )
        if authors.unsure:
            unsure[authors.unsure] = None
    return f"not sure who wrote the evidence: {'; '.join(unsure)}" if unsure else None


def _scorer(review: Review, name: str) -> Scorer:
    graded = {s.scorer.name: s.scorer for s in review.assessment.program.on("profile") if s.band}
    if name not in graded:
        raise UsageError(
            f"there is no score {name!r} of profiles that has a scale; {did_you_mean(name, graded)}"
        )
    return graded[name]


def _kinds(scorer: Scorer) -> str:
    return " and ".join(f"{kind}s" for kind in scorer.kinds or ())


def _band(review: Review, scorer: Scorer, wanted: str) -> Band:
    """A band by its id, or by its grade where only one band has it."""
    bands = ordered_bands(review.assessment.rulebook.bands(scorer))[::-1]
    by_id = next((b for b in bands if b.id == wanted), None)
    if by_id is not None:
        return by_id
    graded = [b for b in bands if b.grade.casefold() == wanted.casefold()]
    if len(graded) == 1:
        return graded[0]
    if graded:
        ids = " or ".join(b.id for b in graded)
        raise UsageError(f"{len(graded)} bands have the grade {wanted}; name it by its id: {ids}")
    words = dict.fromkeys(w for b in bands for w in (b.grade, b.id))
    hint = did_you_mean(wanted, words)
    raise UsageError(f"the scale of {scorer.name} has no band {wanted!r}; {hint}")


# Words -------------------------------------------------------------------------------------


def flag(review: Review, by: Signature, name: str, reason: str) -> Draft:
    """Send a profile, or a claim, to the queue with a reason."""
    return _draft(by, kind="flag", subjects=(_thing(review, name),), reason=reason)


def comment(review: Review, by: Signature, name: str, text: str) -> Draft:
    """Leave a remark about a profile or a claim."""
    return _draft(by, kind="comment", subjects=(_thing(review, name),), reason=text)


def assign(
    review: Review, by: Signature, ids: Sequence[str], to: str, reason: str | None = None
) -> Draft:
    """Give profiles to somebody to look at."""
    subjects = tuple(_thing(review, i) for i in dict.fromkeys(ids))
    return _draft(by, kind="assign", subjects=subjects, to=to, reason=reason)


def undo(review: Review, by: Signature, prefix: str, reason: str | None = None) -> Draft:
    """Take a decision back; both stay in the ledger."""
    decision = review.ledger.find(prefix)
    if decision.id in review.ledger.revoked:
        raise UsageError(f"{decision.short} was taken back already")
    since = _effective(review, by)
    return _draft(by, kind="undo", of=decision.id, effective=since, reason=reason)


def _thing(review: Review, name: str) -> Subject:
    profile_id, _, claim_id = name.partition("#")
    require_known(review, profile_id)
    if claim_id:
        _claim(review, name)
    return Subject(profile=profile_id, audience=review.assessment.audience, claim=claim_id or None)


def require_known(review: Review, profile_id: str) -> None:
    """Raise ``UsageError`` for a profile that is not there; a draft may be spoken of."""
    draft = review.assessment.written.profiles.get(profile_id)
    if draft is None or draft.status != "draft":
        review.assessment.require([profile_id])


# How it turned out -------------------------------------------------------------------------


def outcome(
    review: Review, by: Signature, name: str, verdict: Verdict, when: date, source: str
) -> Draft:
    """Record how a claim turned out, with the grade it has at the desk's date."""
    profile_id, claim = _claim(review, name)
    assessment = review.assessment
    if when > max(by.date, assessment.as_of):
        raise UsageError(f"--date {when.isoformat()} is still to come")
    scorer = headline(assessment.program, assessment.rulebook.settings.publish_by)
    score = assessment.results[profile_id].claims.get(claim.id, {}).get(scorer or "")
    band = claim_band(review, scorer, score.points) if score else None
    cited = [c.id for c in claim.sources if c.stance == "supports"]
    publishers = {
        assessment.corpus.sources[i].publisher for i in cited if i in assessment.corpus.sources
    }
    subject = Subject(profile=profile_id, audience=assessment.audience, claim=claim.id)
    return _draft(
        by,
        kind="outcome",
        subjects=(subject,),
        outcome={
            "verdict": verdict,
            "when": when,
            "source": source,
            "as_of": assessment.as_of,
            "scorer": scorer if score else None,
            "band": band.id if band else None,
            "score": score.value if score else None,
            "likelihood": claim.likelihood,
            "publishers": sorted(p for p in publishers if p),
        },
    )


def claim_band(review: Review, scorer: str | None, points: int | None) -> Band | None:
    """The band of a claim's score, on the scale of the profile score of the same name."""
    found = next(
        (s for s in review.assessment.rulebook.scorers if s.key == f"profile.{scorer}"), None
    )
    if found is None or points is None:
        return None
    bands = ordered_bands(review.assessment.rulebook.bands(found))
    return next((b for b in reversed(bands) if round(b.from_ * 1000) <= points), None)


def _claim(review: Review, name: str) -> tuple[str, Claim]:
    profile_id, mark, claim_id = name.partition("#")
    if not mark:
        raise UsageError(f"write a claim as PROFILE#CLAIM, not {name!r}")
    review.assessment.require([profile_id])
    found = review.assessment.corpus.claim(profile_id, name)
    if found is None:
        claims = [c.id for c in review.assessment.corpus.profiles[profile_id].claims]
        hint = did_you_mean(claim_id, claims)
        raise UsageError(f"the profile {profile_id} has no claim {claim_id!r}; {hint}")
    return found


# -------------------------------------------------------------------------------------------


def _subjects(review: Review, items: Sequence[Item]) -> tuple[Subject, ...]:
    return subjects_of(items, review.assessment.audience)


def _draft(by: Signature, **fields: Any) -> Draft:
    try:
        return Draft.model_validate({"reviewer": by.reviewer, "date": by.date, **fields})
    except ValidationError as error:
        raise UsageError("; ".join(_said(e) for e in error.errors(include_url=False))) from None


_FIELDS = {"reviewer": "the reviewer's name", "to": "the name", "reason": "the text"}


def _said(error: Any) -> str:
    place = ".".join(str(p) for p in error["loc"])
    shown = _FIELDS.get(place, place)
    return f"{shown}: {error['msg'].removeprefix('Value error, ')}"


def describe(decision: Decision) -> str:
    """A decision in one line, as histories show it."""
    about = {s.shown if decision.kind == "override" else _about(s) for s in decision.subjects}
    names = sorted(about)
    what = names[0] if len(names) == 1 else f"{len(names)} subjects"
    said = {
        "accept": f"accepted {what}",
        "override": f"override of {what}: {decision.computed or 'not rated'} → {decision.band}",
        "second": f"second reviewer of {(decision.of or '')[:8]}",
        "flag": f"flagged {what}",
        "comment": f"comment on {what}",
        "assign": f"assigned {what} to {decision.to}",
        "outcome": f"{what} {decision.outcome.verdict if decision.outcome else ''}",
        "undo": f"took back {(decision.of or '')[:8]}",
    }[decision.kind]
    tail = f": {decision.reason}" if decision.reason else ""
    until = f" (until {decision.until.isoformat()})" if decision.until else ""
    return (
        f"{decision.date.isoformat()}  {decision.short}  {decision.reviewer}  {said}{until}{tail}"
    )


def _about(subject: Subject) -> str:
    return f"{subject.profile}#{subject.claim}" if subject.claim else subject.profile
