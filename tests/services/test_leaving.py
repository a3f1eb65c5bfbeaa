"""A person who left gets nothing more, whoever takes over has what was hers, and all of it can be taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import accounts, leaving, participation, readiness, undecided_seats
from scheduler.services.actors import Actor
from scheduler.services.leaving import Departure
from scheduler.services.refusals import ContactLeft, Invalid, NotFound
from scheduler.services.registrations import booking
from tests.factories import NOW, a_contact, a_course, a_lecture, a_store, an_account
from tests.services.imports.lists import a_list, bring_in
from tests.services.together import at_once

TODAY = date(2026, 4, 1)
DAY = timedelta(days=1)
STAFF = Actor("staff", None, "page")


def anew(contact: Contact) -> Contact:
    return db.session.get_one(Contact, contact.id, populate_existing=True)


def a_seat(contact: Contact, lecture: Lecture, waitlist: bool = False) -> int:
    return booking.register(contact.id, lecture.id, NOW, STAFF, companions=["田中"], waitlist=waitlist)


def on(lecture: Lecture) -> list[tuple[int, str]]:
    """List who is on a lecture, those who left it too, in the order in which they came."""
    query = select(Registration.contact_id, Registration.status).where(Registration.lecture_id == lecture.id)
    return [(person, status) for person, status in db.session.execute(query.order_by(Registration.id))]


def mails() -> list[tuple[str, int | None]]:
    return [(mail.kind, mail.contact_id) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def test_links_end_and_what_was_attended_stays(database: Flask, now: datetime) -> None:
    account = an_account()
    store = a_store(account)
    contact = a_contact(account, (store,))
    lecture = a_lecture(starts_at=NOW - DAY)
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=now))
    assert leaving.leave(contact.id, Departure(TODAY), now, STAFF) is None
    gone = anew(contact)
    assert (gone.left_on, gone.successor_id, gone.link_version, gone.feed_version) == (TODAY, None, 2, 2)
    assert [(one.contact, one.stores) for one in readiness.facts(account.id).attended] == [(contact.id, (store.id,))]
    _courses, people = participation.of_account(account.id, now)
    assert [cell.state for row in people for cell in row.cells] == ["attended"]


def test_of_two_who_note_it_at_once_one_is_told_that_it_was_noted(database: Flask, now: datetime) -> None:
    contact = a_contact()
    leave = partial(leaving.leave, contact.id, Departure(TODAY), now, STAFF)
    assert at_once(database, leave, leave) == ["contact_left"]
    assert list(db.session.scalars(select(Event.key).where(Event.contact_id == contact.id))) == ["contact_left"]
    back = partial(leaving.take_back, contact.id, now, STAFF)
    assert at_once(database, back, back) == []
    keys = list(db.session.scalars(select(Event.key).where(Event.contact_id == contact.id).order_by(Event.id)))
    assert keys == ["contact_left", "contact_came_back"]


def test_a_successor_of_the_account_gets_role_stores_and_seats(database: Flask, now: datetime) -> None:
    account = an_account()
    one, two = a_store(account), a_store(account)
    contact, heir = a_contact(account, (one, two)), a_contact(account, (two,), role="member")
    lecture, given_up, later = (a_lecture(starts_at=NOW + days * DAY) for days in (3, 5, 7))
    seats = [a_seat(contact, each) for each in (lecture, given_up, later)]
    wanted = Departure(TODAY, heir.id, passed=frozenset(seats[:1]), cancelled=frozenset(seats[1:2]))
    assert leaving.leave(contact.id, wanted, now, STAFF) == heir.id
    assert anew(contact).successor_id == heir.id
    assert (anew(heir).role, {store.id for store in heir.stores}) == ("coordinator", {one.id, two.id})
    assert on(lecture) == [(contact.id, "cancelled"), (heir.id, "booked")]
    assert on(given_up) == [(contact.id, "cancelled")]
    # What nobody decided on waits for somebody.
    assert on(later) == [(contact.id, "booked")]
    assert [row.id for row in undecided_seats.of_account(account.id, now)] == seats[2:]
    assert mails()[-1] == ("confirmation", heir.id)
    row = db.session.scalars(select(Registration).where(Registration.contact_id == heir.id)).one()
    assert row.companions == ["田中"]
    assert [db.session.get_one(Lecture, each.id, populate_existing=True).seats_taken for each in (lecture, later)] == [
        1,
        1,
    ]


def test_a_new_person_takes_over_a_seat_of_a_full_lecture_before_who_waits(app: Flask, now: datetime) -> None:
    account = an_account()
    contact, waiting, lecture = a_contact(account), a_contact(), a_lecture(capacity=1)
    seat = a_seat(contact, lecture)
    a_seat(waiting, lecture, waitlist=True)
    new = {"name": "後任 次郎", "email": "jiro@customer.example", "role": "member", "stores": []}
    heir = leaving.leave(contact.id, Departure(TODAY, new=new, passed=frozenset({seat})), now, STAFF)
    assert on(lecture) == [(contact.id, "cancelled"), (waiting.id, "waitlisted"), (heir, "booked")]
    assert db.session.get_one(Contact, heir or 0).role == "coordinator"


def test_a_place_in_line_is_kept_for_the_successor(app: Flask, now: datetime) -> None:
    account, lecture = an_account(), a_lecture(capacity=1)
    contact, heir, other = a_contact(account), a_contact(account), a_contact()
    a_seat(a_contact(), lecture)
    seat = a_seat(contact, lecture, waitlist=True)
    booking.register(other.id, lecture.id, NOW + timedelta(minutes=1), STAFF, waitlist=True)
    leaving.leave(contact.id, Departure(TODAY, heir.id, passed=frozenset({seat})), now + DAY, STAFF)
    line = select(Registration.contact_id).where(Registration.status == "waitlisted")
    assert db.session.scalars(line.order_by(Registration.registered_at)).all() == [heir.id, other.id]


def test_a_lecture_for_the_person_alone_becomes_the_successors(app: Flask, now: datetime) -> None:
    account = an_account()
    contact, heir = a_contact(account), a_contact(account)
    lecture = a_lecture(account_id=account.id, contact_id=contact.id)
    seat = a_seat(contact, lecture)
    leaving.leave(contact.id, Departure(TODAY, heir.id, passed=frozenset({seat})), now, STAFF)
    assert db.session.get_one(Lecture, lecture.id, populate_existing=True).contact_id == heir.id
    assert leaving.take_back(contact.id, now, STAFF).seats == 1
    assert db.session.get_one(Lecture, lecture.id, populate_existing=True).contact_id == contact.id


def test_what_keeps_the_successor_from_a_seat_leaves_everything_as_it_was(database: Flask, now: datetime) -> None:
    account = an_account()
    contact, heir = a_contact(account), a_contact(account)
    advanced = a_course("advanced", prerequisite_id=a_course().id)
    seat = booking.register(contact.id, a_lecture(advanced).id, NOW, STAFF, exception="-") if advanced else 0
    with db.writing():
        db.session.get_one(Registration, seat).exception = ""
    with pytest.raises(Invalid) as refused:
        leaving.leave(contact.id, Departure(TODAY, heir.id, passed=frozenset({seat})), now, STAFF)
    assert refused.value.params["field"] == f"seat_{seat}"
    assert (anew(contact).left_on, anew(contact).link_version) == (None, 1)


def test_a_departure_is_taken_back_with_role_stores_seats_and_links(database: Flask, now: datetime) -> None:
    account = an_account()
    one, two = a_store(account), a_store(account)
    contact, heir = a_contact(account, (one, two)), a_contact(account, (two,), role="member")
    lecture, given_up, full = (a_lecture(starts_at=NOW + days * DAY) for days in (3, 5, 7))
    seats = [a_seat(contact, each) for each in (lecture, given_up, full)]
    wanted = Departure(TODAY, heir.id, passed=frozenset(seats[:1]), cancelled=frozenset(seats[1:]))
    leaving.leave(contact.id, wanted, now, STAFF)
    with db.writing():
        db.session.get_one(Lecture, full.id).seats_taken = 30
    result = leaving.take_back(contact.id, now + DAY, STAFF)
    assert (result.seats, result.lost) == (2, [full.id])
    back = anew(contact)
    assert (back.left_on, back.successor_id, back.link_version, back.feed_version) == (None, None, 1, 1)
    assert (anew(heir).role, [store.id for store in heir.stores]) == ("member", [two.id])
    assert on(lecture) == [(contact.id, "booked"), (heir.id, "cancelled")]
    assert on(given_up) == [(contact.id, "booked")]
    # The successor is told; whoever is back never knew.
    assert mails()[3:] == [("confirmation", heir.id), ("cancelled", heir.id)]
    row = db.session.get_one(Registration, seats[0], populate_existing=True)
    assert (row.companions, row.mails) == (["田中"], True)
    keys = db.session.scalars(select(Event.key).where(Event.contact_id == contact.id).order_by(Event.id)).all()
    assert keys[-3:] == ["registered", "registered", "contact_came_back"]
    assert leaving.take_back(contact.id, now + DAY, STAFF).seats == 0


def test_a_seat_the_successor_had_before_stays_hers(app: Flask, now: datetime) -> None:
    account = an_account()
    contact, heir, lecture = a_contact(account), a_contact(account), a_lecture()
    seat, _own = a_seat(contact, lecture), a_seat(heir, lecture)
    leaving.leave(contact.id, Departure(TODAY, heir.id, passed=frozenset({seat})), now, STAFF)
    assert on(lecture) == [(contact.id, "cancelled"), (heir.id, "booked")]
    leaving.take_back(contact.id, now, STAFF)
    assert on(lecture) == [(contact.id, "booked"), (heir.id, "booked")]


def test_links_that_were_reset_meanwhile_stay_closed(app: Flask, now: datetime) -> None:
    contact = a_contact()
    leaving.leave(contact.id, Departure(TODAY), now, STAFF)
    with db.writing():
        anew(contact).link_version += 1
    leaving.take_back(contact.id, now, STAFF)
    assert (anew(contact).link_version, contact.feed_version) == (3, 1)


def test_seats_wait_no_more_for_a_decision_once_she_is_back(app: Flask, now: datetime) -> None:
    contact, lecture = a_contact(), a_lecture()
    a_seat(contact, lecture)
    leaving.leave(contact.id, Departure(TODAY), now, STAFF)
    assert len(undecided_seats.of_account(contact.account_id, now)) == 1
    leaving.take_back(contact.id, now, STAFF)
    assert db.session.scalars(select(Task).where(Task.done_at.is_(None))).all() == []


@pytest.mark.parametrize("which", ["nobody", "other", "herself", "gone"])
def test_only_a_person_of_the_account_who_is_still_there_takes_over(app: Flask, which: str, now: datetime) -> None:
    account: Account = an_account()
    contact = a_contact(account)
    heirs = {
        "nobody": 9999,
        "other": a_contact().id,
        "herself": contact.id,
        "gone": a_contact(account, left_on=TODAY).id,
    }
    with pytest.raises(Invalid):
        leaving.leave(contact.id, Departure(TODAY, heirs[which]), now, STAFF)


def test_a_departure_has_a_day_that_is_not_to_come_and_happens_once(app: Flask, now: datetime) -> None:
    contact = a_contact()
    for day in (None, TODAY + DAY):
        with pytest.raises(Invalid):
            leaving.leave(contact.id, Departure(day), now, STAFF)
    with pytest.raises(Invalid):
        leaving.leave(contact.id, Departure(TODAY, passed=frozenset({1})), now, STAFF)
    leaving.leave(contact.id, Departure(TODAY), now, STAFF)
    with pytest.raises(ContactLeft):
        leaving.leave(contact.id, Departure(TODAY), now, STAFF)
    with pytest.raises(NotFound):
        leaving.leave(9999, Departure(TODAY), now, STAFF)


def test_neither_a_list_nor_a_program_brings_a_person_back(database: Flask, now: datetime) -> None:
    row = {
        "会社名": "株式会社みほん",
        "氏名": "山田 花子",
        "メールアドレス": "hanako@x.example",
        "電話番号": "03-1111-1111",
    }
    bring_in(a_list(row))
    contact = db.session.scalars(select(Contact)).one()
    leaving.leave(contact.id, Departure(TODAY), now, STAFF)
    bring_in(a_list(row | {"電話番号": "03-2222-2222", "役割": "店長"}))
    payload = {"contacts": [{"name": "山田 花子", "email": "hanako@x.example", "locale": "en"}]}
    accounts.upsert("A1", payload, now, Actor("api", None, "api"))
    gone = db.session.scalars(select(Contact).execution_options(populate_existing=True)).one()
    assert (gone.left_on, gone.link_version, gone.locale) == (TODAY, 2, "en")
