"""A small workspace on disk whose grades a test can move, and what was decided about them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import ryaml
from click.testing import CliRunner, Result

from assay.review import actions
from assay.review.queue import Limits
from tests.package import (
    Assessment,
    Decision,
    Draft,
    Review,
    Session,
    Signature,
    Workspace,
    append,
    assess,
    check,
    lock_bytes,
    lock_of,
    read_lock,
    require_ledger,
)

AS_OF = date(2026, 1, 15)
TODAY = date(2026, 2, 2)
NOON = datetime.combine(TODAY, time(12), UTC)
ANN = Signature("Ann Example", TODAY)
BEN = Signature("Ben Example", TODAY)

RULES: dict[str, Any] = {
    "version": 1,
    "settings": {"as_of": "2026-01-15", "publish_by": "trust"},
    "scales": {
        "trust": [
            {"id": "high", "from": 0.75, "grade": "High", "label": "High"},
            {"id": "good", "from": 0.55, "grade": "Good", "label": "Good"},
            {"id": "fair", "from": 0.35, "grade": "Fair", "label": "Fair"},
            {"id": "low", "from": 0.1, "grade": "Low", "label": "Low"},
            {"id": "none", "from": 0.0, "grade": "Low", "label": "Watch", "publish": False},
        ]
    },
    "scorers": [
        {
            "name": "strength",
            "on": "citation",
            "rules": [
                {
                    "id": word,
                    "when": f'citation.directness == "{word}"',
                    "add": amount,
                    "because": f"it is a {word}",
                }
                for word, amount in (("record", 0.8), ("first_hand", 0.6), ("secondary", 0.3))
            ],
        },
        {
            "name": "trust",
            "on": "claim",
            "pool": {
                "over": "citations",
                "where": 'it.stance == "supports"',
                "take": "it.strength",
                "by": "it.source.id",
                "combine": "noisy_or",
                "empty": 0.0,
            },
            "rules": [
                {
                    "id": "fading",
                    "when": 'claim.holds == "standing"',
                    "multiply": "max(0.8, half_life(claim.checked_days, 2000))",
                    "because": "it fades",
                    "on_unknown": "ignore",
                },
                {
                    "id": "two-sources",
                    "when": "citations.size() < 2",
                    "cap": 0.7,
                    "because": "one source alone",
                    "on_unknown": "apply",
                },
                {
                    "id": "opinion",
                    "when": 'claim.nature == "judgement"',
                    "cap": 0.4,
                    "because": "it is concluded",
                    "on_unknown": "apply",
                },
            ],
        },
        {
            "name": "trust",
            "on": "profile",
            "scale": "trust",
            "pool": {
                "over": "claims",
                "where": "it.key",
                "take": "it.trust",
                "combine": "min",
                "empty": "unknown",
            },
        },
    ],
}
for _scorer in RULES["scorers"]:
    for _rule in _scorer.get("rules", ()):
        _rule["id"] = _rule["id"].replace("_", "-")

PUBLISHERS: list[dict[str, Any]] = [
    {"kind": "publisher", "id": "gazette", "name": "The Gazette"},
    {"kind": "publisher", "id": "letter", "name": "The Letter"},
]


def source(id_: str, directness: str = "first_hand", **more: Any) -> dict[str, Any]:
    return {
        "kind": "source",
        "id": id_,
        "title": f"Report {id_}",
        "publisher": "gazette",
        "published": "2025-12-01",
        "directness": directness,
        **more,
    }


def claim(id_: str, *sources: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "nature": "fact",
        "text": f"The claim {id_} is made.",
        "key": True,
        "holds": "dated",
        "as_of": "2025-11-01",
        "sources": list(sources),
        **more,
    }


def profile(id_: str, *claims: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": "institution",
        "id": id_,
        "name": id_.replace("-", " ").title(),
        "claims": list(claims),
        "gaps": ["Nobody knows its size."],
        "watch": [{"text": "Its annual report."}],
        **more,
    }


class Office:
    """A workspace that a test writes, edits, scores and reviews."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rules = deepcopy(RULES)
        self.documents: dict[str, dict[str, Any]] = {p["id"]: p for p in deepcopy(PUBLISHERS)}
        self.files: dict[str, str] = {}
        (root / "profiles").mkdir(parents=True)

    def put(self, *documents: dict[str, Any], file: str | None = None) -> None:
        """Write documents, in the place of those with their ids, into a file of their own."""
        self.documents |= {d["id"]: deepcopy(d) for d in documents}
        self.files |= {d["id"]: file for d in documents if file is not None}

    def file_of(self, id_: str) -> str:
        return f"profiles/{self.files.get(id_, 'all.yaml')}"

    def drop(self, id_: str) -> None:
        del self.documents[id_]

    def edit_rule(self, key: str, **fields: Any) -> None:
        """Change a rule by ``on.scorer.rule``."""
        on, name, rule_id = key.split(".")
        scorer = next(s for s in self.rules["scorers"] if (s["on"], s["name"]) == (on, name))
        next(r for r in scorer["rules"] if r["id"] == rule_id).update(fields)

    @property
    def ledger(self) -> Path:
        return self.root / "reviews.jsonl"

    def write(self) -> None:
        text = ryaml.dumps(self.rules)
        (self.root / "rules.yaml").write_text(text, encoding="utf-8")
        files: dict[str, list[str]] = {"profiles/all.yaml": []}
        for id_, document in self.documents.items():
            files.setdefault(self.file_of(id_), []).append(ryaml.dumps(document))
        for file, texts in files.items():
            (self.root / file).write_text("---\n".join(texts), encoding="utf-8")

    def desk(self, as_of: date = AS_OF) -> Assessment:
        self.write()
        return assess(check(Workspace(self.root), as_of), as_of)

    def apply(self) -> None:
        """Take the grades as they are now into the lock."""
        (self.root / "grades.lock").write_bytes(lock_bytes(lock_of([self.desk()])))

    def review(self, as_of: date = AS_OF, *, near: int = 0, coverage: int = 600) -> Review:
        """The queue as it is now; by default nothing is close to a boundary."""
        return Review(
            self.desk(as_of),
            require_ledger(self.ledger),
            read_lock(self.root / "grades.lock"),
            Limits(near, coverage),
            {id_: self.file_of(id_) for id_ in self.documents},
        )

    def decide(self, make: Callable[[Review], Draft]) -> Decision:
        """Make a decision on the desk as it is now, and write it down."""
        review = self.review()
        return append(self.ledger, make(review), review.ledger)

    def override(self, profile_id: str, grade: str, by: Signature = ANN, **more: Any) -> Decision:
        fields = {"scorer": "trust", "grade": grade, "reason": "we know better", **more}
        return self.decide(lambda r: actions.override(r, by, profile_id, **fields))

    def run(self, *args: str, input_: str | None = None, as_of: date | None = None) -> Result:
        """A review command, run as on the fixed day."""
        from assay.cli.review import review_command

        self.write()
        session = Session(self.root, as_of, None, lambda: NOON)
        return CliRunner().invoke(review_command, list(args), obj=session, input=input_)
