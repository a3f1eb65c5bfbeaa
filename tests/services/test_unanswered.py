"""Nobody forgets an account that waits to pass on: first who should act is reminded, then operations; each once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import handovers, mail_plan, mail_rules, unanswered
from scheduler.services.actors import CLI, Actor
from scheduler.services.almanac import Almanac
from scheduler.services.outbox.about import read
from scheduler.services.outbox.wanted import unwanted
from tests.factories import a_member, an_account

API = Actor("api", 1, "api")
# The tests' moment is Wednesday, 1 April 2026; two working days later is Friday, five are Wednesday the 8th.
FRIDAY, WEDNESDAY = (datetime(2026, 4, day, 1, tzinfo=UTC) for day in (3, 8))

pytestmark = pytest.mark.usefixtures("database")


def ready_account(now: datetime, **fields: Any) -> Account:
    return an_account(**{"ready_since": now} | fields)


def requested(now: datetime, **fields: Any) -> tuple[Account, int]:
    account = an_account()
    return account, handovers.request(account.id, "success", now, API, reason="先方のご希望", **fields)


def still(mail_id: int, now: datetime) -> tuple[str, str] | None:
    about = read(mail_id)
    assert about is not None
    return unwanted(about, now)


def reminded(kind: str) -> list[tuple[int, bool]]:
    query = select(Mail).where(Mail.kind == kind).order_by(Mail.id)
    return [(mail.staff_id, mail.params["to_operations"]) for mail in db.session.scalars(query) if mail.staff_id]


def test_who_was_asked_is_reminded_after_two_working_days_and_operations_after_five(now: datetime) -> None:
    receiver, manager = a_member("success"), a_member("operations")
    a_member("success")
    requested(now, receiver_id=receiver.id)
    assert unanswered.plan(FRIDAY - timedelta(days=1)) == 0
    assert unanswered.plan(FRIDAY) == 1
    assert unanswered.plan(FRIDAY) == 0
    assert reminded(unanswered.ASKED) == [(receiver.id, False)]
    unanswered.plan(WEDNESDAY)
    assert reminded(unanswered.ASKED) == [(receiver.id, False), (manager.id, True)]


def test_where_nobody_in_particular_was_asked_the_whole_team_is_reminded(now: datetime) -> None:
    team = [a_member("success"), a_member("success")]
    a_member("success", email=None)
    a_member("success", active=False)
    requested(now)
    unanswered.plan(FRIDAY)
    assert reminded(unanswered.ASKED) == [(member.id, False) for member in team]


def test_a_worker_that_slept_makes_up_for_nothing(now: datetime) -> None:
    a_member("success"), a_member("operations")
    requested(now)
    assert unanswered.plan(WEDNESDAY + timedelta(days=7)) == 0


def test_an_answer_ends_it(now: datetime) -> None:
    a_member("success")
    _account, number = requested(now)
    unanswered.plan(FRIDAY)
    handovers.give_back(number, "店舗の一覧がありません", FRIDAY, API)
    mail = db.session.scalars(select(Mail).where(Mail.kind == unanswered.ASKED)).one()
    assert still(mail.id, FRIDAY) == ("dropped", "handover_changed")
    assert unanswered.upcoming(WEDNESDAY, WEDNESDAY, Almanac.read()) == []


def test_the_owner_of_a_ready_account_that_nobody_hands_on_is_reminded(now: datetime) -> None:
    owner, manager = a_member("onboarding"), a_member("operations")
    account = ready_account(now, onboarding_owner_id=owner.id)
    unanswered.plan(FRIDAY)
    unanswered.plan(WEDNESDAY)
    assert reminded(unanswered.READY) == [(owner.id, False), (manager.id, True)]
    mail = db.session.scalars(select(Mail).where(Mail.kind == unanswered.READY)).first()
    assert mail is not None
    assert still(mail.id, FRIDAY) is None
    with db.writing():
        db.session.get_one(Account, account.id).ready_since = None
    assert still(mail.id, FRIDAY) == ("dropped", "no_longer_ready")


def test_asking_the_next_team_ends_the_reminder_and_a_return_begins_it_anew(now: datetime) -> None:
    owner = a_member("onboarding")
    a_member("success")
    account = ready_account(now, onboarding_owner_id=owner.id)
    number = handovers.request(account.id, "success", now, API, reason="先方のご希望")
    assert {mail.kind for mail in unanswered.upcoming(FRIDAY, FRIDAY, Almanac.read())} == {unanswered.ASKED}
    handovers.give_back(number, "店舗の一覧がありません", FRIDAY, API)
    with db.writing():
        db.session.get_one(Account, account.id).ready_since = now
    assert unanswered.plan(FRIDAY + timedelta(days=3)) == 0
    assert unanswered.plan(FRIDAY + timedelta(days=4)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"undecided": True},
        {"cancelled_on": date(2026, 4, 1)},
        {"on_hold_until": date(2026, 6, 1)},
        {"stage": "renewal"},
        {"ready_since": None},
    ],
)
def test_an_account_that_nobody_should_hand_on_is_left_alone(now: datetime, fields: dict[str, Any]) -> None:
    a_member("onboarding")
    ready_account(now, **fields)
    assert unanswered.plan(WEDNESDAY) == 0


def test_operations_decide_after_how_many_days_and_whether_at_all(now: datetime) -> None:
    a_member("success")
    requested(now)
    mail_rules.save({"staff_handover_waiting.team_days": "1"}, now, CLI)
    assert unanswered.plan(FRIDAY - timedelta(days=1)) == 1
    mail_rules.save({"staff_handover_waiting.on": "off"}, now, CLI)
    assert unanswered.upcoming(now, WEDNESDAY, Almanac.read()) == []


def test_reminders_to_come_stand_in_the_plan_of_mails(now: datetime) -> None:
    a_member("success")
    requested(now)
    told = [mail for mail in mail_plan.plan(now, 7) if mail.kind == unanswered.ASKED]
    # Friday morning in Tokyo, when the quiet hours are over.
    assert [mail.when for mail in told] == [datetime(2026, 4, 2, 23, tzinfo=UTC)]
