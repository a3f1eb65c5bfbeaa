"""Answers what can be passed on to a person by hand instead of by mail, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from emails.by_hand import Facts, Occasion
from emails.values import Span
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.mails import Mail
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.services import addresses, courses, eligibility, proposed, vendor
from scheduler.services.owners import owner_of

# How many free dates are named; the personal page has them all.
OFFERED = 3
_OF_MAIL: dict[str, Occasion] = {
    **dict.fromkeys(("invitation", "missed", "excused", "partial", "lecture_cancelled", "called_off"), "invitation"),
    **dict.fromkeys(("confirmation", "promoted", "changed", "waitlisted", "offered"), "booked"),
    **dict.fromkeys(("reminder_day", "reminder_hour"), "reminder"),
    "proposal": "proposal",
}


@dataclass(frozen=True)
class Matter:
    """One thing to pass on: `key` names it in an address; the course, the dates and the link it is about."""

    key: str
    occasion: Occasion
    course: Course | None
    dates: Sequence[Span]
    url: str


def matters(contact: Contact, now: datetime) -> list[Matter]:
    """List what can be passed on to a person: dates that are booked, offered times, invitations, and the own page."""
    found = [matter for row in _booked(contact.id, now) for matter in _of_booking(row, contact)]
    offers = select(Proposal).where(Proposal.contact_id == contact.id, Proposal.state == "open").order_by(Proposal.id)
    found += [
        _of_proposal(row, contact, now) for row in db.session.scalars(offers.options(joinedload(Proposal.course)))
    ]
    taken = {matter.course.id for matter in found if matter.course is not None and matter.occasion == "booked"}
    for course in courses.in_order():
        if course.id not in taken:
            free = [one for one in eligibility.open_dates(contact, course.key, now) if one.state == "free"][:OFFERED]
            dates = [Span(one.starts_at, one.ends_at) for one in free]
            found.append(Matter(f"invitation-{course.key}", "invitation", course, dates, addresses.personal(contact)))
    return [*found, Matter("page", "page", None, (), addresses.personal(contact))]


def key_of(mail: Mail) -> str:
    """Name what a mail is about, as `matters` names it; empty for one that is not passed on."""
    occasion = _OF_MAIL.get(mail.kind)
    if occasion in ("booked", "reminder"):
        return f"{occasion}-{mail.registration_id}"
    if occasion == "proposal":
        return f"proposal-{mail.params['proposal_id']}"
    if occasion == "invitation":
        number = mail.params.get("course_id")
        lecture = db.session.get(Lecture, mail.lecture_id) if mail.lecture_id is not None else None
        course = db.session.get(Course, number) if number is not None else lecture.course if lecture else None
        return f"invitation-{course.key}" if course is not None else ""
    return ""


def facts_of(matter: Matter, contact: Contact) -> Facts:
    """Collect what the words of a matter say, for this person."""
    details, owner = vendor.get(), owner_of(contact.account)
    course = matter.course
    name = (course.name.get(contact.locale) or next(iter(course.name.values()), "")) if course is not None else ""
    return Facts(
        occasion=matter.occasion,
        locale=contact.locale,
        zone=contact.zone,
        company=contact.account.name,
        name=contact.name,
        vendor=details.name,
        owner=owner.name if owner else "",
        phone=(owner.phone if owner else "") or details.phone,
        course=name,
        minutes=course.minutes if course is not None else 0,
        dates=matter.dates,
        url=matter.url,
    )


def _booked(contact_id: int, now: datetime) -> list[Registration]:
    query = (
        select(Registration)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(Registration.contact_id == contact_id, Registration.status == "booked")
        .where(Lecture.status == "scheduled", Lecture.ends_at > now)
        .order_by(Lecture.starts_at, Lecture.id)
    )
    return list(db.session.scalars(query.options(joinedload(Registration.lecture).joinedload(Lecture.course))))


def _of_booking(row: Registration, contact: Contact) -> list[Matter]:
    lecture = row.lecture
    dates = [Span(lecture.starts_at, lecture.ends_at)]
    page, join = addresses.personal(contact, lecture.id), addresses.join(row.id, contact)
    return [
        Matter(f"booked-{row.id}", "booked", lecture.course, dates, page),
        Matter(f"reminder-{row.id}", "reminder", lecture.course, dates, join),
    ]


def _of_proposal(row: Proposal, contact: Contact, now: datetime) -> Matter:
    spans = [proposed.span_of(row, time) for time in row.times]
    dates = [Span(begins, ends) for begins, ends in spans if begins > now]
    return Matter(
        f"proposal-{row.id}", "proposal", row.course, dates, f"{addresses.personal(contact)}#proposal-{row.id}"
    )
