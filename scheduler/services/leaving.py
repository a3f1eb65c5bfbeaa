"""Answers what happens when a person leaves a company (退職・異動), who takes over, and how it is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from scheduler.models.accounts import Contact, Store
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.proposals import Proposal
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import contacts, history, locking, proposals, readiness, seating, spared, tasks, undecided_seats
from scheduler.services.actors import Actor
from scheduler.services.refusals import AlreadyBooked, ContactLeft, Invalid, NotFound, PrerequisiteMissing, Refused
from scheduler.services.registrations import booking, rows, telling, waiting

_RANKS = ("member", "manager", "coordinator")


@dataclass(frozen=True)
class Departure:
    """Who leaves on which day, and what is to become of what she has.

    The successor is a person of the account (`successor_id`), or a new one (`new`: fields of a contact), or nobody;
    with `take_over` the successor gets the role and the stores too. `passed` and `cancelled` are registrations (ids): the
    successor's from now on, or given up. What is in neither waits for a decision.
    """

    on: date | None
    successor_id: int | None = None
    new: Mapping[str, Any] | None = None
    take_over: bool = True
    passed: frozenset[int] = frozenset()
    cancelled: frozenset[int] = frozenset()


@dataclass
class Return:
    """What came of taking a departure back: how many seats she holds again, and the lectures that took in others meanwhile."""

    seats: int = 0
    lost: list[int] = field(default_factory=list)


def seats_of(contact_id: int, now: datetime) -> list[Registration]:
    """List the dates to come that a person is booked on or waits for, by start; lectures loaded."""
    query = (
        select(Registration)
        .join(Lecture, Lecture.id == Registration.lecture_id)
        .where(Registration.contact_id == contact_id, Registration.status != "cancelled")
        .where(Lecture.status == "scheduled", Lecture.starts_at > now)
        .order_by(Lecture.starts_at, Lecture.id)
    )
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def leave(contact_id: int, wanted: Departure, now: datetime, actor: Actor) -> int | None:
    """Note that a person left: links and mails end, what was attended stays; return the successor's id.

    Raises NotFound, ContactLeft when that was noted before, Invalid(on, successor and a contact's fields), and what keeps
    the successor from a seat that is passed on, with `field` naming it (`seat_<registration>`).
    """
    with db.writing():
        contact = _locked(contact_id, [row.lecture_id for row in seats_of(contact_id, now)])
        if contact.left_on is not None:
            raise ContactLeft()
        if wanted.on is None:
            raise Invalid(field="on", why="missing")
        if wanted.on > spared.today(now):
            raise Invalid(field="on", why="in_the_future")
        successor = _successor(contact, wanted, now, actor)
        handed = _hand_on(contact, successor) if successor is not None and wanted.take_over else {}
        given = _give(contact, successor, wanted, now, actor)
        contact.left_on, contact.successor_id = wanted.on, successor.id if successor is not None else None
        contact.link_version += 1
        contact.feed_version += 1
        db.session.flush()
        versions = {"link": contact.link_version, "feed": contact.feed_version}
        about: dict[str, Any] = {"account_id": contact.account_id, "contact_id": contact_id}
        about |= {"on": wanted.on.isoformat(), "successor_id": contact.successor_id, "versions": versions}
        history.record("contact_left", now=now, actor=actor, **about, **handed, **given)
        _end(contact, now, actor)
        undecided_seats.ask(contact.account_id, now, actor, contact_id)
        readiness.refresh(contact.account_id, now)
        return contact.successor_id


def take_back(contact_id: int, now: datetime, actor: Actor) -> Return:
    """Take a departure back: the old links open again, role, stores and seats return where nothing else became of them.

    A successor who loses a seat is told; a person who was added as successor stays. Raises NotFound.
    """
    with db.writing():
        query = select(Event).where(Event.contact_id == contact_id, Event.key == "contact_left")
        event = db.session.scalar(query.order_by(Event.id.desc()).limit(1))
        kept: Mapping[str, Any] = event.params if event is not None else {}
        moved = [number for pair in kept.get("passed", ()) for number in pair] + [*kept.get("cancelled", ())]
        known = {row.id: row for row in db.session.scalars(select(Registration).where(Registration.id.in_(moved)))}
        contact = _locked(contact_id, {row.lecture_id for row in known.values()})
        if contact.left_on is None:
            return Return()
        contact.left_on = contact.successor_id = None
        versions = kept.get("versions", {})
        # Links of mails that were sent before open again; whoever reset them meanwhile meant it.
        contact.link_version -= contact.link_version == versions.get("link")
        contact.feed_version -= contact.feed_version == versions.get("feed")
        db.session.flush()
        _hand_back(kept)
        result = _get_back(kept, now, actor)
        about: dict[str, Any] = {"account_id": contact.account_id, "contact_id": contact_id}
        history.record("contact_came_back", now=now, actor=actor, **about, seats=result.seats)
        undecided_seats.close(contact.account_id, now, actor, contact_id)
        readiness.refresh(contact.account_id, now)
        return result


def _locked(contact_id: int, lecture_ids: Collection[int]) -> Contact:
    """Lock lectures, then the accounts concerned, as everybody does; read the person as she is then."""
    account_id = db.session.scalar(select(Contact.account_id).where(Contact.id == contact_id))
    if account_id is None:
        raise NotFound(what="contact")
    seating.lock_all(lecture_ids)
    rows.lock_accounts(lecture_ids, [account_id])
    # Also where nobody waits for a seat: of two who press at once the second finds the person gone.
    locking.account(account_id)
    return db.session.get_one(Contact, contact_id, populate_existing=True)


def _successor(contact: Contact, wanted: Departure, now: datetime, actor: Actor) -> Contact | None:
    number = wanted.successor_id
    if wanted.new is not None:
        number = contacts.add(contact.account_id, wanted.new, now, actor)
    if number is None:
        if wanted.passed:
            raise Invalid(field="successor", why="successor_missing")
        return None
    found = db.session.get(Contact, number, populate_existing=True)
    if found is None or found.account_id != contact.account_id or found.id == contact.id or found.left_on is not None:
        raise Invalid(field="successor", why="contact_unknown")
    return found


def _hand_on(contact: Contact, successor: Contact) -> dict[str, Any]:
    """Give the successor the role, unless hers is higher, and the stores; return what to take back."""
    handed: dict[str, Any] = {}
    if _RANKS.index(contact.role) > _RANKS.index(successor.role):
        handed["role_before"], successor.role = successor.role, contact.role
    mine = {store.id for store in successor.stores}
    added = [store for store in contact.stores if store.id not in mine]
    if added:
        successor.stores = [*successor.stores, *added]
        handed["stores_added"] = [store.id for store in added]
    db.session.flush()
    return handed


def _give(
    contact: Contact, successor: Contact | None, wanted: Departure, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Pass seats on or give them up, each as it was wanted; return which became which."""
    passed: list[list[int]] = []
    cancelled: list[int] = []
    for row in seats_of(contact.id, now):
        if row.id in wanted.passed and successor is not None:
            number = _pass(row, contact, successor, now, actor)
            if number is not None:
                passed.append([row.id, number])
            else:
                cancelled.append(row.id)
        elif row.id in wanted.cancelled:
            waiting.leave(row, "cancelled", now, actor)
            cancelled.append(row.id)
        else:
            continue
        db.session.flush()
        waiting.promote(row.lecture_id, now)
    return {"passed": passed, "cancelled": cancelled}


def _pass(row: Registration, contact: Contact, successor: Contact, now: datetime, actor: Actor) -> int | None:
    """Give a seat, or a place in line, to the successor, who is told as with any registration; return hers.

    None: she has one of her own already.
    """
    lecture = db.session.get_one(Lecture, row.lecture_id)
    if lecture.contact_id == contact.id:
        lecture.contact_id = successor.id
    waits, since = row.status == "waitlisted", row.registered_at
    waiting.leave(row, "seat_passed", now, actor)
    db.session.flush()
    try:
        number = booking.register(
            successor.id,
            lecture.id,
            now,
            actor,
            companions=row.companions,
            unnamed=row.unnamed_companions,
            waitlist=waits,
            mails=row.mails,
            exception=row.exception,
        )
    except AlreadyBooked:
        return None
    except PrerequisiteMissing as refusal:
        raise Invalid(field=f"seat_{row.id}", why="successor_not_prepared") from refusal
    except Refused as refusal:
        refusal.params["field"] = f"seat_{row.id}"
        raise
    new = db.session.get_one(Registration, number, populate_existing=True)
    if new.status == "waitlisted":
        new.registered_at = since
    return number


def _end(contact: Contact, now: datetime, actor: Actor) -> None:
    """Take back what was offered to the person, and the tasks about her address."""
    offers = select(Proposal.id).where(Proposal.contact_id == contact.id, Proposal.state == "open")
    for number in db.session.scalars(offers).all():
        proposals.withdraw(number, now, actor)
    about = select(Task.id).where(Task.contact_id == contact.id, Task.kind == "unreachable", Task.done_at.is_(None))
    for number in db.session.scalars(about).all():
        tasks.done(number, now, actor)


def _hand_back(kept: Mapping[str, Any]) -> None:
    successor = db.session.get(Contact, kept.get("successor_id") or 0, populate_existing=True)
    if successor is None:
        return
    if "role_before" in kept:
        successor.role = kept["role_before"]
    added: Iterable[int] = kept.get("stores_added", ())
    gone = {store.id for store in db.session.scalars(select(Store).where(Store.id.in_(list(added))))}
    if gone:
        successor.stores = [store for store in successor.stores if store.id not in gone]
    db.session.flush()


def _get_back(kept: Mapping[str, Any], now: datetime, actor: Actor) -> Return:
    """Return to the person the seats that were passed on or given up, where the lecture is still to come."""
    result = Return()
    pairs: list[tuple[int, int | None]] = [(old, new) for old, new in kept.get("passed", ())]
    pairs += [(number, None) for number in kept.get("cancelled", ())]
    for old_id, new_id in pairs:
        old = db.session.get_one(Registration, old_id, populate_existing=True)
        new = db.session.get(Registration, new_id, populate_existing=True) if new_id is not None else None
        lecture = db.session.get_one(Lecture, old.lecture_id, populate_existing=True)
        if lecture.starts_at <= now or lecture.status != "scheduled" or old.status != "cancelled":
            continue
        if new is not None and new.status != "cancelled" and new.lecture_id == lecture.id:
            _take_from(new, old, lecture, now, actor)
        _seat_again(old, result, now, actor)
        db.session.flush()
        waiting.promote(lecture.id, now)
    return result


def _take_from(new: Registration, old: Registration, lecture: Lecture, now: datetime, actor: Actor) -> None:
    if lecture.contact_id == new.contact_id:
        lecture.contact_id = old.contact_id
    if new.status == "booked":
        account_id = new.contact.account_id
        telling.tell(new, "cancelled", now, sequence=new.sequence + 1, account_id=account_id)
    waiting.leave(new, "seat_returned", now, actor)
    db.session.flush()


def _seat_again(old: Registration, result: Return, now: datetime, actor: Actor) -> None:
    """Book a person again as if nothing had been; her calendar still has the entry, so no mail says so."""
    contact_id, lecture_id, mails = old.contact_id, old.lecture_id, old.mails
    try:
        number = booking.register(contact_id, lecture_id, now, actor, mails=False, exception=old.exception)
    except Refused:
        result.lost.append(lecture_id)
        return
    db.session.get_one(Registration, number, populate_existing=True).mails = mails
    result.seats += 1
