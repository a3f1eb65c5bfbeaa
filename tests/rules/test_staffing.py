"""Answers whether the hours, heads and holding of a plan are what one works out by hand, and behave as they must."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rules.staffing.checking import check
from scheduler.rules.staffing.hours import holding, savings, today, workload
from scheduler.rules.staffing.plans import STAGES, Activity, Figure, Phase, Plan
from tests.rules.staffing_plans import activity, phases, plan, plans

NEAR = 1e-6


@pytest.mark.parametrize(
    ("one", "hours"),
    [
        # Ten accounts a month, an hour each.
        (activity(60, "account"), [10, 10, 10]),
        # Three stores each, twenty minutes a store.
        (activity(20, "store"), [10, 10, 10]),
        # Two lectures each of ninety minutes, five accounts in one: four lectures a month.
        (activity(90, "lecture", 5), [6, 6, 6]),
        (activity(90, "lecture"), [30, 30, 30]),
        # They stay two months: on average five are there in the first month, fifteen in the second, then twenty.
        (activity(60, "month"), [5, 15, 20]),
        (activity(60, "month", 10), [0.5, 1.5, 2]),
        # Nothing is done for them in success: they are gone after onboarding, in no time.
        (activity(60, "month", stage="success"), [0, 0, 0]),
        # Those who come now enter success two months later.
        (activity(60, "account", stage="success"), [0, 0, 10]),
        (activity(0, "account"), [0, 0, 0]),
    ],
)
def test_hours_are_what_one_works_out_by_hand(one: Activity, hours: list[float]) -> None:
    assert workload(plan(one, horizon=3, lectures_per_account=Figure(2))).hours == pytest.approx(hours, abs=NEAR)


@pytest.mark.parametrize(
    ("present", "one", "hours"),
    [
        # Twenty who stay two months leave evenly: fifteen are there on average in the first month, five in the second.
        ({"onboarding": {"months": 2, "accounts": 20}}, activity(60, "month"), [15, 5, 0]),
        ({"onboarding": {"months": 2, "accounts": 20}}, activity(60, "account", stage="success"), [10, 10, 0]),
        (
            {"onboarding": {"months": 2, "accounts": 20, "stores": 80}},
            activity(60, "store", stage="success"),
            [40, 40, 0],
        ),
        ({"onboarding": {"months": None, "accounts": 20}}, activity(60, "month"), [20, 20, 20]),
        ({"onboarding": {"months": None, "accounts": 20}}, activity(60, "account", stage="success"), [0, 0, 0]),
        ({"onboarding": {"months": 2, "accounts": 20}}, activity(60, "account"), [0, 0, 0]),
        ({"sales": {"months": 0, "accounts": 20}, "onboarding": {"months": 2}}, activity(60, "account"), [20, 0, 0]),
    ],
)
def test_those_present_go_on_evenly(present: dict[str, Any], one: Activity, hours: list[float]) -> None:
    nobody = plan(one, phases=phases(**present), horizon=3, new_accounts=Figure(0), new_stores=Figure(0))
    assert workload(nobody).hours == pytest.approx(hours, abs=NEAR)


@pytest.mark.parametrize(
    ("growth", "hours"), [(0.1, [10, 11, 12, 13]), (0, [10] * 4), (-0.5, [10, 5, 0, 0])], ids=["more", "even", "fewer"]
)
def test_newcomers_grow_by_a_share_of_the_first_month(growth: float, hours: list[float]) -> None:
    assert workload(plan(activity(), growth=Figure(growth), horizon=4)).hours == pytest.approx(hours)


@pytest.mark.parametrize(
    ("changes", "month"),
    [
        # Hours are 2 × (5, 15, 20, 20, …); a person has 25.
        ({"hours": Figure(25)}, 2),
        ({"hours": Figure(9.9)}, 1),
        ({"hours": Figure(40)}, None),
        ({"hours": Figure(39.9)}, 3),
        ({"hours": Figure(40), "growth": Figure(0.01)}, 3),
        # Of four people pooled each has 25.
        ({"hours": Figure(25), "pooled": True}, None),
        # One in a year leaves; a newcomer is of use after half a year: half a person of four is missing by then.
        ({"hours": Figure(40), "leavers": Figure(1), "newcomer_months": Figure(6)}, 3),
        ({"hours": Figure(45), "leavers": Figure(1), "newcomer_months": Figure(6)}, 6),
        ({"hours": Figure(40), "leavers": Figure(1), "newcomer_months": Figure(0)}, None),
    ],
)
def test_the_team_runs_out_in_the_first_month_that_wants_more_than_is_there(
    changes: dict[str, Any], month: int | None
) -> None:
    assert workload(plan(activity(120, "month"), **changes)).runs_out == month


def test_heads_needed_exceed_the_people_there_from_the_month_the_team_runs_out_on() -> None:
    found = workload(plan(activity(120, "month"), hours=Figure(25)))
    assert found.runs_out_by_stage == {"sales": None, "onboarding": 2, "success": None, "renewal": None}
    assert found.heads_by_stage["onboarding"][:3] == pytest.approx((0.4, 1.2, 1.6))
    assert found.people[:3] == (1, 2, 2)
    assert found.there[:2] == (100, 100)
    assert (found.most_heads, found.most_people) == (pytest.approx(1.6), 2)


def test_a_person_holds_as_many_accounts_as_their_hours_pay_for() -> None:
    one = plan(
        *(activity(60), activity(20, "store"), activity(30, "month"), activity(90, "lecture", 6)),
        activity(10, "month", stage="success", key="care"),
        phases=phases(onboarding={"months": 2}, success={"months": None}),
        hours=Figure(100),
    )
    found = holding(one)
    # Onboarding costs 60 + 3 × 20 + 2 × 30 + 90 / 6 = 195 minutes in two months, success 10 a month.
    assert found.by_stage["onboarding"] == pytest.approx(6000 / 97.5)
    assert found.by_stage["success"] == pytest.approx(600)
    # On the whole way, a first year of success counted: 195 + 120 minutes in 14 months.
    assert found.whole_way == pytest.approx(6000 * 14 / 315)
    assert found.by_stage["sales"] is None


def test_what_costs_no_time_has_no_bound() -> None:
    assert holding(plan(activity(0))).whole_way is None


def test_a_group_saves_what_it_does_not_repeat_and_the_largest_saving_comes_first() -> None:
    found = savings(
        plan(activity(60, "lecture", 6), activity(60, "account"), activity(90, group=10, done="one_to_one"))
    )
    assert [(one.activity, one.already) for one in found] == [("account_10", False), ("lecture_6", True)]
    assert found[0].hours == pytest.approx(15 - 1.5)
    assert found[1].hours == pytest.approx(10 - 10 / 6)
    assert found[1].heads == pytest.approx((10 - 10 / 6) / 100)


@settings(max_examples=20, deadline=None)
@given(plans)
def test_hours_add_up_by_activity_by_stage_and_in_all(one: Plan) -> None:
    found = workload(one)
    assert list(map(sum, zip(*found.by_activity.values(), strict=True))) == pytest.approx(list(found.hours), abs=NEAR)
    assert list(map(sum, zip(*found.by_stage.values(), strict=True))) == pytest.approx(list(found.hours), abs=NEAR)
    assert list(map(sum, zip(*found.heads_by_stage.values(), strict=True))) == pytest.approx(
        list(found.heads), abs=NEAR
    )
    assert min(found.hours) >= 0


@settings(max_examples=20, deadline=None)
@given(plans)
def test_no_account_is_lost_on_the_way(one: Plan) -> None:
    """Who is present or has come is in some stage while the last one lets nobody go."""
    kept = replace(one, phases=(*one.phases[:-1], replace(one.phases[-1], months=None)), growth=Figure(0))
    found = workload(kept)
    present = sum(phase.accounts.value for phase in kept.phases)
    for month in range(kept.horizon):
        everybody = sum(found.accounts[stage][month] for stage in STAGES)
        assert everybody == pytest.approx(present + kept.new_accounts.value * (month + 0.5))


@settings(max_examples=20, deadline=None)
@given(plans, st.floats(0, 100), st.sampled_from(("new", *STAGES)))
def test_more_accounts_never_need_fewer_people(one: Plan, more: float, where: str) -> None:
    if where == "new":
        grown = replace(one, new_accounts=Figure(one.new_accounts.value + more))
    else:
        grown = replace(
            one, phases=tuple(_more(phase, more) if phase.stage == where else phase for phase in one.phases)
        )
    before, after = workload(one), workload(grown)
    assert all(late >= early - NEAR for early, late in zip(before.heads, after.heads, strict=True))
    assert all(late >= early for early, late in zip(before.people, after.people, strict=True))
    assert (after.runs_out or 99) <= (before.runs_out or 99)


def _more(phase: Phase, more: float) -> Phase:
    return replace(phase, accounts=Figure(phase.accounts.value + more))


@settings(max_examples=20, deadline=None)
@given(plans, st.floats(0, 100))
def test_more_hours_a_person_never_need_more_people(one: Plan, more: float) -> None:
    before, after = workload(one), workload(replace(one, hours=Figure(one.hours.value + more)))
    assert all(late <= early + NEAR for early, late in zip(before.heads, after.heads, strict=True))
    assert all(late <= early for early, late in zip(before.people, after.people, strict=True))
    assert (after.runs_out or 99) >= (before.runs_out or 99)


@settings(max_examples=20, deadline=None)
@given(plans)
def test_a_group_of_one_is_one_to_one(one: Plan) -> None:
    grouped, alone = (
        replace(one, activities=tuple(replace(each, done=done, group=Figure(1)) for each in one.activities))
        for done in ("group", "one_to_one")
    )
    assert workload(grouped) == workload(alone)


@settings(max_examples=20, deadline=None)
@given(plans)
def test_a_team_in_balance_has_todays_load_in_every_month(one: Plan) -> None:
    """Stages hold what flows through them (Little's law), nobody stays on, and nothing grows."""
    balanced = replace(
        one,
        growth=Figure(0),
        phases=tuple(_balanced(one, replace(phase, months=phase.months or Figure(3))) for phase in one.phases),
    )
    found, now = workload(balanced), today(balanced)
    for stage in STAGES:
        assert found.by_stage[stage] == pytest.approx((now[stage],) * balanced.horizon, abs=NEAR)


def _balanced(one: Plan, phase: Phase) -> Phase:
    stay = phase.months.value if phase.months else 0.0
    return replace(phase, accounts=Figure(one.new_accounts.value * stay), stores=Figure(one.new_stores.value * stay))


@settings(max_examples=20, deadline=None)
@given(plans)
def test_a_plan_survives_being_kept_as_a_setting(one: Plan) -> None:
    assert Plan.from_json(json.loads(json.dumps(one.to_json()))) == one
    assert check(one) == []


def test_what_was_measured_keeps_its_base_and_spread() -> None:
    measured = Figure(62.5, base=31, spread=12.0)
    kept = Plan.from_json(json.loads(json.dumps(plan(replace(activity(), minutes=measured)).to_json())))
    assert kept.activities[0].minutes == measured
    assert measured.measured
    assert not Figure(60).measured


def test_a_plan_nobody_touched_can_be_worked_out() -> None:
    assert Plan.from_json({}) == Plan()
    assert check(Plan()) == []
    assert workload(Plan()).runs_out is None


def test_bare_numbers_are_entered_ones() -> None:
    assert Plan.from_json({"hours": 90, "queue": {"seats": 12}}).hours == Figure(90)
    assert Plan.from_json({"hours": 90, "queue": {"seats": 12}}).queue.seats == Figure(12)


@pytest.mark.parametrize(
    ("wrong", "field", "key"),
    [
        ({"hours": -5}, "hours", "negative"),
        ({"hours": 0}, "hours", "zero"),
        ({"hours": 800}, "hours", "too_large"),
        ({"hours": "百"}, "hours", "not_a_number"),
        ({"hours": None}, "hours", "not_a_number"),
        ({"hours": True}, "hours", "not_a_number"),
        ({"hours": float("nan")}, "hours", "not_a_number"),
        ({"hours": {"value": 90, "base": -1}}, "hours", "not_a_number"),
        ({"hours": {"value": 90, "base": 3, "spread": -1}}, "hours", "negative"),
        ({"hours": {"value": 90, "base": 3, "spread": "x"}}, "hours", "not_a_number"),
        ({"new_accounts": -1}, "new_accounts", "negative"),
        ({"new_accounts": 10**7}, "new_accounts", "too_large"),
        ({"new_accounts": 0}, "new_stores", "stores_without_accounts"),
        ({"growth": -2}, "growth", "too_small"),
        ({"growth": 2}, "growth", "too_large"),
        ({"horizon": 0}, "horizon", "horizon_out_of_range"),
        ({"horizon": 37}, "horizon", "horizon_out_of_range"),
        ({"horizon": "12"}, "horizon", "not_a_number"),
        ({"leavers": 12, "newcomer_months": 4}, "leavers", "leavers_too_many"),
        ({"scenarios": ["yours"] * 5}, "scenarios", "too_many_scenarios"),
        ({"scenarios": ["theirs"]}, "scenarios", "unknown_scenario"),
        ({"queue": {"seats": 0}}, "queue.seats", "zero"),
        ({"hours": {"value": 90, "base": 3, "spread": 1e9}}, "hours", "too_large"),
        ({"queue": {"show_rate": 0}}, "queue.show_rate", "zero"),
        ({"queue": {"show_rate": 0.001}}, "queue.show_rate", "too_small"),
        ({"queue": {"show_rate": 1.2}}, "queue.show_rate", "too_large"),
        ({"queue": {"lectures": 500}}, "queue.lectures", "too_large"),
        ({"queue": {"arrivals": -1}}, "queue.arrivals", "negative"),
        ({"activities": []}, "activities", "no_activities"),
        ({"phases": []}, "phases.sales", "missing"),
    ],
)
def test_what_cannot_be_worked_out_is_said_at_its_field(wrong: dict[str, Any], field: str, key: str) -> None:
    found = check(Plan.from_json(wrong))
    assert (found[0].field, found[0].key) == (field, key)


@pytest.mark.parametrize(
    ("wrong", "field", "key"),
    [
        ({"minutes": -10}, "minutes", "negative"),
        ({"minutes": "三十"}, "minutes", "not_a_number"),
        ({"group": 0}, "group", "zero"),
        ({"group": 0.5}, "group", "too_small"),
        ({"group": -2}, "group", "negative"),
        ({"stage": "delivery"}, "stage", "unknown_stage"),
        ({"per": "week"}, "per", "unknown_choice"),
        ({"done": "by_mail"}, "done", "unknown_choice"),
        ({"key": ""}, "key", "missing"),
        ({"key": "visit"}, "name", "missing"),
    ],
)
def test_a_wrong_activity_is_named_by_its_line(wrong: dict[str, Any], field: str, key: str) -> None:
    right = {"key": "kick_off", "stage": "onboarding", "minutes": 60, "per": "account"}
    found = check(Plan.from_json({"activities": [right | {"key": "handover"}, right | wrong]}))
    assert (found[0].field, found[0].key) == (f"activities.1.{field}", key)


def test_wrong_stages_are_said() -> None:
    right = {"months": 1, "people": 1}
    lines = [{"stage": stage} | right for stage in STAGES]
    assert check(Plan.from_json({"phases": lines})) == []
    wrong = {
        "no people at all": [line | {"people": 0} for line in lines],
        "one too many": [*lines, lines[0]],
        "in another order": lines[::-1],
        "unknown": [*lines, {"stage": "delivery"} | right],
        "negative people": [lines[0] | {"people": -1}, *lines[1:]],
        "stores of nobody": [lines[0] | {"stores": 4}, *lines[1:]],
    }
    keys = {name: [one.key for one in check(Plan.from_json({"phases": told}))] for name, told in wrong.items()}
    assert keys == {
        "no people at all": ["nobody"],
        "one too many": ["duplicate_key", "wrong_order"],
        "in another order": ["wrong_order"],
        "unknown": ["unknown_stage"],
        "negative people": ["negative"],
        "stores of nobody": ["stores_without_accounts"],
    }


def test_keys_and_lines_are_counted() -> None:
    assert [one.key for one in check(plan(activity(), activity()))] == ["duplicate_key"]
    many = plan(*(activity(key=str(number)) for number in range(51)))
    assert [one.key for one in check(many)] == ["too_many_activities"]
