"""Lists that share a page are cut as evenly as their lengths allow, and never further than they must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.fitting import shown


@pytest.mark.parametrize(
    ("counts", "room", "found"),
    [
        ({"a": 3, "b": 2}, 5, {"a": 3, "b": 2}),
        ({"a": 60, "b": 2, "c": 0}, 10, {"a": 6, "b": 2, "c": 0}),
        ({"a": 60, "b": 60}, 9, {"a": 4, "b": 3}),
        ({}, 9, {}),
    ],
)
def test_what_a_short_list_leaves_the_long_ones_take(counts: dict[str, int], room: int, found: dict[str, int]) -> None:
    assert shown(counts, room) == found


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 90), max_size=11), st.integers(11, 100))
def test_all_lines_together_fit(counts: dict[str, int], room: int) -> None:
    found = shown(counts, room)
    lines = [max(found[key] + (found[key] < count), 1) for key, count in counts.items()]
    assert sum(lines) <= room
    assert all(0 <= found[key] <= count for key, count in counts.items())
    if sum(max(count, 1) for count in counts.values()) <= room:
        assert found == counts
