"""Plans beside git: revisions, work trees, and branches that both applied."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from assay.plan.revision import extract
from tests.plan.calling import EDITED, Call, apply, printed
from tests.plan.office import Office


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=False, capture_output=True)


def test_a_revision_is_compared_without_touching_a_dirty_work_tree(
    assay: Call, tmp_path: Path
) -> None:
    _git(tmp_path, "init", "-b", "trunk")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "one")
    EDITED.written(tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    before = {
        p: p.read_bytes()
        for p in tmp_path.rglob("*")
        if not {".git", ".assay"} & {*p.parts} and p.is_file()
    }
    plan = printed(assay, "plan", "--against", "trunk")
    assert plan["base"] == "trunk"
    assert {c["id"] for c in plan["changes"]} == {"mill", "sluice", "weir"}
    after = {
        p: p.read_bytes()
        for p in tmp_path.rglob("*")
        if not {".git", ".assay"} & {*p.parts} and p.is_file()
    }
    assert after == before


def test_without_a_repository_or_revision_the_reason_is_said(assay: Call, tmp_path: Path) -> None:
    code, _, err = assay("plan", "--against", "HEAD")
    assert code == 64
    assert "not in a git repository" in err
    _git(tmp_path, "init")
    assert "unknown revision 'HEAD'" in assay("plan", "--against", "HEAD")[2]


def test_two_branches_that_both_applied_are_joined_by_one_command(
    applied: Call, tmp_path: Path
) -> None:
    _git(tmp_path, "init", "-b", "trunk")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "one")
    _git(tmp_path, "switch", "-c", "other")
    rules = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    Office().with_rule("citation.strength.secondary", add=0.4).written(tmp_path)
    assert apply(applied, "--reason", "secondary reports")[0] == 0
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "other")
    _git(tmp_path, "switch", "trunk")
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == rules
    Office().with_document("mill-paper", directness="record").written(tmp_path)
    assert apply(applied, "--reason", "the mill's record")[0] == 0
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-m", "trunk")
    _git(tmp_path, "merge", "other")
    assert "<<<<<<<" in (tmp_path / "grades.lock").read_text(encoding="utf-8")

    code, out, err = applied("plan")
    assert code == 0, err
    assert "Applied differently by two branches" in out
    assert apply(applied, "--reason", "joined")[0] == 0
    assert printed(applied, "plan")["behind"] is False
    assert [a["why"] for a in printed(applied, "log")["applies"]] == [
        "the first",
        "the mill's record",
        "secondary reports",
        "joined",
    ]


def test_only_regular_files_below_the_folder_are_written(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in ("profiles/a.yaml", "../outside", "/tmp/absolute", "profiles/../../up"):
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"ok"))
        link = tarfile.TarInfo("profiles/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    archive.seek(0)
    folder = tmp_path / "in" / "folder"
    with tarfile.open(fileobj=archive) as tar:
        extract(tar, folder)
    written = [p.relative_to(tmp_path) for p in tmp_path.rglob("*") if not p.is_dir()]
    assert written == [Path("in/folder/profiles/a.yaml")]
