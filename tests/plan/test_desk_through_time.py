"""Random edits, plans, applies and merges against a model that only knows the scores."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from assay.plan.history import line_of
from tests.package import (
    Assessment,
    Plan,
    Workspace,
    applied,
    assess_all,
    bases_of,
    carry_out,
    check,
    lock_bytes,
    lock_of,
    make_plan,
    parse_lock,
    read_history,
    read_lock,
)
from tests.plan.office import Office

pytestmark = pytest.mark.usefixtures("short_outlook")

Scores = dict[tuple[str, str], int | None]
_SOURCES = st.sampled_from(["mill-paper", "weir-paper", "lock-paper"])
_PROFILES = ["mill", "weir", "sluice"]


def _scores(desks: tuple[Assessment, ...]) -> Scores:
    return {
        (i, name): score.points
        for desk in desks
        for i, result in desk.results.items()
        for name, score in result.scores.items()
    }


class DeskThroughTime(RuleBasedStateMachine):
    """The model: the scores that were applied last, and how often something was applied."""

    @initialize()
    def open_the_desk(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.office = Office()
        self.today = date(2026, 1, 15)
        self.applied: Scores = {}
        self.applies = 0

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def _desks(self) -> tuple[Assessment, ...]:
        return assess_all(check(self.office.written(self.folder)), self.today)

    @property
    def _workspace(self) -> Workspace:
        return Workspace(self.folder.resolve())

    def _plan(self, desks: tuple[Assessment, ...]) -> Plan:
        locks, _ = bases_of(self._workspace.lock_path)
        return make_plan(
            locks[0] if locks else None, desks, theirs=locks[1] if len(locks) > 1 else None
        )

    # Edits -------------------------------------------------------------------------------

    @rule(source=_SOURCES, directness=st.sampled_from(["record", "first_hand", "secondary"]))
    def see_a_source_for_what_it_is(self, source: str, directness: str) -> None:
        self.office = self.office.with_document(source, directness=directness)

    @rule(rule_id=st.sampled_from(["record", "first-hand"]), tenths=st.integers(1, 9))
    def edit_a_rule(self, rule_id: str, tenths: int) -> None:
        self.office = self.office.with_rule(f"citation.strength.{rule_id}", add=tenths / 10)

    @rule(days=st.integers(1, 200))
    def let_days_go_by(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(upper=st.sampled_from(_PROFILES[:2]))
    def make_the_sluice_depend(self, upper: str) -> None:
        edge = {"on": upper, "relation": "part_of", "criticality": "medium"}
        self.office = self.office.with_document("sluice", depends_on=[edge])

    @rule(name=st.sampled_from(_PROFILES), key=st.booleans())
    def stand_on_the_claim_or_not(self, name: str, key: bool) -> None:
        self.office = self.office.with_claim(name, key=key)

    # Applies -----------------------------------------------------------------------------

    @rule()
    def plan_and_apply(self) -> None:
        desks = self._desks()
        plan = self._plan(desks)
        now = _scores(desks)
        self._check(plan, now)
        locks, bases = bases_of(self._workspace.lock_path)
        lock = lock_of(desks)
        record = applied(plan, at="", who="A", why="", bases=bases, lock=lock.digest)
        if len(locks) == 1 and lock.digest == locks[0].digest:
            assert plan.empty
            return
        carry_out(self._workspace, lock, record)
        self.applied = now
        self.applies += 1
        assert read_lock(self._workspace.lock_path) == lock
        again = self._plan(desks)
        assert again.empty
        assert not again.behind
        _, digests = bases_of(self._workspace.lock_path)
        recorded = read_history(self._workspace.history_path, digests)
        assert len(recorded) == self.applies
        assert recorded[-1].changes == plan.changes

    def _check(self, plan: Plan, now: Scores) -> None:
        moved = {(c.id, c.scorer): c for c in plan.changes}
        for key in self.applied.keys() | now.keys():
            if self.applied.get(key) != now.get(key):
                assert key in moved
        for key, change in moved.items():
            assert change.before.points == self.applied.get(key)
            assert change.after.points == now.get(key)
            assert change.causes
            assert all(c.refs for c in change.causes)
            if change.amount is not None:
                assert sum(c.amount or 0 for c in change.causes) == change.amount

    @rule(source=_SOURCES)
    def join_with_a_branch_that_applied_too(self, source: str) -> None:
        if not self.applies:
            return
        path = self._workspace.lock_path
        base = path.read_bytes()
        self.plan_and_apply()
        branch = self.office.with_document(source, directness="record", title="On a branch")
        desks = assess_all(check(branch.written(self.folder)), self.today)
        (self.folder / "base").write_bytes(base)
        (self.folder / "theirs").write_bytes(self._applied_on_the_branch(base, desks))
        subprocess.run(
            ["git", "merge-file", "-q", "grades.lock", "base", "theirs"],
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        locks, _ = bases_of(path)
        assert locks[0].digest
        self.office = branch
        if len(locks) == 2:
            plan = self._plan(desks)
            assert plan.disagreements or locks[0].inputs != locks[1].inputs
        self.applied = {
            (key[0], name): s.points
            for key, entry in locks[0].entries.items()
            for name, s in entry.scores.items()
        }
        self.plan_and_apply()

    def _applied_on_the_branch(self, base: bytes, desks: tuple[Assessment, ...]) -> bytes:
        """The branch's lock; git keeps the history of both branches."""
        start, lock = parse_lock(base, "grades.lock"), lock_of(desks)
        if lock.digest != start.digest:
            plan = make_plan(start, desks)
            record = applied(plan, at="", who="B", why="", bases=[start.digest], lock=lock.digest)
            with self._workspace.history_path.open("ab") as history:
                history.write(line_of(record).encode() + b"\n")
            ours = read_lock(self._workspace.lock_path)
            assert ours is not None
            self.applies += lock.digest != ours.digest
        return lock_bytes(lock)


TestDeskThroughTime = DeskThroughTime.TestCase
TestDeskThroughTime.settings = settings(max_examples=6, stateful_step_count=8, deadline=None)
