"""Whether an attendance rate says how sure it is, and whether few people are kept from deciding."""

from __future__ import annotations

import random
from time import perf_counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from scheduler.rules.attendance_rates import (
    LEAD_BANDS,
    SIZE_BANDS,
    SMALL,
    Prior,
    Rate,
    lead_band,
    prior,
    ranked,
    rate,
    rates,
    shrunk,
    size_band,
    trend,
)

counts = st.integers(0, 5000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))
NO_ONE = Rate(0, 0, None, None, None)


@pytest.mark.parametrize(
    ("hits", "base", "share", "low", "high"),
    [
        # Newcombe 1998, table I, method 3 (the score method without continuity correction).
        (81, 263, 0.3080, 0.2553, 0.3662),
        (15, 148, 0.1014, 0.0624, 0.1605),
        (0, 20, 0.0, 0.0, 0.1611),
        (1, 29, 0.0345, 0.0061, 0.1718),
        # All of three: anything from 44 % up may be true.
        (3, 3, 1.0, 0.4385, 1.0),
    ],
)
def test_a_rate_carries_the_published_wilson_interval(
    hits: int, base: int, share: float, low: float, high: float
) -> None:
    found = rate(hits, base)
    assert (found.share, found.low, found.high) == pytest.approx((share, low, high), abs=0.00005)


def test_nobody_has_no_rate() -> None:
    assert rate(0, 0) == NO_ONE


@pytest.mark.parametrize(("hits", "base"), [(3, 2), (-1, 2), (-2, -1), (0, -1)])
def test_counts_that_cannot_be_are_refused(hits: int, base: int) -> None:
    with pytest.raises(ValueError):
        rate(hits, base)
    with pytest.raises(ValueError):
        prior([(hits, base)])
    with pytest.raises(ValueError):
        trend([(hits, base)])


@given(counts)
def test_the_interval_is_the_librarys(pair: tuple[int, int]) -> None:
    assume(pair[1])
    found, expected = rate(*pair), stats.binomtest(*pair).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(counts)
def test_the_share_lies_within_its_interval_and_the_other_side_mirrors_it(pair: tuple[int, int]) -> None:
    assume(pair[1])
    found, other = rate(*pair), rate(pair[1] - pair[0], pair[1])
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert (1 - found.high, 1 - found.low) == pytest.approx((other.low, other.high), abs=1e-12)


def test_fewer_than_ten_people_are_small() -> None:
    assert rate(5, SMALL - 1).small
    assert not rate(5, SMALL).small


def test_three_hundred_rates_cost_a_page_nothing() -> None:
    pairs = [(k % 40, 40 + k) for k in range(300)]
    began = perf_counter()
    found = rates(pairs)
    assert perf_counter() - began < 0.05
    assert [(each.hits, each.base) for each in found] == pairs


def test_groups_are_ranked_best_first_without_the_small_ones() -> None:
    groups = {"mon": rate(40, 100), "tue": rate(80, 100), "wed": rate(9, 9), "thu": rate(8, 10), "fri": NO_ONE}
    assert ranked(groups) == ["tue", "thu", "mon"]


@pytest.mark.parametrize(
    ("groups", "mean"),
    [([], 0.5), ([(0, 0), (0, 0)], 0.5), ([(3, 4)], 0.75), ([(3, 4), (0, 0)], 0.75)],
)
def test_what_cannot_tell_a_spread_is_worth_ten_people(groups: list[tuple[int, int]], mean: float) -> None:
    assert prior(groups) == Prior(mean, SMALL)


@pytest.mark.parametrize("groups", [[(5, 10)] * 6, [(10, 10)] * 3, [(0, 4), (0, 9)], [(1, 1), (0, 1)]])
def test_groups_that_differ_by_chance_alone_are_taken_for_their_mean(groups: list[tuple[int, int]]) -> None:
    found = prior(groups)
    assert found.strength == 1000
    assert shrunk(*groups[0], found) == pytest.approx(found.mean, abs=0.01)


def test_a_known_spread_is_found_again() -> None:
    draw = random.Random(7)
    shares = [draw.betavariate(12, 18) for _ in range(2000)]
    found = prior([(sum(draw.random() < share for _ in range(40)), 40) for share in shares])
    assert found.mean == pytest.approx(0.4, abs=0.01)
    assert found.strength == pytest.approx(30, rel=0.15)


def test_three_lucky_people_do_not_beat_sixty_good_ones() -> None:
    groups = {"lucky": (3, 3), "good": (51, 60), "poor": (24, 60), "fair": (36, 60)}
    believed = prior(list(groups.values()))
    drawn = {key: shrunk(*pair, believed) for key, pair in groups.items()}
    assert max(drawn, key=lambda key: drawn[key]) == "good"
    assert min(drawn, key=lambda key: drawn[key]) == "poor"


@given(st.lists(counts, max_size=12), counts)
def test_a_drawn_share_lies_between_its_own_and_the_mean(groups: list[tuple[int, int]], pair: tuple[int, int]) -> None:
    found = prior([*groups, pair])
    own = pair[0] / pair[1] if pair[1] else found.mean
    drawn = shrunk(*pair, found)
    assert min(own, found.mean) - 1e-9 <= drawn <= max(own, found.mean) + 1e-9
    if pair[1] < SMALL:
        assert abs(drawn - found.mean) <= abs(drawn - own) + 1e-9


@pytest.mark.parametrize(
    ("days", "band"),
    [(-2, "same_day"), (0, "same_day"), (1, "1_3"), (3, "1_3"), (4, "4_7"), (7, "4_7"), (8, "8_14"), (14, "8_14")]
    + [(15, "15_plus"), (400, "15_plus")],
)
def test_days_before_the_lecture_fall_into_bands(days: int, band: str) -> None:
    assert lead_band(days) == band


@pytest.mark.parametrize(
    ("stores", "band"),
    [(0, "0"), (1, "1"), (2, "2_3"), (3, "2_3"), (4, "4_9"), (9, "4_9"), (10, "10_29"), (29, "10_29")]
    + [(30, "30_plus"), (5000, "30_plus")],
)
def test_stores_fall_into_bands(stores: int, band: str) -> None:
    assert size_band(stores) == band


@given(st.integers(0, 400), st.integers(0, 400))
def test_bands_keep_the_order_of_what_they_band(one: int, other: int) -> None:
    one, other = sorted((one, other))
    assert LEAD_BANDS.index(lead_band(one)) <= LEAD_BANDS.index(lead_band(other))
    assert SIZE_BANDS.index(size_band(one)) <= SIZE_BANDS.index(size_band(other))


@pytest.mark.parametrize(
    ("weeks", "direction"),
    [
        ([(50 + 3 * week, 100) for week in range(12)], "rising"),
        ([(90 - 3 * week, 100) for week in range(12)], "falling"),
        ([(60, 100)] * 12, "unclear"),
        ([(5, 10), (6, 10), (5, 10), (7, 10)], "unclear"),
        # Whole lectures came or stayed away: more scatter than chance, so the same slope says nothing.
        ([(10, 100), (95, 100), (20, 100), (90, 100), (15, 100), (99, 100)], "unclear"),
        # Weeks without a lecture are passed over, yet time goes on.
        ([(50, 100), (0, 0), (0, 0), (60, 100), (70, 100), (0, 0), (80, 100), (90, 100)], "rising"),
        # Too little to look at.
        ([], "unclear"),
        ([(0, 0)] * 30, "unclear"),
        ([(1, 100), (50, 100), (99, 100)], "unclear"),
        ([(0, 2), (1, 2), (2, 2), (2, 2)], "unclear"),
        ([(0, 50)] * 8, "unclear"),
    ],
)
def test_a_trend_is_called_one_only_when_chance_is_no_explanation(weeks: list[tuple[int, int]], direction: str) -> None:
    assert trend(weeks).direction == direction


def test_a_trend_says_how_much_a_week() -> None:
    found = trend([(50 + 3 * week, 100) for week in range(12)])
    assert found.per_week == pytest.approx(0.03)
    assert found.low is not None
    assert found.high is not None
    # By hand: mean 0.665, 100 people × 143 squared weeks, Student's t for ten degrees 2.228.
    assert found.high - found.low == pytest.approx(2 * 2.228 * (0.665 * 0.335 / 14300) ** 0.5, rel=0.001)


@given(st.lists(counts, min_size=1, max_size=20))
def test_a_trend_read_backwards_is_the_other_trend(weeks: list[tuple[int, int]]) -> None:
    other = {"rising": "falling", "falling": "rising", "unclear": "unclear"}
    found, back = trend(weeks), trend(weeks[::-1])
    assert back.direction == other[found.direction]


def test_chance_alone_seldom_looks_like_a_trend() -> None:
    draw = random.Random(11)
    weeks = [[(sum(draw.random() < 0.6 for _ in range(30)), 30) for _ in range(8)] for _ in range(400)]
    false = sum(trend(each).direction != "unclear" for each in weeks)
    assert false / 400 < 0.05
