"""Answers whether staffing is measured on the history, and what is entered goes before it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.snapshots import Milestone, Tenure
from scheduler.rules.staffing.plans import Plan
from scheduler.services import tags
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid
from scheduler.services.reports import asking
from scheduler.services.reports.staffing import building, rows
from scheduler.services.staffing import keeping, measuring, spans
from tests.conftest import Client, sign_in
from tests.factories import a_member, an_account

STAFF = Actor("staff", None, "page")
NOW = datetime.fromisoformat("2026-11-23T03:00:00+00:00")


@pytest.fixture(autouse=True)
def _application(app: Flask) -> None:
    """Everything here needs a database."""


def came(began_on: date, stores: int = 2, stage: str = "onboarding") -> Account:
    account = an_account(stage=stage)
    db.session.add(
        Milestone(account_id=account.id, began_on=began_on, came_live=False, stores=stores, stores_attended=0)
    )
    db.session.commit()
    return account


def stood(account: Account, stage: str, from_on: date, until_on: date | None) -> None:
    db.session.add(
        Tenure(account_id=account.id, stage=stage, stores=2, from_on=from_on, until_on=until_on, owner_id=None)
    )
    db.session.commit()


def lately() -> Plan:
    return measuring.measure(spans.lately(NOW))


def test_without_history_everything_is_a_rule_of_thumb() -> None:
    plan = lately()
    assert not plan.new_accounts.measured
    assert not any(activity.minutes.measured for activity in plan.activities)
    assert [phase.people.value for phase in plan.phases] == [0, 0, 0, 0]


def test_newcomers_are_counted_by_month_since_the_first_came() -> None:
    for month, count in ((8, 2), (9, 3), (10, 4)):
        for _number in range(count):
            came(date(2026, month, 10))
    # This month is not over, and what came live was brought in elsewhere.
    came(date(2026, 11, 3))
    plan = lately()
    assert (plan.new_accounts.value, plan.new_accounts.base) == (3.0, 3)
    assert plan.new_stores.value == 6.0


def test_who_is_still_in_a_stage_counts_as_having_stayed_so_long_at_least() -> None:
    for number in range(6):
        account = came(date(2026, 6, 1))
        stood(account, "onboarding", date(2026, 6, 1), date(2026, 6, 1) + timedelta(days=30 + number))
        stood(account, "success", date(2026, 6, 1) + timedelta(days=30 + number), None)
    stays = {phase.stage: phase.months for phase in lately().phases}
    assert stays["onboarding"] is not None
    assert stays["onboarding"].value == pytest.approx(32.5 / measuring.MONTH)
    # Nobody has left success yet, and nobody came by way of sales.
    assert stays["success"] is not None
    assert not stays["success"].measured
    assert stays["sales"] is not None
    assert stays["sales"].value == 0


def test_the_stay_of_an_account_is_one_however_often_its_owner_changed() -> None:
    for _number in range(6):
        account = came(date(2026, 6, 1))
        stood(account, "onboarding", date(2026, 6, 1), date(2026, 6, 11))
        stood(account, "onboarding", date(2026, 6, 11), date(2026, 7, 1))
    stay = {phase.stage: phase.months for phase in lately().phases}["onboarding"]
    assert stay is not None
    assert (stay.value, stay.base) == (pytest.approx(30 / measuring.MONTH), 6)


def test_only_the_accounts_of_a_tag_are_measured() -> None:
    chosen = [came(date(2026, 9, 5)) for _number in range(6)]
    for _number in range(9):
        came(date(2026, 9, 5))
    tags.tag_accounts([account.id for account in chosen], ["試行"], NOW, STAFF)
    asked = asking.read({"tag": "試行"}, NOW)
    plan = measuring.measure(spans.window(asked.since, asked.until, asking.accounts(asked)))
    assert {phase.stage: phase.accounts.value for phase in plan.phases}["onboarding"] == 6


@pytest.mark.parametrize(
    ("since", "until", "months", "first", "end"),
    [
        ("2025-11-01", "2026-11-23", 12, "2025-11-01", "2026-11-01"),
        ("2026-01-15", "2026-06-30", 5, "2026-02-01", "2026-07-01"),
        ("2026-01-15", "2026-01-31", 0, "2026-02-01", "2026-02-01"),
    ],
)
def test_whole_months_are_measured(since: str, until: str, months: int, first: str, end: str) -> None:
    span = spans.window(date.fromisoformat(since), date.fromisoformat(until))
    assert (span.months, span.since.isoformat(), span.until.isoformat()) == (months, first, end)


def test_who_cancels_later_is_looked_after_until_then() -> None:
    for number, cancelled_on in enumerate((None, date(2026, 12, 31), date(2026, 11, 23), date(2026, 3, 1))):
        came(date(2026, 9, number + 1)).cancelled_on = cancelled_on
        db.session.commit()
    asked = asking.read({}, NOW)
    plan = measuring.measure(spans.window(asked.since, asked.until))
    assert {phase.stage: phase.accounts.value for phase in plan.phases}["onboarding"] == 2


def with_people() -> None:
    for team in ("sales", "onboarding", "success", "renewal"):
        a_member(team=team)


def test_what_is_entered_goes_before_what_is_measured() -> None:
    with_people()
    for _number in range(6):
        came(date(2026, 9, 5))
    kept = {"entered": {"new_accounts": 40.0, "minutes.kick_off": 25.0, "people.success": 7.0, "queue.seats": 12.0}}
    assert keeping.save(kept, NOW, STAFF)
    assert not keeping.save(kept, NOW, STAFF)
    plan = keeping.plan(spans.lately(NOW), {})
    assert (plan.new_accounts.value, plan.new_accounts.measured) == (40.0, False)
    assert {one.key: one.minutes.value for one in plan.activities}["kick_off"] == 25.0
    assert {phase.stage: phase.people.value for phase in plan.phases}["success"] == 7.0
    assert plan.queue.seats.value == 12.0
    keeping.save({}, NOW, STAFF)
    assert keeping.plan(spans.lately(NOW), {}).new_stores.value == 6.0


@pytest.mark.parametrize(
    ("entered", "field", "why"),
    [
        ({"hours": -3.0}, "hours", "plan_negative"),
        ({"hours": 0.0}, "hours", "plan_zero"),
        ({"new_accounts": "たくさん"}, "new_accounts", "plan_not_a_number"),
        ({"people.sales": 0.0, "people.onboarding": 0.0, "people.success": 0.0, "people.renewal": 0.0}, "people", "plan_nobody"),
        ({"minutes.kick_off": -1.0}, "activities.1.minutes", "plan_negative"),
        ({"group.basic_lecture": 0.0}, "activities.2.group", "plan_zero"),
        ({"queue.show_rate": 1.5}, "queue.show_rate", "plan_too_large"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(entered: dict[str, Any], field: str, why: str) -> None:
    with_people()
    with pytest.raises(Invalid) as refused:
        keeping.save({"entered": entered}, NOW, STAFF)
    assert (refused.value.params["field"], refused.value.params["why"]) == (field, why)
    assert keeping.entered() == {}


def test_the_report_says_the_same_for_the_same_seed_and_tries_numbers_without_keeping_them() -> None:
    with_people()
    asked = asking.read({"seed": "7", "new_accounts": "30", "hours": "100"}, NOW, building.CHOICES)
    first, second = building.build(asked, NOW), building.build(asked, NOW)
    assert first == second
    assert building.build(asking.read({"seed": "8"}, NOW, building.CHOICES), NOW).parts != first.parts
    assert keeping.entered() == {}
    months = first.part("months")
    for row in months.rows:
        needed = row.values[months.column("hours")]
        assert needed.low <= needed.middle <= needed.high


def test_a_team_without_anybody_is_said_not_divided_by(client: Client) -> None:
    sign_in(client, a_member(team="operations"))
    answer = client.get("/staff/reports/staffing")
    assert answer.status_code == 200
    assert "担当者が 1 人もいないため試算できません" in answer.text
    tried = client.get("/staff/reports/staffing?hours=-3")
    assert tried.status_code == 422
    assert "0 以上の数で入力してください" in tried.text


def test_the_rows_behind_a_figure_are_as_many_as_it_was_measured_on() -> None:
    with_people()
    for _number in range(6):
        came(date(2026, 9, 5))
    asked = asking.read({}, NOW, building.CHOICES)
    inputs = building.build(asked, NOW).part("inputs")
    place = inputs.column("base")
    found = {row.key: row.values[place] for row in inputs.rows if row.values[place]}
    assert found["accounts.onboarding"] == 6
    for key, base in found.items():
        assert rows.behind(asked, "inputs", key, "base", NOW, 2, 0).total == base


def test_the_plan_is_entered_on_its_page_and_complaints_stand_at_their_fields(client: Client) -> None:
    sign_in(client, a_member(team="operations"))
    with_people()
    page = client.get("/staff/reports/staffing/plan")
    assert page.status_code == 200
    form = {
        "activity-0-key": "kick_off", "activity-0-stage": "onboarding", "activity-0-per": "account", "activity-0-done": "one_to_one",
        "activity-0-minutes": "50", "activity-1-name": "訪問", "activity-1-stage": "success", "activity-1-per": "month",
        "activity-1-done": "one_to_one", "activity-1-minutes": "90", "hours": "多い", "scenarios": ["yours"], "horizon": "6",
    }  # fmt: skip
    refused = client.post("/staff/reports/staffing/plan", data=form)
    assert refused.status_code == 422
    assert "数で入力してください" in refused.text
    assert 'value="多い"' in refused.text
    assert keeping.entered() == {}
    assert client.post("/staff/reports/staffing/plan", data=form | {"hours": "110"}).status_code == 302
    plan = keeping.plan(spans.lately(NOW), {})
    assert [(one.key, one.name, one.minutes.value) for one in plan.activities] == [
        ("kick_off", "", 50.0),
        ("own_1", "訪問", 90.0),
    ]
    assert (plan.hours.value, plan.horizon, plan.scenarios) == (110.0, 6, ("yours",))
    shown = client.get("/staff/reports/staffing").text
    assert "訪問" in shown
    client.post("/staff/reports/staffing/plan/forget")
    assert keeping.entered() == {}
