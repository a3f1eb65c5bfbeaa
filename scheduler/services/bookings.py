"""Answers how a lecture for one account (個社開催) is booked: for one person or the whole company, people registered at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.workdays import to_utc
from scheduler.services import clashes, courses, eligibility, locking, seating, spared, wishes
from scheduler.services.actors import Actor
from scheduler.services.clashes import Clash
from scheduler.services.lectures import changing, making
from scheduler.services.lectures.values import MEETING, check_values
from scheduler.services.refusals import Invalid, PrerequisiteMissing
from scheduler.services.registrations.booking import register

LOCALES = ("ja", "en")


@dataclass(frozen=True)
class Own:
    """What a lecture for one account will be."""

    account_id: int
    course_key: str
    # Who is registered at once.
    people: tuple[int, ...]
    # Nobody else of the company sees it: it is for the one person.
    only_person: bool
    # None: as long as the course.
    minutes: int | None
    # None: as many as there are people.
    capacity: int | None
    host_id: int | None
    join_url: str
    kind: str
    locale: str
    # IANA name; starts are wall clock of it.
    zone: str
    # Why people who lack the prerequisite are let in; empty: they are not.
    exception: str = ""
    meeting_id: str = ""
    passcode: str = ""

    @property
    def seats(self) -> int:
        """Return the capacity, by default a seat for each person."""
        return self.capacity if self.capacity is not None else max(len(self.people), 1)


@dataclass(frozen=True)
class Plan:
    """What booking a lecture of one's own comes to."""

    course: Course
    begins: datetime
    ends: datetime
    # The lecture at that moment that is booked already, if there is one.
    lecture_id: int | None
    # Who of the people chosen is still to be registered.
    people: tuple[int, ...]


def book(own: Own, starts_at: datetime, now: datetime, actor: Actor, *, mails: bool = True) -> int:
    """Make the lecture (`starts_at` is naive wall clock of its zone), register its people, return its id.

    The same lecture booked twice is one: pressed again, nothing happens, and other people chosen for it join it. Their
    wishes for a date are met by it. `mails` False: nobody is written to. Raises what `plan` raises.
    """
    with db.writing():
        known = plan(own, starts_at, now)
        if known.lecture_id is None:
            locking.account(own.account_id)
            # Somebody else may have booked it while this waited for the account.
            known = plan(own, starts_at, now)
        if known.lecture_id is None:
            return make(own, known.course, known.begins, now, actor, mails=mails)
    # In a transaction of its own: everybody else locks a lecture before accounts.
    return _join(own, known, now, actor, mails)


def make(own: Own, course: Course, begins: datetime, now: datetime, actor: Actor, *, mails: bool = True) -> int:
    """Make a lecture that was checked, within the open transaction, and register its people; return its id."""
    number = making.create(
        own.course_key,
        begins,
        begins + timedelta(minutes=own.minutes or course.minutes),
        capacity=own.seats,
        now=now,
        actor=actor,
        host_id=own.host_id,
        join_url=own.join_url,
        meeting_id=own.meeting_id,
        passcode=own.passcode,
        account_id=own.account_id,
        contact_id=own.people[0] if own.only_person else None,
        kind=own.kind,
        zone=own.zone,
        locale=own.locale,
    )
    for contact_id in own.people:
        register(contact_id, number, now, actor, mails=mails, exception=own.exception)
        wishes.met(contact_id, course.id, now, actor)
    return number


def plan(own: Own, starts_at: datetime, now: datetime) -> Plan:
    """Return what booking comes to for a start in naive wall clock of the lecture's zone.

    Raises what `check` raises, Invalid for a start that is past, for a lecture at that moment that is booked otherwise, and
    for fewer seats than its people need.
    """
    course = check(own)
    begins = to_utc(starts_at, own.zone)
    if begins <= now:
        raise Invalid(field="starts_at", why="starts_in_the_past", value=starts_at.isoformat())
    ends = begins + timedelta(minutes=own.minutes or course.minutes)
    lecture = _known(own, course, begins)
    if lecture is None:
        return Plan(course, begins, ends, None, own.people)
    names = ("host_id", *MEETING, "kind", "locale")
    if ends != lecture.ends_at or any(getattr(own, name) != getattr(lecture, name) for name in names):
        raise Invalid(field="starts_at", why="own_lecture_differs")
    there = Registration.lecture_id == lecture.id, Registration.status == "booked"
    registered = set(db.session.scalars(select(Registration.contact_id).where(*there)))
    people = tuple(number for number in own.people if number not in registered)
    if own.capacity is not None and own.capacity < len(registered) + len(people):
        raise Invalid(field="capacity", why="capacity_below_people", people=len(registered) + len(people))
    return Plan(course, begins, ends, lecture.id, people)


def check(own: Own) -> Course:
    """Return the course of a lecture that can be held so.

    Raises NotFound for an unknown course, PrerequisiteMissing without an exception, Invalid(field, why).
    """
    course = courses.by_key(own.course_key)
    check_values(
        capacity=own.seats,
        minutes=own.minutes,
        join_url=own.join_url,
        meeting_id=own.meeting_id,
        passcode=own.passcode,
        host_id=own.host_id,
        kind=own.kind,
    )
    if own.zone not in available_timezones():
        raise Invalid(field="zone", why="unknown_zone", value=own.zone)
    if own.locale not in LOCALES:
        raise Invalid(field="locale", why="not_a_choice", value=own.locale, choices=", ".join(LOCALES))
    if own.only_person and len(own.people) != 1:
        raise Invalid(field="people", why="one_person")
    if own.seats < len(own.people):
        raise Invalid(field="capacity", why="capacity_below_people", people=len(own.people))
    ours = set(db.session.scalars(select(Contact.id).where(Contact.account_id == own.account_id, spared.there())))
    if not set(own.people) <= ours:
        raise Invalid(field="people", why="contact_unknown")
    before = course.prerequisite
    if before is None or own.exception.strip():
        return course
    if not all(eligibility.has_attended(number, before.id) for number in own.people):
        raise PrerequisiteMissing(course=before.key, field="exception")
    return course


def clashes_of(own: Own, starts: list[datetime]) -> list[Clash]:
    """List what host and link would be needed for at the same time, for starts in wall clock of the zone."""
    minutes = timedelta(minutes=own.minutes or courses.by_key(own.course_key).minutes)
    begins = [to_utc(start, own.zone) for start in starts]
    return clashes.find(own.host_id, own.join_url, [(begin, begin + minutes) for begin in begins])


def zones_of(account_id: int, house: str) -> list[str]:
    """List the zones a lecture for this account may be in: the vendor's first, then its people's."""
    found = select(Contact.zone).where(Contact.account_id == account_id).distinct().order_by(Contact.zone)
    return [house, *(zone for zone in db.session.scalars(found) if zone != house)]


def of_account(account_id: int, now: datetime) -> list[Lecture]:
    """List the lectures held for this account alone that are not over, by start."""
    query = select(Lecture).where(Lecture.account_id == account_id, Lecture.ends_at > now)
    query = query.options(joinedload(Lecture.course), joinedload(Lecture.host))
    return list(db.session.scalars(query.order_by(Lecture.starts_at, Lecture.id)))


def _join(own: Own, known: Plan, now: datetime, actor: Actor, mails: bool) -> int:
    """Register those who are not on the lecture that was found; it gets the seats they need, after those who wait."""
    assert known.lecture_id is not None
    with db.writing():
        lecture = seating.lock(known.lecture_id)
        live = Registration.lecture_id == lecture.id, Registration.status != "cancelled"
        status = {row.contact_id: row.status for row in db.session.scalars(select(Registration).where(*live))}
        missing = [number for number in known.people if status.get(number) != "booked"]
        if missing:
            needed = lecture.seats_taken + len(
                {number for number in status if status[number] == "waitlisted"} | {*missing}
            )
            changing.change(lecture.id, {"capacity": max(lecture.capacity, needed, own.capacity or 0)}, now, actor)
        for contact_id in missing:
            if not _seated(contact_id, lecture.id):
                register(contact_id, lecture.id, now, actor, mails=mails, exception=own.exception)
            wishes.met(contact_id, known.course.id, now, actor)
        return lecture.id


def _seated(contact_id: int, lecture_id: int) -> bool:
    """Tell whether somebody who waited has moved up."""
    mine = Registration.contact_id == contact_id, Registration.lecture_id == lecture_id
    return db.session.scalar(select(Registration.id).where(*mine, Registration.status == "booked")) is not None


def _known(own: Own, course: Course, begins: datetime) -> Lecture | None:
    person = own.people[0] if own.only_person else None
    same = select(Lecture).where(
        Lecture.account_id == own.account_id,
        Lecture.contact_id.is_(None) if person is None else Lecture.contact_id == person,
        Lecture.course_id == course.id,
        Lecture.starts_at == begins,
        Lecture.status == "scheduled",
    )
    return db.session.scalar(same.order_by(Lecture.id).limit(1).execution_options(populate_existing=True))
