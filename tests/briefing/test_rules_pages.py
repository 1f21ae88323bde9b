"""The pages of the rulebook: what each rule says, and where it takes effect."""

from __future__ import annotations

from pathlib import Path

from tests.briefing.markup import pages
from tests.cli.workspaces import PROFILE, RULES, write_workspace
from tests.package import run

SECRET = """\
kind: institution
id: secret-office
name: Secret Office
audience: desk
claims:
  - {id: c, nature: assumption, text: Hidden., key: true, sources: [port-ledger]}
"""


def built(root: Path, rules: str = RULES) -> Path:
    write_workspace(root, office=PROFILE, secret=SECRET)
    (root / "rules.yaml").write_text(rules, encoding="utf-8")
    assert run(["--workspace", str(root), "rules", "docs"]) == 0
    return root / "site"


def test_every_scorer_and_every_rule_has_a_page_that_is_led_to(tmp_path: Path) -> None:
    site = built(tmp_path)
    names = {name for name in pages(site) if name.startswith("rules/")}
    assert names == {
        *("rules/index.html", "rules/claim-support.html", "rules/profile-trust.html"),
        *("rules/claim-support/cited.html", "rules/claim-support/twice.html"),
    }
    index = (site / "rules" / "index.html").read_text(encoding="utf-8")
    assert 'href="../rules/claim-support/twice.html"' in index
    scorer = (site / "rules" / "claim-support.html").read_text(encoding="utf-8")
    assert 'href="../rules/claim-support/twice.html"' in scorer


def test_a_rule_says_what_it_does_why_and_where(tmp_path: Path) -> None:
    site = built(tmp_path)
    text = (site / "rules" / "claim-support" / "twice.html").read_text(encoding="utf-8")
    assert "<dt>When</dt><dd><code>citations.size() &gt; 1</code></dd>" in text
    assert '<dt>If that is not known</dt><dd dir="auto">The rule does nothing.</dd>' in text
    assert "Source of the amount" not in text
    said = "On these pages it applies to 1 of 1 score. It changes 1 of them, by +0.30 on average."
    assert said in text
    assert 'Port Office</a> <span class="note">1 statement, +0.30</span>' in text
    assert "The changed scores before the rule." in text
    assert "Secret" not in text


def test_a_rule_shows_where_it_is_undecided_and_what_is_missing(tmp_path: Path) -> None:
    rules = RULES.replace("citations.size() > 1", "claim.likelihood > 0.5")
    rules = rules.replace("add: 0.40", "add: 0.60")
    text = (built(tmp_path, rules) / "rules" / "claim-support" / "twice.html").read_text("utf-8")
    assert "applies to 0 of 1 score; for 1 its condition is unknown." in text
    assert '<span class="note">not known: claim.likelihood</span>' in text
    assert "The changed scores" not in text


def test_a_rule_says_where_it_comes_from_and_that_it_is_switched_off(tmp_path: Path) -> None:
    more = "rationale: one can err, source: Handbook 3, replaces: old-two, on_unknown: 0.2, "
    more += "disabled: {reason: under review, until: 2030-06-30}"
    rules = RULES.replace("because: two sources agree", f"because: two sources agree, {more}")
    text = (built(tmp_path, rules) / "rules" / "claim-support" / "twice.html").read_text("utf-8")
    for said in (
        *("one can err", "Handbook 3", "old-two", "The rule applies with 0.2."),
        "Until 30 June 2030: under review",
    ):
        assert said in text


def test_every_figure_leads_to_what_it_measures(tmp_path: Path) -> None:
    site = built(tmp_path)
    page = (site / "institutions/port-office/grading.html").read_text(encoding="utf-8")
    assert '<a href="../../rules/profile-trust.html">' in page
    assert '<a href="../../rules/claim-support/twice.html">' in page


def test_words_of_the_rulebook_are_escaped(tmp_path: Path) -> None:
    rules = RULES.replace("two sources agree", "'<script>alert(1)</script> {citations.size()}'")
    site = built(tmp_path, rules)
    for name in ("claim-support.html", "claim-support/twice.html"):
        text = (site / "rules" / name).read_text(encoding="utf-8")
        assert "<script>" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; …" in text
