"""Answers whom a change of a lecture concerns, and owes each of them one mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import spared
from scheduler.services.outbox.owe import owe_many
from scheduler.services.outbox.told import CANCELLED
from scheduler.services.registrations import rows, waiting


def people_to_tell(lecture_id: int) -> int:
    """Count who would get a mail if the lecture were moved or cancelled now."""
    return len(_people(lecture_id))


def tell_all(lecture: Lecture, kind: str, now: datetime, **params: Any) -> int:
    """Raise every invitation's SEQUENCE and owe each person one mail; nobody is told of what is over.

    Seats kept for somebody no longer are, what was offered is another date now. Whoever waits for a seat is told of a
    cancellation alike, and of a new date in the words of the waiting list; a new link alone is nothing to them.
    """
    moved = _is_moved(lecture, params)
    if moved:
        waiting.withdraw(lecture.id, now)
    rows.revise_all(lecture.id, now, booked_only=not moved)
    if lecture.ends_at <= now:
        return 0
    mails = []
    for number, sequence, contact_id, account_id, status in _people(lecture.id):
        if status == "waitlisted" and not moved:
            continue
        own = "waitlisted" if status == "waitlisted" and kind not in CANCELLED else kind
        mails.append(
            {
                "kind": own,
                "key": f"{own}:{number}:{sequence}",
                "expires_at": lecture.ends_at,
                "contact_id": contact_id,
                "account_id": account_id,
                "registration_id": number,
                "lecture_id": lecture.id,
                "params": {"sequence": sequence} | params,
            }
        )
    return owe_many(mails, now)


def _is_moved(lecture: Lecture, params: Mapping[str, Any]) -> bool:
    """Tell whether what is told is a new time, or that the lecture is held at all or not."""
    if "old_starts_at" not in params:
        return True
    old = tuple(datetime.fromisoformat(params[name]) for name in ("old_starts_at", "old_ends_at"))
    return old != (lecture.starts_at, lecture.ends_at)


def _people(lecture_id: int) -> list[tuple[int, int, int, int, str]]:
    """List whom a change concerns and a mail can reach: (registration, sequence, contact, account, status)."""
    rows = db.session.execute(
        select(Registration.id, Registration.sequence, Registration.contact_id, Contact.account_id, Registration.status)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            Registration.lecture_id == lecture_id,
            Registration.status != "cancelled",
            Registration.mails,
            Contact.email.is_not(None),
            spared.there(),
        )
        .order_by(Registration.id)
    )
    return [(number, sequence, contact, account, status) for number, sequence, contact, account, status in rows]
