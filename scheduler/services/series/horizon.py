"""Answers which lectures a series has ahead: made up to the horizon, each once, and taken away when they no longer fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, or_, select

from scheduler.models.applications import Application
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import Base, db
from scheduler.models.lectures import Call, Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.models.uploads import Upload
from scheduler.rules.recurrence import Slot
from scheduler.rules.workdays import WorkingDays, to_local
from scheduler.services import seating, vendor
from scheduler.services.inserting import add_missing
from scheduler.services.series import clocks, ruling

# What may name a lecture, which then stays.
_REFERRING: tuple[type[Base], ...] = (
    *(Registration, Application, Mail, Attendance, Presence),
    *(Call, Proposal, Task, Upload),
)


def fill_horizons(now: datetime) -> int:
    """Make the lectures of every series up to the horizon; return how many are new.

    Running it again, or on any number of machines at once, makes each lecture once: (series, slot) is unique. A row with
    registrations, or changed by hand, is never touched; one with people whose date no longer fits (a new closed day) is
    left for a decision, an empty one goes.
    """
    made = 0
    clocks.keep(now)
    calendar = vendor.working_days()
    for series_id in db.session.scalars(select(Series.id).where(Series.ended_at.is_(None)).order_by(Series.id)).all():
        with db.writing():
            series = ruling.lock(series_id)
            if series.ended_at is None:
                made += fill(series, calendar, now)
    return made


def fill(series: Series, calendar: WorkingDays, now: datetime) -> int:
    """Make what is missing of a locked series and take away what no longer fits; return how many lectures are new."""
    rule = ruling.rule_of(series)
    wanted = {ruling.written(slot.slot): slot for slot in ruling.ahead(rule, calendar, now)}
    kept = take_away(_misfits(series, wanted, now), now)
    # What people kept after the last day was decided when that day was set.
    mark_strays([row for row in kept if rule.has(ruling.local(str(row.slot)))], now)
    db.session.flush()
    known = select(Lecture.slot).where(Lecture.series_id == series.id, Lecture.slot >= min(wanted, default=""))
    held = set(db.session.scalars(known))
    made = add_missing(Lecture, [_row(series, slot, now) for text, slot in wanted.items() if text not in held])
    if series.ends_before is not None and series.ends_before <= to_local(now, series.zone).date():
        series.ended_at = now
    return made


def remove_unnamed(lecture_ids: Iterable[int]) -> set[int]:
    """Delete those of these locked lectures that nothing ever referred to; return which.

    A lecture somebody once registered for stays, also when she has moved to another date since: her mails name it.
    """
    wanted = list(lecture_ids)
    if not wanted:
        return set()
    referred = [exists().where(model.lecture_id == Lecture.id) for model in _REFERRING]  # type: ignore[attr-defined]
    statement = delete(Lecture).where(Lecture.id.in_(wanted), ~or_(*referred)).returning(Lecture.id)
    return set(db.session.scalars(statement.execution_options(synchronize_session="fetch")))


def take_away(rows: Iterable[Lecture], now: datetime) -> list[Lecture]:
    """Take those of these locked lectures away that have nobody; return the others.

    What nothing names is deleted, the rest is cancelled quietly: somebody was there once, and calendars show it.
    """
    rows = list(rows)
    deleted = remove_unnamed(row.id for row in rows)
    left = [row for row in rows if row.id not in deleted]
    people = _with_people(row.id for row in left)
    for row in left:
        if row.id not in people:
            close(row, now)
    return [row for row in left if row.id in people]


def close(row: Lecture, now: datetime) -> None:
    """Cancel a locked lecture that has nobody; its place in the rule is free for another that fits."""
    row.status, row.reason, row.slot, row.stray_since = "cancelled", {}, None, None
    row.sequence += 1
    row.revised_at = now


def mark_strays(rows: Collection[Lecture], now: datetime) -> None:
    """Mark lectures with people as waiting for a decision."""
    for row in rows:
        if row.stray_since is None:
            row.stray_since = now


def _with_people(lecture_ids: Iterable[int]) -> set[int]:
    """Tell on which of these lectures somebody is registered, waits for a seat, or applied and waits for an answer."""
    numbers = list(lecture_ids)
    registered = select(Registration.lecture_id).where(
        Registration.lecture_id.in_(numbers), Registration.status != "cancelled"
    )
    applied = select(Application.lecture_id).where(Application.lecture_id.in_(numbers), Application.state == "waiting")
    return {*db.session.scalars(registered.distinct()), *db.session.scalars(applied.distinct())}


def untouched(series_id: int) -> Select[Lecture]:
    """Select the lectures of a series that nobody changed."""
    return select(Lecture).where(
        Lecture.series_id == series_id,
        Lecture.edited.is_(False),
        Lecture.status == "scheduled",
        Lecture.slot.is_not(None),
    )


def locked(query: Select[Lecture]) -> list[Lecture]:
    """Lock lectures in the order of their ids, so that nobody registers while it is asked whether anybody did."""
    query = query.order_by(Lecture.id).with_for_update(key_share=True)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _misfits(series: Series, wanted: dict[str, Slot], now: datetime) -> list[Lecture]:
    """Lock the lectures within the horizon that are not what the series would make; those that fit again are no strays."""

    def fits(row: Any) -> bool:
        slot = wanted.get(row.slot)
        return slot is not None and ruling.written(slot.local) == row.local_start and row.course_id == series.course_id

    ahead = untouched(series.id).where(Lecture.starts_at > now, Lecture.starts_at <= now + ruling.HORIZON)
    columns = (Lecture.id, Lecture.slot, Lecture.local_start, Lecture.course_id, Lecture.stray_since)
    rows = db.session.execute(ahead.with_only_columns(*columns)).all()
    odd = [row.id for row in rows if not fits(row) or row.stray_since is not None]
    if not odd:
        return []
    looked_at = locked(ahead.where(Lecture.id.in_(odd)))
    for row in looked_at:
        if fits(row):
            row.stray_since = None
    return [row for row in looked_at if not fits(row)]


def _row(series: Series, slot: Slot, now: datetime) -> dict[str, Any]:
    return {
        "uid": seating.new_uid(),
        "sequence": 0,
        "revised_at": now,
        "course_id": series.course_id,
        "series_id": series.id,
        "slot": ruling.written(slot.slot),
        "account_id": series.account_id,
        "starts_at": slot.starts_at,
        "ends_at": slot.starts_at + timedelta(minutes=series.minutes),
        "local_start": ruling.written(slot.local),
        "zone": series.zone,
        "capacity": series.capacity,
        "seats_taken": 0,
        "host_id": series.host_id,
        "join_url": series.join_url,
        "meeting_id": series.meeting_id,
        "passcode": series.passcode,
        "locale": series.locale,
        "kind": series.kind,
        "account_limit": series.account_limit,
        "status": "scheduled",
        "reason": {},
        "edited": False,
    }
