"""A small workspace on disk, whose every input a test can move by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import ryaml

from assay.plan.plan import Change
from tests.package import Assessment, Lock, Plan, Workspace, assess_all, check, lock_of, make_plan

RULES: dict[str, Any] = {
    "version": 1,
    "settings": {"as_of": "2026-01-15", "publish_by": "trust"},
    "scales": {
        "trust": [
            {"id": "high", "from": 0.6, "grade": "High", "label": "High"},
            {"id": "fair", "from": 0.3, "grade": "Fair", "label": "Fair"},
            {"id": "low", "from": 0.0, "grade": "Low", "label": "Low", "publish": False},
        ]
    },
    "scorers": [
        {
            "name": "strength",
            "on": "citation",
            "rules": [
                {
                    "id": "record",
                    "when": 'citation.directness == "record"',
                    "add": 0.8,
                    "because": "a record",
                },
                {
                    "id": "first-hand",
                    "when": 'citation.directness == "first_hand"',
                    "add": 0.5,
                    "because": "first hand",
                },
                {
                    "id": "secondary",
                    "when": 'citation.directness == "secondary"',
                    "add": 0.2,
                    "because": "a secondary report",
                },
            ],
        },
        {
            "name": "trust",
            "on": "claim",
            "pool": {
                "over": "citations",
                "take": "it.strength",
                "by": "it.source.id",
                "combine": "noisy_or",
                "empty": 0.0,
            },
            "rules": [
                {
                    "id": "fading",
                    "when": 'claim.holds == "standing"',
                    "multiply": "half_life(claim.checked_days, 400)",
                    "because": "it fades",
                    "on_unknown": "ignore",
                },
                {"id": "ceiling", "cap": 0.95, "because": "nothing is certain"},
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
        {
            "name": "leaning",
            "on": "profile",
            "scale": "trust",
            "pool": {
                "over": "dependencies",
                "take": "it.peer.trust",
                "combine": "max",
                "empty": 0.0,
            },
        },
        {
            "name": "felt",
            "on": "profile",
            "scale": "trust",
            "pool": {
                "over": "downstream",
                "take": "it.reach",
                "combine": "noisy_or",
                "empty": 0.0,
            },
        },
    ],
}


def _profile(name: str, source: str, depends_on: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "kind": "institution",
        "id": name,
        "name": f"The {name}",
        "depends_on": [{"on": d, "relation": "part_of", "criticality": "high"} for d in depends_on],
        "claims": [
            {
                "id": "stands",
                "nature": "fact",
                "holds": "standing",
                "text": f"The {name} stands.",
                "key": True,
                "sources": [source],
            }
        ],
    }


def _source(name: str, directness: str) -> dict[str, Any]:
    return {
        "kind": "source",
        "id": name,
        "title": f"About {name}",
        "published": "2025-12-01",
        "directness": directness,
    }


@dataclass(frozen=True)
class Office:
    """The documents and the rulebook of the workspace, as plain data."""

    rules: dict[str, Any] = field(default_factory=lambda: RULES)
    documents: tuple[dict[str, Any], ...] = (
        _source("mill-paper", "first_hand"),
        _source("weir-paper", "first_hand"),
        _source("lock-paper", "secondary"),
        _profile("weir", "weir-paper"),
        _profile("mill", "mill-paper", ["weir"]),
        _profile("sluice", "lock-paper"),
    )

    def document(self, name: str) -> dict[str, Any]:
        return next(d for d in self.documents if d["id"] == name)

    def with_document(self, name: str, /, **fields: Any) -> Office:
        """The office with fields of a document changed."""
        changed = tuple({**d, **fields} if d["id"] == name else d for d in self.documents)
        return replace(self, documents=changed)

    def with_claim(self, name: str, **fields: Any) -> Office:
        """The office with fields of a profile's only claim changed."""
        claim = {**self.document(name)["claims"][0], **fields}
        return self.with_document(name, claims=[claim])

    def without(self, name: str) -> Office:
        return replace(self, documents=tuple(d for d in self.documents if d["id"] != name))

    def adding(self, document: dict[str, Any]) -> Office:
        return replace(self, documents=(*self.documents, document))

    def with_rule(self, key: str, **fields: Any) -> Office:
        """The office with fields of the rule ``on.scorer.rule`` changed."""
        on, scorer, rule = key.split(".")
        scorers = [
            {
                **s,
                "rules": [{**r, **fields} if r["id"] == rule else r for r in s.get("rules", [])],
            }
            if (s["on"], s["name"]) == (on, scorer)
            else s
            for s in self.rules["scorers"]
        ]
        return replace(self, rules={**self.rules, "scorers": scorers})

    def with_part(self, **parts: Any) -> Office:
        return replace(self, rules={**self.rules, **parts})

    def written(self, folder: Path) -> Workspace:
        """The workspace with these files; a lock that is there stays."""
        (folder / "profiles").mkdir(parents=True, exist_ok=True)
        (folder / "rules.yaml").write_text(ryaml.dumps(self.rules), encoding="utf-8")
        text = "".join("---\n" + ryaml.dumps(d).removeprefix("---\n") for d in self.documents)
        (folder / "profiles" / "all.yaml").write_text(text, encoding="utf-8")
        return Workspace(folder.resolve())

    def desks(self, folder: Path, as_of: date = date(2026, 1, 15)) -> tuple[Assessment, ...]:
        return assess_all(check(self.written(folder)), as_of)

    def lock(self, folder: Path, as_of: date = date(2026, 1, 15)) -> Lock:
        return lock_of(self.desks(folder, as_of))


def planned(
    before: Office,
    after: Office,
    folder: Path,
    then: date = date(2026, 1, 15),
    now: date = date(2026, 1, 15),
) -> Plan:
    """What applying ``after`` would change where ``before`` was applied."""
    return make_plan(before.lock(folder, then), after.desks(folder, now))


def change(plan: Plan, profile: str, scorer: str) -> Change:
    return next(c for c in plan.changes if (c.id, c.scorer) == (profile, scorer))


def brought_about(change: Change) -> dict[str, tuple[int | None, tuple[str, ...]]]:
    """By kind of cause its amount and what it names."""
    return {c.kind: (c.amount, c.refs) for c in change.causes}
