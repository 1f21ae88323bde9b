"""The grounds of a grade: their digest changes with them and with nothing else."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given

from assay.scoring.grounds import Grounds
from tests.package import Assessment, Corpus, Rule, Rulebook
from tests.strategies import corpora, default_rulebook, desk_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("short_outlook")]


def digests(desk: Assessment) -> dict[tuple[str, str], str]:
    grounds = Grounds(desk.corpus, desk.run)
    return {
        (i, name): grounds.of(i, name).digest
        for i, result in desk.results.items()
        for name in result.scores
    }


@cache
def beside_the_point() -> Rulebook:
    """The default rulebook with its rules turned round, reworded, and one more that never holds."""
    book = default_rulebook()
    scorers = []
    for scorer in book.scorers:
        rules = [r.model_copy(update={"because": "other words"}) for r in reversed(scorer.rules)]
        never = Rule(id="never", when="1 > 2", cap=0.1, because="never", on_unknown="ignore")
        scorers.append(scorer.model_copy(update={"rules": (*rules, never)}))
    return book.model_copy(update={"scorers": tuple(scorers)})


@given(corpora(most_profiles=2, most_sources=4))
def test_order_wording_and_rules_that_never_hold_move_no_digest(corpus: Corpus) -> None:
    before, after = desk_of(corpus), desk_of(corpus, beside_the_point())
    assert digests(before) == digests(after)


@cache
def otherwise_banded() -> Rulebook:
    """The default rulebook with one band of each scale under another id."""
    book = default_rulebook()
    scales = {
        name: tuple(
            band.model_copy(update={"id": "another"}) if band.from_ == 0.0 else band
            for band in bands
        )
        for name, bands in book.scales.items()
    }
    lowest = {
        bands[0].id if bands[0].from_ == 0.0 else bands[-1].id for bands in book.scales.values()
    }
    days = {"another" if b in lowest else b: d for b, d in book.cadence.days.items()}
    cadence = book.cadence.model_copy(update={"days": days})
    return book.model_copy(update={"scales": scales, "cadence": cadence})


@given(corpora(most_profiles=2, most_sources=4))
def test_the_band_of_the_profile_itself_moves_its_digest(corpus: Corpus) -> None:
    before, after = desk_of(corpus), desk_of(corpus, otherwise_banded())
    was, is_ = digests(before), digests(after)
    for profile_id, name in was:
        band = after.results[profile_id].scores[name].band
        moved = was[profile_id, name] != is_[profile_id, name]
        assert moved == (band is not None and band.id == "another")


@given(corpora(most_profiles=2, most_sources=4))
def test_the_steps_a_grade_rests_on_are_among_those_of_its_explanation(corpus: Corpus) -> None:
    desk = desk_of(corpus)
    grounds = Grounds(desk.corpus, desk.run)
    for profile_id, explanation in desk.explain(list(desk.results)).items():
        steps = {(f"{s.on}.{s.name}", s.subject): s.steps for s in explanation.scorers}
        for name in desk.results[profile_id].scores:
            basis = grounds.of(profile_id, name)
            assert any(d.subject == profile_id for d in basis.steps)
            assert grounds.of(profile_id, name) is basis
            for decided in basis.steps:
                if decided.subject.partition("#")[0] == profile_id:
                    assert decided.step in steps[decided.scorer, decided.subject]
