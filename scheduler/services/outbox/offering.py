"""Answers which free dates a mail offers, and how texts and days of ours are written for its reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from emails import FreeDate, Link
from emails.words import day
from scheduler.models.accounts import Account, Contact
from scheduler.models.lectures import Course
from scheduler.services import addresses, eligibility

# How many dates a mail offers; the personal page has them all.
OFFERED = 3


def text(words: Mapping[str, str], locale: str) -> str:
    """Choose a language of a {"ja", "en"} text, else the one that is there."""
    return words.get(locale) or next((value for value in words.values() if value), "")


def free_dates(contact: Contact, course: Course, now: datetime) -> list[FreeDate]:
    """List the next dates of a course on which the contact could have a seat, each with her own page."""
    free = [date for date in eligibility.open_dates(contact, course.key, now) if date.state == "free"]
    return [
        FreeDate(date.starts_at, date.ends_at, Link(addresses.personal(contact, date.lecture_id)))
        for date in free[:OFFERED]
    ]


def planned_start(account: Account, contact: Contact) -> str:
    """Write the day on which the account is to begin, for this reader; "" where none is planned."""
    return day(account.planned_start_on, contact.locale) if account.planned_start_on else ""


def planned_start_ahead(account: Account, contact: Contact, now: datetime) -> str:
    """Write the planned start like `planned_start`, but only while it lies ahead: a day gone by would sound like blame."""
    today = now.astimezone(ZoneInfo(contact.zone)).date()
    is_ahead = account.planned_start_on is not None and account.planned_start_on >= today
    return planned_start(account, contact) if is_ahead else ""
