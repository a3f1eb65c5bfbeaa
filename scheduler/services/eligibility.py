"""Answers whether a contact may register on a lecture, and which dates stand open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.rules import seats
from scheduler.services import vendor
from scheduler.services.refusals import (
    AccountLimitReached,
    AlreadyBooked,
    LectureCancelled,
    LectureOver,
    LectureUndecided,
    NotFound,
    PrerequisiteMissing,
    Refused,
)

# A number of free seats is shown only from here down.
FEW = 5


@dataclass(frozen=True)
class OpenDate:
    """One date as a contact sees it."""

    lecture_id: int
    starts_at: datetime
    ends_at: datetime
    # free, full, booked or waitlisted
    state: str
    # Free seats, where there are few; else None.
    left: int | None
    # The contact's shop is closed that weekday (定休日).
    closed_day: bool
    locale: str
    registration_id: int | None
    # Every seat is taken, whatever the contact holds.
    full: bool
    # An account may take only so many seats.
    limited: bool
    # People of other companies take part and are seen.
    meeting: bool


_REFUSALS: dict[str, type[Refused]] = {
    "not_found": NotFound,
    "lecture_cancelled": LectureCancelled,
    "lecture_over": LectureOver,
    "already_booked": AlreadyBooked,
    "lecture_undecided": LectureUndecided,
    "prerequisite_missing": PrerequisiteMissing,
    "account_limit_reached": AccountLimitReached,
}


def check(
    contact_id: int,
    account_id: int,
    lecture: Lecture,
    now: datetime,
    *,
    registered: bool = False,
    excused: bool = False,
    over_limit: bool = False,
) -> bool:
    """Raise what keeps this contact from registering on this lecture; a full one is left to the guarded count of seats.

    Arguments and answer are those of `check_facts`.
    """
    before = lecture.course.prerequisite
    facts = seats.LectureFacts(
        status=lecture.status,
        starts_at=lecture.starts_at,
        capacity=lecture.capacity,
        seats_taken=lecture.seats_taken,
        account_id=lecture.account_id,
        prerequisite=before.key if before else None,
        contact_id=lecture.contact_id,
        account_limit=lecture.account_limit,
        undecided=lecture.stray_since is not None,
    )
    return check_facts(
        contact_id,
        account_id,
        lecture.id,
        facts,
        before.id if before else None,
        now,
        registered=registered,
        excused=excused,
        over_limit=over_limit,
    )


def check_facts(
    contact_id: int,
    account_id: int,
    lecture_id: int,
    lecture: seats.LectureFacts,
    prerequisite_id: int | None,
    now: datetime,
    *,
    registered: bool,
    excused: bool = False,
    over_limit: bool = False,
) -> bool:
    """Like `check`, from what is known of the lecture already; `prerequisite_id` is the course to have been attended.

    `excused`: staff let the person in without it; the answer says whether that was needed. `over_limit`: so they did
    although the account holds as many seats as it may.
    """
    wanted = lecture.prerequisite
    attended = wanted is not None and prerequisite_id is not None and has_attended(contact_id, prerequisite_id)
    counted = lecture.account_limit is not None and not over_limit
    person = seats.PersonFacts(
        account_id=account_id,
        attended=frozenset({wanted}) if wanted and (attended or excused) else frozenset(),
        registered=registered,
        contact_id=contact_id,
        colleagues=seats_of(account_id, lecture_id, besides=contact_id) if counted else 0,
    )
    refusal = seats.may_register(replace(lecture, account_limit=None) if over_limit else lecture, person, now)
    if refusal is not None and refusal.key in _REFUSALS:
        raise _REFUSALS[refusal.key](**refusal.params)
    return wanted is not None and not attended


def seats_of(account_id: int, lecture_id: int, besides: int = 0) -> int:
    """Count who of an account, `besides` one contact, holds or waits for a seat, so that moving up never passes the limit."""
    theirs = (
        select(func.count())
        .select_from(Registration)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(
            Registration.lecture_id == lecture_id,
            Registration.status != "cancelled",
            Registration.contact_id != besides,
            Contact.account_id == account_id,
        )
    )
    return db.session.scalar(theirs) or 0


def check_open(lecture: Lecture, now: datetime, cancelled_too: bool = False) -> None:
    """Raise LectureOver or LectureCancelled when nothing can be changed on this lecture any more."""
    if lecture.starts_at <= now:
        raise LectureOver()
    if lecture.status == "cancelled" and not cancelled_too:
        raise LectureCancelled()


def has_attended(contact_id: int, course_id: int) -> bool:
    """Tell whether the contact has attended (not merely booked) a lecture of this course."""
    return (
        db.session.scalar(
            select(Attendance.id)
            .join(Lecture, Lecture.id == Attendance.lecture_id)
            .where(
                Attendance.contact_id == contact_id, Attendance.verdict == "attended", Lecture.course_id == course_id
            )
            .limit(1)
        )
        is not None
    )


def may_promote(lecture: Lecture, now: datetime) -> bool:
    """Tell whether the waiting list still moves up by itself."""
    if lecture.status != "scheduled" or lecture.starts_at <= now:
        return False
    return now < promotes_until(lecture)


def promotes_until(lecture: Lecture, details: vendor.Vendor | None = None) -> datetime:
    """Return the moment from which a seat of this lecture is no longer given unasked; the vendor's details if they were read."""
    details = details or vendor.get()
    working_days, until = vendor.working_days(details), vendor.promotes_until(details)
    return seats.promotion_cutoff(lecture.starts_at, lecture.zone, working_days, until)


def offer_ends(lecture: Lecture, now: datetime) -> datetime | None:
    """Return until when a seat freed now is kept for the first in line; None where nothing is offered any more."""
    if lecture.status != "scheduled":
        return None
    return seats.offer_ends(now, lecture.starts_at, lecture.zone)


def open_dates(contact: Contact, course_key: str, now: datetime, days: int = 90) -> list[OpenDate]:
    """List a course's dates for a contact, by start, those on the closed days of the contact's shops last."""
    rows = db.session.execute(
        select(Lecture, Registration.id, Registration.status)
        .join(Course, Course.id == Lecture.course_id)
        .outerjoin(
            Registration,
            (Registration.lecture_id == Lecture.id)
            & (Registration.contact_id == contact.id)
            & (Registration.status != "cancelled"),
        )
        .where(
            Course.key == course_key,
            Lecture.status == "scheduled",
            Lecture.starts_at > now,
            Lecture.starts_at < now + timedelta(days=days),
            or_(Lecture.account_id.is_(None), Lecture.account_id == contact.account_id),
            or_(Lecture.contact_id.is_(None), Lecture.contact_id == contact.id),
            # What no longer fits its series may be cancelled: it is offered to nobody new.
            or_(Lecture.stray_since.is_(None), Registration.id.is_not(None)),
        )
        .order_by(Lecture.starts_at, Lecture.id)
    ).all()
    closed = closed_weekdays(contact)
    dates = [_open_date(lecture, number, status, closed, contact.zone) for lecture, number, status in rows]
    return sorted(dates, key=lambda date: date.closed_day)


def closed_weekdays(contact: Contact) -> frozenset[int]:
    """Return the weekdays (Monday = 0) on which all of the contact's shops are closed."""
    days = [frozenset(store.closed_days) for store in contact.stores]
    return frozenset.intersection(*days) if days else frozenset()


def has_other_companies(lecture: Lecture) -> bool:
    """Tell whether people of other companies see and hear each other: in a meeting that is not one account's own."""
    return lecture.kind == "meeting" and lecture.account_id is None


def _open_date(
    lecture: Lecture, registration_id: int | None, status: str | None, closed: frozenset[int], zone: str
) -> OpenDate:
    free = lecture.capacity - lecture.seats_taken
    state = status or ("free" if free > 0 else "full")
    return OpenDate(
        lecture_id=lecture.id,
        starts_at=lecture.starts_at,
        ends_at=lecture.ends_at,
        state=state,
        left=free if state == "free" and free <= FEW else None,
        closed_day=lecture.starts_at.astimezone(ZoneInfo(zone)).weekday() in closed,
        locale=lecture.locale,
        registration_id=registration_id,
        full=free <= 0,
        limited=lecture.account_limit is not None,
        meeting=has_other_companies(lecture),
    )
