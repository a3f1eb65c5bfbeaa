"""Answers how lectures open to all were booked and attended at each weekly time, and how those of the next weeks are booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Turnout
from scheduler.models.tasks import Task
from scheduler.rules.attendance_rates import LEAD_BANDS
from scheduler.rules.reporting import Asked
from scheduler.rules.slots import Pace
from scheduler.rules.workdays import to_utc
from scheduler.services.installation import here
from scheduler.services.reports import asking

# How far seats and lectures are looked at ahead, and back for arrivals and for how many of an account come.
AHEAD, LATELY = timedelta(weeks=4), timedelta(weeks=13)
# Of these it is known whether the person came.
KNOWN = ("attended", "partial", "missed")
# Which hours of a day a wished part of it means: from, up to.
PARTS = {"morning": (0, 12), "noon": (12, 13), "afternoon": (13, 17), "evening": (17, 24)}
ANY = "any"
_DAY_AND_HOUR = func.substr(Lecture.local_start, 1, 13)


class Time(NamedTuple):
    """A weekly time of a course: the weekday (Monday = 0), and the hour (10) or wished part of the day (morning)."""

    course_id: int
    weekday: int
    hour: str

    @property
    def key(self) -> str:
        """Name the time."""
        return f"{self.course_id}-{self.weekday}-{self.hour}"

    def meets(self, weekday: int, part: str) -> bool:
        """Tell whether the time lies in a wished part of a weekday."""
        if self.weekday != weekday or self.hour == part:
            return self.weekday == weekday
        begins, ends = PARTS.get(part, (0, 24))
        return self.hour.isdecimal() and begins <= int(self.hour) < ends


@dataclass
class Held:
    """How the lectures of a weekly time went: how many, their seats and bookings, and of whom it is known, who attended."""

    lectures: int = 0
    seats: int = 0
    booked: int = 0
    known: int = 0
    attended: int = 0


@dataclass
class Past:
    """How the lectures of a period went, by weekly time, and how people booked them, by course."""

    times: dict[Time, Held] = field(default_factory=lambda: defaultdict(Held))
    paces: dict[int, Pace] = field(default_factory=dict)

    def course(self, course_id: int) -> tuple[int, int]:
        """Return who attended a course, of how many of whom it is known."""
        ones = [held for time, held in self.times.items() if time.course_id == course_id]
        return sum(one.attended for one in ones), sum(one.known for one in ones)


class Coming(NamedTuple):
    """A lecture of the next weeks."""

    id: int
    course_id: int
    local_start: str
    capacity: int
    seated: int

    @property
    def day(self) -> date:
        """Return its local day."""
        return date.fromisoformat(self.local_start[:10])

    @property
    def time(self) -> Time:
        """Return its weekly time."""
        return Time(self.course_id, self.day.weekday(), self.local_start[11:13])


class Wish(NamedTuple):
    """A time that somebody wished for, as a task keeps it."""

    task_id: int
    course: str
    on: date | None
    part: str
    words: str


def open_to_all() -> list[ColumnElement[bool]]:
    """Match the lectures that take place and anybody may come to."""
    return [Lecture.status == "scheduled", Lecture.account_id.is_(None)]


def held(asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    """Match the lectures of the period that are over."""
    after = (asked.until + timedelta(days=1)).isoformat()
    return [
        *open_to_all(),
        Lecture.ends_at <= now,
        Lecture.local_start >= asked.since.isoformat(),
        Lecture.local_start < after,
    ]


def ahead(now: datetime) -> list[ColumnElement[bool]]:
    """Match the lectures that begin within the next weeks."""
    return [*open_to_all(), Lecture.starts_at > now, Lecture.starts_at <= now + AHEAD]


def past(asked: Asked, now: datetime) -> Past:
    """Count how the lectures of the period went and were booked, in two statements; seats and bookings are everybody's."""
    found = Past()
    numbers = (func.count(), func.sum(Lecture.capacity), func.sum(Lecture.seats_taken))
    query = select(Lecture.course_id, _DAY_AND_HOUR, *numbers).where(*held(asked, now))
    lectures: dict[int, int] = defaultdict(int)
    for course_id, at, count, seats, booked in db.session.execute(query.group_by(Lecture.course_id, _DAY_AND_HOUR)):
        one = found.times[_time(course_id, at)]
        one.lectures, one.seats, one.booked = one.lectures + count, one.seats + seats, one.booked + booked
        lectures[course_id] += count
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0] * (2 * len(LEAD_BANDS)))
    for course_id, at, known, attended, *booked_by in db.session.execute(_seats(asked, now)):
        one = found.times[_time(course_id, at)]
        one.known, one.attended = one.known + int(known), one.attended + int(attended)
        sums[course_id] = [before + float(more) for before, more in zip(sums[course_id], booked_by, strict=True)]
    half = len(LEAD_BANDS)
    found.paces = {
        course_id: Pace(count, tuple(sums[course_id][:half]), tuple(sums[course_id][half:]))
        for course_id, count in lectures.items()
    }
    return found


def coming(now: datetime) -> list[Coming]:
    """List the lectures of the next weeks by start."""
    columns = (Lecture.id, Lecture.course_id, Lecture.local_start, Lecture.capacity, Lecture.seats_taken)
    rows = db.session.execute(select(*columns).where(*ahead(now)).order_by(Lecture.starts_at, Lecture.id))
    return [Coming(*row) for row in rows]


def looked_at(asked: Asked, now: datetime) -> ColumnElement[bool]:
    """Match the lectures of the period and of the next weeks."""
    return or_(and_(*held(asked, now)), and_(*ahead(now)))


def waitlisted(asked: Asked, now: datetime) -> dict[Time, int]:
    """Count who waited in vain for a place on the lectures of the period, or waits for one of the next weeks."""
    query = (
        select(Lecture.course_id, _DAY_AND_HOUR, func.count())
        .join(Registration, Registration.lecture_id == Lecture.id)
        .where(looked_at(asked, now), Registration.status == "waitlisted")
    )
    if asked.narrowed:
        query = query.join(Contact, Contact.id == Registration.contact_id).where(
            *asking.whose(asked, Contact.account_id)
        )
    counts: dict[Time, int] = defaultdict(int)
    for course_id, at, count in db.session.execute(query.group_by(Lecture.course_id, _DAY_AND_HOUR)):
        counts[_time(course_id, at)] += count
    return counts


def wishing(asked: Asked) -> list[ColumnElement[bool]]:
    """Match the tasks of the period by which people wished for a date."""
    since, until = (_midnight(day) for day in (asked.since, asked.until + timedelta(days=1)))
    return [
        Task.kind == "wish",
        Task.created_at >= since,
        Task.created_at < until,
        *asking.whose(asked, Task.account_id),
    ]


def wishes(asked: Asked) -> list[Wish]:
    """List what people wished for in the period."""
    query = select(Task.id, Task.params).where(*wishing(asked)).order_by(Task.id)
    return [
        Wish(
            number,
            params["course"],
            date.fromisoformat(one["on"]) if one.get("on") else None,
            one.get("part") or ANY,
            one.get("words", ""),
        )
        for number, params in db.session.execute(query)
        for one in params.get("wishes", ())
    ]


def placed(
    found: Iterable[Wish], times: Iterable[Time], courses: Mapping[str, int]
) -> tuple[dict[Time, dict[int, Wish]], set[int]]:
    """Lay wishes beside the weekly times they mean, a person once each; return them and the tasks that name no day.

    A wish that no time meets makes one of its own, named by the part of the day.
    """
    known, laid, vague = list(times), defaultdict[Time, dict[int, Wish]](dict), set[int]()
    for wish in found:
        if wish.course not in courses:
            continue
        if wish.on is None:
            vague.add(wish.task_id)
            continue
        course_id, weekday = courses[wish.course], wish.on.weekday()
        met = [one for one in known if one.course_id == course_id and one.meets(weekday, wish.part)]
        for one in met or [Time(course_id, weekday, wish.part)]:
            laid[one].setdefault(wish.task_id, wish)
    return laid, vague


def _seats(asked: Asked, now: datetime) -> Any:
    """Select by course, day and hour: of whom it is known, who attended; who booked how late, and the squares of that."""
    lecture = select(
        Turnout.lecture_id,
        func.count().filter(Turnout.verdict.in_(KNOWN)).label("known"),
        func.count().filter(Turnout.verdict == "attended").label("attended"),
        *(
            func.sum(case((Turnout.lead.in_(LEAD_BANDS[: place + 1]), 1), else_=0)).label(f"by_{place}")
            for place in range(len(LEAD_BANDS))
        ),
    ).where(Turnout.day.between(asked.since, asked.until), *asking.whose(asked, Turnout.account_id))
    each = lecture.group_by(Turnout.lecture_id).subquery()
    by = [each.c[f"by_{place}"] for place in range(len(LEAD_BANDS))]
    sums = (func.sum(each.c.known), func.sum(each.c.attended), *map(func.sum, by), *(func.sum(one * one) for one in by))
    query = select(Lecture.course_id, _DAY_AND_HOUR, *sums).join(each, each.c.lecture_id == Lecture.id)
    return query.where(*held(asked, now)).group_by(Lecture.course_id, _DAY_AND_HOUR)


def _time(course_id: int, at: str) -> Time:
    return Time(course_id, date.fromisoformat(at[:10]).weekday(), at[11:13])


def _midnight(day: date) -> datetime:
    return to_utc(datetime.combine(day, time()), here().zone)
