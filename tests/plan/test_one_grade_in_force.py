"""One grade in force: commands, pages, lock and history say the same of a profile."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assay.plan.lock import digest_of, from_line, line_digest, to_line
from tests.package import Workspace, read_lock, run
from tests.plan.calling import Call, apply, printed
from tests.review.office import NOON, Office, claim, profile, source

KINDS = ("record", "first_hand", "secondary")
RENAMED = {"id": "good", "from": 0.55, "grade": "Firm", "label": "Firm"}


@pytest.fixture
def harbour(tmp_path: Path) -> Office:
    """A profile with one first-hand report, Good, and one that depends on it."""
    office = Office(tmp_path / "workspace")
    office.put(source("report"), source("second", "record", publisher="letter"))
    office.put(profile("harbour", claim("built", "report"), claim("aside", "second", key=False)))
    office.put(
        profile(
            "pier",
            claim("open", "second"),
            depends_on=[{"on": "harbour", "relation": "built_on"}],
        )
    )
    office.write()
    return office


@pytest.fixture
def assay(harbour: Office, capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a command in the workspace; gives its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["--workspace", str(harbour.root), *arguments])
        return (code, *capfd.readouterr())

    return call


def override(assay: Call, grade: str = "Fair", *more: str) -> str:
    """Override the grade of the harbour; gives the id of the decision."""
    words = ("--scorer", "trust", "--grade", grade, "--reason", "we know better")
    made = printed(assay, "review", "override", "harbour", *words, "--reviewer", "Ann", *more)
    return str(made["id"])


def grade(assay: Call, *options: str) -> str | None:
    [found] = printed(assay, *options, "score", "harbour")["profiles"]
    return found["scores"]["trust"]["grade"]


# Decisions -----------------------------------------------------------------------------------


def test_a_decision_is_a_cause_of_its_own_until_it_is_applied(assay: Call) -> None:
    apply(assay)
    decision = override(assay)
    [change] = printed(assay, "plan")["changes"]
    assert (change["from"]["grade"], change["to"]["grade"]) == ("Good", "Fair")
    assert change["causes"] == [{"kind": "decision", "amount": 0.0, "refs": [decision]}]
    apply(assay)
    assert printed(assay, "plan")["changes"] == []
    *_, last = printed(assay, "history", "harbour")["applies"]
    assert [c["to"]["grade"] for c in last["changes"]] == ["Fair"]
    assert last["changes"][0]["to"]["override"] == decision


def test_decisions_alone_and_everything_but_decisions_can_be_applied(
    harbour: Office, assay: Call
) -> None:
    apply(assay)
    override(assay)
    harbour.edit_rule("citation.strength.record", add=0.5)
    harbour.write()
    kinds = [
        {c["kind"] for change in printed(assay, "plan")["changes"] for c in change["causes"]}
        for cause in ("rules", "decisions", "documents")
        if apply(assay, "--cause", cause)[0] == 0
    ]
    assert kinds == [{"decision"}, set(), set()]
    assert assay("verify")[0] == 0


def test_the_computed_grade_stands_beside_the_one_in_force(assay: Call) -> None:
    decision = override(assay)
    [found] = printed(assay, "score", "harbour")["profiles"]
    score = found["scores"]["trust"]
    assert (score["grade"], score["computed"], score["score"]) == ("Fair", "good", 0.6)
    assert score["override"]["decision"] == decision
    assert score["override"]["reviewer"] == "Ann"
    assert "Fair (set by a reviewer; computed 0.600 Good)" in assay("score", "harbour")[1]
    assert [p["id"] for p in printed(assay, "list", "--grade", "Fair")["listed"]] == ["harbour"]
    text = assay("explain", "harbour")[1]
    assert "Ann set the grade to Fair. The computed grade Good (0.60) rests on" in text
    assert f"trust 0.600 Good, set to Fair by Ann ({decision[:8]})" in text


def test_before_its_effective_date_a_decision_does_not_exist(assay: Call) -> None:
    override(assay, "Fair", "--effective", "2026-01-10")
    assert grade(assay, "--as-of", "2026-01-10") == "Fair"
    assert grade(assay, "--as-of", "2026-01-09") == "Good"


def test_a_decision_taken_back_exists_until_the_day_of_that(assay: Call) -> None:
    decision = override(assay, "Fair", "--effective", "2026-01-10")
    assert assay("review", "undo", decision[:8], "--reviewer", "Ann")[0] == 0
    assert grade(assay) == "Good"
    assert grade(assay, "--as-of", "2026-01-14") == "Fair"


def test_an_override_ends_with_its_last_day(assay: Call) -> None:
    override(assay, "Fair", "--until", "2026-01-20")
    assert grade(assay, "--as-of", "2026-01-20") == "Fair"
    assert grade(assay, "--as-of", "2026-01-21") == "Good"
    points = printed(assay, "explain", "harbour")["outlook"]["trust"]
    assert [p["band"] for p in points][:2] == ["fair", "good"]


def test_order_and_titles_void_no_override(harbour: Office, assay: Call) -> None:
    harbour.put(profile("harbour", claim("built", "report", "second")))
    harbour.write()
    override(assay, "Good")
    harbour.put(profile("harbour", claim("built", "second", "report")))
    harbour.put(source("report", title="Report, with the word it lacked", url="https://a.example"))
    harbour.write()
    assert grade(assay) == "Good"
    harbour.put(source("report", "secondary"))
    harbour.write()
    assert grade(assay) == "High"


# Pages ---------------------------------------------------------------------------------------


def test_only_what_was_applied_is_published(harbour: Office, assay: Call) -> None:
    apply(assay)
    assert assay("build")[0] == 0
    page = harbour.root / "site/institutions/harbour.html"
    before = page.read_bytes()
    override(assay)
    code, _, err = assay("build")
    assert code == 1
    assert err == (
        "1 grade differs from grades.lock; nothing was written\n"
        "  harbour trust: Fair set by a reviewer (computed: 0.600) (applied: Good 0.600)\n"
        "preview them with 'assay plan' and apply them with 'assay apply', or build a draft with "
        "'assay build --draft'\n"
    )
    assert page.read_bytes() == before
    apply(assay)
    assert assay("build")[0] == 0
    assert "Set by a reviewer (computed: Good)" in page.read_text(encoding="utf-8")


def test_a_draft_says_what_was_applied(harbour: Office, assay: Call) -> None:
    apply(assay)
    override(assay)
    assert assay("build", "--draft")[0] == 0
    site = harbour.root / "site"
    assert "Draft: applied trust Good." in (site / "institutions/harbour.html").read_text()
    assert "Draft: applied trust Good." in (site / "index.html").read_text()
    assert "Draft" not in (site / "institutions/pier.html").read_text()
    data = json.loads((site / "institutions/harbour.json").read_text())
    assert data["draft"] == "draft: applied trust Good"
    assert "draft: applied trust Good" in assay("brief", "harbour")[1]


def test_pages_are_as_of_the_date_of_the_lock(harbour: Office, assay: Call) -> None:
    apply(assay)
    harbour.rules["settings"]["as_of"] = "2026-03-01"
    harbour.write()
    assert assay("build")[0] == 0
    data = json.loads((harbour.root / "site/institutions/harbour.json").read_text())
    assert data["as_of"] == "2026-01-15"


# Words ---------------------------------------------------------------------------------------


def test_a_renamed_grade_is_a_change_of_the_rules_with_its_pages(
    harbour: Office, assay: Call
) -> None:
    apply(assay)
    harbour.rules["scales"]["trust"][1] = RENAMED
    harbour.write()
    made = printed(assay, "plan")
    assert [c["id"] for c in made["changes"]] == ["harbour", "pier"]
    change = made["changes"][0]
    assert (change["from"]["grade"], change["to"]["grade"]) == ("Good", "Firm")
    assert change["direction"] == "same"
    assert change["causes"] == [{"kind": "rule", "amount": 0.0, "refs": ["scale.trust"]}]
    assert [(w["name"], w["from"], w["to"]) for w in made["words"]] == [
        ("scale.trust.good.grade", "Good", "Firm"),
        ("scale.trust.good.label", "Good", "Firm"),
    ]
    assert apply(assay)[0] == 0
    assert (
        printed(assay, "history", "harbour")["applies"][-1]["changes"][0]["to"]["grade"] == "Firm"
    )


def test_a_renamed_grade_of_an_override_has_a_cause_too(harbour: Office, assay: Call) -> None:
    override(assay, "High")
    apply(assay)
    harbour.rules["scales"]["trust"][0] = {**harbour.rules["scales"]["trust"][0], "grade": "Top"}
    harbour.write()
    changes = {c["id"]: c for c in printed(assay, "plan")["changes"]}
    assert changes["harbour"]["to"]["grade"] == "Top"
    assert [c["refs"] for c in changes["harbour"]["causes"]] == [["scale.trust"]]


@pytest.mark.parametrize(
    ("edit", "name", "pages"),
    [
        (
            lambda o: o.edit_rule("citation.strength.record", because="a record, as it were"),
            "citation.strength.record.because",
            ["institutions/harbour.html", "institutions/pier.html"],
        ),
        (
            lambda o: o.rules["scales"]["trust"][0].update(label="Very high"),
            "scale.trust.high.label",
            [],
        ),
        (
            lambda o: o.rules["scorers"][2].update(title="Confidence"),
            "profile.trust.title",
            ["institutions/harbour.html", "institutions/pier.html"],
        ),
    ],
    ids=["reason", "label of an empty band", "heading"],
)
def test_a_reworded_rule_is_in_the_plan_with_the_pages_that_print_it(
    harbour: Office,
    assay: Call,
    edit: Callable[[Office], None],
    name: str,
    pages: list[str],
) -> None:
    apply(assay)
    edit(harbour)
    harbour.write()
    made = printed(assay, "plan")
    assert made["changes"] == []
    [word] = made["words"]
    assert word["name"] == name
    assert word["pages"] == pages
    assert set(pages) <= set(made["pages"])
    assert assay("plan", "--detailed-exitcode")[0] == 2


# Verification --------------------------------------------------------------------------------


def forge(lock: Path, profile_id: str) -> None:
    """Set a grade in the lock to High, with all digests right."""
    head, *lines = lock.read_text(encoding="utf-8").splitlines()
    rows = []
    for line in lines:
        entry = from_line(line)
        assert entry is not None
        if entry["id"] == profile_id:
            entry["scores"]["trust"] |= {"points": 950, "band": "high", "grade": "High"}
        rows.append(to_line(entry))
    first = from_line(head)
    assert first is not None
    first["content"] = digest_of([line_digest(row) for row in rows])
    lock.write_text("\n".join([to_line(first), *rows]) + "\n", encoding="utf-8")


def test_a_forged_lock_passes_no_gate(harbour: Office, assay: Call) -> None:
    apply(assay)
    assert assay("verify")[:2] == (0, "verified\n")
    lock = harbour.root / "grades.lock"
    forge(lock, "harbour")
    code, out, _ = assay("verify")
    assert code == 1
    assert "grades.lock:2:1: error: harbour for public: trust is High 0.950 in the lock, " in out
    assert "Good 0.600 if computed again [lock-differs]" in out
    assert "[history-broken]" in out
    [change] = printed(assay, "plan")["changes"]
    assert [c["kind"] for c in change["causes"]] == ["lock"]
    assert assay("plan", "--locked")[0] == 1
    assert assay("build")[0] == 1


def test_a_lost_line_of_the_history_is_found(harbour: Office, assay: Call) -> None:
    apply(assay)
    override(assay)
    apply(assay)
    history = Workspace(harbour.root).history_path
    lines = history.read_text(encoding="utf-8").splitlines(keepends=True)
    history.write_text(lines[1], encoding="utf-8")
    code, out, _ = assay("verify")
    assert code == 1
    assert f"{history.name}:1:1: error: it starts from lock" in out
    code, _, err = assay("plan", "--locked")
    assert code == 1
    assert f"{history.name}:1:1: error: it starts from lock" in err


def test_a_lost_decision_is_found(harbour: Office, assay: Call) -> None:
    override(assay)
    assay("review", "comment", "harbour", "Seen.", "--reviewer", "Ann")
    apply(assay)
    kept = harbour.ledger.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    harbour.ledger.write_text(kept, encoding="utf-8")
    code, out, _ = assay("verify")
    assert code == 1
    assert "was here at the last apply, and is missing [ledger-shortened]" in out


def test_a_lock_that_is_only_behind_says_so(harbour: Office, assay: Call) -> None:
    apply(assay)
    harbour.put(source("report", "secondary"))
    harbour.write()
    code, out, _ = assay("verify")
    assert code == 1
    assert "harbour for public: its documents changed since the apply" in out


# All of it together --------------------------------------------------------------------------


class Commands(RuleBasedStateMachine):
    """Any sequence of edits, decisions, dates and applies: every command prints one grade."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.office = Office(self.folder / "workspace")
        self.office.put(source("report"), source("second", "record", publisher="letter"))
        self.office.put(profile("harbour", claim("built", "report", holds="standing")))
        self.office.put(
            profile(
                "pier",
                claim("open", "second"),
                depends_on=[{"on": "harbour", "relation": "built_on"}],
            )
        )
        self.day = date(2026, 1, 15)
        self.decisions: list[str] = []
        self.ids = {"harbour": "harbour", "pier": "pier"}

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, *arguments: str) -> tuple[int, str]:
        self.office.write()
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["--workspace", str(self.office.root), *arguments], lambda: NOON)
        assert code in (0, 1, 64), err.getvalue()
        return code, out.getvalue()

    def printed(self, *arguments: str) -> Any:
        code, out = self.call(*arguments, "--format", "json")
        assert code == 0
        return json.loads(out)

    @rule(name=st.sampled_from(["report", "second"]), kind=st.sampled_from([*KINDS]))
    def edit_a_source(self, name: str, kind: str) -> None:
        publisher = "gazette" if name == "report" else "letter"
        self.office.put(source(name, kind, publisher=publisher))

    @rule(kind=st.sampled_from([*KINDS]), tenths=st.integers(1, 9))
    def edit_a_rule(self, kind: str, tenths: int) -> None:
        self.office.edit_rule(f"citation.strength.{kind.replace('_', '-')}", add=tenths / 10)

    @rule(band=st.integers(0, 3), word=st.sampled_from(["One", "Two", "Three"]))
    def rename_a_grade(self, band: int, word: str) -> None:
        # Each word is of one band, so that a grade names its band.
        self.office.rules["scales"]["trust"][band]["grade"] = f"{word} {band}"

    @rule(days=st.integers(1, 200))
    def let_time_pass(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.office.rules["settings"]["as_of"] = self.day.isoformat()

    @rule(
        name=st.sampled_from(["harbour", "pier"]),
        band=st.sampled_from(["high", "good", "fair", "low"]),
        days=st.none() | st.integers(0, 300),
    )
    def override(self, name: str, band: str, days: int | None) -> None:
        until = [] if days is None else ["--until", (self.day + timedelta(days=days)).isoformat()]
        words = ["--scorer", "trust", "--grade", band, "--reason", "known", "--reviewer", "Ann"]
        code, out = self.call(
            "review", "override", self.ids[name], *words, *until, "--format", "json"
        )
        if code == 0:
            self.decisions.append(json.loads(out)["id"])

    @precondition(lambda self: self.decisions)
    @rule(second=st.booleans())
    def second_or_undo(self, second: bool) -> None:
        self.call("review", "second" if second else "undo", self.decisions[-1], "--reviewer", "Ben")

    @rule(name=st.sampled_from(["harbour", "pier"]))
    def rename(self, name: str) -> None:
        former, now = self.ids[name], f"{self.ids[name]}-x"
        self.ids[name] = now
        document = self.office.documents.pop(former)
        formerly = [*document.get("formerly", ()), former]
        self.office.put({**document, "id": now, "formerly": formerly})
        if name == "harbour":
            edge = {"on": now, "relation": "built_on"}
            self.office.put({**self.office.documents[self.ids["pier"]], "depends_on": [edge]})

    @rule()
    def apply(self) -> None:
        code, _ = self.call("apply", "--auto-approve", "--reviewer", "Ann", "--reason", "as it is")
        assert code == 0
        assert self.call("verify")[0] == 0

    @invariant()
    def every_command_prints_one_grade(self) -> None:
        scored = {p["id"]: p["scores"]["trust"]["band"] for p in self.printed("score")["profiles"]}
        for name, band in scored.items():
            explained = self.printed("explain", name)["scorers"]
            assert {s["band"] for s in explained if s["on"] == "profile"} == {band}
            [trust] = self.printed("review", "show", name)["grades"]
            assert (trust["effective"] or {}).get("band") == band
        words = {b["id"]: b["grade"] for b in self.office.rules["scales"]["trust"]}
        for grade in {words[band] for band in scored.values()}:
            listed = {p["id"] for p in self.printed("list", "--grade", grade)["listed"]}
            assert listed == {i for i, band in scored.items() if words[band] == grade}
        outlooks = {p["id"]: p for p in self.printed("outlook")["profiles"]}
        assert {i: o["outlook"]["trust"][0]["band"] for i, o in outlooks.items()} == scored
        plan = self.printed("plan")
        changes = {c["id"]: c["to"]["band"] for c in plan["changes"]}
        applied = read_lock(self.office.root / "grades.lock")
        entries = applied.entries.values() if applied else ()
        now = {f"{name}{'-x' * n}": i for name, i in self.ids.items() for n in range(len(i))}
        locked = {now[e.id]: e.scores["trust"].band for e in entries}
        assert {**locked, **changes} == scored
        for name, band in locked.items():
            applies = self.printed("history", name)["applies"]
            grades = [c["to"]["band"] for a in applies for c in a["changes"]]
            assert grades[-1] == band
        self.pages_show(scored, locked)

    def pages_show(self, scored: dict[str, Any], locked: dict[str, Any]) -> None:
        site = self.office.root / "site"
        pinned = ["--as-of", self.day.isoformat()]
        assert self.call(*pinned, "build", "--draft")[0] == 0
        words = {
            b["id"]: b["grade"] for b in self.office.rules["scales"]["trust"] if b["id"] != "none"
        }
        for name, band in scored.items():
            page = site / f"institutions/{name}.json"
            assert page.exists() == (band in words)
            if band in words:
                [shown] = json.loads(page.read_text(encoding="utf-8"))["scores"]
                assert shown["grade"] == words[band]
        shutil.rmtree(site)
        code, _ = self.call(*pinned, "build")
        assert (code == 0) == (not locked or not self.printed("plan")["changes"])
        assert site.exists() == (code == 0)


TestCommands = Commands.TestCase
TestCommands.settings = settings(max_examples=1, stateful_step_count=8, deadline=None)


@pytest.mark.slow
def test_many_commands() -> None:
    steps = settings(max_examples=1, stateful_step_count=200, deadline=None)
    run_state_machine_as_test(Commands, settings=steps)
