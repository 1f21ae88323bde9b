"""Completion in the shell: commands, options, and the names of the workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.workspaces import write_workspace
from tests.package import run

INCLUDED = """\
scorers:
  - name: weight
    on: profile
    scale: size
    rules:
      - id: heavy
        when: 'true'
        add: 0.2
        cap: 0.9
        because: it weighs much
scales:
  size:
    - id: large
      from: 0.5
      grade: Large
    - id: small
      from: 0.0
      grade: "Small"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    root = write_workspace(tmp_path / "desk")
    rules = root / "rules.yaml"
    text = rules.read_text("utf-8").replace("version: 1\n", "version: 1\ninclude: [more.yaml]\n")
    rules.write_text(text, "utf-8")
    (root / "more.yaml").write_text(INCLUDED, "utf-8")
    profile = root / "profiles" / "port_office.yaml"
    cited = "sources:\n      - id: gazette-march\n      - id: port-ledger\n"
    text = profile.read_text("utf-8").replace("sources: [gazette-march, port-ledger]\n", cited)
    profile.write_text(text.replace("text: The next", "id: counted, text: The next"), "utf-8")
    return root


def complete(
    root: Path,
    line: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """The words that bash is offered for the last word of a line."""
    words = f"assay {line}"
    monkeypatch.chdir(root)
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - (not line.endswith(" "))))
    monkeypatch.setenv("_ASSAY_COMPLETE", "bash_complete")
    assert run([]) == 0
    shown = capfd.readouterr()
    assert shown.err == ""
    return [offer.partition(",")[2] for offer in shown.out.split()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("expl", ["explain"]),
        ("rules cut", ["cutpoints"]),
        ("score --as", ["--as-of"]),
        ("explain ", ["port-office"]),
        ("--as-of 2026-01-01 explain port", ["port-office"]),
        ("plan --only po", ["port-office"]),
        ("explain port-office --why-not t", ["twice"]),
        ("explain port-office --why-not h", ["heavy"]),
        ("explain port-office --against G", ["Good"]),
        ("rules cutpoints ", ["trust", "weight"]),
        ("review override port-office --scorer ", ["trust", "weight"]),
        ("review override port-office --scorer weight --grade ", ["Large", "Small"]),
        ("review override port-office --grade ", ["Good", "Large", "Small", "Thin"]),
        ("review flag port-office#", ["port-office#twelve-berths"]),
        ("plan --because claim.support.", ["claim.support.cited", "claim.support.twice"]),
        ("plan --because g", ["gazette-march"]),
        ("plan --set claim.support.c", ["claim.support.cited.add="]),
        ("plan --sweep p", ["profile.weight.heavy.add=", "profile.weight.heavy.cap="]),
        ("new claim port-office text --source ", ["gazette-march", "port-ledger"]),
        ("new source title --publisher ", ["harbour-gazette"]),
        ("score --audience ", ["desk", "public"]),
        ("plan --format m", ["markdown"]),
        ("completion f", ["fish"]),
    ],
)
def test_names_are_completed_from_the_workspace(
    desk: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    offered: list[str],
) -> None:
    assert complete(desk, line, capfd, monkeypatch) == offered


def test_the_workspace_named_on_the_line_is_searched(
    desk: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert complete(elsewhere, "explain po", capfd, monkeypatch) == []
    line = f"--workspace {desk} explain po"
    assert complete(elsewhere, line, capfd, monkeypatch) == ["port-office"]


def test_errors_of_the_workspace_do_not_disturb_it(
    desk: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = desk / "profiles"
    (folder / "broken.yaml").write_text("kind: event\nid: half-done\nclaims: [{\n", "utf-8")
    (folder / "bytes.yaml").write_bytes(b"kind: event\nid: caf\xe9\n---\n\x00")
    (desk / "rules.yaml").write_text("scales: {\nscorers:\n  - name", "utf-8")
    assert complete(desk, "explain h", capfd, monkeypatch) == ["half-done"]
    assert complete(desk, "rules cutpoints ", capfd, monkeypatch) == []
    assert complete(desk, "--as-of never explain h", capfd, monkeypatch) == ["half-done"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capfd.readouterr().out
    assert "_ASSAY_COMPLETE" in script
    if found := shutil.which(shell):
        checked = subprocess.run([found, "-n"], input=script, text=True, check=False)
        assert checked.returncode == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_the_script(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "bash"]) == 0
    script = capfd.readouterr().out
    asked = (
        'COMP_WORDS=(assay explain por); COMP_CWORD=2; _assay_completion assay; echo "$COMPREPLY"'
    )
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["bash"],
        input=f"{script}\n{asked}\n",
        cwd=desk,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "port-office\n"


def test_completing_reads_no_yaml_and_computes_nothing(desk: Path) -> None:
    script = (
        "import sys\nfrom assay.cli.main import run\nrun([])\n"
        "heavy = {'pydantic', 'polars', 'yaml', 'jinja2', 'networkx'} & sys.modules.keys()\n"
        "print('heavy:', sorted(heavy))"
    )
    for line in ("assay explain ", "assay review flag ", "assay plan --set "):
        env = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()))}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=desk,
            env={**os.environ, **env, "_ASSAY_COMPLETE": "bash_complete"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "heavy: []"
