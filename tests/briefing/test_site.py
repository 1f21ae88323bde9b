from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.briefing.conftest import build
from tests.briefing.desk import AS_OF, DIGEST, Assessment, corpus, renamed
from tests.briefing.markup import Markup, pages, parse_errors
from tests.package import (
    Atlas,
    Explanation,
    Horizon,
    InputError,
    Outlook,
    ProfileResult,
    Rulebook,
    Score,
    build_site,
)

EVENT = "events/forty-models.html"
OFFICE = "institutions/model-office.html"


def content(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def test_the_site_has_a_page_for_every_published_profile_and_no_other(site: Path) -> None:
    parts = ("rules/", "sources/", "by/")
    assert {name for name in pages(site) if not name.startswith(parts)} == {
        *("404.html", "about.html", "changes.html", "sources.html", "topics.html"),
        "compare.html",
        "methodology.html",
        "calendar.html",
        "index.html",
        EVENT,
        OFFICE,
        "institutions/northern-search.html",
        "institutions/small-lab.html",
        "events/forty-models/grading.html",
        "institutions/model-office/grading.html",
        "institutions/northern-search/grading.html",
        "institutions/small-lab/grading.html",
    }


def test_the_report_counts_files_and_names_the_profiles_without_a_page(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    out = tmp_path / "site"
    first = build(desk, out, images_root)
    assert first.unpublished == ("secret-panel",)
    assert EVENT in first.written
    second = build(desk, out, images_root)
    assert second.written == ()
    assert second.unchanged == first.written


def test_building_twice_gives_the_same_bytes(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    build(desk, tmp_path / "one", images_root)
    build(desk, tmp_path / "elsewhere" / "two", images_root)
    assert content(tmp_path / "one") == content(tmp_path / "elsewhere" / "two")


def test_the_order_in_which_results_arrive_does_not_matter(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    build(desk, tmp_path / "one", images_root)
    desk.results = dict(reversed(desk.results.items()))
    desk.explanations = dict(reversed(desk.explanations.items()))
    build(desk, tmp_path / "two", images_root)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_profile_that_is_not_published_leaves_no_trace(site: Path) -> None:
    for name, data in content(site).items():
        assert b"canary" not in data.lower(), name
        assert b"secret-panel" not in data, name
        assert b"panel-decides" not in data, name


def test_its_name_stays_where_a_claim_of_a_published_page_says_it(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    claims = [
        {
            "id": "told",
            "nature": "fact",
            "text": "The lab reports to the Canary Panel of the Unpublished.",
            "sources": ["letter-2024-01-30"],
        }
    ]
    build(renamed(desk, "small-lab", claims=claims), tmp_path / "site", images_root)
    page = Markup.of(tmp_path / "site" / "institutions" / "small-lab.html")
    assert "Canary Panel of the Unpublished" in page.text
    assert not any("secret-panel" in link for link in page.links)


def test_every_page_is_valid_html_and_its_ids_are_unique(site: Path) -> None:
    for name, page in pages(site).items():
        assert parse_errors(site / name) == []
        assert [i for i, n in Counter(page.ids).items() if n > 1] == [], name


def test_every_link_leads_somewhere_in_the_site_or_to_the_web(site: Path) -> None:
    read = pages(site)
    for name, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme == "https", (name, link)
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            relative = target.resolve().relative_to(site.resolve()).as_posix()
            assert target.is_file(), (name, link)
            if parts.fragment:
                assert parts.fragment in read[relative].ids, (name, link)


def test_pages_run_only_our_scripts_carry_no_style_and_ask_for_nothing_outside(
    site: Path,
) -> None:
    for name, page in pages(site).items():
        scripts = [v.get("src", v.get("type", "")) for t, v in page.tags if t == "script"]
        known = {"site.js", "compare.js", "ld+json"}
        assert {Path(src).name for src in scripts} <= known, name
        for tag, values in page.tags:
            assert tag not in ("style", "iframe", "object"), name
            assert not urlsplit(values.get("action", "")).scheme, name
            assert "style" not in values, (name, tag)
            assert not any(attribute.startswith("on") for attribute in values), (name, tag)
            if tag in ("img", "link"):
                assert not urlsplit(values.get("src", values.get("href", ""))).scheme, name
        policies = [v["content"] for t, v in page.tags if v.get("http-equiv")]
        assert policies[0].startswith("default-src 'none'; style-src 'self'; img-src 'self'")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "{% raw %}",
        '"><img src=x onerror=alert(1)>',
        "&lt;b&gt; & <i>",
        "**not bold** [no](link)",
    ],
)
def test_what_people_write_is_shown_letter_for_letter(
    name: str, desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    odd = renamed(desk, "small-lab", name=name, aliases=[name], gaps=[name], topics=[name])
    build(odd, tmp_path / "site", images_root)
    for path in ("institutions/small-lab.html", "index.html", EVENT):
        page = Markup.of(tmp_path / "site" / path)
        assert " ".join(name.split()) in page.text, path
        assert parse_errors(tmp_path / "site" / path) == []
        scripts = {v.get("src", v.get("type", ""))[-14:] for t, v in page.tags if t == "script"}
        assert scripts <= {"assets/site.js", "cation/ld+json"}
        assert not any(values.get("src") == "x" for _, values in page.tags)


def test_the_event_page_says_what_a_reader_needs_first(site: Path) -> None:
    text = Markup.of(site / EVENT).text
    head = text[text.index("Method") : text.index("At a glance")]
    order = [
        "Event Decision As of 1 January 2026 Next review 1 August 2026",
        "Confidence C/D Weak–medium",
        "Impact High",
        "Reports put approvals for public use above 40",
        "Why only C/D",
        "rests on one secondary report (Tech Letter)",
        "To reach B/C, read the original.",
        "Not known The full list of approved models is not public.",
        "Watch next Another batch. Q1 2026",
    ]
    found = [head.find(part) for part in order]
    assert -1 not in found, dict(zip(order, found, strict=True))
    assert found == sorted(found)


def test_the_event_page_has_all_its_parts(site: Path) -> None:
    text = Markup.of(site / EVENT).text
    for part in (
        "Region Asia Pacific Domain Governance Topics model approval",
        "more than 40 models approved",
        "Where sources differ",
        "Disputed by 4. Two hundred models refused",
        "We judge: The pace shows fast release under state control.",
        "We expect (70%): The count passes one hundred",
        "Based on",
        "Assuming The 40 of 2024",
        "Alternative reading The count reflects registration, not vetting.",
        "2 readings against the evidence",
        "Nobody names the authority that approved them.",
        "This year by 31 December 2026 A tally that can be set beside this one.",
        "5 secondary reports, 2 independent on the weakest key statement",
        "Secondary report; draws on 1",
        "Retracted 4 March 2024",
        "Depends on Office for Model Oversight decided by C/D",
        "Affects Northern Search and Advertising Company of the Eight Provinces exposes B/C",
        "Source context Drawn by the desk for this page.",
        "Provenance Own drawing, no other rights.",
        "this page 0.45",
        "B/C starts at 0.55",
        "What supports it",
        "What would change it",
        "Without new evidence, confidence falls from C/D",
        "Briefing as of 1 January 2026, C/D weak–medium",
        f"from input {DIGEST}",
    ):
        assert part.casefold() in text.casefold(), part


def test_the_page_of_reasoning_has_every_step(site: Path) -> None:
    text = Markup.of(site / "events/forty-models/grading.html").text
    for part in (
        "More than 40 AI models are approved for public use Event As of 1 January 2026",
        "The scale Score Grade Meaning 0.90 to 1 A",
        "The first grade changes on 1 August 2026",
        "Statements each with its own grade",
        "C/D 0.54 Reports put approvals for public use above 40",
        "Step by step Confidence: 0.45, C/D coverage 82%",
        "Strength of source [5]: 0.40",
        "at most 0.45",
        "missing: source.attribution",
        f"Input {DIGEST}",
    ):
        assert part.casefold() in text.casefold(), part


def test_claims_of_a_page_of_reasoning_lead_to_the_briefing(site: Path) -> None:
    page = Markup.of(site / "events/forty-models/grading.html")
    assert "../../events/forty-models.html#claim-over-forty" in page.links
    assert "../../events/forty-models.html#source-5" in page.links


def test_what_a_later_source_says_is_not_there_yet(site: Path) -> None:
    for name, data in content(site).items():
        assert b"A piece from the future" not in data, name
        assert b"known only later" not in data, name


def test_what_is_not_known_is_left_out_or_said_to_be_unknown(site: Path) -> None:
    text = Markup.of(site / OFFICE).text
    assert "Region" not in text
    assert "Base" not in text
    assert "Not rated Policy sensitivity" in text


def test_claims_lead_to_sources_and_sources_back_to_claims(site: Path) -> None:
    page = Markup.of(site / EVENT)
    assert "#source-1" in page.links
    assert "#claim-over-forty" in page.links
    assert {"source-1", "claim-over-forty"} <= set(page.ids)


def test_a_claim_of_another_page_is_linked_to_its_home(site: Path) -> None:
    page = Markup.of(site / EVENT)
    assert "../institutions/model-office.html#claim-filing-not-approval" in page.links


def test_no_sentence_of_the_body_stands_on_every_page(site: Path) -> None:
    bodies = [
        {
            chunk.strip()
            for chunk in page.chunks
            if len(chunk.split()) > 6 and chunk.strip().endswith(".")
        }
        for name, page in pages(site).items()
        if name.startswith("institutions/")
    ]
    assert all(bodies)
    assert set.intersection(*bodies) == set()


def test_a_missing_picture_stops_the_build_before_anything_is_written(
    desk: Assessment, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as raised:
        build(desk, tmp_path / "site", tmp_path / "nowhere")
    assert [d.code for d in raised.value.diagnostics] == ["image-not-found"]
    assert raised.value.diagnostics[0].file == "nowhere/images/ruler.svg"
    assert not (tmp_path / "site").exists()


def test_a_picture_that_leads_out_of_the_workspace_is_missing(
    desk: Assessment, tmp_path: Path
) -> None:
    root = tmp_path / "workspace"
    (root / "images").mkdir(parents=True)
    (tmp_path / "outside.svg").write_text("<svg/>")
    (root / "images" / "ruler.svg").symlink_to(tmp_path / "outside.svg")
    with pytest.raises(InputError):
        build(desk, tmp_path / "site", root)


def test_a_rulebook_of_one_scorer_with_one_rule_is_enough(tmp_path: Path) -> None:
    rulebook = Rulebook.model_validate(
        {
            "scorers": [
                {
                    "name": "any",
                    "on": "profile",
                    "rules": [{"id": "one", "add": 0.5, "because": "it is there"}],
                }
            ]
        }
    )
    documents = corpus([], [], [{"kind": "institution", "id": "alone", "name": "Alone"}])
    outlook = Outlook(Horizon(), None, {}, ())
    result = ProfileResult("alone", {"any": Score(500, 1000)}, {}, 0, 0, outlook, published=True)
    explanation = Explanation("alone", AS_OF, "It is there.", (), (), outlook, (), ())
    build_site(
        Atlas(documents, rulebook, {"alone": result}, {"alone": explanation}, AS_OF),
        DIGEST,
        tmp_path / "site",
        tmp_path,
    )
    page = Markup.of(tmp_path / "site" / "institutions" / "alone.html")
    assert "Any 0.50" in page.text
    assert parse_errors(tmp_path / "site" / "institutions" / "alone.html") == []


def test_a_workspace_without_published_profiles_still_has_a_first_page(tmp_path: Path) -> None:
    desk = Assessment(corpus([], [], []))
    build(desk, tmp_path / "site", tmp_path)
    assert "No briefing is published yet." in Markup.of(tmp_path / "site" / "index.html").text


def test_the_page_of_an_event_lists_the_levels_of_those_it_affects(
    desk: Assessment, tmp_path: Path, images_root: Path
) -> None:
    """A level that only institutions have is shown for the institutions that the event affects."""
    scorers = tuple(
        s.model_copy(update={"kinds": ("institution",)}) if s.name == "weight" else s
        for s in desk.rulebook.scorers
    )
    rulebook = desk.rulebook.model_copy(update={"scorers": scorers})
    atlas = Atlas(desk.corpus, rulebook, desk.results, desk.explanations, AS_OF)
    build_site(atlas, DIGEST, tmp_path / "site", images_root)
    event = Markup.of(tmp_path / "site" / EVENT).text
    levels = event.rpartition("Why it matters")[2].partition("Where sources differ")[0]
    assert "Impact High" not in levels
    assert "Impact of those affected Northern Search and Advertising Company of" in levels
    other = Markup.of(tmp_path / "site" / "institutions/northern-search.html").text
    assert "Impact of those affected" not in other
