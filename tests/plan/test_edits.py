"""A plan begins with what was edited: the place, the old value and the new one."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.output.plan_text import MARKDOWN_LIMIT, moves, plan_markdown, plan_text
from tests.package import Cause, Change, Edit, Grade, Plan
from tests.plan.calling import Call, apply, printed
from tests.plan.office import Office, planned


def _edited(out: str) -> list[str]:
    """The lines below "Edited", each without its indentation."""
    _, _, rest = out.partition("\nEdited\n")
    return [line.removeprefix("  ") for line in rest.partition("\n\n")[0].split("\n") if line]


def _commit(folder: Path) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_one_edited_number_reads_before_its_effect_and_the_cause_once(
    applied: Call, tmp_path: Path
) -> None:
    Office().with_rule("citation.strength.first-hand", add=0.7).written(tmp_path)
    out = applied("plan")[1]
    assert _edited(out) == ["rules.yaml:30: citation.strength.first-hand.add: 0.5 → 0.7"]
    line = (tmp_path / "rules.yaml").read_text(encoding="utf-8").split("\n")[29]
    assert line.strip() == "add: 0.7"
    assert out.index("Edited") < out.index("3 grades will change") < out.index("\nChanged grades\n")
    for grade in ("mill trust", "weir trust", "mill leaning"):
        assert out.count(f"↑ {grade}") == 1


def test_fields_of_documents_are_named_where_git_has_the_applied_ones(
    applied: Call, tmp_path: Path
) -> None:
    _commit(tmp_path)
    edited = (
        Office()
        .with_document("lock-paper", directness="record")
        .with_document("mill", depends_on=[{"on": "weir", "relation": "part_of"}])
        .with_claim("weir", holds="dated")
        .adding({"kind": "publisher", "id": "nobody", "name": "Cited by nobody"})
    )
    edited.written(tmp_path)
    assert _edited(applied("plan")[1]) == [
        "profiles/all.yaml:27: claim weir#stands.holds: standing → dated",
        "profiles/all.yaml:37: dependency mill → weir.criticality: high → none",
        "profiles/all.yaml:18: source lock-paper.directness: secondary → record",
    ]


def test_without_git_the_edited_document_is_named_and_the_wording_that_the_lock_has(
    applied: Call, tmp_path: Path
) -> None:
    edited = Office().with_document("lock-paper", directness="record")
    edited = edited.with_claim("sluice", text="The sluice leaks.").with_claim("weir", key=False)
    edited.written(tmp_path)
    assert _edited(applied("plan")[1]) == [
        "profiles/all.yaml:57: claim sluice#stands.text: The sluice stands. → The sluice leaks.",
        "profiles/all.yaml:25: claim weir#stands changed",
        "profiles/all.yaml:14: source lock-paper changed",
    ]


def test_documents_of_another_commit_than_the_locks_are_not_taken_for_the_old_ones(
    applied: Call, tmp_path: Path
) -> None:
    Office().with_document("lock-paper", title="Never applied").written(tmp_path)
    _commit(tmp_path)
    Office().with_document("lock-paper", directness="record").written(tmp_path)
    assert _edited(applied("plan")[1]) == ["profiles/all.yaml:14: source lock-paper changed"]


def test_a_source_that_a_claim_now_cites_and_a_removed_profile_are_edits(
    applied: Call, tmp_path: Path
) -> None:
    _commit(tmp_path)
    report = {**Office().document("mill-paper"), "id": "report", "title": "A report"}
    edited = Office().without("sluice").with_claim("weir", sources=["weir-paper", "report"])
    edited.adding(report).written(tmp_path)
    assert _edited(applied("plan")[1]) == [
        "profile sluice removed",
        "profiles/all.yaml:32: claim weir#stands.sources.report added",
        "source lock-paper removed",
        "profiles/all.yaml:50: source report added",
    ]


def test_an_edit_that_no_changed_score_is_due_to_is_said_to_move_none(
    applied: Call, tmp_path: Path
) -> None:
    edited = Office().with_rule("claim.trust.ceiling", cap=0.99, because="no")
    edited.with_rule("citation.strength.first-hand", add=0.7).written(tmp_path)
    assert _edited(applied("plan")[1]) == [
        "rules.yaml:30: citation.strength.first-hand.add: 0.5 → 0.7",
        "rules.yaml:51: claim.trust.ceiling.cap: 0.95 → 0.99 (moves no score)",
        "rules.yaml:52: claim.trust.ceiling.because: nothing is certain → no (moves no score)",
    ]
    told = {e["field"]: e["moves"] for e in printed(applied, "plan")["edits"]}
    assert told == {"add": True, "cap": False, "because": False}
    only_its = ["plan", "--because", "citation.strength.first-hand"]
    assert len(_edited(applied(*only_its)[1])) == 1


def test_a_tried_value_and_a_revision_show_their_edits(applied: Call, tmp_path: Path) -> None:
    _commit(tmp_path)
    tried = applied("plan", "--set", "citation.strength.first-hand.add=0.7")[1]
    assert _edited(tried) == ["rules.yaml:30: citation.strength.first-hand.add: 0.5 → 0.7"]
    Office().with_document("lock-paper", directness="record").written(tmp_path)
    since = applied("plan", "--against", "HEAD")[1]
    assert _edited(since) == [
        "profiles/all.yaml:18: source lock-paper.directness: secondary → record"
    ]


def test_a_new_rule_is_one_edit_with_its_amount(applied: Call, tmp_path: Path) -> None:
    scorers = [dict(s) for s in Office().rules["scorers"]]
    rule = {"id": "any", "add": 0.1, "because": "a source"}
    scorers[0]["rules"] = [*scorers[0]["rules"], rule]
    Office().with_part(scorers=scorers).written(tmp_path)
    assert _edited(applied("plan")[1]) == [
        "rules.yaml:36: citation.strength.any added: when: true; add: 0.1; because: a source"
    ]


def test_of_a_long_text_the_part_around_its_difference_is_shown(
    applied: Call, tmp_path: Path
) -> None:
    long = "The mill stands. " * 100
    Office().with_claim("mill", text=f"{long}It leaks. {long}").written(tmp_path)
    assert apply(applied)[0] == 0
    Office().with_claim("mill", text=f"{long}It burns. {long}").written(tmp_path)
    _, was, now = _edited(applied("plan")[1])
    assert len(was) < 330
    assert "It leaks." in was
    assert "It burns." in now


def test_the_order_of_rules_is_an_edit_that_moves_nothing(applied: Call, tmp_path: Path) -> None:
    scorers = [dict(s) for s in Office().rules["scorers"]]
    scorers[0]["rules"] = [*reversed(scorers[0]["rules"])]
    Office().with_part(scorers=scorers).written(tmp_path)
    (edit,) = _edited(applied("plan")[1])
    order = "record, first-hand, secondary → secondary, first-hand, record"
    assert edit.endswith(f"citation.strength.rules.order: {order} (moves no score)")


def test_an_item_without_an_id_is_compared_field_by_field(applied: Call, tmp_path: Path) -> None:
    watched = [{"text": "A flood", "due": "2026-05"}, {"text": "A drought"}]
    Office().with_document("mill", watch=watched).written(tmp_path)
    assert apply(applied)[0] == 0
    _commit(tmp_path)
    later = [{**watched[0], "due": "2026-06"}, watched[1]]
    Office().with_document("mill", watch=later).written(tmp_path)
    (edit,) = _edited(applied("plan")[1])
    assert edit.endswith("profile mill.watch.1.due: 2026-05 → 2026-06 (moves no score)")


def test_closed_evidence_is_in_no_edit_of_the_public_plan(applied: Call, tmp_path: Path) -> None:
    both = Office().with_part(audiences=["public", "member"])
    both.written(tmp_path)
    assert apply(applied)[0] == 0
    claim = {**Office().document("weir")["claims"][0], "id": "inside", "audience": "member"}
    weir = Office().document("weir")
    both.with_document("weir", claims=[*weir["claims"], claim]).written(tmp_path)
    (edit,) = _edited(applied("plan")[1])
    assert edit == "profiles/all.yaml:32: claim weir#inside added [member] (moves no score)"
    assert "inside" not in applied("--audience", "public", "plan")[1]


# Moves -------------------------------------------------------------------------------------


def _moved(id_: str, audience: str, points: int = 700) -> Change:
    before, after = Grade(463, "fair", "Fair"), Grade(points, "high", "High")
    cause = Cause("rule", points - 463, ("claim.trust.ceiling",))
    return Change(id_, audience, "trust", before, after, "upgrade", (cause,))


def _plan(plan: Plan, changes: tuple[Change, ...], edits: tuple[Edit, ...] = ()) -> Plan:
    evidence = {(c.id, a): "" for c in changes for a in ("public", "member")}
    return replace(plan, changes=changes, edits=edits, evidence=evidence)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planned(Office(), Office(), tmp_path_factory.mktemp("desk"))


def test_a_move_is_one_for_all_audiences_and_names_them_only_where_they_differ(
    nothing: Plan,
) -> None:
    changes = (
        _moved("mill", "public"),
        _moved("mill", "member"),
        _moved("weir", "public", 650),
        _moved("weir", "member"),
        _moved("sluice", "member"),
    )
    out = plan_text(_plan(nothing, changes))
    assert "4 grades will change: 4 up, 0 down." in out
    lines = [line.strip() for line in out.split("\n") if "↑" in line]
    assert lines == [
        "↑ mill trust: Fair 0.463 → High 0.700",
        "↑ sluice trust [member]: Fair 0.463 → High 0.700",
        "↑ weir trust [member]: Fair 0.463 → High 0.700",
        "↑ weir trust [public]: Fair 0.463 → High 0.650",
    ]


_texts = st.text(max_size=400) | st.sampled_from(["```", "| a |", "<details>", "@ada", "~~~\n```"])


@given(
    count=st.integers(0, 40),
    values=st.lists(st.tuples(_texts, _texts), max_size=30),
    limit=st.integers(1_000, 6_000),
)
def test_markdown_fits_into_a_comment_and_counts_what_it_leaves_out(
    nothing: Plan, count: int, values: list[tuple[str, str]], limit: int
) -> None:
    edits = tuple(
        Edit("claim", f"mill#c{n}", "changed", "text", " ".join(a.split()), " ".join(b.split()))
        for n, (a, b) in enumerate(values)
    )
    plan = _plan(nothing, tuple(_moved(f"p{n:03}", "public") for n in range(count)), edits)
    out = plan_markdown(plan, limit)
    assert len(out) <= limit
    lines = out.split("\n")
    assert sum(line.startswith("```") for line in lines) in (0, 2)
    assert lines.count("<details>") == lines.count("</details>")
    shown = sum(line.startswith("| ↑ |") for line in lines)
    left_out = len(moves(plan.changes)) - shown
    assert (f"{left_out} moves" in lines[-1]) is (left_out > 0)
    if left_out:
        assert "`assay plan --format json`" in lines[-1]


def test_a_plan_of_thousands_of_moves_fits_into_a_comment(nothing: Plan) -> None:
    plan = _plan(nothing, tuple(_moved(f"profile-{n:05}", "public") for n in range(5000)))
    assert MARKDOWN_LIMIT - 500 < len(plan_markdown(plan)) <= MARKDOWN_LIMIT < 65_536
