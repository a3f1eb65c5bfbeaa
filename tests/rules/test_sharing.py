"""Accounts are shared out so that everybody carries about the same, and nobody gets back what was taken from her."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.sharing import share_out


@pytest.mark.parametrize(
    ("items", "loads", "kept", "taken"),
    [
        pytest.param([(1, None), (2, None)], {7: 3, 8: 0}, {}, {1: 8, 2: 8}, id="who has less to do gets them"),
        pytest.param([(1, None), (2, None)], {7: 0, 8: 0}, {}, {1: 7, 2: 8}, id="of equals the first, then the next"),
        pytest.param([(1, 8), (2, None)], {7: 3, 8: 0}, {}, {1: 7, 2: 8}, id="never back to whom it was taken from"),
        pytest.param([(1, 7)], {7: 0}, {}, {}, id="nobody else is there"),
        pytest.param([(1, None)], {}, {}, {}, id="nobody is there at all"),
        pytest.param([(1, None), (2, None)], {7: 0, 8: 0}, {1: 7}, {1: 7, 2: 8}, id="what stays counts as well"),
    ],
)
def test_whoever_carries_least_gets_the_next(
    items: list[tuple[int, int | None]], loads: dict[int, int], kept: dict[int, int], taken: dict[int, int]
) -> None:
    assert share_out(items, loads, kept) == taken


@given(st.integers(0, 60), st.dictionaries(st.integers(1, 9), st.integers(0, 30), min_size=1))
def test_all_is_given_and_nobody_who_got_something_carries_much_more_than_another(
    number: int, loads: dict[int, int]
) -> None:
    taken = share_out([(item, None) for item in range(number)], loads)
    carried = {member: load + list(taken.values()).count(member) for member, load in loads.items()}
    assert len(taken) == number
    assert all(carried[member] <= min(carried.values()) + 1 for member in set(taken.values()))
