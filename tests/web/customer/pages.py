"""Answers what the tests of the personal page share: its address, who acts, and what was written."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import addresses
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from tests.factories import (
    NOW,
    a_course,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def page_of(contact: Contact, lecture: Lecture | None = None) -> str:
    return addresses.personal(contact, lecture.id if lecture else None).removeprefix(here().base_url)


def actor(contact: Contact) -> Actor:
    return Actor("contact", contact.id, "page")


def written() -> tuple[int, ...]:
    """Count everything that registering, moving and cancelling would write."""
    return tuple(
        db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Registration, Mail, Event)
    )


def fill(lecture: Lecture) -> None:
    with db.writing():
        db.session.get_one(Lecture, lecture.id).seats_taken = lecture.capacity


def attend(contact: Contact, lecture: Lecture, verdict: str = "attended") -> None:
    with db.writing():
        db.session.add(
            Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict=verdict, seconds=3600, decided_at=NOW)
        )


def advanced() -> Course:
    return a_course("advanced", prerequisite_id=a_course("basic").id, position=2)
