"""What ``assay review``, ``assay publishers`` and ``assay track-record`` print as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.review.decisions import Decision
from assay.review.effective import OverrideRate, Ruling, override_rates
from assay.review.packing import RowReport
from assay.review.publishers import Reversal, Standing
from assay.review.queue import Item, Queue, Review
from assay.review.track import Share, Tally, TrackRecord

Json = dict[str, Any]


def queue_json(review: Review, queue: Queue) -> Json:
    """What ``assay review list`` prints."""
    return {
        "as_of": review.desk.as_of.isoformat(),
        "audience": review.desk.audience,
        "locked": review.lock is not None,
        "profiles": list(queue.profiles),
        "settled": queue.settled,
        "groups": [
            {"name": g.name, "matter": g.matter, "items": [_item(i) for i in g.items]}
            for g in queue.groups
        ],
        "overrides": [_rate(r) for r in override_rates(review.desk, review.effective)],
    }


def profile_json(review: Review, profile_id: str) -> Json:
    """What ``assay review show`` adds to the explanation of a profile."""
    result = review.desk.results.get(profile_id)
    scores = result.scores if result else {}
    rulings = {k[1]: r for k, r in review.effective.rulings.items() if k[0] == profile_id}
    return {
        "id": profile_id,
        "grades": [
            {
                "scorer": name,
                "score": score.value,
                "computed": _band(score.band),
                "effective": _effective(review, profile_id, name),
                "overrides": [_ruling(r) for r in rulings.get(name, ())],
            }
            for name, score in scores.items()
        ],
        "open": [_item(i) for i in review.queue.of(profile_id)],
        "decisions": [
            {**decision_json(d), "revoked": d.id in review.ledger.revoked}
            for d in review.decisions_on(profile_id)
        ],
    }


def decision_json(decision: Decision) -> Json:
    """A decision as the ledger holds it."""
    return decision.model_dump(mode="json", exclude_none=True)


def rows_json(reports: Sequence[RowReport]) -> Json:
    """What ``assay review import`` prints."""
    return {
        "rows": [
            {
                "row": r.row,
                "status": r.status,
                "subject": r.subject,
                "message": r.message,
                "decision": r.decision,
            }
            for r in reports
        ]
    }


def track_record_json(record: TrackRecord) -> Json:
    """What ``assay track-record`` prints."""
    forecasts = record.forecasts
    return {
        "scorer": record.scorer,
        "bands": [_tally(t, "label") for t in record.bands],
        "forecasts": {
            "decided": forecasts.decided,
            "undecidable": forecasts.undecidable,
            "brier": _rounded(forecasts.brier),
            "brier_of_base_rate": _rounded(forecasts.base),
            "reliability": [
                {"from": b.low, "to": b.high, "stated": _rounded(b.stated), **_share(b.share)}
                for b in forecasts.bins
            ],
        },
        "publishers": [_tally(t, "reliability") for t in record.publishers],
    }


def publishers_json(found: Sequence[Standing], against: Sequence[Reversal]) -> Json:
    """What ``assay publishers`` prints."""
    return {
        "publishers": [
            {
                "id": s.publisher.id,
                "name": s.publisher.name,
                "family": s.publisher.owner,
                "reliability": s.rating or None,
                "reliability_date": str(s.publisher.reliability_date or "") or None,
                "reliability_reason": s.publisher.reliability_reason,
                "sources": s.sources,
                "claims": s.claims,
                **_share(s.share),
                "undecidable": s.undecidable,
            }
            for s in found
        ],
        "reversals": [
            {"better": r.better.publisher.id, "worse": r.worse.publisher.id} for r in against
        ],
    }


def _item(item: Item) -> Json:
    return {
        "profile": item.profile,
        "scorer": item.scorer,
        "claim": item.claim,
        "matter": item.matter,
        "detail": item.detail,
        "grounds": item.grounds,
        "decision": item.decision,
        "assigned": item.assigned,
    }


def _ruling(ruling: Ruling) -> Json:
    return {
        "decision": ruling.decision.id,
        "band": _band(ruling.band),
        "reviewer": ruling.decision.reviewer,
        "date": ruling.decision.date.isoformat(),
        "reason": ruling.decision.reason,
        "code": ruling.decision.code,
        "until": ruling.decision.until.isoformat() if ruling.decision.until else None,
        "status": ruling.status,
        "why": ruling.why,
        "seconded_by": ruling.seconded_by,
    }


def _effective(review: Review, profile_id: str, scorer: str) -> Json | None:
    ruling = review.effective.ruling(profile_id, scorer)
    return _band(ruling.band if ruling else review.desk.results[profile_id].scores[scorer].band)


def _band(band: Any) -> Json | None:
    return None if band is None else {"band": band.id, "grade": band.grade}


def _rate(rate: OverrideRate) -> Json:
    return {
        "scorer": rate.scorer,
        "rated": rate.rated,
        "overridden": rate.overridden,
        "rate": _rounded(rate.overridden / rate.rated) if rate.rated else None,
        "codes": dict(rate.codes),
    }


def _tally(tally: Tally, note: str) -> Json:
    return {
        "id": tally.id,
        "name": tally.name,
        note: tally.note,
        **_share(tally.share),
        "undecidable": tally.undecidable,
    }


def _share(share: Share) -> Json:
    low, high = share.interval or (None, None)
    return {
        "held": share.held,
        "decided": share.decided,
        "share": _rounded(share.value),
        "low": _rounded(low),
        "high": _rounded(high),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
