"""What became of a seat: how early it was booked, after which mails, and whether its person came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import Base, db
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Turnout
from scheduler.rules.attendance_rates import lead_band, size_band
from scheduler.services.snapshots import making
from tests import factories as a
from tests.factories import NOW

HELD = NOW - timedelta(days=2)


def added(*rows: Base) -> None:
    with db.writing():
        db.session.add_all(rows)


def the_turnout(seat: Registration) -> Turnout:
    making.make(NOW)
    return db.session.get_one(Turnout, seat.id, populate_existing=True)


def a_seat(**fields: Any) -> Registration:
    return a.a_registration(a.a_contact(), a.a_lecture(starts_at=HELD), **fields)


def a_mail(seat: Registration, kind: str, **fields: Any) -> Mail:
    number = len(db.session.scalars(select(Mail.id)).all())
    values = {
        "key": f"{kind}:{number}",
        "kind": kind,
        "contact_id": seat.contact_id,
        "state": "sent",
        "created_at": NOW,
        "due_at": NOW,
        "next_try_at": NOW,
    }
    return Mail(**values | fields)


def local(zone: str, *when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type, misc]


LEADS = (
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 20, 0, 0)),
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 19, 23, 59)),
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 17, 0, 0)),
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 16, 23, 59)),
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 6, 0, 0)),
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 5, 23, 59)),
    # Added after it was over.
    ("Asia/Tokyo", (2026, 3, 20, 8, 0), (2026, 3, 21, 9, 0)),
    # Summer time begins between the two: on 8 March over there, on 29 March here.
    ("America/New_York", (2026, 3, 9, 9, 0), (2026, 3, 6, 0, 0)),
    ("America/New_York", (2026, 3, 9, 9, 0), (2026, 3, 5, 23, 59)),
    ("America/New_York", (2026, 3, 9, 9, 0), (2026, 3, 2, 0, 0)),
    ("Europe/Berlin", (2026, 3, 30, 9, 0), (2026, 3, 29, 23, 59)),
    ("Europe/Berlin", (2026, 3, 30, 9, 0), (2026, 3, 23, 0, 0)),
    ("Europe/Berlin", (2026, 3, 30, 9, 0), (2026, 3, 22, 23, 59)),
)


def test_the_lead_counts_days_of_the_lectures_own_clock(database: Flask) -> None:
    person = a.a_contact()
    seats = [
        a.a_registration(
            person, a.a_lecture(starts_at=local(zone, *start), zone=zone), registered_at=local(zone, *booked)
        )
        for zone, start, booked in LEADS
    ]
    making.make(NOW)
    rows = [db.session.get_one(Turnout, seat.id) for seat in seats]
    days = [(date(*start[:3]), date(*booked[:3])) for _zone, start, booked in LEADS]
    assert [(row.day, row.lead) for row in rows] == [(day, lead_band((day - made).days)) for day, made in days]


@pytest.mark.parametrize("stores", [0, 1, 3, 4, 10, 30])
def test_the_size_is_that_of_the_stores_in_scope(app: Flask, stores: int) -> None:
    account = a.an_account(plan="プロ", it_skill="低")
    added(*(_store(account, number, "in") for number in range(stores)), _store(account, 99, "out"))
    row = the_turnout(a.a_registration(a.a_contact(account), a.a_lecture(starts_at=HELD)))
    assert (row.size, row.plan, row.it_skill) == (size_band(stores), "プロ", "低")


def _store(account: Account, number: int, scope: str) -> Base:
    return Store(account_id=account.id, code=str(number), name=f"{number}号店", scope=scope)


EARLY, LATE = NOW - timedelta(days=20), NOW - timedelta(days=3)


ASKED: tuple[tuple[tuple[dict[str, Any], ...], str], ...] = (
    ((), "unasked"),
    (({"sent_at": EARLY},), "first"),
    (({"sent_at": EARLY}, {"sent_at": EARLY + timedelta(days=7)}), "again"),
    # After the booking, of another course, never left, to be sent.
    (({"sent_at": LATE},), "unasked"),
    (({"sent_at": EARLY, "params": {"course_id": 9999}},), "unasked"),
    (({"sent_at": EARLY, "state": "failed"},), "unasked"),
    (({"sent_at": EARLY}, {"state": "queued"}), "first"),
)


def test_whether_it_took_a_second_invitation(database: Flask) -> None:
    lecture = a.a_lecture(starts_at=HELD)
    course = {"params": {"course_id": lecture.course_id}}
    seats = []
    for number, (mails, _asked) in enumerate(ASKED):
        seat = a.a_registration(a.a_contact(), lecture, registered_at=NOW - timedelta(days=7))
        keys = [{"key": f"invitation:{number}:{at}"} for at in range(len(mails))]
        added(*(a_mail(seat, "invitation", **course | mail | key) for mail, key in zip(mails, keys, strict=True)))
        seats.append(seat)
    making.make(NOW)
    assert [db.session.get_one(Turnout, seat.id).asked for seat in seats] == [asked for _mails, asked in ASKED]


@pytest.mark.parametrize(
    ("mails", "reminder"),
    [
        ((), "none"),
        ((("reminder_day", {"state": "queued"}),), "none"),
        ((("reminder_day", {"state": "bounced"}),), "sent"),
        ((("reminder_day", {}), ("reminder_hour", {"opened_at": HELD})), "seen"),
        ((("reminder_hour", {"clicked_at": HELD}),), "seen"),
        ((("confirmation", {"opened_at": HELD}),), "none"),
    ],
)
def test_whether_a_reminder_was_seen(app: Flask, mails: tuple[tuple[str, dict[str, Any]], ...], reminder: str) -> None:
    seat = a_seat()
    added(*(a_mail(seat, kind, registration_id=seat.id, **fields) for kind, fields in mails))
    assert the_turnout(seat).reminder == reminder


@pytest.mark.parametrize(
    ("verdict", "source", "joined"),
    [
        (None, None, False),
        ("attended", None, True),
        ("partial", "report", True),
        ("missed", None, False),
        ("excused", None, False),
        ("unknown", "code", True),
        ("unknown", "join_click", False),
        ("missed", "recording", False),
    ],
)
def test_whether_the_person_came(app: Flask, verdict: str | None, source: str | None, joined: bool) -> None:
    seat = a_seat()
    who = {"lecture_id": seat.lecture_id, "contact_id": seat.contact_id}
    if verdict:
        added(Attendance(**who, verdict=verdict, decided_at=NOW))
    if source:
        added(Presence(**who, source=source, seconds=60, recorded_at=NOW))
    row = the_turnout(seat)
    assert (row.verdict, row.joined) == (verdict or "unknown", joined)


@pytest.mark.parametrize(
    ("seat", "lecture"),
    [
        ({"status": "cancelled"}, {}),
        ({"status": "waitlisted"}, {}),
        ({}, {"status": "cancelled"}),
        ({}, {"starts_at": NOW - timedelta(minutes=30)}),
    ],
)
def test_seats_given_up_and_lectures_not_over_are_not_counted(
    app: Flask, seat: dict[str, Any], lecture: dict[str, Any]
) -> None:
    row = a.a_registration(None, a.a_lecture(**{"starts_at": HELD} | lecture), **seat)
    making.make(NOW)
    assert db.session.get(Turnout, row.id) is None


def test_a_seat_given_up_afterwards_or_deleted_is_not_counted_any_more(database: Flask) -> None:
    kept, cancelled, gone = a_seat(), a_seat(), a_seat()
    assert the_turnout(cancelled).verdict == "unknown"
    with db.writing():
        db.session.get_one(Registration, cancelled.id).status = "cancelled"
        db.session.delete(db.session.get_one(Registration, gone.id))
    making.make(NOW)
    assert db.session.scalars(select(Turnout.registration_id)).all() == [kept.id]


def test_a_person_who_belongs_to_another_company_now_counts_there(database: Flask) -> None:
    seat, other = a_seat(), a.an_account()
    assert the_turnout(seat).account_id != other.id
    with db.writing():
        db.session.get_one(Contact, seat.contact_id).account_id = other.id
    assert the_turnout(seat).account_id == other.id
    assert making.make(NOW) == 0
