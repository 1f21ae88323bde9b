"""Claims whose wording is surer or less sure than their grade."""

from __future__ import annotations

from typing import Any

import pytest

from assay.diagnostics.diagnostic import Subject
from assay.scoring.wording_lint import may_disagree, wording_problems
from tests.package import Corpus, Diagnostic, Event, Institution, Publisher, Source, Workspace, run
from tests.strategies import corpus_of, default_rulebook, desk_of, scores_of

RECORD = Source(
    kind="source", id="record", title="Decision 7", directness="record", publisher="office"
)
SEEN = Source(
    kind="source", id="seen", title="At the port", directness="first_hand", publisher="bay"
)
RUMOUR = Source(kind="source", id="rumour", title="Talk", directness="secondary")
BAY = Publisher(
    kind="publisher", id="bay", name="The Bay", reliability="A", reliability_reason="checked"
)
OFFICE = Publisher(
    kind="publisher",
    id="office",
    name="The Port Office",
    speaks_for=["port-office"],
    speaks_for_reason="its gazette",
)
PORT_OFFICE = Institution(kind="institution", id="port-office", name="The Port Office")


def corpus(text: str, *cited: str, **fields: Any) -> Corpus:
    claim = {"id": "one", "nature": "fact", "text": text, "key": True, "sources": list(cited)}
    claim["actor"] = "port-office"
    dated = {"holds": "dated", "as_of": "2025-12-01"}
    claims = [{"id": "zero", "nature": "fact", "text": "It has 4 cranes."}, claim | dated | fields]
    event = Event.model_validate(
        {"kind": "event", "id": "closing", "name": "The port closes", "claims": claims}
    )
    return corpus_of([BAY, OFFICE], [RECORD, SEEN, RUMOUR], [event, PORT_OFFICE])


def found(corpus: Corpus) -> list[Diagnostic]:
    subjects = {"closing": Subject("a.yaml")}
    return list(wording_problems(corpus, desk_of(corpus).run, subjects))


@pytest.mark.parametrize("nature", ["fact", "judgement", "assumption", "attributed"])
def test_certain_words_over_a_low_grade(nature: str) -> None:
    (finding,) = found(corpus("The port has certainly closed in 2025.", "rumour", nature=nature))
    assert (finding.code, finding.value.path) == ("words-against-grade", ("claims", 1, "text"))
    assert finding.message.startswith("claim 'one' says 'certainly' but is graded")


def test_doubtful_words_over_a_high_grade() -> None:
    doubted = corpus("The port has possibly closed in 2025.", "record", "seen")
    (finding,) = found(doubted)
    assert finding.message == "claim 'one' says 'possibly' but is graded A (0.93)"


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The port has certainly closed in 2025.", ("record", "seen")),
        ("The port has possibly closed in 2025.", ("rumour",)),
        ("The port has closed in 2025.", ("rumour",)),
    ],
)
def test_words_that_go_with_the_grade(text: str, cited: tuple[str, ...]) -> None:
    assert found(corpus(text, *cited)) == []


def test_certain_words_over_no_grade() -> None:
    book = default_rulebook()
    pooled = [s for s in book.scorers if s.on == "claim" and s.pool]
    unknown = {s.key: s.pool.model_copy(update={"empty": "unknown"}) for s in pooled if s.pool}
    scorers = [
        s.model_copy(update={"pool": unknown[s.key]}) if s.key in unknown else s
        for s in book.scorers
    ]
    unsourced = corpus("The port has certainly closed in 2025.")
    run = desk_of(unsourced, book.model_copy(update={"scorers": tuple(scorers)})).run
    (finding,) = wording_problems(unsourced, run, {"closing": Subject("a.yaml")})
    assert finding.message == "claim 'one' says 'certainly' but is not rated"


def test_a_forecast_is_measured_by_its_likelihood() -> None:
    fields = {"nature": "forecast", "likelihood": 0.9}
    assert found(corpus("The port will certainly close in 2027.", "rumour", **fields)) == []


def test_words_move_no_score() -> None:
    sure, plain = corpus("It certainly closed.", "rumour"), corpus("It closed.", "rumour")
    assert (may_disagree(sure), may_disagree(plain)) == (True, False)
    for on, scorer in (("claim", "confidence"), ("profile", "confidence")):
        assert scores_of(desk_of(sure), on, scorer) == scores_of(desk_of(plain), on, scorer)


def test_check_reports_it_with_its_position(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "desk")]) == 0
    workspace = Workspace(tmp_path / "desk")
    (workspace.profiles_dir / "closing.yaml").write_text(
        "kind: source\nid: talk\ntitle: Talk\ndirectness: secondary\n---\n"
        "kind: event\nid: closing\nname: The port closes\nclaims:\n"
        "  - id: closed\n    nature: attributed\n    key: true\n"
        "    text: The port has undoubtedly closed in 2025.\n    sources: [talk]\n",
        "utf-8",
    )
    capsys.readouterr()
    assert run(["--workspace", str(workspace.root), "--as-of", "2026-01-15", "check"]) == 0
    told = capsys.readouterr().out
    assert "profiles/closing.yaml:13:11: warning: claim 'closed' says 'undoubtedly'" in told
