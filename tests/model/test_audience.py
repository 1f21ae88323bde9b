"""Filter, then score: what an audience may not know leaves no trace in anything computed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.workspaces import PROFILE, write_workspace
from tests.package import Workspace, load_workspace, run, visible_to

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


def test_sentences_and_signals_are_seen_only_with_all_their_claims(tmp_path: Path) -> None:
    stated = """\
summary:
  - {text: The port has twelve berths., claims: [twelve-berths]}
  - {text: The port has thirteen berths., claims: [twelve-berths, secret-berth]}
  - {text: The port may close., claims: [closing]}
signals:
  - {signal: A berth was added., change: The port grows., horizon: ten years,
     driving_force: trade, claims: [secret-berth]}
gaps:
  - Its depth.
  - {text: The owner of the thirteenth berth., audience: desk}
  - {text: Its budget., document: The ledger of berths, directness: record,
     would_settle: [secret-berth]}
corrections:
  - {date: 2025-01-01, was: Thirteen berths., now: Twelve berths., audience: desk}
"""
    draft = "  - {id: closing, nature: assumption, text: It may close., status: draft}\n"
    rest = PROFILE[: PROFILE.index("gaps:")] + draft + _SECRET
    desk = write_workspace(tmp_path, port=rest + stated)
    corpus = load_workspace(Workspace(desk)).corpus
    seen = {
        audience: visible_to(corpus, ["public", "desk"], audience, date(2026, 1, 1)).profiles[
            "port-office"
        ]
        for audience in ("public", "desk")
    }
    assert [len(p.summary) for p in seen.values()] == [1, 2]
    assert [len(p.signals) for p in seen.values()] == [0, 1]
    assert [len(p.corrections) for p in seen.values()] == [0, 1]
    assert [[g.would_settle for g in p.gaps] for p in seen.values()] == [
        [(), ()],
        [(), (), ("secret-berth",)],
    ]


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
