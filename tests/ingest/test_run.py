"""Ingest into a workspace: stable ids, nothing twice, versions kept, drafts accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.ingest.accept import accept
from tests.ingest import examples
from tests.package import Loaded, Outcome, UsageError, Workspace, ingest, load_workspace, run


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return folder


def take(workspace: Workspace, *paths: Path) -> tuple[list[Outcome], Loaded]:
    outcomes = ingest(load_workspace(workspace), list(paths))
    loaded = load_workspace(workspace)
    assert not loaded.errors
    return outcomes, loaded


def files(workspace: Workspace) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in workspace.profiles_dir.rglob("*") if p.is_file()}


def test_ingesting_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "in", a=examples.NEWS, b=examples.DIGEST_OLDER, c=examples.ARTICLE)
    take(workspace, folder)
    before = files(workspace)
    outcomes, _ = take(workspace, folder)
    assert {o.status for o in outcomes} == {"unchanged"}
    assert files(workspace) == before


def test_ids_are_readable_and_say_who_when_what(workspace: Workspace, tmp_path: Path) -> None:
    _, loaded = take(workspace, put(tmp_path / "in", a=examples.NEWS))
    assert list(loaded.corpus.sources) == [
        "example-wire-2024-01-29-forty-cranes-in-half-a-year",
        "the-daily-example-2024-01-30-harbour-office-approves-forty-cranes",
    ]
    assert list(loaded.corpus.publishers) == ["example-wire", "the-daily-example"]


def test_a_changed_item_is_a_version_and_both_are_kept(
    workspace: Workspace, tmp_path: Path
) -> None:
    _, first = take(workspace, put(tmp_path / "in", a=examples.NEWS))
    (old,) = (s for s in first.corpus.sources if s.startswith("the-daily"))
    changed = examples.NEWS.replace("heat: -1", "heat: 12")
    outcomes, loaded = take(workspace, put(tmp_path / "in", a=changed))
    assert sorted(o.status for o in outcomes) == ["unchanged", "version"]
    version = loaded.corpus.sources[f"{old}-v2"]
    assert version.revises == old
    assert (loaded.corpus.sources[old].extra["heat"], version.extra["heat"]) == (-1, 12)
    assert len(loaded.corpus.profiles) == len(first.corpus.profiles)


def test_what_is_mentioned_elsewhere_is_no_version(workspace: Workspace, tmp_path: Path) -> None:
    own = (
        examples.NEWS.split("related:")[0]
        .replace("https://www.daily.example.com/cranes", "https://wire.example.com/forty")
        .replace("Harbour office approves forty cranes", "Forty cranes")
        .replace("quality: 47", "quality: 10")
        + "---\n"
    )
    outcomes, loaded = take(workspace, put(tmp_path / "in", a=examples.NEWS, b=own))
    assert sorted(o.status for o in outcomes) == ["new", "new", "unchanged"]
    assert len(loaded.corpus.sources) == 2


def test_two_publications_at_one_address_stay_apart(workspace: Workspace, tmp_path: Path) -> None:
    other = (
        examples.NEWS.split("related:")[0]
        .replace("Harbour office approves forty cranes", "Something else entirely")
        .replace("2024-01-30", "2023-05-01")
        + "---\n"
    )
    outcomes, _ = take(workspace, put(tmp_path / "in", a=examples.NEWS, b=other))
    assert [o.status for o in outcomes] == ["new", "new", "new"]


def test_drafts_are_not_scored_before_they_are_accepted(
    workspace: Workspace, tmp_path: Path
) -> None:
    _, loaded = take(workspace, put(tmp_path / "in", a=examples.DIGEST_OLDER))
    profile = loaded.corpus.profiles["more-cranes-ashore"]
    assert profile.status == "draft"
    assert {c.status for c in profile.claims} == {"draft"}
    accept(loaded, ["more-cranes-ashore#more-cranes-ashore"])
    after = load_workspace(workspace).corpus.profiles["more-cranes-ashore"]
    assert after.status == "final"
    assert [c.status for c in after.claims] == ["final", "draft", "draft", "draft"]
    accept(load_workspace(workspace), ["more-cranes-ashore"])
    again = load_workspace(workspace).corpus.profiles["more-cranes-ashore"]
    assert {c.status for c in again.claims} == {"final"}


def test_accepting_what_is_no_draft_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    _, loaded = take(workspace, put(tmp_path / "in", a=examples.DIGEST_OLDER))
    accept(loaded, ["more-cranes-ashore"])
    with pytest.raises(UsageError, match="is not a draft"):
        accept(load_workspace(workspace), ["more-cranes-ashore"])
    with pytest.raises(UsageError, match="has no claim"):
        accept(load_workspace(workspace), ["more-cranes-ashore#no-such"])


def test_accepting_leaves_what_an_analyst_edited(workspace: Workspace, tmp_path: Path) -> None:
    outcomes, loaded = take(workspace, put(tmp_path / "in", a=examples.DIGEST_OLDER))
    path = workspace.root / str(outcomes[0].written)
    path.write_text(path.read_text("utf-8") + "# looked at\n", "utf-8")
    accept(load_workspace(workspace), ["more-cranes-ashore"])
    assert path.read_text("utf-8").endswith("# looked at\n")
    assert loaded.corpus.profiles["more-cranes-ashore"].status == "draft"


def test_a_source_written_by_hand_stands(workspace: Workspace, tmp_path: Path) -> None:
    workspace.profiles_dir.mkdir(exist_ok=True)
    (workspace.profiles_dir / "own.yaml").write_text(
        "kind: source\nid: my-own\ntitle: Cranes\nurl: https://daily.example.com/cranes/?utm_source=a\n"
    )
    outcomes, loaded = take(workspace, put(tmp_path / "in", a=examples.NEWS))
    assert [o.status for o in outcomes if o.source == "my-own"] == ["known"]
    assert "my-own" in loaded.corpus.sources


def test_every_value_says_where_it_stands(workspace: Workspace, tmp_path: Path) -> None:
    _, loaded = take(workspace, put(tmp_path / "in", a=examples.ARTICLE))
    (source,) = loaded.corpus.sources.values()
    assert source.ingested is not None
    assert source.ingested.file == "in/a.md"
    assert source.ingested.fields == {
        "title": "line 2, title",
        "published": "line 3, date",
        "url": "line 5, source_url",
        "publisher": "line 4, source",
    }
    text = workspace.profiles_dir / str(source.ingested.text)
    assert text.read_text("utf-8").startswith("First paragraph on two lines")


def test_a_name_without_latin_letters_has_an_id(workspace: Workspace, tmp_path: Path) -> None:
    _, loaded = take(
        workspace, put(tmp_path / "in", a="---\ntitle: 港務局\n---\n港務局批准40台起重機。\n")
    )
    (source,) = loaded.corpus.sources.values()
    assert source.title == "港務局"


def test_command_dry_run_writes_nothing(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "in", a=examples.NEWS)
    before = files(workspace)
    code = run(
        ["--workspace", str(workspace.root), "ingest", str(folder), "--dry-run", "--format", "json"]
    )
    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert not printed["written"]
    assert {o["status"] for o in printed["outcomes"]} == {"new"}
    assert files(workspace) == before


def test_command_says_what_is_wrong_with_its_use(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["--workspace", str(workspace.root), "ingest"]
    assert run(start) == 64
    assert run([*start, str(tmp_path / "nothing")]) == 64
    assert run([*start, "--accept", "nobody"]) == 64
    assert run([*start, str(tmp_path), "--publisher", "nobody"]) == 64
    assert "Traceback" not in capsys.readouterr().err


def test_a_translation_is_no_version(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, words in (("post.fr.md", "Une grue de plus."), ("post.md", "One more crane.")):
        text = f"---\ntitle: Cranes\ndate: 2024-01-29\n---\n{words}\n"
        (folder / name).write_text(text, "utf-8")
    outcomes, loaded = take(workspace, folder)
    assert {o.status for o in outcomes} == {"new"}
    assert {s.language for s in loaded.corpus.sources.values()} == {"fr", None}
    assert not any(s.revises for s in loaded.corpus.sources.values())


def test_what_an_item_says_of_related_ones_stays_with_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    _, loaded = take(workspace, put(tmp_path / "in", a=examples.NEWS))
    said = [s.extra["related"] for s in loaded.corpus.sources.values() if "related" in s.extra]
    address = "https://wire.example.com/forty"
    entry = {"title": "Forty cranes in half a year", "webUrl": address, "quality": 57}
    assert said == [[entry]]


def test_two_items_at_one_address_are_two_where_nothing_says_that_they_are_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = examples.NEWS.replace("Harbour office approves forty cranes", "Ferries stop for ice")
    other = other.replace("2024-01-30", "2025-02-11")
    outcomes, loaded = take(workspace, put(tmp_path / "in", a=examples.NEWS, b=other))
    titles = {s.title for s in loaded.corpus.sources.values()}
    assert {"Ferries stop for ice", "Harbour office approves forty cranes"} <= titles
    assert not any(s.revises for s in loaded.corpus.sources.values())
    assert "version" not in {o.status for o in outcomes}
