"""Lectures for one account: booked with their people at once, seen by nobody else, counted like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import bookings, eligibility, tasks, wishes
from scheduler.services.actors import Actor
from scheduler.services.attendance import marks
from scheduler.services.bookings import Own
from scheduler.services.refusals import Invalid, NotFound, PrerequisiteMissing
from scheduler.services.registrations import changes
from scheduler.services.registrations.booking import register
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration, an_account
from tests.services.together import at_once

# Naive wall clock of Tokyo.
AT = datetime(2026, 4, 8, 14)
STAFF = Actor("staff", None, "page")


def own(contact: Contact, **changes: object) -> Own:
    """A lecture of the basic course for this person alone."""
    a_course()
    basic = Own(
        account_id=contact.account_id,
        course_key="basic",
        people=(contact.id,),
        only_person=True,
        minutes=None,
        capacity=None,
        host_id=None,
        join_url="https://meet.example/own",
        kind="meeting",
        locale="ja",
        zone="Asia/Tokyo",
    )
    return replace(basic, **changes)  # type: ignore[arg-type]


def the(lecture_id: int) -> Lecture:
    return db.session.get_one(Lecture, lecture_id, populate_existing=True)


def on(lecture_id: int) -> set[int]:
    query = select(Registration.contact_id).where(Registration.lecture_id == lecture_id)
    return set(db.session.scalars(query.where(Registration.status == "booked")))


def mails() -> list[tuple[str, int | None]]:
    return [(mail.kind, mail.contact_id) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def test_one_person_is_registered_at_once_and_gets_the_invitation(database: Flask) -> None:
    contact = a_contact()
    lecture = the(bookings.book(own(contact), AT, NOW, STAFF))
    assert (lecture.account_id, lecture.contact_id) == (contact.account_id, contact.id)
    assert lecture.starts_at == datetime(2026, 4, 8, 5, tzinfo=UTC)
    assert lecture.ends_at - lecture.starts_at == timedelta(hours=1)
    assert (lecture.capacity, lecture.seats_taken, lecture.kind) == (1, 1, "meeting")
    assert on(lecture.id) == {contact.id}
    assert mails() == [("confirmation", contact.id)]
    keys = db.session.scalars(select(Event.key).where(Event.account_id == contact.account_id).order_by(Event.id))
    assert list(keys)[:2] == ["lecture_added", "registered"]


def test_a_company_books_several_and_leaves_room_for_colleagues(database: Flask) -> None:
    account = an_account()
    first, second, third = a_contact(account), a_contact(account), a_contact(account)
    plan = own(first, people=(first.id, second.id), only_person=False, capacity=3, minutes=90)
    lecture = the(bookings.book(plan, AT, NOW, STAFF, mails=False))
    assert lecture.contact_id is None
    assert lecture.ends_at - lecture.starts_at == timedelta(minutes=90)
    assert mails() == []
    register(third.id, lecture.id, NOW, STAFF)
    assert on(lecture.id) == {first.id, second.id, third.id}


def test_pressed_twice_it_is_booked_once(database: Flask) -> None:
    contact = a_contact()
    plan = own(contact)
    assert at_once(database, *[lambda: bookings.book(plan, AT, NOW, STAFF)] * 2) == []
    assert len(list(db.session.scalars(select(Lecture.id)))) == 1
    assert mails() == [("confirmation", contact.id)]


def test_others_chosen_for_the_same_lecture_join_it_once(database: Flask) -> None:
    account = an_account()
    first, second, third = a_contact(account), a_contact(account), a_contact(account)
    basic = own(first, only_person=False)
    number = bookings.book(basic, AT, NOW, STAFF)
    wishes.ask(second.id, "basic", [wishes.Wish(words="来週")], "", "", NOW, Actor("contact", second.id, "page"))
    more = replace(basic, people=(second.id, third.id))
    assert at_once(database, *[lambda: bookings.book(more, AT, NOW, STAFF)] * 2) == []
    assert {bookings.book(plan, AT, NOW, STAFF) for plan in (basic, more)} == {number}
    assert on(number) == {first.id, second.id, third.id}
    assert (the(number).capacity, the(number).seats_taken) == (3, 3)
    assert sorted(mails()) == [("confirmation", contact.id) for contact in (first, second, third)]
    assert tasks.count_open() == 0


def test_presses_for_one_person_each_at_the_same_moment_share_the_companys_lecture(database: Flask) -> None:
    account = an_account()
    people = [a_contact(account) for _ in range(4)]
    plans = [own(person, only_person=False) for person in people]
    assert at_once(database, *[lambda plan=plan: bookings.book(plan, AT, NOW, STAFF) for plan in plans]) == []
    number = db.session.scalars(select(Lecture.id)).one()
    assert on(number) == {person.id for person in people}
    assert the(number).seats_taken == the(number).capacity == 4


def test_whoever_waits_for_the_companys_lecture_gets_a_seat_before_others_join(database: Flask) -> None:
    account = an_account()
    first, waiting, other = a_contact(account), a_contact(account), a_contact(account)
    basic = own(first, only_person=False)
    number = bookings.book(basic, AT, NOW, STAFF)
    register(waiting.id, number, NOW, STAFF, waitlist=True)
    bookings.book(replace(basic, people=(waiting.id, other.id)), AT, NOW, STAFF)
    assert on(number) == {first.id, waiting.id, other.id}
    assert the(number).capacity == 3


def test_who_cancelled_is_registered_again_when_booked_again(database: Flask) -> None:
    contact = a_contact()
    number = bookings.book(own(contact), AT, NOW, STAFF)
    changes.cancel(db.session.scalars(select(Registration.id)).one(), NOW, STAFF)
    assert bookings.book(own(contact), AT, NOW, STAFF) == number
    assert on(number) == {contact.id}


@pytest.mark.parametrize(
    "changed",
    [
        {"minutes": 90},
        {"join_url": "https://meet.example/other"},
        {"kind": "webinar"},
        {"locale": "en"},
        {"passcode": "1"},
    ],
)
def test_a_lecture_that_is_booked_otherwise_is_not_changed_in_passing(app: Flask, changed: dict[str, object]) -> None:
    first = a_contact()
    second = a_contact(first.account)
    number = bookings.book(own(first, only_person=False), AT, NOW, STAFF)
    with pytest.raises(Invalid) as refusal:
        bookings.book(own(second, only_person=False, **changed), AT, NOW, STAFF)
    assert refusal.value.params["why"] == "own_lecture_differs"
    with pytest.raises(Invalid) as refusal:
        bookings.book(own(second, only_person=False, capacity=1), AT, NOW, STAFF)
    assert (refusal.value.params["why"], refusal.value.params["people"]) == ("capacity_below_people", 2)
    assert on(number) == {first.id}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"people": ()}, "people"),
        ({"people": (99_999,)}, "people"),
        ({"only_person": False, "capacity": 0}, "capacity"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 721}, "minutes"),
        ({"join_url": "javascript:alert(1)"}, "join_url"),
        ({"meeting_id": "\t"}, "meeting_id"),
        ({"host_id": 99_999}, "host"),
        ({"kind": "party"}, "kind"),
        ({"zone": "Asia/Atlantis"}, "zone"),
        ({"locale": "fr"}, "locale"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(app: Flask, changes: dict[str, object], field: str) -> None:
    contact = a_contact()
    with pytest.raises(Invalid) as refusal:
        bookings.book(own(contact, **changes), AT, NOW, STAFF)
    assert refusal.value.params["field"] == field
    assert (list(db.session.scalars(select(Lecture.id))), mails()) == ([], [])


def test_neither_a_past_start_nor_fewer_seats_than_people_nor_a_stranger(app: Flask) -> None:
    account = an_account()
    first, second, stranger = a_contact(account), a_contact(account), a_contact()
    refused = [
        (own(first), datetime(2026, 4, 1, 9), "starts_in_the_past"),
        (own(first, people=(first.id, second.id), only_person=False, capacity=1), AT, "capacity_below_people"),
        (own(first, people=(first.id, second.id)), AT, "one_person"),
        (own(first, people=(stranger.id,)), AT, "contact_unknown"),
    ]
    for plan, start, why in refused:
        with pytest.raises(Invalid) as refusal:
            bookings.book(plan, start, NOW, STAFF)
        assert refusal.value.params["why"] == why
    with pytest.raises(NotFound):
        bookings.book(own(first, course_key="none"), AT, NOW, STAFF)
    assert list(db.session.scalars(select(Lecture.id))) == []


def test_who_lacks_the_prerequisite_is_let_in_with_a_reason_only(app: Flask) -> None:
    contact = a_contact()
    a_course("advanced", prerequisite_id=a_course("basic").id)
    with pytest.raises(PrerequisiteMissing):
        bookings.book(own(contact, course_key="advanced"), AT, NOW, STAFF)
    lecture_id = bookings.book(own(contact, course_key="advanced", exception="別の会社で受講済み"), AT, NOW, STAFF)
    exception = db.session.scalar(select(Registration.exception).where(Registration.lecture_id == lecture_id))
    assert exception == "別の会社で受講済み"


def test_a_lecture_for_one_person_is_open_to_that_person_only(app: Flask) -> None:
    account = an_account()
    contact, colleague, stranger = a_contact(account), a_contact(account), a_contact()
    lecture_id = bookings.book(own(contact, capacity=5), AT, NOW, STAFF)
    for other in (colleague, stranger):
        with pytest.raises(NotFound):
            register(other.id, lecture_id, NOW, STAFF)
        assert eligibility.open_dates(other, "basic", NOW) == []
    assert [date.lecture_id for date in eligibility.open_dates(contact, "basic", NOW)] == [lecture_id]


def test_it_counts_like_the_courses_group_lecture(app: Flask) -> None:
    contact = a_contact()
    lecture_id = bookings.book(own(contact), AT, NOW, STAFF)
    later = NOW + timedelta(days=8)
    marks.mark(lecture_id, contact.id, "attended", "同席した", later, STAFF)
    db.session.expire_all()
    clauses = {clause["key"]: clause for clause in db.session.get_one(Account, contact.account_id).clauses}
    assert clauses["attended"]["met"]
    assert eligibility.has_attended(contact.id, a_course().id)


def test_a_clash_of_host_or_link_is_told_and_does_not_block(app: Flask) -> None:
    host, contact = a_member(), a_contact()
    group = a_lecture(starts_at=datetime(2026, 4, 8, 4, 30, tzinfo=UTC), host_id=host.id)
    plan = own(contact, host_id=host.id)
    found = bookings.clashes_of(plan, [AT, datetime(2026, 4, 8, 16)])
    assert [(clash.lecture.id, clash.host, clash.link) for clash in found] == [(group.id, True, False)]
    assert bookings.book(plan, AT, NOW, STAFF)


def test_booking_meets_the_persons_wish(app: Flask) -> None:
    contact = a_contact()
    plan = own(contact)
    actor = Actor("contact", contact.id, "page")
    wishes.ask(contact.id, "basic", [wishes.Wish(words="来週の午前")], "", "", NOW, actor)
    bookings.book(plan, AT, NOW, STAFF)
    assert tasks.count_open() == 0


def test_zones_are_the_vendors_and_its_peoples(app: Flask) -> None:
    account = an_account()
    a_contact(account, zone="Asia/Singapore")
    a_contact(account)
    assert bookings.zones_of(account.id, "Asia/Tokyo") == ["Asia/Tokyo", "Asia/Singapore"]


def test_the_accounts_own_lectures_are_those_that_are_not_over(app: Flask) -> None:
    account = an_account()
    a_lecture(account_id=account.id, starts_at=NOW - timedelta(days=2))
    coming = a_lecture(account_id=account.id)
    a_registration(a_contact(account), a_lecture())
    assert [lecture.id for lecture in bookings.of_account(account.id, NOW)] == [coming.id]
