"""The site for programs: JSON, CSV, linked data, addresses, cards; and the pages on sources."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.briefing.desk import AS_OF, DIGEST, Assessment, renamed
from tests.briefing.markup import Markup, pages
from tests.cli.workspaces import PROFILE, RULES, write_workspace
from tests.package import Atlas, Rulebook, build_site, run

BASE = "https://example.org/briefs/"
EVENT = "events/forty-models"


def build(desk: Assessment, out: Path, images: Path, **settings: Any) -> Path:
    data = desk.rulebook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data["audiences"] = settings.pop("audiences", ["public"])
    data["settings"] = {**data["settings"], **settings}
    rulebook = Rulebook.model_validate(data)
    atlas = Atlas(desk.corpus, rulebook, desk.results, desk.explanations, AS_OF)
    build_site(atlas, DIGEST, out, images)
    return out


FORMER = ("tiny-lab", "wee-lab", "twin", "lab-2")
"""Ids that the small laboratory, or a profile merged into it, had before."""


def test_an_address_with_the_former_id_of_a_claim_leads_to_it(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    claims = [c.model_dump(by_alias=True) for c in desk.corpus.profiles["small-lab"].claims]
    first = claims[0]["id"]
    claims[0]["formerly"] = ["first-name", "other-lab#second-name"]
    moved = renamed(desk, "small-lab", claims=claims)
    page = Markup.of(build(moved, tmp_path / "site", images_root) / "institutions/small-lab.html")
    ids = [v["id"] for _, v in page.tags if "id" in v]
    at = ids.index("claim-first-name")
    assert ids[at : at + 3] == ["claim-first-name", "claim-second-name", f"claim-{first}"]


def test_linked_data_has_the_identifiers_of_public_registers(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    known = {"lei": "529900T8BM49AURSDO55", "ror": "03yrm5c26", "domain": "lab.example"}
    registered = renamed(desk, "small-lab", identifiers=known)
    site = build(registered, tmp_path / "site", images_root)
    html = (site / "institutions/small-lab.html").read_text("utf-8")
    about = json.loads(html.partition('ld+json">')[2].partition("</script>")[0])["about"]
    assert about["leiCode"] == known["lei"]
    assert about["sameAs"] == ["https://ror.org/03yrm5c26", "https://lab.example/"]


@pytest.fixture
def addressed(desk: Assessment, tmp_path: Path, images_root: Path) -> Path:
    moved = renamed(
        desk, "small-lab", formerly=["tiny-lab", "small-lab", "wee-lab"], merged={"twin": ["lab-2"]}
    )
    settings = {"base_url": BASE.rstrip("/"), "title": "Field notes", "contact": "desk@example.org"}
    return build(moved, tmp_path / "addressed", images_root, site=settings)


def test_the_json_of_a_briefing_has_the_grades_of_its_page(site: Path) -> None:
    for path in [*site.glob("events/*.json"), *site.glob("institutions/*.json")]:
        data = json.loads(path.read_text("utf-8"))
        page = Markup.of(path.with_suffix(".html"))
        assert data["name"] in page.text
        descriptions = [v["content"] for t, v in page.tags if v.get("name") == "description"]
        assert descriptions == [data["rating_line"]]
        for score in data["scores"]:
            if score["rated"]:
                assert f"{score['heading']} {score['grade']}" in page.text


def test_the_json_of_a_briefing_has_claims_with_their_sources(site: Path) -> None:
    data = json.loads((site / f"{EVENT}.json").read_text("utf-8"))
    claim = next(c for c in data["claims"] if c["id"] == "over-forty")
    assert claim["grade"] == "C/D"
    assert claim["sources"][-1] == {"id": "letter-withdrawn", "stance": "disputes"}
    known = {s["id"] for s in data["sources"]}
    assert {s["id"] for c in data["claims"] for s in c.get("sources", ())} == known
    assert data["next"]["date"] == "2026-Q1"
    assert data["digest"] == DIGEST


def test_the_lists_have_every_briefing_and_lead_to_its_files(site: Path) -> None:
    listed = json.loads((site / "data/briefings.json").read_text("utf-8"))["briefings"]
    table = (site / "data/briefings.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [b["id"] for b in listed] == [r["id"] for r in rows]
    assert len(rows) == 4
    for briefing, row in zip(listed, rows, strict=True):
        assert (site / briefing["data"]).is_file()
        assert (site / row["page"]).is_file()
        grades = {s["score"]: s.get("grade", "not rated") for s in briefing["scores"]}
        assert {name: row[name] for name in grades} == grades


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1"])
def test_no_cell_is_read_as_a_formula(
    name: str, desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    out = build(renamed(desk, "small-lab", name=name), tmp_path / "site", images_root)
    table = (out / "data/briefings.csv").read_bytes().decode("utf-8-sig")
    row = next(r for r in csv.DictReader(io.StringIO(table)) if r["id"] == "small-lab")
    assert row["name"] == f"'{name}"


def test_linked_data_describes_the_subject_and_cannot_end_its_element(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    odd = renamed(desk, "small-lab", name="</script><b>Lab & Co")
    out = build(odd, tmp_path / "site", images_root)
    html = (out / "institutions/small-lab.html").read_text("utf-8")
    start = html.index('<script type="application/ld+json">')
    linked = html[start:].partition(">")[2].partition("</script>")[0]
    data = json.loads(linked)
    assert data["about"] == {"@type": "Organization", "name": "</script><b>Lab & Co"}
    assert "url" not in data


def test_a_site_without_an_address_invents_none(site: Path) -> None:
    assert not (site / "sitemap.xml").exists()
    assert (site / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"
    for name, page in pages(site).items():
        assert not any(v.get("rel") == "canonical" for _, v in page.tags), name
        assert not any(v.get("property") == "og:image" for _, v in page.tags), name


def test_the_sitemap_has_every_page_and_each_names_its_address(addressed: Path) -> None:
    root = ET.fromstring((addressed / "sitemap.xml").read_bytes())
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{name}urlset"
    assert {child.tag for child in root} == {f"{name}url"}
    assert {part.tag for child in root for part in child} == {f"{name}loc"}
    assert len(root.findall(f"{name}url/{name}loc")) == len(root)
    listed = {loc.text or "" for loc in root.findall(f"{name}url/{name}loc")}
    read = pages(addressed)
    gone = {"404.html", *(f"institutions/{former}.html" for former in FORMER)}
    assert listed == {
        BASE + ("" if path == "index.html" else path) for path in read if path not in gone
    }
    for path, page in read.items():
        canonical = [v["href"] for _, v in page.tags if v.get("rel") == "canonical"]
        if path not in gone:
            assert canonical == [BASE + ("" if path == "index.html" else path)]
    assert f"Sitemap: {BASE}sitemap.xml" in (addressed / "robots.txt").read_text()


@pytest.mark.parametrize("former", FORMER)
def test_a_former_address_leads_to_the_briefing(addressed: Path, former: str) -> None:
    page = Markup.of(addressed / f"institutions/{former}.html")
    refresh = [v["content"] for _, v in page.tags if v.get("http-equiv") == "refresh"]
    assert refresh == ["0; url=small-lab.html"]
    assert f"{BASE}institutions/small-lab.html" in page.links


def test_title_and_contact_stand_on_every_page(addressed: Path, site: Path) -> None:
    for name, page in pages(addressed).items():
        assert "Field notes" in page.text, name
        assert "mailto:desk@example.org" in page.links, name
    assert not any("Report an error" in page.text for page in pages(site).values())


def test_a_restricted_site_asks_search_engines_to_stay_away(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    rulebook = desk.rulebook.model_copy(
        update={
            "tiers": Rulebook.model_validate(
                {"scorers": [{"name": "a", "on": "profile"}], "audiences": ["public", "members"]}
            ).tiers
        }
    )
    atlas = Atlas(desk.corpus, rulebook, desk.results, desk.explanations, AS_OF, audience="members")
    build_site(atlas, DIGEST, tmp_path / "site", images_root)
    assert "Disallow: /" in (tmp_path / "site/robots.txt").read_text()


def test_a_card_has_name_grade_and_date(site: Path) -> None:
    card = ET.fromstring((site / f"{EVENT}.card.svg").read_bytes())
    text = " ".join("".join(card.itertext()).split())
    assert text == (
        "More than 40 AI models are approved for public use C/D Weak–medium "
        "Briefings · as of 1 January 2026"
    )


def test_a_publisher_shows_every_claim_that_its_sources_carry(site: Path) -> None:
    overview = Markup.of(site / "sources.html")
    assert "Tech Letter" in overview.text
    path = next(link for link in overview.links if "letter" in link)
    page = Markup.of(site / path)
    assert "Retracted 4 March 2024" in page.text
    assert "disputed by this source" in page.text
    assert f"../{EVENT}.html#claim-over-forty" in page.links


def test_only_publishers_of_published_pages_are_listed(site: Path) -> None:
    shown = {p.stem for p in (site / "sources").iterdir()}
    linked = {
        Path(link).stem
        for link in Markup.of(site / "sources.html").links
        if link.startswith("sources/")
    }
    assert shown == linked


def test_about_explains_one_grade_and_what_other_audiences_hold(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    tiers = [
        "public",
        {
            "id": "members",
            "name": "Members",
            "holds": "Assessments of vendors",
            "access": "https://example.org/join",
        },
    ]
    out = build(desk, tmp_path / "site", images_root, audiences=tiers)
    page = Markup.of(out / "about.html")
    assert "Members Assessments of vendors. Get access" in page.text
    assert "https://example.org/join" in page.links
    assert "Every step of this grade" in page.text
    assert "Report an error" not in page.text


def test_signals_stand_under_their_topics(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    signal = {
        "signal": "Fewer refusals.",
        "change": "Filing becomes routine.",
        "horizon": "ten years",
        "driving_force": "regulation",
        "claims": ["oversees"],
    }
    out = build(renamed(desk, "model-office", signals=[signal]), tmp_path / "site", images_root)
    text = Markup.of(out / "topics.html").text
    assert "AI governance signals" in text
    assert "Fewer refusals. Filing becomes routine. Ten years Regulation Office for Model" in text


@pytest.mark.parametrize(
    ("site", "message"),
    [
        ({"contact": "nobody"}, "write an email or web address"),
        ({"contact": "javascript:alert(1)"}, "write an email or web address"),
        ({"base_url": "ftp://example.org"}, "web address"),
        ({"base_url": "https://example.org/?a=1"}, "without ? and #"),
    ],
)
def test_addresses_that_are_none_are_refused(site: dict[str, str], message: str) -> None:
    scorers = [{"name": "a", "on": "profile"}]
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        Rulebook.model_validate({"settings": {"site": site}, "scorers": scorers})


def test_the_site_of_each_audience_has_an_address_of_its_own(tmp_path: Path) -> None:
    site = "settings: {site: {base_url: 'https://example.org/b'}, "
    write_workspace(tmp_path, office=PROFILE)
    (tmp_path / "rules.yaml").write_text(RULES.replace("settings: {", site), encoding="utf-8")
    assert run(["--workspace", str(tmp_path), "build", "--all-audiences"]) == 0
    for audience in ("public", "desk"):
        page = Markup.of(tmp_path / "site" / audience / "index.html")
        assert f"https://example.org/b/{audience}/" in page.links
    assert not (tmp_path / "site/desk/sitemap.xml").exists()
