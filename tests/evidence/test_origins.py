"""Which citations go back to one origin."""

from __future__ import annotations

from datetime import date
from typing import Any

from assay.evidence.origins import Traced
from tests.package import UNSEEN, Citation, Corpus, Institution, Lineage, Publisher, Source
from tests.strategies import AS_OF, corpus_of, desk_of, scores_of


def source(name: str, directness: str | None = "secondary", **more: Any) -> Source:
    return Source.model_validate(
        {"kind": "source", "id": name, "title": name, "directness": directness, **more}
    )


def trace(corpus: Corpus, *cited: str | dict[str, Any], as_of: date = AS_OF) -> list[Traced]:
    return Lineage(corpus, as_of).trace([Citation.model_validate(c) for c in cited])


def origins(corpus: Corpus, *cited: str | dict[str, Any]) -> list[str]:
    return [t.origin for t in trace(corpus, *cited)]


def sources(*given: Source, publishers: tuple[Publisher, ...] = ()) -> Corpus:
    return corpus_of(publishers, given, [])


def test_twelve_articles_that_retell_one_report_are_one_origin() -> None:
    retold = [source(f"article-{n}", cites=["report"]) for n in range(12)]
    corpus = sources(source("report", "first_hand"), *retold)
    assert set(origins(corpus, "report", *(s.id for s in retold))) == {"report"}


def test_ten_retellings_of_what_nobody_has_seen_are_one_origin() -> None:
    lines = [source(f"line-{n}") for n in range(10)]
    assert set(origins(sources(*lines), *(s.id for s in lines))) == {UNSEEN}


def test_naming_the_original_without_citing_it_makes_no_origin() -> None:
    corpus = sources(
        source("a", "first_hand"),
        source("b", "first_hand"),
        source("x", cites=["a"]),
        source("y", cites=["b"]),
    )
    assert origins(corpus, "x", "y") == [UNSEEN, UNSEEN]
    assert [t.roots for t in trace(corpus, "x", "y")] == [("a",), ("b",)]


def test_citing_two_roots_does_not_join_them() -> None:
    both = source("both", cites=["a", "b"])
    corpus = sources(source("a", "record"), source("b", "first_hand"), both)
    assert origins(corpus, "a", "b", "both") == ["a", "b", "a"]


def test_who_checked_for_themselves_is_a_root() -> None:
    corpus = sources(source("record", "record"), source("report", "first_hand", cites=["record"]))
    assert origins(corpus, "record", "report") == ["record", "report"]


def test_what_a_claim_takes_for_a_root_is_the_root_of_its_retellings() -> None:
    """The analyst says of one citation that it is first-hand; its source draws on others."""
    corpus = sources(
        source("deep", "first_hand"),
        source("middle", cites=["deep"]),
        source("x", cites=["middle"]),
    )
    taken = {"id": "middle", "directness": "first_hand"}
    assert origins(corpus, taken, "x") == ["middle", "middle"]
    assert origins(corpus, "middle", "x") == [UNSEEN, UNSEEN]


def test_retelling_what_nobody_knows_the_origin_of_goes_with_it() -> None:
    outlets = [
        Publisher(kind="publisher", id=i, name=i, owner=owner)
        for i, owner in (("press", "house"), ("wire", "house"), ("site", None))
    ]
    corpus = sources(
        source("report", "first_hand", publisher="press"),
        source("note", None, publisher="wire"),
        source("x", publisher="site", cites=["note"]),
        publishers=tuple(outlets),
    )
    assert origins(corpus, "report", "note", "x") == ["report", "report", "report"]


def test_outlets_of_one_owner_are_one_origin_unless_each_saw_for_itself() -> None:
    outlets = tuple(Publisher(kind="publisher", id=i, name=i, owner="house") for i in ("p", "q"))
    corpus = sources(
        source("seen", "first_hand", publisher="p"),
        source("also-seen", "first_hand", publisher="q"),
        source("told", publisher="q"),
        source("about-us", "self_report", publisher="p"),
        source("about-us-too", "self_report", publisher="q"),
        publishers=outlets,
    )
    assert origins(corpus, "seen", "told") == ["seen", "seen"]
    assert origins(corpus, "seen", "also-seen") == ["seen", "also-seen"]
    assert origins(corpus, "about-us", "about-us-too") == ["about-us", "about-us"]


def test_a_decision_keeps_outlets_of_one_owner_apart() -> None:
    outlets = tuple(Publisher(kind="publisher", id=i, name=i, owner="house") for i in ("p", "q"))
    corpus = sources(
        source("seen", "first_hand", publisher="p"),
        source("told", publisher="q", not_same_as=["seen"]),
        publishers=outlets,
    )
    assert origins(corpus, "seen", "told") == ["seen", UNSEEN]


def test_a_decision_joins_two_ids_of_one_publication() -> None:
    corpus = sources(
        source("first", "first_hand"),
        source("second", "first_hand", same_as=["first"]),
        source("x", cites=["second"]),
    )
    assert origins(corpus, "first", "second", "x") == ["first", "first", "first"]


def test_what_was_retracted_or_comes_later_does_not_count() -> None:
    corpus = sources(
        source("gone", "first_hand", retracted="2026-01-10"),
        source("goes", "first_hand", retracted="2026-01-20"),
        source("later", "first_hand", published="2026-02"),
        source("x", cites=["gone"]),
    )
    counted = [t.citation.id for t in trace(corpus, "gone", "goes", "later", "x")]
    assert counted == ["goes"]


def test_disputing_citations_are_traced_apart() -> None:
    corpus = sources(source("report", "first_hand"), source("x", cites=["report"]))
    assert origins(corpus, {"id": "report", "stance": "disputes"}, "x") == ["report", UNSEEN]


def test_a_retelling_is_as_old_as_its_oldest_root() -> None:
    corpus = sources(
        source("old", "first_hand", published="2019"),
        source("new", "first_hand", published="2025-11-03"),
        source("undated", "first_hand"),
        source("x", published="2025-12-01", cites=["old", "new"]),
        source("y", published="2025-12-01", cites=["new", "undated"]),
        source("z", cites=["new"]),
    )
    days = [t.day for t in trace(corpus, "new", "x", "y", "z")]
    assert days == [date(2025, 11, 3), date(2019, 1, 1), None, None]


def test_all_that_stands_between_a_retelling_and_its_root() -> None:
    corpus = sources(
        source("root", "first_hand", published="2025-11-03"),
        source("middle", published="2025-11-04", cites=["root"]),
        source("x", published="2025-11-05", cites=["middle"]),
        source("gone", retracted="2026-01-10", cites=["root"]),
        source("y", cites=["gone"]),
    )
    (traced,) = trace(corpus, "x", "y")
    assert traced.citation.id == "x"
    assert (traced.roots, traced.draws_on) == (("root",), ("middle", "root"))
    assert traced.day == date(2025, 11, 3)


def test_naming_its_dated_original_does_not_freshen_an_undated_retelling() -> None:
    """Documenting never raises: not by a date either."""
    press = Publisher(
        kind="publisher", id="press", name="Press", reliability="B", reliability_reason="r"
    )
    claim = {
        "id": "c",
        "nature": "fact",
        "text": "T.",
        "key": True,
        "holds": "standing",
        "sources": ["x"],
    }
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": [claim]}
    )
    original = source("original", "first_hand", publisher="press", published="2025-12-01")
    undocumented = source("x", publisher="press")
    documented = source("x", publisher="press", cites=["original"])
    before = desk_of(corpus_of([press], [original, undocumented], [profile]))
    after = desk_of(corpus_of([press], [original, documented], [profile]))
    assert scores_of(after, "claim", "confidence") == scores_of(before, "claim", "confidence")


def test_documenting_the_middle_does_not_strengthen_those_who_retell_it() -> None:
    """A reliable outlet retells an unattributed line, of which a record comes to light."""
    press = Publisher(
        kind="publisher", id="press", name="Press", reliability="B", reliability_reason="r"
    )
    claim = {"id": "c", "nature": "fact", "text": "T.", "holds": "dated", "sources": ["x"]}
    profile = Institution.model_validate(
        {"kind": "institution", "id": "p", "name": "P", "claims": [claim]}
    )
    record = source("record", "record")
    told = source("x", publisher="press", cites=["line"])
    before = corpus_of([press], [record, source("line"), told], [profile])
    after = corpus_of([press], [record, source("line", cites=["record"]), told], [profile])
    made = [scores_of(desk_of(c), "claim", "support")["p#c"].points for c in (before, after)]
    assert made == [200, 200]
