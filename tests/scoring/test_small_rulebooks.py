"""A rulebook may be as small as one scorer with one rule, and a workspace empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.package import Assessment, Workspace, assess, check, explanation_json, scores_json
from tests.strategies import AS_OF, ROOT

ONE_RULE = """\
scorers:
  - name: covered
    on: profile
    rules:
      - {id: cited, when: citations.size() > 0, add: 0.5, because: 'cites {citations.size()}'}
"""

ONE_CLAIM_RULE = """\
scorers:
  - name: aged
    on: claim
    rules:
      - {id: old, when: claim.checked_days > 30, add: 0.25, because: '{claim.checked_days} days'}
"""

DOCUMENTS = """\
kind: source
id: report
title: Report
published: 2025-01-15
---
kind: institution
id: office
name: Office
claims:
  - {id: said, nature: fact, text: It said so., key: true, sources: [report]}
"""

DRAFT = """\
kind: institution
id: office
name: Office
status: draft
"""


def desk(folder: Path, rules: str, documents: str) -> Assessment:
    (folder / "profiles").mkdir()
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "profiles" / "all.yaml").write_text(documents, encoding="utf-8")
    return assess(check(Workspace(folder)), AS_OF)


def test_one_rule(tmp_path: Path) -> None:
    made = desk(tmp_path, ONE_RULE, DOCUMENTS)
    (profile,) = scores_json(made.overview())["profiles"]
    assert profile["scores"] == {
        "covered": {
            "score": 0.5,
            "band": None,
            "grade": None,
            "label": None,
            "computed": None,
            "override": None,
            "ceiling": None,
            "stands_on": None,
            "provisional": False,
            "firm": None,
            "rated": True,
            "coverage": 1.0,
        }
    }
    assert profile["published"]
    (explained,) = map(explanation_json, made.explain(["office"]).values())
    assert [step["because"] for step in explained["scorers"][0]["steps"]] == [
        "The score starts at 0.",
        "cites 1",
    ]


def test_one_rule_about_claims(tmp_path: Path) -> None:
    """Its sentence is filled though nothing asks for an outlook."""
    made = desk(tmp_path, ONE_CLAIM_RULE, DOCUMENTS)
    assert made.results["office"].claims["said"]["aged"].points == 250
    (explained,) = map(explanation_json, made.explain(["office"]).values())
    assert explained["scorers"][0]["steps"][1]["because"] == "365 days"


@pytest.mark.parametrize("documents", ["", DRAFT], ids=["nothing", "a draft"])
def test_nothing_to_score(documents: str, tmp_path: Path) -> None:
    rules = (ROOT / "src" / "assay" / "data" / "rules.yaml").read_text(encoding="utf-8")
    made = desk(tmp_path, rules, documents)
    assert made.results == {}
    assert scores_json(made.overview())["profiles"] == []
