"""A workspace made to break its pages: markup, long words, every script, a lot of everything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ryaml

from assay.pipeline import build as build_pages
from tests.cli.workspaces import RULES
from tests.package import Workspace, assess, check

MARKUP = "</title><script>alert(1)</script><b onclick='x'>&amp; \"{{ 7*7 }}\" <!-- -->"
WORD = "x" * 280  # a line has at most 300 characters, a text 4,000; more is refused
LONG_WORD = "x" * 3_900
EMOJI = "The 👩‍👩‍👧‍👦 of 🏴󠁧󠁢󠁳󠁣󠁴󠁿 reported 3 🚢."
RIGHT_TO_LEFT = "אבגד 12 و مكتب الميناء 2025"

SOURCES, NEIGHBOURS, TOPICS = 500, 2_000, 250


def institution(profile_id: str, name: str, text: str, **more: Any) -> dict[str, Any]:
    claim = {
        "id": "key",
        "nature": "fact",
        "text": text,
        "key": True,
        "holds": "dated",
        "as_of": "2025-03",
        "sources": ["source-1", "source-2"],
    }
    return {"kind": "institution", "id": profile_id, "name": name, "claims": [claim], **more}


def documents() -> list[dict[str, Any]]:
    """Every text of the first four is hostile; the others are many, or depend on each other."""
    texts = {"markup": MARKUP, "long": WORD, "emoji": EMOJI, "right-to-left": RIGHT_TO_LEFT}
    documents: list[dict[str, Any]] = [
        {
            "kind": "source",
            "id": f"source-{n}",
            "title": f"{list(texts.values())[n % 4]} {n}",
            "publisher": ("markup-press", "long-press")[n % 2],
            "published": "2025-03-02",
            "directness": "record",
        }
        for n in range(1, SOURCES + 1)
    ]
    documents += [
        {"kind": "publisher", "id": f"{name}-press", "name": texts[name]}
        for name in ("markup", "long")
    ]
    documents += [
        institution(
            name,
            text,
            f"In 2025 {LONG_WORD if name == 'long' else text}",
            aliases=[text],
            gaps=[LONG_WORD if name == "long" else text],
            watch=[{"text": text, "due": "2026-03-01", "trigger": text}],
        )
        for name, text in texts.items()
    ]
    many = institution("many-sources", "Bearer of Many Sources", "It filed 500 reports in 2025.")
    many["claims"][0]["sources"] = [f"source-{n}" for n in range(1, SOURCES + 1)]
    documents.append(many)
    documents += [institution("hub", "Hub of All", "In 2025 it served 2,000 bodies.")]
    documents += [
        institution(
            f"spoke-{n}",
            f"Spoke {n}",
            f"Spoke {n} used the hub in 2025.",
            topics=["spokes", f"topic {n}"] if n < TOPICS else [],
            watch=[{"text": f"Spoke {n} leaves the hub.", "due": "2026-03-01"}] * (n < TOPICS),
            depends_on=[
                {"on": "hub", "relation": "part_of", "criticality": "high", "claims": ["key"]}
            ],
        )
        for n in range(NEIGHBOURS)
    ]
    documents += [
        institution(
            f"ring-{n}",
            f"Ring {n}",
            f"Ring {n} relied on the next in 2025.",
            depends_on=[
                {
                    "on": f"ring-{(n + 1) % 3}",
                    "relation": "supplied_by",
                    "criticality": "high",
                    "claims": ["key"],
                }
            ],
        )
        for n in range(3)
    ]
    return documents


def build(root: Path) -> Path:
    """The site of the hostile documents, in a folder of ``root``."""
    (root / "rules.yaml").write_text(RULES, "utf-8")
    (root / "profiles").mkdir()
    return site_with(root, documents())


def site_with(root: Path, added: Iterable[dict[str, Any]]) -> Path:
    """The site of the workspace at ``root`` with documents added, in a folder of it."""
    (root / "profiles" / "added.yaml").write_text(
        "---\n".join(ryaml.dumps(d) for d in added), "utf-8"
    )
    checked = check(Workspace.find(root))
    assert checked.errors == ()
    rulebook = checked.loaded.rulebook
    assert rulebook is not None
    assert rulebook.settings.as_of is not None
    build_pages(assess(checked, rulebook.settings.as_of), root / "site")
    return root / "site"
