"""Edges that sources state: proposed with their sentences, written when accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.package import Workspace, ingest, load_workspace, run

TEXT = (
    "The quays of the north\n\n"
    "The Example Harbour Office regulates the Gantry Works. It does not regulate the ferries. "
    "Much else is told here about the sea, the town and its people, and of what they do.\n"
)


@pytest.fixture
def desk(workspace: Workspace, tmp_path: Path) -> Workspace:
    (workspace.profiles_dir / "gantry.yaml").write_text(
        "kind: institution\nid: gantry-works\nname: Gantry Works\n", "utf-8"
    )
    (workspace.profiles_dir / "office.yaml").write_text(
        "kind: institution\nid: office\nname: Example Harbour Office\n", "utf-8"
    )
    (tmp_path / "2025-03-01-quays.txt").write_text(TEXT, "utf-8")
    ingest(load_workspace(workspace), [tmp_path / "2025-03-01-quays.txt"])
    return workspace


def edges(desk: Workspace, *more: str) -> int:
    return run(["--workspace", str(desk.root), "edges", *more])


def test_a_proposal_has_its_sentence(desk: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert edges(desk, "--format", "json") == 0
    (edge,) = json.loads(capsys.readouterr().out)["edges"]
    assert (edge["dependent"], edge["relation"], edge["on"]) == (
        "gantry-works",
        "regulated_by",
        "office",
    )
    assert [s["sentence"] for s in edge["stated"]] == [
        "The Example Harbour Office regulates the Gantry Works."
    ]
    assert load_workspace(desk).corpus.profiles["gantry-works"].depends_on == ()


def test_what_is_accepted_is_an_edge_with_its_claim(
    desk: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edges(desk, "--accept", "gantry-works:regulated_by:office") == 0
    assert capsys.readouterr().out == "profiles/gantry.yaml\n"
    loaded = load_workspace(desk)
    assert not loaded.errors
    profile = loaded.corpus.profiles["gantry-works"]
    (edge,), (claim,) = profile.depends_on, profile.claims
    assert (edge.on, edge.relation, edge.claims) == ("office", "regulated_by", (claim.id,))
    assert claim.text == "The Example Harbour Office regulates the Gantry Works."
    assert (claim.type, claim.nature) == ("relation", "attributed")
    assert edges(desk) == 0
    assert capsys.readouterr() == ("", "0 suggestions\n")


def test_new_institutions_are_drafts_that_say_where_they_stand(
    desk: Workspace, tmp_path: Path
) -> None:
    words = (
        "The tides\n\nThe Coast Trade Bureau (CTB) counts ships. Nobody else does so by night.\n"
    )
    (tmp_path / "tides.txt").write_text(words, "utf-8")
    (outcome,) = ingest(load_workspace(desk), [tmp_path / "tides.txt"])
    assert outcome.drafts == ("coast-trade-bureau",)
    draft = load_workspace(desk).corpus.profiles["coast-trade-bureau"]
    assert (draft.status, draft.aliases) == ("draft", ("CTB",))
    (claim,) = draft.claims
    assert (claim.status, claim.text) == ("draft", "The Coast Trade Bureau (CTB) counts ships.")
    assert claim.sources[0].locator == "line 3"
    (again,) = ingest(load_workspace(desk), [tmp_path / "tides.txt"])
    assert again.status == "unchanged"


def test_what_is_not_proposed_is_refused(
    desk: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (desk.profiles_dir / "gantry.yaml").read_bytes()
    wanted = ["--accept", "gantry-works:regulated_by:office", "--accept", "a:owned_by:b"]
    assert edges(desk, *wanted) == 64
    assert "'a:owned_by:b' is not proposed" in capsys.readouterr().err
    assert (desk.profiles_dir / "gantry.yaml").read_bytes() == before
