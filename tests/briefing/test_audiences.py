"""What an audience may not know leaves no trace in its site or in any command for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay import pipeline
from tests.cli.workspaces import EVIDENCE, PROFILE, write_workspace
from tests.package import (
    FOLDER_VARIABLE,
    Corpus,
    Draft,
    Subject,
    append,
    read_ledger,
    run,
    visible_to,
)

_CLAIMS = """\
  - id: secret-berth
    nature: fact
    text: There is a thirteenth berth.
    key: true
    holds: dated
    sources: [secret-memo]
    audience: desk
  - id: talk
    nature: assumption
    text: There is talk of a fourteenth berth.
    status: draft
  - id: quays
    nature: fact
    text: The harbour has four quays.
    holds: dated
    sources: [gazette-march]
"""
_PARTS = """\
summary:
  - {text: The harbour has twelve berths., claims: [twelve-berths]}
  - {text: And it has a thirteenth., claims: [secret-berth]}
gaps:
  - Who owns the berths.
  - {text: Who owns the thirteenth berth., audience: desk}
depends_on:
  - {on: shadow-office, relation: part_of, criticality: high, audience: desk}
watch:
  - {text: The next count of berths., trigger: A new ledger.}
  - {text: The opening of the thirteenth berth., audience: desk}
corrections:
  - {date: 2025-05-01, was: Thirteen berths., now: Twelve berths., audience: desk}
"""
_SHADOW = """\
kind: institution
id: shadow-office
name: Shadow Office
aliases: [The Shadow]
audience: desk
depends_on:
  - {on: port-office, relation: supervises, criticality: high}
claims:
  - {id: watches, nature: fact, text: It watches the port., key: true, holds: dated,
     sources: [port-ledger, secret-memo]}
"""
_LATER = """\
kind: institution
id: later-office
name: Later Office
embargo: 2026-06-01
"""
_MEMO = """\
---
kind: publisher
id: informant
name: The Informant
---
kind: source
id: secret-memo
title: Memo on the thirteenth berth
publisher: informant
published: 2025-04
directness: first_hand
"""


def full(root: Path) -> Path:
    """A workspace with something closed of every kind, decisions included."""
    open_part = PROFILE.partition("gaps:")[0]
    files = {"port": open_part + _CLAIMS + _PARTS, "shadow": _SHADOW, "later": _LATER}
    desk = write_workspace(root, **files)
    (desk / "profiles" / "evidence.yaml").write_text(EVIDENCE + _MEMO)
    ledger = desk / "reviews.jsonl"
    secret = Subject(profile="port-office", claim="secret-berth", audience="desk")
    shadow = Subject(profile="shadow-office", audience="desk", scorer="trust", matter="new")
    inside = Subject(profile="port-office", audience="desk", scorer="trust", matter="new")
    plain: Any = {"reviewer": "Ann", "date": "2026-01-10"}
    for draft in (
        Draft(kind="flag", subjects=(secret,), reason="The memo may be forged.", **plain),
        Draft(kind="comment", subjects=(shadow,), reason="Ask the informant.", **plain),
        Draft(kind="accept", subjects=(shadow,), reason="As the memo says.", **plain),
        Draft(kind="accept", subjects=(inside,), reason="The thirteenth berth is new.", **plain),
        Draft(
            kind="flag", subjects=(Subject(profile="port-office"),), reason="Count again.", **plain
        ),
    ):
        append(ledger, draft, read_ledger(ledger))
    return desk


def public(root: Path) -> Path:
    """The same workspace without anything closed to the public but a draft, for reviewers."""
    desk = full(root)
    (desk / "profiles" / "shadow.yaml").unlink()
    (desk / "profiles" / "later.yaml").unlink()
    (desk / "profiles" / "evidence.yaml").write_text(EVIDENCE)
    claims = _CLAIMS[_CLAIMS.index("  - id: talk") :]
    parts = "\n".join(x for x in _PARTS.split("\n") if "desk" not in x and "secret" not in x)
    parts = parts.replace("depends_on:\n", "").replace("corrections:\n", "")
    (desk / "profiles" / "port.yaml").write_text(PROFILE.partition("gaps:")[0] + claims + parts)
    (desk / "reviews.jsonl").unlink()
    flag: Any = {"kind": "flag", "reviewer": "Ann", "date": "2026-01-10", "reason": "Count again."}
    append(desk / "reviews.jsonl", Draft(subjects=(Subject(profile="port-office"),), **flag))
    return desk


def files(root: Path) -> dict[str, bytes]:
    paths = sorted(p for p in root.rglob("*") if p.is_file())
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths}


def build(desk: Path, *arguments: str) -> int:
    return run(["--workspace", str(desk), "build", *arguments])


def test_every_audience_gets_the_site_that_is_built_for_it_alone(tmp_path: Path) -> None:
    desk = full(tmp_path / "full")
    assert build(desk, "--all-audiences", "--out", str(tmp_path / "all")) == 0
    for audience in ("public", "desk"):
        assert build(desk, "--audience", audience, "--out", str(tmp_path / audience)) == 0
        alone = files(tmp_path / audience)
        del alone[".assay-site"]
        assert files(tmp_path / "all" / audience) == alone
    assert "institutions/shadow-office.html" in files(tmp_path / "desk")


def test_the_public_site_is_that_of_a_workspace_without_the_rest(tmp_path: Path) -> None:
    for name, make in (("full", full), ("public", public)):
        assert build(make(tmp_path / name), "--out", str(tmp_path / f"{name}-site")) == 0
    assert files(tmp_path / "full-site") == files(tmp_path / "public-site")


def test_one_failure_leaves_the_sites_of_all_audiences_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = full(tmp_path / "full")
    assert build(desk, "--all-audiences") == 0
    before = files(desk / "site")
    (desk / "profiles" / "port.yaml").write_text(PROFILE)
    real = pipeline.assess

    def failing(checked: Any, as_of: Any, audience: str | None = None) -> Any:
        if audience == "desk":
            raise OSError(28, "No space left on device")
        return real(checked, as_of, audience)

    monkeypatch.setattr(pipeline, "assess", failing)
    assert build(desk, "--all-audiences") != 0
    assert files(desk / "site") == before


def test_a_proof_covers_every_kind_of_closed_text(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = full(tmp_path / "full")
    assert build(desk, "--all-audiences", "--prove", "--format", "json") == 0
    sites = json.loads(capfd.readouterr().out)["sites"]
    assert [s["audience"] for s in sites] == ["public", "desk"]
    markers = [s["proof"]["markers"] for s in sites]
    # To the desk only the draft and the profile under embargo are closed.
    assert markers[0] > 20 > markers[1] > 0
    assert sites[0]["proof"]["files"] == len(files(desk / "site" / "public"))


def _all(corpus: Corpus, *_: Any) -> Corpus:
    return corpus


def _with_sources(corpus: Corpus, *given: Any) -> Corpus:
    return replace(visible_to(corpus, *given), sources=corpus.sources)


def _with_parts(*fields: str) -> Callable[..., Corpus]:
    def leaking(corpus: Corpus, *given: Any) -> Corpus:
        seen = visible_to(corpus, *given)
        profiles = {
            i: p.model_copy(update={f: getattr(corpus.profiles[i], f) for f in fields})
            for i, p in seen.profiles.items()
        }
        return replace(seen, profiles=profiles)

    return leaking


@pytest.mark.parametrize(
    ("leaking", "message"),
    [
        (_all, "institutions/shadow-office.html in the site for 'public' contains"),
        (_with_parts("watch"), "contains institution port-office, watch 2, text"),
        (_with_parts("gaps"), "contains institution port-office, gaps 2, text"),
        (_with_sources, "index.html in the site for 'public' depends on closed content"),
    ],
)
def test_a_filter_that_leaks_is_found_and_nothing_is_written(
    leaking: Callable[..., Corpus],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    desk = full(tmp_path / "full")
    monkeypatch.setattr(pipeline, "visible_to", leaking)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    assert build(desk, "--prove") == 1
    error = capfd.readouterr().err
    assert message in error
    assert error.endswith("nothing was written\n")
    assert not (desk / "site").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["find", "berth"],
        ["find", "memo"],
        ["plan"],
        ["plan", "--format", "json"],
        ["plan", "--pages"],
        ["review", "list"],
        ["review", "show", "port-office"],
        ["review", "show", "port-office", "--format", "json"],
        ["log"],
    ],
    ids=" ".join,
)
def test_a_command_for_the_public_prints_what_it_may_know(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = []
    for name, make in (("full", full), ("public", public)):
        desk = make(tmp_path / name)
        (desk / "reviews.jsonl").write_bytes((tmp_path / "full/reviews.jsonl").read_bytes())
        if command[0] == "log":
            reviewed = ["apply", "--auto-approve", "--reviewer", "Ann"]
            assert run(["--workspace", str(desk), *reviewed]) == 0
            port = desk / "profiles" / "port.yaml"
            port.write_text(port.read_text().replace("a thirteenth", "no thirteenth"))
            run(["--workspace", str(desk), *reviewed])
            capfd.readouterr()
        assert run(["--workspace", str(desk), "--audience", "public", *command]) == 0
        out, err = capfd.readouterr()
        printed.append([_timeless(out), err])
    assert printed[0] == printed[1]
    assert "hirteenth" not in printed[0][0]


def _timeless(text: str) -> str:
    """The text without the times of applies, of which those of two runs differ."""
    return "\n".join(line.partition(" as of ")[2] or line for line in text.split("\n"))


def test_exported_sheets_hold_what_the_audience_may_know(tmp_path: Path) -> None:
    for name, make in (("full", full), ("public", public)):
        where = ["--workspace", str(make(tmp_path / name)), "--audience", "public"]
        assert run([*where, "sheet", "export", str(tmp_path / f"{name}-sheets")]) == 0
    assert files(tmp_path / "full-sheets") == files(tmp_path / "public-sheets")


def test_a_saved_plan_covers_all_audiences(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = full(tmp_path / "full")
    given = ["--workspace", str(desk), "--audience", "public", "plan", "--out", "plan.json"]
    assert run(given) == 64
    assert "covers all audiences; omit --audience" in capfd.readouterr().err
