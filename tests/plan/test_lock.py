from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from assay.plan.lock import (
    ConflictedLock,
    LockedHorizon,
    differing,
    digest_of,
    from_line,
    line_digest,
    to_line,
)
from tests.package import InputError, lock_bytes, make_plan, parse_lock, read_lock
from tests.plan.office import Office

pytestmark = pytest.mark.usefixtures("short_outlook")

RECORD = Office().with_document("weir-paper", directness="record")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return lock_bytes(Office().lock(tmp_path_factory.mktemp("office")))


def _complaints(data: bytes) -> list[tuple[str, int]]:
    with pytest.raises(InputError) as caught:
        parse_lock(data, "grades.lock")
    return [(d.code, d.line) for d in caught.value.diagnostics]


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    lock = Office().lock(tmp_path)
    (tmp_path / "grades.lock").write_bytes(lock_bytes(lock))
    again = read_lock(tmp_path / "grades.lock")
    assert again == lock
    assert again is not None
    assert again.digest == lock.digest
    assert lock_bytes(again) == lock_bytes(lock)


def test_a_lock_of_form_1_is_of_another_scoring_version(written: bytes, tmp_path: Path) -> None:
    head, _, profiles = written.decode().partition("\n")
    value = from_line(head)
    assert value is not None
    value |= {"assay_lock": 1, "engine": "0.1.0", "engine_digest": "421b5a3ec1e7"}
    lock = parse_lock(f"{to_line(value)}\n{profiles}".encode(), "grades.lock")
    assert lock.engine == "0.1.0"
    plan = make_plan(lock, Office().desks(tmp_path))
    assert plan.behind == ("engine",)
    assert plan.empty


def test_no_lock_is_no_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "grades.lock") is None


def test_every_profile_has_a_line_in_the_order_of_ids(written: bytes) -> None:
    lines = written.decode().splitlines()
    assert [line[:15] for line in lines[1:]] == [
        '{"id": "mill", ',
        '{"id": "sluice"',
        '{"id": "weir", ',
    ]


def test_an_edit_moves_only_the_lines_of_what_it_moves(written: bytes, tmp_path: Path) -> None:
    after = lock_bytes(RECORD.lock(tmp_path)).splitlines()
    before = written.splitlines()
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, False, True, False]


def test_lines_ended_by_windows_are_read(written: bytes) -> None:
    assert parse_lock(written.replace(b"\n", b"\r\n"), "grades.lock") == parse_lock(
        written, "grades.lock"
    )


def test_every_edited_line_is_named_at_once(written: bytes) -> None:
    edited = written.replace(b'"points": 463', b'"points": 990')
    lines = [
        n
        for n, (a, b) in enumerate(zip(written.splitlines(), edited.splitlines(), strict=True), 1)
        if a != b
    ]
    assert len(lines) == 2
    assert _complaints(edited) == [("lock-edited", n) for n in lines]


def test_a_line_cut_off_is_named(written: bytes) -> None:
    assert _complaints(written[:-40]) == [("lock-truncated", 4)]


def test_a_line_taken_out_is_noticed(written: bytes) -> None:
    lines = written.splitlines(keepends=True)
    assert _complaints(b"".join([lines[0], *lines[2:]])) == [("lock-truncated", 3)]


def test_two_lines_in_each_others_place_are_noticed(written: bytes) -> None:
    lines = written.splitlines(keepends=True)
    swapped = b"".join([lines[0], lines[2], lines[1], lines[3]])
    assert _complaints(swapped) == [("lock-truncated", 4)]


def test_a_lock_of_a_newer_version_is_refused_before_it_is_read(written: bytes) -> None:
    newer = written.replace(b'"assay_lock": 3', b'"assay_lock": 4', 1)
    assert _complaints(newer) == [("lock-newer", 1)]


@pytest.mark.parametrize("data", [b"[1]\n", b"grades: a\n", b'{"a": 1}\n'])
def test_another_file_is_not_a_lock(data: bytes) -> None:
    assert _complaints(data) == [("lock-not-read", 1)]


def test_an_empty_lock_and_bytes_that_are_no_text_are_refused() -> None:
    assert _complaints(b"") == [("lock-truncated", 0)]
    assert _complaints(b"\xff\xfe\x00") == [("lock-not-read", 0)]


def _merged(folder: Path, ours: bytes, base: bytes, theirs: bytes) -> bytes:
    for name, data in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_bytes(data)
    done = subprocess.run(
        ["git", "merge-file", "-p", "--diff3", "ours", "base", "theirs"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return done.stdout


def test_a_lock_that_two_branches_wrote_is_read_on_both_sides(
    written: bytes, tmp_path: Path
) -> None:
    ours = lock_bytes(RECORD.lock(tmp_path))
    theirs = lock_bytes(Office().with_document("lock-paper", directness="record").lock(tmp_path))
    merged = _merged(tmp_path, ours, written, theirs)
    with pytest.raises(ConflictedLock) as caught:
        parse_lock(merged, "grades.lock")
    conflict = caught.value
    assert [d.code for d in conflict.diagnostics] == ["lock-conflict"]
    assert conflict.ours.digest == parse_lock(ours, "x").digest
    assert conflict.theirs.digest == parse_lock(theirs, "x").digest
    found = {(key[0], scorer) for key, scorer in differing(conflict.ours, conflict.theirs)}
    assert ("weir", "trust") in found
    assert ("sluice", "trust") in found


def test_the_horizon_of_an_older_lock_is_its_word(written: bytes) -> None:
    head, *profiles = written.decode().splitlines()
    values = [from_line(line) for line in profiles]
    old = [to_line({**v, "horizon": "year", "until": "2026-05-01"}) for v in values if v]
    value = from_line(head)
    assert value is not None
    value["content"] = digest_of([line_digest(line) for line in old])
    lock = parse_lock("\n".join([to_line(value), *old, ""]).encode(), "grades.lock")
    assert {e.horizon for e in lock.entries.values()} == {LockedHorizon("year")}
