"""Answers who is on a lecture and what is on the schedule: set-based reading for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture, Series
from scheduler.models.registrations import Registration


@dataclass(frozen=True)
class Seat:
    """One line of a roster: a registration, or a walk-in who came without one."""

    contact: Contact
    registration: Registration | None
    attendance: Attendance | None


def of(lecture_id: int) -> list[Seat]:
    """List a lecture's people: booked, then waiting in the order of the list, then walk-ins, then cancelled."""
    people = selectinload(Registration.contact)
    rows = db.session.scalars(
        select(Registration)
        .where(Registration.lecture_id == lecture_id)
        .options(people.joinedload(Contact.account), people.selectinload(Contact.stores))
    ).all()
    came = db.session.scalars(
        select(Attendance)
        .where(Attendance.lecture_id == lecture_id)
        .options(
            joinedload(Attendance.contact).joinedload(Contact.account),
            joinedload(Attendance.contact).selectinload(Contact.stores),
        )
    ).all()
    verdicts = {row.contact_id: row for row in came}
    order = {"booked": 0, "waitlisted": 1, "cancelled": 3}
    seats = [
        (order[row.status], row.registered_at, row.id, Seat(row.contact, row, verdicts.get(row.contact_id)))
        for row in rows
    ]
    live = {row.contact_id for row in rows}
    seats += [
        (2, row.decided_at, row.id, Seat(row.contact, None, row))
        for row in came
        if row.contact_id not in live and row.verdict != "missed"
    ]
    return [seat for *_order, seat in sorted(seats, key=lambda entry: entry[:3])]


def waiting_counts(lecture_ids: list[int]) -> dict[int, int]:
    """Count each lecture's waiting list."""
    query = select(Registration.lecture_id, func.count()).where(
        Registration.lecture_id.in_(lecture_ids), Registration.status == "waitlisted"
    )
    return dict(db.session.execute(query.group_by(Registration.lecture_id)).all())


def scheduled(
    start: datetime, end: datetime, *, course: str = "", host_id: int | None = None, series_id: int | None = None
) -> list[Lecture]:
    """List the lectures that start in [start, end), by start, course and host loaded."""
    query = (
        select(Lecture)
        .where(Lecture.starts_at >= start, Lecture.starts_at < end)
        .options(joinedload(Lecture.course), joinedload(Lecture.host), joinedload(Lecture.account))
        .order_by(Lecture.starts_at, Lecture.id)
    )
    if course:
        query = query.where(Lecture.course_id.in_(select(Course.id).where(Course.key == course)))
    if host_id is not None:
        query = query.where(Lecture.host_id == host_id)
    if series_id is not None:
        query = query.where(Lecture.series_id == series_id)
    return list(db.session.scalars(query))


def every_series() -> list[Series]:
    """List the series, running ones first, by course and first date."""
    query = select(Series).options(joinedload(Series.course), joinedload(Series.host), joinedload(Series.account))
    return list(
        db.session.scalars(query.order_by(Series.ended_at.is_not(None), Series.course_id, Series.starts_at_local))
    )
