"""How much a reader has to read: the budgets of a briefing, on every page of the shipped site."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from assay.pipeline import build as build_pages
from tests.briefing.budget import Budget, budget
from tests.package import Corpus, Workspace, assess, check

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Corpus]:
    checked = check(Workspace.find(ROOT))
    assert checked.loaded.rulebook is not None
    as_of = checked.loaded.rulebook.settings.as_of
    assert as_of is not None
    assessment = assess(checked, as_of)
    out = tmp_path_factory.mktemp("shipped") / "site"
    build_pages(assessment, out)
    return out, assessment.corpus


@pytest.fixture(scope="module")
def shipped(site: tuple[Path, Corpus]) -> Path:
    return site[0]


@pytest.fixture(scope="module")
def briefings(shipped: Path) -> dict[str, Budget]:
    files = [*shipped.glob("events/*.html"), *shipped.glob("institutions/*.html")]
    return {f.relative_to(shipped).as_posix(): budget(f.read_text("utf-8")) for f in files}


@pytest.fixture(scope="module")
def few(site: tuple[Path, Corpus]) -> frozenset[str]:
    """The profiles with up to five claims."""
    return frozenset(p.id for p in site[1].profiles.values() if len(p.claims) <= 5)


def test_a_briefing_has_at_most_700_words(briefings: dict[str, Budget]) -> None:
    assert {n: b.words for n, b in briefings.items() if b.words > 700} == {}


def test_half_of_the_words_are_about_the_subject(
    briefings: dict[str, Budget], few: frozenset[str]
) -> None:
    large = {n: b.share for n, b in briefings.items() if Path(n).stem not in few}
    assert large
    assert {n: share for n, share in large.items() if share < 0.5} == {}


def test_a_briefing_of_up_to_five_claims_has_at_most_350_words(
    briefings: dict[str, Budget], few: frozenset[str]
) -> None:
    """Of them at most 150 are not about the subject."""
    small = {n: b for n, b in briefings.items() if Path(n).stem in few}
    assert small
    long = {n: (b.words, b.words - b.about) for n, b in small.items()}
    assert {n: v for n, v in long.items() if v[0] > 350 or v[1] > 150} == {}


def test_no_sentence_about_the_subject_stands_twice_on_a_page(
    briefings: dict[str, Budget],
) -> None:
    for name, page in briefings.items():
        twice = [s for s, n in Counter(page.sentences).items() if n > 1]
        assert twice == [], name


def test_no_sentence_stands_on_more_than_a_fifth_of_the_pages(
    briefings: dict[str, Budget],
) -> None:
    counted = Counter(s for page in briefings.values() for s in set(page.sentences))
    assert [s for s, n in counted.items() if n > len(briefings) / 5] == []


def test_no_number_has_three_decimals_outside_the_fold(briefings: dict[str, Budget]) -> None:
    for name, page in briefings.items():
        assert re.findall(r"\b\d\.\d{3}\b", page.text) == [], name


def test_words_about_the_subject_come_from_its_documents(
    site: tuple[Path, Corpus],
) -> None:
    """What the templates mark as about the subject stands in the documents, word for word."""
    shipped, corpus = site
    written = " ".join(
        path.read_text("utf-8")
        for folder in (ROOT / "profiles",)
        for path in sorted(folder.rglob("*.yaml"))
    )
    known = set(re.findall(r"\w+", written.casefold()))
    for profile in corpus.profiles.values():
        folder = "events" if profile.kind == "event" else "institutions"
        page = shipped / folder / f"{profile.id}.html"
        if not page.exists():
            continue
        about = re.findall(r"\w+", budget(page.read_text("utf-8")).about_text.casefold())
        strange = [w for w in about if w not in known and not w.isdigit()]
        assert len(strange) <= len(about) / 10, (profile.id, sorted(set(strange)))
