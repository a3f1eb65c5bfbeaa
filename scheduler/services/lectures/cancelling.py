"""Answers what happens to a lecture that is not held: cancelled with a reason, brought back."""

from __future__ import annotations

from datetime import datetime

from scheduler.models.db import db
from scheduler.services import history, seating
from scheduler.services.actors import Actor
from scheduler.services.lectures.telling import tell_all
from scheduler.services.refusals import Invalid, LectureOver
from scheduler.services.registrations import waiting


def cancel(lecture_id: int, reason: dict[str, str], now: datetime, actor: Actor) -> int:
    """Cancel a lecture with a reason for its people; return how many are told.

    Its registrations stay booked, so that it can be brought back. Raises NotFound, Invalid without a reason, LectureOver.
    """
    if not any(text.strip() for text in reason.values()):
        raise Invalid(field="reason", why="reason_missing")
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.status == "cancelled":
            return 0
        if lecture.ends_at <= now or lecture.reported_at is not None:
            raise LectureOver()
        lecture.status, lecture.reason = "cancelled", reason
        lecture.edited = True
        lecture.sequence += 1
        lecture.revised_at = now
        db.session.flush()
        told = tell_all(lecture, "lecture_cancelled", now)
        history.record("lecture_cancelled", now=now, actor=actor, lecture_id=lecture_id)
        return told


def bring_back(lecture_id: int, now: datetime, actor: Actor) -> int:
    """Bring a cancelled lecture back with the people who were booked; return how many are told. Raises LectureOver."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.status == "scheduled":
            return 0
        if lecture.starts_at <= now:
            raise LectureOver()
        lecture.status, lecture.reason = "scheduled", {}
        lecture.sequence += 1
        lecture.revised_at = now
        db.session.flush()
        told = tell_all(lecture, "confirmation", now)
        history.record("lecture_brought_back", now=now, actor=actor, lecture_id=lecture_id)
        db.session.flush()
        waiting.promote(lecture_id, now)
        return told
