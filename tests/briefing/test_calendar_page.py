"""The calendar of the site: what falls due, and the file that calendar programs take."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.briefing.conftest import build
from tests.briefing.desk import Assessment
from tests.package import WatchNotice

EVENT = "forty-models"


def with_notices(desk: Assessment, *notices: WatchNotice) -> Assessment:
    for profile_id, result in desk.results.items():
        mine = notices if profile_id == EVENT else ()
        outlook = replace(result.outlook, watch=mine, until=None)
        desk.results[profile_id] = replace(result, outlook=outlook)
    return desk


def page(site: Path) -> str:
    return (site / "calendar.html").read_text("utf-8")


def test_what_falls_due_stands_under_its_month_and_what_is_overdue_first(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    with_notices(
        desk,
        WatchNotice(None, "The <tally> & more", due="2026-Q2"),
        WatchNotice("high", "The list", due="2025-11", trigger="a decision", owner="Ann"),
        WatchNotice(None, "Some day"),
    )
    build(desk, tmp_path / "site", images_root)
    text = page(tmp_path / "site")
    assert re.findall(r"<h2>([^<]+?) <small", text) == ["Overdue", "June 2026"]
    assert re.findall(r'row"><time datetime="([^"]+)">([^<]+)<', text) == [
        ("2025-11-30", "November 2025"),
        ("2026-06-30", "Q2 2026"),
    ]
    assert "The &lt;tally&gt; &amp; more" in text
    assert "Priority: high · Trigger: a decision · Owner: Ann" in text
    assert "1 watch item has no date" in text
    assert f'href="events/{EVENT}.html"' in text
    file = (tmp_path / "site" / "calendar.ics").read_text("utf-8")
    assert file.count("BEGIN:VEVENT") == 2
    assert 'href="calendar.ics"' in text


def test_without_anything_due_the_page_says_so(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    with_notices(desk)
    build(desk, tmp_path / "site", images_root)
    assert "No date is due." in page(tmp_path / "site")


def test_every_page_leads_to_the_calendar_and_its_links_lead_to_claims(site: Path) -> None:
    for name in (site / "index.html", *site.glob("*/*.html")):
        assert "calendar.html" in name.read_text("utf-8")
    for target in re.findall(r'href="([^"#]+)#(claim-[^"]+)"', page(site)):
        assert f'id="{target[1]}"' in (site / target[0]).read_text("utf-8")
