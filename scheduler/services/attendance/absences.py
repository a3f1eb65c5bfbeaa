"""Answers who told us beforehand that they will not come (欠席連絡あり): told, taken back, and what it comes to afterwards."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import eligibility, history, readiness, seating
from scheduler.services.actors import WORKER, Actor
from scheduler.services.attendance import verdicts
from scheduler.services.refusals import CancelInstead, LectureCancelled, LectureOver, NotBooked
from scheduler.services.registrations import rows

# How long after a lecture the job looks whether somebody excused is still without a verdict.
BACK = timedelta(days=14)


def may_tell(lecture: Lecture, now: datetime) -> bool:
    """Tell whether a customer tells us of an absence rather than cancels: from the cut-off on, until the lecture ends."""
    begins = eligibility.promotes_until(lecture)
    return lecture.status == "scheduled" and min(begins, lecture.starts_at) <= now < lecture.ends_at


def tell(registration_id: int, now: datetime, actor: Actor) -> None:
    """Note that somebody booked will not come; the seat is kept, no reminder follows, and the verdict will be excused.

    Customers from the cut-off on, staff at any time before the end. Raises NotFound, NotBooked, LectureOver,
    LectureCancelled, and CancelInstead where a customer can still change or cancel as usual.
    """
    with db.writing():
        row, lecture = _open(registration_id, now)
        if actor.kind == "contact" and not may_tell(lecture, now):
            raise CancelInstead()
        if row.absence_told_at is None:
            row.absence_told_at, row.absence_told_by = now, "contact" if actor.kind == "contact" else "staff"
            _note("absence_told", row, now, actor)


def take_back(registration_id: int, now: datetime, actor: Actor) -> None:
    """Note that somebody who told us of an absence comes after all; raise what `tell` raises but CancelInstead."""
    with db.writing():
        row, _lecture = _open(registration_id, now)
        if row.absence_told_at is not None:
            row.absence_told_at, row.absence_told_by = None, ""
            _note("absence_taken_back", row, now, actor)


def settle(now: datetime) -> int:
    """Judge those who told us of their absence once their lecture is over, though no report came; return how many."""
    settled = 0
    for lecture_id, people in _waiting(now).items():
        with db.writing():
            lecture = seating.lock(lecture_id)
            settled += len(verdicts.rejudge(lecture, people, now, WORKER))
    return settled


def _open(registration_id: int, now: datetime) -> tuple[Registration, Lecture]:
    row, locked = rows.locked(registration_id)
    lecture = locked[row.lecture_id]
    if row.status != "booked":
        raise NotBooked()
    if lecture.status == "cancelled":
        raise LectureCancelled()
    if lecture.ends_at <= now:
        raise LectureOver()
    return row, lecture


def _note(event: str, row: Registration, now: datetime, actor: Actor) -> None:
    account_id = row.contact.account_id
    about = {"account_id": account_id, "contact_id": row.contact_id, "lecture_id": row.lecture_id}
    history.record(event, now=now, actor=actor, **about)
    db.session.flush()
    readiness.refresh(account_id, now)


def _waiting(now: datetime) -> dict[int, list[int]]:
    judged = exists().where(
        Attendance.lecture_id == Registration.lecture_id,
        Attendance.contact_id == Registration.contact_id,
        Attendance.verdict != "unknown",
    )
    query = (
        select(Registration.lecture_id, Registration.contact_id)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(
            Lecture.status == "scheduled",
            Lecture.ends_at <= now,
            Lecture.ends_at > now - BACK,
            Registration.status == "booked",
            Registration.absence_told_at.is_not(None),
            ~judged,
        )
        .order_by(Registration.lecture_id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for lecture_id, contact_id in db.session.execute(query):
        found[lecture_id].append(contact_id)
    return found
