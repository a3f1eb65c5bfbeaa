"""Answers what may change of one dated lecture, and who is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import history, seating
from scheduler.services.actors import Actor
from scheduler.services.lectures.telling import tell_all
from scheduler.services.lectures.values import LOCAL, MEETING, TELLING, check_values
from scheduler.services.refusals import CapacityBelowBooked, Invalid, LectureCancelled, LectureOver
from scheduler.services.registrations import rows, waiting


def change(
    lecture_id: int, fields: dict[str, Any], now: datetime, actor: Actor, reason: dict[str, str] | None = None
) -> int:
    """Change time, host, meeting or seats of one lecture; return how many people are told.

    `fields`: starts_at, ends_at, host_id, join_url, meeting_id, passcode, capacity, account_limit, kind, and while nobody
    ever registered course_id and account_id (it is then no longer for one person alone); when only the start is given, the
    length stays. Its people are told of a new time or another link, number or passcode of the meeting, once, with the
    calendar's update. Raises NotFound, Invalid, CapacityBelowBooked, and LectureOver for a new time of a lecture that has ended.
    """
    with db.writing():
        lecture = seating.lock(lecture_id)
        values = {key: value for key, value in fields.items() if getattr(lecture, key) != value}
        if "starts_at" in values and "ends_at" not in fields:
            values["ends_at"] = values["starts_at"] + (lecture.ends_at - lecture.starts_at)
        if not values:
            return 0
        rows.lock_accounts([lecture_id])
        _check_change(lecture, values, now)
        old = {"old_starts_at": lecture.starts_at.isoformat(), "old_ends_at": lecture.ends_at.isoformat()}
        for key, value in values.items():
            setattr(lecture, key, value)
        if "account_id" in values:
            lecture.contact_id = None
        if "starts_at" in values:
            lecture.local_start = lecture.starts_at.astimezone(ZoneInfo(lecture.zone)).strftime(LOCAL)
        lecture.edited = True
        lecture.revised_at = now
        if reason is not None and lecture.status == "scheduled":
            # Why it is not held stays what its people were told.
            lecture.reason = reason
        told = 0
        if values.keys() & TELLING:
            lecture.sequence += 1
            db.session.flush()
            told = tell_all(lecture, "changed", now, by_us=True, link=bool(values.keys() & set(MEETING)), **old)
        history.record("lecture_changed", now=now, actor=actor, lecture_id=lecture_id, fields=sorted(values))
        db.session.flush()
        waiting.promote(lecture_id, now)
        return told


def _check_change(lecture: Lecture, values: dict[str, Any], now: datetime) -> None:
    starts_at, ends_at = values.get("starts_at", lecture.starts_at), values.get("ends_at", lecture.ends_at)
    check_values(
        capacity=values.get("capacity"),
        account_limit=values.get("account_limit"),
        kind=values.get("kind"),
        join_url=values.get("join_url"),
        meeting_id=values.get("meeting_id"),
        passcode=values.get("passcode"),
        host_id=values.get("host_id"),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    if values.keys() & {"starts_at", "ends_at"} and (lecture.ends_at <= now or lecture.reported_at is not None):
        raise LectureOver()
    if values.keys() & TELLING and lecture.status == "cancelled":
        raise LectureCancelled()
    if "starts_at" in values and starts_at <= now:
        raise Invalid(field="starts_at", why="starts_in_the_past", value=starts_at.isoformat())
    for key, field in (("course_id", "course"), ("account_id", "account")):
        if key in values and _has_people(lecture.id):
            raise Invalid(field=field, why="lecture_has_people")
    if values.get("capacity", lecture.capacity) < lecture.seats_taken:
        raise CapacityBelowBooked(taken=lecture.seats_taken)


def _has_people(lecture_id: int) -> bool:
    """Tell whether anybody ever registered on a lecture or came to it."""
    registered = select(Registration.id).where(Registration.lecture_id == lecture_id)
    judged = select(Attendance.id).where(Attendance.lecture_id == lecture_id)
    return any(db.session.scalar(query.limit(1)) is not None for query in (registered, judged))
