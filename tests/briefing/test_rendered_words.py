"""The words of built pages: slips that only show where texts of several makers meet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assay.pipeline import build as build_pages
from tests.briefing.budget import budget
from tests.package import Workspace, assess, check

ROOT = Path(__file__).parents[2]


# Reading a page ------------------------------------------------------------------------------

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_BLOCKS = re.compile(
    r"\b(?:p|li|td|th|dt|dd|h1|h2|h3|h4|div|section|article|table|tr|ul|ol|dl|figure|"
    r"figcaption|summary|details|header|footer|aside|nav|main|body)\b"
)
_SILENT = frozenset({"script", "style", "template", "svg"})


@dataclass(eq=False)
class Node:
    """An element of a page."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def nodes(self) -> Iterator[Node]:
        """The element and all below it."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.nodes()

    def find(self, *tags: str) -> list[Node]:
        return [node for node in self.nodes() if node.tag in tags]

    def below(self, *tags: str) -> list[Node]:
        """The children with one of the tags."""
        return [n for n in self.children if isinstance(n, Node) and n.tag in tags]

    def above(self) -> Iterator[Node]:
        """The element and those around it."""
        yield self
        if self.parent is not None:
            yield from self.parent.above()

    def text(self, *, blocks: bool = True) -> str:
        """Its words without marks of citations; ``blocks`` includes those of blocks within it."""
        parts: list[str] = []
        for child in self.children:
            if isinstance(child, str):
                parts.append(child)
            elif child.tag in _SILENT or "c" in child.classes:
                continue
            elif _BLOCKS.fullmatch(child.tag):
                parts.append(f" {child.text()} " if blocks else " ")
            else:
                apart = " · " if child.tag == "small" or "g" in child.classes else ""
                parts.append(f"{apart}{child.text(blocks=blocks)}{apart}")
        return " ".join("".join(parts).split())


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("page")
        self.here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in _VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, {n: v or "" for n, v in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        found = next((n for n in self.here.above() if n.tag == tag), None)
        if found is not None and found.parent is not None:
            self.here = found.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@dataclass(frozen=True)
class Block:
    """The words of one paragraph, cell or heading, without those of blocks within it."""

    tag: str
    text: str
    folded: bool
    about: bool
    """Whether the words come from documents."""

    def sentences(self) -> list[str]:
        """The sentences that end with a full stop and have at least four words."""
        parts = re.split(r"(?<=[.!?])\s+(?=[A-Z“])", self.text)
        return [s for s in parts if s.endswith((".", "!", "?")) and len(s.split()) >= 4]


@dataclass(frozen=True)
class Page:
    """A built page: its source, its elements and its blocks of words."""

    html: str
    root: Node
    blocks: tuple[Block, ...]


def read(html: str) -> Page:
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return Page(html, tree.root, tuple(_blocks(tree.root)))


def _blocks(root: Node) -> Iterator[Block]:
    for node in root.nodes():
        around = list(node.above())
        if not _BLOCKS.fullmatch(node.tag) or any(n.tag in _SILENT for n in around):
            continue
        text = node.text(blocks=False)
        if text:
            inside = around[1:] if node.tag == "summary" else around
            folds = [n for n in inside if n.tag == "details"]
            if node.tag == "summary":
                folds = folds[1:]
            about = any("data-about" in n.attributes for n in around)
            yield Block(node.tag, text, bool(folds), about)


# Rules ---------------------------------------------------------------------------------------

_NOUNS = (
    "source|record|report|self-report|profile|statement|judgement|assumption|question|difference|"
    "claim|citation|factor|rule|score|grade|day|reading|publisher|original|step"
)


def repetitions(page: Page) -> list[str]:
    """Sentences that a reader sees twice."""
    return [s for s, n in Counter(budget(page.html).sentences).items() if n > 1]


def plurals(page: Page) -> list[str]:
    """Numbers with the wrong form of their noun."""
    one = rf"(?<![\d.,])\b(?:1|one) (?:more |independent |secondary |first-hand )?(?:{_NOUNS})s\b"
    one += r"|\b1 more that affect\b"
    many = rf"\b(?:[2-9]|\d\d+|two|three|four|five|six) (?:more )?(?:{_NOUNS})\b(?![\w-])"
    return _hits(page, f"{one}|{many}", own=True)


_VERBS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|cannot|could|may|must|will|would|does|do|did|"
    r"acted|draw|rests|carries|carry|counts|count|reports|says|know|depends|depend|weigh|"
    r"weighs|supports|support|limits|limit|names|credits|draws|disputes|dispute|starts|ends|"
    r"adds|combines|changes|change|falls|rises|lowers|raises|lift|lifts|loses|lose|holds|hold|"
    r"shows|show|asks|belong|comes|come|makes|set|sets|judged|recorded|read|cite|confirm|find|"
    r"resolve|needs|need|affects|affect|applies|takes|moves|measures|means|acts|happens|hosts|"
    r"uses|states|stops|appears|settle|gives|give|rate|rates)\b"
)
_STARTS_LOWER = re.compile(r"[“(]?([a-z][a-z-]*)(?=[\s,;:])")


def fragments(page: Page) -> list[str]:
    """Our sentences without a main verb: each "that", "who" and "which" takes a verb of its own."""
    found = []
    for block in page.blocks:
        # The line by which a briefing is cited is no sentence.
        own = not block.about and not block.text.startswith("Cite as:")
        for text in block.sentences() if own else ():
            # A quoted title or statement is no part of the sentence around it.
            words = re.sub(r"“[^”]*”", "", text).casefold()
            if len(_VERBS.findall(words)) <= len(re.findall(r"\b(?:that|who|which)\b", words)):
                found.append(text)
    return found


def lower_case_starts(page: Page) -> list[str]:
    """Sentences that start in lower case."""
    return [s for b in page.blocks for s in b.sentences() if _STARTS_LOWER.match(s)]


def doubled_words(page: Page) -> list[str]:
    return _hits(page, r"(?i)\b(?!had had|that that)([a-z]+) \1\b")


def punctuation(page: Page) -> list[str]:
    """Stops and commas that meet, or that follow a space."""
    return _hits(page, r"(?<!\.)\.\.(?!\.)|[.,]”\.|,,|;;|\.,|\s[.,;:](?=\s|$)")


def placeholders(page: Page) -> list[str]:
    """Values that were not filled in, in words and in attributes."""
    pattern = r"\{[\w.]*\}|\bNone\b(?! of)|\bnan\b|\bNaN\b|\bUndefined\b"
    pattern += r"|\b(?:carry|carries|after|weigh|to) unknown\b"
    spoken = [
        value
        for node in page.root.nodes()
        for name, value in node.attributes.items()
        if name in ("aria-label", "content", "title", "alt") and re.search(pattern, value)
    ]
    titles = [n.text() for n in page.root.find("title") if re.search(pattern, n.text())]
    # A factor of the rulebook may have the word "none".
    words = [
        block.text
        for block in page.blocks
        if re.search(pattern, block.text)
        and not (block.about and block.tag == "td" and block.text.startswith("None"))
    ]
    return words + spoken + titles


def machine_words(page: Page) -> list[str]:
    """Words of the engine where a reader of a briefing meets them."""
    pattern = (
        r"(?i)\b(?:pool|clamp|coverage|scorers?|rulebook|multiply|corroborations?|ceiling|"
        r"on_unknown|noisy_or)\b|[a-z0-9]#[a-z0-9]|\b[a-z]+_[a-z]+\b"
    )
    return _hits(page, pattern, own=True, folded=False)


def counts_of_sources(page: Page) -> list[str]:
    """What the heading of the sources counts, against the rows."""
    for section in page.root.find("section"):
        if section.attributes.get("id") != "sources":
            continue
        heading = section.find("h2")[0].text()
        rows = [n for n in section.find("tr") if n.attributes.get("id", "").startswith("source-")]
        seen = [row.below("td")[-1].text().casefold() for row in rows]
        direct = sum(text.startswith(("record", "first-hand")) for text in seen)
        total = re.search(r"\d+", heading)
        wrong = total is None or int(total[0]) != len(rows)
        for kind in ("secondary report", "self-report", "first-hand report", "record"):
            if re.search(rf"\d+ {kind}", heading):
                wrong |= not all(text.startswith(kind) for text in seen)
        stated = re.search(r"(\d+|all|none) at first hand", heading)
        if stated:
            wrong |= {"all": len(rows), "none": 0}.get(stated[1], stated[1]) not in (
                direct,
                str(direct),
            )
        if wrong:
            return [f"{heading}: {len(rows)} rows, {direct} at first hand"]
    return []


def counts_of_folds(page: Page) -> list[str]:
    """The number on a fold, against what it holds."""
    found = []
    for fold in page.root.find("details"):
        label = fold.below("summary")[0].text()
        number = re.match(r"(\d+)\b", label)
        if number is None:
            continue
        rows = [r for body in fold.find("tbody") for r in body.below("tr")]
        rows = [r for r in rows if not r.text().startswith("Not known")]
        items = len(fold.below("p"))
        items = items or sum("vs" in n.classes for n in fold.below("div")) or len(rows)
        if "readings" in label:
            items = len(fold.find("thead")[0].find("th")) - 1
        if items != int(number[1]):
            found.append(f"{label}: {items}")
    return found


def counts_of_factors(page: Page) -> list[str]:
    """``3 of 5 factors known``, against the table of the factors."""
    tables = [t for t in page.root.find("table") if t.text().startswith("Factor ")]
    if not tables:
        return []
    rows = tables[0].find("tbody")[0].below("tr")
    known = [r for r in rows if r.text().partition(":")[0] and not r.text().startswith("Not known")]
    missing = [r.below("td")[0].text() for r in rows if r.text().startswith("Not known")]
    unknown = sum(len(text.split(", ")) for text in missing)
    wrong = []
    for block in page.blocks:
        for few, every in re.findall(r"(\d+) of (\d+) factors? known", block.text):
            if int(few) > len(known) or int(every) - int(few) > unknown:
                wrong.append(f"{block.text}: {len(known)} known and {unknown} unknown in the table")
    return wrong


def _hits(page: Page, pattern: str, *, own: bool = False, folded: bool = True) -> list[str]:
    """The blocks with a match; ``own`` leaves out the words of documents."""
    return [
        block.text
        for block in page.blocks
        if not (own and block.about) and (folded or not block.folded)
        if re.search(pattern, block.text)
    ]


EVERYWHERE: tuple[Callable[[Page], list[str]], ...] = (
    plurals,
    doubled_words,
    punctuation,
    placeholders,
    lower_case_starts,
)
ON_BRIEFINGS = (
    repetitions,
    fragments,
    machine_words,
    counts_of_sources,
    counts_of_folds,
    counts_of_factors,
)


def common(pages: Mapping[str, Page]) -> list[str]:
    """Sentences on more than a fifth of the briefings."""
    counted = Counter(s for page in pages.values() for s in set(budget(page.html).sentences))
    return [s for s, n in counted.items() if n > max(len(pages) / 5, 1)]


def problems(site: Path) -> dict[str, list[str]]:
    """What the rules find on the pages of a site, by page and rule."""
    pages = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*.html"))}
    found = {}
    for name, path in pages.items():
        page = read(path.read_text("utf-8"))
        rules = list(EVERYWHERE)
        if name.startswith(("events/", "institutions/")):
            rules += [fragments] if name.endswith("/grading.html") else ON_BRIEFINGS
        for rule in rules:
            if hits := rule(page):
                found[f"{name} {rule.__name__}"] = hits
    return found


# Tests ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checked = check(Workspace.find(ROOT))
    assert checked.loaded.rulebook is not None
    as_of = checked.loaded.rulebook.settings.as_of
    assert as_of is not None
    out = tmp_path_factory.mktemp("shipped") / "site"
    build_pages(assess(checked, as_of), out)
    return out


def test_the_shipped_site_has_no_slips(shipped: Path) -> None:
    assert problems(shipped) == {}


def test_no_sentence_stands_on_more_than_a_fifth_of_the_briefings(shipped: Path) -> None:
    files = [*shipped.glob("events/*.html"), *shipped.glob("institutions/*.html")]
    assert common({p.name: read(p.read_text("utf-8")) for p in files}) == []


def test_the_sample_site_has_no_slips(site: Path) -> None:
    assert problems(site) == {}


_SOURCES = """<section id="sources"><h2>Sources <small>{heading}</small></h2><table><tbody>
<tr id="source-1"><td>1</td><td>Title</td><td>Secondary report</td></tr></tbody></table>
<details><summary>1 more source</summary><table><tbody>
<tr id="source-2"><td>2</td><td>Title</td><td>Record; draws on 1</td></tr></tbody></table></details>
</section>"""
_FACTORS = """<dl><dd>{known}</dd></dl><table><thead><tr><th>Factor</th><th>Known</th></tr></thead>
<tbody><tr><th>Users</th><td>Millions</td></tr><tr><th>Not known</th><td>area, time</td></tr>
</tbody></table>"""


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (repetitions, "<p>The count is disputed now.</p><p>The count is disputed now.</p>"),
        (plurals, "<p>1 profiles depend on it.</p>"),
        (plurals, "<h2>Sources <small>2 source</small></h2>"),
        (plurals, "<p>It rests on one secondary reports.</p>"),
        (fragments, "<td>The record of the institution that acted.</td>"),
        (fragments, "<li>A secondary report by an unrated publisher that names it.</li>"),
        (lower_case_starts, "<li>the publisher is not reliable.</li>"),
        (doubled_words, "<p>It is <b>the</b> the weakest claim.</p>"),
        (punctuation, "<p>Confirm that it still holds..</p>"),
        (punctuation, "<p>It holds , for now.</p>"),
        (punctuation, "<p>It is about “a claim.”.</p>"),
        (punctuation, "<p>One source,, and another.</p>"),
        (placeholders, "<p>It carries {claim.dispute}.</p>"),
        (placeholders, "<p>Its region is None.</p>"),
        (placeholders, '<a aria-label="Source None">1</a>'),
        (placeholders, "<p>nan of the facts are known.</p>"),
        (machine_words, "<p>The coverage of the score is 41%.</p>"),
        (machine_words, "<p>Only one claim counts: harbour#opened.</p>"),
        (counts_of_sources, _SOURCES.format(heading="3 sources, 1 at first hand")),
        (counts_of_sources, _SOURCES.format(heading="2 sources, none at first hand")),
        (counts_of_sources, _SOURCES.format(heading="2 secondary reports")),
        (counts_of_folds, "<details><summary>2 more</summary><p>One.</p></details>"),
        (counts_of_factors, _FACTORS.format(known="2 of 3 factors known")),
    ],
)
def test_a_planted_slip_is_found(rule: Callable[[Page], list[str]], planted: str) -> None:
    assert rule(read(f"<main>{planted}</main>"))


def test_a_sentence_on_every_page_is_found() -> None:
    page = read("<main><p>Our records are kept with care.</p></main>")
    assert common({"a": page, "b": page}) == ["Our records are kept with care."]


def test_clean_text_has_no_slips() -> None:
    html = (
        "<main><p>Source 1 (omid.dev): A publisher rated C or better reports this.</p>"
        "<p data-about>omid.dev had had 1 source…</p>"
        "<details><summary>1 more question</summary><p>Who pays?</p></details>"
        f"{_SOURCES.format(heading='2 sources, 1 at first hand')}"
        f"{_FACTORS.format(known='1 of 3 factors known')}</main>"
    )
    found = {rule.__name__: rule(read(html)) for rule in (*EVERYWHERE, *ON_BRIEFINGS)}
    assert {name: hits for name, hits in found.items() if hits} == {}
