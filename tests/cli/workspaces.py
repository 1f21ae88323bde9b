"""Small workspaces on disk, written in the words of the domain."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

RULES = """\
version: 1
settings: {as_of: 2026-01-15, publish_by: trust}
audiences: [public, desk]
scales:
  grade:
    - {id: good, from: 0.50, grade: Good, label: Well supported}
    - {id: thin, from: 0.00, grade: Thin, label: Not published, publish: false}
scorers:
  - name: support
    on: claim
    rules:
      - {id: cited, when: 'citations.size() > 0', add: 0.40, because: somebody reports it}
      - {id: twice, when: 'citations.size() > 1', add: 0.30, because: two sources agree}
  - name: trust
    on: profile
    scale: grade
    pool: {over: claims, where: it.key, take: it.support, combine: min, empty: unknown}
"""

EVIDENCE = """\
kind: publisher
id: harbour-gazette
name: Harbour Gazette
---
kind: source
id: gazette-march
title: Berths counted
publisher: harbour-gazette
published: 2025-03-02
directness: first_hand
---
kind: source
id: port-ledger
title: Ledger of berths
published: 2025-03
directness: record
"""

PROFILE = """\
kind: institution
id: port-office
name: Port Office
claims:
  - id: twelve-berths
    nature: fact
    text: The harbour has twelve berths.
    key: true
    holds: dated
    as_of: 2025-03
    sources: [gazette-march, port-ledger]
gaps: [Who owns the berths.]
watch:
  - {text: The next count of berths., trigger: A new ledger.}
"""


def write_workspace(root: Path, **profiles: str) -> Path:
    """A workspace with the rules and evidence above, and a file for each profile given."""
    folder = root / "profiles"
    folder.mkdir(parents=True)
    (root / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "evidence.yaml").write_text(EVIDENCE, encoding="utf-8")
    for name, text in (profiles or {"port_office": PROFILE}).items():
        (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    return root
