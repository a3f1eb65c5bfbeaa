"""An owner is told once when an account comes to a standstill, and never buried in such mails."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import accounts, mail_rules, proving, readiness
from scheduler.services.actors import CLI, Actor
from tests.factories import a_course, a_member, a_setup_step, an_account

STAFF = Actor("staff", None, "page")
START = date(2026, 4, 10)
DAY = timedelta(days=1)


def moving(owner_id: int | None, now: datetime, **fields: object) -> Account:
    """Have an account that was judged before its planned start, and was moving then."""
    account = an_account(onboarding_owner_id=owner_id, planned_start_on=START, **fields)
    readiness.refresh(account.id, now)
    assert db.session.get_one(Account, account.id).level != "stuck"
    return account


def told() -> list[tuple[int | None, int | None, str]]:
    rows = select(Mail.staff_id, Mail.account_id, Mail.state).where(Mail.kind == "staff_stuck").order_by(Mail.id)
    return [(staff_id, account_id, state) for staff_id, account_id, state in db.session.execute(rows)]


@pytest.fixture(autouse=True)
def world(app: Flask) -> None:
    a_course()
    a_setup_step()


def test_the_owner_is_told_once_when_the_planned_start_has_passed(now: datetime) -> None:
    owner = a_member()
    account = moving(owner.id, now)
    for days in (11, 12, 13):
        proving.refresh_all(now + days * DAY)
    assert told() == [(owner.id, account.id, "queued")]


def test_another_stretch_is_told_again(now: datetime) -> None:
    owner = a_member()
    account = moving(owner.id, now)
    proving.refresh_all(now + 11 * DAY)
    for planned, days in ((START + 30 * DAY, 12), (START, 13)):
        with db.writing():
            db.session.get_one(Account, account.id).planned_start_on = planned
        readiness.refresh(account.id, now + days * DAY)
    assert told() == [(owner.id, account.id, "queued")] * 2


def test_a_night_on_which_many_come_to_a_standstill_brings_three_mails_an_owner(now: datetime) -> None:
    owners = [a_member(), a_member()]
    for number in range(10):
        moving(owners[number % 2].id, now)
    proving.refresh_all(now + 11 * DAY)
    assert sorted(staff_id for staff_id, *_rest in told()) == sorted([owner.id for owner in owners] * 3)


def test_what_was_stuck_from_the_first_is_no_news(now: datetime) -> None:
    owner = a_member()
    late = now + 20 * DAY
    imported = an_account(onboarding_owner_id=owner.id, planned_start_on=START)
    readiness.refresh(imported.id, late)
    undecided = an_account(onboarding_owner_id=owner.id, planned_start_on=START, undecided=True)
    readiness.refresh(undecided.id, late)
    accounts.decide([undecided.id], "onboarding", late, STAFF)
    assert {row.level for row in db.session.scalars(select(Account))} == {"stuck"}
    assert told() == []


def test_an_account_without_an_owner_mails_nobody(now: datetime) -> None:
    moving(None, now)
    proving.refresh_all(now + 11 * DAY)
    assert told() == []


def test_an_import_mails_nobody_of_a_standstill_either(now: datetime) -> None:
    owner = a_member()
    account = moving(owner.id, now)
    later = now + 11 * DAY
    with db.writing():
        readiness.refresh_many([account.id], later)
        readiness.take_news_back([account.id], later, "imported")
    assert told() == [(owner.id, account.id, "dropped")]


def test_operations_may_switch_it_off(now: datetime) -> None:
    moving(a_member().id, now)
    mail_rules.save({"staff_stuck.on": "off"}, now, CLI)
    proving.refresh_all(now + 11 * DAY)
    assert told() == []
