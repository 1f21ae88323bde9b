"""A second reviewer is not the author of the evidence, wherever that was written down."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from assay.plan.revision import git_user
from assay.review import actions
from assay.review.authors import authors_of
from tests.package import Signature, UsageError
from tests.review.office import BEN, TODAY, Office, claim, profile, source

WHO = Signature("Dot Example", TODAY)
CEM = Signature("Cem Example", TODAY)

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(root), *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )


def commit(root: Path, name: str) -> None:
    git(root, "add", ".")
    commit_staged(root, name)


def commit_staged(root: Path, name: str) -> None:
    address = f"{name.split(maxsplit=1)[0].lower()}@desk.example"
    git(root, "-c", f"user.name={name}", "-c", f"user.email={address}", "commit", "-qm", "x")


@needs_git
def test_the_author_of_the_evidence_is_no_second_reviewer(harbour: Office) -> None:
    git(harbour.root, "init", "-q")
    git(harbour.root, "config", "user.name", "Ann Example")
    harbour.write()
    commit(harbour.root, "Ben Example")
    made = harbour.override("harbour", "low")
    with pytest.raises(UsageError, match="Ben Example wrote the evidence of harbour"):
        harbour.decide(lambda r: actions.second(r, BEN, made.id))
    turned = replace(BEN, reviewer="Example, Ben")
    with pytest.raises(UsageError, match="wrote the evidence"):
        harbour.decide(lambda r: actions.second(r, turned, made.id))
    by_address = replace(BEN, reviewer="B. Example", email="Ben+work@desk.example")
    with pytest.raises(UsageError, match="wrote the evidence"):
        harbour.decide(lambda r: actions.second(r, by_address, made.id))
    assert harbour.decide(lambda r: actions.second(r, WHO, made.id)).note is None
    [ruling] = harbour.review().effective.rulings["harbour", "trust"]
    assert ruling.status == "counts"


@needs_git
def test_who_wrote_it_together_with_somebody_is_an_author_too(harbour: Office) -> None:
    git(harbour.root, "init", "-q")
    harbour.write()
    git(harbour.root, "add", ".")
    who = ["-c", "user.name=Ann Example", "-c", "user.email=ann@desk.example"]
    message = "x\n\nCo-authored-by: Ben Example <ben@desk.example>"
    git(harbour.root, *who, "commit", "-qm", message)
    authors = authors_of(harbour.root, harbour.root / "profiles" / "all.yaml")
    assert authors.include("Ann Example")
    assert authors.include("somebody", "ben@desk.example")
    assert not authors.include("Cem Example")


@needs_git
def test_what_git_cannot_know_is_said(harbour: Office, tmp_path: Path) -> None:
    git(harbour.root, "init", "-q")
    git(harbour.root, "config", "user.name", "Cem Example")
    harbour.write()
    file = harbour.root / "profiles" / "all.yaml"
    assert authors_of(harbour.root, file).unsure == "git has no history of the file"
    commit(harbour.root, "Ben Example")
    assert authors_of(harbour.root, file).unsure is None
    harbour.put(profile("station", claim("opened", "report")))
    harbour.write()
    dirty = authors_of(harbour.root, file)
    assert dirty.unsure == "the file has changes that are not committed"
    assert dirty.include("Ben example")
    assert dirty.include("Cem Example")  # the one who sits there
    commit(harbour.root, "Ben Example")
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{harbour.root}", str(copy))
    assert "shallow" in (authors_of(copy, copy / "profiles" / "all.yaml").unsure or "")
    user = git_user(harbour.root)
    assert user is not None
    assert user.name == "Cem Example"


def test_without_git_it_is_said_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert authors_of(tmp_path, tmp_path / "x").unsure == "git is not installed"
    assert git_user(tmp_path) is None


@pytest.fixture
def shared(office: Office) -> Office:
    """Ann wrote the profile, Ben and Cem a source each in a file that they share."""
    git(office.root, "init", "-q")
    git(office.root, "config", "user.name", "Dot Example")
    office.put(profile("harbour", claim("built", "wire")), file="harbour.yaml")
    office.put(source("wire"), file="sources.yaml")
    office.write()
    git(office.root, "add", ".", ":!profiles/sources.yaml")
    commit_staged(office.root, "Ann Example")
    commit(office.root, "Ben Example")
    office.put(source("letter-1", publisher="letter"), file="sources.yaml")
    office.write()
    commit(office.root, "Cem Example")
    return office


@needs_git
def test_who_wrote_a_source_that_the_profile_cites_is_an_author_of_its_evidence(
    shared: Office,
) -> None:
    made = shared.override("harbour", "low")
    with pytest.raises(UsageError) as refused:
        shared.decide(lambda r: actions.second(r, BEN, made.id))
    assert str(refused.value) == (
        "Ben Example wrote the source wire, on which harbour draws; a second reviewer has to be "
        "somebody else"
    )


@needs_git
def test_who_wrote_another_source_of_the_same_file_may_agree(shared: Office) -> None:
    made = shared.override("harbour", "low")
    assert shared.decide(lambda r: actions.second(r, CEM, made.id)).note is None


@needs_git
def test_who_wrote_what_a_source_retells_is_an_author_too(shared: Office) -> None:
    shared.put(source("wire", "secondary", cites=["letter-1"]), file="sources.yaml")
    shared.write()
    commit(shared.root, "Ben Example")
    made = shared.override("harbour", "good")
    with pytest.raises(UsageError, match="Cem Example wrote the source letter-1, on which harbour"):
        shared.decide(lambda r: actions.second(r, CEM, made.id))


@needs_git
def test_who_ingested_the_words_of_a_source_is_an_author_too(shared: Office) -> None:
    ingested = {
        "format": "html",
        "file": "wire.html",
        "key": "https://wire.example/1",
        "digest": "0" * 16,
        "text": "words/wire.txt",
    }
    shared.put(source("wire", ingested=ingested), file="sources.yaml")
    shared.write()
    commit(shared.root, "Ben Example")
    words = shared.root / "profiles" / "words"
    words.mkdir()
    (words / "wire.txt").write_text("The harbour was built.", encoding="utf-8")
    commit(shared.root, "Cem Example")
    made = shared.override("harbour", "low")
    with pytest.raises(UsageError, match="Cem Example ingested the source wire, on which harbour"):
        shared.decide(lambda r: actions.second(r, CEM, made.id))


@needs_git
def test_who_wrote_the_claims_that_a_judgement_rests_on_is_an_author_too(shared: Office) -> None:
    shared.put(profile("pier", claim("stands", "wire")), file="pier.yaml")
    shared.write()
    commit(shared.root, "Cem Example")
    drawn = claim("safe", nature="judgement", rests_on=["pier#stands"], sources=[])
    shared.put(profile("harbour", claim("built", "wire"), drawn), file="harbour.yaml")
    shared.write()
    commit(shared.root, "Ann Example")
    made = shared.override("harbour", "low", by=WHO)
    with pytest.raises(
        UsageError, match="Cem Example wrote claims of pier, on which harbour rests"
    ):
        shared.decide(lambda r: actions.second(r, CEM, made.id))


@needs_git
def test_lines_that_are_not_committed_are_of_the_one_who_sits_there(shared: Office) -> None:
    shared.put(source("wire", title="A corrected title"), file="sources.yaml")
    made = shared.override("harbour", "low")
    with pytest.raises(UsageError, match="Dot Example wrote the source wire"):
        shared.decide(lambda r: actions.second(r, WHO, made.id))
    agreed = shared.decide(lambda r: actions.second(r, CEM, made.id))
    assert agreed.note == (
        "not sure who wrote the evidence: the file has changes that are not committed"
    )
