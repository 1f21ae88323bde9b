"""How much room a briefing takes: screens, sheets, tab stops and width, on every shipped page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import LONG, briefings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

HEIGHT = "document.documentElement.scrollHeight"
WIDTH = "document.documentElement.scrollWidth"
WIDTHS = (320, 390, 768, 1024)

# The place of the first link of a part in the order of the tab key.
STOPS = """() => {
  const able = 'a[href], button, input, select, summary, [tabindex]';
  const stops = [...document.querySelectorAll(able)]
    .filter(e => e.tabIndex >= 0 && e.checkVisibility())
    .filter(e => e.tagName === 'SUMMARY' || !e.closest('details:not([open])'));
  const first = part => stops.findIndex(e => e.closest(part)) + 1;
  return {contents: first('.toc'), actions: first('.act'), sources: first('#sources')};
}"""

DANGLING = """() => [...document.querySelectorAll('a[href^="#"]')]
  .map(a => a.getAttribute('href').slice(1))
  .filter(id => !document.getElementById(id))"""

# An inline script that the policy of the page must refuse.
INTRUDER = """() => {
  const script = document.createElement('script');
  script.textContent = 'window.intruded = true';
  document.body.append(script);
  return window.intruded === true;
}"""


@dataclass(frozen=True)
class Room:
    """What a page takes with all folds closed."""

    desktop: int
    phone: int
    sheets: int
    stops: dict[str, int]
    wider: tuple[int, ...]
    dangling: tuple[str, ...]
    said: tuple[str, ...]
    asked: tuple[str, ...]


def measure(page: Page, path: Path) -> Room:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(path.as_uri())
    desktop, stops = page.evaluate(HEIGHT), page.evaluate(STOPS)
    wider = []
    phone = 0
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate(WIDTH) > width:
            wider.append(width)
        phone = page.evaluate(HEIGHT) if width == 390 else phone
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    dangling = page.evaluate(DANGLING)
    return Room(desktop, phone, sheets, stops, *map(tuple, (wider, dangling, said, asked)))


@pytest.fixture(scope="module")
def rooms(browser: Browser, shipped: Path) -> dict[str, Room]:
    found = {}
    for path in briefings(shipped):
        page = browser.new_page()
        found[path.stem] = measure(page, path)
        page.close()
    assert LONG in found
    return found


def test_a_briefing_takes_at_most_three_screens_and_five_of_a_phone(
    rooms: dict[str, Room],
) -> None:
    assert {n: r.desktop / 800 for n, r in rooms.items() if r.desktop > 3 * 800} == {}
    assert {n: r.phone / 844 for n, r in rooms.items() if r.phone > 5 * 844} == {}


def test_a_briefing_prints_on_two_sheets(rooms: dict[str, Room]) -> None:
    assert {n: r.sheets for n, r in rooms.items() if r.sheets not in (1, 2)} == {}


def test_contents_actions_and_sources_are_within_40_tab_stops(rooms: dict[str, Room]) -> None:
    late = {n: r.stops for n, r in rooms.items() if max(r.stops.values()) > 40}
    assert late == {}
    assert all(r.stops["actions"] for r in rooms.values())
    # A page of few claims whose parts are folded has no list of them.
    assert sum(r.stops["contents"] > 0 for r in rooms.values()) > len(rooms) / 2
    assert rooms[LONG].stops["sources"] > 0


def test_no_briefing_is_wider_than_its_window(rooms: dict[str, Room]) -> None:
    assert {n: r.wider for n, r in rooms.items() if r.wider} == {}


def test_every_link_within_a_briefing_leads_somewhere(rooms: dict[str, Room]) -> None:
    assert {n: r.dangling for n, r in rooms.items() if r.dangling} == {}


def test_a_briefing_is_silent_and_asks_for_nothing_outside(
    rooms: dict[str, Room], shipped: Path
) -> None:
    assert {n: r.said for n, r in rooms.items() if r.said} == {}
    asked = {url for r in rooms.values() for url in r.asked}
    assert [url for url in asked if not url.startswith(shipped.as_uri())] == []


def test_the_policy_of_a_page_refuses_a_foreign_script(browser: Browser, shipped: Path) -> None:
    page = browser.new_page()
    page.goto((shipped / "institutions" / f"{LONG}.html").as_uri())
    ran = page.evaluate(INTRUDER)
    page.close()
    assert not ran


def test_print_opens_the_grading_and_drops_contents_and_actions(
    browser: Browser, shipped: Path
) -> None:
    page = browser.new_page()
    page.goto((shipped / "institutions" / f"{LONG}.html").as_uri())
    before = page.locator("#graded .ruler").is_visible()
    page.emulate_media(media="print")
    shown = {s: page.locator(s).is_visible() for s in ("#graded .ruler", ".toc", ".act")}
    remedies = page.locator("#graded .levers").bounding_box()
    page.close()
    assert not before
    assert shown == {"#graded .ruler": True, ".toc": False, ".act": False}
    assert remedies is not None
    assert remedies["height"] > 0
