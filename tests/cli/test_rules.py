"""``assay rules``: what a methodology owner runs."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

from tests.cli.workspaces import write_workspace
from tests.package import run
from tests.strategies import ROOT

CASES = """\
as_of: 2026-01-15
sources:
  - {id: ledger, directness: record, published: 2025-03}
cases:
  - name: one source
    given: {claims: [{sources: [ledger]}]}
    expect:
      profile: {trust: Thin}
      claims: {c1: {support: {score: 0.4, fired: [cited], not_fired: [twice]}}}
"""
GOOD = """\
  - name: two sources
    given:
      sources: [{id: gazette, directness: first_hand}]
      claims: [{sources: [ledger, gazette]}]
    expect: {profile: {trust: good}}
  - name: nothing to go by
    given: {}
    expect: {profile: {trust: not rated}}
  - name: no source
    given: {claims: [{nature: assumption}]}
    expect: {claims: {c1: {support: {score: 0.0, not_fired: [cited]}}}}
"""


def workspace(root: Path, cases: str) -> Path:
    write_workspace(root)
    (root / "rules.test.yaml").write_text(cases, encoding="utf-8")
    return root


def assay(root: Path, *args: str) -> int:
    """Run in the folder of the workspace, from which paths are shown."""
    with chdir(root):
        return run(["rules", *args])


def test_the_golden_ladder_and_all_other_cases_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert assay(ROOT, "test", "--min", "97") == 0, capsys.readouterr().out


def test_new_workspaces_get_the_cases_of_the_default_rulebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "desk")]) == 0
    assert assay(tmp_path / "desk", "test") == 0, capsys.readouterr().out
    shipped = (ROOT / "rules.test.yaml").read_bytes()
    assert (tmp_path / "desk" / "rules.test.yaml").read_bytes() == shipped


def test_a_failure_reads_as_the_difference_of_two_explanations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = CASES.replace("Thin", "Good").replace("not_fired: [twice]", "fired: [cited, twice]")
    wrong = wrong.replace("fired: [cited], ", "").replace("score: 0.4", "score: 0.7")
    assert assay(workspace(tmp_path, wrong), "test") == 1
    assert capsys.readouterr().out == dedent(
        """\
        FAILED rules.test.yaml:5: one source
          trust of subject
            - grade Good
            + grade 0.400 Thin (thin)
              pool → 0.400  The only claim that counts is subject#c1.
          support of subject#c1
            - score 0.700
            + score 0.400
            - rule twice takes effect
            + rule twice takes no effect
              start → 0.000  The score starts at 0.
              add cited → 0.400  Somebody reports it.
        0 passed, 1 failed, in 1 file
        """
    )


def test_a_failure_says_what_was_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path, CASES.replace("fired: [cited]", "fired: [likely, unlikely]"))
    more = (
        "      - {id: likely, when: 'claim.likelihood > 0.5', add: 0.1, because: it is likely}\n"
        "      - {id: unlikely, when: 'claim.likelihood < 0.5', cap: 0.2, on_unknown: apply, "
        "because: it is not}\n"
    )
    rules = (root / "rules.yaml").read_text(encoding="utf-8")
    rules = rules.replace("  - name: trust\n", f"{more}  - name: trust\n")
    (root / "rules.yaml").write_text(rules, encoding="utf-8")
    assert assay(root, "test") == 1
    told = capsys.readouterr().out
    assert "+ rule likely is undecided; unknown: claim.likelihood\n" in told
    assert "+ rule unlikely" not in told  # it applies, undecided or not


def test_coverage_names_what_no_case_has_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path, CASES)
    assert assay(root, "test", "--coverage") == 0
    assert capsys.readouterr().out == dedent(
        """\
        1 passed, 0 failed, in 1 file
          claim.support.cited: no case where it is false
          claim.support.twice: no case where it is true
          profile.trust: no case reaches good
        test coverage 50.0% (3 of 6)
        """
    )
    assert assay(root, "test", "--min", "60") == 1
    assert "test coverage is below 60%" in capsys.readouterr().err
    assert assay(workspace(tmp_path / "all", CASES + GOOD), "test", "--min", "100") == 0


def test_suggestions_are_cases_that_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path, CASES)
    assert assay(root, "test", "--suggest") == 0
    suggested = capsys.readouterr().out
    (root / "rules.test.yaml").write_text(suggested, encoding="utf-8")
    assert assay(root, "test") == 1
    out = capsys.readouterr().out
    assert "FAILED rules.test.yaml:2: cited is false" in out
    assert "+ rule cited takes effect" in out


def test_junit_holds_every_case_with_what_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path, (CASES + GOOD).replace("trust: good", "trust: thin"))
    assert assay(root, "test", "--junit", str(tmp_path / "out.xml")) == 1
    suites = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("4", "1")
    failed = [c for c in suites.iter("testcase") if c.find("failure") is not None]
    assert [c.get("name") for c in failed] == ["two sources"]
    failure = failed[0].find("failure")
    assert failure is not None
    assert "+ grade 0.700 Good (good)" in (failure.text or "")


def test_mistakes_in_cases_have_a_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = workspace(
        tmp_path,
        dedent(
            """\
            as_of: 2026-01-15
            cases:
              - name: wrong
                given:
                  publishers: [{id: wire, reliability: Z}]
                  claims: [{sources: [nowhere]}]
                expect: {profile: {trust: {scor: 1}}}
            """
        ),
    )
    assert assay(root, "test") == 1
    assert "rules.test.yaml:7:" in capsys.readouterr().out
    text = (root / "rules.test.yaml").read_text(encoding="utf-8").replace("scor: 1", "score: 1.0")
    (root / "rules.test.yaml").write_text(text, encoding="utf-8")
    assert assay(root, "test") == 1
    out = capsys.readouterr().out
    assert "rules.test.yaml:5:" in out
    assert "rules.test.yaml:6:" in out
    assert "nowhere" in out


def test_unknown_scorers_and_subjects_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CASES.replace("trust: Thin", "trst: Thin").replace("claims: {c1:", "claims: {c9:")
    assert assay(workspace(tmp_path, text), "test") == 1
    out = capsys.readouterr().out
    assert "unknown scorer; scorers of a profile: trust" in out
    assert "unknown claim; the case has: subject#c1" in out


def test_the_json_of_tests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert assay(workspace(tmp_path, CASES), "test", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["passed"], found["failed"], found["coverage"]["share"]) == (1, 0, 0.5)
    assert found["cases"][0]["line"] == 5


def test_cutpoints_are_printed_as_a_scale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_workspace(tmp_path)
    assert assay(root, "cutpoints", "trust", "--shares", "50") == 0
    assert capsys.readouterr().out == (
        "  trust:\n"
        "    - {id: band-1, from: 0.700, grade: 1, label: Band 1}  # 1 profile now\n"
        "    - {id: band-2, from: 0.000, grade: 2, label: Band 2}  # 0 profiles now\n"
    )
    assert assay(root, "cutpoints", "trst") == 64
    assert assay(root, "cutpoints", "trust", "--shares", "60,50") == 64


def test_lint_shows_what_no_longer_tells_profiles_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profiles = {
        f"p{n}": f"kind: institution\nid: p{n}\nname: P{n}\nclaims: [{{id: c, nature: assumption, "
        f"text: t, key: true, sources: {'[gazette-march, port-ledger]' if n else '[]'}}}]\n"
        for n in range(12)
    }
    assert assay(write_workspace(tmp_path, **profiles), "lint") == 0
    out = capsys.readouterr().out
    assert "trust barely separates profiles: 11 of 12 are Good [saturated-scorer]" in out
    assert "hint: see `assay rules cutpoints trust`\n" in out
    assert assay(tmp_path, "lint", "--format", "sarif") == 0
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"


def _without_cases(root: Path) -> Path:
    write_workspace(root)
    return root


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--coverage",)])
def test_no_case_at_all_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    root = _without_cases(tmp_path)
    assert assay(root, "test", *options) == 1
    assert "warning: no rule tests ran\n" in capsys.readouterr().err
    assert assay(root, "test", "--allow-none", *options) == 0
    assert "warning: no rule tests ran\n" in capsys.readouterr().err


def test_an_emptied_file_of_cases_is_no_success(tmp_path: Path) -> None:
    root = workspace(tmp_path, "")
    assert assay(root, "test") == 1
    assert assay(root, "test", str(root / "rules.test.yaml")) == 1


def test_a_misnamed_file_of_cases_is_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path, CASES)
    (root / "rules.test.yaml").rename(root / "rules.tests.yaml")
    assert assay(root, "test") == 1
    question = "warning: rules.tests.yaml is not read; did you mean rules.test.yaml?\n"
    assert question in capsys.readouterr().err
    (root / "more.test.yaml").write_text(CASES, encoding="utf-8")
    assert assay(root, "test") == 0
    assert question in capsys.readouterr().err


def test_allowing_none_allows_no_failure(tmp_path: Path) -> None:
    root = workspace(tmp_path, CASES.replace("Thin", "Good"))
    assert assay(root, "test", "--allow-none") == 1
