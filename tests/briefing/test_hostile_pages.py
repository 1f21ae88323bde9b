"""Pages of documents made to break them, and places where a site cannot be written."""

from __future__ import annotations

import errno
import os
import posixpath
import re
from pathlib import Path

import pytest
import ryaml

from tests.briefing.hostile import NEIGHBOURS, TOPICS, build, institution
from tests.briefing.markup import Markup, pages, parse_errors
from tests.cli.workspaces import RULES
from tests.package import UsageError, Workspace, check, publish

LARGEST, LARGEST_BRIEFING = 60_000, 400_000
"""Bytes of a page; a briefing and its grading list all their sources and neighbours."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def site(hostile: Path) -> dict[str, Markup]:
    return pages(hostile)


def test_every_page_is_valid_html_and_its_ids_are_unique(
    hostile: Path, site: dict[str, Markup]
) -> None:
    assert len(site) > NEIGHBOURS
    kinds = [n for n in site if not re.search(r"/spoke-\d{2}", n)]
    assert len(kinds) > 60
    assert [error for n in kinds for error in parse_errors(hostile / n)] == []
    assert [n for n, p in site.items() if len(set(p.ids)) != len(p.ids)] == []


def test_markup_in_a_document_is_text_on_its_page(site: dict[str, Markup]) -> None:
    for name in ("index.html", "institutions/markup.html", "institutions/many-sources.html"):
        scripts = [
            attrs.get("src") or attrs.get("type") for t, attrs in site[name].tags if t == "script"
        ]
        handlers = [a for _, attrs in site[name].tags for a in attrs if a.startswith("on")]
        # Only scripts of the site itself, and data for programs.
        assert all(
            s == "application/ld+json" or (s or "").startswith(("assets/", "../assets/"))
            for s in scripts
        ), name
        assert handlers == [], name
    assert "<script>alert(1)</script>" in site["institutions/markup.html"].text
    assert "{{ 7*7 }}" in site["institutions/markup.html"].text


def test_every_link_of_a_page_leads_to_a_file_of_the_site(
    hostile: Path, site: dict[str, Markup]
) -> None:
    chosen = ("index", "institutions/hub", "institutions/ring-0", "institutions/many-sources")
    for name in chosen:
        page = site[f"{name}.html"]
        for link in page.links:
            target, _, fragment = link.partition("#")
            target = target.partition("?")[0]
            assert ((hostile / name).parent / target).exists() or not target, (name, link)
            assert target or fragment in page.ids, (name, link)


def test_a_page_with_many_sources_or_neighbours_folds_them(site: dict[str, Markup]) -> None:
    hub, many = site["institutions/hub.html"], site["institutions/many-sources.html"]
    assert re.search(r"\d{3,4} more", hub.text)
    assert re.search(r"\d{3} more sources", many.text)


def test_every_page_keeps_its_size(hostile: Path, site: dict[str, Markup]) -> None:
    for name in site:
        most = LARGEST_BRIEFING if name.startswith("institutions/") else LARGEST
        assert (hostile / name).stat().st_size <= most, name


@pytest.mark.parametrize(
    ("first", "pattern", "linked"),
    [
        ("sources/markup-press.html", "institutions/spoke-", NEIGHBOURS),
        ("topics.html", "by/topic/", TOPICS + 1),
        ("calendar.html", "institutions/spoke-", TOPICS),
        ("by/topic/spokes.html", "institutions/spoke-", TOPICS),
    ],
)
def test_the_pages_of_a_list_hold_all_of_it(
    first: str, pattern: str, linked: int, site: dict[str, Markup]
) -> None:
    stem = first.removesuffix(".html")
    paged = [n for n in site if re.fullmatch(rf"{stem}([-/]\d+)?\.html", n)]
    assert len(paged) > 1
    targets = [link.partition("#")[0] for n in paged for link in site[n].links if pattern in link]
    assert len(set(targets)) >= linked
    reached, new = {first}, [first]
    while new:
        name = new.pop()
        links = {posixpath.normpath(f"{Path(name).parent}/{link}") for link in site[name].links}
        new += links & set(paged) - reached
        reached |= links & set(paged)
    assert reached == set(paged)


def test_a_word_of_10_000_characters_is_refused_in_every_field(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "profiles").mkdir()
    word = "x" * 10_000
    document = institution("long", word, word, aliases=[word], gaps=[word], watch=[{"text": word}])
    (tmp_path / "profiles" / "a.yaml").write_text(ryaml.dumps(document), "utf-8")
    errors = [d for d in check(Workspace.find(tmp_path)).errors if d.code == "too-long"]
    assert len(errors) == 5
    assert all("is too long: 10,000 characters" in d.message for d in errors)


def contents(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_the_root_of_the_file_system_is_never_replaced() -> None:
    with pytest.raises(UsageError, match="cannot replace / by a site; choose another folder"):
        publish([("index.html", b"new")], Path("/"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("call", ["mkdtemp", "write_bytes", "rename"])
def test_a_disk_that_refuses_leaves_the_old_site(
    code: int, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused are the folder for the new pages, a page, or the exchange at the end."""
    out = tmp_path / "site"
    publish([("index.html", b"old")], out)
    before = contents(out)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    publishing = "assay.workspace.publishing"
    with monkeypatch.context() as patch:
        if call == "mkdtemp":
            patch.setattr(f"{publishing}.tempfile.mkdtemp", refuse)
        elif call == "write_bytes":
            patch.setattr(Path, "write_bytes", refuse)
        else:
            patch.setattr(f"{publishing}._exchange", lambda *_: False)
            patch.setattr(Path, "rename", refuse)
        with pytest.raises(UsageError) as raised:
            publish([("index.html", b"new")], out)
    assert str(raised.value) == f"cannot write to {out}: {os.strerror(code)}"
    assert contents(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["site"]
