"""Answers how programs name people, and what people are called to programs: an address of their own, else the id."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.services.refusals import Ambiguous, NotFound

# Ids per statement: both databases limit the parameters of one.
CHUNK = 5000
LARGEST_ID = 2**31 - 1


def contact_named(name: str) -> int:
    """Return the id of the person named by id, or by an address that is this person's only.

    Raises NotFound, and Ambiguous(people) where several share the address.
    """
    text = name.strip()
    if text.isascii() and text.isdecimal():
        number = int(text) if len(text) <= len(str(LARGEST_ID)) else 0
        known = db.session.scalar(select(Contact.id).where(Contact.id == number)) if number <= LARGEST_ID else None
        people = [(known, "")] if known is not None else []
    else:
        query = select(Contact.id, Contact.name, Contact.left_on).where(Contact.email == text.lower())
        named = list(db.session.execute(query.order_by(Contact.id))) if text and "\x00" not in text else []
        # Whoever is still there goes before who left: a successor may read the same mailbox.
        people = [(row.id, row.name) for row in ([row for row in named if row.left_on is None] or named)]
    if not people:
        raise NotFound(what="contact", field="contact", value=text)
    if len(people) > 1:
        raise Ambiguous(field="contact", people=people)
    return people[0][0]


def called(contact_ids: Iterable[int]) -> dict[int, str]:
    """Return what people are called, by id: the address where it is one person's only, else the id as text."""
    ids = sorted(set(contact_ids))
    emails: dict[int, str | None] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(Contact.id, Contact.email).where(Contact.id.in_(ids[start : start + CHUNK]))
        emails.update(db.session.execute(query).all())
    shared = _shared(sorted({email for email in emails.values() if email}))
    return {number: str(number) if email is None or email in shared else email for number, email in emails.items()}


def _shared(emails: list[str]) -> set[str]:
    """Return which of these addresses more than one person has."""
    found: set[str] = set()
    for start in range(0, len(emails), CHUNK):
        query = select(Contact.email).where(Contact.email.in_(emails[start : start + CHUNK])).group_by(Contact.email)
        found.update(email for email in db.session.scalars(query.having(func.count() > 1)) if email)
    return found
