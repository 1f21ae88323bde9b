"""Unknown words of the command line: the nearest known one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.workspaces import write_workspace
from tests.package import run


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("expalin port-office", "unknown command 'expalin'; did you mean 'explain'?"),
        ("rules tset", "unknown command 'tset'; did you mean 'test'?"),
        ("origins", "'assay origins' is now 'assay lineage'"),
        ("score --as-off 2026-01-01", "unknown option '--as-off'; did you mean '--as-of'?"),
        ("explain x --whynot y", "unknown option '--whynot'; did you mean '--why-not'?"),
        ("score --format jsno", "unknown value 'jsno'; did you mean 'json'?"),
        ("explain port-ofice", "unknown profile 'port-ofice'; did you mean 'port-office'?"),
        ("explain port-office --why-not twic", "unknown rule 'twic'; did you mean 'twice'?"),
        ("explain port-office --against Godo", "unknown band 'Godo'; did you mean 'Good'?"),
        ("explain port-office --against x", "unknown band 'x'; there are: Good, Thin, good, thin"),
        ("rules cutpoints trsut", "unknown scorer of profiles 'trsut'; did you mean 'trust'?"),
        ("sheet export out --audience pubic", "unknown audience 'pubic'; did you mean 'public'?"),
        ("cite https://a.example --claim port-office#twelve-bert", "did you mean"),
    ],
)
def test_the_nearest_word_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], args: str, said: str
) -> None:
    root = write_workspace(tmp_path / "desk")
    assert run(["--workspace", str(root), *args.split()]) == 64
    shown = capfd.readouterr()
    assert said in shown.err
    assert shown.out == ""


def test_a_word_like_none_gets_no_guess(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["qqq"]) == 64
    assert capfd.readouterr().err.endswith("Error: unknown command 'qqq'\n")
