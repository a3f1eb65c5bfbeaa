"""Answers who of a waiting list gets a seat that is free."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import eligibility, history, seating
from scheduler.services.actors import WORKER
from scheduler.services.registrations import telling


def promote(lecture_id: int, now: datetime) -> int:
    """Give free seats to the first of the waiting list, until the cut-off; return how many were promoted.

    The caller holds the lecture's lock. After 17:00 of the working day before nobody is promoted unasked: the free
    seat stands on the page, where whoever waits can take it.
    """
    lecture = db.session.get_one(Lecture, lecture_id)
    if not eligibility.may_promote(lecture, now):
        return 0
    waiting = (
        select(Registration)
        .where(Registration.lecture_id == lecture_id, Registration.status == "waitlisted")
        .order_by(Registration.registered_at, Registration.id)
        .limit(1)
    )
    promoted = 0
    while (row := db.session.scalar(waiting)) is not None and seating.take(lecture_id):
        row.status = "booked"
        row.sequence += 1
        row.revised_at = now
        telling.tell(row, "promoted", now, account_id=row.contact.account_id)
        history.record(
            "promoted",
            now=now,
            actor=WORKER,
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=lecture_id,
        )
        db.session.flush()
        telling.refresh_if_it_matters(row.contact.account_id, now)
        promoted += 1
    return promoted
