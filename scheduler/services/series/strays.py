"""Answers what becomes of dates that no longer fit their series' rule but have people: kept, or cancelled."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.services import history, seating
from scheduler.services.actors import Actor
from scheduler.services.lectures import cancelling
from scheduler.services.refusals import NotFound


def waiting(now: datetime, series_id: int | None = None) -> list[Lecture]:
    """List the dates that wait for a decision, of one series or of all, by start."""
    query = select(Lecture).where(
        Lecture.stray_since.is_not(None), Lecture.status == "scheduled", Lecture.starts_at > now
    )
    if series_id is not None:
        query = query.where(Lecture.series_id == series_id)
    query = query.options(joinedload(Lecture.course), joinedload(Lecture.host), joinedload(Lecture.account))
    return list(db.session.scalars(query.order_by(Lecture.starts_at, Lecture.id)))


def keep(lecture_id: int, now: datetime, actor: Actor) -> None:
    """Keep a date as a one-off lecture of its own, with its people; nobody is told. Raises NotFound."""
    with db.writing():
        lecture = _locked(lecture_id)
        lecture.series_id = lecture.slot = lecture.stray_since = None
        history.record("stray_kept", now=now, actor=actor, lecture_id=lecture_id)


def cancel(lecture_id: int, reason: dict[str, str], now: datetime, actor: Actor) -> int:
    """Cancel such a date with a reason; its people are offered others. Return how many are told.

    Raises NotFound, Invalid without a reason, LectureOver.
    """
    with db.writing():
        lecture = _locked(lecture_id)
        told = cancelling.cancel(lecture_id, reason, now, actor)
        lecture.stray_since = None
        return told


def _locked(lecture_id: int) -> Lecture:
    lecture = seating.lock(lecture_id)
    if lecture.stray_since is None:
        raise NotFound()
    return lecture
