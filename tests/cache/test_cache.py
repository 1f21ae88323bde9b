"""The cache returns what was stored, or nothing, whatever happens to its folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay import cache as cache_module
from assay.cache import content_digest, user_cache
from tests.package import FOLDER_VARIABLE, Cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path, "code 1")


def entry(cache: Cache) -> Path:
    [found] = cache.folder.iterdir()
    return found


def test_what_was_stored_is_loaded(cache: Cache) -> None:
    assert cache.load("kind", "key") is None
    cache.store("kind", "key", b"body")
    assert cache.load("kind", "key") == b"body"
    cache.store("kind", "key", b"")
    assert cache.load("kind", "key") == b""


def test_kinds_keys_and_code_are_kept_apart(cache: Cache) -> None:
    cache.store("kind", "key", b"body")
    assert cache.load("kin", "dkey") is None
    assert cache.load("kind", "other") is None
    assert cache.load("other", "key") is None
    assert Cache(cache.folder, "code 2").load("kind", "key") is None


def test_digests_depend_on_where_parts_end() -> None:
    assert content_digest("ab", "c") != content_digest("a", "bc")
    assert content_digest("ab") == content_digest(b"ab")


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "foreign", "folder"])
def test_a_damaged_entry_is_not_there(cache: Cache, damage: str) -> None:
    cache.store("kind", "key", b"a longer body")
    path = entry(cache)
    data = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        flipped = data[:-1] + bytes([data[-1] ^ 1])
        damaged = {"empty": b"", "cut": data[:-1], "flipped": flipped, "foreign": b"PAR1"}
        path.write_bytes(damaged[damage])
    assert cache.load("kind", "key") is None
    cache.store("kind", "key", b"again")
    assert cache.load("kind", "key") == (None if damage == "folder" else b"again")


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "gone", "code")
    cache.store("kind", "key", b"body")
    assert cache.load("kind", "key") is None


def test_the_least_recently_used_entries_are_pruned(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_SIZE_LIMIT", 3000)
    now = time.time()
    for number in range(3):
        cache.store("kind", str(number), bytes(900))
        used = now - 10_000 * (3 - number)
        os.utime(cache._path("kind", str(number)), (used, used))
    assert cache.load("kind", "0") == bytes(900)  # now the last that was used
    cache.store("kind", "3", bytes(900))
    assert [cache.load("kind", str(n)) is not None for n in range(4)] == [True, False, True, True]


def test_entries_unused_for_long_and_abandoned_files_are_pruned(cache: Cache) -> None:
    cache.store("kind", "old", b"body")
    (cache.folder / ".unfinished-abandoned").write_bytes(b"half")
    long_ago = time.time() - 40 * 86_400
    for path in cache.folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    (cache.folder / ".unfinished-of-now").write_bytes(b"half")
    cache.store("kind", "new", b"body")
    assert cache.load("kind", "old") is None
    assert {p.name for p in cache.folder.iterdir()} == {
        ".unfinished-of-now",
        cache._path("kind", "new").name,
    }


def test_the_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    made = user_cache()
    assert made is not None
    assert made.folder == tmp_path / "caches" / "assay"
    assert made.folder.stat().st_mode & 0o777 == 0o700
    made.store("kind", "key", b"body")
    assert entry(made).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_folder_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    tmp_path.chmod(mode)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert user_cache() is None


def test_a_folder_of_another_user_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert user_cache() is not None
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert user_cache() is None


def test_a_file_in_place_of_the_folder_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file"))
    assert user_cache() is None


def test_versions_of_libraries_are_part_of_the_code() -> None:
    bare, named, unknown = user_cache(), user_cache(["ryaml"]), user_cache(["no-such-library"])
    assert bare is not None
    assert named is not None
    assert bare.code != named.code
    assert bare == unknown


WRITER = """
import sys
from pathlib import Path
from assay.cache import Cache
cache = Cache(Path(sys.argv[1]), "code")
number = 0
print("ready", flush=True)
while True:
    number += 1
    cache.store("kind", "key", str(number % 10).encode() * 3_000_000)
"""


def writing(folder: Path) -> subprocess.Popen[bytes]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    return writer


def stop(writer: subprocess.Popen[bytes]) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.communicate()


def test_a_kill_at_any_moment_leaves_a_whole_entry(tmp_path: Path) -> None:
    cache = Cache(tmp_path, "code")
    for turn in range(6):
        writer = writing(tmp_path)
        time.sleep(0.05 + 0.017 * turn)
        stop(writer)
        body = cache.load("kind", "key")
        assert body is not None or not cache._path("kind", "key").exists()
        assert body is None or (len(body) == 3_000_000 and len(set(body)) == 1)


def test_two_writers_at_once_leave_a_whole_entry(tmp_path: Path) -> None:
    cache = Cache(tmp_path, "code")
    writers = [writing(tmp_path), writing(tmp_path)]
    bodies = []
    for _ in range(30):
        bodies.append(cache.load("kind", "key"))
        time.sleep(0.01)
    for writer in writers:
        stop(writer)
    bodies.append(cache.load("kind", "key"))
    assert bodies[-1] is not None
    assert all(len(body) == 3_000_000 and len(set(body)) == 1 for body in bodies if body)
