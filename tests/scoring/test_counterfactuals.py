"""Changes that would move a grade, made by editing the documents."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.scoring.counterfactuals import counterfactuals, score_copies
from tests.package import (
    AddedCitation,
    Assessment,
    Band,
    ClaimEdit,
    Corpus,
    Event,
    Independence,
    Institution,
    Publisher,
    Score,
    Source,
    WouldChange,
)
from tests.scoring.edited_documents import Supposed, WhatIf, what_ifs
from tests.strategies import (
    AS_OF,
    corpora,
    corpus_of,
    default_rulebook,
    desk_of,
    replaced,
    scores_of,
    shipped,
)

Scores = dict[str, Score]

SAMPLE = 10
"""Edits of each example that are also made to the documents."""


class Tried(NamedTuple):
    """A change of the catalogue with the scores of its profile."""

    profile: str
    text: str
    effort: int
    scores: Scores


def scores(corpus: Corpus, profile_id: str, like: Assessment | None = None) -> Scores:
    """The graded scores of a profile, by the default rulebook or ``like`` another assessment."""
    desk = desk_of(corpus, like.rulebook, like.as_of) if like else desk_of(corpus)
    run = desk.run
    row = run.profile_rows[profile_id]
    return {s.scorer.name: run.scores(s)[row] for s in run.program.on("profile") if s.band}


def as_documents(corpus: Corpus, supposed: Supposed) -> list[tuple[str, WhatIf]]:
    """Every change of the catalogue, made to the documents: profile id and changed profile."""
    independence, changes = Independence(corpus, AS_OF), default_rulebook().changes
    desk = desk_of(corpus)
    strength = {i: s.points for i, s in scores_of(desk, "claim", "confidence").items()}
    return [
        (name, what_if)
        for name in desk.run.profile_rows
        for what_if in what_ifs(independence, corpus.profiles[name], changes, supposed, strength)
    ]


def as_rows(desk: Assessment) -> list[Tried]:
    """Every change of the catalogue as the engine scores it."""
    run = desk.run
    ids = list(run.profile_rows)
    places = np.array([run.profile_rows[i] for i in ids], dtype=np.int64)
    tried = counterfactuals(desk.corpus, desk.built.rows, run, AS_OF, places)
    stated = tried.stated(tried.listed["copy"])
    graded = [s for s in run.program.on("profile") if s.band]
    wanted = [("profile", c) for s in graded for c in (s.score, s.coverage, s.band) if c]
    made = score_copies(run, tried.tables, tried.listed["own"].to_numpy(), wanted)
    names = [s.scorer.name for s in graded]
    by_row = zip(*(made.scores(s) for s in graded), strict=True)
    return [
        Tried(
            ids[list(places).index(own)],
            stated[copy][0],
            effort,
            dict(zip(names, row, strict=True)),
        )
        for own, copy, effort, row in zip(
            *(tried.listed[c] for c in ("own", "copy", "effort")), by_row, strict=True
        )
    ]


@settings(max_examples=settings.default.max_examples // 4 if settings.default else 12)
@given(corpora(most_profiles=2), st.integers(0, 2**32))
def test_what_ifs_are_what_edited_documents_are(corpus: Corpus, seed: int) -> None:
    """As rows each scores as an edit does; what is listed crosses, and what is cheaper does not."""
    desk, supposed = desk_of(corpus), Supposed(AS_OF)
    found, edits = as_rows(desk), as_documents(corpus, supposed)
    by_text = {(t.profile, t.text): t for t in found}
    assert sorted((t.profile, t.text, t.effort) for t in found) == sorted(
        (name, w.text, w.effort) for name, w in edits
    )
    wider = supposed.added_to(corpus)
    for name, w in Random(seed).sample(edits, min(SAMPLE, len(edits))):
        then = scores(replaced(wider, w.profile), name)
        assert str(by_text[name, w.text].scores) == str(then), w.text
    for name, listed in desk.would_change(list(desk.run.profile_rows)).items():
        now, tried = scores(corpus, name), [t for t in found if t.profile == name]
        for change in listed:
            check_one(change, now, tried)
            check_stated(corpus, name, change)
        check_furthest(listed, now, tried)


def crossed(now: Score, then: Score, direction: str) -> bool:
    """Whether a band in that direction is reached."""
    if then.band is None or then.points is None or then.band == now.band:
        return False
    up = now.points is None or then.points > now.points
    return up == (direction == "upgrade")


def at_least_as_far(band: Band, other: Band, direction: str) -> bool:
    return band.from_ >= other.from_ if direction == "upgrade" else band.from_ <= other.from_


def check_one(change: WouldChange, now: Scores, tried: list[Tried]) -> None:
    """It reaches its band as stated; nothing cheaper goes as far."""
    name, direction = change.scorer, change.direction
    assert crossed(now[name], Score(change.points, 0, change.to), direction)
    # Changes of several kinds are not in the catalogue.
    assert "; and " in change.change or any(
        (t.text, t.effort, t.scores[name].points, t.scores[name].band)
        == (change.change, change.effort, change.points, change.to)
        for t in tried
    )
    for t in tried:
        band = t.scores[name].band
        if t.effort < change.effort and crossed(now[name], t.scores[name], direction):
            assert band is not None
            assert not at_least_as_far(band, change.to, direction), t.text


def check_stated(
    corpus: Corpus, profile_id: str, change: WouldChange, like: Assessment | None = None
) -> None:
    """The edits that the sentence is made from move the grade to the band stated."""
    then = applied(corpus, profile_id, change.edits, like)[change.scorer]
    assert (then.points, then.band) == (change.points, change.to), change.change
    if len(change.edits) > 1 and change.direction == "upgrade":
        for idle in change.edits:
            others = [e for e in change.edits if e is not idle]
            then = applied(corpus, profile_id, others, like)[change.scorer]
            assert then.band != change.to, f"{change.change}: not needed for {idle.claim}"


def applied(
    corpus: Corpus, profile_id: str, edits: Sequence[ClaimEdit], like: Assessment | None
) -> Scores:
    """The scores of the documents with these edits."""
    supposed = Supposed(like.as_of if like else AS_OF)
    profile = supposed.applied(corpus.profiles[profile_id], edits)
    return scores(replaced(supposed.added_to(corpus), profile), profile_id, like)


def check_furthest(listed: tuple[WouldChange, ...], now: Scores, tried: list[Tried]) -> None:
    """Whatever can be reached at all is reached by one that is listed."""
    for name in now:
        for direction in ("upgrade", "downgrade"):
            to = [c.to for c in listed if (c.scorer, c.direction) == (name, direction)]
            for t in tried:
                if crossed(now[name], t.scores[name], direction):
                    band = t.scores[name].band
                    assert band is not None
                    assert any(at_least_as_far(b, band, direction) for b in to), t.text


def test_stated_changes_of_the_shipped_workspace_are_true() -> None:
    """Each is applied to the documents, and the grade moves as it says."""
    desk = shipped()
    random = Random(0)
    stated = [(i, c) for i, listed in desk.would_change(ids_of(desk)).items() for c in listed]
    assert stated
    for profile_id, change in random.sample(stated, min(40, len(stated))):
        check_stated(desk.corpus, profile_id, change, desk)


def ids_of(desk: Assessment) -> list[str]:
    return list(desk.run.profile_rows)


OFFICE: dict[str, Any] = {
    "kind": "institution",
    "id": "office",
    "name": "Office",
    "claims": [
        {"id": "moved", "nature": "fact", "text": "It moved.", "key": True, "holds": "dated"},
        {"id": "grew", "nature": "fact", "text": "It grew.", "key": True, "holds": "dated"},
    ],
    "watch": [
        {
            "horizon": "now",
            "text": "Read the list.",
            "document": "The list of offices",
            "directness": "record",
            "would_settle": ["moved", "grew"],
        }
    ],
}


@pytest.mark.parametrize("keys", [("watch",), ("gaps",), ("watch", "gaps")])
def test_a_document_that_would_settle_claims_is_a_remedy_by_name(keys: tuple[str, ...]) -> None:
    (item,) = OFFICE["watch"]
    question = {k: v for k, v in item.items() if k != "horizon"}
    office = {**OFFICE, "watch": [], **{key: [question] for key in keys}}
    desk = desk_of(corpus_of([], [], [Institution.model_validate(office)]))
    cheapest = desk.would_change(["office"])["office"][0]
    assert (cheapest.change, cheapest.effort, cheapest.to.grade) == (
        "read the document “The list of offices”; it could confirm 'moved' and 'grew'",
        1,
        "A/B",
    )
    record = AddedCitation(None, "record", None, "The list of offices")
    assert cheapest.edits == (
        ClaimEdit("moved", add=(record,)),
        ClaimEdit("grew", add=(record,)),
    )


def test_the_cheapest_remedy_may_be_of_several_kinds() -> None:
    """One claim needs a recheck only, the other a source; to cite two sources costs more."""
    led = {
        "id": "led",
        "nature": "fact",
        "type": "role",
        "text": "Ada leads it.",
        "key": True,
        "holds": "standing",
        "as_of": "2019-06-01",
        "sources": ["register"],
    }
    profile = {**OFFICE, "claims": [led, OFFICE["claims"][1]], "watch": []}
    press = {"kind": "publisher", "id": "press", "name": "Press", "speaks_for": ["office"]}
    register = {
        "kind": "source",
        "id": "register",
        "title": "Register",
        "publisher": "press",
        "published": "2019-06-01",
        "directness": "record",
    }
    corpus = corpus_of(
        [Publisher.model_validate(press)],
        [Source.model_validate(register)],
        [Institution.model_validate(profile)],
    )
    found = desk_of(corpus).would_change(["office"])["office"]
    upgrades = [c for c in found if c.direction == "upgrade"]
    for change in upgrades:
        check_stated(corpus, "office", change)
    firm = next(c for c in upgrades if c.to.grade == "B/C")
    assert firm.effort == 3
    assert firm.change == (
        "confirm that it still holds, for 'led'; and cite an independent first-hand report by a "
        "usually reliable publisher for 'grew'"
    )


def test_a_record_of_an_event_needs_the_institution_that_acted() -> None:
    event = {**OFFICE, "kind": "event", "id": "move", "watch": []}
    desk = desk_of(corpus_of([], [], [Event.model_validate(event)]))
    remedies = {c.change: c for c in desk.would_change(["move"])["move"]}
    change = next(c for text, c in remedies.items() if text.startswith("cite the record"))
    assert change.change == (
        "cite the record of the institution that acted and name who acted for each of 2 key claims"
    )
    assert all(edit.name_actor for edit in change.edits)


def test_another_record_of_the_same_act_is_no_remedy() -> None:
    """The actor's publisher has recorded it, so the remedy is a report by another."""
    publisher = Publisher.model_validate(
        {"kind": "publisher", "id": "press", "name": "Press", "speaks_for": ["office"]}
    )
    source = Source.model_validate(
        {
            "kind": "source",
            "id": "register",
            "title": "Register",
            "publisher": "press",
            "published": "2026-01-01",
            "directness": "record",
        }
    )
    claim = {**OFFICE["claims"][0], "sources": [{"id": "register"}]}
    profile = {**OFFICE, "claims": [claim], "watch": []}
    desk = desk_of(corpus_of([publisher], [source], [Institution.model_validate(profile)]))
    upgrades = [
        c.change for c in desk.would_change(["office"])["office"] if c.direction == "upgrade"
    ]
    assert upgrades == ["cite an independent first-hand report by a usually reliable publisher"]
