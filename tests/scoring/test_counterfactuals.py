"""Changes that would move a grade, made by editing the documents."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from assay.scoring.counterfactuals import counterfactuals, score_copies
from tests.package import Assessment, Band, Corpus, Independence, Score, WouldChange
from tests.scoring.edited_documents import Supposed, WhatIf, what_ifs
from tests.strategies import AS_OF, corpora, default_rulebook, desk_of, replaced

Scores = dict[str, Score]


def scores(corpus: Corpus, profile_id: str) -> Scores:
    run = desk_of(corpus).run
    row = run.profile_rows[profile_id]
    return {s.scorer.name: run.scores(s)[row] for s in run.program.on("profile") if s.band}


def edited(corpus: Corpus, profile_id: str) -> list[tuple[WhatIf, Scores]]:
    """Every change of the catalogue, made to the documents and scored as a new workspace."""
    supposed = Supposed(AS_OF)
    changes = default_rulebook().changes
    independence = Independence(corpus, AS_OF)
    tried = list(what_ifs(independence, corpus.profiles[profile_id], changes, supposed))
    wider = supposed.added_to(corpus)
    return [(w, scores(replaced(wider, w.profile), profile_id)) for w in tried]


def as_rows(desk: Assessment, ids: list[str]) -> list[tuple[str, str, int, list[Score]]]:
    """Every change of the catalogue as the engine scores it: profile, text, effort, scores."""
    run = desk.run
    places = np.array([run.profile_rows[i] for i in ids], dtype=np.int64)
    tried = counterfactuals(desk.corpus, desk.built.rows, run, AS_OF, places)
    stated = tried.stated(tried.listed["copy"])
    graded = [s for s in run.program.on("profile") if s.band]
    wanted = [("profile", c) for s in graded for c in (s.score, s.coverage, s.band) if c]
    made = score_copies(run, tried.tables, wanted)
    names = [ids[list(places).index(own)] for own in tried.listed["own"]]
    texts = [stated[copy][0] for copy in tried.listed["copy"]]
    by_row = zip(*(made.scores(s) for s in graded), strict=True)
    return [
        (name, text, effort, list(row))
        for name, text, effort, row in zip(
            names, texts, tried.listed["effort"], by_row, strict=True
        )
    ]


def told(one: tuple[str, str, int, list[Score]]) -> tuple[str, str, int, str]:
    return (*one[:3], str(one[3]))


@settings(max_examples=settings.default.max_examples // 4 if settings.default else 12)
@given(corpora(most_profiles=2))
def test_what_ifs_are_what_edited_documents_are(corpus: Corpus) -> None:
    """As rows each scores as an edit does; what is listed crosses, and what is cheaper does not."""
    desk = desk_of(corpus)
    ids = list(desk.run.profile_rows)
    as_documents = {name: edited(corpus, name) for name in ids}
    check_rows(desk, as_documents)
    listed = desk.would_change(ids)
    for name, edits in as_documents.items():
        now = scores(corpus, name)
        for change in listed[name]:
            check_one(change, now, edits)
            check_stated(corpus, name, change)
        check_furthest(listed[name], now, edits)


def check_rows(desk: Assessment, as_documents: dict[str, list[tuple[WhatIf, Scores]]]) -> None:
    """Each row has an edit of the same scores; edits without a row change nothing that counts."""
    found = as_rows(desk, list(as_documents))
    rows = {(name, text) for name, text, _, _ in found}
    made = []
    for name, edits in as_documents.items():
        now = scores(desk.corpus, name)
        for w, then in edits:
            if (name, w.text) in rows:
                made.append((name, w.text, w.effort, list(then.values())))
            else:
                assert then == now, w.text
    assert sorted(map(told, found)) == sorted(map(told, made))


def crossed(now: Score, then: Score, direction: str) -> bool:
    """Whether a band in that direction is reached."""
    if then.band is None or then.points is None or then.band == now.band:
        return False
    up = now.points is None or then.points > now.points
    return up == (direction == "upgrade")


def at_least_as_far(band: Band, other: Band, direction: str) -> bool:
    return band.from_ >= other.from_ if direction == "upgrade" else band.from_ <= other.from_


def check_one(change: WouldChange, now: Scores, tried: list[tuple[WhatIf, Scores]]) -> None:
    """It reaches its band as an edit of its text and effort; nothing cheaper goes as far."""
    name, direction = change.scorer, change.direction
    assert crossed(now[name], Score(change.points, 0, change.to), direction)
    assert any(
        (w.text, w.effort, then[name].points, then[name].band)
        == (change.change, change.effort, change.points, change.to)
        for w, then in tried
    )
    for w, then in tried:
        band = then[name].band
        if w.effort < change.effort and crossed(now[name], then[name], direction):
            assert band is not None
            assert not at_least_as_far(band, change.to, direction), w.text


def check_stated(corpus: Corpus, profile_id: str, change: WouldChange) -> None:
    """The edits that the sentence is made from move the grade to the band stated."""
    supposed = Supposed(AS_OF)
    profile = supposed.applied(corpus.profiles[profile_id], change.edits)
    then = scores(replaced(supposed.added_to(corpus), profile), profile_id)[change.scorer]
    assert (then.points, then.band) == (change.points, change.to), change.change


def check_furthest(
    listed: tuple[WouldChange, ...], now: Scores, tried: list[tuple[WhatIf, Scores]]
) -> None:
    """Whatever can be reached at all is reached by one that is listed."""
    for name in now:
        for direction in ("upgrade", "downgrade"):
            to = [c.to for c in listed if (c.scorer, c.direction) == (name, direction)]
            for w, then in tried:
                if crossed(now[name], then[name], direction):
                    band = then[name].band
                    assert band is not None
                    assert any(at_least_as_far(t, band, direction) for t in to), w.text
