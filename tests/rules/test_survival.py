"""Whether accounts still on the way count as far as they have come, against hand-computed and published numbers."""

from __future__ import annotations

from collections import Counter
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.survival import Curve, Quantile, reached, restricted_mean

NOT_YET = Quantile(None, None, None)
# Freireich and others, Blood 21 (1963): weeks in remission of 42 children, with 6-mercaptopurine and with a placebo;
# the numbers below are those of Kleinbaum and Klein's textbook and of SAS's LIFETEST on the same data (log-log).
DRUG = Counter([6, 6, 6, 7, 10, 13, 16, 22, 23]), Counter([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
PLACEBO = Counter([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23])

days = st.dictionaries(st.integers(0, 120), st.integers(0, 30), max_size=25)


def shares(curve: Curve) -> dict[int, float]:
    return {point.day: point.reached for point in curve.points}


def test_the_curve_is_the_one_computed_by_hand() -> None:
    """Six accounts: ready after 2, 3, 3 and 6 days; one still on the way at day 3, one at day 8.

    day 2: 6 looked at, 1 comes:  not yet = 5/6
    day 3: 5 looked at, 2 come:   not yet = 5/6 · 3/5 = 1/2   (the one last seen on day 3 still counts that day)
    day 6: 2 looked at, 1 comes:  not yet = 1/2 · 1/2 = 1/4
    day 8: 1 looked at, 0 come:   not yet = 1/4
    """
    curve = reached({2: 1, 3: 2, 6: 1}, {3: 1, 8: 1})
    assert shares(curve) == pytest.approx({2: 1 / 6, 3: 1 / 2, 6: 3 / 4, 8: 3 / 4})
    assert [point.at_risk for point in curve.points] == [6, 5, 2, 1]
    assert (curve.people, curve.events) == (6, 4)
    assert curve.median.day == 3
    assert curve.ninetieth.day is None


def test_the_band_is_the_one_computed_by_hand() -> None:
    """On day 3 of the same six: Greenwood's sum 1/(6·5) + 2/(5·3) = 1/6, and ln(1/2) = −0.6931.

    log-log: √(1/6) / 0.6931 · 1.96 = 1.1544; not yet between (1/2)^(e^1.1544) and (1/2)^(e^−1.1544).
    """
    point = reached({2: 1, 3: 2, 6: 1}, {3: 1, 8: 1}).points[1]
    assert point.high == pytest.approx(1 - 0.5**3.1722, abs=0.0005)
    assert point.low == pytest.approx(1 - 0.5 ** (1 / 3.1722), abs=0.0005)


def test_remission_with_the_drug_is_as_published() -> None:
    curve = reached(*DRUG)
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    found = {day: 1 - share for day, share in shares(curve).items() if day in published}
    assert found == pytest.approx(published, abs=0.0005)
    at_risk = {point.day: point.at_risk for point in curve.points}
    assert [at_risk[day] for day in published] == [21, 17, 15, 12, 11, 7, 6]
    assert curve.median == Quantile(23, 13, None)
    assert curve.ninetieth == NOT_YET


def test_remission_without_it_is_as_published() -> None:
    curve = reached(PLACEBO, {})
    assert curve.median == Quantile(8, 4, 11)
    assert curve.share_by(8) == pytest.approx(1 - 0.381, abs=0.0005)
    assert curve.share_by(12) == pytest.approx(1 - 0.190, abs=0.0005)
    assert curve.share_by(23) == 1


@pytest.mark.parametrize(
    ("day", "share"), [(0, 0.0), (1, 0.0), (2, 1 / 6), (3, 0.5), (5, 0.5), (6, 0.75), (8, 0.75), (9, None)]
)
def test_the_share_is_told_until_the_last_observation(day: int, share: float | None) -> None:
    assert reached({2: 1, 3: 2, 6: 1}, {3: 1, 8: 1}).share_by(day) == pytest.approx(share)


def test_once_everyone_has_come_later_days_are_known_too() -> None:
    assert reached({2: 5, 4: 5}, {}).share_by(90) == 1


def test_nobody_gives_an_empty_curve() -> None:
    for curve in (reached({}, {}), reached({3: 0}, {})):
        assert curve == Curve(0, 0, (), NOT_YET, NOT_YET)
        assert curve.share_by(30) is None
        assert restricted_mean(curve, 30) is None


def test_all_still_on_the_way_have_not_come_by_any_day_seen() -> None:
    curve = reached({}, {10: 3, 40: 2})
    assert (curve.people, curve.events, curve.median) == (5, 0, NOT_YET)
    assert [(point.reached, point.low, point.high) for point in curve.points] == [(0.0, None, None)] * 2
    assert (curve.share_by(40), curve.share_by(41)) == (0.0, None)


def test_all_on_one_day_are_that_day_without_a_band() -> None:
    curve = reached({14: 500}, {})
    assert [(point.reached, point.low, point.high) for point in curve.points] == [(1.0, None, None)]
    assert curve.median == curve.ninetieth == Quantile(14, 14, None)


def test_half_exactly_is_the_median() -> None:
    assert reached({1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1}, {}).median.day == 5


@pytest.mark.parametrize(("events", "censored"), [({-1: 1}, {}), ({}, {-1: 1}), ({1: -1}, {}), ({}, {1: -1})])
def test_negative_days_and_counts_are_refused(events: dict[int, int], censored: dict[int, int]) -> None:
    with pytest.raises(ValueError):
        reached(events, censored)


@given(days)
def test_when_nobody_is_on_the_way_the_curve_is_the_plain_share(events: dict[int, int]) -> None:
    people = sum(events.values())
    for day, share in shares(reached(events, {})).items():
        assert share == pytest.approx(sum(count for at, count in events.items() if at <= day) / people)


@given(days, days)
def test_the_curve_rises_within_its_band_and_counts_people_down(
    events: dict[int, int], censored: dict[int, int]
) -> None:
    curve = reached(events, censored)
    values = [point.reached for point in curve.points]
    assert values == sorted(values)
    assert all(0 <= value <= 1 for value in values)
    for point in curve.points:
        if point.low is not None and point.high is not None:
            assert point.low <= point.reached + 1e-9
            assert point.reached <= point.high + 1e-9
    at_risk = [point.at_risk for point in curve.points]
    assert at_risk == sorted(at_risk, reverse=True)
    assert at_risk[:1] == ([curve.people] if curve.people else [])


@given(days, days)
def test_a_quantiles_interval_holds_it(events: dict[int, int], censored: dict[int, int]) -> None:
    curve = reached(events, censored)
    for quantile in (curve.median, curve.ninetieth):
        if quantile.day is not None:
            assert quantile.low is not None
            assert quantile.low <= quantile.day
        if quantile.high is not None:
            assert quantile.day is not None
            assert quantile.day <= quantile.high
    if curve.ninetieth.day is not None:
        assert curve.median.day is not None
        assert curve.median.day <= curve.ninetieth.day


@given(days, days)
def test_the_order_in_which_days_are_told_does_not_matter(events: dict[int, int], censored: dict[int, int]) -> None:
    backwards = dict(reversed(events.items())), dict(reversed(censored.items()))
    assert reached(*backwards) == reached(events, censored)


@given(days, st.integers(0, 120), st.integers(0, 40))
def test_an_account_seen_longer_without_coming_never_makes_it_look_faster(
    events: dict[int, int], last_seen: int, longer: int
) -> None:
    shorter = reached(events, {last_seen: 1})
    later = reached(events, {last_seen + longer: 1})
    for day in events:
        before, after = shorter.share_by(day), later.share_by(day)
        if before is not None and after is not None:
            assert after <= before + 1e-9


@given(days, days)
def test_accounts_on_the_way_never_make_it_look_slower_than_counting_them_as_never(
    events: dict[int, int], censored: dict[int, int]
) -> None:
    people = sum(events.values()) + sum(censored.values())
    for day, share in shares(reached(events, censored)).items():
        assert share >= sum(count for at, count in events.items() if at <= day) / people - 1e-9


def test_the_mean_wait_is_the_area_above_the_curve() -> None:
    """By hand: two days of 1, one of 5/6, three of 1/2, two of 1/4."""
    curve = reached({2: 1, 3: 2, 6: 1}, {3: 1, 8: 1})
    assert restricted_mean(curve, 8) == pytest.approx(2 + 5 / 6 + 1.5 + 0.5)
    assert restricted_mean(curve, 3) == pytest.approx(2 + 5 / 6)
    assert restricted_mean(curve, 0) == 0
    assert restricted_mean(curve, 9) is None


@given(days.filter(lambda events: sum(events.values()) > 0))
def test_when_everyone_came_the_mean_wait_is_the_plain_mean(events: dict[int, int]) -> None:
    mean = sum(day * count for day, count in events.items()) / sum(events.values())
    assert restricted_mean(reached(events, {}), 120) == pytest.approx(mean)


def test_a_hundred_thousand_accounts_take_a_tenth_of_a_second() -> None:
    reached({1: 1}, {})  # SciPy is loaded by the first
    events, censored = dict.fromkeys(range(240), 250), dict.fromkeys(range(400), 100)
    began = perf_counter()
    curve = reached(events, censored)
    assert perf_counter() - began < 0.1
    assert curve.people == 100_000
