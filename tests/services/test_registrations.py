"""Seats, waiting lists and changes of date: nothing lost, nothing sold twice, one mail for each change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.refusals import (
    AlreadyBooked,
    Invalid,
    LectureCancelled,
    LectureFull,
    LectureOver,
    NotBooked,
    NotFound,
    PrerequisiteMissing,
    Refused,
)
from scheduler.services.registrations import booking, changes
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account

PAGE = Actor("contact", 1, "page")
PHONE = Actor("staff", None, "phone")

pytestmark = pytest.mark.usefixtures("database")


def mails(kind: str | None = None) -> list[Mail]:
    query = select(Mail).order_by(Mail.id)
    return list(db.session.scalars(query.where(Mail.kind == kind) if kind else query))


def seats_taken(lecture: Lecture) -> int:
    return db.session.scalar(select(Lecture.seats_taken).where(Lecture.id == lecture.id)) or 0


def the(registration_id: int) -> Registration:
    return db.session.get_one(Registration, registration_id, populate_existing=True)


def test_registering_takes_a_seat_and_owes_one_confirmation(now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    number = booking.register(contact.id, lecture.id, now, PAGE)
    assert the(number).status == "booked"
    assert seats_taken(lecture) == 1
    assert [(mail.kind, mail.contact_id, mail.params["sequence"]) for mail in mails()] == [
        ("confirmation", contact.id, 0)
    ]
    assert db.session.scalar(select(Event.channel).where(Event.key == "registered")) == "page"


def test_a_registration_on_the_telephone_can_go_without_mails_and_the_history_says_so(now: datetime) -> None:
    contact, lecture = a_contact(email=None, phone="03-1111-2222"), a_lecture()
    number = booking.register(contact.id, lecture.id, now, PHONE, mails=False)
    changes.cancel(number, now, PHONE)
    assert mails() == []
    assert set(db.session.scalars(select(Event.channel))) == {"phone"}


def test_a_second_press_changes_nothing_and_says_so(now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    booking.register(contact.id, lecture.id, now, PAGE)
    with pytest.raises(AlreadyBooked):
        booking.register(contact.id, lecture.id, now, PAGE)
    assert seats_taken(lecture) == 1
    assert len(mails()) == 1


def test_registering_again_after_cancelling_takes_up_the_same_calendar_entry(now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    number = booking.register(contact.id, lecture.id, now, PAGE)
    uid = the(number).uid
    changes.cancel(number, now, PAGE)
    again = booking.register(contact.id, lecture.id, now, PAGE)
    assert again == number
    assert (the(again).uid, the(again).sequence, the(again).status) == (uid, 2, "booked")
    assert [mail.kind for mail in mails()] == ["confirmation", "cancelled", "confirmation"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"starts_at": datetime.fromisoformat("2026-03-31T00:00:00+00:00")}, LectureOver),
        ({"status": "cancelled"}, LectureCancelled),
    ],
)
def test_a_lecture_that_is_over_or_cancelled_takes_nobody(fields: dict, refusal: type, now: datetime) -> None:
    with pytest.raises(refusal):
        booking.register(a_contact().id, a_lecture(**fields).id, now, PAGE)
    assert mails() == []


def test_another_companys_lecture_is_as_if_it_did_not_exist(now: datetime) -> None:
    lecture = a_lecture(account_id=an_account().id)
    with pytest.raises(NotFound):
        booking.register(a_contact().id, lecture.id, now, PAGE)


def test_the_advanced_course_wants_the_basic_one_attended_not_booked(now: datetime) -> None:
    basic = a_course("basic")
    advanced = a_course("advanced", prerequisite_id=basic.id)
    contact, past = a_contact(), a_lecture(basic, now - timedelta(days=7))
    a_registration(contact, past)
    lecture = a_lecture(advanced)
    with pytest.raises(PrerequisiteMissing):
        booking.register(contact.id, lecture.id, now, PAGE)
    with db.writing():
        db.session.add(Attendance(lecture_id=past.id, contact_id=contact.id, verdict="attended", decided_at=now))
    assert booking.register(contact.id, lecture.id, now, PAGE)


def test_a_full_lecture_says_so_and_offers_the_waiting_list(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    booking.register(a_contact().id, lecture.id, now, PAGE)
    with pytest.raises(LectureFull):
        booking.register(a_contact().id, lecture.id, now, PAGE)
    waiting = booking.register(a_contact().id, lecture.id, now, PAGE, waitlist=True)
    assert the(waiting).status == "waitlisted"
    assert seats_taken(lecture) == 1
    assert [mail.kind for mail in mails()] == ["confirmation", "waitlisted"]


def test_cancelling_gives_the_seat_to_the_first_on_the_waiting_list(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    booked = booking.register(a_contact().id, lecture.id, now, PAGE)
    first = booking.register(a_contact().id, lecture.id, now + timedelta(minutes=1), PAGE, waitlist=True)
    second = booking.register(a_contact().id, lecture.id, now + timedelta(minutes=2), PAGE, waitlist=True)
    changes.cancel(booked, now + timedelta(hours=1), PAGE)
    assert (the(first).status, the(second).status) == ("booked", "waitlisted")
    assert seats_taken(lecture) == 1
    assert [mail.kind for mail in mails()][-2:] == ["cancelled", "promoted"]


def test_changing_the_date_moves_the_same_entry_and_tells_old_and_new(now: datetime) -> None:
    contact, old, new = a_contact(), a_lecture(), a_lecture()
    number = booking.register(contact.id, old.id, now, PAGE)
    uid = the(number).uid
    changes.swap(number, new.id, now, PAGE)
    row = the(number)
    assert (row.lecture_id, row.uid, row.sequence) == (new.id, uid, 1)
    assert (seats_taken(old), seats_taken(new)) == (0, 1)
    assert mails("changed")[0].params["old_starts_at"] == old.starts_at.isoformat()


def test_a_change_to_a_full_date_never_loses_the_old_seat(now: datetime) -> None:
    contact, old, full = a_contact(), a_lecture(), a_lecture(capacity=1)
    booking.register(a_contact().id, full.id, now, PAGE)
    number = booking.register(contact.id, old.id, now, PAGE)
    with pytest.raises(LectureFull):
        changes.swap(number, full.id, now, PAGE)
    assert (the(number).lecture_id, seats_taken(old), seats_taken(full)) == (old.id, 1, 1)
    assert mails("changed") == []


def test_a_change_to_the_same_or_an_already_booked_date_is_refused(now: datetime) -> None:
    contact, one, other = a_contact(), a_lecture(), a_lecture()
    number = booking.register(contact.id, one.id, now, PAGE)
    booking.register(contact.id, other.id, now, PAGE)
    for target in (one, other):
        with pytest.raises(AlreadyBooked):
            changes.swap(number, target.id, now, PAGE)


def test_what_is_cancelled_or_begun_cannot_be_cancelled(now: datetime) -> None:
    lecture = a_lecture()
    number = booking.register(a_contact().id, lecture.id, now, PAGE)
    with pytest.raises(LectureOver):
        changes.cancel(number, lecture.starts_at, PAGE)
    changes.cancel(number, now, PAGE)
    with pytest.raises(NotBooked):
        changes.cancel(number, now, PAGE)


def test_no_lecture_is_oversold_when_many_register_at_once(database: Flask, now: datetime) -> None:
    lecture = a_lecture(capacity=5)
    people = [a_contact().id for _ in range(16)]
    refused: list[str] = []

    def run(contact_id: int) -> None:
        with database.app_context():
            try:
                booking.register(contact_id, lecture.id, now, PAGE)
            except Refused as error:
                refused.append(error.key)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = db.session.scalar(select(func.count()).where(Registration.status == "booked"))
    assert (booked, seats_taken(lecture), refused) == (5, 5, ["lecture_full"] * 11)


def in_parallel(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Do things at the same moment in threads of their own; return the keys of what was refused."""
    refused: list[str] = []
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            together.wait()
            try:
                act()
            except Refused as error:
                refused.append(error.key)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_a_double_press_on_cancel_gives_one_seat_back(database: Flask, now: datetime) -> None:
    lecture = a_lecture()
    booking.register(a_contact().id, lecture.id, now, PAGE)
    number = booking.register(a_contact().id, lecture.id, now, PAGE)
    press = partial(changes.cancel, number, now, PAGE)
    assert in_parallel(database, press, press) == ["not_booked"]
    assert seats_taken(lecture) == 1
    assert len(mails("cancelled")) == 1


def test_two_changes_of_one_booking_at_once_leave_one_seat_taken(database: Flask, now: datetime) -> None:
    old, one, other = a_lecture(), a_lecture(), a_lecture()
    number = booking.register(a_contact().id, old.id, now, PAGE)
    in_parallel(
        database,
        partial(changes.swap, number, one.id, now, PAGE),
        partial(changes.swap, number, other.id, now, PAGE),
    )
    taken = {lecture.id: seats_taken(lecture) for lecture in (old, one, other)}
    assert taken == {old.id: 0, one.id: 0, other.id: 0} | {the(number).lecture_id: 1}


def test_a_booking_cannot_be_moved_to_another_course(now: datetime) -> None:
    number = booking.register(a_contact().id, a_lecture().id, now, PAGE)
    with pytest.raises(Invalid):
        changes.swap(number, a_lecture(a_course("other")).id, now, PAGE)


def test_companions_stay_when_whoever_waited_takes_a_freed_seat(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    booked = booking.register(a_contact().id, lecture.id, now, PAGE)
    waiter = a_contact()
    waiting = booking.register(waiter.id, lecture.id, now, PAGE, companions=["佐藤"], waitlist=True)
    late = lecture.starts_at - timedelta(hours=1)
    changes.cancel(booked, late, PAGE)
    booking.register(waiter.id, lecture.id, late, PAGE)
    assert (the(waiting).status, the(waiting).companions) == ("booked", ["佐藤"])


def test_nobody_elses_history_names_the_customer_who_cancelled(now: datetime) -> None:
    lecture = a_lecture(capacity=1)
    booked = booking.register(a_contact().id, lecture.id, now, PAGE)
    booking.register(a_contact().id, lecture.id, now, PAGE, waitlist=True)
    changes.cancel(booked, now, PAGE)
    promoted = db.session.scalars(select(Event).where(Event.key == "promoted")).one()
    assert (promoted.actor_kind, promoted.actor_id) == ("worker", None)


def test_a_sign_of_life_takes_a_stuck_account_off_the_list(now: datetime) -> None:
    account = an_account(introduced_at=now - timedelta(days=40), planned_start_on=None)
    first, second = a_contact(account), a_contact(account)
    booking.register(first.id, a_lecture().id, now - timedelta(days=40), PAGE)
    with db.writing():
        db.session.get_one(Account, account.id).level = "stuck"
    booking.register(second.id, a_lecture().id, now, PAGE)
    assert db.session.get_one(Account, account.id, populate_existing=True).level != "stuck"
