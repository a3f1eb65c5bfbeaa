"""Answers whether a projection says no more than the months it is drawn from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.staffing.plans import Figure
from scheduler.rules.staffing.projecting import project


def test_twelve_months_with_a_trend_go_on_along_their_line() -> None:
    """By hand: mean 12, slope 156 / 143 a month, as the months stand 5.5 to either side of their middle."""
    found = project([6, 7, 9, 9, 10, 11, 13, 13, 15, 16, 17, 18])
    assert found is not None
    slope = 156 / 143
    assert found.level.value == pytest.approx(12 + slope * 6.5)
    assert found.level.base == 12
    assert found.growth.value == pytest.approx(slope / (12 + slope * 6.5))
    residuals = sum(
        (count - 12 - slope * (month - 5.5)) ** 2
        for month, count in enumerate([6, 7, 9, 9, 10, 11, 13, 13, 15, 16, 17, 18])
    )
    assert found.level.spread == pytest.approx((residuals / 10) ** 0.5)
    assert found.growth.spread == pytest.approx((residuals / 10 / 143) ** 0.5 / found.level.value)


@pytest.mark.parametrize(
    ("counts", "level", "spread"),
    [
        # Up and down is no trend.
        ([10, 4, 12, 6, 11, 5, 12, 5, 10, 6, 13, 8], 8.5, 3.2051),
        ([5] * 12, 5, 0),
        # A line through three months is not worth drawing.
        ([2, 4, 6], 4, 2),
        ([7], 7, 0),
        ([0] * 12, 0, 0),
        # One that falls below nothing is no line to follow.
        ([22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0], 11, 7.2111),
    ],
)
def test_months_without_a_trend_go_on_at_their_mean(counts: list[int], level: float, spread: float) -> None:
    found = project(counts)
    assert found is not None
    assert found.level == Figure(pytest.approx(level), len(counts), pytest.approx(spread, abs=1e-4))
    assert found.growth == Figure(0)
    assert not found.growth.measured


def test_of_no_month_nothing_is_projected() -> None:
    assert project([]) is None


@given(st.lists(st.integers(0, 500), min_size=1, max_size=24))
def test_what_is_projected_is_never_negative(counts: list[int]) -> None:
    found = project(counts)
    assert found is not None
    assert found.level.value >= 0
    assert found.level.spread >= 0
    assert found.growth.value == 0 or found.level.value > 0
