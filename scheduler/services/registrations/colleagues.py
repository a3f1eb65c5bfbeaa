"""Answers how somebody registers a colleague of the same account by address, and learns nothing by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.rules.names import name_key
from scheduler.services import account_fields, contacts, eligibility, history, seating
from scheduler.services.actors import Actor
from scheduler.services.refusals import (
    AccountLimitReached,
    AlreadyBooked,
    Invalid,
    LectureFull,
    NotForColleagues,
    NotFound,
    TooManyColleagues,
)
from scheduler.services.registrations import booking

# How many colleagues one person may register by address within a day; a coordinator has a whole company to look after.
MOST, MOST_BY_COORDINATOR = 20, 100
A_DAY = timedelta(days=1)


def register_colleague(
    contact_id: int, lecture_id: int, email: str, name: str, now: datetime, actor: Actor, *, waitlist: bool = False
) -> None:
    """Register whoever of the contact's account uses this address; a person not known there yet is added, to be checked.

    The confirmation goes to the colleague. Whoever is registered already stays so, without a word about it, and other
    accounts are never looked at. No answer depends on who is named, but to a coordinator, who may see what each has
    attended. Raises Invalid (email, name), TooManyColleagues, NotForColleagues and what `booking.register` raises.
    """
    fields = account_fields.contact({"email": email, "name": name})
    for field in ("email", "name"):
        if not fields[field]:
            raise Invalid(field=field, why="missing")
    with db.writing():
        host = db.session.get(Contact, contact_id, populate_existing=True)
        if host is None:
            raise NotFound(what="contact")
        # The lecture before the account, as everybody locks them.
        lecture = seating.lock(lecture_id)
        _check_rate(host, now)
        _check_whoever(host, lecture)
        found = _colleague(host.account_id, fields["email"], fields["name"])
        number = found.id if found is not None else _added(host, fields["email"], fields["name"], now, actor)
        history.record(
            "colleague_named",
            now=now,
            actor=actor,
            account_id=host.account_id,
            contact_id=number,
            lecture_id=lecture_id,
        )
        try:
            booking.register(number, lecture_id, now, actor, waitlist=waitlist, by=str(contact_id))
        except AlreadyBooked:
            # Where nobody else could be registered, that it is done would tell that this one is.
            if not waitlist and lecture.seats_taken >= lecture.capacity:
                raise LectureFull(lecture=lecture_id) from None


def _check_rate(host: Contact, now: datetime) -> None:
    most = MOST_BY_COORDINATOR if host.role == "coordinator" else MOST
    named = select(func.count()).where(
        Event.account_id == host.account_id,
        Event.at > now - A_DAY,
        Event.key == "colleague_named",
        Event.actor_kind == "contact",
        Event.actor_id == host.id,
    )
    if (db.session.scalar(named) or 0) >= most:
        raise TooManyColleagues(most=most)


def may_name(host: Contact, prerequisite_id: int | None) -> bool:
    """Tell whether somebody may register colleagues for a course; `prerequisite_id` is what they must have attended."""
    return host.role == "coordinator" or prerequisite_id is None


def _check_whoever(host: Contact, lecture: Lecture) -> None:
    """Raise what keeps anybody of the account from the lecture, before it is looked who is named."""
    if not may_name(host, lecture.course.prerequisite_id):
        raise NotForColleagues()
    limit = lecture.account_limit
    if limit is not None and eligibility.seats_of(host.account_id, lecture.id) >= limit:
        raise AccountLimitReached(limit=limit)


def _colleague(account_id: int, email: str, name: str) -> Contact | None:
    """Find who is meant: the one person of this address, or among several the one of this name."""
    people = db.session.scalars(
        select(Contact).where(Contact.account_id == account_id, Contact.email == email).order_by(Contact.id)
    ).all()
    same = [person for person in people if person.name_key == name_key(name)]
    if same:
        return same[0]
    people = [person for person in people if person.left_on is None]
    # A mailbox without a name is a shop's, not a person's.
    return people[0] if len(people) == 1 and people[0].name else None


def _added(host: Contact, email: str, name: str, now: datetime, actor: Actor) -> int:
    """Add a colleague, in the same shop where the host has just one, marked for somebody to check."""
    codes = [store.code for store in host.stores] if len(host.stores) == 1 else []
    fields = {"name": name, "email": email, "role": "member", "locale": host.locale, "zone": host.zone}
    number = contacts.add(host.account_id, fields | {"stores": codes}, now, actor)
    db.session.get_one(Contact, number).checks = ["added_by_colleague"]
    return number
