"""Retellings: proposed with a reason, decided by an analyst, measured on real documents."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from benchmarks.origins import measure
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from assay.cli.proposals import lineage_command
from assay.evidence.retellings import UNDECIDED, Proposal, enough, propose
from assay.evidence.similarity import near_pairs, overlap, shingles
from assay.evidence.stories import Known
from assay.evidence.told import Told
from assay.ingest.decide import Decision, decide, proposals
from assay.ingest.items import Item
from assay.ingest.told import told_of_item
from tests.ingest import examples
from tests.package import Session, UsageError, Workspace, ingest, load_workspace, run

LEAK = (
    "Thirty-eight million records were exposed by a wrongly set portal, researchers of Upward "
    "said, among them names and addresses held by an airline and two cities."
)


def told(id_: str, words: str, day: int | None = 1, **fields: object) -> Told:
    when = date(2024, 1, day) if day else None
    given = {"title": words.split(",", maxsplit=1)[0], "day": when, **fields}
    return Told(id=id_, words=words, **given)  # type: ignore[arg-type] # loose fields of a test


def found(*documents: Told, known: Known = UNDECIDED) -> list[tuple[str, str, str]]:
    others = [
        told(f"other{i}", " ".join(f"word{i}x{k}" for k in range(30)), 1 + i % 28)
        for i in range(60)
    ]
    return [(p.source, p.relation, p.other) for p in propose([*documents, *others], known)]


def test_nearly_the_same_text_in_two_outlets_is_a_retelling_by_the_later() -> None:
    a, b = told("a", LEAK, 2, family="x"), told("b", LEAK + " More.", 1, family="y")
    assert found(a, b) == [("a", "cites", "b")]


def test_nearly_the_same_text_of_one_voice_is_one_publication() -> None:
    a, b = told("a", LEAK, 2, family="x"), told("b", LEAK, 1, family="x")
    assert found(a, b) == [("a", "same_as", "b")]


def test_the_same_facts_in_other_words_within_days() -> None:
    words = (
        "A wrongly set portal left 38 million records open, Upward found; an airline and cities "
        "had names and addresses exposed."
    )
    a, b = told("a", LEAK, 1, family="x"), told("b", words, 2, family="y")
    assert found(a, b) == [("b", "cites", "a")]
    assert found(a, told("b", words, 28, family="y")) == []


def test_a_link_says_it() -> None:
    a = told("a", "Cranes came, many of them.", 9, links=("wire.example.com/forty",))
    b = told("b", "Something else was written here.", 1, address="wire.example.com/forty")
    assert found(a, b) == [("a", "cites", "b")]


def test_translations_of_one_file() -> None:
    a = told("a", "Les grues arrivent.", work="post.mdx", language="fr")
    b = told("b", "The cranes arrive.", work="post.mdx", language="en")
    assert found(a, b) == [("b", "same_as", "a")]


def test_issues_of_a_series_are_not_the_same() -> None:
    form = "What is new in the portal: all the changes of the month, told by the people who made it"
    a = told("a", form, 1, title="News of the portal, July 2023", family="x")
    b = told("b", form, 3, title="News of the portal, August 2023", family="x")
    assert found(a, b) == []


def test_what_is_decided_is_not_proposed_again() -> None:
    a, b = told("a", LEAK, 2), told("b", LEAK, 1)
    assert found(a, b, known=Known(one=(("b", "a"),))) == []
    assert found(a, b, known=Known(apart=(("b", "a"),))) == []


def test_what_goes_with_one_of_two_that_were_parted_does_not_go_with_the_other() -> None:
    a, b, c = told("a", LEAK, 1), told("b", LEAK, 2), told("c", LEAK, 3)
    assert found(a, b, c, known=Known(one=(("c", "b"),), apart=(("a", "b"),))) == []


def test_citing_two_joins_them_for_nobody() -> None:
    other = "Forty cranes were approved by the harbour office after a vote of seven to two."
    digest = told("digest", "The week in brief: portals, cranes and more of it.", 4)
    a, b, c = told("a", LEAK, 1), told("b", other, 1), told("c", LEAK, 2)
    known = Known(drawn=(("digest", "a"), ("digest", "b")))
    assert found(digest, a, b, c, known=known) == [("c", "cites", "a")]


def test_one_decision_for_each_retelling_suffices() -> None:
    documents = [told(f"d{i}", LEAK + f" Told {i} times.", 1 + i) for i in range(5)]
    made = propose(documents)
    assert len(made) == 10
    assert {p.story for p in made} == {"d0"}
    taken = enough(made, made)
    assert sorted(p.source for p in taken) == ["d1", "d2", "d3", "d4"]
    left = propose(documents, Known(one=tuple((p.source, p.other) for p in taken)))
    assert left == []


def test_a_story_that_a_later_source_joins_goes_back_to_its_first() -> None:
    """Both earlier ones are like the last, and only a little like each other."""
    last, one, two = "last", "one", "two"
    made = [
        Proposal(last, "cites", one, 0.9, "alike", one),
        Proposal(last, "cites", two, 0.8, "alike", one),
        Proposal(two, "cites", one, 0.5, "through the last", one),
    ]
    taken = enough(made[:2], made)
    assert [(p.source, p.other) for p in taken] == [(last, one), (two, one)]
    assert enough(made[:1], made) == made[:1]


def test_a_digest_of_two_stories_does_not_make_them_one() -> None:
    crane = (
        "The harbour office approved forty new cranes by seven votes, over the protest of the "
        "Gantry Union, whose members fear for four hundred places."
    )
    both = told("both", f"{LEAK} {crane}", 3, family="z")
    stories = [
        told("a", LEAK, 1, family="x"),
        told("b", LEAK, 2, family="y"),
        told("c", crane, 1, family="x"),
        told("d", crane, 2, family="y"),
    ]
    pairs = {frozenset((a, b)) for a, _, b in found(*stories, both)}
    assert not any(frozenset(p) in pairs for p in (("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")))


def test_counts_and_names_say_it_where_there_is_no_date() -> None:
    page = (
        "The register of the Harbour Office lists 412 cranes and 17 tugs. Gantry Works built 96 "
        "cranes of them. Much else is told of here, of the town and of the sea."
    )
    note = (
        "Of 412 cranes in the Harbour Office's register, 96 cranes came from Gantry Works, a "
        "paper says."
    )
    a = told("a", page, title="The cranes of the town", day=None, publisher="The Bay")
    b = told("b", note, title="Who builds them?", day=None, publisher="The Shore")
    assert found(a, b) == [("b", "cites", "a")]
    other = told("b", note.replace("412", "511").replace("96", "44"), day=None, publisher="Shore")
    assert found(a, other) == []


@pytest.mark.parametrize("credit", ["The Bay reported", "according to The Bay", "citing The Bay"])
def test_a_credit_counts_for_the_one_who_is_credited(credit: str) -> None:
    first = told("a", LEAK, 1, publisher="The Bay", family="x")
    words = (
        f"Names and addresses were open to all, {credit}, as portals of an airline were wrongly "
        "set; researchers had warned."
    )
    (proposal,) = propose([first, told("b", words, 2, publisher="The Shore", family="y")])
    assert (proposal.source, proposal.other) == ("b", "a")
    assert "credits The Bay" in proposal.reason


def test_one_headline_in_two_outlets() -> None:
    title = "How the harbour office counts its cranes"
    a = told("a", "It began long ago.", 1, title=title, publisher="The Bay")
    b = told("b", "Numbers matter.", 27, title=f"{title} – The Bay", publisher="The Shore")
    assert found(a, b) == [("b", "cites", "a")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("index.mdx", None), ("index.es.mdx", "es")),
        (("content/de/docs/faq.md", "de"), ("content/docs/faq.md", None)),
        (("zh-cn__docs__faq.md", "zh-cn"), ("uk__docs__faq.md", "uk")),
        (("ko__docs__account-id.md", "ko"), ("th__docs__account-id.md", "th")),
    ],
)
def test_names_of_files_that_differ_by_the_language(
    first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    items = (Item(key="k", title="t", language=language) for _, language in (first, second))
    a, b = (told_of_item("i", f, i) for (f, _), i in zip((first, second), items, strict=True))
    assert a.work == b.work


def test_a_translation_keeps_names_and_figures() -> None:
    russian = told(
        "a",
        "Клиент ACME v2 вызывает newAccount и newOrder, см. RFC 8555, Pebble и Boulder 2024.",
        None,
        language="ru",
    )
    chinese = told(
        "b",
        "ACME v2 客户端调用 newAccount 和 newOrder,见 RFC 8555、Pebble 与 Boulder 2024。",
        None,
        language="zh",
    )
    other = told("c", "Клиент Nginx вызывает reload и stop 2024.", language="ru")
    assert found(russian, chinese, other) == [("b", "same_as", "a")]


@given(st.permutations([told("a", LEAK, 2), told("b", LEAK + " More.", 1), told("c", LEAK, 3)]))
def test_the_order_of_documents_makes_no_difference(documents: list[Told]) -> None:
    assert sorted(found(*documents)) == [
        ("a", "cites", "b"),
        ("c", "cites", "a"),
        ("c", "cites", "b"),
    ]


def test_near_texts_are_found_and_far_ones_are_not() -> None:
    texts = {"a": shingles(LEAK), "b": shingles(LEAK + " More."), "c": shingles("Other words here")}
    assert list(near_pairs(texts, 0.6)) == [("a", "b")]
    assert overlap(texts["a"], texts["c"]) == 0


def test_an_accepted_proposal_is_a_line_of_the_source(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(examples.NEWS, "utf-8")
    (tmp_path / "b.md").write_text(
        examples.DIGEST_OLDER.replace(
            "https://wire.example.com/2024/01/29/forty-cranes/", "https://daily.example.com/cranes"
        ),
        "utf-8",
    )
    ingest(load_workspace(workspace), [tmp_path / "a.md", tmp_path / "b.md"])
    loaded = load_workspace(workspace)
    (proposal,) = [p for p in proposals(loaded) if p.score > 0.97]
    assert proposal.relation == "cites"
    decide(loaded, [Decision(proposal.source, "cites", proposal.other)])
    after = load_workspace(workspace)
    assert not after.errors
    assert after.corpus.sources[proposal.source].cites == (proposal.other,)
    assert proposal not in proposals(after)
    with pytest.raises(UsageError, match="already"):
        decide(after, [Decision(proposal.source, "cites", proposal.other)])


@pytest.fixture
def retold(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with one story in three outlets."""
    for day, outlet in (("01", "Bay"), ("02", "Shore"), ("03", "Isle")):
        (tmp_path / f"{outlet}.md").write_text(
            f"---\ntitle: 38 million records were open\npublishedDateTime: 2024-01-{day}\n"
            f"provider: {{name: The {outlet}}}\nquality: 1\nexcerpt: {LEAK}\n---\n",
            "utf-8",
        )
    ingest(load_workspace(workspace), sorted(tmp_path.glob("*.md")))
    return workspace


def cites(workspace: Workspace) -> list[tuple[str, ...]]:
    sources = load_workspace(workspace).corpus.sources.values()
    return [s.cites for s in sources if s.id.startswith("the-")]


def test_all_above_the_threshold_of_the_desk(
    retold: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = retold.rules_path
    start = ["--workspace", str(retold.root), "lineage"]
    assert run([*start, "--accept-all"]) == 64
    assert "accept_origins_from" in capsys.readouterr().err
    text = rules.read_text("utf-8")
    rules.write_text(
        text.replace("settings:\n", "settings:\n  accept_origins_from: 0.9\n", 1), "utf-8"
    )
    assert run([*start, "--accept-all"]) == 0
    assert "3 suggestions, 2 accepted" in capsys.readouterr().err
    assert sorted(map(len, cites(retold))) == [0, 1, 1]
    assert run(start) == 0
    assert capsys.readouterr().err == "0 suggestions\n"


def test_one_after_the_other(retold: Workspace) -> None:
    def walk(answers: str) -> str:
        asked = CliRunner().invoke(
            lineage_command,
            ["--walk"],
            input=answers,
            obj=Session(retold.root),
            catch_exceptions=False,
        )
        assert asked.exit_code == 0
        return asked.output

    assert "1 of 2, 0.9" in walk("q\n")
    assert cites(retold) == [(), (), ()]
    walk("r\na\n")
    sources = load_workspace(retold).corpus.sources.values()
    assert sum(len(s.not_same_as) for s in sources) == 1
    assert sorted(map(len, cites(retold))) == [0, 0, 1]


def test_command(workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = ["--workspace", str(workspace.root), "lineage"]
    assert run([*start, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"proposals": [], "written": []}
    assert run([*start, "--accept-all"]) == 64
    assert run([*start, "--decide", "a-cites-b"]) == 64
    assert run([*start, "--decide", "a:cites:b"]) == 64
    assert run([*start, "--walk", "--accept-all"]) == 64
    assert run([*start, "--walk", "--format", "json"]) == 64
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_real_stories(data_sets: Path) -> None:
    measured = measure(data_sets)
    names = frozenset(measured.labels.names)
    apart = frozenset(n for n in names if measured.labels.kept_apart(n))
    for part in (names - apart, apart, names):
        for found in (measured.direct, measured.joined):
            result = measured.result(found, part)
            assert result.precision >= 0.97, sorted(map(sorted, result.false))
            assert result.recall >= 0.85, sorted(map(sorted, result.missed))


def test_the_retellings_of_one_story_among_the_seeds_are_joined(
    data_sets: Path, workspace: Workspace
) -> None:
    """Without the news items of the other sets, and without the two articles on other matters."""
    ingest(load_workspace(workspace), [data_sets / "seeds"])
    loaded = load_workspace(workspace)
    files = {
        s.id: s.ingested.file.rpartition("/")[2][:3]
        for s in loaded.corpus.sources.values()
        if s.ingested
    }
    pairs = {frozenset((files[p.source], files[p.other])) for p in proposals(loaded)}
    assert {frozenset(("000", "001")), frozenset(("001", "002"))} <= pairs
    assert not any({"003", "004"} & pair for pair in pairs)
