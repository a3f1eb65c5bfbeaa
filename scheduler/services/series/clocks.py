"""Answers whether lectures still begin when the clock on the wall shows their time: the data of zones changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.rules.workdays import to_local, to_utc
from scheduler.services import history, seating
from scheduler.services.actors import WORKER
from scheduler.services.lectures.telling import tell_all
from scheduler.services.lectures.values import LOCAL
from scheduler.services.registrations import waiting
from scheduler.services.registrations.rows import lock_accounts


def keep(now: datetime) -> int:
    """Move the future lectures whose zone has other rules by now than when they were planned; return how many.

    The time on the wall stays, the moment changes: whoever is registered is told, with the calendar's update, because
    calendars hold the moment.
    """
    query = select(Lecture.id, Lecture.starts_at, Lecture.local_start, Lecture.zone)
    rows = db.session.execute(query.where(Lecture.starts_at > now, Lecture.status == "scheduled")).all()
    off = [number for number, starts_at, local_start, zone in rows if _shown(starts_at, local_start, zone) != starts_at]
    for number in off:
        with db.writing():
            lecture = seating.lock(number)
            lock_accounts([number])
            moment = _shown(lecture.starts_at, lecture.local_start, lecture.zone)
            if moment != lecture.starts_at:
                _move(lecture, moment, now)
    return len(off)


def _shown(starts_at: datetime, local_start: str, zone: str) -> datetime:
    """Return the moment at which the wall shows the lecture's time; the second of a doubled hour stays the second."""
    if to_local(starts_at, zone).strftime(LOCAL) == local_start:
        return starts_at
    return to_utc(datetime.strptime(local_start, LOCAL), zone)  # noqa: DTZ007


def _move(lecture: Lecture, starts_at: datetime, now: datetime) -> None:
    old = {"old_starts_at": lecture.starts_at.isoformat(), "old_ends_at": lecture.ends_at.isoformat()}
    lecture.ends_at += starts_at - lecture.starts_at
    lecture.starts_at = starts_at
    lecture.sequence += 1
    lecture.revised_at = now
    db.session.flush()
    tell_all(lecture, "changed", now, by_us=True, **old)
    history.record("lecture_changed", now=now, actor=WORKER, lecture_id=lecture.id, fields=["starts_at"])
    db.session.flush()
    # What was kept for somebody was another moment: the seats go to the first in line anew.
    waiting.promote(lecture.id, now)
