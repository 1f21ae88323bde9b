"""Pages show the computed and the overridden grade, both, with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from assay.review.effective import Ruling
from tests.briefing.desk import AS_OF, DIGEST, Assessment, band
from tests.package import Atlas, Draft, Subject, build_site, decide

GOLDEN = Path(__file__).parent / "golden" / "overridden.html"


def ruling(
    desk: Assessment, profile_id: str, scorer: str, points: int, scale: str, reason: str
) -> Ruling:
    """An override to the band of so many thousandths."""
    chosen = band(scale, points)
    subject = Subject(profile=profile_id, scorer=scorer, grounds="0" * 16)
    draft = Draft(
        kind="override",
        subjects=(subject,),
        reviewer="Ann <b>Example</b>",
        date=date(2026, 1, 2),
        reason=reason,
        band=chosen.id,
        until=date(2026, 6, 30),
    )
    score = desk.results[profile_id].scores[scorer]
    return Ruling(decide(draft, ()), subject, score, chosen, "counts", seconded_by="Ben Example")


def overridden(desk: Assessment, out: Path, images_root: Path) -> dict[str, str]:
    decisions = {
        "model-office": {
            "trust": ruling(desk, "model-office", "trust", 800, "grades", "we saw <i>the file</i>"),
            "weight": ruling(desk, "model-office", "weight", 400, "level", "it was dissolved"),
        }
    }
    build_site(
        Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF, decisions),
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
        "Confidence: Ann &lt;b&gt;Example&lt;/b&gt; set it to A/B on 2 January 2026 until "
        "30 June 2026 with the approval of Ben Example. The computed grade is C/D. We saw "
        "&lt;i&gt;the file&lt;/i&gt;."
    ) in page
    assert "Set by a reviewer (computed: C/D)" in page
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
    made = {"secret-panel": {"trust": ruling(desk, "secret-panel", "trust", 200, "grades", "x")}}
    build_site(
        Atlas(desk.corpus, desk.rulebook, desk.results, desk.explanations, AS_OF, made),
        DIGEST,
        tmp_path / "site",
        images_root,
    )
    page = (tmp_path / "site" / "institutions" / "secret-panel.html").read_text()
    assert "set it to D (Weak signal)" in page
    assert "The computed grade is D (Internal monitoring)" in page
