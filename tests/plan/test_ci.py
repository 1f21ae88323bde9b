"""The workflow and the hooks of `assay init --ci`, and the action, run as they are in git."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import ryaml

from tests.package import run

ROOT = Path(__file__).parents[2]
ADDRESS = "git+https://git.example.org/assay@v1"
WITH_CI = ("--ci", "--install-from", ADDRESS)
INSTALL = 'python -m pip install "$INSTALL_FROM"'

# A code host that has the comments of `comments`, and notes what it is asked to do.
_GH = """#!/bin/sh
printf '%s\\n' "$*" >> "{folder}/asked"
case "$*" in *--jq*) cat "{folder}/comments" ;; esac
"""


class Repository:
    """A workspace in git, in which a workflow's commands are run as a runner would."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "harbour"
        tools = folder / "tools"
        tools.mkdir()
        shim = tools / "assay"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m assay "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
        (tools / "gh").write_text(_GH.format(folder=folder), encoding="utf-8")
        (tools / "gh").chmod(0o755)
        (folder / "comments").touch()
        self.folder = folder
        self.summary = folder / "summary.md"
        self.environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)]),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_REPOSITORY": "ada/harbour",
            "GITHUB_BASE_REF": "trunk",
            "PULL_REQUEST": "7",
            "RUNNER_TEMP": str(folder),
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

    def steps(self) -> list[dict[str, Any]]:
        text = (self.root / ".github/workflows/grades.yml").read_text(encoding="utf-8")
        steps: list[dict[str, Any]] = ryaml.loads(text)["jobs"]["grades"]["steps"]
        return steps

    def workflow(self, event: str = "push") -> dict[str, subprocess.CompletedProcess[str]]:
        """What became of the steps, by their names, up to the first that failed."""
        done = {}
        for step in self.steps():
            only = step.get("if", "").removeprefix("github.event_name == ").strip("'")
            if "run" not in step or step["run"] == INSTALL or only not in ("", event):
                continue
            done[step["name"]] = self.shell(step["run"])
            if done[step["name"]].returncode and not step.get("continue-on-error"):
                break
        return done


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    assert run(["init", str(made.root), *WITH_CI]) == 0
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
        "list the problems for code scanning",
        "documents and rulebook",
        "tests of the rulebook, if there are any",
        "grades.lock is up to date",
    ]
    assert {d.returncode for d in passed.values()} == {0}, passed
    assert json.loads((repository.folder / "assay.sarif").read_text())["version"] == "2.1.0"
    summary = repository.summary.read_text(encoding="utf-8")
    assert "as of 2025-07-01" in summary
    assert "not part of this plan" in summary

    repository.edit("profiles/sources.yaml", "title: Decision 7", "title: The decision 7")
    commands = repository.workflow()
    assert len(commands) == 4
    last = [*commands.values()][-1]
    assert last.returncode == 1
    assert last.stderr == (
        "grades.lock is out of date (documents); run 'assay apply' and commit the files it writes\n"
    )
    repository.apply("--as-of", "2025-07-01")
    assert repository.shell("assay plan --locked").returncode == 0


@pytest.mark.slow
def test_a_pull_request_is_commented_on_with_its_edits_and_the_comment_is_kept_current(
    repository: Repository,
) -> None:
    repository.git("update-ref refs/remotes/origin/trunk HEAD")
    repository.edit("profiles/sources.yaml", "title: Decision 7", "title: The decision 7")
    repository.apply("--as-of", "2025-07-01")
    done = repository.workflow("pull_request")
    assert {d.returncode for d in done.values()} == {0}, done
    comment = (repository.folder / "plan.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- assay plan -->\n## Grades\n")
    assert "- Decision 7" in comment
    assert "+ The decision 7" in comment
    body = f"-F body=@{repository.folder}/plan.md"
    comments = "repos/ada/harbour/issues"
    asked = (repository.folder / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[-1] == f"api --silent -X POST {comments}/7/comments {body}"
    (repository.folder / "comments").write_text("42\n43\n", encoding="utf-8")
    repository.workflow("pull_request")
    asked = (repository.folder / "asked").read_text(encoding="utf-8").splitlines()
    assert asked[-1] == f"api --silent -X PATCH {comments}/comments/42 {body}"


def test_the_action_runs_what_the_workflow_runs(repository: Repository) -> None:
    action = ryaml.loads((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]
    assert action["using"] == "composite"
    assert all(s["shell"] == "bash" for s in action["steps"] if "run" in s)
    ours = [str(s.get("run", s.get("uses"))) for s in repository.steps()]
    assert ours.pop(0).startswith("actions/checkout@")
    own = 'python -m pip install "$GITHUB_ACTION_PATH"'
    assert [s.get("run", s.get("uses")).replace(own, INSTALL) for s in action["steps"]] == ours


def test_the_published_hooks_are_the_written_ones(repository: Repository) -> None:
    published = ryaml.loads((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    text = (repository.root / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    written = ryaml.loads(text)["repos"][0]["hooks"]
    assert [(h["id"], h["entry"]) for h in published] == [(h["id"], h["entry"]) for h in written]
    assert {h["language"] for h in published} == {"python"}


@pytest.mark.slow
def test_a_rule_that_its_own_tests_refuse_fails_before_the_lock_is_looked_at(
    repository: Repository,
) -> None:
    repository.edit("rules.yaml", "add: 0.80", "add: 0.70")
    assert [*repository.workflow()][-1] == "tests of the rulebook, if there are any"


@pytest.mark.slow
def test_without_a_lock_the_workflow_says_so(repository: Repository) -> None:
    (repository.root / "grades.lock").unlink()
    last = [*repository.workflow().values()][-1]
    assert last.returncode == 1
    assert "grades.lock is missing; run 'assay apply'" in last.stderr


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
    assert run(["init", str(desk), *WITH_CI]) == 0
    assert capfd.readouterr().out == ".github/workflows/grades.yml\n.pre-commit-config.yaml\n"
    assert run(["init", str(desk), *WITH_CI]) == 0
    (desk / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    (desk / ".github/workflows/grades.yml").unlink()
    assert run(["init", str(desk), *WITH_CI]) == 64
    assert "a different .pre-commit-config.yaml exists" in capfd.readouterr().err
    assert not (desk / ".github/workflows/grades.yml").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "--ci needs the address of assay; add --install-from ADDRESS"),
        (("--install-from", "assay"), "'assay' is a name, not an address"),
        (("--install-from", "assay==0.1.0"), "'assay==0.1.0' is a name, not an address"),
        (("--install-from", "--pre"), "invalid address '--pre'"),
        (("--install-from", "https://x/${{ secrets.A }}"), "invalid address"),
        (("--install-from", "https://x/a\nb"), "invalid address"),
    ],
)
def test_a_workflow_names_no_package_but_an_address_that_was_given(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], given: tuple[str, ...], said: str
) -> None:
    assert run(["init", str(tmp_path / "desk"), "--ci", *given]) == 64
    assert said in capfd.readouterr().err
    assert not (tmp_path / "desk").exists()


def test_a_person_is_asked_for_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = io.StringIO(f"{ADDRESS}\n")
    monkeypatch.setattr(answers, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", answers)
    assert run(["init", str(tmp_path / "desk"), "--ci"]) == 0
    workflow = tmp_path / "desk/.github/workflows/grades.yml"
    assert f'INSTALL_FROM: "{ADDRESS}"' in workflow.read_text(encoding="utf-8")
