"""The integer tables are what they say, checked without the decimals that made them."""

from __future__ import annotations

import math
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.arithmetic import ONE, half_life_table, scale_points, to_points
from tests.oracle import mean_points, noisy_or
from tests.package import half_life, noisy_or_thresholds, noisy_or_weights

scores = st.integers(0, ONE)


@cache
def thousandth_power(numerator: int) -> int:
    return int(numerator**1000)


def test_every_entry_of_the_half_life_table_is_exact() -> None:
    """``v - ½ ≤ 1000 · 2^(-i/1000) < v + ½``, to the thousandth power and in whole numbers."""
    whole = thousandth_power(2000)
    for i, v in enumerate(half_life_table()):
        least = max(2 * v - 1, 0)
        assert thousandth_power(least) * 2**i <= whole < thousandth_power(2 * v + 1) * 2**i


def test_half_lives() -> None:
    assert [half_life(days, 180) for days in (-5, 0, 180, 360)] == [1.0, 1.0, 0.5, 0.25]
    assert half_life(10**9, 1) == 0.0
    with pytest.raises(ValueError, match="positive"):
        half_life(10, 0)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 5_000))
def test_a_half_life_never_grows(day: int, other: int, period: int) -> None:
    earlier, later = sorted((day, other))
    assert half_life(earlier, period) >= half_life(later, period)


def test_every_weight_is_the_nearest_whole_number() -> None:
    weights = noisy_or_weights()
    assert len(weights) == ONE + 1
    for w in range(ONE):
        assert weights[w] == pytest.approx(-math.log1p(-w / ONE) * 10**12, rel=1e-12, abs=0.5)


def test_certainty_stays_certain() -> None:
    assert noisy_or([ONE]) == noisy_or([ONE, 1]) == noisy_or([ONE] * 1_000) == ONE
    assert noisy_or([]) == 0


def test_the_weights_of_a_million_scores_can_be_added() -> None:
    assert 1_000_000 * noisy_or_weights()[ONE] < 2**63


def test_thresholds_rise() -> None:
    thresholds = noisy_or_thresholds()
    assert list(thresholds) == sorted(set(thresholds))
    assert len(thresholds) == ONE


@given(scores)
def test_one_score_is_itself(score: int) -> None:
    assert noisy_or([score]) == score


@given(st.lists(scores, max_size=8), scores)
def test_another_score_never_lowers(some: list[int], further: int) -> None:
    assert noisy_or([*some, further]) >= max(noisy_or(some), further)


@given(st.lists(scores, min_size=1, max_size=8), st.data())
def test_a_greater_score_never_lowers(some: list[int], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(some) - 1))
    greater = [*some]
    greater[index] = data.draw(st.integers(some[index], ONE))
    assert noisy_or(greater) >= noisy_or(some)


@given(st.lists(scores, max_size=8))
def test_the_order_does_not_matter(some: list[int]) -> None:
    assert noisy_or(some[::-1]) == noisy_or(sorted(some)) == noisy_or(some)


def exact(some: list[int]) -> int:
    """The noisy-or in whole numbers, halves rounded up."""
    whole = ONE ** len(some)
    left = math.prod(ONE - s for s in some)
    return (2 * ONE * (whole - left) + whole) // (2 * whole)


@given(st.lists(scores, max_size=6))
@example([50, 50])  # 0.0975
@example([50, 10])  # 0.0595
@example([500, 500, 500, 4])  # 0.8755
def test_it_is_the_noisy_or_and_halves_are_rounded_up(some: list[int]) -> None:
    assert noisy_or(some) == exact(some)


def test_halves_are_rounded_up() -> None:
    assert [to_points(v) for v in (0.0004, 0.0005, 0.85, -0.0005, -0.0006)] == [0, 1, 850, 0, -1]
    assert [scale_points(p, 500) for p in (1, 2, 3)] == [1, 1, 2]
    assert [to_points(n / 2000) for n in range(2000)] == [(n + 1) // 2 for n in range(2000)]
    assert [mean_points(total, 2) for total in (1, 2, 3)] == [1, 1, 2]
