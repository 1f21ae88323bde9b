"""The index: rows, columns, facets, moves, and its size with 2,000 briefings."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.briefing.conftest import build
from tests.briefing.desk import AS_OF, DIGEST, PUBLISHERS, SOURCES, Assessment, corpus, renamed
from tests.briefing.markup import Markup, pages
from tests.package import (
    Applied,
    Atlas,
    Cause,
    Change,
    Grade,
    build_site,
    facet_href,
    index_of,
    search_data,
)

NONE, D, CD, AB = (
    Grade(),
    Grade(200, "d", "D"),
    Grade(450, "cd", "C/D"),
    Grade(850, "ab", "A/B"),
)


def apply(as_of: str, *changes: tuple[str, Grade, Grade], audience: str = "public") -> Applied:
    found = []
    for profile_id, before, after in changes:
        ranked = before.rated and after.rated and (before.points or 0) != (after.points or 0)
        up = (before.points or 0) < (after.points or 0)
        direction: Any = ("upgrade" if up else "downgrade") if ranked else "status"
        causes = (Cause("evidence", None, (profile_id,)),)
        found.append(Change(profile_id, audience, "trust", before, after, direction, causes))
    return Applied(f"{as_of}T00:00:00+00:00", "A", "", as_of, ("x",), "y", {}, tuple(found), ())


def published(desk: Assessment, *history: Applied, out: Path, root: Path) -> Markup:
    atlas = Atlas(
        desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF, history=history
    )
    build_site(atlas, DIGEST, out, root)
    return Markup.of(out / "index.html")


def many(count: int, topics: int = 40) -> Assessment:
    """A workspace of made-up institutions, each with names and words of its own."""
    syllables = [f"{a}{b}" for a in "bdfgklmnst" for b in "ao"]

    def word(number: int) -> str:
        return "".join(syllables[(number // 20**place) % 20] for place in (0, 1, 2))

    profiles = [
        {
            "kind": "institution",
            "id": f"body-{n}",
            "name": f"{word(n * 7).title()} {word(n * 13 + 5).title()} {n}",
            "region": ("Asia Pacific", "Europe", "United States")[n % 3],
            "domain": ("Governance", "Industry")[n % 2],
            "topics": [f"topic {word(n % topics)}", f"topic {word((n * 3) % topics)}"],
            "claims": [
                {
                    "id": f"claim-{c}",
                    "nature": "fact",
                    "text": f"The office of {word(n)} stated {word(n * c + 17)} and "
                    f"{word(n + c * 311)} in the {word(c)} report of its {word(n * 11)} board.",
                    "key": c == 0,
                    "sources": [SOURCES[0]["id"]],
                }
                for c in range(6)
            ],
        }
        for n in range(count)
    ]
    desk = Assessment(corpus(PUBLISHERS, SOURCES[:1], profiles))
    for n in range(count):
        desk.score(f"body-{n}", 200 + (n * 37) % 790, (n % 1000, 380, 640))
    return desk


def atlas_of(desk: Assessment) -> Atlas:
    return Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF)


def rows(page: Markup) -> list[str]:
    return [a["href"] for tag, a in page.tags if tag == "a" and a.get("class") == "nm"]


def test_rows_stand_in_the_order_of_their_names_without_regard_to_case(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    build(renamed(desk, "small-lab", name="a small lab"), tmp_path / "site", images_root)
    found = rows(Markup.of(tmp_path / "site" / "index.html"))
    assert found == [
        "institutions/small-lab.html",
        "events/forty-models.html",
        "institutions/northern-search.html",
        "institutions/model-office.html",
    ]


def test_a_column_of_equal_cells_is_left_out(site: Path) -> None:
    assert 'class="kind"' in (site / "index.html").read_text()
    institutions = (site / "by/kind/institution.html").read_text()
    assert 'class="kind"' not in institutions
    assert 'class="grade"' in institutions


def test_every_facet_of_a_profile_has_a_page_that_lists_it(site: Path) -> None:
    for field, word in (
        ("kind", "Event"),
        ("region", "Asia Pacific"),
        ("domain", "Governance"),
        ("topic", "model approval"),
        ("grade", "cd"),
    ):
        page = Markup.of(site / facet_href(field, word, ""))
        assert "../../events/forty-models.html" in rows(page), word
    assert facet_href("topic", "model approval", "") in Markup.of(site / "index.html").links


@pytest.mark.parametrize(
    "words",
    [("C", "C++", "C#"), ("模型", "模式"), ("🙂", "🙃"), ("a" * 300, "a" * 301), ("R&D", "RD")],
)
def test_different_words_have_different_pages(words: Sequence[str]) -> None:
    assert len({facet_href("topic", word, "") for word in words}) == len(words)


def test_spellings_of_one_word_share_a_page() -> None:
    addresses = {
        facet_href("region", w, "") for w in ("Asia Pacific", "asia-pacific", "ASIA  Pacific")
    }
    assert addresses == {"by/region/asia-pacific.html"}
    assert "/" not in facet_href("topic", "../../etc/passwd", "").removeprefix("by/topic/")


def test_the_latest_moves_stand_first_with_their_reasons(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    page = published(
        desk,
        apply("2025-10-01", ("forty-models", NONE, D), ("model-office", NONE, AB)),
        apply("2025-11-01", ("model-office", AB, CD)),
        apply("2025-12-01", ("forty-models", D, CD)),
        out=tmp_path / "site",
        root=images_root,
    )
    moves = page.text.split("What changed")[2]
    assert moves.index("▲ from D") < moves.index("▼ from A/B")
    assert "The evidence changed" in moves
    assert "First rating" in moves


def test_a_first_run_is_told_in_a_sentence(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    first = apply("2025-12-01", ("forty-models", NONE, CD), ("model-office", NONE, CD))
    page = published(desk, first, out=tmp_path / "site", root=images_root)
    assert "2 briefings have their first rating, as of 1 December 2025." in page.text


def test_moves_of_other_audiences_and_unpublished_profiles_do_not_show(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    page = published(
        desk,
        apply("2025-11-01", ("forty-models", AB, CD), audience="member"),
        apply("2025-12-01", ("secret-panel", AB, CD)),
        out=tmp_path / "site",
        root=images_root,
    )
    assert page.text.count("What changed") == 1, "only the navigation names it"
    assert "A/B" not in page.text.split("Find")[1]


def test_an_arrow_shows_only_beside_the_grade_that_it_led_to(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    page = published(
        desk, apply("2025-12-01", ("forty-models", CD, AB)), out=tmp_path / "site", root=images_root
    )
    assert 'class="change"' not in (tmp_path / "site" / "index.html").read_text()
    assert "▲ from C/D" in page.text.split("Spread")[0]


def test_with_2000_briefings_the_first_page_stays_small_and_the_data_cheap(
    tmp_path: Path, images_root: Path
) -> None:
    desk = many(2000)
    started = time.process_time()
    index = index_of(atlas_of(desk))
    files = dict(search_data(index))
    spent = time.process_time() - started
    assert len(index.rows) == 2000
    shards = [len(d) for name, d in files.items() if "/texts-" in name or "/names-" in name]
    assert max(shards) < 16_000
    assert sorted(shards)[len(shards) // 2] < 5000
    assert len(files["assets/search/index.json"]) < 8000
    assert spent < 6


@pytest.mark.slow
def test_a_site_of_2000_briefings_keeps_its_budgets(tmp_path: Path, images_root: Path) -> None:
    out = tmp_path / "site"
    desk = many(2000)
    started = time.process_time()
    build(desk, out, images_root)
    whole = time.process_time() - started
    started = time.process_time()
    list(search_data(index_of(atlas_of(desk))))
    share = (time.process_time() - started) / whole
    first = (out / "index.html").read_bytes()
    assert len(first) <= 60_000
    assert len(re.findall(rb"<[a-z]", first)) <= 1500
    assert (out / "index-40.html").exists()
    assert not (out / "index-41.html").exists()
    assert len((out / "assets/site.js").read_bytes()) <= 15_000
    assert share <= 0.1


def test_every_link_of_index_and_facets_leads_to_a_file(site: Path) -> None:
    found = pages(site)
    for name, page in found.items():
        if name.startswith(("by/", "index", "compare")):
            folder = (site / name).parent
            for link in page.links:
                assert (folder / link.split("#")[0]).exists(), (name, link)


def test_the_data_of_the_script_holds_the_rows_of_the_pages(site: Path) -> None:
    data = json.loads((site / "assets/index/rows-0.json").read_text())
    shown = rows(Markup.of(site / "index.html"))
    assert [row[1] for row in data] == shown
