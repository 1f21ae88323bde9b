"""Locks built from scored workspaces, and the digests of evidence in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from assay.evidence.behind import Behind
from assay.model.documents import Corpus, Event
from assay.model.identity import Identity
from assay.model.results import Horizon, Score
from assay.plan.lock import (
    InputDigests,
    Lock,
    LockedClaim,
    LockedHorizon,
    LockedOverride,
    LockedProfile,
    LockedScore,
    LockedSource,
    LockedWatch,
    canonical_rulebook,
    digest_of,
)
from assay.scoring import SCORING_VERSION

if TYPE_CHECKING:
    from assay.assessment import Assessment


def lock_of(
    assessments: Sequence[Assessment], decisions: Sequence[str] = (), *, grounds: bool = True
) -> Lock:
    """Build the lock of a workspace scored for each of its audiences, all at one date.

    ``decisions`` are the last ones of the ledger. A lock without ``grounds`` can be compared with,
    but not written.
    """
    first = assessments[0]
    entries: dict[tuple[str, str], LockedProfile] = {}
    for assessment in assessments:
        entries |= {e.key: e for e in locked_profiles(assessment, grounds=grounds).values()}
    return Lock(
        as_of=first.as_of,
        engine=SCORING_VERSION,
        rulebook=canonical_rulebook(first.rulebook),
        inputs=inputs_digest({k: evidence_digest(e.inputs) for k, e in entries.items()}),
        reach=digest_of([[*key, e.inputs.reach] for key, e in sorted(entries.items())]),
        decisions=tuple(decisions),
        entries=entries,
    )


def lock_for(lock: Lock, audience: str) -> Lock:
    """Return the part of a lock that one audience may see, with digests of that part."""
    entries = {key: e for key, e in lock.entries.items() if e.audience == audience}
    return replace(
        lock,
        inputs=inputs_digest({k: evidence_digest(e.inputs) for k, e in entries.items()}),
        reach=digest_of([[*key, e.inputs.reach] for key, e in sorted(entries.items())]),
        entries=entries,
        file_digest="",
    )


def locked_profiles(assessment: Assessment, *, grounds: bool) -> dict[str, LockedProfile]:
    """Return the entries of a lock for one audience, by profile id."""
    from assay.scoring.run import reached

    first = partial(Identity(assessment.corpus).first, "profile")
    reach = {
        i: digest_of(sorted(([p[0], first(p[1]), *p[2:]] for p in pairs), key=lambda p: p[:2]))
        for i, pairs in reached(assessment.run).items()
    }
    inputs = _input_digests(assessment.corpus, reach)
    found = None
    if grounds:
        from assay.scoring.grounds import Grounds  # takes long to load

        found = Grounds(assessment.corpus, assessment.run)
    entries = {}
    for profile_id, result in assessment.results.items():
        outlook = result.outlook
        entries[profile_id] = LockedProfile(
            id=profile_id,
            audience=assessment.audience,
            kind=assessment.corpus.profiles[profile_id].kind,
            scores={
                name: _locked(score, found.of(profile_id, name).digest if found else "")
                for name, score in result.scores.items()
            },
            horizon=_horizon(outlook.horizon),
            published=result.published,
            watch=tuple(LockedWatch(n.rule, None if n.rule else n.text) for n in outlook.watch),
            inputs=inputs[profile_id],
        )
    return entries


def _locked(score: Score, grounds: str) -> LockedScore:
    band = score.in_force.id if score.in_force else None
    override = None
    if score.override is not None:
        computed = score.band
        override = LockedOverride(
            score.override.decision,
            computed.id if computed else None,
            computed.grade if computed else None,
        )
    return LockedScore(score.points, score.coverage, band, score.grade, grounds, override)


def _horizon(horizon: Horizon) -> LockedHorizon:
    if horizon.closed:
        return LockedHorizon("closed", horizon.closed.on)
    following, review = horizon.next, horizon.review
    return LockedHorizon(
        horizon.word,
        following.written if following else None,
        f"{following.reason} {following.subject}" if following else None,
        review.day.isoformat() if review and review.last else None,
    )


# Digests of evidence -----------------------------------------------------------------------


def evidence_of(assessment: Assessment) -> dict[str, InputDigests]:
    """Return digests of the evidence of each profile, by id, without reach; nothing is scored."""
    return _input_digests(assessment.corpus, {})


def inputs_digest(evidence: Mapping[tuple[str, str], str]) -> str:
    """Return one digest of all :func:`evidence_digest`, by (profile id, audience)."""
    return digest_of(sorted([*key, digest] for key, digest in evidence.items()))


def evidence_digest(inputs: InputDigests) -> str:
    """Return one digest of a profile's evidence. Reach is left out, since rules affect it too."""
    return digest_of(_evidence(inputs))


def changed_evidence(
    before: Mapping[str, LockedProfile], after: Mapping[str, LockedProfile]
) -> frozenset[str]:
    """Return the ids of profiles that were added, were removed, or have other evidence."""
    return frozenset(
        i
        for i in before.keys() | after.keys()
        if i not in before or i not in after or not same_evidence(before[i].inputs, after[i].inputs)
    )


def same_evidence(one: InputDigests, other: InputDigests) -> bool:
    """Compare the evidence of a profile. Reach is left out, since rules affect it too."""
    return _evidence(one) == _evidence(other)


def _evidence(inputs: InputDigests) -> list[object]:
    return [
        inputs.own,
        {i: c.digest for i, c in inputs.claims.items()},
        {i: s.digest for i, s in inputs.sources.items()},
        dict(inputs.publishers),
        dict(inputs.edges),
    ]


def _input_digests(corpus: Corpus, reach: Mapping[str, str]) -> dict[str, InputDigests]:
    """Digests of evidence by current ids; in the digests themselves everything has its first id."""
    identity = Identity(corpus)

    def digest(kind: str, model: Any, owner: str = "") -> str:
        return digest_of(identity.with_first_ids(kind, _plain(model), owner))

    behind = Behind(corpus)
    profiles = corpus.profiles.values()
    all_sources = {
        i: LockedSource(digest("source", s), s.retracted.isoformat() if s.retracted else None)
        for i, s in corpus.sources.items()
    }
    all_publishers = {i: digest("publisher", p) for i, p in corpus.publishers.items()}
    all_claims = {
        f"{p.id}#{c.id}": LockedClaim(digest("claim", c, p.id), c.text)
        for p in profiles
        for c in p.claims
    }
    edges = _edges(corpus, identity)
    found = {}
    for profile in profiles:
        own = _plain(profile)
        for part in ("claims", "depends_on", "affects"):
            own.pop(part, None)
        claims = behind.claims(profile)
        sources = behind.sources(claims.values())
        publishers = all_publishers.keys() & {corpus.sources[s].publisher for s in sources}
        counted = {*claims, *behind.contradicting(profile)}
        prefix = f"{profile.id}#"
        found[profile.id] = InputDigests(
            own=digest_of(identity.with_first_ids(profile.kind, own, profile.id)),
            claims={c.removeprefix(prefix): all_claims[c] for c in sorted(counted)},
            sources={s: all_sources[s] for s in sources},
            publishers={p: all_publishers[p] for p in sorted(publishers)},
            edges={peer: digest_of(edge) for peer, edge in sorted(edges[profile.id].items())},
            reach=reach.get(profile.id, ""),
        )
    return found


def _edges(corpus: Corpus, identity: Identity) -> dict[str, dict[str, list[object]]]:
    """Return for each profile its edges by peer, whichever of the two declares them."""
    found: dict[str, dict[str, list[object]]] = {i: {} for i in corpus.profiles}
    for profile in sorted(corpus.profiles.values(), key=lambda p: identity.first("profile", p.id)):
        effects = profile.affects if isinstance(profile, Event) else ()
        for kind, edges in (("depends_on", profile.depends_on), ("affects", effects)):
            for edge in edges:
                if edge.on in found:
                    plain = identity.with_first_ids("dependency", _plain(edge), profile.id)
                    declared = [kind, identity.first("profile", profile.id), plain]
                    found[profile.id].setdefault(edge.on, []).append(declared)
                    found[edge.on].setdefault(profile.id, []).append(declared)
    return found


def _plain(model: Any) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return plain
