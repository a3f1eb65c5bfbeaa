"""Answers what operations decided about the vendor: the details customers see, and its working days."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from emails.headers import is_sendable
from scheduler.models.db import db, table
from scheduler.models.settings import Setting
from scheduler.models.staff import Staff
from scheduler.rules.workdays import WorkingDays, read_closed_days
from scheduler.services import history
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid

# Whose mailbox customers' replies go to first: the team's, or the account's owner's.
REPLIES_TO = ("team", "owner")
_VALUE = select(table(Setting).c.value).where(table(Setting).c.key == "vendor")


@dataclass(frozen=True)
class Vendor:
    """会社情報: what stands in every mail's footer and on customers' pages, and what the vendor's days are like."""

    name: str = ""
    phone: str = ""
    hours: str = ""
    address: str = ""
    reply_to: str = ""
    replies_to: str = "team"
    # Whether answers of calendars are read, so that a "no" cancels; None: nobody said, `reads_answers` tells.
    answers_read: bool | None = None
    # Closed days beside weekends and holidays: dates YYYY-MM-DD or yearly spans MM-DD..MM-DD.
    closed: tuple[str, ...] = ("12-29..01-03",)
    # Until when on the working day before a lecture waiting lists move up unasked, HH:MM where the lecture is held.
    promotes_until: str = "17:00"


def get() -> Vendor:
    """Read the vendor's details; what was never entered is empty. By a plain statement: every page shows them."""
    return read(db.core(_VALUE).scalar_one_or_none() or {})


def read(value: dict[str, Any]) -> Vendor:
    """Read the vendor's details from their row's value."""
    known = {field.name for field in fields(Vendor)}
    values = {key: item for key, item in value.items() if key in known}
    values["closed"] = tuple(values.get("closed", Vendor.closed))
    return Vendor(**values)


def save(values: dict[str, Any], now: datetime, actor: Actor) -> None:
    """Save the vendor's details; raise Invalid(field, why) for an address, a choice, a closed day or a time that is none."""
    vendor = Vendor(**values)
    if vendor.reply_to:
        vendor = replace(vendor, reply_to=_address(vendor.reply_to))
    if vendor.replies_to not in REPLIES_TO:
        choices = ", ".join(REPLIES_TO)
        raise Invalid(field="replies_to", why="not_a_choice", value=vendor.replies_to, choices=choices)
    try:
        read_closed_days(vendor.closed)
    except ValueError as error:
        raise Invalid(field="closed", why="closed_day_unreadable", value=str(error)) from error
    try:
        vendor = replace(vendor, promotes_until=f"{time.fromisoformat(vendor.promotes_until):%H:%M}")
    except ValueError as error:
        raise Invalid(field="promotes_until", why="time_unreadable", value=vendor.promotes_until) from error
    with db.writing():
        db.session.merge(Setting(key="vendor", value=asdict(vendor) | {"closed": list(vendor.closed)}, changed_at=now))
        history.record("vendor_changed", now=now, actor=actor)


def reply_address(details: Vendor, owner: Staff | None = None) -> str:
    """Return the mailbox in which replies of the owner's customers are read; empty: only the sender's own."""
    known = owner.email if owner is not None and owner.active else None
    own = known if known is not None and is_sendable(known) else ""
    return own or details.reply_to if details.replies_to == "owner" else details.reply_to or own


def reads_answers(details: Vendor) -> bool:
    """Tell whether answers of calendars are read: as the company's details say, else where SendGrid hands mail over."""
    return here().reads_answers if details.answers_read is None else details.answers_read


def working_days(details: Vendor | None = None) -> WorkingDays:
    """Return the vendor's working days: weekdays without public holidays and closed days; `details` if they were read."""
    return WorkingDays(country=here().holidays, closed=read_closed_days((details or get()).closed))


def promotes_until(details: Vendor | None = None) -> time:
    """Return until when on the working day before a lecture its waiting list moves up unasked; `details` if they were read."""
    return time.fromisoformat((details or get()).promotes_until)


def _address(text: str) -> str:
    try:
        return validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        ).normalized
    except EmailNotValidError as error:
        raise Invalid(field="reply_to", why="email_malformed", value=text) from error
