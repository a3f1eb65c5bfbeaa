"""Answers what became of every seat: written from bookings, lectures, attendance and mails by one statement for many accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Case,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    delete,
    exists,
    extract,
    func,
    literal,
    or_,
    select,
    union_all,
)

from scheduler.models.accounts import Account, Contact
from scheduler.models.among import Among
from scheduler.models.attendance import Attendance, Presence
from scheduler.models.db import db, table
from scheduler.models.lectures import Lecture
from scheduler.models.mails import LEFT, Mail
from scheduler.models.registrations import Registration
from scheduler.models.snapshots import Milestone, Turnout
from scheduler.rules.attendance_rates import LEAD_BANDS, SIZE_BANDS, lead_band, size_band
from scheduler.rules.offsets import Offset, offsets
from scheduler.services.snapshots.keeping import put_selected

# No booking is older.
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = 86_400
REMINDERS = ("reminder_day", "reminder_hour")
# What shows that somebody was there; a link that was followed and a recording do not.
_THERE = ("manual", "report", "webhook", "checkin", "code")


def write(ids: Sequence[int], clocks: Subquery, now: datetime) -> int:
    """Count the seats of accounts anew within the open transaction; return how many rows changed.

    `clocks` is what `clocks` returned. The accounts' milestones must have been written before.
    """
    into = table(Turnout)
    gone = delete(into).where(
        Among(into.c.account_id), ~exists(_seat(now).where(Registration.id == into.c.registration_id))
    )
    count = db.core(gone, {"ids": list(ids)}).rowcount
    return count + db.core(put_selected(Turnout, _differing(_rows(clocks, now))), {"ids": list(ids)}).rowcount


def clocks(now: datetime) -> Subquery:
    """Return how far the clocks of every zone in which lectures are held stand from UTC, as a table of a statement."""
    zones = db.session.scalars(select(Lecture.zone).distinct().order_by(Lecture.zone)).all() or ["UTC"]
    last = datetime(now.year + 2, 1, 1, tzinfo=UTC)
    return union_all(*(_line(zone, one) for zone in zones for one in _stretches(zone, last))).subquery("clocks")


def _line(zone: str, one: Offset) -> Select[*tuple[Any, ...]]:
    return select(
        literal(zone).label("zone"),
        literal(one.since, table(Lecture).c.starts_at.type).label("since"),
        literal(one.until, table(Lecture).c.starts_at.type).label("until"),
        literal(one.seconds).label("seconds"),
    )


@cache
def _stretches(zone: str, last: datetime) -> list[Offset]:
    return offsets(ZoneInfo(zone), _FIRST, last)


def _seat(now: datetime) -> Select[*tuple[Any, ...]]:
    """Select the seats that are counted, by registration."""
    return (
        select(Registration.id)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(Registration.status == "booked", Lecture.status == "scheduled", Lecture.ends_at <= now)
    )


def _differing(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Select those rows that are new or differ; all others must not reach an INSERT, which would lock each of them."""
    # Without an offset PostgreSQL would merge the two and count each row twice: to compare it, and to write it; and
    # asked with a join or `exists` it would read all rows there are for the few of a portion.
    found, before = rows.offset(0).subquery("found"), table(Turnout).alias("before")
    same = select(func.count()).where(*(column == found.c[column.name] for column in before.c)).correlate(found)
    return select(found).where(same.scalar_subquery() == 0)


def _rows(clocks: Subquery, now: datetime) -> Select[*tuple[Any, ...]]:
    booked, held = clocks.alias("booked"), clocks.alias("held")
    verdict = func.coalesce(Attendance.verdict, "unknown")
    return (
        select(
            Registration.id.label("registration_id"),
            Registration.lecture_id,
            Contact.account_id,
            Registration.contact_id,
            Lecture.course_id,
            func.date(func.substr(Lecture.local_start, 1, 10)).label("day"),
            _lead(booked, held).label("lead"),
            _band(func.coalesce(Milestone.stores, 0), SIZE_BANDS, size_band).label("size"),
            Account.plan,
            Account.it_skill,
            _asked().label("asked"),
            _reminder().label("reminder"),
            verdict.label("verdict"),
            or_(verdict.in_(("attended", "partial")), _was_there()).label("joined"),
        )
        .select_from(Registration)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .join(Account, Account.id == Contact.account_id)
        .join(booked, _at(booked, Registration.registered_at))
        .join(held, _at(held, Lecture.starts_at))
        .outerjoin(Milestone, and_(Milestone.account_id == Contact.account_id, Among(Milestone.account_id)))
        .outerjoin(
            Attendance,
            and_(Attendance.lecture_id == Registration.lecture_id, Attendance.contact_id == Registration.contact_id),
        )
        .where(
            Among(Contact.account_id),
            Registration.status == "booked",
            Lecture.status == "scheduled",
            Lecture.ends_at <= now,
        )
    )


def _at(clock: Any, moment: Any) -> ColumnElement[bool]:
    return and_(clock.c.zone == Lecture.zone, clock.c.since <= moment, clock.c.until > moment)


def _lead(booked: Any, held: Any) -> Case[str]:
    """Name the band of the whole local days from the booking to the lecture, in the lecture's zone.

    Counted in seconds of the zone's clocks: neither database is asked for a zone.
    """
    start = extract("epoch", Lecture.starts_at) + held.c.seconds
    midnight = start - start % _DAY
    made = extract("epoch", Registration.registered_at) + booked.c.seconds
    ends = _ends(LEAD_BANDS, lead_band)
    found = [(made >= midnight - end * _DAY, name) for name, end in zip(LEAD_BANDS, ends, strict=False)]
    return case(*found, else_=LEAD_BANDS[-1])


def _band(count: ColumnElement[int], names: Sequence[str], name_of: Callable[[int], str]) -> Case[str]:
    found = [(count <= end, name) for name, end in zip(names, _ends(names, name_of), strict=False)]
    return case(*found, else_=names[-1])


def _ends(names: Sequence[str], name_of: Callable[[int], str]) -> list[int]:
    """Return the largest number of each band but the last."""
    named = [name_of(number) for number in range(100)]
    return [max(number for number, name in enumerate(named) if name == one) for one in names[:-1]]


def _asked() -> Case[str]:
    """Tell whether the person was invited to the course before booking, and whether more than once."""
    times = (
        select(func.count())
        .where(
            Mail.contact_id == Registration.contact_id,
            Mail.kind == "invitation",
            Mail.state.in_(LEFT),
            Mail.sent_at <= Registration.registered_at,
            Mail.params["course_id"].as_integer() == Lecture.course_id,
        )
        .correlate(Registration, Lecture)
        .scalar_subquery()
    )
    return case({0: "unasked", 1: "first"}, value=times, else_="again")


def _reminder() -> Case[str]:
    best = (
        select(
            func.max(
                case(
                    (or_(Mail.opened_at.is_not(None), Mail.clicked_at.is_not(None)), 2),
                    (Mail.state.in_(LEFT), 1),
                    else_=0,
                )
            )
        )
        .where(Mail.registration_id == Registration.id, Mail.kind.in_(REMINDERS))
        .correlate(Registration)
        .scalar_subquery()
    )
    return case({2: "seen", 1: "sent"}, value=best, else_="none")


def _was_there() -> ColumnElement[bool]:
    return exists().where(
        Presence.lecture_id == Registration.lecture_id,
        Presence.contact_id == Registration.contact_id,
        Presence.source.in_(_THERE),
    )
