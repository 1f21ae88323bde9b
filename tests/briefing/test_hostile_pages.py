"""Pages of documents made to break them, and places where a site cannot be written."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest
import ryaml

from assay.pipeline import build as build_pages
from tests.briefing.markup import Markup, pages
from tests.cli.workspaces import RULES
from tests.package import UsageError, Workspace, assess, check, publish

MARKUP = "</title><script>alert(1)</script><b onclick='x'>&amp; \"{{ 7*7 }}\" <!-- -->"
WORD = "x" * 280  # a line has at most 300 characters, a text 4,000; more is refused
LONG_WORD = "x" * 3_900
EMOJI = "The 👩‍👩‍👧‍👦 of 🏴󠁧󠁢󠁳󠁣󠁴󠁿 reported 3 🚢."
RIGHT_TO_LEFT = "אבגד 12 و مكتب الميناء 2025"

SOURCES, NEIGHBOURS = 500, 2_000


def institution(profile_id: str, name: str, text: str, **more: Any) -> dict[str, Any]:
    claim = {
        "id": "key",
        "nature": "fact",
        "text": text,
        "key": True,
        "holds": "dated",
        "as_of": "2025-03",
        "sources": ["source-1", "source-2"],
    }
    return {"kind": "institution", "id": profile_id, "name": name, "claims": [claim], **more}


def hostile_documents() -> list[dict[str, Any]]:
    """Every text of the first four is hostile; the others are many, or depend on each other."""
    texts = {"markup": MARKUP, "long": WORD, "emoji": EMOJI, "right-to-left": RIGHT_TO_LEFT}
    documents: list[dict[str, Any]] = [
        {
            "kind": "source",
            "id": f"source-{n}",
            "title": f"{list(texts.values())[n % 4]} {n}",
            "publisher": ("markup-press", "long-press")[n % 2],
            "published": "2025-03-02",
            "directness": "record",
        }
        for n in range(1, SOURCES + 1)
    ]
    documents += [
        {"kind": "publisher", "id": f"{name}-press", "name": texts[name]}
        for name in ("markup", "long")
    ]
    documents += [
        institution(
            name,
            text,
            f"In 2025 {LONG_WORD if name == 'long' else text}",
            aliases=[text],
            gaps=[LONG_WORD if name == "long" else text],
            watch=[{"text": text, "due": "2026-03-01", "trigger": text}],
        )
        for name, text in texts.items()
    ]
    many = institution("many-sources", "Bearer of Many Sources", "It filed 500 reports in 2025.")
    many["claims"][0]["sources"] = [f"source-{n}" for n in range(1, SOURCES + 1)]
    documents.append(many)
    documents += [institution("hub", "Hub of All", "In 2025 it served 2,000 bodies.")]
    documents += [
        institution(
            f"spoke-{n}",
            f"Spoke {n}",
            f"Spoke {n} used the hub in 2025.",
            depends_on=[
                {"on": "hub", "relation": "part_of", "criticality": "high", "claims": ["key"]}
            ],
        )
        for n in range(NEIGHBOURS)
    ]
    documents += [
        institution(
            f"ring-{n}",
            f"Ring {n}",
            f"Ring {n} relied on the next in 2025.",
            depends_on=[
                {
                    "on": f"ring-{(n + 1) % 3}",
                    "relation": "supplied_by",
                    "criticality": "high",
                    "claims": ["key"],
                }
            ],
        )
        for n in range(3)
    ]
    return documents


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    (root / "rules.yaml").write_text(RULES, "utf-8")
    (root / "profiles").mkdir()
    (root / "profiles" / "all.yaml").write_text(
        "---\n".join(ryaml.dumps(d) for d in hostile_documents()), "utf-8"
    )
    checked = check(Workspace.find(root))
    assert checked.errors == ()
    rulebook = checked.loaded.rulebook
    assert rulebook is not None
    assert rulebook.settings.as_of is not None
    build_pages(assess(checked, rulebook.settings.as_of), root / "site")
    return root / "site"


@pytest.fixture(scope="module")
def site(hostile: Path) -> dict[str, Markup]:
    return pages(hostile)


def test_every_page_is_well_formed_and_its_ids_are_unique(site: dict[str, Markup]) -> None:
    assert len(site) > NEIGHBOURS
    assert {n: p.unbalanced for n, p in site.items() if p.unbalanced} == {}
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
