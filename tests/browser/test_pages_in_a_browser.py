"""What only a browser can tell: contrast in both themes, overflow on a phone, the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.briefing.conftest import PICTURE, build
from tests.briefing.desk import sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PAGES = (
    *("index.html", "events/forty-models.html", "institutions/model-office.html"),
    *("events/forty-models/grading.html", "institutions/model-office/grading.html"),
    *("rules/index.html", "rules/profile-trust.html", "rules/citation-strength/secondary.html"),
    *("about.html", "changes.html", "sources.html", "sources/tech-letter.html", "topics.html"),
)

# Each text with the colour it has and the colour that lies behind it, by what is painted there.
CONTRAST = """() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => {
    const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const painted = element => {
    const style = getComputedStyle(element);
    const shape = ['rect', 'path', 'circle'].includes(element.tagName.toLowerCase());
    const colour = parse(shape ? style.fill : style.backgroundColor);
    return colour.length && (colour.length < 4 || colour[3] > 0) ? colour : null;
  };
  const poor = [];
  let checked = 0;
  document.querySelectorAll('details').forEach(d => { d.open = true; });
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || element.closest('title, .skip, .vh')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getClientRects()[0];
    if (!box || !box.width) continue;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const stack = document.elementsFromPoint(x, y);
    const svg = element.closest('svg');
    const text = parse(svg ? getComputedStyle(element).fill : getComputedStyle(element).color);
    const under = stack.filter(e => e !== element || !svg).map(painted).find(Boolean);
    checked += 1;
    if (!under || ratio(text, under) < 4.5) {
      poor.push([node.data.trim().slice(0, 40), text, under, under && ratio(text, under)]);
    }
  }
  return {checked, poor};
}"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    (root / "images").mkdir()
    (root / "images" / "ruler.svg").write_text(PICTURE)
    build(sample(), root / "site", root)
    return root / "site"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    name: str, theme: str, browser: Browser, built: Path
) -> None:
    view: dict[str, Any] = {"viewport": {"width": 1280, "height": 12000}, "color_scheme": theme}
    page = browser.new_page(**view)
    page.goto((built / name).as_uri())
    found = page.evaluate(CONTRAST)
    page.close()
    assert found["checked"] > (50 if name.startswith(("events/", "institutions/")) else 10)
    assert found["poor"] == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(name: str, browser: Browser, built: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((built / name).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert width <= 390


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_nothing_to_the_console_and_asks_for_nothing_outside(
    name: str, browser: Browser, built: Path
) -> None:
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((built / name).as_uri())
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.close()
    assert said == []
    assert all(url.startswith(built.as_uri()) for url in asked)
    assert background == "rgb(253, 252, 250)"


def test_print_opens_what_is_folded(browser: Browser, built: Path) -> None:
    page = browser.new_page()
    page.goto((built / "events/forty-models.html").as_uri())
    page.emulate_media(media="print")
    shown = page.evaluate(
        "[...document.querySelectorAll('.more table:not(.noprint *)')]"
        ".every(t => t.offsetHeight > 0)"
    )
    page.close()
    assert shown


def test_the_page_can_be_walked_with_the_keyboard(browser: Browser, built: Path) -> None:
    page = browser.new_page()
    page.goto((built / "events/forty-models.html").as_uri())
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    page.close()
    assert first == "skip"


def test_a_figure_leads_to_its_rule_and_the_rule_back_to_the_briefing(
    browser: Browser, built: Path
) -> None:
    page = browser.new_page()
    page.goto((built / "events/forty-models.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.click("a[href$='/rules/citation-strength/secondary.html'] >> nth=0")
    assert page.inner_text("h1") == "secondary"
    assert page.locator("svg.spread").count() > 0
    page.click("#profiles a >> nth=0")
    back = page.url
    page.close()
    assert back.startswith((built / "events").as_uri())
