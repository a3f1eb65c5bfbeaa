"""One press does what an account needs, and pressing twice does it once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail, Suppression
from scheduler.models.tasks import Task
from scheduler.services import follow_ups, introductions, setup, tasks
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import NOW, a_contact, a_course, a_member, a_registration, a_setup_step, an_account

DAY = timedelta(days=1)
TODAY = date(2026, 4, 1)
STAFF = Actor("staff", None, "page")


def by(member_id: int) -> Actor:
    return Actor("staff", member_id, "page")


def the(number: int) -> Task:
    return db.session.get_one(Task, number, populate_existing=True)


def mails() -> list[tuple[str, int | None]]:
    return [(mail.kind, mail.contact_id) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def test_a_call_is_a_task_of_today_with_the_number(database: Flask, now: datetime) -> None:
    account, member = an_account(), a_member()
    a_contact(account, role="coordinator")
    a_contact(account, role="coordinator", phone="03-0000-0000", left_on=TODAY)
    a_contact(account, role="member", phone="03-3333-3333")
    manager = a_contact(account, role="manager", phone="03-2222-2222")
    number = follow_ups.call(account.id, now, by(member.id))
    task = the(number)
    assert (task.contact_id, task.params["phone"], task.owner_id, task.due_on) == (
        manager.id,
        "03-2222-2222",
        member.id,
        TODAY,
    )
    assert follow_ups.call(account.id, now + DAY, STAFF) == number
    tasks.done(number, now, STAFF)
    assert follow_ups.call(account.id, now + DAY, STAFF) != number


def test_where_nobody_has_a_number_there_is_a_task_all_the_same(app: Flask, now: datetime) -> None:
    task = the(follow_ups.call(an_account().id, now, STAFF))
    assert (task.contact_id, task.params["phone"]) == (None, "")
    # 4 April 2026 is a Saturday.
    assert the(follow_ups.call(an_account().id, now + 3 * DAY, STAFF)).due_on == date(2026, 4, 6)


def test_a_call_nobody_answered_is_due_again_on_the_next_working_day(app: Flask, now: datetime) -> None:
    number = follow_ups.call(an_account().id, now, STAFF)
    follow_ups.not_reached(number, now, STAFF)
    follow_ups.not_reached(number, now + 2 * DAY, STAFF)
    assert (the(number).due_on, the(number).params["tries"]) == (date(2026, 4, 6), 2)
    tasks.done(number, now, STAFF)
    follow_ups.not_reached(number, now + 3 * DAY, STAFF)
    assert the(number).params["tries"] == 2
    other = tasks.add("k", "by_hand", now=now, account_id=None)
    with pytest.raises(NotFound):
        follow_ups.not_reached(other, now, STAFF)


def test_whoever_never_answered_is_invited_again_not_twice_a_day(database: Flask, now: datetime) -> None:
    a_course()
    account = an_account()
    silent, answered, left = (a_contact(account) for _ in range(3))
    introductions.start([account.id], "everyone", now - 100 * DAY, STAFF)
    a_registration(answered)
    with db.writing():
        db.session.add(Suppression(address=left.email, list="invitations", reason="unsubscribed", created_at=NOW))
    assert follow_ups.invite_again(account.id, now, STAFF) == [silent.id]
    assert follow_ups.invite_again(account.id, now, STAFF) == []
    assert mails()[3:] == [("invitation", silent.id)]
    mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert mail is not None
    assert (mail.params["again"], mail.due_at) == (True, now)
    assert follow_ups.invite_again(account.id, now + DAY, STAFF) == [silent.id]


@pytest.mark.parametrize("fields", [{}, {"on_hold_until": date(2026, 6, 1)}, {"cancelled_on": TODAY}])
def test_nobody_is_invited_again_who_was_not_invited_or_is_spared(
    app: Flask, fields: dict[str, Any], now: datetime
) -> None:
    a_course()
    account = an_account(**fields)
    a_contact(account)
    with pytest.raises(Invalid):
        follow_ups.invite_again(account.id, now, STAFF)


def test_one_person_is_reminded_of_the_set_up_once_a_day(database: Flask, now: datetime) -> None:
    a_setup_step("menu")
    account = an_account()
    person = a_contact(account)
    a_contact(account, role="member")
    for _again in range(2):
        assert follow_ups.remind_setup(account.id, now, STAFF) == person.id
    assert mails() == [("setup_nudge", person.id)]
    assert db.session.scalar(select(func.count()).where(Event.key == "setup_reminded")) == 1
    follow_ups.remind_setup(account.id, now + DAY, STAFF)
    assert [mail.key for mail in db.session.scalars(select(Mail).order_by(Mail.id))] == [
        f"nudge:{account.id}:1",
        f"nudge:{account.id}:2",
    ]


def test_there_is_no_reminding_of_what_is_done_or_of_nobody(app: Flask, now: datetime) -> None:
    a_setup_step("menu")
    nobody, done, held = an_account(), an_account(), an_account(on_hold_until=date(2026, 6, 1))
    a_contact(done)
    a_contact(held)
    setup.complete(done.id, "menu", now, STAFF)
    for account in (nobody, done, held):
        with pytest.raises(Invalid):
            follow_ups.remind_setup(account.id, now, STAFF)


def test_help_is_asked_of_whoever_of_operations_has_least_to_do(app: Flask, now: datetime) -> None:
    busy, free = a_member("operations"), a_member("operations")
    a_member("operations", active=False)
    tasks.add("k", "by_hand", now=now, account_id=None, owner_id=busy.id)
    account = an_account()
    number = follow_ups.ask_for_help(account.id, "担当者が替わり、連絡がつきません", now, STAFF)
    assert the(number).owner_id == free.id
    assert follow_ups.ask_for_help(account.id, "折り返しもありません", now, STAFF) == number
    assert the(number).words.split("\n") == ["担当者が替わり、連絡がつきません", "折り返しもありません"]
    with pytest.raises(Invalid):
        follow_ups.ask_for_help(account.id, "あ" * 501, now, STAFF)


def test_what_was_done_last_is_told(app: Flask, now: datetime) -> None:
    account, other = an_account(), an_account()
    first = follow_ups.call(account.id, now, STAFF)
    assert follow_ups.last_of([account.id, other.id])[account.id].id == first
    tasks.done(first, now, STAFF)
    assert follow_ups.last_of([account.id])[account.id].id == first
    helping = follow_ups.ask_for_help(account.id, "", now, STAFF)
    assert follow_ups.last_of([account.id])[account.id].id == helping
    again = follow_ups.call(account.id, now, STAFF)
    assert follow_ups.last_of([account.id])[account.id].id == again
    assert "task_added" in set(db.session.scalars(select(Event.key)))
