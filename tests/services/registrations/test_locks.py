"""Seats that go from one account to another, and back, at the same moment: nobody waits for the other for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.lectures import moving
from scheduler.services.registrations import booking, changes, companions
from tests.factories import a_contact, a_course, a_lecture, an_account
from tests.services.together import at_once

STAFF = Actor("staff", None, "phone")
# Each time two transactions meet anew; the wrong order of locks showed within a few.
TIMES = 15


def _late_account() -> Account:
    """Make an account past its planned start: whatever its people do, it is judged anew."""
    return an_account(planned_start_on=date(2026, 3, 1))


def _leaving(course: Course, leaver: Account, waiter: Account, now: datetime) -> tuple[int, int]:
    """Fill a lecture with one person of an account while one of the other waits; return lecture and registration."""
    lecture = a_lecture(course, capacity=1)
    number = booking.register(a_contact(leaver).id, lecture.id, now, STAFF)
    booking.register(a_contact(waiter).id, lecture.id, now, STAFF, waitlist=True)
    return lecture.id, number


Leave = Callable[[int, int, datetime], object]


def _cancel(_lecture_id: int, number: int, now: datetime) -> object:
    return changes.cancel(number, now, STAFF)


def _move_one(lecture_id: int, number: int, now: datetime) -> object:
    row = db.session.get_one(Registration, number)
    to = a_lecture(row.lecture.course, now + timedelta(days=9), capacity=1)
    return moving.move(lecture_id, to.id, now, STAFF, contact_id=row.contact_id)


@pytest.mark.parametrize("leave", [_cancel, _move_one])
def test_two_accounts_that_give_each_other_a_seat_at_once_both_get_it(
    database: Flask, now: datetime, leave: Leave
) -> None:
    one, other, course = _late_account(), _late_account(), a_course()
    for _ in range(TIMES):
        here, there = _leaving(course, one, other, now), _leaving(course, other, one, now)
        assert at_once(database, lambda at=here: leave(*at, now), lambda at=there: leave(*at, now)) == []
    waiting = select(func.count()).where(Registration.status == "waitlisted")
    assert db.session.scalar(waiting) == 0


def test_naming_companions_while_the_same_person_cancels_ends_one_way_or_the_other(
    database: Flask, now: datetime
) -> None:
    account, course = _late_account(), a_course()
    for _ in range(TIMES):
        _lecture, number = _leaving(course, account, account, now)
        refused = at_once(
            database,
            lambda row=number: companions.set_companions(row, ["鈴木 一郎"], now, STAFF),
            lambda row=number: changes.cancel(row, now, STAFF),
        )
        assert refused in ([], ["not_booked"])
