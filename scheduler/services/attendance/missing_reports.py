"""Answers which lectures nobody has recorded the attendance of in time: their host gets one mail and a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.rules.workdays import WorkingDays, next_working_day_at
from scheduler.services import mail_rules, tasks, vendor
from scheduler.services.actors import WORKER
from scheduler.services.installation import here
from scheduler.services.outbox.owe import owe_many

KIND = "report_missing"
MAIL = "staff_report_missing"
# How far back a lecture is asked for; what is older is history.
BACK = timedelta(days=60)
# So long after its moment a reminder is of use: after a pause of the worker there is the task alone.
USEFUL = timedelta(days=7)


def remind(now: datetime) -> int:
    """Make a task, and owe a mail, for each lecture over for so many working days of whose people some have no verdict.

    By the time of day that the mail rules name, in the installation's zone; once for each date it was held on. Tasks
    whose lecture is settled meanwhile come to an end. Returns how many were made or ended.
    """
    rules = mail_rules.get()
    calendar = vendor.working_days()
    days, clock = rules.days(MAIL, "working_days"), rules.at(MAIL, "at")
    found = _open(now)
    due = {lecture.id: _deadline(lecture.ends_at, days, calendar, clock) for lecture in found}
    late = [lecture for lecture in found if due[lecture.id] <= now]
    with db.writing():
        ended = _end_settled(now)
        for lecture in late:
            _make(lecture, now, mailed=rules.enabled(MAIL) and now - due[lecture.id] < USEFUL)
    return len(late) + ended


def end(lecture_id: int, now: datetime) -> None:
    """Within the open transaction, end the task about a lecture whose attendance is recorded."""
    query = select(Task.id).where(Task.lecture_id == lecture_id, Task.kind == KIND, Task.done_at.is_(None))
    for number in db.session.scalars(query).all():
        tasks.done(number, now, WORKER)


def _make(lecture: Lecture, now: datetime, *, mailed: bool) -> None:
    hosts = _hosts(lecture)
    tasks.add(
        f"{KIND}:{lecture.id}",
        KIND,
        now=now,
        account_id=lecture.account_id,
        lecture_id=lecture.id,
        owner_id=hosts[0].id if len(hosts) == 1 else None,
    )
    if mailed:
        about: dict[str, Any] = {"kind": MAIL, "lecture_id": lecture.id, "expires_at": now + USEFUL}
        owe_many(
            [about | {"key": f"{MAIL}:{lecture.id}:{one.id}", "staff_id": one.id} for one in hosts if one.email], now
        )


def _hosts(lecture: Lecture) -> Sequence[Staff]:
    """Return who is to see to it: the host, else everybody of the team that teaches, else operations."""
    if lecture.host is not None and lecture.host.active:
        return [lecture.host]
    for team in (lecture.course.team, "operations"):
        members = db.session.scalars(select(Staff).where(Staff.active, Staff.team == team).order_by(Staff.id)).all()
        if members:
            return members
    return []


def _open(now: datetime) -> list[Lecture]:
    """List the lectures that are over and not recorded, of which nobody was told yet, by their end."""
    told = exists().where(Task.kind == KIND, Task.lecture_id == Lecture.id)
    query = (
        select(Lecture)
        .where(
            Lecture.status == "scheduled",
            Lecture.ends_at < now,
            Lecture.ends_at > now - BACK,
            Lecture.reported_at.is_(None),
            exists(_without_verdict()),
            ~told,
        )
        .options(joinedload(Lecture.host), joinedload(Lecture.course))
        .order_by(Lecture.ends_at, Lecture.id)
    )
    return list(db.session.scalars(query))


def _without_verdict() -> Select[int]:
    """Choose who is booked on the lecture at hand and has no verdict."""
    judged = exists().where(
        Attendance.lecture_id == Registration.lecture_id,
        Attendance.contact_id == Registration.contact_id,
        Attendance.verdict != "unknown",
    )
    booked = (Registration.lecture_id == Lecture.id, Registration.status == "booked")
    return select(Registration.id).where(*booked, ~judged).correlate(Lecture)


def _end_settled(now: datetime) -> int:
    """End the tasks about lectures that were recorded, called off, or have nobody left without a verdict."""
    still = (Lecture.status == "scheduled") & Lecture.reported_at.is_(None) & exists(_without_verdict())
    settled = (
        select(Task.lecture_id)
        .join(Lecture, Lecture.id == Task.lecture_id)
        .where(Task.kind == KIND, Task.done_at.is_(None), ~still)
    )
    numbers = [number for number in db.session.scalars(settled).all() if number is not None]
    for number in numbers:
        end(number, now)
    return len(numbers)


def _deadline(ends_at: datetime, days: int, calendar: WorkingDays, clock: time) -> datetime:
    """Return until when the attendance is to be recorded, as aware UTC: this time of the last of so many working days."""
    moment = ends_at
    for _day in range(days):
        moment = next_working_day_at(moment, here().zone, calendar, clock)
    return moment
