"""Documents made to break their pages: nothing runs, nothing is asked for, nothing overflows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.briefing.hostile import MARKUP, build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.browser

SUBJECTS = ("markup", "long", "emoji", "right-to-left", "many-sources", "hub", "ring-0")
PAGES = (
    *("index.html", "topics.html", "sources.html", "calendar.html", "changes.html", "about.html"),
    *("sources/markup-press.html", "sources/long-press/2.html", "by/topic/spokes.html"),
    *(f"institutions/{name}.html" for name in SUBJECTS),
    *(f"institutions/{name}/grading.html" for name in SUBJECTS),
)
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; })"
WIDTH = "document.documentElement.scrollWidth"
STOPS = """() => [...document.querySelectorAll('a[href], input, select, summary, [tabindex]')]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility())
  .filter(e => e.tagName === 'SUMMARY' || !e.closest('details:not([open])')).length"""
MOST_STOPS = 160


@dataclass
class Opened:
    """What happened when a page was opened at both widths, with its folds closed and open."""

    wider: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stops: int = 0
    text: str = ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("hostile"))


def listen(page: Page, seen: Opened) -> None:
    def dismiss(dialog: Dialog) -> None:
        seen.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", lambda message: seen.said.append(message.text))
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("dialog", dismiss)


@pytest.fixture(scope="module")
def opened(browser: Browser, site: Path) -> dict[str, Opened]:
    found = {name: Opened() for name in PAGES}
    for name, seen in found.items():
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        listen(page, seen)
        page.goto((site / name).as_uri())
        seen.stops = page.evaluate(STOPS)
        seen.text = page.inner_text("body")
        for step in ("", OPEN_ALL):
            page.evaluate(step)
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 844})
                if page.evaluate(WIDTH) > width:
                    seen.wider.append(width)
        page.close()
    return found


def test_no_page_is_wider_than_its_window(opened: dict[str, Opened]) -> None:
    assert {name: seen.wider for name, seen in opened.items() if seen.wider} == {}


def test_nothing_runs_and_nothing_is_asked_of_others(opened: dict[str, Opened], site: Path) -> None:
    assert {name: seen.said for name, seen in opened.items() if seen.said} == {}
    asked = {url for seen in opened.values() for url in seen.asked}
    assert {url for url in asked if not url.startswith(site.as_uri())} == set()


def test_markup_is_read_as_it_was_written(opened: dict[str, Opened]) -> None:
    assert MARKUP in opened["institutions/markup.html"].text


def test_the_tab_key_gets_through_every_page(opened: dict[str, Opened]) -> None:
    assert {n: seen.stops for n, seen in opened.items() if seen.stops > MOST_STOPS} == {}
