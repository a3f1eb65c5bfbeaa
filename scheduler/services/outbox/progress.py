"""Answers what mails about an account's way to the start say to its people: what comes first, what is left, from when."""

from __future__ import annotations

from datetime import datetime

from emails.values import Value
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.services.outbox import facts_setup
from scheduler.services.outbox.offering import planned_start, planned_start_ahead, text


def welcome(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    """Say what comes first, and when the start is planned; params: course_id."""
    course = db.session.get_one(Course, mail.params["course_id"])
    return {
        "course_name": text(course.name, contact.locale),
        "planned_start": planned_start_ahead(contact.account, contact, now),
    }


def setup_nudge(mail: Mail, contact: Contact, now: datetime) -> dict[str, Value]:
    """Say what is left to set up, and when the start is planned."""
    return facts_setup.values(mail, contact) | {"planned_start": planned_start_ahead(contact.account, contact, now)}


def usage_nudge(_mail: Mail, contact: Contact, _now: datetime) -> dict[str, Value]:
    """Say when the start was planned, also when that day has passed."""
    return {"planned_start": planned_start(contact.account, contact)}
