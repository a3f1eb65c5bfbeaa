"""Answers how thousands of mails come to be owed at once: people, a lecture with their registrations, and rows of the outbox."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, insert, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.outbox.owe import owe_many
from tests.factories import a_lecture, an_account

PER_ACCOUNT = 50


def people(count: int, now: datetime) -> list[tuple[int, int]]:
    """Add so many people with an address of their own; return (contact, account) of each."""
    accounts = [an_account().id for _ in range(-(-count // PER_ACCOUNT))]
    rows = [
        {
            "account_id": accounts[number // PER_ACCOUNT],
            "name": f"山田 {number}",
            "name_key": f"山田{number}",
            "email": f"person{number}@mihon.example",
            "created_at": now,
        }
        for number in range(count)
    ]
    with db.writing():
        db.session.execute(insert(Contact), rows)
    found = select(Contact.id, Contact.account_id).order_by(Contact.id)
    return [(contact, account) for contact, account in db.session.execute(found)]


def booked(who: list[tuple[int, int]], now: datetime, starts_at: datetime) -> int:
    """Register these people for one lecture, without a word; return the lecture."""
    lecture = a_lecture(starts_at=starts_at, capacity=len(who) + 1)
    rows = [
        {
            "lecture_id": lecture.id,
            "contact_id": contact,
            "status": "booked",
            "uid": f"{uuid4()}@mihon.example",
            "revised_at": now,
            "registered_at": now,
        }
        for contact, _account in who
    ]
    with db.writing():
        db.session.execute(insert(Registration), rows)
        db.session.get_one(Lecture, lecture.id).seats_taken = len(who)
    return lecture.id


def links(who: list[tuple[int, int]], now: datetime) -> None:
    """Owe each of these people the link to the own page: many of them leave in one request."""
    mails = [
        {"kind": "link_again", "key": f"link_again:{contact}", "contact_id": contact, "account_id": account}
        for contact, account in who
    ]
    with db.writing():
        owe_many(mails, now)


def confirmations(who: list[tuple[int, int]], now: datetime) -> None:
    """Owe each of these people a confirmation with its invitation: each leaves alone."""
    lecture = booked(who, now, now + timedelta(days=10))
    rows = select(Registration.id, Registration.contact_id).where(Registration.lecture_id == lecture)
    registrations = {contact: number for number, contact in db.session.execute(rows)}
    mails = [
        {
            "kind": "confirmation",
            "key": f"confirmation:{registrations[contact]}",
            "contact_id": contact,
            "account_id": account,
            "registration_id": registrations[contact],
            "lecture_id": lecture,
            "params": {"sequence": 0},
        }
        for contact, account in who
    ]
    with db.writing():
        owe_many(mails, now)


def states() -> Counter[str]:
    """Count the mails of each state, as the database has them now."""
    db.session.rollback()
    return Counter(dict(db.session.execute(select(Mail.state, func.count()).group_by(Mail.state)).all()))


def waiting() -> int:
    """Count the mails that are still to leave."""
    found = states()
    return found["queued"] + found["sending"]
