"""Answers who may go into a meeting now, and notes the click that led there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services.refusals import JoinNotOpen, LectureCancelled, LectureOver, NotBooked, NotFound

# How long before the start the way into the meeting opens.
OPENS_BEFORE = timedelta(minutes=15)
# Another click within this time is the same attempt to get in.
SAME_CLICK = timedelta(minutes=10)


def opens_at(lecture: Lecture) -> datetime:
    """Return the moment from which the meeting can be joined, until the lecture ends."""
    return lecture.starts_at - OPENS_BEFORE


def check(registration: Registration, now: datetime) -> None:
    """Raise what keeps its holder out of the meeting now: NotBooked, LectureCancelled, LectureOver, JoinNotOpen."""
    lecture = registration.lecture
    if lecture.status == "cancelled":
        raise LectureCancelled()
    if registration.status != "booked":
        raise NotBooked()
    if lecture.ends_at <= now:
        raise LectureOver()
    if now < opens_at(lecture):
        raise JoinNotOpen(opens_at=opens_at(lecture).isoformat())


def is_open(registration: Registration, now: datetime) -> bool:
    """Tell whether the join button stands on the page now."""
    lecture = registration.lecture
    open_now = opens_at(lecture) <= now < lecture.ends_at
    return open_now and registration.status == "booked" and lecture.status == "scheduled"


def click_join(registration_id: int, now: datetime) -> str:
    """Note that the way into the meeting was taken, once in ten minutes; return the meeting's address.

    A click is evidence, never attendance by itself. Raises NotFound and what `check` raises.
    """
    with db.writing():
        row = db.session.scalar(
            select(Registration)
            .where(Registration.id == registration_id)
            .with_for_update(of=Registration)
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise NotFound()
        check(row, now)
        click = (
            Presence.lecture_id == row.lecture_id,
            Presence.contact_id == row.contact_id,
            Presence.source == "join_click",
        )
        last = select(Presence.id).where(*click, Presence.recorded_at > now - SAME_CLICK).limit(1)
        if db.session.scalar(last) is None:
            db.session.add(
                Presence(
                    lecture_id=row.lecture_id,
                    contact_id=row.contact_id,
                    source="join_click",
                    from_at=now,
                    recorded_at=now,
                )
            )
        return row.lecture.join_url
