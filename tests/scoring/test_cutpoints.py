"""Bands that would separate the profiles of a workspace by their scores."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay.scoring.compare import Cutpoint, cutpoints


def test_each_band_holds_its_share_and_the_lowest_the_rest() -> None:
    scores = [950, 900, 800, 700, 600, 500, 400, 300, 200, 100]
    assert cutpoints(scores, [0.1, 0.2, 0.3]) == [
        Cutpoint(950, 1),
        Cutpoint(800, 2),
        Cutpoint(500, 3),
        Cutpoint(0, 4),
    ]


def test_equal_scores_are_not_separated() -> None:
    assert cutpoints([800, 800, 800, 200], [0.25, 0.5]) == [Cutpoint(800, 3), Cutpoint(0, 1)]


def test_without_scores_there_is_one_band() -> None:
    assert cutpoints([], [0.1, 0.2]) == [Cutpoint(0, 0)]


@given(
    st.lists(st.integers(0, 1000), max_size=40),
    st.lists(st.floats(0.05, 0.3), min_size=1, max_size=3),
)
def test_every_score_lies_in_one_band_and_bands_hold_at_least_their_share(
    scores: list[int], shares: list[float]
) -> None:
    bands = cutpoints(scores, shares)
    starts = [band.start for band in bands]
    assert starts == sorted(set(starts), reverse=True)
    assert starts[-1] == 0
    assert sum(band.count for band in bands) == len(scores)
    if len(bands) == len(shares) + 1:
        for last in range(len(shares)):
            held = sum(band.count for band in bands[: last + 1])
            assert held >= round(sum(shares[: last + 1]) * len(scores))
