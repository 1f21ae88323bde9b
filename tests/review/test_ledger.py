"""The ledger: what is added stays, and what was touched is found out."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import subprocess
from datetime import date
from pathlib import Path

import pytest

from assay.review.decisions import content_digest
from assay.review.ledger import Ledger, parse_ledger
from tests.package import (
    Diagnostic,
    Draft,
    InputError,
    Subject,
    UsageError,
    append,
    aside_path,
    check_ledger,
    decide,
    read_ledger,
)

DAY = date(2026, 2, 2)


def flag(profile: str, reason: str = "look", reviewer: str = "Ann") -> Draft:
    subjects = (Subject(profile=profile),)
    return Draft(kind="flag", subjects=subjects, reviewer=reviewer, date=DAY, reason=reason)


def undo(of: str) -> Draft:
    return Draft(kind="undo", of=of, reviewer="Ann", date=DAY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reviews.jsonl"


def said(found: list[Diagnostic]) -> list[tuple[str, int]]:
    return [(d.code, d.line) for d in found]


def test_what_was_written_is_read_as_it_was_in_the_order_it_follows(path: Path) -> None:
    made = [append(path, flag(name)) for name in ("one", "two", "three")]
    ledger = read_ledger(path)
    assert list(ledger.decisions) == made
    assert made[1].follows == (made[0].id,)
    assert ledger.heads == (made[2].id,)
    assert ledger.diagnostics == ()


def test_the_order_of_lines_does_not_matter(path: Path) -> None:
    for name in ("one", "two", "three", "four"):
        append(path, flag(name))
    before = read_ledger(path)
    lines = path.read_bytes().splitlines(keepends=True)
    random.Random(3).shuffle(lines)
    assert parse_ledger(b"".join(lines), "reviews.jsonl").decisions == before.decisions


def test_two_branches_are_joined_by_keeping_the_lines_of_both(path: Path) -> None:
    append(path, flag("shared"))
    shared = path.read_bytes()
    append(path, flag("ours"))
    ours = path.read_bytes()
    path.write_bytes(shared)
    append(path, flag("theirs"))
    theirs = path.read_bytes()

    path.write_bytes(ours + theirs[len(shared) :])
    joined = read_ledger(path)
    assert {s.profile for d in joined.decisions for s in d.subjects} == {"shared", "ours", "theirs"}
    assert len(joined.heads) == 2
    other_way = parse_ledger(theirs + ours[len(shared) :], "reviews.jsonl")
    assert other_way.decisions == joined.decisions
    # A merge that keeps the shared line twice says nothing twice.
    assert parse_ledger(ours + theirs, "reviews.jsonl").decisions == joined.decisions

    after = append(path, flag("after"))
    assert after.follows == tuple(sorted(joined.heads))
    assert read_ledger(path).heads == (after.id,)


def test_a_decision_follows_what_its_reviewer_saw_and_not_what_came_meanwhile(path: Path) -> None:
    first = append(path, flag("first"))
    seen = read_ledger(path)
    append(path, flag("meanwhile"))
    assert append(path, flag("mine"), seen).follows == (first.id,)
    assert len(read_ledger(path).heads) == 2


def test_an_undo_revokes_and_an_undo_of_it_restores(path: Path) -> None:
    made = append(path, flag("one"))
    back = append(path, undo(made.id))
    assert read_ledger(path).in_force == ()
    append(path, undo(back.id))
    assert read_ledger(path).in_force == (made,)
    assert path.read_bytes().count(b"\n") == 3


def test_a_changed_line_is_named_and_nothing_is_written_after_it(path: Path) -> None:
    append(path, flag("one"))
    append(path, flag("two"))
    text = path.read_text().replace('"reason":"look"', '"reason":"overlook"', 1)
    path.write_text(text)
    found = check_ledger(path)
    assert said(found) == [("ledger-changed", 1), ("ledger-dangling", 2)]
    with pytest.raises(InputError):
        append(path, flag("three"))
    assert path.read_text() == text


def test_a_line_that_is_gone_leaves_the_next_one_dangling(path: Path) -> None:
    for name in ("one", "two", "three"):
        append(path, flag(name))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    [found] = check_ledger(path)
    assert (found.code, found.line) == ("ledger-dangling", 2)
    assert json.loads(lines[1])["id"][:8] in found.message


def test_marks_of_a_conflict_are_named_and_the_lines_between_them_still_read(path: Path) -> None:
    append(path, flag("one"))
    text = path.read_text()
    path.write_text(f"<<<<<<< HEAD\n{text}=======\n>>>>>>> other\n")
    assert said(check_ledger(path)) == [("ledger-conflict", n) for n in (1, 3, 4)]
    assert len(read_ledger(path).decisions) == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", "ledger-not-read"),
        (b"[1, 2]", "ledger-not-read"),
        (b'{"v": 2, "id": "0", "kind": "new-kind"}', "ledger-newer"),
        (b'{"v": 1, "v": 1}', "ledger-not-read"),
        (b'{"v": NaN}', "ledger-not-read"),
        (b"[" * 100_000, "ledger-not-read"),
        (b"\xff\xfe\x00", "ledger-not-read"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "ledger-not-read"),
        (b"{}", "ledger-changed"),
    ],
)
def test_a_line_that_is_no_decision_is_named(path: Path, line: bytes, code: str) -> None:
    append(path, flag("one"))
    path.write_bytes(line + b"\n" + path.read_bytes())
    assert said(check_ledger(path)) == [(code, 1)]


def test_a_line_with_a_right_digest_and_no_sense_is_no_decision(path: Path) -> None:
    content = {"v": 1, "kind": "override", "reviewer": "Ann", "date": "2026-02-02"}
    path.write_text(json.dumps({**content, "id": content_digest(content)}) + "\n")
    assert said(check_ledger(path)) == [("ledger-not-read", 1)]


def test_line_ends_of_another_system_change_nothing(path: Path) -> None:
    append(path, flag("one"))
    append(path, flag("two"))
    before = read_ledger(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_ledger(path).decisions == before.decisions
    assert check_ledger(path) == []


def test_a_broken_last_line_is_said_then_kept_aside_and_never_dropped(path: Path) -> None:
    append(path, flag("one"))
    whole = path.read_bytes()
    broken = decide(flag("two"), ()).line.encode()[:40]
    path.write_bytes(whole + broken)
    [found] = check_ledger(path)
    assert (found.code, found.severity, found.line) == ("ledger-broken-end", "warning", 2)
    assert path.read_bytes() == whole + broken  # reading alone changes nothing

    append(path, flag("three"))
    assert aside_path(path).read_bytes() == broken + b"\n"
    assert [d.subjects[0].profile for d in read_ledger(path).decisions] == ["one", "three"]
    assert check_ledger(path) == []


def test_a_last_line_that_only_lacks_its_end_counts(path: Path) -> None:
    append(path, flag("one"))
    path.write_bytes(path.read_bytes()[:-1])
    assert len(read_ledger(path).decisions) == 1
    append(path, flag("two"))
    assert len(read_ledger(path).decisions) == 2
    assert not aside_path(path).exists()


def test_a_disk_that_refuses_leaves_the_ledger_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, flag("one"))
    before = path.read_bytes()

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        append(path, flag("two"))
    assert path.read_bytes() == before


def test_a_decision_is_on_disk_before_it_is_acknowledged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def noted(file: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file")
        sync(file)

    monkeypatch.setattr(os, "fsync", noted)
    append(path, flag("one"))
    # The staged line and the record of the change; the names of both; the record's new name; the
    # folder of the ledger; the end of the change.
    assert synced == ["file", "file", "folder", "folder", "folder", "folder"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        append(tmp_path / "nowhere" / "reviews.jsonl", flag("one"))
    (tmp_path / "reviews.jsonl").mkdir()
    with pytest.raises(UsageError, match="cannot read"):
        append(tmp_path / "reviews.jsonl", flag("one"))
    assert said(check_ledger(tmp_path / "reviews.jsonl")) == [("ledger-not-read", 0)]


def test_a_decision_on_one_that_is_not_there_is_refused(path: Path) -> None:
    append(path, flag("one"))
    with pytest.raises(UsageError, match="not in the ledger any more"):
        append(path, undo("0" * 24))


@pytest.mark.parametrize("name", ["Ann\nBen", "Ann\u2028Ben", "Ann\x1b[31m", " ", "", "A" * 200])
def test_a_name_is_one_visible_line(name: str) -> None:
    with pytest.raises(ValueError, match=r"reviewer"):
        flag("one", reviewer=name)


def test_a_prefix_finds_one_decision_or_says_why_not(path: Path) -> None:
    made = append(path, flag("one"))
    ledger = read_ledger(path)
    assert ledger.find(made.short) == made
    with pytest.raises(UsageError, match="no decision 'zz'"):
        ledger.find("zz")
    with pytest.raises(UsageError, match="no decision ''"):
        ledger.find("")


def test_no_ledger_is_an_empty_one(path: Path) -> None:
    assert read_ledger(path) == Ledger()
    assert check_ledger(path) == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_joins_two_branches_without_a_conflict(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        named = ["-c", "user.name=Ann", "-c", "user.email=ann@desk.example"]
        subprocess.run(
            ["git", "-C", str(tmp_path), *named, *arguments],
            check=True,
            capture_output=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        )

    path = tmp_path / "reviews.jsonl"
    shipped = Path(__file__).parents[2] / ".gitattributes"
    (tmp_path / ".gitattributes").write_bytes(shipped.read_bytes())
    git("init", "-q", "-b", "main")
    shared = append(path, flag("shared"))
    git("add", ".")
    git("commit", "-qm", "shared")
    git("checkout", "-qb", "other")
    theirs = append(path, flag("theirs"))
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "main")
    ours = append(path, flag("ours"))
    git("commit", "-qam", "ours")
    git("merge", "-q", "--no-edit", "other")
    assert check_ledger(path) == []
    assert set(read_ledger(path).by_id) == {shared.id, ours.id, theirs.id}
