"""Answers who visitors of the public page turned out to be: what waits for the staff, and what they decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Account, Contact, Store
from scheduler.models.applications import Application
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.rules.names import name_key
from scheduler.services import contacts, directory, history, seating, spared
from scheduler.services.actors import Actor
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import AlreadyBooked, ApplicationClosed, NotFound
from scheduler.services.registrations import booking

# How long an application is kept that was decided, never completed, or whose date has passed.
KEPT = timedelta(days=30)
# The most that are shown of each: people and accounts to choose from, decided applications.
SOME = 20
MANY = 200
# How many are deleted in one transaction.
AT_ONCE = 1000


def waiting() -> list[Application]:
    """List the applications that wait for somebody, those of the next dates first."""
    query = select(Application).join(Lecture, Lecture.id == Application.lecture_id)
    wanted = query.where(Application.state == "waiting").order_by(Lecture.starts_at, Application.id).limit(MANY)
    return list(db.session.scalars(wanted.options(*_whole())))


def decided() -> list[Application]:
    """List the applications that were completed or refused and are still kept, the latest first."""
    query = select(Application).where(Application.state.in_(("done", "refused")))
    wanted = query.order_by(Application.decided_at.desc(), Application.id.desc()).limit(MANY)
    return list(db.session.scalars(wanted.options(*_whole())))


def the(application_id: int) -> Application:
    """Return an application whose address is proven, all it names loaded; raise NotFound."""
    query = select(Application).where(Application.id == application_id, Application.state != "sent")
    row = db.session.scalar(query.options(*_whole()).execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def people(row: Application, text: str) -> list[Contact]:
    """List the people it may be: those found by `text`, else those at the address and those of the proposed account."""
    if text.strip():
        return directory.find_people(text, SOME)
    at_address = Contact.email == row.email
    fitting = (
        at_address
        if row.proposed_account_id is None
        else or_(at_address, Contact.account_id == row.proposed_account_id)
    )
    same = (Contact.name_key == name_key(row.name)).desc()
    query = (
        select(Contact)
        .where(fitting, spared.there())
        .order_by(at_address.desc(), same, Contact.name_key, Contact.id)
        .limit(SOME)
    )
    return list(db.session.scalars(query.options(joinedload(Contact.account), selectinload(Contact.stores))))


def accounts(row: Application, text: str) -> list[Account]:
    """List the accounts it may belong to: those found by `text`, else the proposed one and those of the company's name."""
    found, _total = directory.accounts(directory.Filter(text=text.strip() or row.company), per_page=SOME)
    if text.strip() or row.proposed_account is None:
        return found
    return [row.proposed_account, *(account for account in found if account.id != row.proposed_account_id)]


@dataclass(frozen=True)
class Leave:
    """What a member lets pass that would keep a customer out: the reason for a missing prerequisite, the account's limit."""

    exception: str = ""
    over_limit: bool = False


def accept(
    application_id: int,
    contact_id: int,
    now: datetime,
    actor: Actor,
    *,
    take_address: bool = False,
    leave: Leave = Leave(),
) -> str:
    """Register a person we know for an application and return `booked`, `waitlisted` or `already`.

    Whoever has no address, and with `take_address` anybody, gets the one the application proved. Raises NotFound,
    ApplicationClosed, Invalid, and what `booking.register` raises.
    """

    def person() -> int:
        contact = db.session.get(Contact, contact_id)
        if contact is None:
            raise NotFound(what="contact")
        if contact.email != row.email and (take_address or contact.email is None):
            contacts.edit(contact_id, {"email": row.email}, now, actor)
        return contact_id

    with db.writing():
        row = _locked(application_id)
        return _accepted(row, person, now, actor, leave)


def accept_new(application_id: int, account_id: int, now: datetime, actor: Actor, *, leave: Leave = Leave()) -> str:
    """Add the visitor to an account as a new person and register; return as `accept` does.

    The store is the account's of that name, if it has one. Raises as `accept`, Invalid when the account knows the person.
    """

    def person() -> int:
        fields = {"name": row.name, "email": row.email, "phone": row.phone, "locale": row.locale, "zone": row.zone}
        return contacts.add(account_id, fields | {"stores": _stores(account_id, row.store)}, now, actor)

    with db.writing():
        row = _locked(application_id)
        return _accepted(row, person, now, actor, leave)


def refuse(application_id: int, now: datetime, actor: Actor, *, mails: bool) -> None:
    """Say no to an application, with or without a mail; raise NotFound, ApplicationClosed."""
    with db.writing():
        row = _locked(application_id)
        row.state, row.decided_at, row.decided_by_id = "refused", now, actor.staff_id
        if mails:
            owe(
                "application",
                f"application-declined:{row.id}:{int(now.timestamp())}",
                now=now,
                application_id=row.id,
                lecture_id=row.lecture_id,
                params={"declined": True},
            )


def expire(now: datetime) -> int:
    """Delete applications that are over, and the mails to them; return how many.

    Those decided, and those never completed, go after 30 days; one nobody decided goes 30 days after its date.
    """
    before = now - KEPT
    past = select(Lecture.id).where(Lecture.id == Application.lecture_id, Lecture.ends_at < before).exists()
    over = or_(
        Application.state.in_(("done", "refused")) & (Application.decided_at < before),
        (Application.state == "sent") & (Application.created_at < before),
        (Application.state == "waiting") & past,
    )
    with db.writing():
        numbers = list(db.session.scalars(select(Application.id).where(over).limit(AT_ONCE)))
        db.changed(delete(Mail).where(Mail.application_id.in_(numbers)).execution_options(synchronize_session=False))
        return db.changed(
            delete(Application).where(Application.id.in_(numbers)).execution_options(synchronize_session=False)
        )


def _locked(application_id: int) -> Application:
    """Lock an application that waits, and its lecture: before any account, as everybody does."""
    query = select(Application).where(Application.id == application_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    if row.state != "waiting":
        raise ApplicationClosed()
    seating.lock(row.lecture_id)
    return row


def _accepted(row: Application, person: Callable[[], int], now: datetime, actor: Actor, leave: Leave) -> str:
    contact_id = person()
    row.state, row.contact_id = "done", contact_id
    row.decided_at, row.decided_by_id = now, actor.staff_id
    history.record(
        "application_accepted",
        now=now,
        actor=actor,
        account_id=db.session.get_one(Contact, contact_id).account_id,
        contact_id=contact_id,
        lecture_id=row.lecture_id,
    )
    try:
        number = booking.register(
            contact_id,
            row.lecture_id,
            now,
            actor,
            waitlist=True,
            exception=leave.exception,
            over_limit=leave.over_limit,
        )
    except AlreadyBooked:
        return "already"
    return db.session.get_one(Registration, number, populate_existing=True).status


def _stores(account_id: int, name: str) -> list[str]:
    """Return the code of the account's store of this name, if there is exactly one."""
    rows = db.session.execute(select(Store.code, Store.name).where(Store.account_id == account_id))
    codes = [code for code, known in rows if name and name_key(known) == name_key(name)]
    return codes if len(codes) == 1 else []


def _whole() -> list[Any]:
    return [
        joinedload(Application.lecture).joinedload(Lecture.course),
        joinedload(Application.proposed_account),
        joinedload(Application.contact).joinedload(Contact.account),
    ]
