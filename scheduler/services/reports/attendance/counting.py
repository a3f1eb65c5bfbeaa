"""Answers how many of the seats booked in a period were attended: by lecture, and by what is known of account and booking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select

from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.snapshots import Turnout
from scheduler.rules.attendance_rates import Rate, rate
from scheduler.rules.reporting import Asked
from scheduler.services.reports import asking

# The verdicts of which it is known whether the person came: the base of every rate.
KNOWN = ("attended", "partial", "missed")
# What a lecture is that one account alone may see, and one that is open to all.
OWN, OPEN = "own", "open"
# Whether somebody was invited before booking, and what became of the reminders, in the order in which they are read.
ASKED = ("first", "again", "unasked")
REMINDED = ("seen", "sent", "none")

What = TypeVar("What")
Group = TypeVar("Group", bound=Hashable)


class Count(NamedTuple):
    """Seats that were booked, and what became of them; `joined` counts among those of which it is known."""

    registered: int
    attended: int
    partial: int
    missed: int
    excused: int
    joined: int

    @property
    def known(self) -> int:
        """Count the seats of which it is known whether the person came."""
        return self.attended + self.partial + self.missed

    @property
    def unknown(self) -> int:
        """Count the seats of which nobody has said yet."""
        return self.registered - self.known - self.excused

    @property
    def rate(self) -> Rate:
        """Return how many of the known attended."""
        return rate(self.attended, self.known)


NOBODY = Count(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Held:
    """A lecture that was held; its day and hour are those of its own zone."""

    course_id: int
    host_id: int | None
    day: date
    hour: str
    kind: str

    @property
    def week(self) -> date:
        """Return the Monday of its week."""
        return self.day - timedelta(days=self.day.weekday())


class Booked(NamedTuple):
    """What is known of a booking and its account, as snapshots keep it."""

    lead: str
    size: str
    plan: str
    it_skill: str
    asked: str
    reminder: str


def by_lecture(asked: Asked) -> list[tuple[Held, Count]]:
    """Count the seats of every lecture of the period, in one statement."""
    counted = _counted(Turnout.lecture_id, asked=asked).group_by(Turnout.lecture_id).subquery()
    lecture = (Lecture.course_id, Lecture.host_id, Lecture.local_start, Lecture.account_id)
    numbers = [column for column in counted.c if column.name != "lecture_id"]
    rows = db.session.execute(select(*lecture, *numbers).join(counted, counted.c.lecture_id == Lecture.id))
    return [(_held(*row[:4]), Count(*row[4:])) for row in rows]


def by_booking(asked: Asked) -> list[tuple[Booked, Count]]:
    """Count the seats of the period by what is known of booking and account, in one statement."""
    keys = [getattr(Turnout, name) for name in Booked._fields]
    rows = db.session.execute(_counted(*keys, asked=asked).group_by(*keys))
    return [(Booked(*row[: len(keys)]), Count(*row[len(keys) :])) for row in rows]


def rolled(counts: Iterable[tuple[What, Count]], key: Callable[[What], Group]) -> dict[Group, Count]:
    """Add up what was counted by a key of it."""
    groups: dict[Group, list[int]] = defaultdict(lambda: [0] * len(Count._fields))
    for what, count in counts:
        sums = groups[key(what)]
        for place, number in enumerate(count):
            sums[place] += number
    return {group: Count(*sums) for group, sums in groups.items()}


def total(counts: Iterable[Count]) -> Count:
    """Add up counts."""
    return Count(*(sum(one) for one in zip(NOBODY, *counts, strict=True)))


def within(asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions on Turnout by which a report's seats are chosen."""
    course = asked.more.get("course")
    taught = [Turnout.course_id == select(Course.id).where(Course.key == course).scalar_subquery()] if course else []
    return [Turnout.day.between(asked.since, asked.until), *taught, *asking.whose(asked, Turnout.account_id)]


def _counted(*keys: SQLColumnExpression[Any], asked: Asked) -> Select[*tuple[Any, ...]]:
    """Count registered, attended, partial, missed, excused and joined of each of the keys."""
    verdicts = [func.count().filter(Turnout.verdict == verdict).label(verdict) for verdict in (*KNOWN, "excused")]
    joined = func.count().filter(Turnout.joined, Turnout.verdict.in_(KNOWN)).label("joined")
    return select(*keys, func.count().label("registered"), *verdicts, joined).where(*within(asked))


def _held(course_id: int, host_id: int | None, local_start: str, account_id: int | None) -> Held:
    day, hour = date.fromisoformat(local_start[:10]), local_start[11:13]
    return Held(course_id, host_id, day, hour, OPEN if account_id is None else OWN)
