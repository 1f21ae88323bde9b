"""Who waits is told how far it is, and who asks where the time went; results know nothing of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.cli.output import Clock
from assay.progress import counting, stage, watching
from tests.package import FOLDER_VARIABLE, run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ticking(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def told(clock: Clock, out: io.StringIO, items: int = 10) -> str:
    with watching(clock):
        stage("reading")
        assert list(counting(range(items), "files")) == list(range(items))
        stage("scoring")
    clock.close()
    return out.getvalue()


def clocked(out: io.StringIO, step: float, *, timings: bool = False, progress: bool = False) -> str:
    ticks = ticking(step)
    return told(Clock(timings=timings, progress=progress, out=out, now=lambda: next(ticks)), out)


def test_counts_and_the_time_left() -> None:
    said = clocked(io.StringIO(), 1.0, progress=True).splitlines()
    assert said[0] == "   3.0 s  reading: 1 of 10 files, about 9 s left"
    assert said[-1] == "  12.0 s  scoring"


def test_nothing_is_said_in_the_first_two_seconds() -> None:
    assert clocked(io.StringIO(), 0.1, progress=True) == ""


def test_nothing_is_said_where_nobody_looks() -> None:
    assert clocked(io.StringIO(), 5.0) == ""


def test_a_terminal_is_left_as_it_was() -> None:
    said = clocked(Terminal(), 1.0)
    assert "\n" not in said
    assert said.startswith("\r   3.0 s  reading: 1 of 10 files")
    assert said.endswith("\r\x1b[K")


def test_timings_add_up() -> None:
    said = clocked(io.StringIO(), 1.0, timings=True).splitlines()
    spent = {line.split("s  ")[1]: float(line.split()[0]) for line in said}
    assert list(spent) == ["startup", "reading", "scoring", "total"]
    assert spent.pop("total") == sum(spent.values())


def test_unwatched_work_is_not_wrapped() -> None:
    items = [1, 2]
    assert counting(items, "things") is items


STAGES = {
    "check": ["reading the documents", "validating the documents", "checking the rulebook"],
    "score": ["making tables", "scoring", "computing the outlook"],
    "outlook": ["computing the outlook"],
    "build": ["explaining", "writing pages"],
    "plan": ["comparing with the last apply"],
    "lineage": ["comparing the sources"],
}


@pytest.mark.parametrize("name", STAGES)
def test_every_long_command_says_where_the_time_went(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["init", str(tmp_path / "desk")]) == 0
    command = ["--workspace", str(tmp_path / "desk"), name]
    run(command)
    capsys.readouterr()
    plain = run(command), capsys.readouterr().out
    # A cached overview has no stages of its own.
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "empty"))
    code = run([*command, "--timings", "--progress"])
    shown = capsys.readouterr()
    assert (code, shown.out) == plain
    for wanted in (*STAGES[name], "total"):
        assert f" s  {wanted}\n" in shown.err


def test_ingesting_says_so_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "desk")]) == 0
    note = tmp_path / "note.txt"
    note.write_text("Nothing that is read.\n")
    assert run(["--workspace", str(tmp_path / "desk"), "ingest", str(note), "--timings"]) == 0
    assert " s  reading what is to be ingested\n" in capsys.readouterr().err
