"""A small desk, scored by hand: the workspace, the results and the explanations of the tests.

The documents are those of a made-up country; nothing here is computed by the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from assay.model.results import ReachLine, Step, StepPhase
from tests.package import (
    AnyProfile,
    Band,
    Corpus,
    Explanation,
    Horizon,
    NextDate,
    Outlook,
    OutlookPoint,
    ProfileResult,
    Publisher,
    ReviewBy,
    Rulebook,
    Score,
    ScoreExplanation,
    Source,
    WatchNotice,
    WouldChange,
)

AS_OF = date(2026, 1, 1)
DIGEST = "5f0c2a9b71de"

RULEBOOK = Rulebook.model_validate(
    {
        "version": 1,
        "settings": {"as_of": "2026-01-01", "publish_by": "trust"},
        "scales": {
            "grades": [
                {"id": "a", "from": 0.90, "grade": "A", "label": "High — direct sources"},
                {"id": "ab", "from": 0.75, "grade": "A/B", "label": "Strong"},
                {"id": "bc", "from": 0.55, "grade": "B/C", "label": "Medium"},
                {"id": "cd", "from": 0.35, "grade": "C/D", "label": "Weak–medium"},
                {"id": "d", "from": 0.10, "grade": "D", "label": "Weak signal"},
                {
                    "id": "internal",
                    "from": 0.0,
                    "grade": "D",
                    "label": "Internal monitoring",
                    "publish": False,
                },
            ],
            "level": [
                {"id": "low", "from": 0.0, "grade": "Low", "label": "Low"},
                {"id": "medium", "from": 0.3, "grade": "Medium", "label": "Medium"},
                {"id": "high", "from": 0.6, "grade": "High", "label": "High"},
                {"id": "critical", "from": 0.85, "grade": "Critical", "label": "Critical"},
            ],
        },
        "scorers": [
            {
                "name": "strength",
                "on": "citation",
                "start": 0.0,
                "rules": [
                    {"id": "secondary", "add": 0.4, "because": "This is a secondary report."},
                    {"id": "first-hand", "add": 0.6, "because": "This is reported at first hand."},
                ],
            },
            {"name": "trust", "on": "claim", "start": 0.5},
            {
                "name": "trust",
                "on": "profile",
                "title": "Confidence",
                "describes": "How well the weakest key claim of the page is founded.",
                "scale": "grades",
                "start": 0.5,
            },
            {
                "name": "weight",
                "on": "profile",
                "title": "Impact",
                "describes": "Within our coverage: it measures what the desk has written.",
                "scale": "level",
                "start": 0.5,
            },
            {
                "name": "criticality",
                "on": "profile",
                "title": "Operational criticality",
                "scale": "level",
                "start": 0.5,
            },
            {
                "name": "sensitivity",
                "on": "profile",
                "title": "Policy sensitivity",
                "scale": "level",
                "start": 0.5,
            },
        ],
    }
)

_PROFILE: TypeAdapter[AnyProfile] = TypeAdapter(AnyProfile)


def band(scale: str, points: int) -> Band:
    """The band of a score on a scale of the rulebook."""
    return max(
        (b for b in RULEBOOK.scales[scale] if round(b.from_ * 1000) <= points),
        key=lambda b: b.from_,
    )


def score(points: int | None, scale: str | None = None, coverage: int = 900) -> Score:
    known = band(scale, points) if scale is not None and points is not None else None
    return Score(points, coverage, known)


def steps(
    *moves: tuple[StepPhase, str, int | None, int | None, str], **more: Any
) -> tuple[Step, ...]:
    """Steps from (phase, rule, amount, score after it, because); None as score: not applied."""
    made: list[Step] = []
    at = 0
    for phase, rule, amount, after, because in moves:
        applied = after is not None
        step = Step(
            phase=phase,
            rule=rule,
            outcome="true" if applied else "false",
            applied=applied,
            amount=amount,
            before=at,
            after=after if after is not None else at,
            because=because,
            **more.get(rule.replace("-", "_"), {}),
        )
        made.append(step)
        at = step.after or 0
    return tuple(made)


@dataclass
class Assessment:
    """Documents and hand-made scores, in the form the site is built from."""

    corpus: Corpus
    results: dict[str, ProfileResult] = field(default_factory=dict)
    explanations: dict[str, Explanation] = field(default_factory=dict)
    rulebook: Rulebook = RULEBOOK

    def score(
        self,
        profile_id: str,
        trust: int | None,
        levels: Sequence[int | None] = (420, 380, 640),
        sources: int = 0,
        independent: int = 0,
        **more: Any,
    ) -> None:
        """Give a profile its scores; ``more`` replaces fields of result and explanation."""
        scores = {"trust": score(trust, "grades", 820)}
        names = ("weight", "criticality", "sensitivity")
        scores |= {n: score(p, "level") for n, p in zip(names, levels, strict=True)}
        profile = self.corpus.profiles[profile_id]
        claims = {c.id: {"trust": score(trust)} for c in profile.claims}
        claims |= more.get("claims", {})
        outlook = more.get("outlook") or Outlook(Horizon(), None, {}, ())
        published = trust is not None and trust >= 100
        self.results[profile_id] = ProfileResult(
            profile_id, scores, claims, sources, independent, outlook, published
        )
        plain = ScoreExplanation(
            "trust",
            "profile",
            profile_id,
            scores["trust"],
            steps(("start", "start", trust, trust, "The score starts at this example.")),
        )
        self.explanations[profile_id] = Explanation(
            id=profile_id,
            as_of=AS_OF,
            summary=more.get("summary", f"The grade of {profile_id} rests on one report."),
            scorers=more.get("scorers", (plain,)),
            would_change=more.get("would_change", ()),
            outlook=outlook,
            upstream=more.get("upstream", ()),
            downstream=more.get("downstream", ()),
        )


def profile(data: dict[str, Any]) -> AnyProfile:
    return _PROFILE.validate_python(data)


def corpus(
    publishers: Sequence[dict[str, Any]],
    sources: Sequence[dict[str, Any]],
    profiles: Sequence[dict[str, Any]],
) -> Corpus:
    """Documents as mappings, validated and sorted as a workspace gives them."""
    return Corpus(
        publishers={
            p["id"]: Publisher.model_validate({"kind": "publisher", **p})
            for p in sorted(publishers, key=lambda p: p["id"])
        },
        sources={
            s["id"]: Source.model_validate({"kind": "source", **s})
            for s in sorted(sources, key=lambda s: s["id"])
        },
        profiles={p["id"]: profile(p) for p in sorted(profiles, key=lambda p: p["id"])},
    )


PUBLISHERS: list[dict[str, Any]] = [
    {
        "id": "harbour-post",
        "name": "The Harbour Post",
        "reliability": "B",
        "reliability_reason": "Corrections are printed, and few were needed.",
    },
    {"id": "tech-letter", "name": "Tech Letter"},
    {"id": "signal-digest", "name": "Signal Digest", "reliability": "D", "reliability_reason": "x"},
]

SOURCES: list[dict[str, Any]] = [
    {
        "id": "post-2024-01-29",
        "title": "More than 40 models cleared for the public",
        "publisher": "harbour-post",
        "url": "https://harbour.example/2024/models-cleared",
        "published": "2024-01-29",
        "accessed": "2025-11-02",
        "directness": "secondary",
        "attribution": "vague",
        "attributed_to": "media reports of the country",
        "language": "en",
    },
    {
        "id": "letter-2024-01-30",
        "title": "Forty models and counting",
        "publisher": "tech-letter",
        "url": "https://letter.example/forty?issue=12&page=3",
        "published": "2024-01-30",
        "directness": "secondary",
    },
    {
        "id": "digest-undated",
        "title": "模型获批 — a week in signals",
        "publisher": "signal-digest",
        "directness": "secondary",
        "language": "zh",
        "cites": ["post-2024-01-29"],
    },
    {
        "id": "office-interview",
        "title": "“Filing is not permission”: a talk with the office",
        "publisher": "harbour-post",
        "published": "2025-11",
        "directness": "first_hand",
    },
    {
        "id": "letter-withdrawn",
        "title": "Two hundred models refused",
        "publisher": "tech-letter",
        "published": "2024-02",
        "retracted": "2024-03-04",
        "directness": "secondary",
    },
    {
        "id": "letter-2024-02-02",
        "title": "Forty models and counting (corrected)",
        "publisher": "tech-letter",
        "published": "2024-02-02",
        "revises": "letter-2024-01-30",
        "directness": "secondary",
    },
    {
        "id": "post-2026-03",
        "title": "A piece from the future",
        "publisher": "harbour-post",
        "published": "2026-03-01",
        "directness": "first_hand",
    },
]

EVENT: dict[str, Any] = {
    "kind": "event",
    "id": "forty-models",
    "name": "More than 40 AI models are approved for public use",
    "type": "decision",
    "region": "Asia Pacific",
    "domain": "Governance",
    "topics": ["model approval", "large language models"],
    "basis": {"region": ["process-began"]},
    "affects": [
        {
            "on": "northern-search",
            "relation": "exposes",
            "criticality": "high",
            "claims": ["first-batch"],
        },
        {"on": "small-lab", "relation": "exposes", "claims": ["fourth-round"]},
    ],
    "depends_on": [
        {
            "on": "model-office",
            "relation": "decided_by",
            "criticality": "medium",
            "claims": ["model-office#filing-before-release"],
        }
    ],
    "claims": [
        {
            "id": "over-forty",
            "nature": "fact",
            "type": "figure",
            "section": "what_happened",
            "text": "Reports put approvals for public use above 40 within six months of the "
            "process starting.",
            "key": True,
            "holds": "dated",
            "as_of": "2024-01-29",
            "quantity": {
                "measure": "models approved",
                "value": 40,
                "qualifier": "more than",
                "unit": "models",
            },
            "sources": [
                {"id": "post-2024-01-29", "locator": "para 1"},
                "letter-2024-01-30",
                "digest-undated",
                {"id": "letter-withdrawn", "stance": "disputes", "credibility": 4},
            ],
        },
        {
            "id": "process-began",
            "nature": "fact",
            "type": "action",
            "section": "what_happened",
            "text": "The approval process began in August 2023.",
            "as_of": "2023-08",
            "sources": ["post-2024-01-29"],
        },
        {
            "id": "first-batch",
            "nature": "fact",
            "type": "action",
            "section": "what_happened",
            "text": "A first batch with models of Northern Search came soon after.",
            "key": True,
            "as_of": "2023-Q3",
            "sources": ["letter-2024-02-02"],
        },
        {
            "id": "fourth-round",
            "nature": "fact",
            "type": "figure",
            "section": "what_happened",
            "text": "A fourth round in January admitted 14 large language models, Small Lab's "
            "among them.",
            "key": True,
            "as_of": "2024-01",
            "quantity": {"measure": "models of the fourth round", "value": 14},
            "sources": ["post-2024-01-29", "letter-2024-01-30"],
        },
        {
            "id": "refusals",
            "nature": "attributed",
            "section": "context",
            "text": "Tech Letter wrote that two hundred models had been refused.",
            "sources": ["letter-withdrawn"],
        },
        {
            "id": "share-forty",
            "nature": "fact",
            "section": "where_sources_differ",
            "text": "The country held 40 per cent of 130 models when the first chatbot started.",
            "contradicts": ["share-undated"],
            "sources": ["post-2024-01-29"],
        },
        {
            "id": "share-undated",
            "nature": "fact",
            "section": "where_sources_differ",
            "text": "The country holds 40 per cent of the world's models.",
            "sources": ["digest-undated"],
        },
        {
            "id": "fast-release",
            "nature": "judgement",
            "text": "The pace shows fast release under state control.",
            "rests_on": ["over-forty", "same-measure", "secret-panel#panel-decides"],
        },
        {
            "id": "registration-only",
            "nature": "judgement",
            "text": "The count reflects registration, not vetting.",
            "alternative_to": "fast-release",
            "rests_on": ["model-office#filing-not-approval"],
        },
        {
            "id": "same-measure",
            "nature": "assumption",
            "text": "The 40 of 2024 and the later 700 filings measure the same thing.",
        },
        {
            "id": "hundred-by-summer",
            "nature": "forecast",
            "text": "The count passes one hundred before July 2026.",
            "likelihood": 0.7,
            "rests_on": ["over-forty"],
        },
        {
            "id": "opened",
            "nature": "judgement",
            "section": "why_it_matters",
            "text": "Public release needs approval, so the named recipients are exposed.",
            "rests_on": ["first-batch"],
        },
        {
            "id": "from-the-future",
            "nature": "fact",
            "text": "This is known only later.",
            "sources": ["post-2026-03"],
        },
    ],
    "gaps": [
        "The full list of approved models is not public.",
        "Nobody names the authority that approved them.",
    ],
    "image": {
        "src": "images/ruler.svg",
        "caption": "A drawn ruler with forty marks",
        "source_context": "Drawn by the desk for this page.",
        "relevance": "It shows the count the page is about.",
        "provenance": "Own drawing, no other rights.",
    },
}

OFFICE: dict[str, Any] = {
    "kind": "institution",
    "id": "model-office",
    "name": "Office for Model Oversight",
    "aliases": ["OMO", "模型办公室"],
    "type": "regulator",
    "domain": "Governance",
    "topics": ["AI governance"],
    "bottom_line": "oversees",
    "claims": [
        {
            "id": "oversees",
            "nature": "fact",
            "type": "mandate",
            "text": "The office is described as the body that oversees AI models.",
            "key": True,
            "holds": "standing",
            "checked": "2025-11-20",
            "sources": [{"id": "office-interview", "locator": "question 2", "credibility": 2}],
        },
        {
            "id": "filing-before-release",
            "nature": "fact",
            "type": "mandate",
            "section": "what_it_does",
            "text": "Models meant for the public must be filed before they are released.",
            "key": True,
            "holds": "standing",
            "sources": ["office-interview"],
        },
        {
            "id": "filing-not-approval",
            "nature": "attributed",
            "section": "where_sources_differ",
            "type": "view",
            "text": "By its own account filing is transparency and not permission.",
            "contradicts": ["forty-models#over-forty"],
            "sources": [{"id": "office-interview", "directness": "self_report"}],
        },
    ],
    "gaps": ["Seat, parent body and powers are not stated anywhere."],
}

SEARCH: dict[str, Any] = {
    "kind": "institution",
    "id": "northern-search",
    "name": "Northern Search and Advertising Company of the Eight Provinces",
    "type": "company",
    "region": "Asia Pacific",
    "base": "Northport",
    "depends_on": [
        {
            "on": "model-office",
            "relation": "regulated_by",
            "criticality": "high",
            "claims": ["must-file"],
            "valid_from": "2023-08",
        },
        {"on": "secret-panel", "relation": "answers_to", "criticality": "high"},
    ],
    "claims": [
        {
            "id": "must-file",
            "nature": "fact",
            "text": "Northern Search files its models with the office.",
            "key": True,
            "type": "relation",
            "sources": ["office-interview"],
        }
    ],
}

LAB: dict[str, Any] = {
    "kind": "institution",
    "id": "small-lab",
    "name": "Small Lab",
    "depends_on": [
        {"on": "northern-search", "relation": "supplied_by", "criticality": "low"},
    ],
    "claims": [
        {
            "id": "lab-approved",
            "nature": "fact",
            "text": "Small Lab is named among the recipients of the fourth round.",
            "key": True,
            "sources": ["letter-2024-01-30"],
        }
    ],
}

PANEL: dict[str, Any] = {
    "kind": "institution",
    "id": "secret-panel",
    "name": "Canary Panel of the Unpublished",
    "region": "Canary region",
    "topics": ["canary topic"],
    "depends_on": [{"on": "model-office", "relation": "canary_of", "criticality": "high"}],
    "claims": [
        {
            "id": "panel-decides",
            "nature": "fact",
            "text": "The canary panel decides in the end.",
            "key": True,
            "sources": ["letter-2024-01-30"],
        }
    ],
    "gaps": ["The canary panel has no address."],
    "watch": [{"text": "The canary sings."}],
}


def sample() -> Assessment:
    """The desk the golden pages show."""
    desk = Assessment(corpus(PUBLISHERS, SOURCES, [EVENT, OFFICE, SEARCH, LAB, PANEL]))
    _score_event(desk)
    _score_office(desk)
    desk.score("northern-search", 700, sources=1, independent=1)
    desk.score("small-lab", 250, (120, None, 90), sources=1)
    desk.score("secret-panel", 50)
    return desk


def _line(*scores: tuple[date, int], scale: str) -> tuple[OutlookPoint, ...]:
    return tuple(OutlookPoint(day, score(points, scale)) for day, points in scores)


def _score_event(desk: Assessment) -> None:
    quarter, year = date(2026, 4, 1), date(2027, 1, 1)
    trust = score(450, "grades", 820)
    claims = {
        "over-forty": {"trust": score(540)},
        "first-batch": {"trust": score(450)},
        "fourth-round": {"trust": score(540)},
    }
    subject = "forty-models#first-batch"
    explained = (
        ScoreExplanation(
            "trust",
            "profile",
            "forty-models",
            trust,
            steps(
                (
                    "pool",
                    "pool",
                    450,
                    450,
                    "The weakest of 3 key claims is this one.",
                ),
                ("cap", "provisional", 890, None, "Under 60% of it is known."),
                pool={
                    "evidence": (subject, "forty-models#over-forty", "forty-models#fourth-round")
                },
            ),
        ),
        ScoreExplanation(
            "weight",
            "profile",
            "forty-models",
            score(640, "level"),
            steps(
                ("pool", "pool", 600, 600, "The strongest of 3 profiles is secret-panel."),
                ("add", "widely-reported", 40, 640, "Several outlets have reported it."),
                pool={"evidence": ("northern-search", "small-lab", "secret-panel")},
            ),
        ),
        ScoreExplanation(
            "trust",
            "claim",
            subject,
            score(450),
            steps(
                ("start", "start", 480, 480, "The score is computed from the support."),
                ("multiply", "disputed", 0, None, "A source disputes it."),
                ("add", "tone", 120, 600, "The date is given to the quarter."),
                ("cap", "original-unseen", 450, 450, "We have not seen the original report."),
                original_unseen={
                    "missing": ("source.attribution",),
                    "evidence": ("letter-2024-02-02",),
                },
            ),
        ),
        ScoreExplanation(
            "strength",
            "citation",
            f"{subject}@letter-2024-02-02",
            score(400),
            steps(
                ("start", "start", 0, 0, "The score starts at 0."),
                (
                    "add",
                    "secondary",
                    400,
                    400,
                    "It is a secondary report and names what it draws on.",
                ),
            ),
        ),
    )
    outlook = Outlook(
        horizon=Horizon(
            NextDate(date(2026, 3, 31), "2026-Q1", "watch", "1", "Another batch", ("forty",)),
            ReviewBy(date(2026, 8, 1), 180, date(2026, 2, 2), None, "severity", "unknown"),
            "this quarter",
        ),
        until=date(2026, 8, 1),
        points={
            "trust": _line((AS_OF, 450), (quarter, 420), (year, 330), scale="grades"),
            "weight": _line((AS_OF, 640), (quarter, 640), (year, 640), scale="level"),
        },
        watch=(
            WatchNotice(
                "high",
                "The original report, or an official list of the approved models.",
                trigger="a list with names",
                owner="Asia desk",
            ),
            WatchNotice("medium", "Another batch; no date is known", due="2026-Q1"),
            WatchNotice(None, "A tally that can be set beside this one", due="2026-12-31"),
        ),
    )
    desk.score(
        "forty-models",
        450,
        (640, 380, 700),
        sources=4,
        independent=2,
        claims=claims,
        outlook=outlook,
        scorers=explained,
        summary="Four publications carry the count, but nobody has seen the original; "
        "the office's own list would raise it to A/B.",
        would_change=(
            WouldChange("trust", band("grades", 600), "read the original", 2, 600, "upgrade"),
            WouldChange(
                "trust", band("grades", 850), "cite a record of the office", 5, 850, "upgrade"
            ),
            WouldChange(
                "trust", band("grades", 200), "lose the Post's report", 1, 200, "downgrade"
            ),
            WouldChange("weight", band("level", 860), "find a third recipient", 3, 860, "upgrade"),
        ),
        downstream=(
            ReachLine("northern-search", 800, 1, ("forty-models", "northern-search")),
            ReachLine("secret-panel", 300, 2, ("forty-models", "northern-search", "secret-panel")),
        ),
        upstream=(ReachLine("model-office", 500, 1, ("forty-models", "model-office")),),
    )


def _score_office(desk: Assessment) -> None:
    trust = score(540, "grades", 760)
    desk.score(
        "model-office",
        540,
        (900, 860, None),
        sources=1,
        independent=1,
        outlook=Outlook(Horizon(), None, {"trust": _line((AS_OF, 540), scale="grades")}, ()),
        scorers=(
            ScoreExplanation(
                "trust",
                "profile",
                "model-office",
                trust,
                steps(
                    (
                        "start",
                        "start",
                        700,
                        700,
                        "The score is computed from one first-hand report.",
                    ),
                    ("cap", "one-origin", 540, 540, "Its only source is one interview."),
                ),
            ),
        ),
        summary="One first-hand interview carries it; a second origin would raise it.",
        downstream=(
            ReachLine("northern-search", 800, 1, ("model-office", "northern-search")),
            ReachLine("small-lab", 80, 2, ("model-office", "northern-search", "small-lab")),
        ),
    )


def renamed(desk: Assessment, profile_id: str, **changes: Any) -> Assessment:
    """The desk with fields of one profile replaced."""
    profiles = dict(desk.corpus.profiles)
    data = profiles[profile_id].model_dump(by_alias=True, exclude_defaults=True)
    profiles[profile_id] = profile({**data, "kind": profiles[profile_id].kind, **changes})
    return replace(desk, corpus=desk.corpus.with_profiles(profiles))
