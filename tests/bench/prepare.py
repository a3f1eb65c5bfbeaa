"""Answers what the benchmark runs on: the program's own database with fifty lectures and people to register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import insert, text

from scheduler.app import create_app
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import addresses, courses, defaults, proving, staff
from scheduler.services.actors import CLI
from scheduler.settings import Settings

LECTURES = 50
PEOPLE = 1500
PER_ACCOUNT = 12


@dataclass(frozen=True)
class Ground:
    """Addresses and ids the jobs need: the busy contact's feed, the people who will register, the past lecture."""

    feed: str
    pages: list[str]
    lecture_id: int
    past_lecture_id: int
    names: list[str]
    member_password: str


def ground(settings: Settings) -> Ground:
    """Fill a migrated database: one contact with fifty registrations ahead, 1,500 without, a lecture of 500 yesterday."""
    now = datetime.now(UTC)
    app = create_app(settings)
    with app.app_context():
        defaults.ensure(now)
        with db.writing():
            db.session.execute(text("CREATE TABLE bench_rows (id INTEGER PRIMARY KEY, words TEXT)"))
        course = courses.by_key("basic")
        with db.writing():
            accounts = [_account(number, now) for number in range(PEOPLE // PER_ACCOUNT + 1)]
            db.session.add_all(accounts)
            db.session.flush()
            names = [f"試験 {chr(0x4E00 + number)}" for number in range(PEOPLE + 1)]
            people = [
                _person(accounts[number // PER_ACCOUNT].id, number, name, now) for number, name in enumerate(names)
            ]
            db.session.execute(insert(Contact), people)
            lectures = [
                _lecture(course.id, now + timedelta(days=1 + number, hours=1), 100_000) for number in range(LECTURES)
            ]
            past = _lecture(course.id, now - timedelta(hours=20), 1000)
            db.session.add_all([*lectures, past])
            db.session.flush()
            contacts = db.session.query(Contact).order_by(Contact.id).all()
            busy = contacts[0]
            booked = [_booking(lecture.id, busy.id, now) for lecture in lectures]
            booked += [_booking(past.id, contact.id, now - timedelta(days=3)) for contact in contacts[1:501]]
            db.session.execute(insert(Registration), booked)
            past.seats_taken = 500
            for lecture in lectures:
                lecture.seats_taken = 1
        proving.refresh_all(now)
        member = staff.add("bench@vendor.example", "operations", "計測", now, CLI)
        staff.set_password(member, 1, "a password for the bench", now)
        return Ground(
            feed=addresses.feed(busy).partition("//")[2].partition("/")[2],
            pages=[addresses.personal(contact).partition("//")[2].partition("/")[2] for contact in contacts[1:]],
            lecture_id=lectures[-1].id,
            past_lecture_id=past.id,
            names=names[1:501],
            member_password="a password for the bench",
        )


def _account(number: int, now: datetime) -> Account:
    return Account(
        external_id=f"B{number}",
        name=f"株式会社みほん{number}",
        stage="onboarding",
        stage_since=now,
        created_at=now,
        introduced_at=now,
        planned_start_on=(now + timedelta(days=60)).date(),
    )


def _person(account_id: int, number: int, name: str, now: datetime) -> dict[str, object]:
    return {
        "account_id": account_id,
        "name": name,
        "name_key": name.replace(" ", ""),
        "role": "member",
        "email": f"person{number}@bench.example",
        "created_at": now,
    }


def _lecture(course_id: int, starts_at: datetime, capacity: int) -> Lecture:
    return Lecture(
        uid=f"{uuid4()}@bench.example",
        revised_at=starts_at - timedelta(days=90),
        course_id=course_id,
        starts_at=starts_at.replace(microsecond=0),
        ends_at=starts_at.replace(microsecond=0) + timedelta(hours=1),
        local_start=starts_at.strftime("%Y-%m-%dT%H:%M"),
        zone="Asia/Tokyo",
        capacity=capacity,
        join_url="https://meet.example/bench",
    )


def _booking(lecture_id: int, contact_id: int, at: datetime) -> dict[str, object]:
    return {
        "lecture_id": lecture_id,
        "contact_id": contact_id,
        "status": "booked",
        "uid": f"{uuid4()}@bench.example",
        "revised_at": at,
        "registered_at": at,
    }
