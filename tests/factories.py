"""Answers how a test gets its people and things: one believable row each; say only what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.applications import Application
from scheduler.models.db import Base, db
from scheduler.models.lectures import Course, Lecture, Series
from scheduler.models.registrations import Registration
from scheduler.models.setup import SetupStep
from scheduler.models.signals import SIGNALS, Destination
from scheduler.models.staff import Staff
from scheduler.rules.names import name_key, phone_digits
from scheduler.services import staff, tokens
from scheduler.services.actors import CLI

# The moment of the tests, a Wednesday: 09:00 in Tokyo.
NOW = datetime(2026, 4, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"

COURSES = {
    "basic": {"ja": "基本操作編", "en": "Basics"},
    "advanced": {"ja": "活用編", "en": "Getting results"},
}

Row = TypeVar("Row", bound=Base)
_numbers = count(1)


def an_account(**fields: Any) -> Account:
    """Add an account that is being introduced: A-1, 株式会社テスト1, …."""
    number = next(_numbers)
    values = {
        "external_id": f"A-{number}",
        "name": f"株式会社テスト{number}",
        "stage": "onboarding",
        "stage_since": NOW,
        "created_at": NOW,
    }
    return _add(Account(**values | fields))


def a_store(account: Account | None = None, **fields: Any) -> Store:
    """Add a shop to an account (a new one unless given)."""
    number = next(_numbers)
    account = account or an_account()
    return _add(Store(**{"account_id": account.id, "code": f"S{number}", "name": f"テスト{number}号店"} | fields))


def a_contact(account: Account | None = None, stores: tuple[Store, ...] = (), **fields: Any) -> Contact:
    """Add a person of an account (a new one unless given): with an address, writing Japanese, in Tokyo."""
    number = next(_numbers)
    account = account or an_account()
    values = {
        "account_id": account.id,
        "name": f"試験 花子{number}",
        "role": "coordinator",
        "email": f"hanako{number}@customer.example",
        "phone": "",
        "created_at": NOW,
    } | fields
    values["name_key"] = name_key(values["name"])
    values["phone_digits"] = phone_digits(values["phone"])
    with db.writing():
        contact = Contact(**values)
        contact.stores = [db.session.get_one(Store, store.id) for store in stores]
        db.session.add(contact)
    return contact


def a_course(key: str = "basic", **fields: Any) -> Course:
    """Find or add a course of 60 minutes, 40 of which must be attended; `advanced` does not ask for basic here."""
    known = db.session.scalar(select(Course).where(Course.key == key))
    name = COURSES.get(key, {"ja": key, "en": key})
    return known or _add(Course(**{"key": key, "name": name, "minutes": 60, "minimum_minutes": 40} | fields))


def a_series(course: Course | None = None, **fields: Any) -> Series:
    """Add a rule: every Monday and Friday at 14:00 in Tokyo from 3 April 2026; it makes no lectures by itself."""
    course = course or a_course()
    values = {
        "course_id": course.id,
        "rrule": "FREQ=WEEKLY;BYDAY=MO,FR",
        "starts_at_local": "2026-04-03T14:00",
        "zone": "Asia/Tokyo",
        "minutes": course.minutes,
        "capacity": 30,
        "join_url": "https://meet.example/series",
        "created_at": NOW,
    }
    return _add(Series(**values | fields))


def a_lecture(course: Course | None = None, starts_at: datetime = NOW + timedelta(days=7), **fields: Any) -> Lecture:
    """Add a lecture with 30 free seats, open to all, a week from the tests' moment."""
    course = course or a_course()
    zone = fields.get("zone", "Asia/Tokyo")
    values = {
        "uid": f"lecture-{next(_numbers)}@test.example",
        "revised_at": NOW,
        "course_id": course.id,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=course.minutes),
        "local_start": starts_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"),
        "zone": zone,
        "capacity": 30,
        "join_url": "https://meet.example/lecture",
    }
    return _add(Lecture(**values | fields))


def a_registration(contact: Contact | None = None, lecture: Lecture | None = None, **fields: Any) -> Registration:
    """Add a booking as a row, its seat counted; no mail is owed and no history written (that is the service's)."""
    contact, lecture = contact or a_contact(), lecture or a_lecture()
    values = {
        "lecture_id": lecture.id,
        "contact_id": contact.id,
        "status": "booked",
        "uid": f"registration-{next(_numbers)}@test.example",
        "revised_at": NOW,
        "registered_at": NOW,
    } | fields
    with db.writing():
        registration = Registration(**values)
        db.session.add(registration)
        if values["status"] == "booked":
            db.session.get_one(Lecture, lecture.id).seats_taken += 1
    return registration


def an_application(lecture: Lecture | None = None, **fields: Any) -> Application:
    """Add what a visitor asked for on the public form a moment ago; no link is owed (that is the service's)."""
    values = {
        "company": "株式会社ゲスト",
        "name": f"来客 次郎{next(_numbers)}",
        "email": f"visitor{next(_numbers)}@guest.example",
        "created_at": NOW,
    }
    return _add(Application(**values | {"lecture_id": (lecture or a_lecture()).id} | fields))


def a_setup_step(key: str = "menu", **fields: Any) -> SetupStep:
    """Find or add something every account must set up once, by the customer."""
    known = db.session.scalar(select(SetupStep).where(SetupStep.key == key))
    values = {"key": key, "name": {"ja": f"{key}の登録", "en": f"Register {key}"}}
    if fields.get("doer", "customer") != "customer":
        values["tickers"] = ["staff", "api"]
    return known or _add(SetupStep(**values | fields))


def a_destination(*signals: str, **fields: Any) -> Destination:
    """Add a program that is told of all signals, or only of these, by webhook; a chat room with `kind`."""
    values = {
        "kind": "webhook",
        "name": f"CRM {next(_numbers)}",
        "url": "https://crm.example/hook",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "created_at": NOW,
    }
    return _add(Destination(**values | {"signals": list(signals or SIGNALS)} | fields))


def a_member(team: str = "onboarding", **fields: Any) -> Staff:
    """Add a member of a team, without a password unless `password` is given (PASSWORD is a good one)."""
    number = next(_numbers)
    password = fields.pop("password", None)
    values = {
        "team": team,
        "name": f"担当 太郎{number}",
        "email": f"staff{number}@vendor.example",
        "phone": "03-1234-5678",
    }
    member = _add(
        Staff(**{**values, "created_at": NOW, "name_key": name_key(fields.get("name", values["name"]))} | fields)
    )
    if password:
        staff.set_password(member.id, member.password_version, password, NOW)
        db.session.refresh(member)
    return member


def a_token(*scopes: str) -> str:
    """Add a program that may read and write, or only what is given; return its token."""
    return tokens.add(f"program {next(_numbers)}", scopes or ("read", "write"), NOW, CLI)


def _add(row: Row) -> Row:
    with db.writing():
        db.session.add(row)
    return row
