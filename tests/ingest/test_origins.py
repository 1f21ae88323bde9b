"""Retellings: proposed with a reason, decided by an analyst, measured on real documents."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from benchmarks.origins import measure
from hypothesis import given
from hypothesis import strategies as st

from assay.cli.main import run
from assay.errors import UsageError
from assay.evidence.retellings import Told, propose
from assay.evidence.similarity import near_pairs, overlap, shingles
from assay.ingest.decide import Decision, decide, proposals
from assay.ingest.run import ingest
from assay.loading import load_workspace
from assay.workspace import Workspace
from tests.ingest import examples

LEAK = (
    "Thirty-eight million records were exposed by a wrongly set portal, researchers of Upward "
    "said, among them names and addresses held by an airline and two cities."
)


def told(id_: str, words: str, day: int = 1, **fields: object) -> Told:
    given = {"title": words.split(",", maxsplit=1)[0], "day": date(2024, 1, day), **fields}
    return Told(id=id_, words=words, **given)  # type: ignore[arg-type] # loose fields of a test


def found(
    *documents: Told, decided: tuple[tuple[str, str], ...] = ()
) -> list[tuple[str, str, str]]:
    others = [
        told(f"other{i}", " ".join(f"word{i}x{k}" for k in range(30)), 1 + i % 28)
        for i in range(60)
    ]
    return [(p.source, p.relation, p.other) for p in propose([*documents, *others], decided)]


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
    assert found(a, b, decided=(("b", "a"),)) == []


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


def test_command(workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = ["--workspace", str(workspace.root), "origins"]
    assert run([*start, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"proposals": [], "written": []}
    assert run([*start, "--accept-all"]) == 64
    assert run([*start, "--decide", "a-cites-b"]) == 64
    assert run([*start, "--decide", "a:cites:b"]) == 64
    assert "Traceback" not in capsys.readouterr().err


def test_real_stories(data_sets: Path) -> None:
    result = measure(data_sets)
    assert result.precision >= 0.97, result.wrong
    assert result.recall >= 0.85, result.missed


def test_the_two_retellings_among_the_seeds_are_joined(
    data_sets: Path, workspace: Workspace
) -> None:
    ingest(load_workspace(workspace), [data_sets / "seeds", data_sets / "everyday_ai_news"])
    found = {(p.source, p.other) for p in proposals(load_workspace(workspace))}
    names = {(a.partition("-20")[0], b.partition("-20")[0]) for a, b in found}
    assert ("business-insider", "computerworld") in names
    assert not any("a-few-years-ago" in name for pair in found for name in pair)
