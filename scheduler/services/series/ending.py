"""Answers how a series ends, at once or after a last date, and how one that ended goes on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.rules.workdays import to_local
from scheduler.services import history, vendor
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, SeriesContinued, SeriesEnded
from scheduler.services.series import horizon, ruling


def end(series_id: int, now: datetime, actor: Actor, last_on: date | None = None) -> int:
    """End a series, at once or after a last local date; return how many of the later lectures stay.

    Later lectures without people vanish, those with some stay as they are; a last date that is put off makes
    lectures again. Raises NotFound, Invalid for a last date before today, SeriesEnded, SeriesContinued.
    """
    with db.writing():
        series = ruling.lock(series_id)
        cut = None if last_on is None else last_on + timedelta(days=1)
        if cut is None and series.ended_at is not None:
            return _left(series, None, now)
        if cut is not None:
            _check(series, cut, now)
            series.ends_before = cut
        else:
            series.ended_at = now
        history.record("series_ended", now=now, actor=actor, account_id=series.account_id, series_id=series_id)
        db.session.flush()
        later = horizon.locked(horizon.untouched(series_id).where(Lecture.starts_at > now))
        horizon.take_away([row for row in later if _is_later(row, cut)], now)
        db.session.flush()
        if cut is not None:
            horizon.fill(series, vendor.working_days(), now)
        return _left(series, cut, now)


def _check(series: Series, cut: date, now: datetime) -> None:
    if series.ended_at is not None:
        raise SeriesEnded()
    if cut <= to_local(now, series.zone).date():
        raise Invalid(field="until", why="ends_in_the_past", value=(cut - timedelta(days=1)).isoformat())
    if series.ends_before is not None and cut > series.ends_before and follower(series.id) is not None:
        raise SeriesContinued()


def resume(series_id: int, now: datetime, actor: Actor) -> int:
    """Let a series that was ended go on; return how many lectures are made. Raises NotFound, SeriesContinued."""
    with db.writing():
        series = ruling.lock(series_id)
        if follower(series_id) is not None:
            raise SeriesContinued()
        if series.ended_at is None and series.ends_before is None:
            return 0
        series.ended_at = series.ends_before = None
        history.record("series_resumed", now=now, actor=actor, account_id=series.account_id, series_id=series_id)
        db.session.flush()
        return horizon.fill(series, vendor.working_days(), now)


def follower(series_id: int) -> int | None:
    """Return the series that took over from this one, None when there is none."""
    return db.session.scalar(select(Series.id).where(Series.follows_id == series_id).limit(1))


def _left(series: Series, cut: date | None, now: datetime) -> int:
    later = select(Lecture).where(
        Lecture.series_id == series.id, Lecture.starts_at > now, Lecture.status == "scheduled"
    )
    return sum(_is_later(row, cut) for row in db.session.scalars(later))


def _is_later(row: Lecture, cut: date | None) -> bool:
    return cut is None or row.slot is None or ruling.local(row.slot).date() >= cut
