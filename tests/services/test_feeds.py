"""What stands in a personal feed: which dates, until when, and how each reads in calendar programs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import recurring_ical_events
from flask import Flask
from icalendar import Calendar, Event

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.settings import Setting
from scheduler.services import addresses
from scheduler.services.actors import WORKER, Actor
from scheduler.services.feeds import courses, personal
from scheduler.services.lectures import cancelling, changing
from scheduler.services.registrations import booking, changes
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, an_account

DAY = timedelta(days=1)


def read(contact: Contact, at: timedelta = timedelta(), locale: str | None = None) -> list[Event]:
    now = NOW + at
    with db.engine.connect() as connection:
        feed = personal.find(connection, contact.id, contact.feed_version, locale, now)
        assert feed is not None
        return list(Calendar.from_ical(feed.write(connection)).walk("VEVENT"))


def actor(contact: Contact) -> Actor:
    return Actor("contact", contact.id, "page")


@pytest.mark.parametrize(
    ("registration", "lecture", "days_ago", "shown"),
    [
        ("booked", "scheduled", -80, "CONFIRMED"),
        ("booked", "scheduled", 29, "CONFIRMED"),
        ("booked", "scheduled", 31, None),
        ("booked", "cancelled", -80, "CANCELLED"),
        ("booked", "cancelled", 59, "CANCELLED"),
        ("booked", "cancelled", 61, None),
        ("cancelled", "scheduled", 59, "CANCELLED"),
        ("cancelled", "scheduled", 61, None),
        ("cancelled", "cancelled", 5, "CANCELLED"),
        ("waitlisted", "scheduled", -5, None),
        ("waitlisted", "cancelled", -5, None),
    ],
)
def test_which_dates_stand_in_a_feed(
    database: Flask, registration: str, lecture: str, days_ago: int, shown: str | None
) -> None:
    contact = a_contact()
    a_registration(contact, a_lecture(starts_at=NOW - days_ago * DAY, status=lecture), status=registration)
    assert [event["STATUS"] for event in read(contact)] == ([shown] if shown else [])


def test_a_date_reads_as_in_its_invitation(app: Flask) -> None:
    with db.writing():
        db.session.add(Setting(key="vendor", value={"name": "たすき社", "phone": "03-5555-0100"}, changed_at=NOW))
    contact = a_contact()
    row = a_registration(contact, a_lecture(), sequence=3)
    (event,) = read(contact)
    assert event["SUMMARY"] == "基本操作編 – たすき社"
    assert event["SEQUENCE"] == 3
    assert event.decoded("DTSTAMP") == NOW
    assert event["LOCATION"] == event["URL"] == addresses.join(row.id, contact)
    assert event["URL"] in event["DESCRIPTION"]
    assert "03-5555-0100" in event["DESCRIPTION"]
    assert "meet.example" not in event.to_ical().decode()


def test_an_entry_leads_to_the_material_to_look_at_beforehand(app: Flask) -> None:
    course, contact = a_course(materials={"before": "https://example.com/before"}), a_contact()
    a_registration(contact, a_lecture(course))
    a_registration(contact, a_lecture(course, starts_at=NOW + 9 * DAY), status="cancelled")
    held, left = read(contact)
    assert "事前にご覧いただく資料: https://example.com/before" in held["DESCRIPTION"]
    assert "DESCRIPTION" not in left
    assert "beforehand: https://example.com/before" in read(contact, locale="en")[0]["DESCRIPTION"]


def test_moving_a_lecture_moves_the_same_entry(database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    booking.register(contact.id, lecture.id, NOW, actor(contact))
    (before,) = read(contact)
    changing.change(lecture.id, {"starts_at": NOW + 8 * DAY}, NOW + DAY, WORKER)
    (after,) = read(contact)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("DTSTART") == NOW + 8 * DAY
    assert after.decoded("DTSTAMP") == NOW + DAY


def test_changing_the_date_moves_the_same_entry(app: Flask) -> None:
    contact, other = a_contact(), a_lecture(starts_at=NOW + 9 * DAY)
    number = booking.register(contact.id, a_lecture().id, NOW, actor(contact))
    (before,) = read(contact)
    changes.swap(number, other.id, NOW + DAY, actor(contact))
    (after,) = read(contact)
    assert (after["UID"], after.decoded("DTSTART")) == (before["UID"], NOW + 9 * DAY)


def test_a_cancelled_lecture_says_why(app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    booking.register(contact.id, lecture.id, NOW, actor(contact))
    cancelling.cancel(lecture.id, {"ja": "講師の都合", "en": "The host is ill"}, NOW + DAY, WORKER)
    (event,) = read(contact)
    assert event["SUMMARY"].startswith("【中止】")
    assert "理由: 講師の都合" in event["DESCRIPTION"]
    assert "URL" not in event
    (english,) = read(contact, locale="en")
    assert english["SUMMARY"].startswith("Cancelled: Basics")
    assert "Reason: The host is ill" in english["DESCRIPTION"]


def test_no_entry_opens_the_personal_page(app: Flask) -> None:
    contact, dates = a_contact(), [a_lecture(starts_at=NOW + n * DAY) for n in (1, 2, 3)]
    numbers = [booking.register(contact.id, one.id, NOW, actor(contact)) for one in dates]
    changes.cancel(numbers[1], NOW, actor(contact))
    cancelling.cancel(dates[2].id, {"ja": "講師の都合"}, NOW, WORKER)
    events = read(contact)
    assert len(events) == 3
    assert not any("/me/" in event.to_ical().decode().replace("\r\n ", "") for event in events)


def tag(contact: Contact) -> str:
    with db.engine.connect() as connection:
        feed = personal.find(connection, contact.id, contact.feed_version, None, NOW)
        assert feed is not None
        return feed.tag


def test_a_change_at_the_very_same_moment_is_a_new_revision(database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    before = tag(contact)
    assert tag(contact) == before
    changes.cancel(number, NOW, actor(contact))
    assert tag(contact) != before


def test_what_began_earlier_and_is_committed_later_is_a_new_revision(database: Flask) -> None:
    contact, first, second = a_contact(), a_lecture(), a_lecture()
    for lecture in (first, second):
        booking.register(contact.id, lecture.id, NOW, actor(contact))
    changing.change(second.id, {"starts_at": NOW + 8 * DAY}, NOW + timedelta(seconds=5), WORKER)
    before = tag(contact)
    cancelling.cancel(first.id, {"ja": "講師の都合"}, NOW + timedelta(seconds=3), WORKER)
    assert tag(contact) != before


def course_tag() -> str:
    with db.engine.connect() as connection:
        feed = courses.find(connection, "basic", "ja", NOW)
        assert feed is not None
        return feed.tag


def test_a_course_feed_is_new_after_a_change_at_the_very_same_moment(database: Flask) -> None:
    lecture = a_lecture()
    before = course_tag()
    cancelling.cancel(lecture.id, {"ja": "講師の都合"}, NOW, WORKER)
    assert course_tag() != before


def test_a_seat_that_was_given_up_stays_as_given_up(app: Flask) -> None:
    contact = a_contact()
    number = booking.register(contact.id, a_lecture().id, NOW, actor(contact))
    changes.cancel(number, NOW + DAY, actor(contact))
    (event,) = read(contact)
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert event["SUMMARY"].startswith("【キャンセル済み】")


def test_whoever_only_waited_has_nothing_to_take_back(app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture(capacity=1, seats_taken=1)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact), waitlist=True)
    changes.cancel(number, NOW + DAY, actor(contact))
    assert read(contact) == []


def test_a_promoted_person_who_leaves_again_has_it_taken_back(app: Flask) -> None:
    first, contact, lecture = a_contact(), a_contact(), a_lecture(capacity=1)
    held = booking.register(first.id, lecture.id, NOW, actor(first))
    waiting = booking.register(contact.id, lecture.id, NOW, actor(contact), waitlist=True)
    changes.cancel(held, NOW, actor(first))
    assert [event["STATUS"] for event in read(contact)] == ["CONFIRMED"]
    changes.cancel(waiting, NOW + DAY, actor(contact))
    assert [event["STATUS"] for event in read(contact)] == ["CANCELLED"]


def test_new_links_are_written_once_the_old_ones_were_reset(app: Flask) -> None:
    contact = a_contact()
    row = a_registration(contact)
    (before,) = read(contact)
    with db.writing():
        db.session.get_one(Contact, contact.id).link_version += 1
    (after,) = read(contact)
    assert before["URL"] != after["URL"] == addresses.join(row.id, db.session.get_one(Contact, contact.id))


def test_a_feed_read_by_another_program_shows_each_date_once(app: Flask) -> None:
    contact = a_contact()
    rows = [a_registration(contact, a_lecture(starts_at=NOW + n * DAY)) for n in range(1, 51)]
    with db.engine.connect() as connection:
        feed = personal.find(connection, contact.id, 1, None, NOW)
        assert feed is not None
        calendar = Calendar.from_ical(feed.write(connection))
    found = recurring_ical_events.of(calendar).between(date(2026, 4, 1), date(2026, 6, 1))
    assert sorted(str(event["UID"]) for event in found) == sorted(row.uid for row in rows)


def test_a_course_feed_drops_past_dates_after_thirty_days_and_cancelled_ones_after_sixty(database: Flask) -> None:
    for days_ago, status in ((29, "scheduled"), (31, "scheduled"), (59, "cancelled"), (61, "cancelled")):
        a_lecture(starts_at=NOW - days_ago * DAY, status=status)
    a_lecture(account_id=an_account().id)
    with db.engine.connect() as connection:
        feed = courses.find(connection, "basic", "ja", NOW)
        assert feed is not None
        shown = Calendar.from_ical(feed.write(connection)).walk("VEVENT")
        assert courses.find(connection, "nothing", "ja", NOW) is None
    assert [event["STATUS"] for event in shown] == ["CANCELLED", "CONFIRMED"]


def test_a_feed_depends_on_the_version_in_its_link(database: Flask) -> None:
    contact = a_contact(feed_version=2)
    with db.engine.connect() as connection:
        assert personal.find(connection, contact.id, 1, None, NOW) is None
        assert personal.find(connection, contact.id + 1, 2, None, NOW) is None
        empty = personal.find(connection, contact.id, 2, None, NOW)
        assert empty is not None
        assert empty.changed_at == NOW


def test_no_row_is_touched_by_reading(app: Flask) -> None:
    contact = a_contact()
    row = a_registration(contact)
    revised = (row.sequence, row.revised_at)
    read(contact)
    db.session.expire_all()
    known = db.session.get_one(Registration, row.id)
    assert (known.sequence, known.revised_at) == revised
    assert db.session.get_one(Lecture, row.lecture_id).seats_taken == 1
