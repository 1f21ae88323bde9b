"""The workflow and the hook that `assay init --ci` writes, run as they are in a repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import ryaml

from assay import __version__
from tests.package import run

ROOT = Path(__file__).parents[2]


class Repository:
    """A workspace in git, in which a workflow's commands are run as a runner would."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "harbour"
        tools = folder / "tools"
        tools.mkdir()
        shim = tools / "assay"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assay "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
        self.summary = folder / "summary.md"
        self.environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)]),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def git(self, command: str) -> None:
        done = self.shell(f"git -c user.name=Ada -c user.email=ada@example.org {command}")
        assert done.returncode == 0, done.stderr

    def apply(self, *arguments: str) -> None:
        who = ["--auto-approve", "--reviewer", "Ada"]
        assert run(["--workspace", str(self.root), *arguments, "apply", *who]) == 0

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def workflow(self) -> dict[str, subprocess.CompletedProcess[str]]:
        """What became of the steps, by their commands, up to the first that failed."""
        text = (self.root / ".github/workflows/grades.yml").read_text(encoding="utf-8")
        steps: list[dict[str, Any]] = ryaml.loads(text)["jobs"]["grades"]["steps"]
        done = {}
        for command in (s["run"] for s in steps if "run" in s):
            if command == f"pip install assay=={__version__}":
                continue
            done[command] = self.shell(command)
            if done[command].returncode:
                break
        return done


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    assert run(["init", str(made.root), "--ci"]) == 0
    made.apply("--as-of", "2025-07-01")
    made.git("init -q -b trunk")
    made.git("add -A")
    made.git("commit -q -m first")
    return made


def test_the_workflow_passes_though_days_went_by_and_fails_where_the_lock_is_behind(
    repository: Repository,
) -> None:
    passed = repository.workflow()
    assert [*passed] == [
        "assay check",
        "assay rules test",
        'assay plan --locked --format markdown >> "$GITHUB_STEP_SUMMARY"',
    ]
    assert [d.returncode for d in passed.values()] == [0, 0, 0], passed
    summary = repository.summary.read_text(encoding="utf-8")
    assert "as of 2025-07-01" in summary
    assert "not part of this plan" in summary

    repository.edit("profiles/sources.yaml", "title: Decision 7", "title: The decision 7")
    commands = repository.workflow()
    assert len(commands) == 3
    last = [*commands.values()][-1]
    assert last.returncode == 1
    assert last.stderr == (
        "grades.lock is out of date (documents); run 'assay apply' and commit the files it writes\n"
    )
    repository.apply("--as-of", "2025-07-01")
    assert repository.shell("assay plan --locked").returncode == 0


@pytest.mark.slow
def test_a_rule_that_its_own_tests_refuse_fails_before_the_lock_is_looked_at(
    repository: Repository,
) -> None:
    repository.edit("rules.yaml", "add: 0.85", "add: 0.70")
    assert [*repository.workflow()][-1] == "assay rules test"


@pytest.mark.slow
def test_without_a_lock_the_workflow_says_so(repository: Repository) -> None:
    (repository.root / "grades.lock").unlink()
    last = [*repository.workflow().values()][-1]
    assert last.returncode == 1
    assert "there is no grades.lock; run 'assay apply'" in last.stderr


@pytest.mark.slow
def test_the_hook_stops_a_commit_that_leaves_the_lock_behind(repository: Repository) -> None:
    pytest.importorskip("pre_commit")
    hooks = f'"{sys.executable}" -m pre_commit run --all-files --color never'
    done = repository.shell(hooks)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 3
    repository.edit("profiles/sources.yaml", "title: Decision 7", "title: The decision 7")
    repository.git("add -A")
    done = repository.shell(hooks)
    assert done.returncode == 1
    assert done.stdout.count("Failed") == 1
    assert "grades.lock is out of date (documents)" in done.stdout


def test_files_that_are_there_are_left_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = tmp_path / "desk"
    assert run(["init", str(desk)]) == 0
    assert not (desk / ".github").exists()
    capfd.readouterr()
    assert run(["init", str(desk), "--ci"]) == 0
    assert capfd.readouterr().out == ".github/workflows/grades.yml\n.pre-commit-config.yaml\n"
    assert run(["init", str(desk), "--ci"]) == 0
    (desk / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    (desk / ".github/workflows/grades.yml").unlink()
    assert run(["init", str(desk), "--ci"]) == 64
    assert "a different .pre-commit-config.yaml exists" in capfd.readouterr().err
    assert not (desk / ".github/workflows/grades.yml").exists()
