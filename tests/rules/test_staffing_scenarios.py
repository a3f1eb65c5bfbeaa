"""Answers whether scenarios differ in what they say they do and in nothing else, and whether what matters most is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from scheduler.rules.staffing.hours import workload
from scheduler.rules.staffing.plans import SCENARIOS, Figure, Plan
from scheduler.rules.staffing.scenarios import inputs, matters_most, scenario, scenarios
from tests.rules.staffing_plans import activity, phases, plan, plans

# Ten accounts a month: handing in costs 5 hours at sales, teaching 20 (one to one) or 4 (five at once) in onboarding.
TWO_STAGES = plan(
    activity(30, stage="sales", key="handing_in"),
    activity(120, "lecture", 5, key="teaching"),
    hours=Figure(20),
    horizon=2,
)


def test_the_four_ways_of_working_stand_side_by_side() -> None:
    found = {one.key: one for one in scenarios(TWO_STAGES)}
    assert list(found) == list(SCENARIOS)
    assert {key: one.workload.hours[0] for key, one in found.items()} == pytest.approx(
        {"one_person": 25, "split": 25, "group": 9, "yours": 9}
    )
    # 25 hours are two people of 20 each, whoever does them; 9 hours are one who does all, but two of two stages.
    assert {key: one.workload.most_people for key, one in found.items()} == {
        "one_person": 2, "split": 2, "group": 2, "yours": 2,
    }  # fmt: skip
    assert found["one_person"].more_hours == pytest.approx(16)
    assert found["one_person"].more_heads == pytest.approx(16 / 20)
    assert found["yours"].more_hours == 0
    assert found["group"].holding == found["yours"].holding


def test_a_pooled_team_loses_no_part_of_a_person_between_stages() -> None:
    pooled, split = scenario(TWO_STAGES, "one_person"), scenario(TWO_STAGES, "split")
    small = [replace(one, hours=Figure(30)) for one in (pooled, split)]
    assert [workload(one).most_people for one in small] == [1, 2]


@given(plans)
@settings(max_examples=40, deadline=None)
def test_a_scenario_equal_to_today_gives_todays_load(one: Plan) -> None:
    """Whoever works like a scenario already has exactly its load; yours is what was entered."""
    for key in SCENARIOS:
        today = scenario(one, key)
        assert workload(scenario(today, key)) == workload(today)
    assert scenario(one, "yours") == one


@given(plans)
@settings(max_examples=40, deadline=None)
def test_groups_never_cost_more_hours_and_pooling_never_more_people(one: Plan) -> None:
    found = {key: workload(scenario(one, key)) for key in SCENARIOS}
    assert found["group"].mean_hours <= found["split"].mean_hours + 1e-6
    assert found["one_person"].hours == pytest.approx(found["split"].hours)
    assert found["one_person"].most_people <= found["split"].most_people


def test_only_the_chosen_scenarios_are_worked_out_once_each() -> None:
    assert [one.key for one in scenarios(replace(TWO_STAGES, scenarios=("yours", "group", "yours")))] == [
        "yours",
        "group",
    ]


def test_the_inputs_that_matter_most_come_first() -> None:
    one = plan(
        activity(60, key="large"),
        activity(6, key="small"),
        hours=Figure(50),
        new_accounts=Figure(10, base=12, spread=5),
        horizon=1,
    )
    found = matters_most(one)
    assert [each.field for each in found] == ["new_accounts", "hours", "minutes.large"]
    # Eleven hours of ten accounts; five more or fewer by the measured spread; a tenth more or fewer hours a person.
    assert (found[0].low, found[0].high, found[0].by_spread) == (5, 15, True)
    assert (found[0].heads_low, found[0].heads_high) == pytest.approx((5.5 / 50, 16.5 / 50))
    assert (found[1].low, found[1].high, found[1].by_spread) == pytest.approx((45, 55, False))
    assert (found[1].heads_low, found[1].heads_high) == pytest.approx((11 / 45, 11 / 55))
    assert found[2].swing == pytest.approx(2 / 50)


def test_every_input_is_varied_and_those_without_influence_do_not_move_heads() -> None:
    one = replace(TWO_STAGES, phases=phases(onboarding={"months": 2, "accounts": 8}))
    found = {each.field: each for each in matters_most(one, count=99)}
    assert set(found) == {field for field, _ in inputs(one)}
    assert {"minutes.handing_in", "group.teaching", "accounts.onboarding", "months.onboarding", "leavers"} <= set(found)
    assert found["new_stores"].swing == 0
    assert found["group.teaching"].heads_low > found["group.teaching"].heads_high


@given(plans)
@settings(max_examples=15, deadline=None)
def test_whatever_is_varied_heads_stay_numbers(one: Plan) -> None:
    for each in matters_most(replace(one, leavers=Figure(2, 4, 50)), count=99):
        assert each.heads_low >= 0
        assert each.heads_high >= 0
        assert each.low <= each.figure.value <= each.high
