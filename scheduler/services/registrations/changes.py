"""Answers how a registration ends or moves: cancelling it, and changing its date in one step."""

from __future__ import annotations

from datetime import datetime

from scheduler.models.db import db
from scheduler.services import eligibility, history, readiness, seating
from scheduler.services.actors import Actor
from scheduler.services.refusals import AlreadyBooked, Invalid, LectureFull
from scheduler.services.registrations import rows, telling
from scheduler.services.registrations.waiting import promote


def cancel(registration_id: int, now: datetime, actor: Actor) -> None:
    """Cancel a registration; its seat goes to the first of the waiting list. Raises NotFound, NotBooked, LectureOver."""
    with db.writing():
        row, locked = rows.locked(registration_id)
        lecture = locked[row.lecture_id]
        eligibility.check_open(lecture, now, cancelled_too=True)
        if row.status == "booked":
            seating.release(lecture.id)
            telling.tell(row, "cancelled", now, sequence=row.sequence + 1, account_id=row.contact.account_id)
        row.status = "cancelled"
        row.sequence += 1
        row.revised_at = now
        history.record(
            "cancelled",
            now=now,
            actor=actor,
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=lecture.id,
        )
        db.session.flush()
        readiness.refresh(row.contact.account_id, now)
        promote(lecture.id, now)


def swap(registration_id: int, lecture_id: int, now: datetime, actor: Actor) -> None:
    """Change a registration's date in one step: the new seat is taken or the old one stays.

    Row and UID are kept, so that the entry in the contact's calendar moves. Raises LectureFull, AlreadyBooked and what
    `register` raises.
    """
    with db.writing():
        row, locked = rows.locked(registration_id, lecture_id)
        if row.lecture_id == lecture_id:
            raise AlreadyBooked()
        old, lecture = locked[row.lecture_id], locked[lecture_id]
        if lecture.course_id != old.course_id:
            raise Invalid(field="lecture", why="other_course")
        eligibility.check_open(old, now, cancelled_too=True)
        other = rows.latest(row.contact_id, lecture_id)
        registered = other is not None and other.status != "cancelled"
        eligibility.check(row.contact_id, row.contact.account_id, lecture, now, registered=registered)
        if not seating.take(lecture_id):
            raise LectureFull(lecture=lecture_id)
        if row.status == "booked":
            seating.release(old.id)
        row.lecture_id, row.status = lecture_id, "booked"
        row.sequence += 1
        row.revised_at = row.registered_at = now
        telling.tell(
            row,
            "changed",
            now,
            account_id=row.contact.account_id,
            old_starts_at=old.starts_at.isoformat(),
            old_ends_at=old.ends_at.isoformat(),
        )
        history.record(
            "changed",
            now=now,
            actor=actor,
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=lecture_id,
            old_lecture_id=old.id,
        )
        db.session.flush()
        telling.refresh_if_it_matters(row.contact.account_id, now)
        promote(old.id, now)
