"""Answers what happens to one dated lecture: made, moved, cancelled with a reason, brought back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.models.accounts import Account, Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import courses, history, registrations, seating
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import CapacityBelowBooked, Invalid, LectureCancelled, LectureOver, NotFound

LOCAL = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(hours=12)
LARGEST = 10_000


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
    account_id: int | None = None,
    zone: str | None = None,
    locale: str = "ja",
) -> int:
    """Make a one-off lecture, or one for a single account; return its id. Past dates are allowed (to record them).

    Without `ends_at` it is as long as the course. Raises NotFound for an unknown course or account, Invalid(field, why).
    """
    with db.writing():
        course = courses.by_key(course_key)
        ends_at = ends_at or starts_at + timedelta(minutes=course.minutes)
        check_values(capacity=capacity, join_url=join_url, host_id=host_id, starts_at=starts_at, ends_at=ends_at)
        if account_id is not None and db.session.get(Account, account_id) is None:
            raise NotFound(what="account", value=account_id)
        zone = zone or here().zone
        lecture = Lecture(
            uid=seating.new_uid(),
            revised_at=now,
            course_id=course.id,
            account_id=account_id,
            starts_at=starts_at,
            ends_at=ends_at,
            local_start=starts_at.astimezone(ZoneInfo(zone)).strftime(LOCAL),
            zone=zone,
            capacity=capacity,
            host_id=host_id,
            join_url=join_url,
            locale=locale,
        )
        db.session.add(lecture)
        db.session.flush()
        history.record("lecture_added", now=now, actor=actor, account_id=account_id, lecture_id=lecture.id)
        return lecture.id


def change(
    lecture_id: int, fields: dict[str, Any], now: datetime, actor: Actor, reason: dict[str, str] | None = None
) -> int:
    """Change time, host, link or capacity of one lecture; return how many people are told.

    `fields`: starts_at, ends_at, host_id, join_url, capacity, and while nobody ever registered course_id and account_id;
    when only the start is given, the length stays. Its people are told of a new time or a new link, once, with the
    calendar's update. Raises NotFound, Invalid, CapacityBelowBooked, and LectureOver for a new time of a lecture that has
    ended.
    """
    with db.writing():
        lecture = seating.lock(lecture_id)
        values = {key: value for key, value in fields.items() if getattr(lecture, key) != value}
        if "starts_at" in values and "ends_at" not in fields:
            values["ends_at"] = values["starts_at"] + (lecture.ends_at - lecture.starts_at)
        if not values:
            return 0
        _check_change(lecture, values, now)
        old = {"old_starts_at": lecture.starts_at.isoformat(), "old_ends_at": lecture.ends_at.isoformat()}
        for key, value in values.items():
            setattr(lecture, key, value)
        if "starts_at" in values:
            lecture.local_start = lecture.starts_at.astimezone(ZoneInfo(lecture.zone)).strftime(LOCAL)
        lecture.edited = True
        lecture.revised_at = now
        if reason is not None:
            lecture.reason = reason
        told = 0
        if values.keys() & {"starts_at", "ends_at", "join_url"}:
            lecture.sequence += 1
            db.session.flush()
            told = _tell_all(lecture, "changed", now, by_us=True, **old)
        history.record("lecture_changed", now=now, actor=actor, lecture_id=lecture_id, fields=sorted(values))
        db.session.flush()
        registrations.promote(lecture_id, now)
        return told


def cancel(lecture_id: int, reason: dict[str, str], now: datetime, actor: Actor) -> int:
    """Cancel a lecture with a reason for its people; return how many are told.

    Its registrations stay booked, so that it can be brought back. Raises NotFound, Invalid without a reason, LectureOver.
    """
    if not any(text.strip() for text in reason.values()):
        raise Invalid(field="reason", why="reason_missing")
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.status == "cancelled":
            return 0
        if lecture.ends_at <= now or lecture.reported_at is not None:
            raise LectureOver()
        lecture.status, lecture.reason = "cancelled", reason
        lecture.edited = True
        lecture.sequence += 1
        lecture.revised_at = now
        db.session.flush()
        told = _tell_all(lecture, "lecture_cancelled", now)
        history.record("lecture_cancelled", now=now, actor=actor, lecture_id=lecture_id)
        return told


def bring_back(lecture_id: int, now: datetime, actor: Actor) -> int:
    """Bring a cancelled lecture back with the people who were booked; return how many are told. Raises LectureOver."""
    with db.writing():
        lecture = seating.lock(lecture_id)
        if lecture.status == "scheduled":
            return 0
        if lecture.starts_at <= now:
            raise LectureOver()
        lecture.status, lecture.reason = "scheduled", {}
        lecture.sequence += 1
        lecture.revised_at = now
        db.session.flush()
        told = _tell_all(lecture, "confirmation", now)
        history.record("lecture_brought_back", now=now, actor=actor, lecture_id=lecture_id)
        db.session.flush()
        registrations.promote(lecture_id, now)
        return told


def people_to_tell(lecture_id: int) -> int:
    """Count who would get a mail if the lecture were moved or cancelled now."""
    return len(_people(lecture_id))


def check_values(
    *,
    capacity: int | None = None,
    minutes: int | None = None,
    join_url: str | None = None,
    host_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Raise Invalid(field, why) for a value no lecture can have."""
    if capacity is not None and not 0 < capacity <= LARGEST:
        raise Invalid(field="capacity", why="capacity_out_of_range", value=capacity, largest=LARGEST)
    if minutes is not None and not 0 < minutes <= LONGEST.total_seconds() / 60:
        raise Invalid(field="minutes", why="minutes_out_of_range", value=minutes)
    if join_url and (urlsplit(join_url).scheme not in ("http", "https") or not urlsplit(join_url).hostname):
        raise Invalid(field="join_url", why="link_malformed", value=join_url)
    if host_id is not None and db.session.get(Staff, host_id) is None:
        raise Invalid(field="host", why="unknown_member", value=host_id)
    if starts_at is not None and ends_at is not None and not timedelta() < ends_at - starts_at <= LONGEST:
        raise Invalid(field="ends_at", why="ends_before_start", value=ends_at.isoformat())


def _check_change(lecture: Lecture, values: dict[str, Any], now: datetime) -> None:
    starts_at, ends_at = values.get("starts_at", lecture.starts_at), values.get("ends_at", lecture.ends_at)
    check_values(
        capacity=values.get("capacity"),
        join_url=values.get("join_url"),
        host_id=values.get("host_id"),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    if values.keys() & {"starts_at", "ends_at"} and (lecture.ends_at <= now or lecture.reported_at is not None):
        raise LectureOver()
    if values.keys() & {"starts_at", "ends_at", "join_url"} and lecture.status == "cancelled":
        raise LectureCancelled()
    if "starts_at" in values and starts_at <= now:
        raise Invalid(field="starts_at", why="starts_in_the_past", value=starts_at.isoformat())
    for key, field in (("course_id", "course"), ("account_id", "account")):
        if key in values and _has_people(lecture.id):
            raise Invalid(field=field, why="lecture_has_people")
    if values.get("capacity", lecture.capacity) < lecture.seats_taken:
        raise CapacityBelowBooked(taken=lecture.seats_taken)


def _has_people(lecture_id: int) -> bool:
    """Tell whether anybody ever registered on a lecture or came to it."""
    registered = select(Registration.id).where(Registration.lecture_id == lecture_id)
    judged = select(Attendance.id).where(Attendance.lecture_id == lecture_id)
    return any(db.session.scalar(query.limit(1)) is not None for query in (registered, judged))


def _people(lecture_id: int) -> list[tuple[int, int, int, int, str]]:
    """List whom a change concerns and a mail can reach: (registration, sequence, contact, account, status)."""
    rows = db.session.execute(
        select(Registration.id, Registration.sequence, Registration.contact_id, Contact.account_id, Registration.status)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            Registration.lecture_id == lecture_id,
            Registration.status != "cancelled",
            Registration.mails,
            Contact.email.is_not(None),
        )
        .order_by(Registration.id)
    )
    return [(number, sequence, contact, account, status) for number, sequence, contact, account, status in rows]


def _tell_all(lecture: Lecture, kind: str, now: datetime, **params: Any) -> int:
    """Raise every invitation's SEQUENCE and owe each person one mail; nobody is told of what is over.

    Whoever waits for a seat is told of a cancellation alike, and of a new date in the words of the waiting list.
    """
    registrations.revise_all(lecture.id, now)
    if lecture.ends_at <= now:
        return 0
    mails = []
    for number, sequence, contact_id, account_id, status in _people(lecture.id):
        own = "waitlisted" if status == "waitlisted" and kind != "lecture_cancelled" else kind
        mails.append(
            {
                "kind": own,
                "key": f"{own}:{number}:{sequence}",
                "expires_at": lecture.ends_at,
                "contact_id": contact_id,
                "account_id": account_id,
                "registration_id": number,
                "lecture_id": lecture.id,
                "params": {"sequence": sequence} | params,
            }
        )
    return owe_many(mails, now)
