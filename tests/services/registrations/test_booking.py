"""Limits, exceptions and companions: what staff may allow, what is refused, and what is noted down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import Actor
from scheduler.services.lectures import moving
from scheduler.services.refusals import (
    AccountLimitReached,
    AlreadyBooked,
    Invalid,
    LectureUndecided,
    NotBooked,
    PrerequisiteMissing,
)
from scheduler.services.registrations import booking, changes
from scheduler.services.registrations.companions import set_companions
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account

PAGE = Actor("contact", 1, "page")
PHONE = Actor("staff", None, "phone")

pytestmark = pytest.mark.usefixtures("database")


def the(registration_id: int) -> Registration:
    return db.session.get_one(Registration, registration_id, populate_existing=True)


def test_an_account_gets_no_more_seats_on_a_date_than_it_may(now: datetime) -> None:
    account, lecture = an_account(), a_lecture(account_limit=2)
    people = [a_contact(account) for _ in range(3)]
    first = booking.register(people[0].id, lecture.id, now, PAGE)
    booking.register(people[1].id, lecture.id, now, PAGE)
    with pytest.raises(AccountLimitReached) as refused:
        booking.register(people[2].id, lecture.id, now, PAGE, waitlist=True)
    assert refused.value.params == {"limit": 2}
    booking.register(a_contact().id, lecture.id, now, PAGE)
    changes.cancel(first, now, PAGE)
    assert booking.register(people[2].id, lecture.id, now, PAGE)


def test_whoever_waits_counts_for_the_limit_so_that_moving_up_never_passes_it(now: datetime) -> None:
    account, lecture = an_account(), a_lecture(account_limit=1, capacity=1)
    booked = booking.register(a_contact().id, lecture.id, now, PAGE)
    waiting = booking.register(a_contact(account).id, lecture.id, now, PAGE, waitlist=True)
    with pytest.raises(AccountLimitReached):
        booking.register(a_contact(account).id, lecture.id, now, PAGE, waitlist=True)
    changes.cancel(booked, now, PAGE)
    assert the(waiting).status == "booked"


def test_a_date_that_waits_for_a_decision_takes_nobody_new_and_keeps_who_is_there(now: datetime) -> None:
    stray, other = a_lecture(capacity=2, stray_since=now), a_lecture()
    waits = a_registration(lecture=stray, status="waitlisted")
    booked = a_registration(lecture=stray)
    new, moving_in = a_contact(), booking.register(a_contact().id, other.id, now, PAGE)
    acts: list[Callable[[], object]] = [
        lambda: booking.register(new.id, stray.id, now, PAGE),
        lambda: booking.register(new.id, stray.id, now, PHONE, waitlist=True, over_limit=True, exception="電話で確認"),
        lambda: changes.swap(moving_in, stray.id, now, PHONE),
        lambda: moving.move(other.id, stray.id, now, PHONE),
    ]
    for act in acts:
        with pytest.raises(LectureUndecided):
            act()
    with pytest.raises(AlreadyBooked):
        booking.register(booked.contact_id, stray.id, now, PAGE)
    assert stray.id not in {row.id for row in moving.other_dates(other, now)}
    assert booking.register(waits.contact_id, stray.id, now, PAGE) == waits.id
    changes.swap(booked.id, other.id, now, PAGE)
    assert ((the(waits.id).status, the(waits.id).lecture_id), the(booked.id).lecture_id) == (
        ("booked", stray.id),
        other.id,
    )


def test_a_change_of_date_keeps_to_the_limit_too(now: datetime) -> None:
    account, old, new = an_account(), a_lecture(), a_lecture(account_limit=1)
    booking.register(a_contact(account).id, new.id, now, PAGE)
    number = booking.register(a_contact(account).id, old.id, now, PAGE)
    with pytest.raises(AccountLimitReached):
        changes.swap(number, new.id, now, PAGE)
    assert the(number).lecture_id == old.id
    changes.swap(number, new.id, now, PHONE, over_limit=True)
    assert the(number).lecture_id == new.id


def test_staff_may_give_an_account_more_seats(now: datetime) -> None:
    account, lecture = an_account(), a_lecture(account_limit=1)
    booking.register(a_contact(account).id, lecture.id, now, PAGE)
    assert booking.register(a_contact(account).id, lecture.id, now, PHONE, over_limit=True)


@pytest.fixture
def advanced() -> Lecture:
    return a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id))


def test_staff_let_somebody_in_without_the_prerequisite_and_the_reason_is_kept(
    advanced: Lecture, now: datetime
) -> None:
    contact = a_contact()
    with pytest.raises(PrerequisiteMissing):
        booking.register(contact.id, advanced.id, now, PHONE, exception="  ")
    number = booking.register(contact.id, advanced.id, now, PHONE, exception=" 他社で受講済み ")
    assert the(number).exception == "他社で受講済み"
    keys = db.session.scalars(select(Event.key).order_by(Event.id)).all()
    assert keys[-2:] == ["registered", "exception_made"]
    assert "他社" not in str(db.session.scalars(select(Event.params)).all())


def test_the_exception_goes_along_to_another_date_and_up_the_waiting_list(advanced: Lecture, now: datetime) -> None:
    contact, other = a_contact(), a_lecture(advanced.course, capacity=1)
    number = booking.register(contact.id, advanced.id, now, PHONE, exception="経験者")
    changes.swap(number, other.id, now, PAGE)
    assert the(number).exception == "経験者"
    waiter = a_contact()
    waits = booking.register(waiter.id, other.id, now, PHONE, exception="経験者", waitlist=True)
    changes.cancel(number, now, PAGE)
    assert (the(waits).status, the(waits).exception) == ("booked", "経験者")


def test_a_reason_that_was_not_needed_is_not_kept(now: datetime) -> None:
    number = booking.register(a_contact().id, a_lecture().id, now, PHONE, exception="念のため")
    assert the(number).exception == ""


def test_registering_again_after_cancelling_needs_the_exception_anew(advanced: Lecture, now: datetime) -> None:
    contact = a_contact()
    changes.cancel(booking.register(contact.id, advanced.id, now, PHONE, exception="経験者"), now, PAGE)
    with pytest.raises(PrerequisiteMissing):
        booking.register(contact.id, advanced.id, now, PAGE)


def test_companions_are_named_or_counted_and_take_no_seat_of_their_own(now: datetime) -> None:
    lecture = a_lecture()
    number = booking.register(a_contact().id, lecture.id, now, PAGE, companions=["佐藤 健", " "], unnamed=2)
    assert (the(number).companions, the(number).unnamed_companions) == (["佐藤 健"], 2)
    assert db.session.get_one(Lecture, lecture.id, populate_existing=True).seats_taken == 1
    set_companions(number, ["佐藤 健", "鈴木"], now, PHONE, unnamed=0)
    set_companions(number, ["佐藤 健", "鈴木"], now, PHONE)
    changed = db.session.scalars(select(Event).where(Event.key == "companions_changed")).one()
    assert (changed.params, changed.channel) == ({"count": 2}, "phone")


@pytest.mark.parametrize(("names", "unnamed"), [(["x" * 61], 0), (["x"] * 51, 0), ([], 51), (["x"], 50), ([], -1)])
def test_companions_that_cannot_be_are_refused(names: list[str], unnamed: int, now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    with pytest.raises(Invalid):
        booking.register(contact.id, lecture.id, now, PAGE, companions=names, unnamed=unnamed)
    number = booking.register(contact.id, lecture.id, now, PAGE)
    with pytest.raises(Invalid):
        set_companions(number, names, now, PAGE, unnamed=unnamed)


def test_nobody_watches_along_with_whoever_left(now: datetime) -> None:
    number = booking.register(a_contact().id, a_lecture().id, now, PAGE)
    changes.cancel(number, now, PAGE)
    with pytest.raises(NotBooked):
        set_companions(number, ["佐藤"], now, PAGE)


@pytest.mark.parametrize("mail", [True, False])
def test_staff_choose_for_each_change_whether_a_mail_goes(mail: bool, now: datetime) -> None:
    contact = a_contact()
    number = booking.register(contact.id, a_lecture().id, now, PHONE, mails=not mail)
    other = a_lecture(starts_at=now + timedelta(days=9))
    changes.swap(number, other.id, now, PHONE, mail=mail)
    changes.cancel(number, now, PHONE, mail=mail)
    kinds = set(db.session.scalars(select(Mail.kind)))
    assert kinds == ({"changed", "cancelled"} if mail else {"confirmation"})
