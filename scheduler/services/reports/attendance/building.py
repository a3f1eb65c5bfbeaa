"""Answers the attendance report: who came of those who registered, and what makes a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.staff import Staff
from scheduler.rules.attendance_rates import LEAD_BANDS, SIZE_BANDS
from scheduler.rules.reporting import Asked, Named, Part, Report
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid
from scheduler.services.reports.attendance import counting, parts, standing
from scheduler.services.reports.attendance.counting import ASKED, OPEN, OWN, REMINDED, Booked, Count, Held
from scheduler.services.snapshots import making

NAME = "attendance"
CHOICES = ("course",)
_WEEKDAYS = [str(day) for day in range(7)]
_HOURS = [f"{hour:02}" for hour in range(24)]

_Lectures = Sequence[tuple[Held, Count]]
_Bookings = Sequence[tuple[Booked, Count]]


def build(asked: Asked, now: datetime) -> Report:
    """Count the seats of the period's lectures that are over, and the accounts and stores as they stand now.

    `course` (a key) among the choices keeps one course's seats; raises Invalid for one that there is not.
    """
    _check_course(asked.more.get("course", ""))
    lectures, bookings, found = counting.by_lecture(asked), counting.by_booking(asked), standing.count(asked, now)
    weeks = counting.rolled(lectures, lambda one: one.week)
    told = (
        parts.funnel(counting.total(weeks.values())),
        parts.by_week(weeks),
        *_of_times(lectures),
        *_of_lectures(lectures),
        *_of_bookings(bookings),
        standing.without(found),
        standing.stores_by_size(found),
        standing.stores_by_plan(found),
    )
    return Report(NAME, asked, here().zone, making.counted_at(), told)


def _check_course(key: str) -> None:
    known = list(db.session.scalars(select(Course.key).order_by(Course.position, Course.id))) if key else [key]
    if key not in known:
        raise Invalid(field="course", why="not_a_choice", value=key, choices=", ".join(known))


def _of_times(lectures: _Lectures) -> list[Part]:
    times = counting.rolled(lectures, lambda one: (one.day.weekday(), one.hour))
    days = counting.rolled(times.items(), lambda one: str(one[0]))
    hours = counting.rolled(times.items(), lambda one: one[1])
    return [
        parts.ordered("weekday", {day: (day, count) for day, count in days.items()}, _WEEKDAYS),
        parts.ordered("hour", {hour: (hour, count) for hour, count in hours.items()}, _HOURS),
        parts.by_hour(times),
    ]


def _of_lectures(lectures: _Lectures) -> list[Part]:
    sorts = counting.rolled(lectures, lambda one: (one.course_id, one.host_id, one.kind)).items()
    courses: dict[int, Mapping[str, str]] = dict(db.session.execute(select(Course.id, Course.name)).all())
    hosts: dict[int, str] = dict(db.session.execute(select(Staff.id, Staff.name)).all())
    by_course = {
        str(number): (Named(str(number), courses.get(number, "")), count)
        for number, count in counting.rolled(sorts, lambda one: one[0]).items()
    }
    by_host = {
        str(number or 0): (Named("") if number is None else Named(str(number), hosts[number]), count)
        for number, count in counting.rolled(sorts, lambda one: one[1]).items()
    }
    by_kind = {kind: (kind, count) for kind, count in counting.rolled(sorts, lambda one: one[2]).items()}
    return [
        parts.best_first("course", by_course, "named"),
        parts.best_first("host", by_host, "member"),
        parts.ordered("kind", by_kind, (OPEN, OWN)),
    ]


def _of_bookings(bookings: _Bookings) -> list[Part]:
    def banded(name: str, order: Sequence[str]) -> Part:
        groups = counting.rolled(bookings, lambda one: str(getattr(one, name)))
        return parts.ordered(name, {key: (key, count) for key, count in groups.items()}, order)

    def written(name: str) -> Part:
        groups = counting.rolled(bookings, lambda one: str(getattr(one, name)))
        named = {f"={text}": (Named(text, text), count) for text, count in groups.items()}
        return parts.best_first(name, named, "named")

    return [
        banded("lead", LEAD_BANDS),
        banded("reminder", REMINDED),
        banded("asked", ASKED),
        banded("size", SIZE_BANDS),
        written("plan"),
        written("it_skill"),
    ]
