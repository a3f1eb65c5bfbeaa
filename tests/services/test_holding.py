"""An account on hold or cancelled stands still; what is booked is asked about, and all of it can be taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import holding, readiness, undecided_seats
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import NOW, a_contact, a_lecture, a_member, a_registration, an_account

TODAY, JUNE = date(2026, 4, 1), date(2026, 6, 1)
DAY = timedelta(days=1)
STAFF = Actor("staff", None, "page")


def state(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def open_tasks(kind: str) -> list[Task]:
    query = select(Task).where(Task.kind == kind, Task.done_at.is_(None)).order_by(Task.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def told() -> list[str]:
    keys = ("held", "hold_ended", "account_cancelled", "account_cancel_undone", "seats_decided")
    return list(db.session.scalars(select(Event.key).where(Event.key.in_(keys)).order_by(Event.id)))


def test_a_hold_keeps_an_account_on_track_until_its_day(database: Flask, now: datetime) -> None:
    account = an_account(planned_start_on=date(2026, 3, 2), onboarding_owner_id=a_member().id)
    readiness.refresh(account.id, now)
    assert state(account).level == "stuck"
    holding.hold(account.id, JUNE, " 繁忙期 ", now, STAFF)
    assert (state(account).level, account.on_hold_until, account.hold_reason) == ("on_track", JUNE, "繁忙期")
    (task,) = open_tasks("hold_over")
    assert (task.due_on, task.owner_id) == (JUNE, account.onboarding_owner_id)
    readiness.refresh(account.id, datetime.fromisoformat("2026-06-01T00:00:00+09:00"))
    assert state(account).level == "stuck"
    assert told() == ["held"]


@pytest.mark.parametrize("until", [None, TODAY, TODAY - DAY, date(2036, 1, 1)])
def test_a_hold_lasts_until_a_day_to_come(app: Flask, until: date | None, now: datetime) -> None:
    with pytest.raises(Invalid):
        holding.hold(an_account().id, until, "", now, STAFF)


def test_the_day_can_be_moved_and_there_is_one_task_for_it(app: Flask, now: datetime) -> None:
    account = an_account()
    # 30 May 2026 is a Saturday.
    for until in (JUNE, date(2026, 5, 30), JUNE):
        holding.hold(account.id, until, "", now, STAFF)
    assert [task.due_on for task in open_tasks("hold_over")] == [JUNE]
    holding.hold(account.id, date(2026, 5, 30), "", now, STAFF)
    assert [task.due_on for task in open_tasks("hold_over")] == [JUNE]
    assert open_tasks("hold_over")[0].key.endswith("2026-05-30")


def test_a_hold_that_ends_early_begins_the_clock_anew(app: Flask, now: datetime) -> None:
    account = an_account()
    holding.hold(account.id, JUNE, "", now, STAFF)
    assert holding.release(account.id, now + 5 * DAY, STAFF)
    assert state(account).on_hold_until == TODAY + 5 * DAY
    assert open_tasks("hold_over") == []
    assert not holding.release(account.id, now + 5 * DAY, STAFF)
    assert told() == ["held", "hold_ended"]


def test_a_hold_taken_back_the_same_day_leaves_the_clock_as_it_was(app: Flask, now: datetime) -> None:
    account, other = an_account(), an_account(on_hold_until=date(2026, 2, 2))
    for one in (account, other):
        holding.hold(one.id, JUNE, "", now, STAFF)
        holding.release(one.id, now, STAFF)
    assert (state(account).on_hold_until, state(other).on_hold_until) == (None, date(2026, 2, 2))


def test_a_hold_moved_on_the_day_it_began_is_taken_back_like_one_that_was_not(app: Flask, now: datetime) -> None:
    account, other = an_account(), an_account(on_hold_until=date(2026, 2, 2))
    for one in (account, other):
        for until in (JUNE, JUNE, JUNE + DAY):
            holding.hold(one.id, until, "", now, STAFF)
        holding.release(one.id, now, STAFF)
    assert (state(account).on_hold_until, state(other).on_hold_until) == (None, date(2026, 2, 2))
    # One that had begun before ends today, also when its day was moved today.
    holding.hold(account.id, JUNE, "", now, STAFF)
    holding.hold(account.id, JUNE + DAY, "", now + DAY, STAFF)
    holding.release(account.id, now + DAY, STAFF)
    assert state(account).on_hold_until == TODAY + DAY


def test_a_cancelled_account_is_not_followed_up_and_comes_back(database: Flask, now: datetime) -> None:
    account = an_account(planned_start_on=date(2026, 3, 2))
    holding.cancel(account.id, TODAY, "閉店", now, STAFF)
    assert (state(account).level, account.cancelled_on, account.cancel_reason) == ("on_track", TODAY, "閉店")
    assert holding.take_back(account.id, now, STAFF)
    assert (state(account).level, account.cancelled_on, account.cancel_reason) == ("stuck", None, "")
    assert not holding.take_back(account.id, now, STAFF)
    assert told() == ["account_cancelled", "account_cancel_undone"]


def test_an_account_cancelled_for_later_goes_on_until_that_day(app: Flask, now: datetime) -> None:
    account = an_account(planned_start_on=date(2026, 3, 2))
    holding.cancel(account.id, JUNE, "", now, STAFF)
    assert state(account).level == "stuck"


def test_what_is_booked_is_asked_about_and_never_cancelled_by_itself(app: Flask, now: datetime) -> None:
    account = an_account()
    contact = a_contact(account)
    seats = [a_registration(contact, a_lecture(starts_at=NOW + days * DAY)) for days in (2, 9)]
    a_registration(contact, a_lecture(starts_at=NOW - DAY))
    a_registration()
    holding.cancel(account.id, TODAY, "", now, STAFF)
    assert [row.id for row in undecided_seats.of_account(account.id, now)] == [row.id for row in seats]
    assert [task.params["count"] for task in open_tasks("seats")] == [2]
    # What is booked afterwards is a decision of its own.
    a_registration(contact, a_lecture(starts_at=NOW + 12 * DAY), registered_at=NOW + DAY)
    assert undecided_seats.decide(account.id, [seats[1].id], now + DAY, STAFF, mails=True) == 1
    rows = db.session.scalars(
        select(Registration).where(Registration.contact_id == contact.id).order_by(Registration.id)
    )
    assert [row.status for row in rows] == ["booked", "cancelled", "booked", "booked"]
    assert [mail.kind for mail in db.session.scalars(select(Mail))] == ["cancelled"]
    assert (open_tasks("seats"), undecided_seats.of_account(account.id, now)) == ([], [])
    assert undecided_seats.decide(account.id, [seats[0].id], now + DAY, STAFF, mails=True) == 0


def test_nobody_is_told_of_a_cancelled_seat_where_none_is_to_be(app: Flask, now: datetime) -> None:
    row = a_registration()
    account_id = row.contact.account_id
    holding.hold(account_id, JUNE, "", now, STAFF)
    undecided_seats.decide(account_id, [row.id], now, STAFF, mails=False)
    assert db.session.scalars(select(Mail)).all() == []


def test_the_question_is_over_when_the_account_goes_on(app: Flask, now: datetime) -> None:
    row = a_registration()
    account_id = row.contact.account_id
    holding.hold(account_id, JUNE, "", now, STAFF)
    holding.cancel(account_id, TODAY, "", now, STAFF)
    holding.release(account_id, now, STAFF)
    assert len(undecided_seats.of_account(account_id, now)) == 1
    holding.take_back(account_id, now, STAFF)
    assert undecided_seats.of_account(account_id, now) == []
    assert row.status == "booked"


def test_an_account_that_is_not_there_cannot_be_held(app: Flask, now: datetime) -> None:
    for act in (lambda: holding.hold(99, JUNE, "", now, STAFF), lambda: holding.take_back(99, now, STAFF)):
        with pytest.raises(NotFound):
            act()
