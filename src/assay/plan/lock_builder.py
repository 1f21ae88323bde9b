"""The state of a desk as a lock holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assay.evidence.behind import Behind
from assay.model.documents import AnyProfile, Corpus, Event
from assay.plan.lock import (
    Grounding,
    Lock,
    LockedClaim,
    LockedProfile,
    LockedScore,
    LockedSource,
    LockedWatch,
    canonical_rulebook,
    digest_of,
)
from assay.scoring import SCORING_VERSION

if TYPE_CHECKING:
    from assay.assessment import Desk
    from assay.model.results import ProfileResult
    from assay.scoring.grounds import Grounds


def lock_of(desks: Sequence[Desk], *, grounds: bool = True) -> Lock:
    """What would be applied now: the desk once for every audience, all at one date.

    Without ``grounds`` it is only good to compare with, not to be written.
    """
    first = desks[0]
    entries: dict[tuple[str, str], LockedProfile] = {}
    for desk in desks:
        entries |= {e.key: e for e in locked_profiles(desk, grounds=grounds).values()}
    return Lock(
        as_of=first.as_of,
        engine=SCORING_VERSION,
        rulebook=canonical_rulebook(first.rulebook),
        inputs=inputs_digest({k: evidence_digest(e.inputs) for k, e in entries.items()}),
        reach=digest_of([[*key, e.inputs.reach] for key, e in sorted(entries.items())]),
        entries=entries,
    )


def inputs_digest(evidence: Mapping[tuple[str, str], str]) -> str:
    """Twelve hexadecimal digits that stand for all documents that were scored.

    ``evidence`` is the :func:`evidence_digest` of every (profile, audience).
    """
    return digest_of(sorted([*key, digest] for key, digest in evidence.items()))


def evidence_digest(inputs: Grounding) -> str:
    """One digest of what documents say of a profile; reach, which rules shape too, left out."""
    return digest_of(
        [
            inputs.own,
            {i: c.digest for i, c in inputs.claims.items()},
            {i: s.digest for i, s in inputs.sources.items()},
            dict(inputs.publishers),
            dict(inputs.edges),
        ]
    )


def moved_evidence(
    before: Mapping[str, LockedProfile], after: Mapping[str, LockedProfile]
) -> frozenset[str]:
    """Ids of the profiles of which documents say something else than they did, or that are new."""
    return frozenset(
        i
        for i in before.keys() | after.keys()
        if i not in before or i not in after or not same_evidence(before[i].inputs, after[i].inputs)
    )


def same_evidence(one: Grounding, other: Grounding) -> bool:
    """Whether documents say the same; what is reached, which rules shape too, left out."""
    return (
        one.own == other.own
        and one.claims.keys() == other.claims.keys()
        and all(c.digest == other.claims[i].digest for i, c in one.claims.items())
        and one.sources.keys() == other.sources.keys()
        and all(s.digest == other.sources[i].digest for i, s in one.sources.items())
        and one.publishers == other.publishers
        and one.edges == other.edges
    )


def locked_profiles(desk: Desk, *, grounds: bool) -> dict[str, LockedProfile]:
    """Every profile of a desk as the lock holds it; without ``grounds`` where nobody asks."""
    groundings = groundings_of(desk)
    found = None
    if grounds:
        from assay.scoring.grounds import Grounds

        found = Grounds(desk.corpus, desk.run)
    return {i: _locked(desk, result, groundings[i], found) for i, result in desk.results.items()}


def _locked(
    desk: Desk, result: ProfileResult, inputs: Grounding, grounds: Grounds | None
) -> LockedProfile:
    outlook = result.outlook
    return LockedProfile(
        id=result.id,
        audience=desk.audience,
        kind=desk.corpus.profiles[result.id].kind,
        scores={
            name: LockedScore(
                score.points,
                score.coverage,
                score.band.id if score.band else None,
                score.grade,
                grounds.of(result.id, name).digest if grounds else "",
            )
            for name, score in result.scores.items()
        },
        horizon=outlook.grade,
        until=outlook.until.isoformat() if outlook.until else None,
        published=result.published,
        watch=tuple(
            LockedWatch(n.horizon, n.rule, None if n.rule else n.text) for n in outlook.watch
        ),
        inputs=inputs,
    )


# What a profile's scores are made from -----------------------------------------------------


def groundings_of(desk: Desk) -> dict[str, Grounding]:
    """By profile id, digests of everything its scores are made from."""
    from assay.scoring.run import reached

    reach = {i: digest_of(pairs) for i, pairs in reached(desk.run).items()}
    return _Groundings(desk.corpus).of(reach)


def evidence_of(desk: Desk) -> dict[str, Grounding]:
    """By profile id, digests of what documents say of it; nothing is scored for it."""
    return _Groundings(desk.corpus).of({})


class _Groundings:
    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._behind = Behind(corpus)
        self._sources = {
            i: LockedSource(digest_of(_plain(s)), s.retracted.isoformat() if s.retracted else None)
            for i, s in corpus.sources.items()
        }
        self._publishers = {i: digest_of(_plain(p)) for i, p in corpus.publishers.items()}
        self._claims = {
            f"{p.id}#{c.id}": LockedClaim(digest_of(_plain(c)), c.text)
            for p in corpus.profiles.values()
            for c in p.claims
        }

    def of(self, reach: Mapping[str, str]) -> dict[str, Grounding]:
        edges = self._edges()
        return {
            i: self._grounding(profile, edges[i], reach.get(i, ""))
            for i, profile in self._corpus.profiles.items()
        }

    def _grounding(
        self, profile: AnyProfile, edges: Mapping[str, list[object]], reach: str
    ) -> Grounding:
        own = _plain(profile)
        for part in ("claims", "depends_on", "affects"):
            own.pop(part, None)
        claims = self._behind.claims(profile)
        sources = self._behind.sources(claims.values())
        publishers = sorted(
            {
                p
                for s in sources
                if (p := self._corpus.sources[s].publisher) in self._publishers and p
            }
        )
        prefix = f"{profile.id}#"
        return Grounding(
            own=digest_of(own),
            claims={c.removeprefix(prefix): self._claims[c] for c in sorted(claims)},
            sources={s: self._sources[s] for s in sources},
            publishers={p: self._publishers[p] for p in publishers},
            edges={peer: digest_of(joined) for peer, joined in sorted(edges.items())},
            reach=reach,
        )

    def _edges(self) -> dict[str, dict[str, list[object]]]:
        """For each profile what joins it with each peer, whoever of the two wrote it down."""
        joined: dict[str, dict[str, list[object]]] = {i: {} for i in self._corpus.profiles}
        for profile in self._corpus.profiles.values():
            effects = profile.affects if isinstance(profile, Event) else ()
            for kind, edges in (("depends_on", profile.depends_on), ("affects", effects)):
                for edge in edges:
                    if edge.on not in joined:
                        continue
                    said = [kind, profile.id, _plain(edge)]
                    joined[profile.id].setdefault(edge.on, []).append(said)
                    joined[edge.on].setdefault(profile.id, []).append(said)
        return joined


def _plain(model: Any) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return plain
