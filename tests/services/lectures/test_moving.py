"""People changed to another date in one step: seats never oversold, one mail each, and who stays is said with the reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling, moving
from scheduler.services.refusals import Invalid, LectureCancelled, LectureOver, NotFound
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account
from tests.services.together import at_once

STAFF = Actor("staff", None, "page")
REASON = {"ja": "講師の急病のため", "en": "The host is ill."}

pytestmark = pytest.mark.usefixtures("database")


def rows(lecture: Lecture) -> list[tuple[int, str]]:
    query = select(Registration.contact_id, Registration.status).where(Registration.lecture_id == lecture.id)
    return [(contact, status) for contact, status in db.session.execute(query.order_by(Registration.id))]


def taken(*lectures: Lecture) -> list[int]:
    db.session.expire_all()
    return [db.session.get_one(Lecture, one.id).seats_taken for one in lectures]


def test_everybody_moves_with_one_mail_each_that_says_both_dates(now: datetime) -> None:
    old, new = a_lecture(), a_lecture(starts_at=now + timedelta(days=9))
    first, second = a_registration(lecture=old), a_registration(lecture=old)
    assert moving.plan(old.id, new.id, now).mails == 2
    assert taken(old, new) == [2, 0]
    result = moving.move(old.id, new.id, now, STAFF, reason=REASON)
    assert ([row.id for row in result.moved], result.left) == ([first.id, second.id], [])
    assert taken(old, new) == [0, 2]
    mails = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [(mail.kind, mail.registration_id, mail.lecture_id) for mail in mails] == [
        ("changed", first.id, new.id),
        ("changed", second.id, new.id),
    ]
    assert mails[0].params["old_starts_at"] == old.starts_at.isoformat()
    assert (mails[0].params["by_us"], mails[0].params["reason"]) == (True, REASON)
    row = db.session.get_one(Registration, first.id)
    assert (row.sequence, row.uid) == (1, first.uid)
    assert db.session.scalars(select(Event.key).order_by(Event.id)).all()[:3] == ["changed", "changed", "people_moved"]


def test_who_stays_is_said_with_the_reason_and_those_who_booked_first_go_first(now: datetime) -> None:
    old, new = a_lecture(), a_lecture(capacity=2, starts_at=now + timedelta(days=9))
    there = a_contact()
    a_registration(there, new)
    late = a_registration(lecture=old, registered_at=now + timedelta(hours=2))
    waiting = a_registration(lecture=old, status="waitlisted", registered_at=now - timedelta(hours=1))
    twice, early = a_registration(there, old), a_registration(lecture=old, registered_at=now + timedelta(hours=1))
    result = moving.move(old.id, new.id, now, STAFF)
    assert [row.id for row in result.moved] == [early.id]
    assert {one.registration.id: one.refusal.key for one in result.left} == {
        twice.id: "already_booked",
        late.id: "lecture_full",
        waiting.id: "lecture_full",
    }
    assert taken(new) == [2]


def test_whoever_waits_moves_up_at_home_when_the_others_leave_and_there_when_there_is_room(now: datetime) -> None:
    account = an_account()
    old, new = a_lecture(capacity=1), a_lecture(starts_at=now + timedelta(days=9))
    mover = a_registration(a_contact(account), old)
    waiting = a_registration(lecture=old, status="waitlisted")
    result = moving.move(old.id, new.id, now, STAFF, account_id=account.id)
    assert [row.id for row in result.moved] == [mover.id]
    assert rows(old) == [(waiting.contact_id, "booked")]
    assert taken(old, new) == [1, 1]
    again = moving.move(old.id, new.id, now, STAFF)
    assert [row.id for row in again.moved] == [waiting.id]
    assert taken(old, new) == [0, 2]


def test_nobody_moves_up_on_the_way_when_all_leave(now: datetime) -> None:
    old, new = a_lecture(capacity=1), a_lecture(starts_at=now + timedelta(days=9))
    a_registration(lecture=old)
    a_registration(lecture=old, status="waitlisted")
    moving.move(old.id, new.id, now, STAFF)
    assert db.session.scalars(select(Mail.kind)).all() == ["changed", "changed"]


def test_people_of_a_lecture_that_was_called_off_move_even_after_its_start_for_its_reason(now: datetime) -> None:
    old, new = a_lecture(starts_at=now + timedelta(minutes=10)), a_lecture()
    row = a_registration(lecture=old)
    cancelling.call_off(old.id, REASON, now, STAFF)
    result = moving.move(old.id, new.id, now + timedelta(hours=1), STAFF, contact_id=row.contact_id)
    assert len(result.moved) == 1
    mails = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [mail.kind for mail in mails] == ["called_off", "changed"]
    assert mails[1].params["reason"] == REASON
    assert taken(old, new) == [0, 1]


def test_a_limit_an_account_and_a_missing_prerequisite_keep_people_back_but_an_exception_holds(now: datetime) -> None:
    basic = a_course()
    advanced = a_course("advanced", prerequisite_id=basic.id)
    account = an_account()
    old, new = a_lecture(advanced), a_lecture(advanced, starts_at=now + timedelta(days=9), account_limit=1)
    excused = a_registration(a_contact(account), old, exception="経験者")
    colleague = a_registration(a_contact(account), old, exception="経験者")
    without = a_registration(lecture=old)
    attended = a_registration(lecture=old)
    past = a_lecture(basic, starts_at=now - timedelta(days=3))
    with db.writing():
        db.session.add(
            Attendance(lecture_id=past.id, contact_id=attended.contact_id, verdict="attended", decided_at=now)
        )
    result = moving.move(old.id, new.id, now, STAFF)
    assert [row.id for row in result.moved] == [excused.id, attended.id]
    assert {one.registration.id: one.refusal.key for one in result.left} == {
        colleague.id: "account_limit_reached",
        without.id: "prerequisite_missing",
    }


def test_people_without_mail_move_and_are_left_to_the_telephone(now: datetime) -> None:
    old, new = a_lecture(), a_lecture()
    a_registration(a_contact(email=None), old)
    a_registration(lecture=old, mails=False)
    plan = moving.plan(old.id, new.id, now)
    assert (len(plan.moved), plan.mails) == (2, 0)
    moving.move(old.id, new.id, now, STAFF)
    assert db.session.scalars(select(Mail)).all() == []


def test_a_date_nobody_can_move_to_is_refused_and_nothing_is_written(now: datetime) -> None:
    old = a_lecture()
    a_registration(lecture=old)
    cases: list[tuple[Any, type[Exception]]] = [
        (old.id, Invalid),
        (a_lecture(a_course("advanced")).id, Invalid),
        (a_lecture(status="cancelled").id, LectureCancelled),
        (a_lecture(starts_at=now - timedelta(minutes=1)).id, LectureOver),
        (99_999, NotFound),
    ]
    for target, refusal in cases:
        with pytest.raises(refusal):
            moving.move(old.id, target, now, STAFF)
        with pytest.raises(refusal):
            moving.plan(old.id, target, now)
    with pytest.raises(LectureOver):
        moving.move(a_lecture(starts_at=now - timedelta(hours=3)).id, old.id, now, STAFF)
    assert db.session.scalar(select(func.count()).select_from(Mail)) == 0


def test_another_companys_date_takes_nobody(now: datetime) -> None:
    old, own = a_lecture(), a_lecture(account_id=an_account().id)
    a_registration(lecture=old)
    assert [one.refusal.key for one in moving.plan(old.id, own.id, now).left] == ["not_found"]
    assert own.id not in [one.id for one in moving.other_dates(old, now)]


def test_two_crowds_that_move_to_one_date_at_once_never_oversell_it(database: Flask, now: datetime) -> None:
    first, second = a_lecture(), a_lecture()
    new = a_lecture(capacity=5, starts_at=now + timedelta(days=9))
    for _ in range(4):
        a_registration(lecture=first)
        a_registration(lecture=second)
    one, other, target = first.id, second.id, new.id
    faults = at_once(
        database, lambda: moving.move(one, target, now, STAFF), lambda: moving.move(other, target, now, STAFF)
    )
    assert faults == []
    assert taken(first, second, new)[2] == 5
    assert sum(taken(first, second)) == 3
