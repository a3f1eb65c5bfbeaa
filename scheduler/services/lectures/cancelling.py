"""Answers what happens to a lecture that is not held: cancelled, called off at short notice (緊急中止), brought back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from scheduler.models.db import db
from scheduler.models.lectures import Call, Lecture
from scheduler.services import history, seating
from scheduler.services.actors import Actor
from scheduler.services.lectures.telling import tell_all
from scheduler.services.refusals import Invalid, LectureOver
from scheduler.services.registrations import rows, waiting


def cancel(lecture_id: int, reason: dict[str, str], now: datetime, actor: Actor) -> int:
    """Cancel a lecture with a reason for its people; return how many are told.

    Its registrations stay booked, so that it can be brought back. Raises NotFound, Invalid without a reason, LectureOver.
    """
    _check_reason(reason)
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.status == "cancelled":
            return 0
        return _end(lecture, "lecture_cancelled", reason, now, actor)


def call_off(lecture_id: int, reason: dict[str, str], now: datetime, actor: Actor) -> int:
    """Cancel a lecture at short notice: mails leave at once and whoever was booked is to be called; return how many
    mails are owed.

    One that was cancelled already gets its call list without another mail. Raises NotFound, Invalid without a reason,
    LectureOver.
    """
    _check_reason(reason)
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.called_off_at is not None:
            return 0
        if lecture.ends_at <= now:
            raise LectureOver()
        lecture.called_off_at = now
        if lecture.status == "cancelled":
            history.record("lecture_called_off", now=now, actor=actor, lecture_id=lecture_id)
            return 0
        return _end(lecture, "called_off", reason, now, actor)


def bring_back(lecture_id: int, now: datetime, actor: Actor) -> int:
    """Bring a cancelled lecture back with the people who were booked; return how many are told. Raises LectureOver."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.status == "scheduled":
            return 0
        if lecture.starts_at <= now:
            raise LectureOver()
        rows.lock_accounts([lecture_id])
        lecture.status, lecture.reason, lecture.called_off_at = "scheduled", {}, None
        # Who was called once must be called again should it be called off again.
        called = db.changed(delete(Call).where(Call.lecture_id == lecture_id))
        lecture.sequence += 1
        lecture.revised_at = now
        db.session.flush()
        # Where nobody heard of the cancellation there is nothing to say; whoever was rung up has heard.
        told = tell_all(lecture, "confirmation", now, brought_back=not called)
        history.record("lecture_brought_back", now=now, actor=actor, lecture_id=lecture_id)
        db.session.flush()
        waiting.promote(lecture_id, now)
        return told


def _end(lecture: Lecture, kind: str, reason: dict[str, str], now: datetime, actor: Actor) -> int:
    if lecture.ends_at <= now or lecture.reported_at is not None:
        raise LectureOver()
    lecture.status, lecture.reason = "cancelled", reason
    lecture.edited = True
    lecture.sequence += 1
    lecture.revised_at = now
    db.session.flush()
    told = tell_all(lecture, kind, now)
    history.record(
        "lecture_called_off" if kind == "called_off" else "lecture_cancelled",
        now=now,
        actor=actor,
        lecture_id=lecture.id,
    )
    return told


def _check_reason(reason: dict[str, str]) -> None:
    if not any(text.strip() for text in reason.values()):
        raise Invalid(field="reason", why="reason_missing")
