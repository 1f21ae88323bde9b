from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.conftest import PROFILE, SOURCES, contents
from tests.package import InputError, Loaded, UsageError, Workspace, cite, load_workspace


def test_a_source_is_found_under_another_spelling(loaded: Loaded, workspace: Workspace) -> None:
    before = contents(workspace)
    cited = cite(loaded, "http://example.org/reports/2024?a=1&b=2&fbclid=x#top")
    assert (cited.id, cited.file, cited.created) == ("record-1", "profiles/sources.yaml", False)
    assert contents(workspace) == before


def test_an_unknown_address_gets_a_stub(loaded: Loaded, workspace: Workspace) -> None:
    address = "https://www.news.example/2024/01/More-quays-open.html?id=4"
    cited = cite(loaded, address, fields={"published": "2024-01"})
    assert (cited.id, cited.created) == ("news-more-quays-open", True)
    assert (workspace.root / cited.file).read_text() == SOURCES + (
        "---\n"
        "kind: source\n"
        "id: news-more-quays-open\n"
        "title: news.example/2024/01/More-quays-open.html?id=4\n"
        f"url: {address}\n"
        "published: 2024-01\n"
    )
    again = cite(load_workspace(workspace), address.replace("https://www.", "http://"))
    assert (again.id, again.created) == (cited.id, False)


def test_two_pages_of_one_name_get_two_ids(loaded: Loaded, workspace: Workspace) -> None:
    first = cite(loaded, "https://a.example/1/quays")
    second = cite(load_workspace(workspace), "https://a.example/2/quays")
    assert (first.id, second.id) == ("a-quays", "a-quays-2")


def test_a_page_without_a_latin_name_gets_an_id_too(loaded: Loaded) -> None:
    assert cite(loaded, "https://例え.テスト/記事").id.startswith("source-")


def test_the_claim_cites_the_stub_in_the_same_step(loaded: Loaded, workspace: Workspace) -> None:
    cited = cite(
        loaded, "https://news.example/a", claim="port#quays", stance="disputes", locator="para 4"
    )
    assert cited.claim_file == "profiles/institutions/port.yaml"
    assert (workspace.root / cited.claim_file).read_text() == PROFILE.replace(
        "[record-1]  # the only one",
        "[record-1, {id: news-a, stance: disputes, locator: para 4}]  # the only one",
    )
    assert not load_workspace(workspace).errors


def test_the_short_form_is_written_where_it_says_all(loaded: Loaded, workspace: Workspace) -> None:
    cite(loaded, "https://news.example/a", claim="port#crowded", stance="supports")
    text = (workspace.profiles_dir / "institutions/port.yaml").read_text()
    assert text == PROFILE + "    sources: [news-a]\n"


def test_source_and_claim_in_one_file_are_written_together(workspace: Workspace) -> None:
    (workspace.profiles_dir / "sources.yaml").unlink()
    (workspace.profiles_dir / "institutions/port.yaml").rename(
        workspace.profiles_dir / "sources.yaml"
    )
    with (workspace.profiles_dir / "sources.yaml").open("a") as file:
        file.write("---\n" + SOURCES)
    cite(load_workspace(workspace), "https://news.example/a", claim="port#quays")
    after = load_workspace(workspace)
    assert not after.errors
    assert [c.id for c in after.corpus.profiles["port"].claims[0].sources] == ["record-1", "news-a"]


def test_a_file_is_known_by_its_contents(
    loaded: Loaded, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("papers")
    (folder / "Annual_report 2024.pdf").write_bytes(b"%PDF something")
    first = cite(loaded, str(folder / "Annual_report 2024.pdf"))
    assert (first.id, first.created) == ("annual-report-2024", True)
    (folder / "Annual_report 2024.pdf").rename(folder / "other.pdf")
    second = cite(load_workspace(workspace), str(folder / "other.pdf"))
    assert (second.id, second.created) == (first.id, False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("javascript:alert(1)",), "not a web address"),
        (("missing-file.pdf",), "is not a URL or an existing file"),
        (("https://",), "not a web address"),
        (("https://[x",), "not a web address"),
        (("https://a.example/a b",), "not a web address"),
    ],
)
def test_what_cannot_be_cited(
    loaded: Loaded, workspace: Workspace, arguments: tuple[str], message: str
) -> None:
    before = contents(workspace)
    with pytest.raises(UsageError, match=message):
        cite(loaded, *arguments)
    assert contents(workspace) == before


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("port#nothing", "unknown claim 'nothing'; there are: quays, crowded"),
        ("port", "unknown claim ''"),
        ("prot#quays", "did you mean 'port'"),
    ],
)
def test_an_unknown_claim_leaves_no_stub_behind(
    loaded: Loaded, workspace: Workspace, claim: str, message: str
) -> None:
    before = contents(workspace)
    with pytest.raises(UsageError, match=message):
        cite(loaded, "https://news.example/a", claim=claim)
    assert contents(workspace) == before


def test_a_claim_does_not_cite_a_source_twice(loaded: Loaded) -> None:
    with pytest.raises(UsageError, match="already cites 'record-1'"):
        cite(loaded, "https://example.org/reports/2024?a=1&b=2", claim="port#quays")


def test_a_stub_with_mistakes_is_not_written(loaded: Loaded, workspace: Workspace) -> None:
    before = contents(workspace)
    with pytest.raises(InputError):
        cite(loaded, "https://news.example/a", claim="port#quays", fields={"published": "soon"})
    assert contents(workspace) == before


def test_a_relative_path_of_a_file_is_that_of_the_caller(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "note.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert cite(loaded, "note.txt").id == "note"
