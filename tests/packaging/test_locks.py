"""The locks hold what pyproject.toml asks for, and say nothing about where it was fetched."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9-]+)==([^\s;\\]+)")
ENTRY = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)
PLACE = re.compile(r"^.*(?:://|index-url|find-links|trusted-host|(?<!\w)/\w).*$", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := PIN.match(line))}


def asked_for(extra: str | None = None) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {found[0].lower() for line in wanted if (found := NAME.match(line))}


def test_every_dependency_of_the_documented_commands_is_pinned() -> None:
    documented = asked_for() | asked_for("ingest") | asked_for("sheets")
    assert documented <= pins("requirements.lock").keys()
    assert asked_for() | asked_for("dev") <= pins("requirements-dev.lock").keys()


def test_both_locks_pin_the_same_versions() -> None:
    runtime, dev = (pins(lock) for lock in LOCKS)
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    entries = ENTRY.split((ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert len(entries) == len(pins(lock))
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_or_path_of_the_maker_is_in_the_lock(lock: str) -> None:
    assert PLACE.findall((ROOT / lock).read_text(encoding="utf-8")) == []
