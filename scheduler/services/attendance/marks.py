"""Answers what a person says of somebody's attendance by hand; it counts before every report and outlives it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.attendance import Outcome, Verdict, seconds_present
from scheduler.services import seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import staging, verdicts
from scheduler.services.refusals import Invalid, NotFound

MARKS: tuple[Outcome, ...] = ("attended", "partial", "missed", "excused")
LONGEST_REASON = 500


def mark(lecture_id: int, contact_id: int, verdict: str, reason: str, now: datetime, actor: Actor) -> None:
    """Mark somebody booked, or somebody who walked in, as attended, partial, missed or excused, and say why.

    Thanks or new dates follow as after a report. Raises NotFound (also for another account's lecture), LectureCancelled,
    LectureNotBegun, and Invalid: no such verdict, somebody missing who was not booked, a reason too long.
    """
    told = reason.strip()
    if verdict not in MARKS:
        raise Invalid(field="verdict", why="not_a_choice", value=verdict, choices=", ".join(MARKS))
    if len(told) > LONGEST_REASON:
        raise Invalid(field="reason", why="too_long", maximum=LONGEST_REASON)
    with db.writing():
        lecture = _begun(lecture_id, contact_id, now)
        if verdict in ("missed", "excused") and not _booked(lecture_id, contact_id):
            raise Invalid(field="verdict", why="missed_unbooked")
        rows = verdicts.rows_of(lecture_id, [contact_id])
        row = rows.get(contact_id)
        if row is not None and verdicts.is_mark(row) and (row.verdict, row.reason) == (verdict, told):
            return
        marked = Verdict(verdict, _seconds(lecture, contact_id), ("manual",))
        verdicts.conclude(lecture, {contact_id: marked}, rows, now, actor)
        by_hand = {"marked_by_id": actor.staff_id, "reason": told}
        mine = (Attendance.lecture_id == lecture_id, Attendance.contact_id == contact_id)
        db.session.execute(
            update(Attendance).where(*mine).values(**by_hand).execution_options(synchronize_session=False)
        )


def unmark(lecture_id: int, contact_id: int, now: datetime, actor: Actor) -> None:
    """Take a mark by hand back, so that the evidence counts again; without one nothing changes.

    Raises NotFound, LectureCancelled and LectureNotBegun.
    """
    with db.writing():
        lecture = _begun(lecture_id, contact_id, now)
        row = verdicts.rows_of(lecture_id, [contact_id]).get(contact_id)
        if row is None or not verdicts.is_mark(row):
            return
        verdicts.rejudge(lecture, [contact_id], now, actor, marks=False)


def _begun(lecture_id: int, contact_id: int, now: datetime) -> Lecture:
    lecture = seating.lock(lecture_id)
    staging.check_begun(lecture, now)
    contact = db.session.get(Contact, contact_id)
    if contact is None or lecture.account_id not in (None, contact.account_id):
        raise NotFound(what="contact", value=contact_id)
    return lecture


def _booked(lecture_id: int, contact_id: int) -> bool:
    seat = exists().where(
        Registration.lecture_id == lecture_id,
        Registration.contact_id == contact_id,
        Registration.status == "booked",
    )
    return bool(db.session.scalar(select(seat)))


def _seconds(lecture: Lecture, contact_id: int) -> int:
    found = verdicts.evidence(lecture.id, [contact_id]).get(contact_id, [])
    return seconds_present(found, lecture.starts_at, lecture.ends_at)
