"""Answers how an empty database becomes the demo company: three months of its past, and what is up today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from random import Random

from sqlalchemy import exists, func, select

from scheduler.demo import (
    arrivals,
    asked,
    attendance,
    handing,
    house,
    just_now,
    lessons,
    letters,
    lists,
    plays,
    progress,
    rooms,
    stories,
)
from scheduler.demo.book import Book, write_bookings
from scheduler.demo.days import Days
from scheduler.demo.year import build as year
from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.db import Base, db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.settings import JobRun, Setting
from scheduler.models.staff import Staff
from scheduler.services import courses, readiness, vendor
from scheduler.services.installation import here
from scheduler.services.snapshots import making

# The same moment makes the same company.
SEED = "tasuki"
ACCOUNTS = 110
# How many people wait for the next small lecture, and how many at least are on the lectures one looks at first.
_WAITING, _WORTH_A_LOOK = 3, 12


class NotEmpty(Exception):
    """There is something in the database already: the demo company would mix with it."""


@dataclass(frozen=True)
class Summary:
    """What the demo company has, and how to sign in."""

    accounts: int
    stores: int
    contacts: int
    lectures: int
    registrations: int
    mails: int
    email: str
    password: str


def is_empty() -> bool:
    """Tell whether the database has nothing but what every installation begins with."""
    return not any(
        db.session.scalar(select(exists().select_from(table))) for table in (Account, Staff, Lecture, Setting)
    )


def fill(now: datetime, accounts: int = ACCOUNTS) -> Summary:
    """Fill an empty database with the demo company as it stands at `now`, all of it or nothing; raise NotEmpty.

    Everything that was to be sent before `now` counts as sent. `accounts` beyond the list's 110 begin it anew.
    """
    with db.writing():
        if not is_empty():
            raise NotEmpty
        vendors = house.build(now, ceil(accounts / ACCOUNTS))
        year.live_through(vendors, accounts / ACCOUNTS, now, SEED)
        days = Days(now, here().zone, vendor.working_days(), Random(SEED))
        cast = plays.begin(stories.cast(lists.customers(accounts), days.dice), days)
        arrivals.come_in(cast, vendors, days)
        plays.enter(cast)
        year.sign(cast, days)
        _play(cast, vendors, days)
        _count_for_reports(now)
    return Summary(
        accounts=_count(Account),
        stores=_count(Store),
        contacts=_count(Contact),
        lectures=_count(Lecture),
        registrations=_count(Registration),
        mails=_count(Mail),
        email=house.EMAIL,
        password=house.PASSWORD,
    )


def _play(cast: list[plays.Play], vendors: house.House, days: Days) -> None:
    book = Book()
    held = rooms.load(days)
    lessons.hold(cast, held)
    _crowd(cast, held, days)
    write_bookings(cast, book)
    attendance.take_in(held, book)
    progress.come_along(cast, vendors, days, book)
    everybody = [play.account.id for play in cast]
    # Judged while all of it is still in onboarding: what was handed over keeps its conditions as they stood then.
    readiness.refresh_many(everybody, days.now)
    mails = letters.of_companies(cast, held.all, courses.by_key("basic").id, days)
    letters.send(mails, days)
    handed = handing.hand_over(cast, vendors, days, book)
    later = letters.of_handovers(handed, vendors.members["success"], days)
    letters.send(later, days)
    letters.write_mails(mails + later, book)
    book.write()
    just_now.happen(cast, held, vendors, days)
    asked.ask(cast, held, vendors, days)
    readiness.refresh_many(everybody, days.now)


def _crowd(cast: list[plays.Play], held: rooms.Rooms, days: Days) -> None:
    """Fill the next small lecture, and see to it that today's and the one without its report are worth looking at."""
    ahead = held.ahead("basic")
    smallest = min(ahead, key=lambda room: (room.lecture.locale != "ja", room.lecture.capacity, room.starts_at))
    lessons.fill_up(smallest, smallest.free + _WAITING, cast, held)
    for room in held.all:
        today = room in ahead and days.local(room.starts_at).date() == days.today
        over = room.course == "basic" and room.ends_at <= days.now and room.reported_at is None
        if today or over:
            lessons.fill_up(room, _WORTH_A_LOOK - len(room.booked), cast, held)


def _count_for_reports(now: datetime) -> None:
    """Count what the reports show, as the job does by night."""
    making.make(now)
    db.session.merge(JobRun(name=making.MAKE, started_at=now, finished_at=now))


def _count(table: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0
