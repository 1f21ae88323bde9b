"""The commands an analyst writes with: what goes to stdout, what to stderr, and when it is 1."""

from __future__ import annotations

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from assay.cli.authoring import cite_command as cite
from assay.cli.authoring import find_command as find
from assay.cli.authoring import init_command as init
from assay.cli.authoring import new_command as new
from assay.cli.check import check_command as check
from tests.package import AssayError, Session, Workspace

PORT = "profiles/institutions/port.yaml"


def run(command: click.Command, workspace: Workspace, *arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments, obj=Session(workspace.root))
    if result.exception is not None and not isinstance(result.exception, (SystemExit, AssayError)):
        raise result.exception
    return result


def test_check_counts_and_writes_schemas_for_the_editor(workspace: Workspace) -> None:
    result = run(check, workspace)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "0 errors, 1 warning, 1 info"
    assert (
        "profiles/institutions/port.yaml:3:5: warning: profile 'port' lists no gaps"
        in result.stdout
    )
    schema = json.loads((workspace.cache_dir / "profile.schema.json").read_text())
    assert "article" in json.dumps(schema["$defs"]["Source"]["properties"]["cites"])


def test_check_exits_with_1_where_there_are_errors(workspace: Workspace) -> None:
    (workspace.profiles_dir / "broken.yaml").write_text("kind: x\n")
    result = run(check, workspace)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "1 error, 1 warning, 1 info"


def test_check_speaks_json(workspace: Workspace) -> None:
    (workspace.profiles_dir / "broken.yaml").write_text("kind: sorce\n")
    result = run(check, workspace, "--format", "json")
    assert result.exit_code == 1
    first = json.loads(result.stdout)["diagnostics"][0]
    assert first == {
        "code": "unknown-kind",
        "severity": "error",
        "message": "unknown kind 'sorce'",
        "file": "profiles/broken.yaml",
        "line": 1,
        "column": 7,
        "hint": "did you mean 'source'?",
    }


def test_check_speaks_sarif(workspace: Workspace) -> None:
    document = json.loads(run(check, workspace, "--format", "sarif").stdout)
    assert document["version"] == "2.1.0"
    levels = [r["level"] for r in document["runs"][0]["results"]]
    assert sorted(levels) == ["note", "warning"]


@pytest.mark.parametrize(
    ("module", "arguments", "printed", "said"),
    [
        (find, ["four", "quays"], "claim  port#quays\n       It has four quays.\n", ""),
        (find, ["zzz"], "", "no results\n"),
        (
            cite,
            ["http://example.org/reports/2024?a=1&b=2"],
            "record-1\n",
            "already in profiles/sources.yaml\n",
        ),
        (
            cite,
            ["https://news.example/a", "--claim", "port#quays"],
            "news-a\n",
            f"written to profiles/sources.yaml\ncited by port#quays in {PORT}\n",
        ),
        (
            new,
            ["event", "The Opening", "--date", "2024", "--region", "North", "--topic", "ports"],
            "the-opening\n",
            "written to profiles/events/the-opening.yaml\n",
        ),
        (
            new,
            ["institution", "Customs", "--alias", "C", "--base", "Town"],
            "customs\n",
            "written to profiles/institutions/customs.yaml\n",
        ),
        (new, ["source", "T", "--cites", "article"], "t\n", "written to profiles/sources.yaml\n"),
        (
            new,
            ["publisher", "Gazette", "--reliability", "B", "--reason", "It corrects itself."],
            "gazette\n",
            "written to profiles/publishers/gazette.yaml\n",
        ),
        (
            new,
            ["claim", "port", "It is old.", "--source", "article", "--key", "--holds", "standing"],
            "port#it-is-old\n",
            "written to profiles/institutions/port.yaml\n",
        ),
    ],
)
def test_results_go_to_stdout_and_messages_to_stderr(
    workspace: Workspace, module: Any, arguments: list[str], printed: str, said: str
) -> None:
    result = run(module, workspace, *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (0, printed, said)
    assert run(check, workspace).exit_code == 0


@pytest.mark.parametrize(
    ("module", "arguments", "expected"),
    [
        (
            find,
            ["malaga"],
            {"found": [{"kind": "institution", "id": "port", "text": "Puerto de Málaga"}]},
        ),
        (
            cite,
            ["https://news.example/a"],
            {
                "id": "news-a",
                "file": "profiles/sources.yaml",
                "created": True,
                "claim": None,
                "claim_file": None,
            },
        ),
        (
            new,
            ["claim", "port", "It is old.", "--nature", "assumption"],
            {
                "id": "port#it-is-old",
                "file": "profiles/institutions/port.yaml",
                "created": True,
                "draft": False,
            },
        ),
    ],
)
def test_commands_speak_json(
    workspace: Workspace, module: Any, arguments: list[str], expected: dict[str, Any]
) -> None:
    assert json.loads(run(module, workspace, *arguments, "--format", "json").stdout) == expected


def test_a_draft_is_reported_with_the_way_to_make_it_count(workspace: Workspace) -> None:
    result = run(new, workspace, "claim", "port", "It is old.")
    assert result.stdout == "port#it-is-old\n"
    assert result.stderr == (
        "written to profiles/institutions/port.yaml\n"
        "It is a draft, which is not scored: add a source with `assay cite URL --claim "
        "port#it-is-old`, or the claims it is based on under 'rests_on:', and remove "
        "'status: draft'.\n"
    )


def test_find_says_how_much_it_leaves_out(workspace: Workspace) -> None:
    result = run(find, workspace, "quays", "--limit", "1")
    assert result.stdout.startswith("claim  port#quays\n")
    assert result.stderr == "1 more; list them with --limit 2\n"


def test_init_prints_where_the_workspace_is(workspace: Workspace) -> None:
    folder = workspace.root / "desk"
    result = run(init, workspace, str(folder))
    assert (result.exit_code, result.stdout) == (0, f"{folder}\n")
    assert (folder / "rules.yaml").is_file()


def test_how_a_claim_cites_needs_the_claim(workspace: Workspace) -> None:
    result = run(cite, workspace, "https://news.example/a", "--stance", "disputes")
    assert isinstance(result.exception, AssayError)
    assert "--claim" in str(result.exception)
