"""Answers how a contact stands with each course: booked, waiting, attended, missed, and which dates are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.services import addresses, eligibility, joining
from scheduler.services.attendance import absences
from scheduler.services.eligibility import OpenDate
from scheduler.services.installation import here
from scheduler.services.refusals import AlreadyBooked, NotFound, Refused
from scheduler.services.registrations.companions import AFTERWARDS

# How many dates stand on a page at once; the rest opens on a press.
AT_ONCE = 10
# For how long a page asks about a lecture whose attendance nobody has recorded.
UNSETTLED = timedelta(days=14)


@dataclass(frozen=True)
class Booking:
    """A date the contact holds a seat on."""

    registration: Registration
    lecture: Lecture
    # When the join button appears; where it leads while it does.
    joins_at: datetime
    join_path: str | None
    # Nothing can be changed once the lecture has begun.
    changeable: bool
    # So near that we are told of an absence rather than left without a word.
    excusable: bool


@dataclass
class Standing:
    """One course as one contact sees it."""

    course: Course
    bookings: list[Booking] = field(default_factory=list)
    # Seats kept for the contact to take or to decline, until `offered_until`.
    offers: list[Registration] = field(default_factory=list)
    # Places on waiting lists; a seat that is free but is no longer given out unasked can be taken.
    waiting: list[Registration] = field(default_factory=list)
    # Booked dates that were cancelled.
    called_off: list[Registration] = field(default_factory=list)
    # When it was attended; else the last verdict that says it was not, or not all of it, or the lecture that still lacks one.
    attended_at: datetime | None = None
    missed: Attendance | None = None
    unsettled: Lecture | None = None
    # Dates just gone by, of which it can still be said who watched the same screen.
    past: list[Registration] = field(default_factory=list)
    # What can be chosen; empty when there is nothing to choose.
    dates: list[OpenDate] = field(default_factory=list)
    # The date a mail pointed to.
    wanted: OpenDate | None = None

    @property
    def movable(self) -> Registration | None:
        """Return the registration that choosing a date would move rather than add to: held, or on a cancelled date."""
        held = [booking.registration for booking in self.bookings if booking.changeable]
        return next(iter([*held, *self.called_off]), None)

    @property
    def choosing(self) -> bool:
        """Tell whether a date is still to be chosen."""
        return not self.bookings and self.attended_at is None


@dataclass
class Overview:
    """Everything the personal page says about courses."""

    open: list[Standing] = field(default_factory=list)
    attended: list[Standing] = field(default_factory=list)
    # Courses that wait for another one to be attended first.
    later: list[Course] = field(default_factory=list)
    # Why the date a mail pointed to cannot be had.
    refusal: Refused | None = None


def overview(taught: Sequence[Course], contact: Contact, now: datetime, wanted_id: int | None = None) -> Overview:
    """Tell how a contact stands with every course taught; `wanted_id` is a lecture a link pointed to."""
    result = Overview()
    wanted, result.refusal = _wanted(contact, wanted_id, now)
    registrations = _registrations(contact.id)
    attendances = _attendances(contact.id)
    attended = {row.lecture.course_id for row in attendances if row.verdict == "attended"}
    for course in taught:
        if course.prerequisite_id is not None and course.prerequisite_id not in attended and course.id not in attended:
            result.later.append(course)
            continue
        standing = _standing(
            course,
            [row for row in registrations if row.lecture.course_id == course.id],
            [row for row in attendances if row.lecture.course_id == course.id],
            contact,
            now,
        )
        here = wanted is not None and wanted.course_id == course.id
        if standing.choosing or here:
            everything = eligibility.open_dates(contact, course.key, now)
            standing.dates = [one for one in everything if one.registration_id is None]
            standing.wanted = next((one for one in standing.dates if wanted and one.lecture_id == wanted.id), None)
        done = standing.attended_at is not None and not standing.bookings and standing.wanted is None
        (result.attended if done else result.open).append(standing)
    return result


def by_day(dates: Sequence[OpenDate], zone: ZoneInfo) -> list[tuple[date, list[OpenDate]]]:
    """Group dates by day in the reader's zone."""
    days = groupby(dates, key=lambda one: one.starts_at.astimezone(zone).date())
    return [(day, list(ones)) for day, ones in days]


def own(contact_id: int, registration_id: int) -> Registration:
    """Return one of a contact's own registrations; raise NotFound for anybody else's."""
    row = db.session.get(Registration, registration_id, options=[joinedload(Registration.lecture)])
    if row is None or row.contact_id != contact_id:
        raise NotFound()
    return row


def _wanted(contact: Contact, wanted_id: int | None, now: datetime) -> tuple[Lecture | None, Refused | None]:
    if wanted_id is None:
        return None, None
    lecture = db.session.get(Lecture, wanted_id)
    if lecture is None:
        return None, NotFound()
    try:
        eligibility.check(contact.id, contact.account_id, lecture, now)
    except Refused as refusal:
        return (lecture, None) if isinstance(refusal, AlreadyBooked) else (None, refusal)
    return lecture, None


def _registrations(contact_id: int) -> list[Registration]:
    query = select(Registration).where(Registration.contact_id == contact_id, Registration.status != "cancelled")
    rows = db.session.scalars(query.options(joinedload(Registration.lecture)))
    return sorted(rows, key=lambda row: (row.lecture.starts_at, row.id))


def _attendances(contact_id: int) -> list[Attendance]:
    query = select(Attendance).where(Attendance.contact_id == contact_id)
    rows = db.session.scalars(query.options(joinedload(Attendance.lecture)))
    return sorted(rows, key=lambda row: (row.lecture.starts_at, row.id))


def _standing(
    course: Course,
    registrations: Sequence[Registration],
    attendances: Sequence[Attendance],
    contact: Contact,
    now: datetime,
) -> Standing:
    standing = Standing(course)
    verdicts = {row.lecture_id: row.verdict for row in attendances}
    for row in registrations:
        lecture = row.lecture
        if lecture.ends_at <= now:
            settled = verdicts.get(lecture.id, "unknown") != "unknown" or lecture.status == "cancelled"
            if row.status == "booked" and not settled and lecture.ends_at > now - UNSETTLED:
                standing.unsettled = lecture
            if _may_have_come(row, verdicts.get(lecture.id, "unknown")) and lecture.ends_at + AFTERWARDS > now:
                standing.past.append(row)
        elif row.status == "waitlisted":
            if lecture.status == "scheduled" and lecture.starts_at > now:
                offered = row.offered_until is not None and row.offered_until > now
                (standing.offers if offered else standing.waiting).append(row)
        elif lecture.status == "cancelled":
            standing.called_off.append(row)
        else:
            standing.bookings.append(_booking(row, contact, now))
    came = [row for row in attendances if row.verdict == "attended"]
    if came:
        standing.attended_at = came[-1].lecture.starts_at
    elif attendances and attendances[-1].verdict in ("missed", "partial", "excused"):
        standing.missed = attendances[-1]
    return standing


def _may_have_come(row: Registration, verdict: str) -> bool:
    held = row.status == "booked" and row.lecture.status == "scheduled"
    return held and verdict in ("attended", "partial", "unknown")


def _booking(row: Registration, contact: Contact, now: datetime) -> Booking:
    return Booking(
        registration=row,
        lecture=row.lecture,
        joins_at=joining.opens_at(row.lecture),
        join_path=_join_path(row, contact) if joining.is_open(row, now) else None,
        changeable=row.lecture.starts_at > now,
        excusable=absences.may_tell(row.lecture, now),
    )


def _join_path(row: Registration, contact: Contact) -> str:
    return addresses.join(row.id, contact).removeprefix(here().base_url)
