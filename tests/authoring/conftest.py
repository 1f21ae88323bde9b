from __future__ import annotations

from pathlib import Path

import pytest

from tests.package import Loaded, Workspace, load_workspace

RULES = """\
version: 1
scorers:
  - name: strength
    on: citation
    rules:
      - {id: record, when: 'citation.directness == "record"', add: 0.85, because: a record}
"""

PROFILE = """\
# The port, as far as we know it.
kind: institution
id: port
name: Puerto de Málaga   # as it calls itself
aliases: [The Port, 港口]
claims:
  - id: quays
    nature: fact
    text: It has four quays.
    key: true
    holds: dated
    sources: [record-1]  # the only one
  # A view.
  - id: crowded
    nature: judgement
    text: It is crowded.
    rests_on: [quays]
"""

SOURCES = """\
kind: source
id: record-1
title: Register of harbours
url: https://www.Example.org/reports/2024/?b=2&a=1&utm_source=mail
---
kind: source
id: article
title: Más quays
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "profiles" / "institutions").mkdir(parents=True)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "profiles/institutions/port.yaml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "profiles/sources.yaml").write_text(SOURCES, encoding="utf-8")
    return Workspace.find(tmp_path)


@pytest.fixture
def loaded(workspace: Workspace) -> Loaded:
    return load_workspace(workspace)


def contents(workspace: Workspace) -> dict[str, bytes]:
    """Every file of the workspace, to see that nothing was written."""
    return {
        str(path.relative_to(workspace.root)): path.read_bytes()
        for path in sorted(workspace.root.rglob("*"))
        if path.is_file() and ".assay" not in path.parts
    }
