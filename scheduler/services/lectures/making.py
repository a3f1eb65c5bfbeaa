"""Answers how a one-off lecture, or one for a single account, comes to be."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.services import courses, history, seating
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.lectures.values import LOCAL, check_values
from scheduler.services.refusals import NotFound


def create(
    course_key: str,
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    capacity: int,
    now: datetime,
    actor: Actor,
    host_id: int | None = None,
    join_url: str = "",
    meeting_id: str = "",
    passcode: str = "",
    account_id: int | None = None,
    contact_id: int | None = None,
    account_limit: int | None = None,
    kind: str = "webinar",
    zone: str | None = None,
    locale: str = "ja",
) -> int:
    """Make a one-off lecture, or one for a single account or person; return its id. Past dates are allowed (to record them).

    Without `ends_at` it is as long as the course. Raises NotFound for an unknown course or account or a person who is not
    of that account, Invalid(field, why).
    """
    with db.writing():
        course = courses.by_key(course_key)
        ends_at = ends_at or starts_at + timedelta(minutes=course.minutes)
        values: dict[str, Any] = {
            "capacity": capacity,
            "account_limit": account_limit,
            "kind": kind,
            "host_id": host_id,
        }
        values |= {"join_url": join_url, "meeting_id": meeting_id, "passcode": passcode}
        values |= {"starts_at": starts_at, "ends_at": ends_at}
        check_values(**values)
        _check_whose(account_id, contact_id)
        zone = zone or here().zone
        lecture = Lecture(
            uid=seating.new_uid(),
            revised_at=now,
            course_id=course.id,
            account_id=account_id,
            contact_id=contact_id,
            local_start=starts_at.astimezone(ZoneInfo(zone)).strftime(LOCAL),
            zone=zone,
            locale=locale,
            **values,
        )
        db.session.add(lecture)
        db.session.flush()
        history.record("lecture_added", now=now, actor=actor, account_id=account_id, lecture_id=lecture.id)
        return lecture.id


def _check_whose(account_id: int | None, contact_id: int | None) -> None:
    if account_id is not None and db.session.get(Account, account_id) is None:
        raise NotFound(what="account", value=account_id)
    if contact_id is None:
        return
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.account_id != account_id:
        raise NotFound(what="contact", value=contact_id)
