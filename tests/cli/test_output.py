"""Where what is printed cannot be taken: a full disk, a reader that has left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from assay.cli.output import Styled, print_lines
from tests.cli.workspaces import PROFILE, write_workspace
from tests.package import run

FULL = Path("/dev/full")


def command(root: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "assay", "--workspace", str(root), *args]


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("args", [("score",), ("score", "--format", "json"), ("check",)])
def test_a_full_disk_is_said_in_one_line(tmp_path: Path, args: tuple[str, ...]) -> None:
    root = write_workspace(tmp_path / "desk")
    with FULL.open("w") as full:
        done = subprocess.run(
            command(root, *args), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 64
    assert done.stderr.splitlines()[-1] == "error: the output: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_left_is_no_error(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "desk")
    args = command(root, "score", "--format", "json")
    with subprocess.Popen(
        args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.close()
        assert reader.stderr.read() == ""
    assert reader.returncode == 0


def run_with(root: Path, encoding: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command whose streams have an encoding."""
    return subprocess.run(
        command(root, *args),
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("encoding", "args", "code"),
    [
        ("ascii", ("--help",), 0),
        ("ascii", ("review",), 0),
        ("cp1252", ("explain", "port-office"), 0),
        ("latin-1", ("plan",), 0),
        ("gbk", ("explain", "port-office"), 0),
        ("cp437", ("explain", "pört → office"), 64),
    ],
)
def test_streams_that_are_not_utf8_take_all_output(
    tmp_path: Path, encoding: str, args: tuple[str, ...], code: int
) -> None:
    root = write_workspace(tmp_path / "desk", port=PROFILE.replace("Port Office", "Hafen “Süd” 港"))
    done = run_with(root, encoding, *args)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    done.stdout.decode(encoding)
    done.stderr.decode(encoding)


def test_what_a_stream_cannot_hold_is_replaced_readably(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "desk")
    shown = run_with(root, "ascii", "explain", "port-office").stdout.decode("ascii")
    exact = run_with(root, "utf-8", "explain", "port-office").stdout.decode("utf-8")
    assert "→" in exact
    assert shown == exact.replace("→", "->")
    error = run_with(root, "ascii", "explain", "“±1…” ü").stderr.decode("ascii")
    assert "'\"+/-1...\" \\xfc'" in error


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
def test_json_is_utf8_with_the_same_values_on_every_stream(tmp_path: Path, encoding: str) -> None:
    name = "Hafen “Süd” 港 → \U0001f6a2"
    root = write_workspace(tmp_path / "desk", port=PROFILE.replace("Port Office", name))
    printed = run_with(root, encoding, "score", "--format", "json").stdout
    assert json.loads(printed.decode("utf-8"))["profiles"][0]["name"] == name


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_html_is_the_same_page_on_every_stream(tmp_path: Path, encoding: str) -> None:
    root = write_workspace(tmp_path / "desk")
    page = run_with(root, encoding, "plan", "--format", "html").stdout.decode("ascii")
    exact = run_with(root, "utf-8", "plan", "--format", "html").stdout.decode("utf-8")
    assert "→" in exact
    assert page == exact.replace("→", "&#8594;").replace("×", "&#215;").replace("±", "&#177;")


@pytest.mark.skipif(os.name != "posix", reason="a shell closes the streams")
@pytest.mark.parametrize(
    ("args", "closed", "code"),
    [
        ("score", ">&-", 0),
        ("score --format json", ">&- 2>&-", 0),
        ("score", "<&- >&- 2>&-", 0),
        ("--help", ">&-", 0),
        ("explain nobody", "2>&-", 64),
        ("nonsense", ">&- 2>&-", 64),
    ],
)
def test_a_closed_stream_is_no_error(tmp_path: Path, args: str, closed: str, code: int) -> None:
    root = write_workspace(tmp_path / "desk")
    line = f'"$0" -m assay --workspace "$1" {args} {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, str(root)], capture_output=True, check=False
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stdout + done.stderr


def test_an_error_keeps_its_exit_code_where_nobody_reads_it(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "desk")
    with subprocess.Popen(command(root, "explain", "nobody"), stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.close()
    assert process.returncode == 64


HOSTILE = "a\x1b[31mb\x9b\u202e\x07"
ESCAPED = r"a\x1b[31mb\x9b\u202e\x07"


def said(capsys: pytest.CaptureFixture[str], root: Path, *args: str) -> str:
    """What a command prints, with colours as on a terminal."""
    run(["--workspace", str(root), *args])
    printed = capsys.readouterr()
    return printed.out + printed.err


@pytest.mark.parametrize(
    "args",
    [
        ("check",),
        ("check", "--format", "json"),
        ("check", "--format", "sarif"),
        ("explain", HOSTILE),
        ("find", HOSTILE, HOSTILE),
        ("plan", "--against", HOSTILE),
        ("ingest", HOSTILE),
        ("apply", HOSTILE),
        (HOSTILE,),
        ("score", f"--{HOSTILE}"),
        ("score", "--format", HOSTILE),
        ("--as-of", HOSTILE, "score"),
        ("new", "source", HOSTILE, "--id", "x"),
        ("new", "source", "x", "--into", f"profiles/{HOSTILE}.txt"),
    ],
)
def test_no_name_acts_on_the_terminal(
    args: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_workspace(tmp_path / "desk")
    (root / "profiles" / f"{HOSTILE}.yaml").write_text("kind: nothing\n")
    printed = said(capsys, root, *args)
    assert not set(printed) & set("\x1b\x9b\u202e\x07")
    if args[0] in ("check", "explain", "ingest", "apply", HOSTILE):
        assert ESCAPED in printed or json.dumps(HOSTILE)[1:-1] in printed or "a%1B" in printed


def test_only_our_own_marks_are_styled(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(click.Command("x"), color=True):
        print_lines([Styled("\x1b[2J", "\x1b[3J", bold=True)])
    assert capsys.readouterr().out == "\x1b[1m\\x1b[2J\x1b[0m\\x1b[3J\n"
