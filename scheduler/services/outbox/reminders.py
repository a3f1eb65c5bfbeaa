"""Answers who is reminded now: reminders are planned late, so that moving a lecture needs no clean-up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.rules.reminders import Kind, due_moments, useful_until, wanted

# No reminder falls due earlier before its lecture than this (the day before, in any zone).
AHEAD = timedelta(hours=49)


def plan_reminders(now: datetime) -> int:
    """Owe the reminders that came due, once each; return how many are new.

    One statement for each lecture, kind and zone of readers. The unique key holds the start, so a moved lecture reminds
    anew and a repeated run adds nothing. Whoever registered after the moment, or was told of the date in another way, is
    not reminded.
    """
    upcoming = db.session.execute(
        select(Lecture.id, Lecture.starts_at, Contact.zone)
        .join(Registration, Registration.lecture_id == Lecture.id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            Lecture.starts_at > now,
            Lecture.starts_at <= now + AHEAD,
            Lecture.status == "scheduled",
            Registration.status == "booked",
        )
        .distinct()
        .order_by(Lecture.id)
    ).all()
    due = [
        (number, starts_at, zone, kind, moment)
        for number, starts_at, zone in upcoming
        for kind, moment in due_moments(starts_at, zone).items()
        if wanted(kind, moment, moment, now, starts_at)
    ]
    if not due:
        return 0
    with db.writing():
        return sum(_owe(*one, now) for one in due)


def _owe(lecture_id: int, starts_at: datetime, zone: str, kind: Kind, moment: datetime, now: datetime) -> int:
    start = starts_at.isoformat()
    columns: dict[str, Any] = {
        "key": literal(f"{kind}:") + cast(Registration.id, String) + literal(f":{start}"),
        "kind": literal(kind),
        "contact_id": Registration.contact_id,
        "account_id": Contact.account_id,
        "registration_id": Registration.id,
        "lecture_id": literal(lecture_id),
        "params": literal({"starts_at": start}, Mail.__table__.c.params.type),
        "state": literal("queued"),
        "reason": literal(""),
        "created_at": literal(now, Mail.__table__.c.created_at.type),
        "due_at": literal(now, Mail.__table__.c.due_at.type),
        "next_try_at": literal(now, Mail.__table__.c.next_try_at.type),
        "expires_at": literal(useful_until(kind, starts_at), Mail.__table__.c.expires_at.type),
        "attempts": literal(0),
    }
    booked = (
        select(*columns.values())
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            Registration.lecture_id == lecture_id,
            Registration.status == "booked",
            Registration.mails,
            # Whoever registered, moved up or was told of a new date after that moment knows.
            Registration.revised_at <= moment,
            Contact.zone == zone,
            Contact.email.is_not(None),
        )
    )
    dialect = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = dialect(Mail).from_select(list(columns), booked).on_conflict_do_nothing(index_elements=["key"])
    return len(db.session.execute(statement.returning(Mail.id)).all())
