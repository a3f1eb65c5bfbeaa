"""Answers whom staff saw in the room with their own eyes: checked in on the roster, one or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scheduler.models.db import db
from scheduler.services import seating
from scheduler.services.actors import Actor
from scheduler.services.attendance import evidence, verdicts


def check_in(lecture_id: int, contact_ids: Sequence[int], now: datetime, actor: Actor) -> int:
    """Check people in, booked or not, from when the room opens; return how many were not yet.

    Raises NotFound (also for another account's lecture), LectureCancelled and LectureNotBegun.
    """
    with db.writing():
        lecture = seating.lock(lecture_id)
        evidence.check_open(lecture, now)
        accounts = evidence.people(lecture, contact_ids)
        new = evidence.note(lecture, contact_ids, "checkin", now, actor)
        evidence.tell("checked_in", lecture_id, new, accounts, now, actor)
        verdicts.rejudge(lecture, new, now, actor)
        return len(new)


def undo(lecture_id: int, contact_ids: Sequence[int], now: datetime, actor: Actor) -> int:
    """Take check-ins back, so that the other evidence counts alone; return how many there were. Raises NotFound."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        accounts = evidence.people(lecture, contact_ids)
        gone = evidence.take_back(lecture_id, contact_ids, "checkin")
        evidence.tell("checkin_undone", lecture_id, gone, accounts, now, actor)
        verdicts.rejudge(lecture, gone, now, actor)
        return len(gone)
