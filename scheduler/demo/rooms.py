"""Answers which lectures the demo has, who sits in them, and how their attendance comes out: seven of ten come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.demo.days import LATELY, Days
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture, Series

# Nobody registers later than this before a lecture, and most take one of the next few dates.
AT_LEAST_BEFORE = timedelta(hours=15)
_NEXT_FEW = (5, 4, 3, 2)
# How many of twenty come: on a Monday or not, and booked long before or lately.
_COME = {(True, True): 10, (True, False): 12, (False, True): 15, (False, False): 17}
_LONG_BEFORE = timedelta(days=8)


@dataclass
class Person:
    """One contact of a company; `closed` are the weekdays on which all of the person's shops are closed."""

    id: int
    account_id: int
    name: str
    email: str | None
    role: str
    locale: str
    zone: str
    stores: tuple[int, ...]
    closed: frozenset[int]
    # Lectures the person has to do with: no second registration on one of them.
    seen: set[int] = field(default_factory=set)


@dataclass
class Booking:
    """One registration; `outcome` is the verdict of a lecture that has its report."""

    person: Person
    room: Room
    registered_at: datetime
    channel: str
    # Who registered by telephone: a member of staff.
    by_id: int | None = None
    companions: list[str] = field(default_factory=list)
    status: str = "booked"
    outcome: str = ""
    # The date it was first for, and when it was changed or cancelled.
    moved_from: Room | None = None
    changed_at: datetime | None = None
    cancelled_at: datetime | None = None
    # Given by the database.
    id: int = 0

    @property
    def mails(self) -> bool:
        """Tell whether the person is written to about it."""
        return self.person.email is not None

    @property
    def sequence(self) -> int:
        """Count the revisions."""
        return (self.moved_from is not None) + (self.cancelled_at is not None)


@dataclass
class Room:
    """One lecture with its registrations; `reported_at` is when its report was taken in, None: not yet."""

    lecture: Lecture
    course: str
    weekday: int
    reported_at: datetime | None = None
    bookings: list[Booking] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Return the lecture's id."""
        return self.lecture.id

    @property
    def starts_at(self) -> datetime:
        """Return when it starts."""
        return self.lecture.starts_at

    @property
    def ends_at(self) -> datetime:
        """Return when it ends."""
        return self.lecture.ends_at

    @property
    def booked(self) -> list[Booking]:
        """List who has a seat."""
        return [booking for booking in self.bookings if booking.status == "booked"]

    @property
    def free(self) -> int:
        """Count the free seats."""
        return self.lecture.capacity - len(self.booked)


class Deck:
    """Cards with the outcomes of lectures: drawn without putting back, so that the share of those who come is sure.

    Of Mondays, and of what was booked long before, fewer come: each has a pack of its own.
    """

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._packs: dict[tuple[bool, bool], list[str]] = {}

    def draw(self, room: Room, since: datetime) -> str:
        """Draw how one person's lecture, booked at `since`, came out."""
        kind = room.weekday == 0, room.starts_at - since > _LONG_BEFORE
        if not self._packs.get(kind):
            self._refill(kind)
        return self._packs[kind].pop()

    def take(self, outcome: str, room: Room, since: datetime) -> str:
        """Take a card of this outcome, for who must have come or stayed away."""
        kind = room.weekday == 0, room.starts_at - since > _LONG_BEFORE
        while outcome not in self._packs.setdefault(kind, []):
            self._refill(kind)
        self._packs[kind].remove(outcome)
        return outcome

    def _refill(self, kind: tuple[bool, bool]) -> None:
        come = _COME[kind]
        cards = ["attended"] * come + ["partial"] + ["missed"] * (19 - come)
        self._dice.shuffle(cards)
        self._packs[kind] = cards + self._packs.get(kind, [])


@dataclass
class Rooms:
    """All lectures, by start."""

    all: list[Room]
    days: Days
    deck: Deck

    @property
    def end(self) -> datetime:
        """Return a moment after all of them."""
        return self.all[-1].ends_at + timedelta(days=1)

    def of(self, course: str, after: datetime, until: datetime, person: Person) -> list[Room]:
        """List a course's lectures the person could have taken at `after`, its shop's closed days last."""
        found = [
            room
            for room in self.all
            if room.course == course
            and room.lecture.account_id is None
            and room.lecture.locale in ("ja", person.locale)
            and after + AT_LEAST_BEFORE <= room.starts_at
            and room.ends_at <= until
            and room.free > 0
            and room.id not in person.seen
        ]
        return sorted(found, key=lambda room: room.weekday in person.closed)

    def choose(self, rooms: list[Room]) -> Room:
        """Choose one of the first few."""
        first = rooms[: len(_NEXT_FEW)]
        return self.days.dice.choices(first, _NEXT_FEW[: len(first)])[0]

    def past(self) -> Iterator[Room]:
        """Walk the lectures that have their report."""
        return (room for room in self.all if room.reported_at is not None)

    def ahead(self, course: str) -> list[Room]:
        """List a course's lectures still to come that are open to all."""
        return [
            room
            for room in self.all
            if room.course == course and room.starts_at > self.days.now and room.lecture.account_id is None
        ]


def load(days: Days) -> Rooms:
    """Read the lectures of these days; those over have their report, but for the last basic one, which waits for it."""
    # Series that have ended, and lectures for one company, belong to the year before.
    of_series = select(Series.id).where(Series.ended_at.is_(None))
    these = Lecture.account_id.is_(None), Lecture.series_id.is_(None) | Lecture.series_id.in_(of_series)
    query = select(Lecture).join(Course, Course.id == Lecture.course_id).where(*these)
    query = query.order_by(Lecture.starts_at, Lecture.id)
    lectures = db.session.scalars(query.options(joinedload(Lecture.course), joinedload(Lecture.host))).all()
    rooms = [_room(lecture, days) for lecture in lectures]
    over = [room for room in rooms if room.ends_at <= days.now]
    waiting = max((room for room in over if room.course == "basic"), key=lambda room: room.ends_at)
    for room in over:
        if room is not waiting:
            taken_in = room.ends_at + timedelta(minutes=days.dice.randint(20, 120))
            room.reported_at = min(taken_in, days.now - LATELY)
    return Rooms(rooms, days, Deck(days.dice))


def _room(lecture: Lecture, days: Days) -> Room:
    return Room(lecture, lecture.course.key, days.local(lecture.starts_at).weekday())
