"""Each form is recognised for a stated reason and read with the place of every value."""

from __future__ import annotations

import importlib.util

import pytest

from assay.ingest.items import Items
from tests.ingest import examples
from tests.package import Read, decode, read_document

needs_extractor = pytest.mark.skipif(
    importlib.util.find_spec("trafilatura") is None, reason="assay[ingest] is not installed"
)
needs_xml = pytest.mark.skipif(
    importlib.util.find_spec("defusedxml") is None, reason="assay[ingest] is not installed"
)


def read(text: str, name: str = "document.md") -> Read:
    found = read_document(decode(text.encode("utf-8"), name))
    assert isinstance(found, Read), found
    return found


def items(text: str, name: str = "document.md") -> Items:
    return read(text, name).items


def test_older_digest_page() -> None:
    found = read(examples.DIGEST_OLDER)
    assert found.format.name == "signals digest"
    (item,) = found.items.items
    assert item.title == "Harbour Office Approves Forty Cranes"
    assert str(item.published) == "2024-02-18"
    assert item.publisher == "letter.example.org"
    assert item.attributed_to == "wire.example.com"
    assert item.extra["keywords"] == ["cranes", "harbour"]
    assert len(item.extra["closest"]) == 1
    assert item.where["attributed_to"] == "line 3, external link"


def test_signals_become_events_with_change_driving_force_and_horizon() -> None:
    summary, signal = items(examples.DIGEST_OLDER).items[0].drafts
    assert [c.locator for c in summary.claims] == ["Summary, line 8", "Summary, line 8"]
    assert signal.kind == "event"
    assert [(c.nature, c.text) for c in signal.claims] == [
        ("attributed", "More cranes ashore"),
        ("attributed", "Change: Faster unloading"),
        ("attributed", "Driven by: Cheap sensors"),
        ("forecast", "Within ten years: Ports without crews"),
    ]
    assert "Ports without crews" in signal.watch[0].text


def test_later_digest_page_is_the_same_publication() -> None:
    older, later = (items(t).items[0] for t in (examples.DIGEST_OLDER, examples.DIGEST_LATER))
    assert older.key == later.key
    assert later.extra["category"] == "trade"
    assert later.extra["concerns"] == [
        {"name": "Noise", "description": "Cranes are loud.", "relevancy": "3"}
    ]
    assert later.drafts[1].claims[0].text == "Cranes rise everywhere."


def test_news_item_keeps_what_nobody_asked_for_and_names_the_blob() -> None:
    item, related = items(examples.NEWS).items
    assert (item.title, str(item.published)) == (
        "Harbour office approves forty cranes",
        "2024-01-30",
    )
    assert (item.publisher, item.domain) == ("The Daily Example", "daily.example.com")
    assert item.extra["heat"] == -1
    assert item.ignored == ("secured",)
    assert item.where["published"] == "line 5, publishedDateTime"
    assert related.mention
    assert (related.publisher, related.extra["quality"]) == ("Example Wire", 57)


def test_profile_page_as_text() -> None:
    (item,) = items(examples.PROFILE_TEXT, "page.txt").items
    assert item.title == "Harbour office approves more than 40 cranes"
    assert item.publisher == "Quay Media"
    assert item.extra["region"] == "North Sea"
    assert item.extra["stated_confidence"] == 80
    assert item.drafts[0].kind == "event"
    assert item.drafts[0].claims[0].text == "The harbour office approved 40 cranes in January."


def test_profile_page_as_mdx() -> None:
    found = read(examples.PROFILE_MDX, "board.mdx")
    assert found.format.name == "institution profile page"
    (item,) = found.items.items
    assert str(item.published) == "2026-02-01"
    assert "the list" in item.passages
    assert "import" not in item.passages
    (draft,) = item.drafts
    assert (draft.kind, draft.name, draft.fields) == (
        "institution",
        "Harbour Safety Board",
        {"aliases": ["HSB"]},
    )


def test_article_under_front_matter() -> None:
    (item,) = items(examples.ARTICLE).items
    assert item.title == "A title with: a colon, *stars* & <b>tags</b>"
    assert str(item.published) == "2018-01-09"
    assert (item.publisher, item.url) == ("harbourgov", "https://harbour.example.gov/cranes/")
    assert item.extra == {"weight": 3}
    assert item.passages.splitlines() == [
        "First paragraph on two lines with 17 per cent more.",
        "One of 130 cranes fell, they said.",
    ]
    assert [c.locator for c in item.drafts[0].claims] == ["line 9", "line 12"]


def test_article_without_anything_but_words() -> None:
    (item,) = items("\nCranes came. They stayed.\n", "note.txt").items
    assert item.title == "Cranes came."
    assert item.where["title"] == "line 2, the first sentence"
    assert item.published is None


def test_link_digest_gives_one_source_a_story() -> None:
    found = read(examples.LINK_DIGEST, "2025-02-06-issue-12.md")
    assert found.format.name == "link digest"
    main, first, second = found.items.items
    assert str(main.published) == "2025-02-06"
    assert len(main.extra["retells"]) == 2
    assert (first.title, first.publisher, str(first.published)) == (
        "Forty cranes",
        "Example Wire",
        "2025-02-05",
    )
    assert first.passages == "The office 's 40 cranes."
    assert second.publisher is None
    assert first.mention


@needs_xml
def test_rss() -> None:
    first, second = items(examples.RSS, "feed.xml").items
    assert (first.title, first.publisher, first.language) == (
        "Forty cranes & more",
        "Example Wire",
        "en",
    )
    assert str(first.published) == "2024-01-29"
    assert first.passages == "The office approved 40 cranes."
    assert first.extra["category"] == ["cranes", "port"]
    assert second.published is None
    assert second.extra["date"] == "soon"


@needs_xml
def test_atom_takes_the_page_and_not_the_feed_for_the_address() -> None:
    (entry,) = items(examples.ATOM, "feed.atom").items
    assert (entry.title, entry.url) == ("Cranes again", "https://notes.example.com/cranes")


def test_json_feed() -> None:
    (entry,) = items(examples.JSON_FEED, "feed.json").items
    assert (entry.title, str(entry.published)) == ("Cranes", "2024-02-03")
    assert entry.extra == {"tags": ["port"]}


def test_stix_bundle() -> None:
    found = items(examples.STIX, "bundle.json")
    report, reference = found.items
    assert (report.title, report.publisher, str(report.published)) == (
        "Cranes at risk",
        "Crane Works",
        "2024-01-29",
    )
    assert [d.name for d in report.drafts] == ["Harbour Office", "Crane Works"]
    assert report.drafts[0].claims[1].text == "Harbour Office related to Crane Works."
    assert (reference.url, reference.mention) == ("https://wire.example.com/forty", True)
    assert found.notes == ("objects that are not read: malware",)


@needs_extractor
def test_html_page_gives_its_main_text_and_nothing_around_it() -> None:
    (item,) = items(examples.HTML, "saved.html").items
    assert (item.title, item.publisher, str(item.published)) == (
        "Forty cranes",
        "Example Wire",
        "2024-01-29",
    )
    assert item.url == "https://wire.example.com/forty"
    assert "more than 40 cranes" in item.passages
    assert "All rights" not in item.passages


@needs_extractor
def test_html_profile_page() -> None:
    body = "".join(f"<p>{p}</p>" for p in examples.PROFILE_TEXT.split("\n\n"))
    found = items(f"<html><body><article>{body}</article></body></html>", "page.html")
    assert found.items[0].extra["heading"] == "Harbour institution"
    assert found.items[0].extra["stated_confidence"] == 80


def test_mailbox() -> None:
    first, second = items(examples.MAILBOX, "list.mbox").items
    assert (first.title, first.publisher, str(first.published)) == (
        "Cränes",
        "Jane Doe",
        "2024-01-29",
    )
    assert second.publisher == "john@example.org"
    assert first.drafts[0].claims[0].text == "The office approved 40 cranes."
    assert second.drafts == ()
