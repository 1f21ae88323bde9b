"""An apply asks about what can hardly be meant, and takes one cause alone where that is true."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest
import ryaml

from tests.package import read_lock
from tests.plan.calling import EDITED, Call, apply, printed
from tests.plan.office import Office

RULES_EDITED = Office().with_rule("citation.strength.first-hand", add=0.7)
FADED = {"checked": "2025-12-01"}


def _lock(folder: Path) -> bytes:
    return (folder / "grades.lock").read_bytes()


# What can hardly be meant -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "name", "sentence"),
    [
        ("2026-01-14", "earlier-date", "as of 2026-01-14, before the last apply (2026-01-15)"),
        ("2062-01-15", "future-date", "more than 31 days after today (2026-01-17)"),
    ],
)
def test_a_date_before_the_last_apply_or_far_ahead_must_be_allowed(
    applied: Call, tmp_path: Path, as_of: str, name: str, sentence: str
) -> None:
    before = _lock(tmp_path)
    code, _, err = apply(applied, "--as-of", as_of)
    assert code == 1
    assert f"{name}: " in err
    assert sentence in err
    assert _lock(tmp_path) == before
    every = ["--allow", name, "--allow", "withdrawals"]
    assert apply(applied, "--as-of", as_of, *every)[0] == 0
    assert str(read_lock(tmp_path / "grades.lock").as_of) == as_of  # type: ignore[union-attr]


def test_a_date_within_a_month_needs_no_leave(applied: Call) -> None:
    assert apply(applied, "--as-of", "2026-02-16")[0] == 0


def test_a_plan_that_withdraws_most_pages_must_be_allowed(applied: Call, tmp_path: Path) -> None:
    Office().with_rule("citation.strength.first-hand", add=0.1).written(tmp_path)
    code, _, err = apply(applied)
    assert code == 1
    assert "withdrawals: 2 of 2 pages will be withdrawn" in err
    assert "name them with --allow\n" in err
    assert apply(applied, "--allow", "withdrawals")[0] == 0


def test_an_unusual_plan_is_asked_about_in_these_words(
    applied: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _lock(tmp_path)
    for answer, code in (("n\n", 130), ("y\n", 0)):
        assert _lock(tmp_path) == before
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        done = applied("--as-of", "2026-01-14", "apply", "--reviewer", "Ada")
        assert done[0] == code
        assert "This is unusual:\n  earlier-date: as of 2026-01-14, before" in done[2]
        assert "Apply this plan nevertheless?" in done[2]
    assert _lock(tmp_path) != before


# Rule tests -------------------------------------------------------------------------------


def test_a_failing_rule_test_refuses_an_apply_and_is_named(applied: Call, tmp_path: Path) -> None:
    case = {
        "name": "a first-hand report is worth a half",
        "given": {
            "sources": [{"id": "s", "directness": "first_hand"}],
            "claims": [{"sources": ["s"]}],
        },
        "expect": {"citations": {"c1@s": {"strength": 0.5}}},
    }
    (tmp_path / "rules.test.yaml").write_text(ryaml.dumps({"cases": [case]}), encoding="utf-8")
    assert applied("rules", "test")[0] == 0
    RULES_EDITED.written(tmp_path)
    before = _lock(tmp_path)
    code, _, err = apply(applied)
    assert code == 1
    assert "rule tests fail:\n" in err
    assert "rules.test.yaml:2: a first-hand report is worth a half" in err
    assert _lock(tmp_path) == before
    # The rules of the lock passed when they were applied.
    assert apply(applied, "--cause", "documents")[0] == 0


# One cause alone ----------------------------------------------------------------------------


def _causes(call: Call, *given: str) -> set[str]:
    plan = printed(call, *given, "plan")
    return {cause["kind"] for change in plan["changes"] for cause in change["causes"]}


def test_documents_alone_leave_the_rules_and_the_date_for_the_next_apply(
    applied: Call, tmp_path: Path
) -> None:
    both = RULES_EDITED.with_document("lock-paper", directness="record")
    both.written(tmp_path)
    later = ("--as-of", "2026-01-20")
    assert _causes(applied, *later) == {"evidence", "rule", "time", "neighbour"}
    code, out, err = apply(applied, *later, "--cause", "documents")
    assert code == 0, err
    assert out.startswith("applied as of 2026-01-15 by Ada")
    assert "evidence" not in _causes(applied, *later)
    assert {"rule", "time"} <= _causes(applied, *later)
    (edit,) = printed(applied, *later, "plan")["edits"]
    assert edit["ref"] == "citation.strength.first-hand"


def test_rules_alone_need_the_applied_documents_which_git_may_have(
    applied: Call, tmp_path: Path
) -> None:
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    RULES_EDITED.with_document("lock-paper", directness="record").written(tmp_path)
    before = _lock(tmp_path)
    code, _, err = apply(applied, "--cause", "rules")
    assert code == 64
    assert "documents have changed, and git does not have the applied ones" in err
    assert _lock(tmp_path) == before

    Office().written(tmp_path)
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    RULES_EDITED.with_document("lock-paper", directness="record").written(tmp_path)
    code, _, err = apply(applied, "--cause", "rules")
    assert code == 0, err
    assert _causes(applied) == {"evidence"}
    assert apply(applied)[0] == 0
    assert printed(applied, "plan")["behind"] is False


def test_time_alone_takes_the_date_and_leaves_the_edited_rules(
    applied: Call, tmp_path: Path
) -> None:
    RULES_EDITED.written(tmp_path)
    later = ("--as-of", "2026-02-10")
    assert apply(applied, *later, "--cause", "time")[0] == 0
    assert _causes(applied, *later) == {"rule", "neighbour"}
    code, out, _ = apply(applied, *later, "--cause", "time")
    assert (code, out.split("\n")[0]) == (
        0,
        "nothing to apply: time unchanged since the last apply",
    )


def test_without_a_lock_and_with_a_saved_plan_no_cause_is_applied_alone(
    assay: Call, tmp_path: Path
) -> None:
    code, _, err = apply(assay, "--cause", "rules")
    assert code == 64
    assert "nothing applied yet, so no cause can be applied alone" in err
    saved = str(tmp_path / "x.plan")
    assay("plan", "--out", saved)
    code, _, err = apply(assay, saved, "--cause", "rules")
    assert code == 64
    assert "a saved plan is applied as a whole" in err


# After the write ----------------------------------------------------------------------------


class _Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_failed_print_does_not_report_a_done_apply_as_failed(
    applied: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    EDITED.written(tmp_path)
    before = _lock(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", _Full())
        code, _, err = apply(applied, "--format", output)
    assert code == 0
    assert "done, but the output failed: No space left on device" in err
    assert _lock(tmp_path) != before
