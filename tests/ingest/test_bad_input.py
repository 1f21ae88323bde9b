"""Documents that are broken, hostile or strange: said so, and the rest goes on."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.ingest import document as document_module
from assay.ingest.document import UnreadableDocument
from tests.ingest import examples
from tests.package import (
    Outcome,
    Read,
    Workspace,
    decode,
    ingest,
    load_workspace,
    read_document,
    read_paths,
)


def outcome(data: bytes, name: str) -> Read | Outcome:
    try:
        return read_document(decode(data, name))
    except UnreadableDocument as error:
        return Outcome(name, "unreadable", reason=str(error))


def refusal(data: bytes, name: str) -> str:
    found = outcome(data, name)
    assert isinstance(found, Outcome), found
    return found.reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_other_unicode_encodings_are_read_and_named(encoding: str) -> None:
    found = outcome(examples.ARTICLE.encode(encoding), "a.md")
    assert isinstance(found, Read)
    assert found.items.items[0].publisher == "harbourgov"
    if encoding != "utf-8-sig":
        assert "encoding was taken to be utf" in found.document.notes[0]


@pytest.mark.skipif(
    importlib.util.find_spec("charset_normalizer") is None, reason="assay[ingest] is not installed"
)
def test_an_old_encoding_is_guessed_and_named() -> None:
    text = "Die Hafenbehörde genehmigte über 40 Kräne für größere Häfen im Süden. " * 5
    found = outcome(text.encode("cp1252"), "a.txt")
    assert isinstance(found, Read)
    assert "Hafenbehörde" in found.items.items[0].passages
    assert found.document.notes


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ('<html><head><meta charset="windows-1251"><title>Порт</title></head>', "cp1251", "a.html"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>Порт</p>',
            "koi8-r",
            "a.html",
        ),
        (
            '<?xml version="1.0" encoding="shift_jis"?><rss><title>港湾</title></rss>',
            "shift_jis",
            "a",
        ),
    ],
)
def test_an_encoding_that_the_document_names_is_believed(
    text: str, encoding: str, name: str
) -> None:
    found = decode(text.encode(encoding), name)
    assert (found.text, found.encoding) == (text, encoding)
    assert found.notes == (f"the encoding was taken to be {encoding}",)


@pytest.mark.parametrize("said", ["windows-1251", "no-such-thing", "rot13", "zip", "utf-8", "idna"])
def test_an_encoding_that_is_named_and_is_not_so_is_guessed(said: str) -> None:
    pytest.importorskip("charset_normalizer")
    text = f'<meta charset="{said}">' + "Die Hafenbehörde genehmigte über 40 Kräne. " * 5
    if said != "windows-1251":
        assert "Hafenbehörde" in decode(text.encode("cp1252"), "a.html").text
    else:
        assert decode(text.encode("utf-8"), "a.html").encoding == "utf-8"


def test_zero_bytes_and_nothing_at_all() -> None:
    assert "byte 3 is zero" in refusal(b"abc\0def" * 10, "a.txt")
    assert refusal(b"  \n", "a.txt") == "it is empty"


def test_a_huge_file_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as handle:
        handle.truncate(100_000_000)
    (found,) = read_paths([path])
    assert isinstance(found, Outcome)
    assert "100,000,000 bytes" in found.reason
    assert document_module.SIZE_LIMIT < 100_000_000


def test_front_matter_that_is_not_yaml_is_read_line_by_line() -> None:
    text = '---\ntitle: "Works"slug: "/x"\nlang: fr\n---\nWords.\n'
    found = outcome(text.encode(), "a.md")
    assert isinstance(found, Read)
    assert found.items.items[0].title == "Works"
    assert "not valid YAML (line 2)" in found.items.notes[0]


def test_a_key_given_twice_keeps_the_first_and_says_so() -> None:
    found = outcome(b"---\ntitle: One\ntitle: Two\n---\nWords.\n", "a.md")
    assert isinstance(found, Read)
    assert found.items.items[0].title == "One"
    assert "duplicate key 'title', first set on line 2" in found.items.notes[0]


def test_front_matter_below_blank_lines() -> None:
    found = outcome(b"\n\n---\ntitle: Late\ndate: 2016-02-08 11:00:00 -0400\n---\nWords.\n", "a.md")
    assert isinstance(found, Read)
    (item,) = found.items.items
    assert (item.title, str(item.published)) == ("Late", "2016-02-08")
    assert item.where["title"] == "line 4, title"


needs_xml = pytest.mark.skipif(
    importlib.util.find_spec("defusedxml") is None, reason="assay[ingest] is not installed"
)


@needs_xml
@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE rss SYSTEM "https://example.com/rss.dtd">',
    ],
)
def test_feeds_with_entities_are_refused(head: str) -> None:
    text = f"{head}<rss><channel><item><title>&x;</title></item></channel></rss>"
    assert "not read" in refusal(text.encode(), "feed.xml")


@needs_xml
def test_a_feed_that_breaks_off() -> None:
    assert "not well-formed" in refusal(b"<rss><channel><title>a", "feed.xml")


def test_html_nested_without_end_is_refused() -> None:
    assert "nested" in refusal(b"<html><body>" + b"<div>" * 50_000, "bomb.html")
    assert "tags" in refusal(b"<html><body>" + b"<p>a</p>" * 150_000, "bomb.html")


def test_json_nested_without_end_is_refused() -> None:
    text = '{"id": "bundle--1", "objects": ' + "[" * 200_000
    assert refusal(text.encode(), "a.json")


def test_dates_no_publication_can_have_are_no_dates() -> None:
    for day in ("9999-01-01", "0001-01-01"):
        found = outcome(f"---\ntitle: A\ndate: {day}\n---\nWords.\n".encode(), "a.md")
        assert isinstance(found, Read)
        assert found.items.items[0].published is None
        assert found.items.items[0].extra["date"] == day


def test_ten_thousand_related_items_are_cut_and_said() -> None:
    one = '  - {title: "T%d", webUrl: "https://example.com/%d"}\n'
    related = "related:\n" + "".join(one % (i, i) for i in range(10_000))
    text = f"---\ntitle: A\nquality: 1\nheat: 2\n{related}---\n"
    found = outcome(text.encode(), "a.md")
    assert isinstance(found, Read)
    assert len(found.items.items) == 201
    assert "10000 related items" in found.items.notes[0]


def test_a_document_that_is_its_own_source_is_one_source(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = examples.NEWS.replace(
        "https://wire.example.com/forty", "https://daily.example.com/cranes"
    )
    (tmp_path / "a.md").write_text(text)
    outcomes = ingest(load_workspace(workspace), [tmp_path / "a.md"])
    assert [o.status for o in outcomes] == ["new"]


def test_hostile_titles_stay_titles(workspace: Workspace, tmp_path: Path) -> None:
    titles = [
        "# __x__ [a](b)",
        "<script>alert(1)</script>",
        "kind: publisher\\nid: x",
        "../../etc/passwd",
        "{{ 7*7 }}",
        "مرحبا بالعالم",
        "\\u202eevil",
    ]
    for i, title in enumerate(titles):
        (tmp_path / f"t{i}.md").write_text(f'---\ntitle: "{title}"\n---\nWords here.\n', "utf-8")
    ingest(load_workspace(workspace), sorted(tmp_path.glob("t*.md")))
    loaded = load_workspace(workspace)
    assert not loaded.errors
    assert len(loaded.corpus.sources) == len(titles)
    assert {p.parent.name for p in workspace.profiles_dir.rglob("*.yaml")} == {"ingested"}


def test_the_rest_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.md").write_text(examples.ARTICLE, "utf-8")
    (folder / "b.bin").write_bytes(b"\0\1\2")
    (folder / "c.textproto").write_text("name: 1\n")
    found = {o.file: o.status for o in ingest(load_workspace(workspace), [folder])}
    assert found == {
        "mixed/a.md": "new",
        "mixed/b.bin": "unreadable",
        "mixed/c.textproto": "unrecognised",
    }


@given(st.binary(max_size=400), st.sampled_from(["a.md", "a.html", "a.xml", "a.json", "a.txt"]))
def test_no_bytes_break_it(data: bytes, name: str) -> None:
    found = outcome(data, name)
    assert isinstance(found, Read) or found.reason


@given(
    st.sampled_from(
        [
            examples.NEWS,
            examples.DIGEST_OLDER,
            examples.ARTICLE,
            examples.LINK_DIGEST,
            examples.STIX,
            examples.PROFILE_TEXT,
            examples.MAILBOX,
            examples.JSON_FEED,
        ]
    ),
    st.integers(0, 3000),
    st.integers(0, 60),
)
def test_no_cut_breaks_it(text: str, start: int, length: int) -> None:
    found = outcome((text[:start] + text[start + length :]).encode(), "a.md")
    assert isinstance(found, Read) or found.reason


DIGEST = "# __T__, from ([20240218](https://x.org/p/20240218).)\n\n## Signals\n\n"
MANY = 100_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("links that never close", "[a](" * MANY),
        ("pictures that never close", "![a](" * MANY),
        ("footnotes that never close", "[^" * MANY),
        ("templates that never close", "{{" * MANY + "{%" * MANY),
        ("comments that never close", "<!--" * MANY + "{/*" * MANY),
        ("a heading with a gap", "# t\n" + " " * 10 * MANY + "x"),
        ("a heading that is one gap", "# " + " # " * MANY + "x"),
        ("a row of very many cells", DIGEST + "|a" * MANY),
        ("front matter of very many keys", "---\n" + "".join(f"k{i}: 1\n" for i in range(20_000))),
        ("digits", "1" * 10 * MANY),
        ("quotes", '"' * 10 * MANY),
        ("figures", "more than 40 cranes. " * (MANY // 10)),
        ("credits", "according to " * MANY),
        ("marks of direction", "\u202e\u2066" * MANY),
        ("letters without a space", "港" * MANY),
    ],
)
def test_text_made_to_be_slow_is_read_in_time_that_grows_with_its_length(
    name: str, text: str
) -> None:
    found = outcome(text.encode(), "a.md")
    assert isinstance(found, Read) or found.reason, name


def test_a_document_of_more_lines_than_anybody_reads_is_refused() -> None:
    assert refusal(b"## a\nb\n" * 60_000, "a.md") == (
        "it has 120,000 lines; at most 100,000 are read in one piece, so split it"
    )


@needs_xml
def test_ten_thousand_entries_of_a_feed() -> None:
    one = "<item><title>T%d</title><link>https://example.com/%d</link></item>"
    text = "".join(one % (i, i) for i in range(10_000))
    found = outcome(f"<rss><channel>{text}</channel></rss>".encode(), "feed.xml")
    assert isinstance(found, Read)
    assert len(found.items.items) == 10_000 or found.items.notes


def test_parts_of_a_mail_nested_without_end_are_refused() -> None:
    head = "From: a@b.org\nSubject: s\nDate: Mon, 29 Jan 2024 10:00:00 +0000\n"
    part = "Content-Type: multipart/mixed; boundary=x\n\n--x\n"
    assert "more parts within parts" in refusal((head + part * 30_000).encode(), "a.eml")


def test_answers_with_one_subject_are_messages_of_their_own() -> None:
    one = (
        "From {0}@b.org Mon Jan 29 10:00:00 2024\nFrom: {0}@b.org\nSubject: Cranes\n"
        "Date: Mon, 29 Jan 2024 10:00:00 +0000\n\nMore than 40 cranes.\n\n"
    )
    found = outcome((one.format("ann") + one.format("bob")).encode(), "a.mbox")
    assert isinstance(found, Read)
    assert len(found.items.items) == 2
