"""Answers how a registration ends or moves: cancelling it, and changing its date in one step."""

from __future__ import annotations

from datetime import datetime

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import eligibility, history, readiness, seating
from scheduler.services.actors import Actor
from scheduler.services.refusals import AlreadyBooked, Invalid, LectureFull
from scheduler.services.registrations import rows, telling
from scheduler.services.registrations.waiting import answered, leave, promote


def cancel(registration_id: int, now: datetime, actor: Actor, *, mail: bool | None = None) -> None:
    """Cancel a registration, or leave the waiting list; the seat goes to the first of the list.

    `mail` None: the person is told as with everything about this registration; staff may choose for this once. Raises
    NotFound, NotBooked, LectureOver.
    """
    with db.writing():
        row, locked = rows.locked(registration_id)
        lecture = locked[row.lecture_id]
        eligibility.check_open(lecture, now, cancelled_too=True)
        if row.status == "booked":
            sequence, account_id = row.sequence + 1, row.contact.account_id
            telling.tell(row, "cancelled", now, sequence=sequence, account_id=account_id, wanted=mail)
        leave(row, "cancelled", now, actor)
        db.session.flush()
        readiness.refresh(row.contact.account_id, now)
        promote(lecture.id, now)


def swap(
    registration_id: int,
    lecture_id: int,
    now: datetime,
    actor: Actor,
    *,
    mail: bool | None = None,
    over_limit: bool = False,
) -> None:
    """Change a registration's date in one step: the new seat is taken or the old one stays.

    Row and UID are kept, so that the entry in the contact's calendar moves. `mail` as in `cancel`, `over_limit` as in
    `register`. Raises LectureFull, AlreadyBooked and what `register` raises.
    """
    with db.writing():
        row, locked = rows.locked(registration_id, lecture_id)
        if row.lecture_id == lecture_id:
            raise AlreadyBooked()
        old, account_id = locked[row.lecture_id], row.contact.account_id
        _check_swap(row, old, locked[lecture_id], now, over_limit)
        if not seating.take(lecture_id):
            raise LectureFull(lecture=lecture_id)
        if rows.holds_seat(row):
            seating.release(old.id)
        answered(row.id, row.offered_until, now)
        row.lecture_id, row.status, row.offered_until, row.reply = lecture_id, "booked", None, None
        row.absence_told_at, row.absence_told_by = None, ""
        row.sequence += 1
        row.revised_at = row.registered_at = now
        starts, ends = old.starts_at.isoformat(), old.ends_at.isoformat()
        telling.tell(row, "changed", now, account_id=account_id, wanted=mail, old_starts_at=starts, old_ends_at=ends)
        about = {"account_id": account_id, "contact_id": row.contact_id, "lecture_id": lecture_id}
        history.record("changed", now=now, actor=actor, **about, old_lecture_id=old.id)
        db.session.flush()
        telling.refresh_if_it_matters(account_id, now)
        promote(old.id, now)


def _check_swap(row: Registration, old: Lecture, lecture: Lecture, now: datetime, over_limit: bool) -> None:
    """Raise what keeps a registration from being changed from the `old` lecture to this one."""
    if lecture.course_id != old.course_id:
        raise Invalid(field="lecture", why="other_course")
    eligibility.check_open(old, now, cancelled_too=True)
    other = rows.latest(row.contact_id, lecture.id)
    eligibility.check(
        row.contact_id,
        row.contact.account_id,
        lecture,
        now,
        registered=other is not None and other.status != "cancelled",
        excused=bool(row.exception),
        over_limit=over_limit,
    )
