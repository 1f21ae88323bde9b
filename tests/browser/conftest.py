"""A browser, and the shipped site beside one long profile, each made once for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.briefing.hostile import site_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]

LONG = "a-long-profile"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with driver.sync_playwright() as play:
        executable = executable or play.chromium.executable_path
        if not Path(executable).exists():
            pytest.skip("no chromium on this machine; 'make browser' installs one")
        opened = play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped workspace with a profile of 12 claims and 8 sources, as a site."""
    root = tmp_path_factory.mktemp("shipped")
    shutil.copy(ROOT / "rules.yaml", root)
    shutil.copytree(ROOT / "profiles", root / "profiles")
    return site_with(root, _long_profile())


def briefings(site: Path) -> list[Path]:
    """The briefings of a site; there are some."""
    found = sorted([*site.glob("events/*.html"), *site.glob("institutions/*.html")])
    assert found
    return found


def _long_profile() -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = [
        {
            "kind": "source",
            "id": f"harbour-report-{n}",
            "title": f"Report {n} of the harbour office on the tides and ships of the year",
            "publisher": "harbour-office",
            "published": f"2026-0{n}-01",
            "url": f"https://harbour.example/report-{n}",
            "directness": "record",
        }
        for n in range(1, 9)
    ]
    subjects = ("cargo", "coal", "grain", "timber", "steel", "cars", "wool", "salt", "wine", "ice")
    claims = [
        {
            "id": f"claim-{n}",
            "nature": "fact",
            "text": f"In 2025 the harbour of Northport handled {n + 40} ships with {subject}.",
            "key": n < 3,
            "section": ("what_it_does", "context", "why_it_matters")[n % 3],
            "sources": [f"harbour-report-{n % 8 + 1}", f"harbour-report-{(n + 3) % 8 + 1}"],
        }
        for n, subject in enumerate((*subjects, "tea", "oil"))
    ]
    profile: dict[str, Any] = {
        "kind": "institution",
        "id": LONG,
        "name": "Harbour Office of the Port of Northport",
        "type": "regulator",
        "claims": claims,
        "gaps": ["How many ships passed without a report."],
        "watch": [{"text": "The office publishes its report on 2026.", "due": "2027-03-01"}],
    }
    publisher: dict[str, Any] = {
        "kind": "publisher",
        "id": "harbour-office",
        "name": "Harbour Office",
    }
    return [publisher, *sources, profile]
