"""What would change a grade, made true by editing the documents."""

from __future__ import annotations

from hypothesis import given, settings

from assay.evidence.origins import Lineage
from assay.model.corpus import Corpus
from assay.model.rulebook import Band
from assay.scoring.results import Score, WouldChange
from assay.scoring.sensitivity import would_change
from assay.scoring.what_ifs import Supposed, WhatIf, what_ifs
from assay.tables.kept import build
from assay.tables.rows import scored_profiles
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
    lineage = Lineage(corpus, AS_OF)
    tried = list(what_ifs(lineage, corpus.profiles[profile_id], changes, supposed))
    wider = supposed.added_to(corpus)
    return [(w, scores(replaced(wider, w.profile), profile_id)) for w in tried]


def crossed(now: Score, then: Score, direction: str) -> bool:
    """Whether a band in that direction is reached."""
    if then.band is None or then.points is None or then.band == now.band:
        return False
    up = now.points is None or then.points > now.points
    return up == (direction == "upgrade")


def at_least_as_far(band: Band, other: Band, direction: str) -> bool:
    return band.from_ >= other.from_ if direction == "upgrade" else band.from_ <= other.from_


@settings(max_examples=settings.default.max_examples // 4 if settings.default else 12)
@given(corpora(most_profiles=2))
def test_listed_changes_cross_and_cheaper_ones_do_not(corpus: Corpus) -> None:
    profiles = scored_profiles(corpus, AS_OF)[:1]
    program = desk_of(corpus).program
    base = build(corpus, default_rulebook(), AS_OF)
    listed = would_change(corpus, base, default_rulebook(), program, AS_OF, profiles)
    for profile in profiles:
        now = scores(corpus, profile.id)
        tried = edited(corpus, profile.id)
        for change in listed[profile.id]:
            check_one(change, now, tried)
        check_furthest(listed[profile.id], now, tried)


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
