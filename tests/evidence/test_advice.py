"""Remarks on sentences: figures against their passages, and words that say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from assay.diagnostics.diagnostic import Subject
from assay.evidence.addresses import check_addresses
from assay.evidence.passages import check_passages
from assay.evidence.vacuity import check_vacuity
from tests.package import Corpus, Diagnostic, Event, Institution, Source

SOURCE = Source.model_validate({"kind": "source", "id": "wire", "title": "Cranes"})


def claim(text: str, **fields: Any) -> dict[str, Any]:
    given = {"id": "one", "nature": "fact", "text": text, "sources": ["wire"]}
    return {**given, **fields}


def corpus(*claims: dict[str, Any], kind: str = "event", **fields: Any) -> Corpus:
    model = Event if kind == "event" else Institution
    data = {"kind": kind, "id": "cranes", "name": "Crane rules", "claims": claims, **fields}
    profile = model.model_validate(data)
    return Corpus({}, {"wire": SOURCE}, {profile.id: profile})


def against(words: str | None, *claims: dict[str, Any]) -> list[Diagnostic]:
    return list(check_passages(corpus(*claims), {"cranes": Subject("a.yaml")}, lambda _: words))


def remarks(found: Corpus) -> list[tuple[str, tuple[Any, ...]]]:
    subjects = {i: Subject("a.yaml") for i in found.profiles}
    return [(f.code, f.value.path) for f in check_vacuity(found, subjects)]


def test_700_over_a_passage_that_says_70_is_shown_with_both() -> None:
    words = "The register grew. It lists 70 models. There are 12 offices."
    (finding,) = against(words, claim("The register lists 700 models."))
    assert finding.code == "figure-not-in-passage"
    assert finding.value.path == ("claims", 0, "sources", 0)
    assert "says 700" in finding.message
    assert "'70' in: It lists 70 models." in finding.message


@pytest.mark.parametrize(
    "words",
    [
        "More than 700 models were filed.",
        "It lists 70 models, of 701 in all.",
        "Nothing is counted here.",
        None,
    ],
)
def test_what_the_passage_bears_out_or_is_silent_on_is_not_shown(words: str | None) -> None:
    assert against(words, claim("The register lists 700 models.")) == []


def test_a_small_number_in_words_counts_what_the_passage_names() -> None:
    words = "Of 40 approvals, Xiaomi and 01.AI had one each."
    assert against(words, claim("Two firms are named.")) == []
    assert len(against(words, claim("Seventy firms are named."))) == 1
    quantity = {"measure": "firms", "value": 2}
    assert len(against(words, claim("Two firms are named.", quantity=quantity))) == 1


def test_a_stated_quantity_is_checked_in_place_of_the_sentence() -> None:
    quantity = {"measure": "models", "value": 40, "unit": "models"}
    assert against("It has 40 models.", claim("Of 99, some.", quantity=quantity)) == []
    assert len(against("It has 99 models.", claim("Of 99, some.", quantity=quantity))) == 1


@pytest.mark.parametrize(
    ("text", "words", "noticed"),
    [
        ("A quarter of the firms failed.", "Of all firms 25% failed.", False),
        ("Of all firms 25% failed.", "A quarter of the firms failed.", False),
        ("A quarter of the firms failed.", "It counted 25 firms.", True),
        ("Two thirds of the firms failed.", "Of all firms 25% failed.", True),
    ],
)
def test_a_fraction_is_the_percentage_that_it_is(text: str, words: str, noticed: bool) -> None:
    assert bool(against(words, claim(text))) == noticed


def test_a_disputing_passage_need_not_have_the_figure() -> None:
    disputed = claim("It lists 700.", sources=[{"id": "wire", "stance": "disputes"}])
    assert against("It lists 70 models.", disputed) == []


def test_a_repeated_sentence() -> None:
    text = "Harbour Office links 40 cranes to the wider world of ports."
    found = remarks(corpus(claim(text), claim(text.upper(), id="two")))
    assert found == [("repeated-sentence", ("claims", 1, "text"))]


def test_a_sentence_repeated_in_another_field_or_profile() -> None:
    text = "The full list of all 40 cranes is not open to the public."
    found = remarks(corpus(claim(text), gaps=[text], watch=[{"text": text}]))
    assert found == [
        ("repeated-sentence", ("gaps", 0, "text")),
        ("repeated-sentence", ("watch", 0, "text")),
    ]
    one, other = corpus(claim(text)), corpus(gaps=[text], name="Tug rules")
    tugs = other.profiles["cranes"].model_copy(update={"id": "tugs"})
    both = Corpus({}, one.sources, {**one.profiles, "tugs": tugs})
    assert remarks(both) == [("repeated-sentence", ("gaps", 0, "text"))]


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("The body plays an important role in the wider system.", True),
        ("The body inspects 40 cranes.", False),
        ("The body reports to the Ministry of Ports.", False),
        ("The body was founded in 1998.", False),
        ("港務局批准起重機。", False),
    ],
)
def test_a_sentence_without_number_name_or_date(text: str, empty: bool) -> None:
    assert (("nothing-said", ("claims", 0, "text")) in remarks(corpus(claim(text)))) == empty


def test_an_event_filed_as_an_institution() -> None:
    name = "Harbour office approves more than 40 cranes"
    assert remarks(corpus(kind="institution", name=name)) == [("event-as-institution", ("name",))]
    assert remarks(corpus(name=name)) == []
    assert remarks(corpus(kind="institution", name="Board of Approvals")) == []


@pytest.mark.parametrize(
    ("fields", "text", "noticed"),
    [
        ({"nature": "forecast", "likelihood": 0.2}, "In 2027 it will probably close.", True),
        ({"nature": "forecast", "likelihood": 0.8}, "It is unlikely to close in 2027.", True),
        ({"nature": "forecast", "likelihood": 0.8}, "It will probably close in 2027.", False),
        ({"nature": "fact"}, "It reportedly closed in 2025.", True),
        ({"nature": "attributed"}, "It reportedly closed in 2025.", False),
    ],
)
def test_words_against_the_grade(fields: dict[str, Any], text: str, noticed: bool) -> None:
    found = remarks(corpus(claim(text, **fields)))
    assert (("words-against-grade", ("claims", 0, "text")) in found) == noticed


def test_drafts_are_not_remarked_on() -> None:
    assert remarks(corpus(claim("It plays a role."), status="draft")) == []


def addressed(id_: str, url: str, **fields: Any) -> Source:
    given = {"kind": "source", "id": id_, "title": "Berths", "url": url, **fields}
    return Source.model_validate(given)


def shared(*sources: Source) -> list[tuple[str, str]]:
    found = Corpus({}, {s.id: s for s in sources})
    subjects = {s.id: Subject(f"{s.id}.yaml") for s in sources}
    diagnostics = list(check_addresses(found, subjects))
    assert all(d.code == "same-address" and d.value.path == ("url",) for d in diagnostics)
    return [(str(d.value.subject and d.value.subject.file), d.message) for d in diagnostics]


PAGE = "https://daily.example/2025/03/06/berths"
OTHER_SPELLING = "http://www.daily.example/2025/03/06/berths/?utm_source=letter"


def test_sources_with_one_address_are_named_at_both() -> None:
    pair = addressed("a", PAGE), addressed("b", OTHER_SPELLING)
    assert shared(*pair, addressed("c", PAGE + "-2")) == [
        ("a.yaml", "source 'a' has the same address as 'b'"),
        ("b.yaml", "source 'b' has the same address as 'a'"),
    ]


def test_three_sources_with_one_address_are_named_at_each() -> None:
    found = shared(addressed("a", PAGE), addressed("b", PAGE), addressed("c", OTHER_SPELLING))
    assert [message for _, message in found] == [
        "source 'a' has the same address as 'b' and 'c'",
        "source 'b' has the same address as 'a' and 'c'",
        "source 'c' has the same address as 'a' and 'b'",
    ]


def test_the_hint_says_what_to_write() -> None:
    found = Corpus({}, {"a": addressed("a", PAGE), "b": addressed("b", PAGE)})
    first, _ = check_addresses(found, {"a": Subject("a.yaml"), "b": Subject("b.yaml")})
    assert first.hint == (
        "add 'same_as: [b]'; or, if they are independent publications, 'not_same_as: [b]' and "
        "'not_same_as_reason: …'"
    )


@pytest.mark.parametrize(
    "decision",
    [
        {"same_as": ["a"]},
        {"revises": "a"},
        {"not_same_as": ["a"], "not_same_as_reason": "A live page; each version is kept."},
    ],
)
def test_a_decision_about_one_address_ends_the_warning(decision: dict[str, Any]) -> None:
    assert shared(addressed("a", PAGE), addressed("b", OTHER_SPELLING, **decision)) == []
    through = addressed("m", PAGE + "-2", same_as=["a", "b"])
    assert shared(addressed("a", PAGE), addressed("b", OTHER_SPELLING), through) == []


def test_a_decision_without_a_reason_does_not_end_the_warning() -> None:
    found = shared(addressed("a", PAGE), addressed("b", PAGE, not_same_as=["a"]))
    assert [file for file, _ in found] == ["a.yaml", "b.yaml"]
