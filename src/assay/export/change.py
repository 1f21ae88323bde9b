"""The JSON of plans, sweeps and the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay.change.history import Applied
from assay.change.plan import Change, Correction, Grade, Plan

if TYPE_CHECKING:
    from assay.change.experiment import SweepPoint

Json = dict[str, Any]


def plan_json(plan: Plan) -> Json:
    """What ``assay plan`` prints; amounts are scores with three decimals."""
    return {
        "as_of": plan.as_of.isoformat(),
        "base": plan.base,
        "base_as_of": plan.base_as_of.isoformat() if plan.base_as_of else None,
        "inputs": plan.inputs,
        "rulebook": plan.rulebook,
        "engine": plan.engine,
        "behind": bool(plan.behind),
        "behind_in": list(plan.behind),
        "engine_in_evidence": plan.engine_in_evidence,
        "summary": {
            "profiles": plan.profiles,
            "changes": len(plan.changes),
            **plan.directions(),
            "causes": dict(plan.kinds()),
            "horizons": len(plan.horizons),
            "watch": len(plan.watch),
            "published": sum(p.published for p in plan.published),
            "withdrawn": sum(not p.published for p in plan.published),
            "corrections": len(plan.corrections),
            "pages": len(plan.pages),
            "matters": plan.matters,
        },
        "groups": [
            {
                "scorer": g.scorer,
                "direction": g.direction,
                "cause": {"kind": g.kind, "refs": list(g.refs)},
                "ids": list(g.ids),
            }
            for g in plan.groups()
        ],
        "changes": [change_json(c) for c in plan.changes],
        "horizons": [
            {"id": h.id, "audience": h.audience, "from": _until(h.before), "to": _until(h.after)}
            for h in plan.horizons
        ],
        "watch": [
            {
                "id": w.id,
                "audience": w.audience,
                "added": list(w.added),
                "removed": list(w.removed),
            }
            for w in plan.watch
        ],
        "published": [
            {"id": p.id, "audience": p.audience, "published": p.published} for p in plan.published
        ],
        "corrections": [correction_json(c) for c in plan.corrections],
        "pages": list(plan.pages),
        "pages_compared": plan.pages_compared,
        "disagreements": [
            {
                "id": d.id,
                "audience": d.audience,
                "scorer": d.scorer,
                "ours": _grade(d.ours),
                "theirs": _grade(d.theirs),
                "now": _grade(d.now),
            }
            for d in plan.disagreements
        ],
        "ageing": {
            "as_of": plan.today.isoformat() if plan.today else None,
            "changes": [change_json(c) for c in plan.ageing],
        },
    }


def saved_json(plan: Plan) -> Json:
    """A plan as it is saved: what is printed, and the digests that tell what moved since."""
    evidence: dict[str, dict[str, str]] = {}
    for (profile_id, audience), digest in sorted(plan.evidence.items()):
        evidence.setdefault(audience, {})[profile_id] = digest
    return {**plan_json(plan), "evidence": evidence}


def change_json(change: Change) -> Json:
    """One change of a score, with its causes."""
    return {
        "id": change.id,
        "audience": change.audience,
        "scorer": change.scorer,
        "from": _grade(change.before),
        "to": _grade(change.after),
        "direction": change.direction,
        "amount": _number(change.amount),
        "causes": [
            {"kind": c.kind, "amount": _number(c.amount), "refs": list(c.refs)}
            for c in change.causes
        ],
    }


def correction_json(correction: Correction) -> Json:
    """A wording before and after."""
    return {
        "kind": correction.kind,
        "ref": correction.ref,
        "from": correction.before,
        "to": correction.after,
    }


def sweep_json(path: str, points: Sequence[SweepPoint]) -> Json:
    """What ``assay plan --sweep`` prints."""
    return {
        "path": path,
        "values": [
            {
                "value": float(p.value),
                "upgrades": p.moves.upgrades,
                "downgrades": p.moves.downgrades,
                "status": p.moves.status,
                "scores": p.moves.scores,
                "profiles": p.moves.profiles,
            }
            for p in points
        ],
    }


def history_json(profile_id: str, records: Sequence[Applied]) -> Json:
    """What ``assay history`` prints of one profile: what each apply did to it."""
    return {
        "id": profile_id,
        "applies": [
            {
                **_head(r),
                "changes": [change_json(c) for c in r.changes if c.id == profile_id],
                "corrections": [
                    correction_json(c)
                    for c in r.corrections
                    if c.ref.partition("#")[0] == profile_id
                ],
            }
            for r in records
            if any(c.id == profile_id for c in r.changes)
            or any(c.ref.partition("#")[0] == profile_id for c in r.corrections)
        ],
    }


def log_json(records: Sequence[Applied]) -> Json:
    """What ``assay log`` prints: every apply with its rating actions."""
    return {
        "applies": [
            {
                **_head(r),
                "counts": r.counts,
                "actions": [
                    {"action": r.action(c), **change_json(c)}
                    for c in r.changes
                    if c.direction != "same"
                ],
                "corrections": [correction_json(c) for c in r.corrections],
            }
            for r in records
        ]
    }


def _head(record: Applied) -> Json:
    return {"at": record.at, "who": record.who, "why": record.why, "as_of": record.as_of}


def _grade(grade: Grade) -> Json:
    return {"score": _number(grade.points), "band": grade.band, "grade": grade.grade}


def _number(points: int | None) -> float | None:
    return None if points is None else points / 1000


def _until(horizon: tuple[str, str | None] | None) -> Json | None:
    return None if horizon is None else {"grade": horizon[0], "until": horizon[1]}
