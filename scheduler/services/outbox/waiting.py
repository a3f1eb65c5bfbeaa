"""Answers what a mail that is wanted still waits for: quiet hours, closed days, a hand that holds it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from emails import FOLLOW_UP, KINDS
from scheduler.models.accounts import Contact
from scheduler.rules.timing import Reader, leave_at
from scheduler.rules.workdays import WorkingDays
from scheduler.services.installation import here
from scheduler.services.mail_rules import Rules
from scheduler.services.outbox.about import About

# What follows a lecture can be held back; somebody looks at it again in so long.
HELD_KINDS = tuple(FOLLOW_UP.values())
LOOK_AGAIN = timedelta(hours=1)


def waits(about: About, rules: Rules, calendar: WorkingDays, now: datetime) -> tuple[datetime, str] | None:
    """Return until when (aware UTC) a mail that is due at `now` is not to leave, and for what reason; None: it may leave.

    Asked at the moment it would leave, so that a rule changed after it was owed counts.
    """
    mail = about.mail
    if about.account is not None and about.account.mails_paused_at is not None and mail.contact_id is not None:
        return now, "paused"
    if mail.kind in HELD_KINDS and about.lecture is not None and about.lecture.follow_up_held_at is not None:
        return now + LOOK_AGAIN, "held"
    if mail.kind not in KINDS:
        return None
    moment, reason = leave_at(now, rules.waits(mail.kind), reader_of(about), rules.quiet, calendar, here().zone)
    return (moment, reason) if moment > now else None


def reader_of(about: About) -> Reader:
    """Tell what matters of the person a mail goes to: zone, closed days of the shop, and the account for spreading."""
    mail = about.mail
    person = mail.contact or mail.staff or mail.application
    closed = closed_weekdays(mail.contact) if mail.contact is not None else frozenset()
    return Reader(person.zone if person else here().zone, closed, mail.account_id or 0)


def closed_weekdays(contact: Contact) -> frozenset[int]:
    """Return the weekdays (Monday = 0) on which every shop of a person is closed."""
    days = [frozenset(store.closed_days) for store in contact.stores]
    return frozenset.intersection(*days) if days else frozenset()
