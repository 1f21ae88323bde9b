from __future__ import annotations

from dataclasses import replace as replaced
from datetime import date
from pathlib import Path

import pytest

from assay.briefing.atlas import path_of
from assay.output.plan_text import plan_text
from assay.plan.plan import because, only
from tests.package import SCORING_VERSION, UsageError, make_plan
from tests.plan.office import RULES, Office, brought_about, change, planned

pytestmark = pytest.mark.usefixtures("short_outlook")

LATER = date(2026, 6, 1)


def test_nothing_moves_where_nothing_was_edited(tmp_path: Path) -> None:
    plan = planned(Office(), Office(), tmp_path)
    assert plan.empty
    assert not plan.behind
    assert not plan.matters


def test_a_source_that_turns_out_a_record_is_evidence_and_is_named(tmp_path: Path) -> None:
    plan = planned(Office(), Office().with_document("mill-paper", directness="record"), tmp_path)
    moved = change(plan, "mill", "trust")
    assert moved.direction == "upgrade"
    assert list(brought_about(moved)) == ["evidence"]
    assert brought_about(moved)["evidence"] == (moved.amount, ("mill-paper",))


def test_a_rule_edit_names_the_rule_and_only_where_it_acts(tmp_path: Path) -> None:
    edited = Office().with_rule("citation.strength.first-hand", add=0.4)
    plan = planned(Office(), edited, tmp_path)
    assert {c.id for c in plan.changes if c.scorer == "trust"} == {"mill", "weir"}
    moved = change(plan, "weir", "trust")
    assert brought_about(moved) == {
        "rule": (moved.amount, ("citation.strength.first-hand",)),
    }


def test_of_two_rule_edits_each_profile_names_the_one_that_acts_on_it(tmp_path: Path) -> None:
    edited = Office().with_rule("citation.strength.first-hand", add=0.4)
    edited = edited.with_rule("citation.strength.secondary", add=0.35)
    plan = planned(Office(), edited, tmp_path)
    by = {c.id: c.causes[0].refs for c in plan.changes if c.scorer == "trust"}
    assert by["weir"] == ("citation.strength.first-hand",)
    assert by["sluice"] == ("citation.strength.secondary",)


def test_a_cap_that_holds_nobody_is_not_named_beside_the_one_that_does(tmp_path: Path) -> None:
    low = {"id": "low", "cap": 0.4, "when": "claim.key", "on_unknown": "apply", "because": "x"}
    scorers = [
        {**s, "rules": [*s["rules"], low]} if (s["on"], s["name"]) == ("claim", "trust") else s
        for s in RULES["scorers"]
    ]
    office = Office().with_part(scorers=scorers)
    both = office.with_rule("claim.trust.low", cap=0.35).with_rule("claim.trust.ceiling", cap=0.9)
    moved = change(planned(office, both, tmp_path), "weir", "trust")
    assert brought_about(moved) == {"rule": (-50, ("claim.trust.low",))}


def test_days_gone_by_name_the_claims_that_faded(tmp_path: Path) -> None:
    plan = planned(Office(), Office(), tmp_path, now=LATER)
    moved = change(plan, "weir", "trust")
    assert brought_about(moved) == {"time": (moved.amount, ("weir#stands",))}
    assert moved.amount is not None
    assert moved.amount < 0


def test_a_neighbour_that_moved_is_a_cause_of_its_own(tmp_path: Path) -> None:
    plan = planned(Office(), Office().with_document("weir-paper", directness="record"), tmp_path)
    assert list(brought_about(change(plan, "weir", "trust"))) == ["evidence"]
    moved = change(plan, "mill", "leaning")
    assert brought_about(moved) == {"neighbour": (moved.amount, ("weir",))}


def test_all_causes_at_once_add_up_exactly(tmp_path: Path) -> None:
    edited = (
        Office()
        .with_document("weir-paper", directness="record")
        .with_rule("claim.trust.fading", multiply="half_life(claim.checked_days, 300)")
    )
    plan = planned(Office(), edited, tmp_path, now=LATER)
    moved = change(plan, "weir", "trust")
    assert list(brought_about(moved)) == ["evidence", "time", "rule"]
    assert sum(c.amount or 0 for c in moved.causes) == moved.amount
    assert list(brought_about(change(plan, "mill", "leaning"))) == ["neighbour"]


def test_an_edge_written_elsewhere_is_evidence_that_names_the_peer(tmp_path: Path) -> None:
    edge = {"on": "weir", "relation": "part_of", "criticality": "high"}
    plan = planned(Office(), Office().with_document("sluice", depends_on=[edge]), tmp_path)
    assert brought_about(change(plan, "weir", "felt"))["evidence"][1] == ("sluice",)


def test_a_change_two_edges_away_names_the_edge_that_moved(tmp_path: Path) -> None:
    edge = {"on": "mill", "relation": "part_of", "criticality": "high"}
    plan = planned(Office(), Office().with_document("sluice", depends_on=[edge]), tmp_path)
    kind, (_, refs) = next(iter(brought_about(change(plan, "weir", "felt")).items()))
    assert kind == "evidence"
    assert set(refs) == {"mill", "sluice"}


def test_an_unknown_score_that_becomes_known_is_a_change_of_status(tmp_path: Path) -> None:
    silent = Office().with_claim("weir", key=False)
    plan = planned(silent, Office(), tmp_path)
    moved = change(plan, "weir", "trust")
    assert moved.direction == "status"
    assert moved.before.points is None
    assert moved.amount is None
    assert brought_about(moved) == {"evidence": (None, ("weir#stands",))}


def test_a_rating_lost_for_want_of_coverage_is_a_change_by_its_rule(tmp_path: Path) -> None:
    scorers = [
        {**s, "rated_from": 1.0} if (s["on"], s["name"]) == ("profile", "trust") else s
        for s in RULES["scorers"]
    ]
    silent = Office().with_document("mill-paper", directness=None)
    plan = planned(silent, silent.with_part(scorers=scorers), tmp_path)
    moved = change(plan, "mill", "trust")
    assert (moved.direction, moved.before.rated, moved.after.rated) == ("status", True, False)
    assert moved.after.grade is None
    assert brought_about(moved) == {"rule": (None, ("profile.trust.rated_from",))}
    back = planned(silent.with_part(scorers=scorers), silent, tmp_path)
    assert change(back, "mill", "trust").after == moved.before


def test_a_new_and_a_removed_profile_are_changes_of_status(tmp_path: Path) -> None:
    fewer = Office().without("sluice")
    new = planned(fewer, Office(), tmp_path)
    gone = planned(Office(), fewer, tmp_path)
    assert {c.direction for c in (*new.changes, *gone.changes)} == {"status"}
    assert change(new, "sluice", "trust").after.points == 185
    assert change(gone, "sluice", "trust").after.points is None
    assert brought_about(change(gone, "sluice", "trust"))["evidence"][1] == ("sluice",)


def test_an_engine_of_another_version_is_a_cause_of_its_own(tmp_path: Path) -> None:
    lock = Office().lock(tmp_path)
    entry = lock.entries["weir", "public"]
    other = replaced(entry.scores["trust"], points=700, band="high", grade="High")
    entry = replaced(entry, scores={**entry.scores, "trust": other})
    old = replaced(
        lock,
        engine=SCORING_VERSION - 1,
        entries={**lock.entries, entry.key: entry},
    )
    plan = make_plan(old, Office().desks(tmp_path))
    moved = change(plan, "weir", "trust")
    assert brought_about(moved) == {"engine": (moved.amount, (str(SCORING_VERSION - 1),))}


def test_a_rulebook_that_only_the_former_version_can_read(tmp_path: Path) -> None:
    lock = Office().lock(tmp_path)
    entry = lock.entries["weir", "public"]
    other = replaced(entry.scores["trust"], points=700, band="high", grade="High")
    entry = replaced(entry, scores={**entry.scores, "trust": other})
    entries = {**lock.entries, entry.key: entry}
    rules = {**lock.rulebook, "a_section_of_then": {}}
    old = replaced(lock, engine=SCORING_VERSION - 1, entries=entries, rulebook=rules)
    plan = make_plan(old, Office().desks(tmp_path))
    moved = change(plan, "weir", "trust")
    assert brought_about(moved) == {"engine": (moved.amount, (str(SCORING_VERSION - 1),))}
    assert plan.rules_unreadable
    assert "cannot read the rulebook in grades.lock" in plan_text(plan)
    with pytest.raises(UsageError, match="cannot read the rulebook"):
        make_plan(replaced(old, engine=SCORING_VERSION), Office().desks(tmp_path))


def test_what_another_engine_moved_beside_the_evidence_is_said_to_be_unknown(
    tmp_path: Path,
) -> None:
    lock = replaced(Office().lock(tmp_path), engine=SCORING_VERSION - 1)
    desks = Office().with_document("weir-paper", directness="record").desks(tmp_path)
    plan = make_plan(lock, desks)
    assert plan.behind == ("documents", "engine")
    assert plan.engine_in_evidence
    assert "amounts of evidence include the effect of the scoring version" in plan_text(plan)
    alone = make_plan(lock, Office().desks(tmp_path))
    assert alone.behind == ("engine",)
    assert not alone.engine_in_evidence
    assert "grades.lock is out of date (scoring version)" in plan_text(alone)


def test_a_moved_boundary_changes_the_band_and_not_the_score(tmp_path: Path) -> None:
    scale = [{**b, "from": 0.5} if b["id"] == "fair" else b for b in _bands()]
    plan = planned(Office(), Office().with_part(scales={"trust": scale}), tmp_path)
    moved = change(plan, "weir", "trust")
    assert (moved.direction, moved.amount) == ("downgrade", 0)
    assert brought_about(moved) == {"rule": (0, ("scale.trust",))}
    assert ("weir", False) in {(p.id, p.published) for p in plan.published}


def _bands() -> list[dict[str, object]]:
    return Office().rules["scales"]["trust"]


def test_ageing_within_a_band_does_not_matter_but_a_rule_within_it_does(tmp_path: Path) -> None:
    aged = planned(Office(), Office(), tmp_path, now=date(2026, 1, 25))
    ruled = planned(
        Office(), Office().with_rule("citation.strength.first-hand", add=0.51), tmp_path
    )
    assert aged.changes
    assert {c.direction for c in aged.changes} == {"same"}
    assert {k.kind for c in aged.changes for k in c.causes} == {"time", "neighbour"}
    assert replaced(ruled, horizons=(), watch=()).matters
    assert not replaced(aged, horizons=(), watch=()).matters
    assert {c.direction for c in ruled.changes} == {"same"}


@pytest.mark.parametrize("text", ["The  weir stands.", "The weir\nstands.", " The weir stands."])
def test_other_white_space_is_no_rewording(text: str, tmp_path: Path) -> None:
    plan = planned(Office(), Office().with_claim("weir", text=text), tmp_path)
    assert plan.corrections == ()
    assert not plan.behind


def test_a_letter_in_two_characters_is_no_rewording(tmp_path: Path) -> None:
    before = Office().with_claim("weir", text="Das Büro am Wehr.")
    after = Office().with_claim("weir", text="Das Bu\u0308ro am Wehr.")
    assert planned(before, after, tmp_path).corrections == ()


def test_rewording_is_a_correction_with_both_wordings_and_touches_the_page(tmp_path: Path) -> None:
    plan = planned(Office(), Office().with_claim("weir", text="The weir still stands."), tmp_path)
    (correction,) = plan.corrections
    assert (correction.kind, correction.ref) == ("reworded", "weir#stands")
    assert (correction.before, correction.after) == ("The weir stands.", "The weir still stands.")
    assert plan.changes == ()
    assert plan.behind
    assert "institutions/weir.html" in plan.pages


def test_a_retracted_source_is_a_correction(tmp_path: Path) -> None:
    plan = planned(Office(), Office().with_document("mill-paper", retracted="2026-01-10"), tmp_path)
    assert [(c.kind, c.ref, c.after) for c in plan.corrections] == [
        ("retracted", "mill-paper", "2026-01-10")
    ]
    assert brought_about(change(plan, "mill", "trust"))["evidence"][1] == ("mill-paper",)


def test_an_audience_that_is_taken_away_takes_its_grades_along_in_sight(tmp_path: Path) -> None:
    both = Office().with_part(audiences=["public", "desk"])
    plan = planned(both, Office(), tmp_path)
    assert {c.audience for c in plan.changes} == {"desk"}
    assert {c.direction for c in plan.changes} == {"status"}
    assert {c.causes[0].refs for c in plan.changes} == {("audiences",)}
    assert len(plan.changes) == len(planned(Office(), both, tmp_path).changes) == 9


def test_the_pages_touched_are_those_the_site_has(tmp_path: Path) -> None:
    edited = Office().with_document("weir-paper", directness="record")
    plan = planned(Office(), edited, tmp_path)
    (desk,) = edited.desks(tmp_path)
    assert set(plan.pages) == {
        "index.html",
        *(path_of(desk.corpus.profiles[i]) for i in ("weir", "mill")),
    }


def test_a_plan_can_be_narrowed_to_a_profile_and_to_a_cause(tmp_path: Path) -> None:
    edited = (
        Office()
        .with_document("weir-paper", directness="record")
        .with_rule("citation.strength.secondary", add=0.35)
    )
    plan = planned(Office(), edited, tmp_path)
    assert {c.id for c in only(plan, ["sluice"]).changes} == {"sluice"}
    assert {c.id for c in because(plan, "citation.strength").changes} == {"sluice"}
    assert {c.id for c in because(plan, "weir-paper").changes} == {"weir"}


@pytest.mark.parametrize("scorer", ["trust", "leaning", "felt"])
def test_each_state_of_a_change_is_what_was_locked_and_what_is_scored(
    tmp_path: Path, scorer: str
) -> None:
    edited = Office().with_rule("citation.strength.first-hand", add=0.7)
    plan = planned(Office(), edited, tmp_path, now=LATER)
    before, after = Office().lock(tmp_path), edited.lock(tmp_path, LATER)
    for moved in (c for c in plan.changes if c.scorer == scorer):
        key = (moved.id, "public")
        assert moved.before.points == before.entries[key].scores[scorer].points
        assert moved.after.points == after.entries[key].scores[scorer].points
