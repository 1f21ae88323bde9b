"""Filter, then score: what an audience may not know leaves no trace in anything computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.workspaces import PROFILE, write_workspace
from tests.package import run

_SECRET = """\
  - id: secret-berth
    nature: fact
    text: There is a thirteenth berth.
    key: true
    holds: dated
    sources: [port-ledger]
    audience: desk
"""


def _scores(desk: Path, capfd: pytest.CaptureFixture[str], audience: str | None = None) -> Any:
    args = ["--workspace", str(desk), *(["--audience", audience] if audience else [])]
    assert run([*args, "score", "--format", "json"]) == 0
    return json.loads(capfd.readouterr().out)


def _confined() -> str:
    return PROFILE.replace("gaps:", _SECRET + "gaps:").replace(
        "watch:\n", "watch:\n  - {text: The thirteenth berth., audience: desk}\n"
    )


def test_the_public_gets_what_a_workspace_without_the_secret_gives(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hidden = """\
        kind: institution
        id: shadow-office
        name: Shadow Office
        audience: desk
        depends_on:
          - {on: port-office, relation: part_of, criticality: high}
        """
    full = write_workspace(tmp_path / "full", port=_confined(), shadow=hidden)
    public = write_workspace(tmp_path / "public", port=PROFILE)
    assert _scores(full, capfd) == _scores(public, capfd)
    assert run(["--workspace", str(full), "build"]) == 0
    assert run(["--workspace", str(public), "build"]) == 0
    sites = [
        {
            p.relative_to(root).as_posix(): p.read_bytes()
            for p in sorted((root / "site").rglob("*"))
            if p.is_file()
        }
        for root in (full, public)
    ]
    assert sites[0] == sites[1]


def test_the_desk_sees_its_own_claims_and_profiles(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = write_workspace(tmp_path / "desk", port=_confined())
    (public,) = _scores(desk, capfd)["profiles"]
    (inside,) = _scores(desk, capfd, "desk")["profiles"]
    assert public["scores"]["trust"]["score"] == 0.7
    assert inside["scores"]["trust"]["score"] == 0.4


def test_drafts_and_embargoed_profiles_are_for_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    draft = PROFILE.replace("port-office", "draft-office") + "status: draft\n"
    later = PROFILE.replace("port-office", "later-office") + "embargo: 2026-06-01\n"
    desk = write_workspace(tmp_path / "desk", port=PROFILE, draft=draft, later=later)
    profiles = _scores(desk, capfd)["profiles"]
    assert [p["id"] for p in profiles] == ["port-office"]
