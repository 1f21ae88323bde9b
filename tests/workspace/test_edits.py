"""An edit that was computed from other bytes than those on disk is not written."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.authoring.new import Written, new_claim, new_document
from assay.cli.main import run
from assay.cli.session import Session
from tests.package import ChangedFileError, InputError, Loaded, Workspace, load_workspace

PROFILE = "example-harbour-office"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    assert run(["init", str(tmp_path / "w")]) == 0
    return Workspace((tmp_path / "w").resolve())


def _claims(workspace: Workspace) -> set[str]:
    return {c.id for c in load_workspace(workspace).corpus.profiles[PROFILE].claims}


def test_a_file_that_another_command_changed_is_not_overwritten(workspace: Workspace) -> None:
    first, second = load_workspace(workspace), load_workspace(workspace)
    new_claim(first, PROFILE, "It has 11 berths.", id_="berths")
    with pytest.raises(ChangedFileError, match=r"profiles/institutions/.*\.yaml was changed by"):
        new_claim(second, PROFILE, "It has 12 tugs.", id_="tugs")
    assert "berths" in _claims(workspace)
    assert "tugs" not in _claims(workspace)


def test_a_command_then_edits_the_new_file(workspace: Workspace) -> None:
    others = iter(["It has 11 berths.", "It has 12 tugs."])

    def work(loaded: Loaded) -> Written:
        for text in others:
            new_claim(load_workspace(workspace), PROFILE, text)
            break
        return new_claim(loaded, PROFILE, "It has 13 cranes.")

    Session(workspace.root).edit(work)
    assert {"it-has-11-berths", "it-has-12-tugs", "it-has-13-cranes"} <= _claims(workspace)


def test_the_edit_is_checked_against_what_others_wrote(workspace: Workspace) -> None:
    """Both write other files; together they would have one id twice."""
    loaded = load_workspace(workspace)
    command = ["--workspace", str(workspace.root), "new", "publisher", "The Crane", "--into"]
    assert run([*command, "profiles/crane.yaml"]) == 0
    with pytest.raises(InputError):
        new_document(loaded, "publisher", "The Crane", into=Path("profiles/other.yaml"))
    assert not (workspace.profiles_dir / "other.yaml").exists()
