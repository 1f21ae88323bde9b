"""The pages of the rulebook: what each rule says, and where it takes effect."""

from __future__ import annotations

from pathlib import Path

from assay.cli.main import run
from tests.briefing.markup import pages
from tests.cli.workspaces import PROFILE, RULES, write_workspace

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


def test_every_scorer_has_a_page_and_the_index_names_every_rule(tmp_path: Path) -> None:
    site = built(tmp_path)
    names = {name for name in pages(site) if name.startswith("rules/")}
    assert names == {"rules/index.html", "rules/claim-support.html", "rules/profile-trust.html"}
    index = (site / "rules" / "index.html").read_text(encoding="utf-8")
    assert 'href="../rules/claim-support.html#twice"' in index


def test_a_rule_says_what_it_does_and_where(tmp_path: Path) -> None:
    text = (built(tmp_path) / "rules" / "claim-support.html").read_text(encoding="utf-8")
    assert "When <code>citations.origins() &gt; 1</code>" in text
    assert "Here it takes effect on 1 of 1 and moved them by +0.300 on average." in text
    assert "Port Office" in text
    assert "Secret" not in text


def test_every_figure_leads_to_what_it_measures(tmp_path: Path) -> None:
    site = built(tmp_path)
    page = (site / "institutions" / "port-office.html").read_text(encoding="utf-8")
    assert '<a href="../rules/profile-trust.html">' in page
    assert '<a href="../rules/claim-support.html#twice">' in page
    front = (site / "index.html").read_text(encoding="utf-8")
    assert '<a href="rules/profile-trust.html">' in front


def test_words_of_the_rulebook_are_escaped(tmp_path: Path) -> None:
    rules = RULES.replace("two origins agree", "'<script>alert(1)</script> {citations.size()}'")
    text = (built(tmp_path, rules) / "rules" / "claim-support.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; …" in text
