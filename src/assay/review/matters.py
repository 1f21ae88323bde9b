"""The reasons for which a grade needs a human, each found in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from assay.cel.program import ScorerColumns
from assay.model.documents import AnyProfile, Claim, Corpus, Source
from assay.model.results import Score
from assay.plan.lock import LockedProfile
from assay.review.causes import moved_by
from assay.review.decisions import Matter, may_know
from assay.review.effective import Status
from assay.review.queue import Item
from assay.scoring.explain import headline
from assay.scoring.grounds import digest_of
from assay.scoring.run import ordered_bands

if TYPE_CHECKING:
    from assay.review.queue import Review


def all_items(review: Review) -> Iterator[Item]:
    """Every reason there is, settled or not."""
    yield from _retracted(review)
    yield from _overrides(review)
    yield from _flagged(review)
    yield from _against_the_lock(review)
    yield from _disputed(review)
    yield from _overdue(review)
    yield from _coverage(review)
    yield from _boundary(review)
    yield from _assigned(review)
    yield from _drafts(review)


# Retracted sources -------------------------------------------------------------------------


def _retracted(review: Review) -> Iterator[Item]:
    """Every claim that leaned on a retracted source, directly or not."""
    assessment = review.assessment
    for source in assessment.corpus.sources.values():
        if source.retracted is None or source.retracted > assessment.as_of:
            continue
        for name, how in leaning_on(assessment.corpus, source).items():
            found = assessment.corpus.claim("", name)
            if found is None:
                continue
            profile_id, claim = found
            yield Item(
                profile=profile_id,
                matter="retracted",
                cause=source.id,
                detail=f"{how}; retracted {source.retracted.isoformat()}",
                grounds=digest_of(
                    [
                        review.grounds.identity.first("source", source.id),
                        source.retracted.isoformat(),
                        _said(review, claim, profile_id),
                    ]
                ),
                claim=claim.id,
                weight=2 * claim.key + (how == _CITES),
            )


_CITES = "cites it"


def leaning_on(corpus: Corpus, source: Source) -> dict[str, str]:
    """The claims (``profile#claim``) that lean on a source, each with how it does.

    Directly, by way of sources that draw on it or are the same, or by resting on such claims.
    """
    reached = _drawing_on(corpus, source.id)
    claims = {f"{p.id}#{c.id}": (p, c) for p in corpus.profiles.values() for c in p.claims}
    found: dict[str, str] = {}
    for name, (_, claim) in claims.items():
        cited = [c.id for c in claim.sources if c.id in reached]
        if source.id in cited:
            found[name] = _CITES
        elif cited:
            found[name] = f"cites {cited[0]}, {reached[cited[0]]}"
    grew = True
    while grew:
        grew = False
        for name, (profile, claim) in claims.items():
            rests = (r if "#" in r else f"{profile.id}#{r}" for r in claim.rests_on)
            leaning = next((r for r in rests if r in found), None)
            if name not in found and leaning is not None:
                found[name] = f"rests on {leaning}"
                grew = True
    return found


def _drawing_on(corpus: Corpus, source_id: str) -> dict[str, str]:
    """The source and all that draw on it or are the same, with how they are joined."""
    joined: dict[str, dict[str, str]] = {}
    for source in corpus.sources.values():
        for cited in source.cites:
            joined.setdefault(cited, {})[source.id] = f"which draws on {cited}"
        for same in source.same_as:
            joined.setdefault(same, {})[source.id] = f"the same as {same}"
            joined.setdefault(source.id, {})[same] = f"the same as {source.id}"
    reached = {source_id: ""}
    pending = [source_id]
    while pending:
        for other, how in sorted(joined.get(pending.pop(), {}).items()):
            if other not in reached:
                reached[other] = how
                pending.append(other)
    return reached


# Decisions ---------------------------------------------------------------------------------

_STATUS: dict[Status, Matter] = {
    "stale": "stale",
    "expired": "stale",
    "second": "second",
    "conflicting": "conflicting",
}


def _overrides(review: Review) -> Iterator[Item]:
    for (profile_id, scorer), rulings in review.effective.rulings.items():
        grounds = review.grounds.of(profile_id, scorer).digest
        for ruling in rulings:
            matter = _STATUS.get(ruling.status)
            if matter is None:
                continue
            decision = ruling.decision
            band = ruling.band.grade if ruling.band else decision.band
            yield Item(
                profile=profile_id,
                matter=matter,
                cause=f"{profile_id}.{scorer}",
                detail=f"{scorer}: {decision.reviewer} put {band} in the place of "
                f"{grade(ruling.computed)} on {decision.date.isoformat()} ({decision.short}); "
                f"{ruling.why}",
                grounds=digest_of([decision.id, grounds, ruling.status]),
                scorer=scorer,
                decision=decision.id,
            )


def _flagged(review: Review) -> Iterator[Item]:
    for decision in review.ledger.in_force:
        if decision.kind != "flag":
            continue
        for subject in decision.subjects:
            known = subject.profile in review.assessment.corpus.profiles
            if known and may_know(review.assessment, subject):
                yield Item(
                    profile=subject.profile,
                    matter="flagged",
                    cause=decision.short,
                    detail=f"{decision.reviewer}, {decision.date.isoformat()}: {decision.reason}",
                    grounds=digest_of(decision.id),
                    claim=subject.claim,
                    decision=decision.id,
                )


def _assigned(review: Review) -> Iterator[Item]:
    latest = {
        s.profile: d
        for d in review.ledger.in_force
        if d.kind == "assign"
        for s in d.subjects
        if may_know(review.assessment, s)
    }
    for profile_id, decision in sorted(latest.items()):
        if profile_id in review.assessment.corpus.profiles:
            why = f": {decision.reason}" if decision.reason else ""
            yield Item(
                profile=profile_id,
                matter="assigned",
                cause=decision.short,
                detail=f"to {decision.to} by {decision.reviewer}, {decision.date.isoformat()}{why}",
                grounds=digest_of(decision.id),
                decision=decision.id,
            )


# Against what was applied ------------------------------------------------------------------


def _against_the_lock(review: Review) -> Iterator[Item]:
    """Profiles that were not applied before, and grades that are in another band than then."""
    lock, assessment = review.lock, review.assessment
    if lock is None:
        return
    moved: Mapping[tuple[str, str], str] | None = None
    for profile_id, result in assessment.results.items():
        locked = lock.profile(profile_id, assessment.audience)
        if locked is None:
            yield _new(review, profile_id)
            continue
        for columns in _graded(review):
            name = columns.scorer.name
            score, was = result.scores.get(name), locked.scores.get(name)
            if score is None or was is None or was.band == _band(score):
                continue
            moved = moved_by(lock, assessment) if moved is None else moved
            basis = review.grounds.of(profile_id, name)
            yield Item(
                profile=profile_id,
                matter="flipped",
                cause=moved.get((profile_id, name), f"{profile_id}.{name}"),
                detail=f"{name} from {was.grade or 'not rated'} to {grade(score)}",
                grounds=digest_of([basis.digest, was.band]),
                scorer=name,
                weight=_weight(columns, review, locked, score, profile_id),
            )


def _band(score: Score) -> str | None:
    """The id of the band in force."""
    return score.in_force.id if score.in_force else None


def _new(review: Review, profile_id: str) -> Item:
    name = _headline(review)
    score = review.assessment.results[profile_id].scores.get(name) if name else None
    basis = review.grounds.of(profile_id, name).digest if name else ""
    return Item(
        profile=profile_id,
        matter="new",
        cause="profiles",
        detail=f"{name} {grade(score)}" if score else "not rated",
        grounds=digest_of([review.grounds.identity.first("profile", profile_id), basis]),
        scorer=name,
    )


def _weight(
    columns: ScorerColumns, review: Review, locked: LockedProfile, score: Score, profile_id: str
) -> int:
    """How far a grade moved; the page coming or going weighs most."""
    order = [b.id for b in ordered_bands(review.assessment.rulebook.bands(columns.scorer))]
    was = locked.scores[columns.scorer.name].band
    moved = len(order)
    now = _band(score)
    if was in order and now is not None:
        moved = abs(order.index(was) - order.index(now))
    page = locked.published != review.assessment.results[profile_id].published
    return moved + (100 if page and columns.scorer.name == _headline(review) else 0)


# What the grades themselves say ------------------------------------------------------------


def _coverage(review: Review) -> Iterator[Item]:
    name = _headline(review)
    if name is None:
        return
    for profile_id, result in review.assessment.results.items():
        score = result.scores.get(name)
        if score is None or score.coverage >= review.limits.coverage:
            continue
        yield Item(
            profile=profile_id,
            matter="coverage",
            cause=name,
            detail=f"{score.coverage / 10:.0f} % of what {name} asks is known",
            grounds=digest_of(["coverage", review.grounds.of(profile_id, name).digest]),
            scorer=name,
            weight=review.limits.coverage - score.coverage,
        )


def _boundary(review: Review) -> Iterator[Item]:
    for columns in _graded(review):
        name = columns.scorer.name
        starts = [
            (round(b.from_ * 1000), b)
            for b in ordered_bands(review.assessment.rulebook.bands(columns.scorer))
        ][1:]
        for profile_id, result in review.assessment.results.items():
            score = result.scores.get(name)
            points = score.points if score else None
            if score is None or points is None or not starts:
                continue
            start, band = min(starts, key=lambda s: abs(s[0] - points))
            away = points - start
            # The score at the boundary itself is in the upper band: one thousandth from leaving.
            if not -review.limits.near <= away < review.limits.near:
                continue
            side = "above" if away >= 0 else "below"
            yield Item(
                profile=profile_id,
                matter="boundary",
                cause=f"{name}.{band.id}",
                detail=f"{name} {points / 1000:.3f} ({grade(score)}), "
                f"{abs(away) / 1000:.3f} {side} the start of {band.grade}",
                grounds=digest_of(["boundary", review.grounds.of(profile_id, name).digest]),
                scorer=name,
                weight=review.limits.near - abs(away),
            )


def _overdue(review: Review) -> Iterator[Item]:
    today, first_of_label = review.assessment.as_of, review.grounds.identity.first_of_label
    for profile_id, result in review.assessment.results.items():
        following, again = result.outlook.horizon.next, result.outlook.horizon.review
        if following is not None and following.day <= today:
            shared = following.reason == "event"  # one event is due for all that it affects
            cause, detail = following.subject if shared else profile_id, following.text
            due = [following.reason, first_of_label(following.subject), following.written]
        elif again is not None and again.day <= today:
            cause, detail = "review", f"review due on {again.day.isoformat()}"
            due = [cause, again.last.isoformat() if again.last else ""]
        else:
            continue
        yield Item(
            profile=profile_id,
            matter="overdue",
            cause=cause,
            detail=detail,
            grounds=digest_of(["overdue", first_of_label(profile_id), due]),
        )


# What the documents say --------------------------------------------------------------------


def _disputed(review: Review) -> Iterator[Item]:
    corpus = review.assessment.corpus
    first = partial(review.grounds.identity.first, "source")
    for profile in _scored(review):
        for claim in profile.claims:
            against = [
                c.id
                for c in claim.sources
                if c.stance == "disputes" and _counts(corpus, c.id, review)
            ]
            if not against and not (claim.key and claim.contradicts):
                continue
            said = [*(f"source {i}" for i in against), *claim.contradicts]
            yield Item(
                profile=profile.id,
                matter="disputed",
                cause=against[0] if against else profile.id,
                detail=f"against it: {', '.join(said)}",
                grounds=digest_of(
                    ["disputed", [*map(first, against)], _said(review, claim, profile.id)]
                ),
                claim=claim.id,
                weight=claim.key,
            )


def _drafts(review: Review) -> Iterator[Item]:
    """Drafts are not scored; here somebody is reminded that they are waiting."""
    for profile in review.assessment.written.profiles.values():
        if not _visible(review, profile.audience):
            continue
        claims = [
            c.id for c in profile.claims if c.status == "draft" and _visible(review, c.audience)
        ]
        if profile.status != "draft" and not claims:
            continue
        whole = profile.status == "draft"
        yield Item(
            profile=profile.id,
            matter="draft",
            cause=profile.id,
            detail="the profile is a draft" if whole else f"draft claims: {', '.join(claims)}",
            grounds=digest_of(["draft", _open_data(review, profile)]),
        )


def _open_data(review: Review, profile: AnyProfile) -> dict[str, Any]:
    """A profile as plain data, without the parts that the audience may not see."""
    closed = {c.id for c in profile.claims if not _visible(review, c.audience)}

    def is_open(part: Any) -> bool:
        audience, claims = getattr(part, "audience", None), getattr(part, "claims", ())
        return _visible(review, audience) and closed.isdisjoint(claims)

    parts = {n: tuple(filter(is_open, v)) for n, v in profile if isinstance(v, tuple)}
    data = profile.model_copy(update={**parts, "formerly": ()}).model_dump(
        mode="json", by_alias=True
    )
    found: dict[str, Any] = review.grounds.identity.with_first_ids(profile.kind, data, profile.id)
    return found


def _visible(review: Review, audience: str | None) -> bool:
    order = review.assessment.rulebook.audiences
    return audience is None or order.index(audience) <= order.index(review.assessment.audience)


def _counts(corpus: Corpus, source_id: str, review: Review) -> bool:
    source = corpus.sources.get(source_id)
    as_of = review.assessment.as_of
    return (
        source is not None
        and not (source.retracted and source.retracted <= as_of)
        and (source.published is None or source.published.first <= as_of)
    )


def _said(review: Review, claim: Claim, owner: str) -> Any:
    data = claim.model_dump(mode="json", by_alias=True, exclude={"checked", "section"})
    return review.grounds.identity.with_first_ids("claim", data, owner)


def _scored(review: Review) -> Iterator[AnyProfile]:
    for profile_id in review.assessment.results:
        yield review.assessment.corpus.profiles[profile_id]


def _graded(review: Review) -> list[ScorerColumns]:
    return [s for s in review.assessment.program.on("profile") if s.band is not None]


def _headline(review: Review) -> str | None:
    return headline(review.assessment.program, review.assessment.rulebook.settings.publish_by)


def grade(score: Score) -> str:
    """The grade in a word; the number where there is no scale."""
    if score.points is None:
        return "not rated"
    return score.grade or f"{score.points / 1000:.3f}"
