"""Answers how a series comes to be: its rule checked, its lectures made up to the horizon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Series
from scheduler.rules.recurrence import SeriesRule
from scheduler.services import courses, history, vendor
from scheduler.services.actors import Actor
from scheduler.services.lectures import values
from scheduler.services.refusals import NotFound
from scheduler.services.series import horizon, ruling


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
    meeting_id: str = "",
    passcode: str = "",
    locale: str = "ja",
    kind: str = "webinar",
    account_limit: int | None = None,
    account_id: int | None = None,
) -> int:
    """Make a series and its lectures up to the horizon; return its id.

    `minutes` defaults to the course's length; with `account_id` only that account sees it. Raises NotFound for an unknown
    course or account, Invalid(field, why) for a rule, a first date in the past, or another value that cannot be used.
    """
    ruling.require(rule, vendor.working_days())
    ruling.require_ahead(rule, now)
    with db.writing():
        course = courses.by_key(course_key)
        length = course.minutes if minutes is None else minutes
        given: dict[str, Any] = {"capacity": capacity, "account_limit": account_limit, "kind": kind, "minutes": length}
        given |= {"join_url": join_url, "meeting_id": meeting_id, "passcode": passcode, "host_id": host_id}
        values.check_values(**given)
        if account_id is not None and db.session.get(Account, account_id) is None:
            raise NotFound(what="account", value=account_id)
        series = Series(
            course_id=course.id,
            rrule=rule.rrule.strip().removeprefix("RRULE:"),
            starts_at_local=ruling.written(rule.starts_at),
            zone=rule.zone,
            holidays=rule.policy,
            locale=locale,
            account_id=account_id,
            created_at=now,
            **given,
        )
        db.session.add(series)
        db.session.flush()
        horizon.fill(series, vendor.working_days(), now)
        history.record("series_added", now=now, actor=actor, account_id=account_id, series_id=series.id)
        return series.id
