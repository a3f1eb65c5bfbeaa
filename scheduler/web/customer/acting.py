"""Answers for whom somebody acts on the personal page: for herself, or as coordinator (窓口) for a person of the company."""

from __future__ import annotations

from flask import abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.web import limits
from scheduler.web.ids import read_id


def choose() -> None:
    """Read for whom `?person=` says the request is (put before every request, after the gate); nobody else may be named."""
    wanted = request.args.get("person")
    choose_person(read_id(wanted) or 0 if wanted is not None else g.contact.id)


def for_oneself() -> None:
    """Note that the request is for the holder of the link (put before every request of a page that is nobody else's)."""
    g.person_id = None


def choose_person(contact_id: int) -> None:
    """Put the person the request is for into `g.person_id`, None for the holder of the link; abort with 404 for others'."""
    g.person_id = None
    if contact_id == g.contact.id:
        return
    known = select(Contact.id).where(Contact.id == contact_id, Contact.account_id == g.contact.account_id)
    known = known.where(Contact.left_on.is_(None))
    if g.contact.role != "coordinator" or db.session.scalar(known) is None:
        limits.refused("link")
        abort(404)
    g.person_id = contact_id


def person_id() -> int:
    """Return the id of the person the request is for."""
    return int(g.person_id or g.contact.id)


def person() -> Contact:
    """Return the person the request is for, account and stores loaded."""
    if g.person_id is None:
        holder: Contact = g.contact
        return holder
    query = select(Contact).where(Contact.id == g.person_id)
    loaded = query.options(joinedload(Contact.account), selectinload(Contact.stores))
    return db.session.scalars(loaded.execution_options(populate_existing=True)).one()
