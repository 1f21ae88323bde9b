"""The search: what is cut into terms, and where the terms of a briefing are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.briefing.conftest import build
from tests.briefing.desk import Assessment, renamed
from tests.package import terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Let's Encrypt", ["let", "s", "encrypt"]),
        ("Québec's CAFÉ", ["quebec", "s", "cafe"]),
        ("模型获批", ["模型", "型获", "获批", "批"]),
        ("GPT模型", ["gpt", "模型", "型"]),
        ("中", ["中"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("Правила — ИИ", ["правила", "ии"]),
        ("한국어 모델", ["한국어", "모델"]),
        ("قانون", ["قانون"]),
        ("\uff21\uff22\uff23", ["abc"]),
        ("x" * 40, ["x" * 24]),
        ("🙂 …", []),
    ],
)
def test_a_text_is_cut_into_terms_of_its_script(text: str, found: list[str]) -> None:
    assert list(terms(text)) == found


def entry(site: Path, term: str) -> list[int] | None:
    """The numbers of the briefings with a term, read as a browser reads them."""
    folder = site / "assets/search"
    firsts = json.loads((folder / "index.json").read_text())["texts"]
    file = max(n for n, first in enumerate(firsts) if first <= term)
    for word, *gaps in json.loads((folder / f"texts-{file}.json").read_text()):
        if word == term:
            numbers, last = [], 0
            for gap in gaps:
                last += gap >> 2
                numbers.append(last)
            return numbers
    return None


def test_a_term_leads_to_the_briefings_that_use_it(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    site = tmp_path / "site"
    build(renamed(desk, "small-lab", aliases=["小实验室"]), site, images_root)
    names = [row[0] for row in json.loads((site / "assets/search/rows-0.json").read_text())]

    def found(term: str) -> set[str]:
        return {names[n] for n in entry(site, term) or ()}

    lab = desk.corpus.profiles["small-lab"].name
    assert found("实验") == {lab}
    assert "More than 40 AI models are approved for public use" in found("approvals")
    assert found("nosuchterm") == set()
