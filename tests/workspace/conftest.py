from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.package import Workspace

RULES = """\
version: 1
settings: {as_of: 2026-01-01}
audiences: [public, internal]
scorers:
  - name: strength
    on: citation
    rules:
      - {id: record, when: 'citation.directness == "record"', add: 0.85, because: a record}
vocabularies:
  types: {institution: {regulator: sets rules, company: }}
  regions: {Asia Pacific: , North: , United States: }
  relations:
    {part_of: is a unit of it, bound_by: , decided_by: , led_by: , moved: , paid_by: }
factors:
  scales:
    severity: {words: {low: 0.3, high: 0.8}}
    share: {words: {under 5 %: 0.1, over 50 %: 0.9}}
    time: {words: {days: 0.25, months: 0.6}}
  asked:
    institution: {severity: severity, market_share: share}
    event: {severity: severity, duration: time}
  not_asked: {market_share: [regulator]}
"""

MakeWorkspace = Callable[..., Workspace]


@pytest.fixture
def make_workspace(tmp_path: Path) -> MakeWorkspace:
    """A workspace from files by name below ``profiles/``."""

    def make(files: dict[str, str | bytes], rules: str = RULES) -> Workspace:
        (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
        (tmp_path / "profiles").mkdir(exist_ok=True)
        for name, content in files.items():
            path = tmp_path / "profiles" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode("utf-8") if isinstance(content, str) else content
            path.write_bytes(data)
        return Workspace.find(tmp_path)

    return make
