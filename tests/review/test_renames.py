"""Renamed and merged: what was applied and decided is found under the ids of today."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import ryaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.plan.history import for_audience, line_of
from assay.plan.plan import Rename
from assay.plan.renames import current_records
from assay.review import actions
from tests.package import (
    Assessment,
    Checked,
    Identity,
    Plan,
    Review,
    UsageError,
    Workspace,
    append,
    applied,
    assess,
    assess_all,
    bases_of,
    carry_out,
    check,
    load_workspace,
    lock_of,
    make_plan,
    merge,
    open_review,
    read_history,
    read_lock,
    rename,
)
from tests.review.office import ANN, AS_OF, Office, claim, profile, source

pytestmark = pytest.mark.usefixtures("short_outlook")


class Desk:
    """A workspace with a harbour whose grade was applied, overridden, and turned out right."""

    def __init__(self, root: Path) -> None:
        office = Office(root)
        office.put(source("report"), source("second", publisher="letter", cites=["report"]))
        office.put(
            profile("harbour", claim("built", "report", "second"), claim("aside", "second")),
            profile(
                "port",
                claim(
                    "linked",
                    "report",
                    {"id": "second", "stance": "disputes"},
                    rests_on=["harbour#built"],
                ),
                depends_on=[{"on": "harbour", "relation": "part_of", "claims": ["linked"]}],
            ),
        )
        office.write()
        self.workspace = Workspace(root)
        self.ids = {
            "profile": "harbour",
            "claim": "harbour#built",
            "source": "report",
            "publisher": "gazette",
            "rule": "citation.strength.first-hand",
        }
        self.apply()
        self.decide()
        self.apply()

    def checked(self) -> Checked:
        return check(self.workspace, AS_OF)

    def assessments(self) -> tuple[Assessment, ...]:
        return assess_all(self.checked(), AS_OF)

    def plan(self) -> Plan:
        return make_plan(read_lock(self.workspace.lock_path), self.assessments())

    def apply(self) -> None:
        assessments = self.assessments()
        _, bases = bases_of(self.workspace.lock_path)
        lock = lock_of(assessments)
        at = datetime(2026, 1, 16, tzinfo=UTC).isoformat()
        record = applied(self.plan(), at=at, who="Ann", why="", bases=bases, lock=lock.digest)
        carry_out(self.workspace, lock, record)

    def review(self) -> Review:
        checked = self.checked()
        return open_review(checked, assess(checked, AS_OF))

    def decide(self) -> None:
        review = self.review()
        grade = actions.override(review, ANN, "harbour", scorer="trust", grade="Fair", reason="x")
        append(self.workspace.ledger_path, grade, review.ledger)
        accepted = actions.accept(self.review(), ANN, ["port"])
        append(self.workspace.ledger_path, accepted, self.review().ledger)

    def rename(self, kind: str, new: str) -> None:
        rename(load_workspace(self.workspace), self.ids[kind], new).carry_out()
        stem, mark, _ = self.ids[kind].rpartition("#" if kind == "claim" else ".")
        self.ids[kind] = f"{stem}{mark}{new}"
        if kind == "profile":
            self.ids["claim"] = f"{new}#{self.ids['claim'].partition('#')[2]}"

    @property
    def identity(self) -> Identity:
        loaded = load_workspace(self.workspace)
        return Identity(loaded.corpus, loaded.rulebook)

    def holds(self) -> None:
        """Nothing that was applied or decided is lost or changed."""
        plan, review, harbour = self.plan(), self.review(), self.ids["profile"]
        assert (plan.changes, plan.corrections, plan.published, plan.horizons) == ((), (), (), ())
        ruling = review.effective.ruling(harbour, "trust")
        assert ruling is not None
        assert ruling.counts
        assert review.queue.of("port") == ()
        records = read_history(self.workspace.history_path)
        first = current_records(records, self.identity)[0]
        assert {c.id for c in first.changes} == {harbour, "port"}
        assert self.identity.now("claim", "harbour#built") == self.ids["claim"]
        assert not [d for d in self.checked().diagnostics if d.severity != "info"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")


@pytest.mark.parametrize("kind", ["profile", "claim", "source", "publisher", "rule"])
def test_what_is_renamed_keeps_its_grades_and_decisions(desk: Desk, kind: str) -> None:
    former = desk.ids[kind]
    desk.rename(kind, "other")
    desk.holds()
    assert desk.plan().renamed == (Rename(kind, former, desk.ids[kind]),)  # type: ignore[arg-type]
    desk.apply()
    desk.holds()
    assert desk.plan().renamed == ()
    assert read_history(desk.workspace.history_path)[-1].renamed[0].former == former


def test_a_renamed_scorer_keeps_its_grades_and_tells_evidence_from_rules(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    rules = desk.workspace.rules_path
    data = ryaml.loads(rules.read_text(encoding="utf-8"))
    data["scorers"][-1] |= {"name": "confidence", "formerly": ["trust"]}
    data["settings"]["publish_by"] = "confidence"
    rules.write_text(ryaml.dumps(data), encoding="utf-8")
    assert desk.plan().changes == ()
    assert desk.plan().renamed == (Rename("scorer", "profile.trust", "profile.confidence"),)
    ruling = desk.review().effective.ruling("harbour", "confidence")
    assert ruling is not None
    assert ruling.counts

    profiles = desk.workspace.profiles_dir / "all.yaml"
    text = profiles.read_text(encoding="utf-8")
    profiles.write_text(text.replace("first_hand", "secondary"), encoding="utf-8")
    causes = {c.kind for change in desk.plan().changes for c in change.causes}
    assert causes == {"evidence", "decision"}  # the override is stale with its evidence


def test_the_line_of_an_apply_keeps_its_renames(desk: Desk) -> None:
    desk.rename("profile", "other")
    desk.apply()
    lines = desk.workspace.history_path.read_text(encoding="utf-8").splitlines()
    records = read_history(desk.workspace.history_path)
    assert [line_of(record) for record in records] == lines


def test_the_log_of_an_audience_names_no_renamed_profile_of_others(desk: Desk) -> None:
    desk.rename("profile", "other")
    desk.apply()
    record = read_history(desk.workspace.history_path)[-1]
    restricted = replace(record.renamed[0], audiences=("board",))
    record = replace(record, renamed=(restricted,))
    assert not [*for_audience([record], "public")]
    assert [r.renamed for r in for_audience([record], "board")] == [(restricted,)]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["profile", "claim", "source", "publisher", "rule", "apply"]),
        st.sampled_from(["a", "b", "harbour", "built", "report", "first-hand"]),
    ),
    max_size=8,
)


@settings(max_examples=12)
@given(_STEPS)
def test_any_renames_leave_history_and_decisions_reachable(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "desk")
        for kind, new in steps:
            if kind == "apply":
                desk.apply()
                continue
            try:
                desk.rename(kind, new)
            except UsageError:
                continue  # the id is taken, or was that of another document
        desk.holds()


def test_a_merged_profile_is_told_from_a_removed_one(desk: Desk) -> None:
    merge(load_workspace(desk.workspace), "harbour", "port").carry_out()
    plan = desk.plan()
    assert plan.renamed == (
        Rename("claim", "harbour#aside", "port#aside"),
        Rename("claim", "harbour#built", "port#built"),
        Rename("profile", "harbour", "port", "merged"),
    )
    assert not plan.corrections
    # What was said of the harbour was not said of the port.
    records = current_records(read_history(desk.workspace.history_path), desk.identity)
    assert {c.id for c in records[0].changes} == {"harbour", "port"}
    assert desk.identity.now("claim", "harbour#built") == "port#built"


def test_a_merge_that_is_reverted_leaves_no_trace(desk: Desk) -> None:
    before = {p: p.read_bytes() for p in desk.workspace.root.rglob("*.*") if p.is_file()}
    merge(load_workspace(desk.workspace), "harbour", "port").carry_out()
    for path, data in before.items():
        path.write_bytes(data)
    desk.holds()
    assert desk.plan().renamed == ()
