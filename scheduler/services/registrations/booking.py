"""Answers who gets a seat: registering a contact on a lecture, or on its waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scheduler.models.db import db
from scheduler.services import eligibility, history, readiness, registering, seating
from scheduler.services.actors import Actor
from scheduler.services.refusals import AlreadyBooked, LectureFull
from scheduler.services.registrations import telling


def register(
    contact_id: int,
    lecture_id: int,
    now: datetime,
    actor: Actor,
    *,
    companions: Sequence[str] | None = None,
    waitlist: bool = False,
    mails: bool = True,
) -> int:
    """Register a contact on a lecture and return the registration's id; the confirmation with its invitation is owed.

    On a full lecture the contact is put on the waiting list when `waitlist` says so, else LectureFull is raised. Raises
    NotFound (also for a lecture of another account), LectureOver, LectureCancelled, PrerequisiteMissing, AlreadyBooked.
    `mails` False: reached by phone, no message about this registration is wanted.
    """
    with db.writing():
        ground = registering.lock(contact_id, lecture_id)
        before = registering.latest(contact_id, lecture_id)
        registered = before is not None and before.status == "booked"
        eligibility.check_facts(
            contact_id, ground.account_id, ground.lecture, ground.prerequisite_id, now, registered=registered
        )
        seated = seating.take(lecture_id)
        if not seated and not waitlist:
            raise LectureFull(lecture=lecture_id)
        if not seated and before is not None and before.status == "waitlisted":
            raise AlreadyBooked()
        status = "booked" if seated else "waitlisted"
        number, sequence = registering.write(before, contact_id, lecture_id, status, now, actor, companions, mails)
        if mails:
            kind = "confirmation" if seated else "waitlisted"
            telling.owe_about(
                kind, number, sequence, contact_id, ground.account_id, lecture_id, ground.lecture.starts_at, now
            )
        history.record(
            "registered" if seated else "waitlisted",
            now=now,
            actor=actor,
            account_id=ground.account_id,
            contact_id=contact_id,
            lecture_id=lecture_id,
        )
        if telling.it_matters(ground.knots, ground.level):
            readiness.refresh(ground.account_id, now)
        return number
