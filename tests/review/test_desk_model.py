"""Edits, plans, applies, decisions, kills and merges on one small desk, against a simple model.

The model knows the documents and figures, what was applied last, and which decisions were
acknowledged with what they rested on. From these alone it says what the lock, the history, the
ledger, the queue and the overrides must be.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assay.output.plan_json import saved_json
from assay.plan.apply import moved_since
from assay.plan.plan import Grade, graded
from assay.review import actions
from tests.faults import killed_at_sync
from tests.package import (
    Assessment,
    Decision,
    Plan,
    Workspace,
    append,
    applied,
    bases_of,
    carry_out,
    lock_bytes,
    lock_of,
    make_plan,
    read_history,
    read_ledger,
    read_plan,
    recover,
    write_plan,
)
from tests.review.office import ANN, Office, claim, profile, source

PROFILES = ["harbour", "pier", "station"]
WORDS = {"record": 800, "first_hand": 600, "secondary": 300}
pytestmark = pytest.mark.usefixtures("short_outlook")

BANDS = [("none", 0), ("low", 100), ("fair", 350), ("good", 550), ("high", 750)]
_ANY = st.sampled_from(PROFILES)

Basis = tuple[str, int]
"""What a grade rests on: the source's directness and the rule's figure."""

Held = tuple[int, int, str | None]
"""A grade in force: the computed points, the band, and the decision that set it."""


def band(points: int) -> int:
    """The number of the band of a score."""
    return max(n for n, (_, start) in enumerate(BANDS) if points >= start)


@dataclass
class Standing:
    """A decision that was acknowledged: on which grade, and what it rested on."""

    decision: Decision
    profile: str
    basis: Basis
    band: int


def held(grade: Grade) -> Held:
    """A grade of a plan or a lock as the model has it; -1 where there is none."""
    ids = [id_ for id_, _ in BANDS]
    return (
        -1 if grade.points is None else grade.points,
        ids.index(grade.band) if grade.band else -1,
        grade.override,
    )


class DeskMachine(RuleBasedStateMachine):
    @initialize()
    def open_the_desk(self) -> None:
        self.folder = Path(tempfile.mkdtemp()).resolve()
        self.office = Office(self.folder / "desk")
        self.words = dict(WORDS)
        self.sources = {p: ("first_hand", f"Report {p}-paper") for p in PROFILES}
        for name in PROFILES:
            self.office.put(profile(name, claim("stands", f"{name}-paper")))
            self._write_source(name)
        self.locked: dict[str, Held] = {}
        self.applies = 0
        self.known: dict[str, Decision] = {}
        self.overrides: dict[str, Standing] = {}
        self.accepted: list[Standing] = []
        self._scored: tuple[Assessment, ...] | None = None
        self.plan_and_apply()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # The model ---------------------------------------------------------------------------

    def basis(self, name: str) -> Basis:
        directness, _ = self.sources[name]
        return (directness, self.words[directness])

    def points(self, name: str) -> int:
        return min(self.words[self.sources[name][0]], 700)

    @property
    def scores(self) -> dict[str, Held]:
        ruled = self.ruled()
        return {
            p: (self.points(p), o.band, o.decision.id)
            if (o := ruled.get(p))
            else (self.points(p), band(self.points(p)), None)
            for p in PROFILES
        }

    def ruled(self) -> dict[str, Standing]:
        """The overrides that count."""
        return {p: o for p, o in self.overrides.items() if o.basis == self.basis(p)}

    def counting(self) -> set[str]:
        return {o.decision.id for o in self.ruled().values()}

    def flipped(self) -> set[str]:
        """The grades that are in another band than they were applied in, and nobody settled."""
        settled = {(s.profile, s.basis, s.band) for s in self.accepted}
        ruled = self.ruled()
        return {
            p
            for p, held in self.scores.items()
            if held[1] != self.locked[p][1]
            and (p, self.basis(p), self.locked[p][1]) not in settled
            and p not in ruled
        }

    # The desk ----------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.office.root)

    def _write_source(self, name: str) -> None:
        directness, title = self.sources[name]
        self.office.put(source(f"{name}-paper", directness, title=title))
        self._scored = None

    def _desks(self) -> tuple[Assessment, ...]:
        if self._scored is None:
            self._scored = (self.office.desk(),)
        return self._scored

    def _plan(self) -> Plan:
        locks, _ = bases_of(self.workspace.lock_path)
        theirs = locks[1] if len(locks) > 1 else None
        return make_plan(locks[0] if locks else None, self._desks(), theirs=theirs)

    # Edits -------------------------------------------------------------------------------

    @rule(name=_ANY, directness=st.sampled_from([*WORDS]))
    def see_a_source_for_what_it_is(self, name: str, directness: str) -> None:
        self.sources[name] = (directness, self.sources[name][1])
        self._write_source(name)

    @rule(name=_ANY, number=st.integers(1, 2))
    def correct_a_title(self, name: str, number: int) -> None:
        self.sources[name] = (self.sources[name][0], f"Title {number}")
        self._write_source(name)

    @rule(word=st.sampled_from([*WORDS]), tenths=st.integers(1, 9))
    def edit_a_rule(self, word: str, tenths: int) -> None:
        self.words[word] = 100 * tenths
        self.office.edit_rule(f"citation.strength.{word.replace('_', '-')}", add=tenths / 10)
        self._scored = None

    @rule(text=st.sampled_from(["one way", "another way"]))
    def reword_a_reason(self, text: str) -> None:
        self.office.edit_rule("citation.strength.record", because=text)
        self._scored = None

    # Plans and applies -------------------------------------------------------------------

    @rule()
    def plan_and_apply(self) -> None:
        plan = self._plan()
        self._check(plan)
        path = self.folder / "seen.plan"
        write_plan(self.workspace, path, saved_json(plan))
        self._scored = None
        again = saved_json(self._plan())
        assert list(moved_since(read_plan(path), again)) == []
        self._apply(plan)

    def _apply(self, plan: Plan) -> None:
        locks, bases = bases_of(self.workspace.lock_path)
        lock = lock_of(self._desks())
        if [lock.digest] == [x.digest for x in locks]:
            assert plan.empty
            return
        record = applied(plan, at="", who="Ann", why="", bases=bases, lock=lock.digest)
        carry_out(self.workspace, lock, record)
        self.locked, self.applies = self.scores, self.applies + 1
        after = self._plan()
        assert after.empty
        assert not after.behind

    def _check(self, plan: Plan) -> None:
        """The plan says what the model says, and its causes add up."""
        moved = {c.id: (held(c.before), held(c.after)) for c in plan.changes}
        assert moved == {
            p: (self.locked.get(p, (-1, -1, None)), now)
            for p, now in self.scores.items()
            if self.locked.get(p) != now
        }
        for change in plan.changes:
            assert all(c.refs for c in change.causes)
            if change.amount is not None:
                assert sum(c.amount or 0 for c in change.causes) == change.amount

    @rule(name=_ANY, directness=st.sampled_from([*WORDS]))
    def a_plan_that_was_overtaken_is_refused(self, name: str, directness: str) -> None:
        path = self.folder / "old.plan"
        write_plan(self.workspace, path, saved_json(self._plan()))
        before = self.sources[name]
        self.see_a_source_for_what_it_is(name, directness)
        refused = list(moved_since(read_plan(path), saved_json(self._plan())))
        assert bool(refused) == (before != self.sources[name])

    @rule(at=st.integers(1, 10))
    def killed_while_applying(self, at: int) -> None:
        """The lock is the old one or the new one, and the history goes with it."""
        plan = self._plan()
        old = self.workspace.lock_path.read_bytes()
        new = lock_bytes(lock_of(self._desks()))
        with killed_at_sync(at):
            self._apply(plan)
            return
        recover(self.workspace.root)
        there = self.workspace.lock_path.read_bytes()
        assert there in (old, new)
        if there == new != old:
            self.locked, self.applies = self.scores, self.applies + 1

    # Decisions ---------------------------------------------------------------------------

    @rule(exception=st.none() | _ANY)
    def accept_what_one_cause_moved(self, exception: str | None) -> None:
        review = self.office.review()
        group = next((g for g in review.queue.groups if g.matter == "flipped"), None)
        if group is None or set(group.profiles) == {exception}:
            return
        left = [exception] if exception in group.profiles else []
        made = self.office.decide(
            lambda r: actions.accept(r, ANN, group=group.name, exceptions=[x for x in left if x])
        )
        self.known[made.id] = made
        assert {s.profile for s in made.subjects} == set(group.profiles) - {exception}
        for subject in made.subjects:
            name = subject.profile
            was = self.locked[name][1]
            self.accepted.append(Standing(made, name, self.basis(name), was))

    @rule(name=_ANY, up=st.booleans())
    def override_by_one_band(self, name: str, up: bool) -> None:
        now = band(self.points(name))
        wanted = now + 1 if up else now - 1
        if not 0 <= wanted < len(BANDS):
            return
        made = self.office.override(name, BANDS[wanted][0])
        self.known[made.id] = made
        self.overrides[name] = Standing(made, name, self.basis(name), wanted)
        self._scored = None

    @rule(name=_ANY)
    def take_an_override_back(self, name: str) -> None:
        standing = self.overrides.pop(name, None)
        if standing is None:
            return
        # The last one that stands speaks; those it replaced go with it.
        for decision in [d for d in self.known.values() if d.kind == "override"]:
            same = decision.subjects[0].profile == name
            if same and decision.id not in read_ledger(self.office.ledger).revoked:
                self._undo(decision.id)

    def _undo(self, decision_id: str) -> None:
        made = self.office.decide(lambda r: actions.undo(r, ANN, decision_id))
        self.known[made.id] = made
        self._scored = None

    @rule(name=_ANY, at=st.integers(1, 6))
    def killed_while_deciding(self, name: str, at: int) -> None:
        """Nobody was told that it was written; the next command completes or undoes it."""
        draft = actions.comment(self.office.review(), ANN, name, "Seen.")
        with killed_at_sync(at):
            append(self.office.ledger, draft)
        recover(self.office.root)

    # Branches ----------------------------------------------------------------------------

    @rule(name=_ANY, tenths=st.integers(1, 9))
    def join_with_a_branch_that_applied_and_decided_too(self, name: str, tenths: int) -> None:
        """Somebody else edits a rule, applies and comments; git joins what can be joined."""
        files = ("grades.lock", "history.jsonl", "reviews.jsonl")
        base = {f: self._bytes(f) for f in files}
        mine = dict(self.words)
        self.edit_a_rule("secondary", tenths)
        theirs_applied = self.applies
        self.plan_and_apply()
        theirs_applied = self.applies - theirs_applied
        self._comment(name)
        theirs = {f: self._bytes(f) for f in files}
        locked_there = dict(self.locked)
        for file, data in base.items():
            (self.office.root / file).write_bytes(data)
        self.locked = before = self._locked_now()
        self.applies -= theirs_applied
        # Here the figure of that rule is what it was, and another source is another title.
        self.edit_a_rule("secondary", mine["secondary"] // 100)
        self.correct_a_title(name, 3)
        self.plan_and_apply()
        self._comment(name)
        # From one lock to the same lock, here and there, is one apply.
        theirs_applied *= self._bytes("grades.lock") != theirs["grades.lock"]
        conflict = self._merge("grades.lock", base, theirs)
        for file in files[1:]:
            self._merge(file, base, theirs, "--union")
        self.edit_a_rule("secondary", tenths)
        self.applies += theirs_applied
        locked_here, self.locked = self.locked, self._locked_now()
        if conflict:
            plan = self._plan()
            assert "branches" in plan.behind
            listed = {d.id for d in plan.disagreements}
            differing = {p for p in PROFILES if locked_there[p] != locked_here[p]}
            assert listed <= differing
            assert all(self.locked[p] == locked_here[p] for p in listed)
            # What one branch alone moved, git may have joined by itself.
            one_moved = {p for p in PROFILES if before[p] in (locked_here[p], locked_there[p])}
            assert differing - listed <= one_moved
        self.plan_and_apply()

    def _locked_now(self) -> dict[str, Held]:
        """What the lock holds, on our side of it where two branches wrote it."""
        locks, _ = bases_of(self.workspace.lock_path)
        return {i: held(graded(e, "trust")) for (i, _), e in locks[0].entries.items()}

    def _comment(self, name: str) -> None:
        made = self.office.decide(lambda r: actions.comment(r, ANN, name, f"{self.applies}"))
        self.known[made.id] = made

    def _bytes(self, file: str) -> bytes:
        path = self.office.root / file
        return path.read_bytes() if path.exists() else b""

    def _merge(
        self, file: str, base: dict[str, bytes], theirs: dict[str, bytes], *options: str
    ) -> bool:
        """Whether git left both versions in the file."""
        (self.folder / "base").write_bytes(base[file])
        (self.folder / "theirs").write_bytes(theirs[file])
        ours = str(self.office.root / file)
        done = subprocess.run(
            ["git", "merge-file", "-q", *options, ours, "base", "theirs"],
            cwd=self.folder,
            check=False,
        )
        return bool(done.returncode)

    # What must hold ----------------------------------------------------------------------

    @invariant()
    def nothing_is_lost(self) -> None:
        ledger = read_ledger(self.office.ledger)
        assert [d for d in ledger.diagnostics if d.severity == "error"] == []
        # A line that was written whole counts, though its writer was killed before he knew.
        unknown = ledger.by_id.keys() - self.known.keys()
        assert all(ledger.by_id[i].kind == "comment" for i in unknown)
        self.known |= {i: ledger.by_id[i] for i in unknown}
        assert ledger.by_id == self.known
        _, digests = bases_of(self.workspace.lock_path)
        assert self._locked_now() == self.locked
        recorded = read_history(self.workspace.history_path, digests)
        assert len(recorded) == self.applies

    @invariant()
    def the_queue_and_the_overrides_are_those_of_the_model(self) -> None:
        self.office.write()
        review = self.office.review()
        assert {r.decision.id for r in review.effective.counting} == self.counting()
        assert {i.profile for i in review.queue.items if i.matter == "flipped"} == self.flipped()


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(max_examples=4, stateful_step_count=8, deadline=None)
