"""Answers what the link in a visitor's mail does: whoever reads that mailbox is registered, or waits for the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Account, Contact
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.rules.domains import company_domain
from scheduler.rules.names import name_key
from scheduler.services import addresses, spared
from scheduler.services.actors import Actor
from scheduler.services.applications.applying import ends_at, open_to_all
from scheduler.services.refusals import AlreadyBooked, ApplicationClosed, NotFound
from scheduler.services.registrations import booking


@dataclass(frozen=True)
class Completed:
    """What came of it: the person and how the registration stands; without a person the staff decide."""

    contact: Contact | None = None
    # booked, waitlisted, or already (it was registered before).
    status: str = ""


def read(application_id: int, version: int) -> Application | None:
    """Return the application a link stands for, its lecture loaded; None when a newer link has taken its place."""
    query = select(Application).where(Application.id == application_id)
    row = db.session.scalar(query.options(joinedload(Application.lecture).joinedload(Lecture.course)))
    return row if row is not None and addresses.application_version(row) == version else None


def is_open(row: Application, now: datetime) -> bool:
    """Tell whether the link still completes something."""
    return row.state == "sent" and now < ends_at(row, row.lecture)


def complete(application_id: int, version: int, now: datetime, *, waitlist: bool = False) -> Completed:
    """Do what was applied for, once: the address is proven by the link.

    Who alone has this address is registered as on the personal page; anybody else waits for the staff, who see which
    account the address's domain points to. Raises NotFound, ApplicationClosed (used, decided or too old), and what
    `booking.register` raises; a refusal leaves the link as it was.
    """
    with db.writing():
        row = _locked(application_id, version)
        lecture = open_to_all(row.lecture_id, now)
        if row.state != "sent" or now >= ends_at(row, lecture):
            raise ApplicationClosed()
        at_address = select(Contact).where(Contact.email == row.email, spared.there())
        people = list(db.session.scalars(at_address.order_by(Contact.id)))
        row.confirmed_at = now
        if len(people) != 1 or "shared_address" in people[0].checks:
            row.state = "waiting"
            row.proposed_account_id = _proposed(row, people)
            return Completed()
        contact = people[0]
        row.state, row.contact_id, row.decided_at = "done", contact.id, now
        return Completed(contact, _register(contact, row.lecture_id, now, waitlist))


def _locked(application_id: int, version: int) -> Application:
    query = select(Application).where(Application.id == application_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or addresses.application_version(row) != version:
        raise NotFound()
    return row


def _register(contact: Contact, lecture_id: int, now: datetime, waitlist: bool) -> str:
    actor = Actor("contact", contact.id, "page")
    try:
        number = booking.register(contact.id, lecture_id, now, actor, waitlist=waitlist)
    except AlreadyBooked:
        return "already"
    return db.session.get_one(Registration, number, populate_existing=True).status


def _proposed(row: Application, people: list[Contact]) -> int | None:
    """Find the account an address points to: that of the people who share it, else the one whose people have its domain.

    Where several companies share a domain, the one of the company's name as it was written.
    """
    found = {person.account_id for person in people}
    domain = company_domain(row.email)
    if not found and domain:
        at_domain = Contact.email.endswith(f"@{domain}", autoescape=True)
        found = set(db.session.scalars(select(Contact.account_id).where(at_domain).distinct()))
    if len(found) > 1:
        names = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(found)))
        found = {number for number, name in names if name_key(name) == name_key(row.company)}
    return found.pop() if len(found) == 1 else None
