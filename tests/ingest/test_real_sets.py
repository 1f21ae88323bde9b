"""The documents beside the repository: every one is read, and its odd cases are read right."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.ingest_table import SETS, measure

from tests.package import Read, Workspace, ingest, load_workspace, read_paths

LEAST = 0.99


@pytest.mark.parametrize("name", SETS)
def test_at_least_99_of_100_are_read_right(data_sets: Path, name: str) -> None:
    tally = measure(data_sets / name)
    assert tally.files > 0
    for right in (tally.sources, tally.title, tally.date, tally.publisher):
        assert right >= LEAST * tally.files, tally.wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_taking_a_set_in_twice_changes_nothing(
    data_sets: Path, workspace: Workspace, name: str
) -> None:
    ingest(load_workspace(workspace), [data_sets / name])
    before = {p: p.read_bytes() for p in workspace.profiles_dir.rglob("*") if p.is_file()}
    loaded = load_workspace(workspace)
    assert not loaded.errors
    assert {o.status for o in ingest(loaded, [data_sets / name])} == {"unchanged"}
    assert {p: p.read_bytes() for p in workspace.profiles_dir.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("name", [name for name in SETS if name != "everyday_powerapps_news"])
def test_no_field_of_front_matter_is_dropped_in_silence(data_sets: Path, name: str) -> None:
    for read in read_paths([data_sets / name]):
        assert isinstance(read, Read)
        front = read.document.front_matter
        if front is None or front.problem:
            continue
        item = read.items.items[0]
        taken = {place.rpartition(", ")[2] for place in item.where.values()}
        for key, value in front.data.items():
            told = key in item.extra or key in item.ignored or key in taken
            assert told or value in (None, "", [], {}, item.url), (read.document.name, key)


def test_a_quality_given_elsewhere_is_kept_where_it_was_given(data_sets: Path) -> None:
    own: dict[str, set[object]] = {}
    for read in read_paths([data_sets / "everyday_ai_news"]):
        assert isinstance(read, Read)
        item = read.items.items[0]
        own.setdefault(item.title, set()).add(item.extra["quality"])
        for entry in item.extra.get("related", ()):
            own.setdefault(entry["title"], set()).add(entry["quality"])
    assert {10, 50} in own.values()


def test_posts_in_several_languages_are_no_versions_of_each_other(
    data_sets: Path, workspace: Workspace
) -> None:
    outcomes = ingest(load_workspace(workspace), [data_sets / "aiid_posts"])
    assert "version" not in {o.status for o in outcomes}


def first(path: Path) -> Read:
    (found,) = read_paths([path])
    assert isinstance(found, Read), found
    return found


def test_invalid_front_matter_of_a_research_page(data_sets: Path) -> None:
    found = first(data_sets / "aiid_posts" / "research__4-related-work__index.fr.mdx")
    assert found.items.items[0].title == "Travaux connexes"
    assert "not valid YAML" in found.items.notes[0]
    assert found.items.items[0].language == "fr"


def test_a_page_listing_itself_nine_times_is_listed_once(data_sets: Path) -> None:
    page = "b6dc0996967d1b60cd671a3f6a787e9b"
    item = first(data_sets / "futures_signals" / f"{page}.md").items.items[0]
    assert sum(c["page"] == page for c in item.extra["closest"]) == 1


def test_one_item_keeps_both_its_qualities(data_sets: Path, workspace: Workspace) -> None:
    ingest(load_workspace(workspace), [data_sets / "everyday_ai_news"])
    loaded = load_workspace(workspace)
    assert not loaded.errors
    assert len([s for s in loaded.corpus.sources.values() if "Facebook" in s.title]) == 3


def test_the_same_item_over_time_is_one_publication_in_versions(
    data_sets: Path, workspace: Workspace
) -> None:
    outcomes = ingest(load_workspace(workspace), [data_sets / "everyday_powerapps_revisions"])
    loaded = load_workspace(workspace)
    assert not loaded.errors
    by_name: dict[str, set[str]] = {}
    for outcome in outcomes:
        assert outcome.source is not None
        root = outcome.source
        while (earlier := loaded.corpus.sources[root].revises) is not None:
            root = earlier
        by_name.setdefault(outcome.file.partition("@")[0], set()).add(root)
    # Two items were pointed elsewhere later, one to another outlet's copy and one to an address
    # under which it also had another title: nothing says that these are the same.
    assert [n for n, roots in by_name.items() if len(roots) > 1] == [
        f"everyday_powerapps_revisions/{name}"
        for name in (
            "2022-06-13-alithya-expands-microsoft-manufacturing-power-apps",
            "2023-05-25-build-2023-tell-power-apps-to-add-a-screen-change-the-color-and-more",
        )
    ]


def test_the_later_page_revises_the_seed(data_sets: Path, workspace: Workspace) -> None:
    ingest(
        load_workspace(workspace),
        [
            data_sets / "seeds",
            data_sets / "futures_signals" / "180b400e2ff14c1358c95031138bbe47.later-version.md",
        ],
    )
    loaded = load_workspace(workspace)
    (later,) = (s for s in loaded.corpus.sources.values() if s.revises)
    assert later.title.startswith("China Approves Over 40 AI Models Amid")
    assert loaded.corpus.sources[str(later.revises)].title == (
        "China Approves Over 40 AI Models for Public Use"
    )


def test_pages_without_a_date_have_none(data_sets: Path) -> None:
    item = first(data_sets / "aiid_posts" / "research__1-criteria__index.mdx").items.items[0]
    assert item.published is None


def test_right_to_left_and_cjk_titles_are_kept(data_sets: Path) -> None:
    folder = data_sets / "letsencrypt_docs_nonlatin"
    assert first(folder / "he__docs__cert-compat.md").items.items[0].title == "תאימות אישורים"
    assert first(folder / "ja__docs__godaddy.md").items.items[0].language == "ja"


def test_digests_hold_several_stories(data_sets: Path) -> None:
    path = data_sets / "dltj_thursday_threads" / "2025-02-20-issue-108-educational-technology.md"
    main, *stories = first(path).items.items
    assert main.title == "Issue 108: Educational Technology"
    assert stories[0].publisher == "New York Magazine"
    assert str(stories[0].published) == "2025-02-05"
    assert len(stories) >= 5
