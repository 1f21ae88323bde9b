"""Facts, parameters, included files, and rules that are switched off or replaced."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.workspaces import PROFILE, RULES, write_workspace
from tests.package import (
    Rulebook,
    Vocabulary,
    Workspace,
    assess,
    check,
    check_rulebook,
    parse_cel,
    run,
)
from tests.strategies import rulebook_of

AS_OF = date(2026, 1, 15)


def scores(root: Path, as_of: date = AS_OF) -> dict[str, int | None]:
    desk = assess(check(Workspace.find(root), as_of), as_of)
    return {i: r.scores["trust"].points for i, r in desk.results.items()}


def written(root: Path, rules: str, **more: str) -> Path:
    write_workspace(root, office=PROFILE)
    (root / "rules.yaml").write_text(rules, encoding="utf-8")
    for name, text in more.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def messages(root: Path) -> list[str]:
    found = check(Workspace.find(root), AS_OF).diagnostics
    return [f"{d.file}:{d.line}: {d.message}" for d in found if d.severity == "error"]


FACTS = """\
facts:
  - {name: strong, on: claim, expr: claim.agreed && claim.cited > least}
  - {name: cited, on: claim, expr: citations.size()}
  - {name: agreed, on: claim, expr: citations.size() > 1}
parameters: {least: 1, bonus: 0.30}
"""


def test_facts_and_parameters_say_what_they_stand_for(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", RULES)
    plainly = "when: 'citations.size() > 1', add: 0.30"
    rules = RULES.replace(plainly, "when: claim.strong, add: bonus")
    named = written(tmp_path / "named", rules + FACTS)
    assert messages(named) == []
    assert scores(named) == scores(plain) == {"port-office": 700}


def test_facts_reach_across_rows_and_read_scores(tmp_path: Path) -> None:
    facts = """\
facts:
  - {name: firm, on: claim, expr: claim.support >= 0.7}
  - {name: firm_claims, on: profile, expr: 'claims.filter(c, c.firm).size()'}
"""
    rule = (
        "\n    rules: [{id: firm, when: profile.firm_claims == 0, cap: 0.1, on_unknown: apply, "
        "because: b}]\n"
    )
    root = written(tmp_path, RULES.rstrip("\n") + rule + facts)
    assert messages(root) == []
    assert scores(root) == {"port-office": 700}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            (
                "[{name: a, on: claim, expr: claim.b > 1}, "
                "{name: b, on: claim, expr: 'claim.a ? 1 : 2'}]"
            ),
            "facts use each other in a cycle",
        ),
        ("[{name: a, on: claim, expr: citations}]", "a fact must be a value"),
        ("[{name: key, on: claim, expr: 'true'}]", "a claim already has a field or score 'key'"),
        ("[{name: a, on: claim, expr: claim.nope}]", "a claim has no field 'nope'"),
        ("[{name: a, on: claim, expr: 'int(claim.id) > 1'}]", "this is not made a whole number"),
        (
            "[{name: a, on: claim, expr: 'true'}, {name: a, on: claim, expr: 'true'}]",
            "duplicate fact 'a'",
        ),
    ],
)
def test_mistakes_in_facts_have_a_place(tmp_path: Path, facts: str, message: str) -> None:
    found = messages(written(tmp_path, f"{RULES}facts: {facts}\n"))
    line = RULES.count("\n") + 1
    assert any(f.startswith(f"rules.yaml:{line}: ") and message in f for f in found), found


def test_a_rule_that_is_switched_off_comes_back(tmp_path: Path) -> None:
    rules = RULES.replace(
        "because: two sources agree}",
        "because: two, disabled: {reason: under review, until: 2026-06-30}}",
    )
    root = written(tmp_path, rules)
    assert scores(root) == {"port-office": 400}
    assert scores(root, date(2026, 6, 29)) == {"port-office": 400}
    assert scores(root, date(2026, 6, 30)) == {"port-office": 700}


def test_a_replaced_rule_is_followed_to_its_successor() -> None:
    rules = [
        {"id": "new", "add": 0.1, "because": "b", "replaces": "middle"},
        {"id": "middle", "add": 0.1, "because": "b", "replaces": "old",
         "disabled": {"reason": "kept for a look", "until": "2027-01-01"}},
    ]  # fmt: skip
    book = rulebook_of({"scorers": [{"name": "s", "on": "claim", "rules": rules}]})
    assert book.successor(book.scorers[0], "old") == "new"
    assert check_rulebook(book)[0] is not None
    there: list[dict[str, Any]] = [rules[0], {"id": "middle", "add": 0.1, "because": "b"}]
    wrong = rulebook_of({"scorers": [{"name": "s", "on": "claim", "rules": there}]})
    assert [f.code for f in check_rulebook(wrong)[1]] == ["replaced-rule"]


def parts() -> tuple[str, str, str]:
    head, _, rest = RULES.partition("scales:\n")
    scales, _, scorers = rest.partition("scorers:\n")
    return head, f"scales:\n{scales}", f"scorers:\n{scorers}"


def test_splitting_a_rulebook_changes_nothing(tmp_path: Path) -> None:
    head, scales, scorers = parts()
    split = written(
        tmp_path / "split",
        head + "include: [rules/scorers.yaml]\n",
        rules__scorers=scorers + "include: [scales.yaml]\n",
        rules__scales=scales,
    )
    whole = written(tmp_path / "whole", RULES)
    assert messages(split) == []
    one, other = (check(Workspace.find(r), AS_OF).loaded.rulebook for r in (split, whole))
    assert isinstance(one, Rulebook)
    assert one == other


def test_mistakes_in_an_included_file_are_shown_there(tmp_path: Path) -> None:
    head, scales, scorers = parts()
    wrong = scorers.replace("citations.size() > 1", "citations.sise() > 1")
    root = written(tmp_path, head + scales + "include: [more.yaml]\n", more=wrong)
    found = messages(root)
    assert [f.split(": ")[0] for f in found] == ["more.yaml:6"], found
    broken = written(tmp_path / "b", head + scales + "include: [more.yaml]\n", more="scorers: [}")
    assert messages(broken)[0].startswith("more.yaml:1: invalid YAML")


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("[../outside.yaml]", "'../outside.yaml' is outside the workspace"),
        ("[rules.yaml]", "'include' forms a cycle: rules.yaml → rules.yaml"),
        ("[a.yaml]", "'include' forms a cycle: a.yaml → b.yaml → a.yaml"),
        ("[nowhere.yaml]", "file 'nowhere.yaml' not found"),
        ("[c.yaml, c.yaml]", "'c.yaml' is included twice"),
        ("[/etc/passwd]", "'/etc/passwd' is not the name of a YAML file"),
        ("[d.yaml]", "unknown key 'settings' in an included file"),
        ("[e.yaml]", "duplicate key 'grade', first set in rules.yaml"),
    ],
)
def test_what_cannot_be_included_is_said_at_its_place(
    tmp_path: Path, listed: str, message: str
) -> None:
    root = written(
        tmp_path / "desk",
        f"{RULES}include: {listed}\n",
        a="include: [b.yaml]\n",
        b="include: [a.yaml]\n",
        c="facts: []\n",
        d="settings: {}\n",
        e="scales: {grade: []}\n",
    )
    (tmp_path / "outside.yaml").write_text("facts: []\n", encoding="utf-8")
    assert any(message in f for f in messages(root)), messages(root)
    assert run(["--workspace", str(root), "check"]) == 1


@pytest.mark.parametrize(("value", "type_"), [(1, "int"), (1.0, "double"), (True, "bool")])
def test_a_parameter_is_of_the_type_it_is_written_in(value: Any, type_: str) -> None:
    vocabulary = Vocabulary({}, parameters={"least": value})
    assert parse_cel("least", "claim", vocabulary).type.name == type_
