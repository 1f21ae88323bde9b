"""What changed: grades through time, corrections, and their feeds."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import feedparser
import jsonschema
import pytest

from assay.briefing.changes import Since, changes_pages, history_view, since
from assay.briefing.views import HistoryView, Imprint
from assay.model.results import Override
from assay.plan.history import Applied
from assay.plan.plan import Cause, Change, Correction, Grade
from tests.briefing.desk import AS_OF, DIGEST, Assessment, renamed
from tests.briefing.markup import Markup
from tests.cli.workspaces import PROFILE, write_workspace
from tests.package import Atlas, build_site, run

STAMP = Imprint("0", "0", "1 January 2026", "2026-01-01")
ATOM = "{http://www.w3.org/2005/Atom}"
JSON_FEED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "pattern": "^https://"},
        "feed_url": {"type": "string", "pattern": "^https://"},
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "content_text"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "pattern": "^urn:uuid:"},
                    "url": {"type": "string", "pattern": "^https://"},
                    "title": {"type": "string", "minLength": 1},
                    "content_text": {"type": "string", "minLength": 1},
                    "date_published": {
                        "type": "string",
                        "pattern": r"^\d{4}(-\d\d){2}T\d\d(:\d\d){2}(\.\d+)?(Z|[+-]\d\d:\d\d)$",
                    },
                },
            },
        },
    },
}
"""JSON Feed 1.1, as far as these feeds use it."""
NOTHING = Grade()
D, CD, BC = Grade(200, "d", "D"), Grade(450, "cd", "C/D"), Grade(600, "bc", "B/C")


def change(profile: str, before: Grade, after: Grade, cause: Cause | None = None) -> Change:
    first = before == NOTHING
    up = (after.points or 0) > (before.points or 0)
    return Change(
        id=profile,
        audience="public",
        scorer="trust",
        before=before,
        after=after,
        direction="status" if first else "upgrade" if up else "downgrade",
        causes=(cause or Cause("evidence", None, (profile,)),),
    )


def applied(
    day: str, *changes: Change, first: bool = False, corrections: tuple[Correction, ...] = ()
) -> Applied:
    return Applied(
        at=f"{day}T10:00:00+00:00",
        who="An analyst",
        why="",
        as_of=day,
        bases=() if first else ("base",),
        lock=f"lock-{day}",
        counts={},
        changes=changes,
        corrections=corrections,
    )


HISTORY = (
    applied(
        "2025-06-01",
        change("forty-models", NOTHING, BC),
        change("model-office", NOTHING, CD),
        change("secret-panel", NOTHING, CD),
        first=True,
    ),
    applied(
        "2025-09-01",
        change("forty-models", BC, D, Cause("rule", -400, ("claim.trust.one-origin",))),
        change("secret-panel", CD, D),
    ),
    applied(
        "2025-12-01",
        change("forty-models", D, CD, Cause("evidence", 250, ("post-2024-01-29",))),
        corrections=(
            Correction("reworded", "forty-models#over-forty", "Over 400 models.", "Now."),
        ),
    ),
)


def atlas(desk: Assessment, history: tuple[Applied, ...] = HISTORY, **settings: Any) -> Atlas:
    rulebook = desk.rulebook
    if settings:
        data = rulebook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        data["settings"] = {**data["settings"], **settings}
        rulebook = type(rulebook).model_validate(data)
    return Atlas(desk.corpus, rulebook, desk.results, desk.explanations, AS_OF, history=history)


def history(desk: Assessment, profile: str = "forty-models") -> HistoryView:
    made = atlas(desk)
    view = history_view(made, made.published[profile])
    assert view is not None
    return view


@pytest.fixture
def changed(desk: Assessment, tmp_path: Path, images_root: Path) -> Path:
    build_site(atlas(desk), DIGEST, tmp_path / "site", images_root)
    return tmp_path / "site"


def test_the_history_has_each_grade_with_its_cause_newest_first(desk: Assessment) -> None:
    rows = history(desk).grades
    assert [(r.as_of, r.badge.word, r.direction) for r in rows] == [
        ("1 December 2025", "C/D", "up"),
        ("1 September 2025", "D", "down"),
        ("1 June 2025", "B/C", ""),
    ]
    assert rows[0].why.startswith("Source added or changed: “")
    assert [r.why for r in rows[1:]] == ["Our rule changed: one origin", "First rating"]


def test_an_override_is_a_change_with_its_reason(desk: Assessment) -> None:
    band = next(b for b in desk.rulebook.scales["grades"] if b.id == "ab")
    decision, day = "1" * 24, date(2025, 12, 24)
    result = desk.results["forty-models"]
    override = Override(band, decision, "Ada", "She was at the hearing.", day)
    score = replace(result.scores["trust"], override=override)
    desk.results["forty-models"] = replace(result, scores={**result.scores, "trust": score})
    after = Grade(CD.points, "ab", "A/B", override=decision)
    raised = replace(
        change("forty-models", CD, after, Cause("decision", 0, (decision,))), direction="upgrade"
    )
    made = atlas(desk, (*HISTORY, applied("2025-12-24", raised)))
    view = history_view(made, made.published["forty-models"])
    assert view is not None
    newest = view.grades[0]
    assert (newest.as_of, newest.badge.word, newest.direction) == ("24 December 2025", "A/B", "up")
    assert newest.why == "Set by a reviewer: She was at the hearing"
    first = changes_pages(made, STAMP)[0][1].groups[0]
    assert first.summary == "1 change, set by a reviewer"


def test_the_sparkline_rises_with_the_grade(desk: Assessment) -> None:
    chart = history(desk).chart
    assert chart is not None
    best, worst, now = (y for _, y in chart.dots)
    assert best < now < worst
    assert [grade for _, grade in chart.steps] == ["D", "C/D", "B/C"]
    assert chart.title == "Grades so far: B/C, D, C/D"


def test_a_first_rating_alone_is_no_history(desk: Assessment) -> None:
    made = atlas(desk)
    assert history_view(made, made.published["model-office"]) is None


def test_a_grade_holds_since_the_date_of_the_scores_that_gave_it(desk: Assessment) -> None:
    made = atlas(desk)
    assert since(made, "forty-models", "trust") == Since(date(2025, 12, 1), "D", "up", first=False)
    held = since(made, "model-office", "trust")
    assert held == Since(date(2025, 6, 1), "not rated", "", first=True)


def test_a_grade_that_was_not_applied_holds_since_no_date(desk: Assessment) -> None:
    assert since(atlas(desk, HISTORY[:2]), "forty-models", "trust") is None


def test_corrections_name_both_wordings(desk: Assessment) -> None:
    odd = renamed(
        desk,
        "small-lab",
        corrections=[
            {"date": "2025-11-05", "was": "It won.", "now": "It lost.", "reported_by": "a reader"},
        ],
    )
    rows = history(odd, "small-lab").corrections
    assert [(r.date, r.text, r.note) for r in rows] == [
        ("5 November 2025", "“It lost” instead of “It won”", "reported by a reader")
    ]


def test_a_confirmation_counts_until_the_evidence_changes(tmp_path: Path) -> None:
    write_workspace(tmp_path, office=PROFILE)
    workspace = ["--workspace", str(tmp_path)]
    accept = ["review", "accept", "port-office", "--near", "300", "--reviewer", "Ada"]
    assert run([*workspace, *accept]) == 0
    assert run([*workspace, "build"]) == 0
    page = tmp_path / "site" / "institutions" / "port-office.html"
    assert "Grade confirmed by Ada on " in Markup.of(page).text

    (profile,) = (f for f in tmp_path.rglob("*.yaml") if "id: port-office" in f.read_text())
    less = profile.read_text().replace("[gazette-march, port-ledger]", "[port-ledger, undated]")
    extra = "---\nkind: source\nid: undated\ntitle: Another count\n"
    profile.write_text(f"{less}{extra}")
    assert run([*workspace, "build"]) == 0
    assert "Grade confirmed" not in Markup.of(page).text


def test_a_former_wording_stays_with_the_least_public_audience(desk: Assessment) -> None:
    """The history does not say who was allowed to read it."""
    wide = desk.rulebook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    rulebook = type(desk.rulebook).model_validate({**wide, "audiences": ["public", "members"]})
    made = atlas(replace(desk, rulebook=rulebook))
    view = history_view(made, made.published["forty-models"])
    assert view is not None
    assert view.corrections == ()
    texts = [r.text for r in view.reworded]
    assert len(texts) == 1
    assert "instead of" not in texts[0]


def test_a_rewording_is_no_correction(changed: Path) -> None:
    page = Markup.of(changed / "changes.html")
    assert "corrections" not in page.ids
    assert "reworded" in page.ids
    assert "More than 40 AI models are approved for public use : 1 statement" in page.text
    briefing = Markup.of(changed / "events/forty-models.html").text
    assert "1 rewording" in briefing
    feed = feed_of(changed / "events/forty-models.atom")
    titles = [e.findtext(f"{ATOM}title") or "" for e in feed.findall(f"{ATOM}entry")]
    assert not any("correction" in title for title in titles)


def test_the_page_groups_moves_by_day_and_cause(changed: Path) -> None:
    text = Markup.of(changed / "changes.html").text
    order = [
        "1 December 2025 1 change, evidence",
        "D ▲ up to C/D",
        "1 September 2025 1 change, rules",
        "B/C ▼ down to D",
        "1 June 2025 2 first ratings",
        "2 briefings were rated for the first time, as of 1 June 2025: 1 B/C and 1 C/D.",
    ]
    found = [text.find(part) for part in order]
    assert -1 not in found, dict(zip(order, found, strict=True))
    assert found == sorted(found)


def test_many_moves_are_paged(desk: Assessment) -> None:
    """Each apply has one move, so 120 of them need three pages of 50."""
    steps = [
        applied(f"{2020 + n // 300}-{n % 300 // 25 + 1:02d}-{n % 25 + 1:02d}", move)
        for n in range(120)
        for move in [change("forty-models", *((D, CD) if n % 2 else (CD, D)))]
    ]
    views = changes_pages(atlas(desk, tuple(steps)), STAMP)
    assert {path: sum(len(g.rows) for g in view.groups) for path, view in views} == {
        "changes.html": 50,
        "changes-2.html": 50,
        "changes-3.html": 20,
    }


def feed_of(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())


def test_feeds_have_what_readers_require(changed: Path) -> None:
    paths = sorted(changed.rglob("*.atom"))
    assert {p.relative_to(changed).as_posix() for p in paths} >= {
        "feeds/all.atom",
        "feeds/topic/model-approval.atom",
        "events/forty-models.atom",
    }
    for path in paths:
        read = feedparser.parse(path.read_bytes())
        assert (read.bozo, read.version) == (False, "atom10"), (path, read.get("bozo_exception"))
        assert all(part.updated_parsed for part in (read.feed, *read.entries)), path
        feed = feed_of(path)
        entries = feed.findall(f"{ATOM}entry")
        for part in (feed, *entries):
            for name in ("id", "title", "updated"):
                assert part.findtext(f"{ATOM}{name}"), (path, name)
        assert feed.find(f"{ATOM}author/{ATOM}name") is not None
        ids = [e.findtext(f"{ATOM}id") or "" for e in entries]
        assert len(set(ids)) == len(ids)
        assert all(i.startswith("urn:uuid:") for i in ids)
        assert feed.find(f"{ATOM}link[@rel='self']") is None
        for entry in entries:
            link = entry.find(f"{ATOM}link")
            assert link is not None
            assert (path.parent / link.attrib["href"]).is_file(), link.attrib


def test_an_entry_says_what_was_done_and_the_latest_has_the_rating_line(changed: Path) -> None:
    feed = feed_of(changed / "events/forty-models.atom")
    titles = [e.findtext(f"{ATOM}title") or "" for e in feed.findall(f"{ATOM}entry")]
    name = "More than 40 AI models are approved for public use"
    assert titles[0] == f"{name}: D to C/D"
    texts = [e.findtext(f"{ATOM}summary") or "" for e in feed.findall(f"{ATOM}entry")]
    assert sum("next review by" in text for text in texts) == 1
    assert "From B/C to D, as of 1 September 2025. Our rule changed: one origin." in texts


def test_ids_of_entries_stay_when_the_site_gets_an_address(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    site = {"base_url": "https://example.org/briefs"}
    build_site(atlas(desk), DIGEST, tmp_path / "one", images_root)
    build_site(atlas(desk, site=site), DIGEST, tmp_path / "two", images_root)
    one, two = (feed_of(tmp_path / n / "feeds/all.atom") for n in ("one", "two"))
    ids = f"{ATOM}entry/{ATOM}id"
    assert [i.text for i in one.findall(ids)] == [i.text for i in two.findall(ids)]
    own = two.find(f"{ATOM}link[@rel='self']")
    assert own is not None
    assert own.attrib["href"] == "https://example.org/briefs/feeds/all.atom"
    absolute = json.loads((tmp_path / "two/feeds/all.json").read_text("utf-8"))
    jsonschema.validate(absolute, JSON_FEED)
    assert absolute["feed_url"] == "https://example.org/briefs/feeds/all.json"


def test_the_json_feed_has_no_address_that_is_not_known(changed: Path) -> None:
    feed = json.loads((changed / "feeds/all.json").read_text("utf-8"))
    jsonschema.validate(feed, JSON_FEED)
    assert "feed_url" not in feed
    assert all("url" not in item and item["id"] for item in feed["items"])


def test_nothing_of_unpublished_profiles_is_in_changes_or_feeds(changed: Path) -> None:
    for path in (*changed.rglob("*.atom"), changed / "changes.html", changed / "feeds/all.json"):
        assert b"anary" not in path.read_bytes(), path


def test_a_site_without_history_says_so(site: Path) -> None:
    assert "No grade was recorded yet." in Markup.of(site / "changes.html").text
