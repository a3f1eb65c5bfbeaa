"""Answers whether a thousand played years agree with the plan, are alike for a seed, and are played fast."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings

from scheduler.rules.staffing.hours import workload
from scheduler.rules.staffing.plans import Activity, Figure, Plan
from scheduler.rules.staffing.simulating import Range, simulate
from tests.rules.staffing_plans import activity, phases, plan, plans

# The 90th percentile of the standard normal distribution.
Z_90 = NormalDist().inv_cdf(0.9)


def sure(one: Activity) -> Activity:
    """Make an activity's minutes known so well that they do not vary."""
    return replace(one, minutes=replace(one.minutes, base=1000))


def test_the_same_seed_plays_the_same_years() -> None:
    assert simulate(Plan(), 50, seed=1) == simulate(Plan(), 50, seed=1)
    assert simulate(Plan(), 50, seed=1) != simulate(Plan(), 50, seed=2)
    assert (simulate(Plan(), 50, seed=1).years, simulate(Plan(), 50, seed=7).seed) == (50, 7)


@given(plans)
@settings(max_examples=20, deadline=None)
def test_percentiles_are_in_order_and_a_team_that_ran_out_stays_so(one: Plan) -> None:
    found = simulate(one, years=60)
    for ranges in (found.hours, found.heads, *found.hours_by_stage.values()):
        assert len(ranges) == one.horizon
        assert all(0 <= each.p10 <= each.p50 <= each.p90 for each in ranges)
    assert list(found.ran_out) == sorted(found.ran_out)
    assert all(0 <= share <= 1 for share in found.ran_out)


def test_where_nothing_varies_every_year_is_the_plan() -> None:
    one = replace(
        plan(sure(activity(60, "month"))),
        phases=phases(onboarding={"months": None, "accounts": 37}),
        new_accounts=Figure(0), new_stores=Figure(0),
    )  # fmt: skip
    found, said = simulate(one, 20), workload(one)
    assert found.hours == tuple(Range(hours, hours, hours) for hours in said.hours)
    assert found.heads == tuple(Range(heads, heads, heads) for heads in said.heads)
    assert found.runs_out == (None, None, None)


def test_newcomers_nobody_measured_are_poisson() -> None:
    """In large numbers Poisson is normal: the 10th and 90th percentile lie 1.28 roots of the mean from it."""
    found = simulate(plan(sure(activity()), new_accounts=Figure(400), horizon=1), years=20_000).hours[0]
    assert found.p50 == pytest.approx(400, abs=1)
    assert (found.p90 - found.p10) / 2 == pytest.approx(Z_90 * 20, rel=0.04)


def test_newcomers_that_varied_more_than_poisson_go_on_varying_so() -> None:
    """Variance 60², and of the mean of 36 months that it is drawn around 10²."""
    one = plan(sure(activity()), new_accounts=Figure(400, base=36, spread=60), horizon=1)
    found = simulate(one, years=20_000).hours[0]
    assert (found.p90 - found.p10) / 2 == pytest.approx(Z_90 * (60**2 + 10**2) ** 0.5, rel=0.05)


def test_a_trend_is_the_less_sure_the_farther_it_is_followed() -> None:
    one = plan(
        sure(activity()),
        new_accounts=Figure(400, base=12, spread=0),
        growth=Figure(0.01, base=12, spread=0.01),
        horizon=12,
    )
    found = simulate(one, years=20_000).hours
    # The error of the slope is 4 a month; the last month is 11 + 6.5 months from the middle of those measured.
    for month in (0, 11):
        width = (4 * (month + 6.5)) ** 2 + 400 * (1 + 0.01 * month)
        assert (found[month].p90 - found[month].p10) / 2 == pytest.approx(Z_90 * width**0.5, rel=0.05)


def test_stores_vary_as_they_were_measured() -> None:
    """A month's stores vary by their own measured spread, with accounts drawn that only explain a part of it."""
    one = plan(
        sure(activity(60, "store")), new_accounts=Figure(100), new_stores=Figure(300, base=10_000, spread=50), horizon=1
    )
    found = simulate(one, years=20_000).hours[0]
    assert (found.p90 - found.p10) / 2 == pytest.approx(Z_90 * 50, rel=0.05)


def test_minutes_vary_by_their_mean_and_each_time() -> None:
    """For 100 accounts in a stage: each time ± 30 minutes of 60, and the mean of 25 times is known to ± 6 minutes."""
    one = plan(
        replace(activity(per="month"), minutes=Figure(60, base=25, spread=30)),
        phases=phases(onboarding={"months": None, "accounts": 100}),
        new_accounts=Figure(0), new_stores=Figure(0),
    )  # fmt: skip
    found = simulate(one, years=20_000).hours[0]
    assert (found.p90 - found.p10) / 2 == pytest.approx(Z_90 * (10**2 + 5**2) ** 0.5, rel=0.05)
    entered = simulate(replace(one, activities=(activity(per="month"),)), years=20_000).hours[0]
    assert (entered.p90 - entered.p10) / 2 == pytest.approx(Z_90 * 10, rel=0.05)


def test_the_middle_of_many_years_is_near_the_plan() -> None:
    one = replace(Plan(), new_accounts=Figure(200), new_stores=Figure(600), growth=Figure(0.02))
    found, said = simulate(one), workload(one)
    assert [each.p50 for each in found.hours] == pytest.approx(list(said.hours), rel=0.02)
    assert [each.p50 for each in found.heads] == pytest.approx(list(said.heads), rel=0.02)


@pytest.mark.parametrize("spread", [1e-160, 1e-6, 1.0, 1e6])
@pytest.mark.parametrize("value", [1e-6, 1.0, 1e6])
def test_the_strangest_spreads_are_played_without_an_accident(value: float, spread: float) -> None:
    strange = Figure(value, base=1, spread=spread)
    one = plan(
        *(replace(activity(per=per), minutes=strange) for per in ("account", "store", "month")),
        new_accounts=strange, new_stores=strange, growth=Figure(0.5, base=1, spread=spread),
    )  # fmt: skip
    assert all(0 <= each.p10 <= each.p50 <= each.p90 < np.inf for each in simulate(one, years=100).hours)


def test_how_likely_the_team_runs_out_is_the_share_of_years_in_which_it_does() -> None:
    """Poisson of 100 exceeds 100 in 47.3 % of months: after two independent ones in 72.3 %."""
    one = plan(sure(activity()), new_accounts=Figure(100), hours=Figure(100), horizon=4)
    found = simulate(one, years=20_000)
    assert found.ran_out[:2] == pytest.approx((0.4734, 1 - 0.5266**2), abs=0.012)
    assert found.runs_out == (1, 2, 4)


def test_leavers_make_the_team_run_out_earlier() -> None:
    """Of one person one may leave in a month: with a newcomer who needs a year nobody is there from then on."""
    one = plan(
        sure(activity(6, "month")),
        phases=phases(onboarding={"months": None, "accounts": 10, "people": 1}, sales={"people": 0},
                      success={"people": 0}, renewal={"people": 0}),
        new_accounts=Figure(0), new_stores=Figure(0), leavers=Figure(0.9), newcomer_months=Figure(12), hours=Figure(1.2),
    )  # fmt: skip
    found = simulate(one, years=5000)
    # Each month 0.9 / 12 leave on average, so that after twelve months nobody has left in exp(-0.9) of years.
    assert found.ran_out[-1] == pytest.approx(1 - np.exp(-0.9), abs=0.025)
    assert simulate(replace(one, leavers=Figure(0)), 100).ran_out[-1] == 0


def test_a_thousand_years_are_played_in_a_moment() -> None:
    simulate(Plan(), 10)
    began = process_time()
    simulate(Plan())
    assert process_time() - began < 2
