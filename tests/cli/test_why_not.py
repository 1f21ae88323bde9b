"""``assay explain --why-not`` and ``--against``."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from assay.cel.text import unparse
from assay.rules.expressions import parse_rulebook
from tests.cli.workspaces import RULES, write_workspace
from tests.package import parse_cel, run
from tests.strategies import default_rulebook

RULE = """\
      - id: old-record
        when: >-
          claim.key && (citations.exists(c, c.directness == "record" && c.age_days > 400)
          || claim.checked_days > claim.review_after_days)
        cap: 0.3
        on_unknown: ignore
        because: the record is old
"""


def workspace(root: Path) -> Path:
    write_workspace(root)
    rules = RULES.replace("  - name: trust\n", f"{RULE}  - name: trust\n")
    (root / "rules.yaml").write_text(rules, encoding="utf-8")
    return root


def explain(root: Path, *args: str) -> int:
    return run(["--workspace", str(root), "explain", "port-office", *args])


def test_why_not_shows_the_part_that_was_false_or_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(workspace(tmp_path), "--why-not", "old-record") == 0
    assert capsys.readouterr().out == dedent(
        """\
        old-record of claim.support, for port-office#twelve-berths: takes no effect
          ?   claim.key && (citations.exists(c, c.directness == "record" && c.age_days > 400) || claim.checked_days > claim.review_after_days)
            yes claim.key
            ?   citations.exists(c, c.directness == "record" && c.age_days > 400) || claim.checked_days > claim.review_after_days
              no  citations.exists(c, c.directness == "record" && c.age_days > 400)
                    no  gazette-march
                    no  port-ledger
              ?   claim.checked_days > claim.review_after_days
                    claim.checked_days is 319
                    claim.review_after_days is unknown
        """  # noqa: E501
    )


def test_why_not_as_json_and_for_a_rule_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path)
    assert explain(root, "--why-not", "support.twice", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["condition"]["values"] == [{"field": "citations.size()", "value": "2"}]
    assert found[0]["applied"] is True
    assert explain(root, "--why-not", "thrice") == 64
    assert "did you mean 'twice'?" in capsys.readouterr().err
    assert explain(root, "--why-not", "nothing-like-it") == 64
    assert "there are: cited, old-record, twice" in capsys.readouterr().err


def test_against_lists_what_stands_in_between(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = workspace(tmp_path)
    ledger = root / "profiles" / "port_office.yaml"
    text = ledger.read_text(encoding="utf-8").replace(
        "[gazette-march, port-ledger]", "[port-ledger]"
    )
    ledger.write_text(text, encoding="utf-8")
    assert explain(root, "--against", "good") == 0
    assert capsys.readouterr().out == dedent(
        """\
        trust: Good starts at 0.500; 0.100 is missing
          port-office#twelve-berths: 0.400  Its score is no higher.
          no single change in the catalogue would reach it
        """
    )
    assert explain(root, "--against", "thin") == 0
    assert "is reached" in capsys.readouterr().out
    assert explain(root, "--against", "best") == 64
    capsys.readouterr()
    assert explain(root, "--against", "good", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)[0]["short"] == 0.1


def test_against_names_what_holds_a_claim_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_workspace(tmp_path)
    held = RULES.replace(
        "  - name: support\n    on: claim\n", "  - name: support\n    on: claim\n    scale: grade\n"
    ).replace(
        "  - name: trust\n",
        "      - {id: held, when: 'true', cap: 0.3, because: nobody looked again}\n"
        "      - {id: halved, when: 'true', multiply: 0.5, because: it is old}\n"
        "  - name: trust\n",
    )
    (root / "rules.yaml").write_text(held, encoding="utf-8")
    assert explain(root, "--against", "good") == 0
    assert capsys.readouterr().out == dedent(
        """\
        trust: Good starts at 0.500; 0.200 is missing
          port-office#twelve-berths start: 0.000  The score starts at 0.
          port-office#twelve-berths halved: 0.350 (0.300 without it)  It is old.
          port-office#twelve-berths held: 0.300 (0.350 without it)  Nobody looked again.
          no single change in the catalogue would reach it
        """
    )


def with_rules(root: Path, text: str) -> Path:
    write_workspace(root)
    (root / "rules.yaml").write_text(text, encoding="utf-8")
    return root


def test_why_not_takes_a_chain_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain = "claim.key && citations.size() > 5 && !(claim.holds == 'dated') && claim.value > 1.0"
    rule = f'      - {{id: chain, when: "{chain}", add: 0.1, because: r}}\n'
    rules = RULES.replace("  - name: trust\n", f"{rule}  - name: trust\n")
    assert explain(with_rules(tmp_path, rules), "--why-not", "chain") == 0
    assert capsys.readouterr().out == dedent(
        """\
        chain of claim.support, for port-office#twelve-berths: takes no effect
          no  claim.key && citations.size() > 5 && (!(claim.holds == "dated") && claim.value > 1.0)
            yes claim.key
            no  citations.size() > 5
                  citations.size() is 2
            no  !(claim.holds == "dated")
              yes claim.holds == "dated"
                    claim.holds is dated
            ?   claim.value > 1.0
                  claim.value is unknown
        """
    )


def test_why_not_of_a_rule_that_reads_a_fact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fact = "facts:\n  - {name: broad, on: claim, expr: citations.size() > 5}\n"
    rule = "      - {id: wide, when: 'claim.broad && claim.key', add: 0.1, because: r}\n"
    rules = fact + RULES.replace("  - name: trust\n", f"{rule}  - name: trust\n")
    assert explain(with_rules(tmp_path, rules), "--why-not", "wide") == 0
    assert capsys.readouterr().out == dedent(
        """\
        wide of claim.support, for port-office#twelve-berths: takes no effect
          no  claim.broad && claim.key
            no  claim.broad
              no  citations.size() > 5
                    citations.size() is 2
            yes claim.key
        """
    )


def test_against_lists_the_changes_that_would_reach_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = RULES.replace("citations.size() > 1", "citations.size() > 2") + (
        "changes:\n  - {id: record, text: cite a record, effort: 4, "
        "action: add_source, directness: record}\n"
    )
    assert explain(with_rules(tmp_path, rules), "--against", "good") == 0
    assert capsys.readouterr().out == dedent(
        """\
        trust: Good starts at 0.500; 0.100 is missing
          port-office#twelve-berths: 0.400  Its score is no higher.
          would reach it, effort 4: cite a record (0.700)
        """
    )


def test_what_is_missing_is_found_through_other_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = RULES + (
        "  - name: backed\n    on: profile\n"
        "    pool: {over: claims, take: it.support * it.value, combine: min, empty: unknown}\n"
        "  - name: gone\n    on: claim\n    start: claim.profile.backed\n"
    )
    assert explain(with_rules(tmp_path, rules)) == 0
    told = capsys.readouterr().out
    pool = (
        "We do not know how much the claims contribute to its backed. "
        "[unknown: claim.value of port-office#twelve-berths]"
    )
    assert f"? → unknown  {pool}\n" in told
    assert "? → unknown  The score is computed from the backed. [unknown: claim.value]\n" in told


def test_an_expression_written_again_means_the_same() -> None:
    book = default_rulebook()
    parsed = parse_rulebook(book)
    for path, node in parsed.expressions.items():
        if path[0] == "scorers" and path[-1] == "when":
            on = book.scorers[int(path[1])].on
            text = unparse(node)
            assert unparse(parse_cel(text, on, parsed.vocabulary)) == text


@pytest.mark.parametrize(
    "text",
    [
        "(1 + 2) * 3 == 9",
        "1 - (2 - 3) == 2",
        "!(claim.key || claim.key) && claim.key",
        'claim.type in ["figure", "r\\"ole"]',
        "(claim.key ? 1 : 2) > 1",
        "-(1 + 2) < 0",
        "citations.filter(c, c.credibility > 1).map(c, has(c.kind), c.age_days).exists(d, d > 1)",
        'profile.topics[0].lower().startsWith("a")',
    ],
)
def test_brackets_are_kept_where_they_are_needed(text: str) -> None:
    vocabulary = parse_rulebook(default_rulebook()).vocabulary
    assert unparse(parse_cel(text, "claim", vocabulary)) == text
