"""What the briefing of a profile says first: its rating, why only this grade, what differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assay.briefing.page import page
from assay.briefing.ratings import rating_line
from assay.briefing.terminal import MOST_LINES, brief_lines
from assay.briefing.views import Imprint, PageView
from assay.model.results import AddedCitation, ClaimEdit
from tests.briefing.conftest import build
from tests.briefing.desk import AS_OF, RULEBOOK, Assessment, band, renamed, score
from tests.briefing.markup import Markup
from tests.package import Atlas, WouldChange

STAMP = Imprint("0", "0", "1 January 2026", "2026-01-01")
EVENT = "forty-models"


def atlas(desk: Assessment) -> Atlas:
    return Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF)


def view(desk: Assessment, profile_id: str = EVENT) -> PageView:
    found = atlas(desk)
    return page(found, found.published[profile_id], STAMP)


def rated(desk: Assessment, scorer: str, points: int | None, scale: str) -> Assessment:
    result = desk.results[EVENT]
    scores = {**result.scores, scorer: score(points, scale)}
    desk.results[EVENT] = replace(result, scores=scores)
    return desk


def upgraded(desk: Assessment, *changes: WouldChange) -> Assessment:
    explanation = desk.explanations[EVENT]
    desk.explanations[EVENT] = replace(explanation, would_change=changes)
    return desk


def added(document: str | None = None, *, claims: int = 1, times: int = 1) -> WouldChange:
    citation = AddedCitation(None, "first_hand", "B", document)
    names = ("over-forty", "first-batch")[:claims]
    edits = tuple(ClaimEdit(name, add=(citation,) * times) for name in names)
    return WouldChange("trust", band("grades", 600), "cite it", 2, 600, "upgrade", edits)


# Rating --------------------------------------------------------------------------------------


def test_the_rating_line_has_every_grade_and_the_next_review(desk: Assessment) -> None:
    line = rating_line(atlas(desk), desk.corpus.profiles[EVENT])
    assert line == (
        "C/D weak–medium · impact high · operational criticality medium · "
        "policy sensitivity high · next review by 1 August 2026"
    )


@pytest.mark.parametrize(
    ("points", "note"),
    [(551, "On the edge of C/D"), (540, "On the edge of B/C"), (450, None), (None, None)],
)
def test_a_grade_close_to_a_boundary_is_on_its_edge(
    points: int | None, note: str | None, desk: Assessment
) -> None:
    assert view(rated(desk, "trust", points, "grades")).ratings[0].note == note


def test_between_two_bands_of_one_grade_there_is_no_edge(desk: Assessment) -> None:
    """D is published from 0.10 and internal below it: the grade is the same on both sides."""
    assert view(rated(desk, "trust", 105, "grades")).ratings[0].note is None


def test_levels_that_are_not_rated_are_named_together(desk: Assessment) -> None:
    shown = view(rated(desk, "weight", None, "level"))
    assert shown.not_rated == "Impact"
    assert "impact not rated" in shown.rating_line


# Why only this grade --------------------------------------------------------------------------


def test_the_reason_names_who_reported_what_decides_the_grade(desk: Assessment) -> None:
    reasons = view(desk).reasons
    assert reasons is not None
    assert reasons.heading == "Why only C/D"
    assert reasons.reason is not None
    assert "one secondary report (Tech Letter)" in reasons.reason


def test_a_document_that_somebody_named_comes_before_a_cheaper_step(desk: Assessment) -> None:
    named = replace(added("the office's own list"), effort=9)
    reasons = view(upgraded(desk, added(), named)).reasons
    assert reasons is not None
    assert (reasons.remedy, reasons.effect) == (
        "The office's own list",
        "would lift the grade to B/C.",
    )


@pytest.mark.parametrize(
    ("claims", "times", "remedy"),
    [
        (1, 1, "a first-hand report by a usually reliable publisher"),
        (1, 3, "three independent first-hand reports by usually reliable publishers"),
        (2, 1, "a first-hand report by a usually reliable publisher on each of two key statements"),
    ],
)
def test_a_document_without_a_name_is_described(
    claims: int, times: int, remedy: str, desk: Assessment
) -> None:
    reasons = view(upgraded(desk, added(claims=claims, times=times))).reasons
    assert reasons is not None
    assert reasons.remedy == remedy


def test_the_highest_grade_is_not_only(desk: Assessment) -> None:
    reasons = view(rated(desk, "trust", 950, "grades")).reasons
    assert reasons is not None
    assert reasons.heading == "Why A"


# Story ---------------------------------------------------------------------------------------


def test_alternative_judgements_stand_against_the_evidence(desk: Assessment) -> None:
    found = view(desk).story.hypotheses
    assert found is not None
    assert len(found.judgements) == 2
    says = {claim.text: words for claim, words in found.rows}
    assert says[
        "Reports put approvals for public use above 40 within six months of the process starting."
    ] == ("supports", "says nothing")


def test_a_summary_stands_in_the_place_of_the_key_claims(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    written = [{"text": "Forty models are out <b>already</b>.", "claims": ["over-forty"]}]
    build(renamed(desk, EVENT, summary=written), tmp_path / "site", images_root)
    shown = Markup.of(tmp_path / "site" / "events/forty-models.html")
    assert "Forty models are out <b>already</b>. 1, 2, 3, ≠4" in shown.text
    assert "claim-over-forty" in shown.ids


def test_a_neighbour_is_named_once_whatever_joins_the_two(desk: Assessment) -> None:
    found = view(desk, "northern-search").connected
    assert found is not None
    names = [
        n.link.text
        for side in (found.left, found.right)
        for _, members in side.groups
        for n in (*members, *side.folded)
    ]
    assert len(names) == len(set(names))


# Terminal ------------------------------------------------------------------------------------


def test_the_briefing_in_the_terminal_has_sixty_lines_at_most(desk: Assessment) -> None:
    shown = view(desk)
    many = replace(shown, unknown=tuple(f"Whether gap {i} is closed." for i in range(99)))
    lines = brief_lines(many, RULEBOOK.scales["grades"], 450)
    assert len(lines) <= MOST_LINES
    assert any(line.endswith("more") for line in lines)
    assert all(len(line) <= 90 for line in lines)


def test_the_ruler_in_the_terminal_marks_the_score(desk: Assessment) -> None:
    lines = brief_lines(view(desk), RULEBOOK.scales["grades"], 450)
    ruler = next(i for i, line in enumerate(lines) if line.startswith("|-"))
    assert lines[ruler - 1].split() == ["D", "D", "C/D", "B/C", "A/B", "A"]
    assert lines[ruler + 1] == f"{' ' * 31}^ 0.45"
