"""The pages that a plan names with --pages are those that two builds of the site differ in."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.pipeline import build, pages_touched
from tests.package import Workspace, assess_all, check, run
from tests.plan.calling import EDITED, Call, apply, printed
from tests.plan.office import Office

pytestmark = pytest.mark.usefixtures("short_outlook")

DAY = date(2026, 1, 15)
_STAMPS = re.compile(
    rb"As of (<b>)?<time .*?</time>|Input <code>.*?</code>|from input <code>.*?</code>|"
    rb"data-version=\"[0-9a-f]*\"|\"digest\": \"[0-9a-f]*\"|"
    rb"[Aa]s of (<b>)?\d+ \w+ \d{4}|\"as_of\": \"[0-9-]*\"|<span>as of .*?</span>",
    re.DOTALL,
)
Edit = Callable[[Office], Office]


def site(workspace: Workspace, as_of: date = DAY) -> dict[str, bytes]:
    """What a build writes, without what every page is stamped with."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        for desk in assess_all(check(workspace), as_of):
            build(desk, out)
        files = {
            name: path.read_bytes()
            for path in out.rglob("*")
            if not (name := path.relative_to(out).as_posix()).startswith((".", "assets", "robots"))
            and path.is_file()
        }
    return {name: _STAMPS.sub(b"", data) for name, data in files.items()}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> set[str]:
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def adding(office: Office) -> Office:
    claim = {**office.document("weir")["claims"][0], "text": "The pump runs."}
    pump = {"kind": "institution", "id": "pump", "name": "The pump", "claims": [claim]}
    return office.adding(pump)


def with_edge(office: Office) -> Office:
    edge = {"on": "weir", "relation": "part_of", "criticality": "low"}
    return office.with_document("sluice", depends_on=[edge])


EDITS: dict[str, Edit] = {
    "a figure that moves grades": lambda o: o.with_rule("citation.strength.first-hand", add=0.3),
    "a figure that moves none now": lambda o: o.with_rule("citation.strength.record", add=0.7),
    "the reason of a rule": lambda o: o.with_rule("citation.strength.secondary", because="told"),
    "a cap that is not reached": lambda o: o.with_rule("claim.trust.ceiling", cap=0.9),
    "what a source is": lambda o: o.with_document("mill-paper", directness="record"),
    "the title of a source": lambda o: o.with_document("weir-paper", title="Another title"),
    "the wording of a claim": lambda o: o.with_claim("mill", text="The mill turns."),
    "the name of a neighbour": lambda o: o.with_document("weir", name="The great weir"),
    "a profile that was not there": adding,
    "a profile that is gone": lambda o: o.without("mill"),
    "a dependency": with_edge,
    "what nobody knows": lambda o: o.with_document("sluice", gaps=["Its depth."]),
    "a watch item with its day": lambda o: o.with_document(
        "mill", watch=[{"text": "Its report.", "due": "2026-03-01"}]
    ),
    "nothing": lambda o: o,
}


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=2, unique=True),
    st.sampled_from([0, 0, 0, 40]),
)
def test_pages_touched_are_those_that_two_builds_differ_in(edits: list[str], days: int) -> None:
    then, now = DAY, DAY + timedelta(days=days)
    edited = Office()
    for name in edits:
        edited = EDITS[name](edited)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        before = Office().written(Path(first))
        after = edited.written(Path(second))
        named = pages_touched(assess_all(check(before), then), assess_all(check(after), now))
        assert set(named) == differing(site(before, then), site(after, now))


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS)
def test_every_kind_of_edit_by_itself(edit: str, tmp_path: Path) -> None:
    before = Office().written(tmp_path / "before")
    after = EDITS[edit](Office()).written(tmp_path / "after")
    named = pages_touched(assess_all(check(before), DAY), assess_all(check(after), DAY))
    assert set(named) == differing(site(before), site(after))


# Against the lock ----------------------------------------------------------------------------


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def _committed(folder: Path) -> None:
    _git(folder, "init", "-q", "-b", "trunk")
    _git(folder, "add", "rules.yaml", "profiles", "grades.lock")
    _git(folder, "commit", "-qm", "applied")


def _compared(call: Call, *arguments: str) -> Any:
    plan = printed(call, *arguments, "plan", "--pages")
    assert plan["pages_compared"] is True
    assert plan["summary"]["pages"] == len(plan["pages"])
    return set(plan["pages"])


def test_a_rule_edit_is_compared_with_the_rules_in_the_lock(applied: Call, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path.resolve())
    before = site(workspace)
    Office().with_rule("citation.strength.record", add=0.7).written(tmp_path)
    assert _compared(applied) == differing(before, site(workspace))
    assert printed(applied, "plan")["pages"] == []


def test_an_edit_of_documents_is_compared_with_those_that_git_has_with_the_lock(
    applied: Call, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path.resolve())
    _committed(tmp_path)
    before = site(workspace)
    EDITED.written(tmp_path)
    named = _compared(applied)
    assert named == differing(before, site(workspace))
    assert "rules/citation-strength/first-hand.html" in named


def test_what_is_compared_with_a_revision_and_tried_is_exact_too(
    applied: Call, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path.resolve())
    _committed(tmp_path)
    before = site(workspace)
    figure = "citation.strength.first-hand.add=0.7"
    tried = printed(applied, "plan", "--pages", "--set", figure)
    Office().with_rule("citation.strength.first-hand", add=0.7).written(tmp_path)
    edited = printed(applied, "plan", "--pages", "--against", "trunk")
    assert tried["pages"] == edited["pages"]
    assert set(edited["pages"]) == differing(before, site(workspace))


def test_without_the_documents_that_were_applied_it_is_said_that_pages_are_not_compared(
    applied: Call, tmp_path: Path
) -> None:
    EDITED.written(tmp_path)
    code, out, err = applied("plan", "--pages")
    assert code == 0
    assert "changed profiles and their neighbours" in out
    assert err == (
        "pages are not compared exactly: documents have changed, and git does not have the "
        "applied ones\n"
    )
    _git(tmp_path, "init", "-q", "-b", "trunk")
    _git(tmp_path, "add", "rules.yaml", "profiles", "grades.lock")
    _git(tmp_path, "commit", "-qm", "the lock with documents it does not stand for")
    assert "commit the lock together with its documents" in applied("plan", "--pages")[2]


def test_before_the_first_apply_every_page_is_new(assay: Call, tmp_path: Path) -> None:
    named = _compared(assay)
    assert named == set(site(Workspace(tmp_path.resolve())))
    assert apply(assay)[0] == 0
    assert _compared(assay) == set()


def test_the_pages_of_one_profile_are_shown_alone(applied: Call, tmp_path: Path) -> None:
    Office().with_rule("citation.strength.record", add=0.7).written(tmp_path)
    plan = printed(applied, "plan", "--pages", "--only", "mill")
    assert plan["pages"] == ["institutions/mill/grading.html"]
    assert run(["--workspace", str(tmp_path), "plan", "--pages", "--only", "mill"]) == 0


def test_a_sweep_lists_no_pages(assay: Call) -> None:
    sweep = "citation.strength.first-hand.add=0.3..0.8:0.1"
    code, out, err = assay("plan", "--pages", "--sweep", sweep)
    assert (code, out) == (64, "")
    assert err == "error: --sweep lists no pages; compare those of one value with --set\n"
