"""Search, filters and comparisons, used as a person would; and the index without a script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.briefing.desk import AS_OF, DIGEST, Assessment
from tests.briefing.test_index import AB, CD, NONE, apply, many
from tests.browser.test_axe import RUN
from tests.package import Atlas, build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

COUNT = 120


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing."""


def _named(desk: Assessment) -> Assessment:
    """Some names that people search for, in several scripts."""
    changes = {
        "body-3": {"name": "Northern Search Company"},
        "body-4": {"name": "模型登记办公室"},
        "body-5": {"name": "Правила Совета"},
        "body-6": {"name": "<img src=x onerror=alert(1)>"},
    }
    profiles = dict(desk.corpus.profiles)
    for key, values in changes.items():
        profiles[key] = profiles[key].model_copy(update=values)
    desk.corpus = desk.corpus.with_profiles(profiles)
    return desk


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    desk = _named(many(COUNT))
    history = (
        apply("2025-11-01", ("body-3", NONE, AB), ("body-4", NONE, CD)),
        apply("2025-12-01", ("body-4", CD, AB)),
    )
    atlas = Atlas(
        desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF, history=history
    )
    build_site(atlas, DIGEST, root / "site", root)
    return root / "site"


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    said: list[str] = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(f"{address}index.html")
    opened.wait_for_selector("main > .bar:not([hidden])")
    yield opened
    opened.close()
    assert said == []


def _told(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.querySelector('main > .bar output').textContent.includes(text)", arg=text
    )


def test_a_filter_counts_what_it_keeps_and_stands_in_the_address(page: Page) -> None:
    page.select_option("[name=region]", "Europe")
    _told(page, "40 briefings")
    assert page.url.endswith("index.html?region=Europe")
    assert page.locator("#index tbody tr").count() == 40
    assert page.locator("td.region").count() == 0
    page.reload()
    _told(page, "40 briefings")
    assert page.input_value("[name=region]") == "Europe"
    assert not page.is_visible(".pager")
    page.go_back()
    _told(page, "1–50 of 120")
    assert page.is_visible(".pager")
    assert page.input_value("[name=region]") == ""


def test_a_filter_shows_how_many_each_word_of_the_others_would_keep(page: Page) -> None:
    page.select_option("[name=region]", "Europe")
    _told(page, "40 briefings")
    options = page.locator("[name=grade] option").all_inner_texts()[1:]
    assert sum(int(option.split("(")[1][:-1]) for option in options) == 40


def test_a_column_head_sorts_and_sorts_back(page: Page) -> None:
    page.click("[data-key=grade]")
    page.wait_for_selector("th.grade[aria-sort=descending]")
    best = page.locator("td.grade").first.inner_text()
    assert page.url.endswith("?sort=-grade")
    assert page.evaluate("document.activeElement.dataset.key") == "grade"
    page.keyboard.press("Enter")
    page.wait_for_selector("th.grade[aria-sort=ascending]")
    assert page.locator("td.grade").first.inner_text() != best


def test_the_pages_of_a_sorted_table_follow_each_other(page: Page) -> None:
    page.click("[data-key=name]")
    page.wait_for_selector("th.name[aria-sort=descending]")
    page.click(".pager >> text=3")
    _told(page, "101–120 of 120")
    assert page.locator("#index tbody tr").count() == 20


def test_the_table_of_the_script_is_that_of_the_page(page: Page) -> None:
    original = page.inner_text("#index tbody")
    page.goto(page.url + "?sort=name")
    page.wait_for_selector("main > .bar:not([hidden])")
    assert page.inner_text("#index tbody") == original


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("north", "Northern Search Company"),
        ("nothern", "Northern Search Company"),
        ("serach", "Northern Search Company"),
        ("orthern", "Northern Search Company"),
        ("company search", "Northern Search Company"),
        ("登记", "模型登记办公室"),
        ("室", "模型登记办公室"),
        ("правла", "Правила Совета"),
        ("onerror", "<img src=x onerror=alert(1)>"),
    ],
)
def test_search_finds_words_their_beginnings_and_misspellings(
    typed: str, name: str, page: Page
) -> None:
    page.fill(".top [name=q]", typed)
    page.wait_for_selector(".top [role=option]")
    assert page.locator(".top [role=option]").first.inner_text().startswith(name)


def test_search_is_worked_with_the_keyboard(page: Page, address: str) -> None:
    box = page.locator(".top [name=q]")
    box.focus()
    page.keyboard.type("Northern")
    page.wait_for_selector(".top [role=option]")
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}institutions/body-3.html")


def test_a_search_of_several_words_opens_in_the_index(page: Page) -> None:
    page.fill(".top [name=q]", "board office")
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html?q=board+office")
    _told(page, "1–50 of 120")
    page.goto(page.url.split("?")[0] + "?q=nosuchword")
    _told(page, "No briefing found")


def test_a_query_reads_a_few_kilobytes(page: Page) -> None:
    read: list[int] = []
    page.on("response", lambda answer: read.append(len(answer.body())))
    page.fill(".top [name=q]", "north")
    page.wait_for_selector(".top [role=option]")
    assert sum(read) < 40_000


def test_two_briefings_stand_side_by_side(page: Page, address: str) -> None:
    page.goto(f"{address}compare.html")
    page.fill("#compare [name=a]", "Northern")
    page.click("#compare [role=option] >> nth=0")
    page.fill("#compare [name=b]", "登记")
    page.click("#compare [role=option]:visible >> nth=0")
    page.wait_for_selector("#compare tbody tr")
    assert "a=institutions%2Fbody-3&b=institutions%2Fbody-4" in page.url
    assert page.locator("#compare thead a").all_inner_texts() == [
        "Northern Search Company",
        "模型登记办公室",
    ]
    trust = page.locator("#compare tr", has=page.locator("th", has_text="Confidence"))
    assert trust.locator("td").count() == 2
    shown = page.inner_text("#compare tbody")
    page.reload()
    page.wait_for_selector("#compare tbody tr")
    assert page.inner_text("#compare tbody") == shown


def test_the_grades_of_two_dates_are_compared(page: Page, address: str) -> None:
    page.goto(f"{address}compare.html")
    page.wait_for_selector("#dates table tbody tr")
    assert page.inner_text("#dates tbody").split() == ["模型登记办公室", "C/D", "A/B"]
    page.select_option("#dates [name=to]", "0")
    page.wait_for_function(
        "document.querySelector('#dates output').textContent === 'The grades are the same.'"
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_without_a_script_or_from_a_disk_the_pages_hold_every_briefing(
    scripts: bool,
    browser: Browser,
    folder: Path,
    address: str,
) -> None:
    page = browser.new_context(java_script_enabled=scripts).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    start = folder.as_uri() + "/" if scripts else address
    page.goto(f"{start}index.html")
    assert page.locator("form:visible").count() == 0
    seen = 0
    for _ in range(3):
        seen += page.locator("a.nm").count()
        following = page.locator(".pager li:has([aria-current]) + li a")
        if following.count():
            following.click()
    assert seen == COUNT
    page.click("a.brand")
    page.click(".facets >> text=Europe 40")
    assert page.locator("a.nm").count() == 40
    page.close()
    assert said == []


def test_the_first_page_is_at_most_four_and_a_half_screens(page: Page) -> None:
    height, nodes = page.evaluate(
        "[document.documentElement.scrollHeight, document.querySelectorAll('*').length]"
    )
    assert height <= 4.5 * 800
    assert nodes <= 1500


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_in_filters_search_and_comparisons(
    width: int, scheme: Any, page: Page, address: str
) -> None:
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    page.select_option("[name=region]", "Europe")
    _told(page, "40 briefings")
    page.fill(".top [name=q]", "north")
    page.wait_for_selector(".top [role=option]")
    page.keyboard.press("ArrowDown")
    page.evaluate(axe)
    assert page.evaluate(RUN, {}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    pair = "a=institutions/body-3&b=institutions/body-4"
    page.goto(f"{address}compare.html?{pair}")
    page.wait_for_selector("#compare tbody tr")
    page.evaluate(axe)
    assert page.evaluate(RUN, {}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
