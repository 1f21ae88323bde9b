"""Random decisions, branches, merges, undos and kills, against a model of two sets.

The model knows which decisions were acknowledged in each branch; the ledger must know the same,
in whatever order the lines ended up.
"""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.faults import killed_at_sync
from tests.package import Decision, Draft, Subject, append, aside_path, decide, read_ledger, recover

DAY = date(2026, 2, 2)
PROFILES = st.sampled_from(["one", "two", "three"])
BRANCHES = st.sampled_from(["ours", "theirs"])


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.paths = {name: root / name / "reviews.jsonl" for name in ("ours", "theirs")}
        for path in self.paths.values():
            path.parent.mkdir()
        self.known: dict[str, dict[str, Decision]] = {"ours": {}, "theirs": {}}
        self.torn: dict[str, list[bytes]] = {"ours": [], "theirs": []}
        self.number = 0

    def teardown(self) -> None:
        self.folder.cleanup()

    def draft(self, kind: str, profile: str, **more: object) -> Draft:
        self.number += 1
        return Draft.model_validate(
            {
                "kind": kind,
                "subjects": [] if kind == "undo" else [Subject(profile=profile)],
                "reviewer": "Ann",
                "date": DAY + timedelta(days=self.number % 5),
                "reason": f"number {self.number}",
                **more,
            }
        )

    def will_set_aside(self, branch: str) -> None:
        if tail := read_ledger(self.paths[branch]).broken_end:
            self.torn[branch].append(tail)

    @initialize()
    def begin(self) -> None:
        made = append(self.paths["ours"], self.draft("comment", "one"))
        self.known["ours"][made.id] = made

    @rule(branch=BRANCHES, profile=PROFILES, kind=st.sampled_from(["flag", "comment", "accept"]))
    def decide(self, branch: str, profile: str, kind: str) -> None:
        self.will_set_aside(branch)
        made = append(self.paths[branch], self.draft(kind, profile))
        self.known[branch][made.id] = made

    @precondition(lambda self: any(self.known.values()))
    @rule(branch=BRANCHES, pick=st.integers(min_value=0))
    def undo(self, branch: str, pick: int) -> None:
        known = sorted(self.known[branch])
        if known:
            of = known[pick % len(known)]
            self.will_set_aside(branch)
            made = append(self.paths[branch], self.draft("undo", "one", of=of))
            self.known[branch][made.id] = made

    @rule(branch=BRANCHES, profile=PROFILES, at=st.integers(min_value=1, max_value=6))
    def killed_while_writing(self, branch: str, profile: str, at: int) -> None:
        """The next command finds the line or does not; nobody is told that it was written."""
        path = self.paths[branch]
        tail = read_ledger(path).broken_end
        with killed_at_sync(at):
            append(path, self.draft("flag", profile))
        recover(path.parent)
        ledger = read_ledger(path)
        if tail and not ledger.broken_end:
            self.torn[branch].append(tail)
        for decision in ledger.decisions:
            self.known[branch].setdefault(decision.id, decision)

    @rule(branch=BRANCHES, kept=st.integers(min_value=1, max_value=400))
    def cut_off(self, branch: str, kept: int) -> None:
        """A disk or another program loses the end of a line."""
        path = self.paths[branch]
        if path.exists() and not read_ledger(path).broken_end:
            line = decide(self.draft("flag", "one"), ()).line.encode()
            path.write_bytes(path.read_bytes() + line[: min(kept, len(line) - 1)])

    @rule(source=BRANCHES, reverse=st.booleans())
    def merge(self, source: str, reverse: bool) -> None:
        """Git joins two branches by keeping the lines of both, whole ones."""
        target = "theirs" if source == "ours" else "ours"
        lines = [
            line
            for name in ((source, target) if reverse else (target, source))
            if self.paths[name].exists()
            for line in self.paths[name].read_bytes().split(b"\n")
            if line
        ]
        broken = [
            read_ledger(self.paths[name]).broken_end
            for name in (source, target)
            if read_ledger(self.paths[name]).broken_end
        ]
        kept = [line for line in dict.fromkeys(lines) if line not in broken]
        self.paths[target].write_bytes(b"".join(line + b"\n" for line in kept))
        self.known[target] |= self.known[source]

    @invariant()
    def nothing_is_lost_and_all_is_in_order(self) -> None:
        for branch, path in self.paths.items():
            ledger = read_ledger(path)
            assert [d for d in ledger.diagnostics if d.severity == "error"] == []
            assert ledger.by_id == self.known[branch]
            place = {d.id: n for n, d in enumerate(ledger.decisions)}
            assert all(place[f] < place[d.id] for d in ledger.decisions for f in d.follows)
            assert {d.id for d in ledger.in_force} == self.standing(branch)

    @invariant()
    def what_was_cut_off_is_kept_aside(self) -> None:
        for branch, path in self.paths.items():
            aside = aside_path(path)
            kept = aside.read_bytes() if aside.exists() else b""
            assert all(torn in kept for torn in self.torn[branch])

    def standing(self, branch: str) -> set[str]:
        """The model's view: a decision stands if no undo that stands itself names it."""
        known = self.known[branch]

        def stands(i: str) -> bool:
            return not any(d.kind == "undo" and d.of == i and stands(d.id) for d in known.values())

        return {i for i, d in known.items() if d.kind != "undo" and stands(i)}


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(stateful_step_count=20)
