"""Whether accounts are handed over too early or too late is said only as far as the intervals carry it."""

from __future__ import annotations

import pytest

from scheduler.rules.attendance_rates import rate
from scheduler.rules.handing_point import place
from scheduler.rules.survival import Quantile

PROMPT, SLOW, OPEN = Quantile(5, 3, 9), Quantile(30, 20, 41), Quantile(10, 4, None)


@pytest.mark.parametrize(
    ("returned", "in_use", "wait", "told"),
    [
        ((40, 100), (95, 100), PROMPT, "too_early"),
        ((0, 100), (50, 100), PROMPT, "too_early"),
        # Even when they waited long.
        ((0, 100), (50, 100), SLOW, "too_early"),
        ((1, 100), (95, 100), SLOW, "too_late"),
        ((1, 100), (95, 100), PROMPT, "fine"),
        # A tenth came back: it may be more or fewer.
        ((10, 100), (95, 100), SLOW, "unclear"),
        ((1, 100), (80, 100), PROMPT, "unclear"),
        ((1, 100), (95, 100), OPEN, "unclear"),
        # Fewer than ten tell nothing, however they went.
        ((9, 9), (0, 9), PROMPT, "unclear"),
        ((0, 0), (0, 0), Quantile(None, None, None), "unclear"),
    ],
)
def test_the_boundary_is_judged_by_returns_use_and_waits(
    returned: tuple[int, int], in_use: tuple[int, int], wait: Quantile, told: str
) -> None:
    assert place(rate(*returned), rate(*in_use), wait) == told
