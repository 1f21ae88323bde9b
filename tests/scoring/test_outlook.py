"""The outlook equals the scores of those days with the evidence of today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from assay.scoring.outlook import LOOKAHEAD_DAYS
from tests.package import (
    Assessment,
    Corpus,
    Horizons,
    Institution,
    PartialDate,
    Publisher,
    Source,
    scored_profiles,
)
from tests.strategies import AS_OF, corpora, corpus_of, default_rulebook, desk_of, unwatched

RULEBOOK = unwatched(default_rulebook())


def known(source: Source) -> bool:
    return source.published is None or source.published.first <= AS_OF


def frozen(corpus: Corpus) -> Corpus:
    """The corpus as it is known at the as-of date, whatever the date it is looked at."""
    sources = [
        s.model_copy(
            update={
                "published": s.published if known(s) else PartialDate.parse("2099"),
                "retracted": s.retracted if s.retracted and s.retracted <= AS_OF else None,
                "accessed": s.accessed if s.accessed and s.accessed <= AS_OF else None,
            }
        )
        for s in corpus.sources.values()
    ]
    profiles = [
        p.model_copy(
            update={
                "claims": tuple(
                    c.model_copy(update={"checked": None}) if c.checked and c.checked > AS_OF else c
                    for c in p.claims
                )
            }
        )
        for p in scored_profiles(corpus, AS_OF)
    ]
    return corpus_of([*corpus.publishers.values()], sources, profiles)


def bands(corpus: Corpus, day: date) -> dict[str, dict[str, str | None]]:
    """The bands of every profile, scored anew on a day."""
    run = desk_of(corpus, RULEBOOK, day).run
    made: dict[str, dict[str, str | None]] = {name: {} for name in run.profile_rows}
    for scorer in run.program.on("profile"):
        scores = run.scores(scorer)
        for name, row in run.profile_rows.items():
            band = scores[row].band
            made[name][scorer.scorer.name] = band.id if band else None
    return made


def stepped(corpus: Corpus, days: list[date]) -> dict[str, date | None]:
    """For each profile the first of the days on which a band differs from today's."""
    today = bands(corpus, AS_OF)
    first: dict[str, date | None] = dict.fromkeys(today)
    for day in days:
        for name, there in bands(corpus, day).items():
            if first[name] is None and there != today[name]:
                first[name] = day
    return first


def some_days(desk: Assessment) -> list[date]:
    """The days on which something is said to change and the days before them, and others."""
    claimed = [r.outlook.until for r in desk.results.values() if r.outlook.until]
    nearby = [d - timedelta(days=n) for d in claimed for n in (0, 1) if d > AS_OF + timedelta(n)]
    spread = [AS_OF + timedelta(days=n) for n in range(1, LOOKAHEAD_DAYS + 1, 61)]
    return sorted({*nearby, *spread})


@settings(max_examples=settings.default.max_examples // 5 if settings.default else 10)
@given(corpora())
def test_until_is_the_first_day_that_differs(corpus: Corpus) -> None:
    desk = desk_of(corpus, RULEBOOK)
    found = stepped(frozen(corpus), some_days(desk))
    assert {name: r.outlook.until for name, r in desk.results.items()} == found


@pytest.mark.slow
@settings(max_examples=20)
@given(corpora())
def test_until_by_stepping_through_every_day(corpus: Corpus) -> None:
    days = [AS_OF + timedelta(days=n) for n in range(1, LOOKAHEAD_DAYS + 1)]
    desk = desk_of(corpus, RULEBOOK)
    found = stepped(frozen(corpus), days)
    assert {name: r.outlook.until for name, r in desk.results.items()} == found


@settings(max_examples=settings.default.max_examples // 5 if settings.default else 10)
@given(corpora())
def test_the_points_are_the_scores_of_their_days(corpus: Corpus) -> None:
    results = desk_of(corpus, RULEBOOK).results
    for index, day in enumerate(Horizons.of(AS_OF).days):
        run = desk_of(frozen(corpus), RULEBOOK, day).run
        for scorer in run.program.on("profile"):
            if scorer.band is None:
                continue
            scores = run.scores(scorer)
            for name, row in run.profile_rows.items():
                points = results[name].outlook.points
                if not scorer.scorer.asks(corpus.profiles[name].kind):
                    assert scorer.scorer.name not in points
                    continue
                point = points[scorer.scorer.name][index]
                assert (point.date, point.score) == (day, scores[row])


def standing(checked: str) -> Corpus:
    """One profile whose key figure was checked on a day, first-hand by two reliable outlets."""
    publishers = [
        Publisher(
            kind="publisher", id=f"press-{n}", name="Press", reliability="B", reliability_reason="r"
        )
        for n in (1, 2)
    ]
    sources = [
        Source.model_validate(
            {
                "kind": "source",
                "id": f"s{n}",
                "title": "T",
                "publisher": f"press-{n}",
                "directness": "first_hand",
                "published": "2024-01-29",
            }
        )
        for n in (1, 2)
    ]
    profile = Institution.model_validate(
        {
            "kind": "institution",
            "id": "p",
            "name": "P",
            "claims": [
                {
                    "id": "c",
                    "nature": "fact",
                    "type": "figure",
                    "text": "T.",
                    "key": True,
                    "holds": "standing",
                    "checked": checked,
                    "sources": ["s1", "s2"],
                }
            ],
        }
    )
    return corpus_of(publishers, sources, [profile])


@pytest.mark.parametrize("checked", ["2026-01-15", "2025-08-15"], ids=["this year", "soon"])
def test_the_first_change_of_a_standing_claim(checked: str) -> None:
    corpus = standing(checked)
    desk = desk_of(corpus, RULEBOOK)
    until = stepped(corpus, some_days(desk))["p"]
    assert desk.results["p"].outlook.until == until
    assert desk.overview().lines[0].horizon == desk.results["p"].outlook.horizon
