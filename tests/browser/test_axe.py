"""Barriers to readers that axe-core finds, on every kind of page."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import LONG

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

# One page of every kind; a new kind of page gets a line here.
KINDS = {
    "index": "index.html",
    "event": "events/sc-081-lifetimes.html",
    "institution": f"institutions/{LONG}.html",
    "grading": "events/sc-081-lifetimes/grading.html",
    "rules": "rules/index.html",
    "scorer": "rules/citation-strength.html",
    "rule": "rules/citation-strength/ageing.html",
    "calendar": "calendar.html",
    "methodology": "methodology.html",
    "facet": "by/topic/web-certificates.html",
    "compare": "compare.html",
    "changes": "changes.html",
    "sources": "sources.html",
    "publisher": "sources/letsencrypt-org.html",
    "topics": "topics.html",
    "about": "about.html",
    "not found": "404.html",
}

RUN = """options => axe.run({resultTypes: ['violations'], ...options}).then(found =>
  found.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"""

OPEN = "document.querySelectorAll('details').forEach(d => { d.open = true; })"


# The pages that most people open are looked at on a phone in each run, the others in the slow one.
PHONE = ("index", "event", "grading")
CASES = [
    *((kind, 1280) for kind in KINDS),
    *(pytest.param(k, 390, marks=() if k in PHONE else pytest.mark.slow) for k in KINDS),
]


@pytest.mark.parametrize(("kind", "width"), CASES)
def test_axe_finds_no_barrier(kind: str, width: int, browser: Browser, shipped: Path) -> None:
    """The scheme changes nothing but colours, so in the dark one only these are looked at."""
    script = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    size: Any = {"width": width, "height": 844}
    page = browser.new_page(viewport=size, color_scheme="light")
    page.goto((shipped / KINDS[kind]).as_uri())
    page.evaluate(OPEN)
    page.evaluate(script)
    light = page.evaluate(RUN, {})
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(RUN, {"runOnly": ["color-contrast"]})
    page.close()
    assert light == []
    assert dark == []
