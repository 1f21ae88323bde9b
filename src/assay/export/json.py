"""The JSON contract of the commands: fields may be added, none is renamed unannounced.

Scores are numbers with three decimals, null where a profile is not rated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assay.pipeline import Desk, Scores
from assay.scoring.calendar import Due
from assay.scoring.results import (
    Explanation,
    Outlook,
    ReachLine,
    Score,
    ScoreExplanation,
    Step,
    WatchNotice,
    WouldChange,
)

Json = dict[str, Any]


def scores_json(
    scores: Scores,
    ids: Sequence[str] = (),
    changes: Mapping[str, Sequence[WouldChange]] | None = None,
) -> Json:
    """What ``assay score`` prints: every profile, or those named; ``changes`` where asked for."""
    return {
        "as_of": scores.as_of.isoformat(),
        "audience": scores.audience,
        "rulebook": scores.rulebook_digest,
        "profiles": [
            {
                "id": line.id,
                "kind": line.kind,
                "name": line.name,
                "scores": {name: _score(score) for name, score in line.scores.items()},
                "horizon": _horizon(line.horizon, line.until),
                "sources": line.sources,
                "origins": line.origins,
                "published": line.published,
                **({} if changes is None else {"would_change": _changes(changes[line.id])}),
            }
            for line in scores.overview()
            if not ids or line.id in ids
        ],
    }


def explanation_json(explanation: Explanation) -> Json:
    """What ``assay explain`` prints of one profile."""
    return {
        "id": explanation.id,
        "as_of": explanation.as_of.isoformat(),
        "summary": explanation.summary,
        "scorers": [_scorer(e) for e in explanation.scorers],
        "would_change": _changes(explanation.would_change),
        "outlook": _points(explanation.outlook),
        "upstream": [_reach(line) for line in explanation.upstream],
        "downstream": [_reach(line) for line in explanation.downstream],
    }


def _changes(changes: Sequence[WouldChange]) -> list[Json]:
    return [
        {
            "scorer": w.scorer,
            "to": w.to.id,
            "grade": w.to.grade,
            "direction": w.direction,
            "change": w.change,
            "effort": w.effort,
            "score": _number(w.points),
        }
        for w in changes
    ]


def outlook_json(profile_id: str, outlook: Outlook) -> Json:
    """What ``assay outlook`` prints of one profile."""
    return {
        "id": profile_id,
        "horizon": _horizon(outlook.grade, outlook.until),
        "outlook": _points(outlook),
        "watch": [_notice(n) for n in outlook.watch],
    }


def due_json(due: Due) -> Json:
    """One thing that falls due."""
    return {
        "profile": due.profile,
        "day": due.day.isoformat(),
        "written": due.written,
        "reason": due.reason,
        "text": due.text,
        "claims": list(due.claims),
    }


def graph_json(desk: Desk, explanations: dict[str, Explanation]) -> Json:
    """What ``assay graph`` prints: nodes, edges, and per profile what is reached."""
    from assay.tables.build import valid_edges
    from assay.tables.rows import scored_profiles

    profiles = scored_profiles(desk.corpus, desk.as_of)
    return {
        "as_of": desk.as_of.isoformat(),
        "nodes": [{"id": p.id, "kind": p.kind, "name": p.name} for p in profiles],
        "edges": [
            {
                "from": e.lower,
                "to": e.upper,
                "relation": e.dependency.relation,
                "criticality": e.dependency.criticality,
                "affects": e.affects,
                "claims": list(e.dependency.claims),
            }
            for e in valid_edges(profiles, desk.as_of)
        ],
        "profiles": [
            {
                "id": profile_id,
                "upstream": [_reach(line) for line in explanation.upstream],
                "downstream": [_reach(line) for line in explanation.downstream],
            }
            for profile_id, explanation in explanations.items()
        ],
    }


def _number(points: int | None) -> float | None:
    return None if points is None else points / 1000


def _score(score: Score) -> Json:
    band = score.band
    return {
        "score": score.value,
        "band": band.id if band else None,
        "grade": band.grade if band else None,
        "label": band.label if band else None,
        "coverage": score.coverage / 1000,
    }


def _horizon(grade: str, until: date | None) -> Json:
    return {"grade": grade, "until": until.isoformat() if until else None}


def _scorer(explanation: ScoreExplanation) -> Json:
    score = _score(explanation.score)
    return {
        "name": explanation.name,
        "on": explanation.on,
        "subject": explanation.subject,
        **{k: score[k] for k in ("score", "band", "grade", "coverage")},
        "steps": [_step(s) for s in explanation.steps],
    }


def _step(step: Step) -> Json:
    return {
        "phase": step.phase,
        "rule": step.rule,
        "outcome": step.outcome,
        "applied": step.applied,
        "amount": _number(step.amount),
        "before": _number(step.before),
        "after": _number(step.after),
        "because": step.because,
        "missing": list(step.missing),
        "evidence": list(step.evidence),
    }


def _points(outlook: Outlook) -> Json:
    return {
        name: [
            {
                "date": p.date.isoformat(),
                "score": p.score.value,
                "band": p.score.band.id if p.score.band else None,
            }
            for p in points
        ]
        for name, points in outlook.points.items()
    }


def _notice(notice: WatchNotice) -> Json:
    return {
        "horizon": notice.horizon,
        "priority": notice.priority,
        "text": notice.text,
        "trigger": notice.trigger,
        "due": notice.due,
        "owner": notice.owner,
        "rule": notice.rule,
    }


def _reach(line: ReachLine) -> Json:
    return {
        "id": line.peer,
        "reach": _number(line.points),
        "distance": line.distance,
        "path": list(line.path),
    }
