"""Answers which lectures a series makes: its rule kept, its horizon filled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, or_, select

from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.rules.recurrence import RuleRefused, SeriesRule, Slot, check, slots
from scheduler.rules.workdays import WorkingDays, to_local
from scheduler.services import courses, history, seating, vendor
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.lectures import values
from scheduler.services.refusals import Invalid, NotFound

# How far ahead lectures are made.
HORIZON = timedelta(days=90)
LOCAL = "%Y-%m-%dT%H:%M"


def rule_of(series: Series) -> SeriesRule:
    """Return a series' rule as the recurrence rules take it."""
    return SeriesRule(series.rrule, datetime.strptime(series.starts_at_local, LOCAL), series.zone, series.holidays)  # type: ignore[arg-type]  # noqa: DTZ007


def preview(rule: SeriesRule, now: datetime) -> list[Slot]:
    """List the dates the rule would make within the horizon; raise Invalid when it cannot be used."""
    calendar = vendor.working_days()
    try:
        check(rule, calendar)
        return _ahead(rule, calendar, now)
    except RuleRefused as refusal:
        raise Invalid(field=_field(refusal.key), why=refusal.key, **refusal.params) from refusal


def create(
    course_key: str,
    rule: SeriesRule,
    *,
    capacity: int,
    now: datetime,
    actor: Actor,
    minutes: int | None = None,
    host_id: int | None = None,
    join_url: str = "",
    locale: str = "ja",
) -> int:
    """Make a series and its lectures up to the horizon; return its id.

    `minutes` defaults to the course's length. Raises NotFound for an unknown course, Invalid(field, why) for a rule, zone,
    capacity, length or link that cannot be used.
    """
    preview(rule, now)
    with db.writing():
        course = courses.by_key(course_key)
        length = course.minutes if minutes is None else minutes
        values.check_values(capacity=capacity, minutes=length, join_url=join_url, host_id=host_id)
        series = Series(
            course_id=course.id,
            rrule=rule.rrule.removeprefix("RRULE:"),
            starts_at_local=rule.starts_at.strftime(LOCAL),
            zone=rule.zone,
            holidays=rule.policy,
            minutes=length,
            capacity=capacity,
            host_id=host_id,
            join_url=join_url,
            locale=locale,
            created_at=now,
        )
        db.session.add(series)
        db.session.flush()
        _fill(series, vendor.working_days(), now)
        history.record("series_added", now=now, actor=actor, series_id=series.id)
        return series.id


def end(series_id: int, now: datetime, actor: Actor) -> int:
    """End a series: its future lectures without registrations vanish, the others stay; return how many stay."""
    with db.writing():
        series = _locked(series_id)
        if series.ended_at is None:
            series.ended_at = now
            history.record("series_ended", now=now, actor=actor, series_id=series_id)
        _remove_empty(series_id, now, keep=set())
        future = select(Lecture.id).where(Lecture.series_id == series_id, Lecture.starts_at > now)
        return len(db.session.scalars(future).all())


def fill_horizons(now: datetime) -> int:
    """Make the lectures of every series up to the horizon; return how many are new.

    Running it again, or on two machines at once, makes each lecture once: (series, slot) is unique. A row with
    registrations, or changed by hand, is never touched; empty ones that no longer fit the rule go.
    """
    made = 0
    for series_id in db.session.scalars(select(Series.id).where(Series.ended_at.is_(None)).order_by(Series.id)).all():
        with db.writing():
            series = _locked(series_id)
            if series.ended_at is None:
                made += _fill(series, vendor.working_days(), now)
    return made


def _locked(series_id: int) -> Series:
    """Lock a series, so that it is not filled by one and ended by another; raise NotFound."""
    query = select(Series).where(Series.id == series_id).with_for_update(key_share=True)
    series = db.session.scalar(query.execution_options(populate_existing=True))
    if series is None:
        raise NotFound()
    return series


def _fill(series: Series, calendar: WorkingDays, now: datetime) -> int:
    wanted = _ahead(rule_of(series), calendar, now)
    _remove_empty(series.id, now, keep={slot.slot.strftime(LOCAL) for slot in wanted})
    known = set(db.session.scalars(select(Lecture.slot).where(Lecture.series_id == series.id)))
    rows = [_row(series, slot, now) for slot in wanted if slot.slot.strftime(LOCAL) not in known]
    return add_missing(Lecture, rows)


def _row(series: Series, slot: Slot, now: datetime) -> dict[str, Any]:
    return {
        "uid": seating.new_uid(),
        "sequence": 0,
        "revised_at": now,
        "course_id": series.course_id,
        "series_id": series.id,
        "slot": slot.slot.strftime(LOCAL),
        "starts_at": slot.starts_at,
        "ends_at": slot.starts_at + timedelta(minutes=series.minutes),
        "local_start": slot.local.strftime(LOCAL),
        "zone": series.zone,
        "capacity": series.capacity,
        "seats_taken": 0,
        "host_id": series.host_id,
        "join_url": series.join_url,
        "locale": series.locale,
        "status": "scheduled",
        "reason": {},
        "edited": False,
    }


def _remove_empty(series_id: int, now: datetime, keep: set[str]) -> None:
    """Delete future lectures that the rule no longer names, nobody changed, and nothing ever referred to.

    The rows are locked before it is asked whether anything refers to them, so that nobody can register in between. A
    lecture somebody once registered for stays, also when she has moved to another date since: her mails name it.
    """
    untouched = select(Lecture).where(
        Lecture.series_id == series_id,
        Lecture.starts_at > now,
        Lecture.edited.is_(False),
        Lecture.status == "scheduled",
        Lecture.slot.not_in(keep),
    )
    stale = [row.id for row in db.session.scalars(untouched.order_by(Lecture.id).with_for_update())]
    if not stale:
        return
    referred = [exists().where(model.lecture_id == Lecture.id) for model in (Registration, Mail, Attendance, Presence)]
    db.session.execute(delete(Lecture).where(Lecture.id.in_(stale), ~or_(*referred)))


def _ahead(rule: SeriesRule, calendar: WorkingDays, now: datetime) -> list[Slot]:
    first, last = to_local(now, rule.zone).date(), to_local(now + HORIZON, rule.zone).date()
    return [slot for slot in slots(rule, calendar, first, last) if slot.starts_at > now]


def _field(key: str) -> str:
    return {"unknown_zone": "time_zone", "unknown_policy": "holidays", "starts_at_unusable": "starts_at"}.get(
        key, "rrule"
    )
