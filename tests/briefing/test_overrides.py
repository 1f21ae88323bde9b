"""Pages show the computed and the overridden grade, both, with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from assay.model.results import Override
from tests.briefing.desk import AS_OF, DIGEST, Assessment, band
from tests.package import Atlas, build_site

GOLDEN = Path(__file__).parent / "golden" / "overridden.html"


def override(
    desk: Assessment, profile_id: str, scorer: str, points: int, scale: str, reason: str
) -> None:
    """Let a reviewer set the band that the points are in."""
    result = desk.results[profile_id]
    found = Override(
        band(scale, points),
        "0" * 24,
        "Ann <b>Example</b>",
        reason,
        date(2026, 1, 2),
        date(2026, 6, 30),
        "Ben Example",
    )
    score = replace(result.scores[scorer], override=found)
    desk.results[profile_id] = replace(result, scores={**result.scores, scorer: score})


def overridden(desk: Assessment, out: Path, images_root: Path) -> dict[str, str]:
    override(desk, "model-office", "trust", 800, "grades", "we saw <i>the file</i>")
    override(desk, "model-office", "weight", 400, "level", "it was dissolved")
    build_site(
        Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF),
        DIGEST,
        out,
        images_root,
    )
    names = ("index.html", "institutions/model-office.html", "institutions/northern-search.html")
    return {name: (out / name).read_text() for name in names}


def test_both_grades_stand_on_the_page_and_what_people_wrote_is_text(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    page = overridden(desk, tmp_path / "site", images_root)["institutions/model-office.html"]
    assert (
        "Confidence: Ann &lt;b&gt;Example&lt;/b&gt; set it to A/B from 2 January 2026 until "
        "30 June 2026 with the approval of Ben Example. The computed grade is C/D. We saw "
        "&lt;i&gt;the file&lt;/i&gt;."
    ) in page
    assert "Set by a reviewer (computed: C/D)" in page
    assert "Why only" not in page  # the evidence is not why it is A/B
    assert "set by a reviewer, computed: Critical" in page
    assert "<i>the file" not in page


def test_other_pages_and_the_front_speak_of_the_grade_that_holds(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    pages = overridden(desk, tmp_path / "site", images_root)
    related = pages["institutions/northern-search.html"]
    connected = related[related.index('id="connected"') :]
    assert '<span class="g t4">A/B</span>' in connected


def test_a_page_comes_by_the_grade_that_holds(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    desk.results["secret-panel"] = replace(desk.results["secret-panel"], published=True)
    override(desk, "secret-panel", "trust", 200, "grades", "x")
    build_site(
        Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF),
        DIGEST,
        tmp_path / "site",
        images_root,
    )
    page = (tmp_path / "site" / "institutions" / "secret-panel.html").read_text()
    assert "set it to D (Weak signal)" in page
    assert "The computed grade is D (Internal monitoring)" in page
