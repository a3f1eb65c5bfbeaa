"""What calendar programs get by mail over the life of a registration, over each way of sending."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from icalendar import Calendar, Event

from emails.transports.base import Transport
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services import vendor
from scheduler.services.actors import WORKER
from scheduler.services.lectures import cancelling, changing
from scheduler.services.registrations import booking, changes
from tests.calendars.caldav import a_shelf
from tests.calendars.post import Inbox, Received, inbox, send
from tests.calendars.test_ical_js import read
from tests.calendars.world import DAY, ODD
from tests.factories import NOW, a_contact, a_course, a_lecture

MINUTES = timedelta(minutes=10)
FROM = "tasuki@localhost.localdomain"


@pytest.fixture(params=["smtp", "sendgrid"])
def way(request: pytest.FixtureRequest) -> Iterator[tuple[Inbox, Transport]]:
    """A server for one way of sending, and the transport to it."""
    with inbox(request.param) as opened:
        yield opened


def lived(way: tuple[Inbox, Transport]) -> tuple[Contact, list[Received]]:
    """Let somebody register, be moved, change, lose the date and get it back, leave and come again; all is sent at once."""
    kept, transport = way
    vendor.save({"answers_read": True}, NOW, WORKER)
    course, contact = a_course("basic", name={"ja": ODD}), a_contact(name='山田 "はな" 花子')
    lecture, other = a_lecture(course), a_lecture(course, NOW + 9 * DAY)
    steps = [
        lambda at: booking.register(contact.id, lecture.id, at, WORKER),
        lambda at: changing.change(lecture.id, {"starts_at": NOW + 8 * DAY}, at, WORKER),
        lambda at: changes.swap(_row(contact).id, other.id, at, WORKER),
        lambda at: cancelling.cancel(other.id, {"ja": "講師の都合"}, at, WORKER),
        lambda at: cancelling.bring_back(other.id, at, WORKER),
        lambda at: changes.cancel(_row(contact).id, at, WORKER),
        lambda at: booking.register(contact.id, other.id, at, WORKER),
        lambda at: cancelling.call_off(other.id, {"ja": "講師の急病"}, at, WORKER),
    ]
    for number, step in enumerate(steps):
        step(NOW + number * timedelta(hours=1))
        send(transport, NOW + number * timedelta(hours=1) + MINUTES)
    return contact, kept.received()


def _row(contact: Contact) -> Registration:
    db.session.expire_all()
    return db.session.query(Registration).filter_by(contact_id=contact.id).one()


def event_of(mail: Received) -> Event:
    """Return the one event of an invitation, read by `icalendar`."""
    calendar = Calendar.from_ical(mail.calendar)
    (event,) = calendar.walk("VEVENT")
    assert [component.name for component in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    assert not event.errors
    return event


def test_every_change_is_one_mail_in_the_shape_that_programs_want(app: Flask, way: tuple[Inbox, Transport]) -> None:
    contact, mails = lived(way)
    methods = ["REQUEST", "REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    assert [str(Calendar.from_ical(mail.calendar)["METHOD"]) for mail in mails] == methods
    for mail, method in zip(mails, methods, strict=True):
        assert mail.alternatives == ("text/plain", "text/html", "text/calendar")
        assert f"method={method}" in mail.calendar_type.replace('"', "")
        assert mail.attached == mail.calendar
        assert mail.calendar.count(b"\n") == mail.calendar.count(b"\r\n")
        assert (mail.sender, mail.recipients) == (FROM, (contact.email,))


def test_every_invitation_is_for_one_person_from_the_sender_of_the_mail(
    app: Flask, way: tuple[Inbox, Transport]
) -> None:
    contact, mails = lived(way)
    for mail in mails:
        event, method = event_of(mail), str(Calendar.from_ical(mail.calendar)["METHOD"])
        assert str(event["ORGANIZER"]) == f"mailto:{mail.sender}"
        attendee = event["ATTENDEE"]
        assert str(attendee) == f"mailto:{contact.email}"
        assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
        assert event["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
        assert event["SUMMARY"] == f"{ODD} – Tasuki"
        assert not {"RRULE", "RECURRENCE-ID", "RDATE"} & set(event)


def test_the_entry_keeps_its_identity_and_its_sequence_only_rises(app: Flask, way: tuple[Inbox, Transport]) -> None:
    contact, mails = lived(way)
    events = [event_of(mail) for mail in mails]
    assert {str(event["UID"]) for event in events} == {_row(contact).uid}
    assert [event["SEQUENCE"] for event in events] == list(range(8))
    stamps = [event.decoded("DTSTAMP") for event in events]
    assert stamps == [NOW + number * timedelta(hours=1) for number in range(8)]
    starts = [event.decoded("DTSTART") for event in events]
    assert starts == [NOW + days * DAY for days in (7, 8, 9, 9, 9, 9, 9, 9)]


def test_ical_js_reads_the_same(app: Flask, way: tuple[Inbox, Transport]) -> None:
    contact, mails = lived(way)
    for mail in mails:
        event, found = event_of(mail), read(mail.calendar)
        (seen,) = found["events"]
        assert found["method"] == str(Calendar.from_ical(mail.calendar)["METHOD"])
        assert (seen["uid"], seen["sequence"]) == (str(event["UID"]), event["SEQUENCE"])
        assert seen["starts_at"] == event.decoded("DTSTART").strftime("%Y-%m-%dT%H:%M:%S.000Z")
        assert (seen["title"], seen["description"]) == (str(event["SUMMARY"]), str(event["DESCRIPTION"]))
        assert (seen["organizer"], seen["attendees"]) == (f"mailto:{FROM}", [f"mailto:{contact.email}"])


def test_a_caldav_server_stores_each_state_in_place_of_the_last(
    app: Flask, way: tuple[Inbox, Transport], tmp_path: Path
) -> None:
    _contact, mails = lived(way)
    with a_shelf(tmp_path) as shelf:
        for mail in mails:
            event = event_of(mail)
            method = f"METHOD:{Calendar.from_ical(mail.calendar)['METHOD']}\r\n".encode()
            # What is stored has no METHOD (RFC 4791, 4.1): programs take it away.
            shelf.put("lecture", mail.calendar.replace(method, b""))
            (kept,) = Calendar.from_ical(shelf.get("lecture")).walk("VEVENT")
            assert {key: str(value) for key, value in kept.items()} == {key: str(value) for key, value in event.items()}
            assert kept["ATTENDEE"].params == event["ATTENDEE"].params
            start = event.decoded("DTSTART")
            assert len(shelf.between(start, start + timedelta(minutes=1))) == 1


def test_whoever_waits_gets_no_entry_until_the_seat_is_there(app: Flask, way: tuple[Inbox, Transport]) -> None:
    kept, transport = way
    lecture, first, waiting, leaving = a_lecture(capacity=1), a_contact(), a_contact(), a_contact()
    held = booking.register(first.id, lecture.id, NOW, WORKER)
    booking.register(waiting.id, lecture.id, NOW, WORKER, waitlist=True)
    left = booking.register(leaving.id, lecture.id, NOW, WORKER, waitlist=True)
    changes.cancel(left, NOW, WORKER)
    send(transport, NOW + MINUTES)
    assert {mail.recipients: bool(mail.calendar) for mail in kept.received()} == {
        (first.email,): True,
        (waiting.email,): False,
    }
    changes.cancel(held, NOW + DAY, WORKER)
    send(transport, NOW + DAY + MINUTES)
    told = {mail.recipients[0]: mail for mail in kept.received()[2:]}
    assert Calendar.from_ical(told[first.email or ""].calendar)["METHOD"] == "CANCEL"
    assert Calendar.from_ical(told[waiting.email or ""].calendar)["METHOD"] == "REQUEST"


def test_no_mail_and_no_entry_names_anybody_else(app: Flask, way: tuple[Inbox, Transport]) -> None:
    kept, transport = way
    lecture, people = a_lecture(), [a_contact(name=f"受講 {letter}") for letter in "甲乙丙"]
    for person in people:
        booking.register(person.id, lecture.id, NOW, WORKER)
    cancelling.cancel(lecture.id, {"ja": "講師の都合"}, NOW + timedelta(hours=1), WORKER)
    send(transport, NOW + timedelta(hours=1) + MINUTES)
    mails = kept.received()
    assert sorted(mail.recipients[0] for mail in mails) == sorted(person.email or "" for person in people)
    for mail in mails:
        others = [person for person in people if person.email != mail.recipients[0]]
        text = mail.calendar.decode().replace("\r\n ", "")
        assert not any(word in text for person in others for word in (person.name, person.email or ""))
