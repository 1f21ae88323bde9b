"""The commands as a user meets them: what they print, and how they end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from assay.cli.main import LazyGroup
from tests.cli.workspaces import PROFILE, write_workspace
from tests.package import COMMANDS, assay, run

OTHER_FORMS = r"\b[Yy]ou\b|; (else|repeatable)|May be|\bassay\b(?<!`assay)"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "desk")


def _run(capfd: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = run(args)
    shown = capfd.readouterr()
    return code, shown.out, shown.err


def _json(capfd: pytest.CaptureFixture[str], *args: str) -> Any:
    code, out, _ = _run(capfd, *args)
    assert code == 0
    return json.loads(out)


def test_every_listed_command_loads_and_has_help() -> None:
    assert isinstance(assay, LazyGroup)
    for name, short in COMMANDS.items():
        command = assay.get_command(None, name)  # type: ignore[arg-type]  # it reads none of it
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(200) == short


def test_every_option_and_command_has_help_in_one_form() -> None:
    def visit(path: str, command: click.Command) -> Iterator[tuple[str, str]]:
        yield path, command.get_short_help_str(200)
        for param in command.params:
            if isinstance(param, click.Option):
                yield f"{path} {param.opts[0]}", param.help or ""
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield from visit(f"{path} {name}", inner)

    context = click.Context(assay)
    for name in COMMANDS:
        command = assay.get_command(context, name)
        assert command is not None
        for place, text in visit(name, command):
            assert text[:1].isupper(), place
            assert text.endswith("."), place
            assert not re.search(OTHER_FORMS, text), place


def test_scores_are_printed_as_the_contract_says(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = _json(capfd, "--workspace", str(desk), "score", "--format", "json")
    assert printed["as_of"] == "2026-01-15"
    assert printed["audience"] == "public"
    (profile,) = printed["profiles"]
    assert profile["scores"]["trust"] == {
        "score": 0.7,
        "band": "good",
        "grade": "Good",
        "label": "Well supported",
        "computed": "good",
        "override": None,
        "ceiling": None,
        "stands_on": None,
        "provisional": False,
        "firm": None,
        "rated": True,
        "coverage": 1.0,
    }
    assert (profile["sources"], profile["independent"]) == (2, 1)
    assert profile["horizon"]["word"] is None


def test_the_date_can_be_pinned_and_hides_what_came_later(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = _json(
        capfd, "--workspace", str(desk), "--as-of", "2025-03-01", "score", "--format", "json"
    )
    (profile,) = printed["profiles"]
    assert profile["scores"]["trust"]["score"] == 0.4
    assert profile["sources"] == 1


def test_scores_are_printed_with_what_would_change_them(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rules = desk / "rules.yaml"
    catalogue = (
        "changes:\n  - {id: more, text: cite a record, effort: 2, action: add_source, "
        "directness: record}\n"
    )
    rules.write_text(rules.read_text("utf-8") + catalogue, "utf-8")
    asked = ("--workspace", str(desk), "score", "--with", "would_change")
    (profile,) = _json(capfd, *asked, "--format", "json")["profiles"]
    explained = _json(capfd, "--workspace", str(desk), "explain", "port-office", "--format", "json")
    assert profile["would_change"] == explained["would_change"]
    code, out, _ = _run(capfd, *asked)
    assert code == 0
    assert "easiest upgrade" in out


def test_an_explanation_shows_each_step_of_the_score(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = _json(capfd, "--workspace", str(desk), "explain", "port-office", "--format", "json")
    support = next(s for s in printed["scorers"] if s["name"] == "support")
    assert support["subject"] == "port-office#twelve-berths"
    assert [(s["phase"], s["rule"], s["before"], s["after"]) for s in support["steps"]] == [
        ("start", "start", 0.0, 0.0),
        ("add", "cited", 0.0, 0.4),
        ("add", "twice", 0.4, 0.7),
    ]
    assert support["steps"][2]["evidence"] == ["gazette-march", "port-ledger"]


def test_an_unknown_profile_is_a_usage_error_with_a_hint(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = _run(capfd, "--workspace", str(desk), "explain", "port-ofice")
    assert (code, out) == (64, "")
    assert err == "error: unknown profile 'port-ofice'; did you mean 'port-office'?\n"


@pytest.mark.parametrize(
    "args",
    [
        ["explain"],
        ["nonsense"],
        ["--as-of", "tomorrow", "score"],
        ["score", "--format", "xml"],
    ],
)
def test_wrong_usage_exits_with_64(args: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(capfd, *args)
    assert (code, out) == (64, "")
    assert "Error" in err


def test_outside_a_workspace_the_way_in_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, _, err = _run(capfd, "--workspace", str(tmp_path), "score")
    assert code == 64
    assert "assay init" in err


def test_all_mistakes_are_shown_and_the_old_site_stays(
    desk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _run(capfd, "--workspace", str(desk), "build")[0] == 0
    before = {p: p.read_bytes() for p in (desk / "site").rglob("*") if p.is_file()}
    broken = PROFILE.replace("gazette-march, ", "gazette-march, nobody, ").replace(
        "nature: fact", "nature: rumour"
    )
    (desk / "profiles" / "port_office.yaml").write_text(broken, encoding="utf-8")
    rules = (desk / "rules.yaml").read_text(encoding="utf-8")
    (desk / "rules.yaml").write_text(rules.replace("size() > 0", "size() > 0.5"), encoding="utf-8")
    code, out, err = _run(capfd, "--workspace", str(desk), "build")
    assert (code, out) == (1, "")
    assert "profiles/port_office.yaml:6:13: error" in err
    assert "rules.yaml:12:" in err
    assert "nothing was written" in err
    after = {p: p.read_bytes() for p in (desk / "site").rglob("*") if p.is_file()}
    assert after == before


def test_profiles_below_publication_are_scored_but_get_no_page(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    thin = PROFILE.replace("gazette-march, ", "").replace("port-office", "quiet-office")
    desk = write_workspace(tmp_path / "desk", full=PROFILE, thin=thin)
    code, out, err = _run(capfd, "--workspace", str(desk), "score")
    assert code == 0
    assert "quiet-office  0.400 Thin" in out
    assert "1 without a page" in err
    report = _json(capfd, "--workspace", str(desk), "build", "--format", "json")
    assert report["unpublished"] == ["quiet-office"]
    assert not (desk / "site" / "institutions" / "quiet-office.html").exists()
    pages = [p.read_text(encoding="utf-8") for p in (desk / "site").rglob("*.html")]
    assert not any("quiet-office" in page for page in pages)


def test_hostile_names_are_shown_as_they_are(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = PROFILE.replace("name: Port Office", "name: '<script>alert(1)</script> {{ 7*7 }}'")
    desk = write_workspace(tmp_path / "desk", hostile=hostile)
    assert _run(capfd, "--workspace", str(desk), "build")[0] == 0
    page = (desk / "site" / "institutions" / "port-office.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page


def test_building_twice_in_other_folders_gives_the_same_bytes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sites = []
    for name in ("one", "another folder"):
        desk = write_workspace(tmp_path / name)
        assert _run(capfd, "--workspace", str(desk), "build")[0] == 0
        site = desk / "site"
        files = sorted(p for p in site.rglob("*") if p.is_file())
        sites.append({p.relative_to(site).as_posix(): p.read_bytes() for p in files})
    assert sites[0] == sites[1]


def test_the_graph_names_the_way_along_the_strongest_path(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tug = PROFILE.replace("port-office", "tug-company").replace(
        "claims:\n",
        "depends_on:\n  - {on: port-office, relation: hosted_by, criticality: high}\nclaims:\n",
    )
    desk = write_workspace(tmp_path / "desk", port=PROFILE, tug=tug)
    printed = _json(capfd, "--workspace", str(desk), "graph", "--format", "json")
    assert printed["edges"] == [
        {
            "from": "tug-company",
            "to": "port-office",
            "relation": "hosted_by",
            "criticality": "high",
            "affects": False,
            "claims": [],
        }
    ]
    port = next(p for p in printed["profiles"] if p["id"] == "port-office")
    assert port["downstream"] == [
        {"id": "tug-company", "reach": 0.8, "distance": 1, "path": ["port-office", "tug-company"]}
    ]
