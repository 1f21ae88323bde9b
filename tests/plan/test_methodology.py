"""The page of methodology changes, made from the history."""

from __future__ import annotations

from pathlib import Path

from assay.briefing.atlas import Atlas
from assay.briefing.methodology import MethodologyView, methodology_view
from assay.briefing.views import Imprint
from assay.plan.history import applied
from tests.package import make_plan
from tests.plan.office import Office

MILDER = Office().with_rule("citation.strength.first-hand", add=0.9)
SEEN = Office().with_document("mill-paper", directness="record")


def page(folder: Path, edited: Office, *, bases: tuple[str, ...] = ("base",)) -> MethodologyView:
    """The page after an apply of what was edited."""
    plan = make_plan(Office().lock(folder / "before"), edited.desks(folder / "after"))
    at = "2026-01-16T09:30:00+00:00"
    record = applied(plan, at=at, who="Ada", why="One witness suffices", bases=bases, lock="lock")
    desk = edited.desks(folder / "now")[-1]
    atlas = Atlas(
        desk.corpus,
        desk.rulebook,
        desk.results,
        desk.explain(list(desk.results)),
        desk.as_of,
        history=(record,),
        audience=desk.audience,
    )
    return methodology_view(atlas, Imprint("", "", "", ""))


def test_a_rule_edit_is_a_methodology_change(tmp_path: Path) -> None:
    (change,) = page(tmp_path, MILDER).changes
    assert (change.day, change.reason) == ("16 January 2026", "One witness suffices")
    (effect,) = change.effects
    moved = [m.profile.text for m in change.moves]
    assert (effect.heading, effect.up, effect.down) == ("Trust", len(moved), 0)
    assert moved
    assert all(m.before != m.after for m in change.moves)


def test_new_evidence_is_not(tmp_path: Path) -> None:
    assert page(tmp_path, SEEN).changes == ()


def test_the_first_grades_are_not(tmp_path: Path) -> None:
    assert page(tmp_path, MILDER, bases=()).changes == ()
