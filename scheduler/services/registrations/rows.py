"""Answers which registration is meant: read under its lecture's lock; and raises the SEQUENCE of a lecture's invitations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select, update

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import locking, seating
from scheduler.services.refusals import ChangedMeanwhile, NotBooked, NotFound


def holds_seat(row: Registration) -> bool:
    """Tell whether a seat is counted for this registration: it is booked, or one is kept for it."""
    return row.status == "booked" or (row.status == "waitlisted" and row.offered_until is not None)


def live(registration_id: int) -> Registration:
    """Read a registration anew; raise NotFound, NotBooked."""
    row = db.session.get(Registration, registration_id, populate_existing=True)
    if row is None:
        raise NotFound()
    if row.status == "cancelled":
        raise NotBooked()
    return row


def locked(registration_id: int, *also: int) -> tuple[Registration, dict[int, Lecture]]:
    """Lock a registration's lecture and the others named, then read the registration as it is under these locks.

    Raises NotFound, NotBooked, and ChangedMeanwhile when it was moved to another lecture while we waited.
    """
    lecture_id = db.session.scalar(select(Registration.lecture_id).where(Registration.id == registration_id))
    if lecture_id is None:
        raise NotFound()
    locked = seating.lock_all([lecture_id, *also])
    row = live(registration_id)
    if row.lecture_id != lecture_id:
        raise ChangedMeanwhile()
    lock_accounts(locked, [row.contact.account_id])
    return row, locked


def lock_accounts(lecture_ids: Collection[int], also: Iterable[int] = ()) -> None:
    """Lock the accounts of all who wait for a seat on these lectures, and `also` those; the lectures are locked.

    Whoever leaves and whoever moves up are judged one after the other: two lectures that give a seat from one account to
    another and back would wait for each other's account. Where nobody waits only one account is judged, in its turn.
    """
    waiting = (
        select(Contact.account_id)
        .join(Registration, Registration.contact_id == Contact.id)
        .where(Registration.lecture_id.in_(lecture_ids), Registration.status == "waitlisted")
    )
    wanted = set(db.session.scalars(waiting))
    if wanted:
        locking.accounts(wanted.union(also))


def latest(contact_id: int, lecture_id: int) -> Registration | None:
    """Return the live registration, else the cancelled one to be taken up again."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.contact_id == contact_id, Registration.lecture_id == lecture_id)
        .order_by(Registration.status == "cancelled", Registration.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def revise_all(lecture_id: int, now: datetime, *, booked_only: bool = False) -> None:
    """Raise the SEQUENCE of every invitation of a lecture whose time, place or status changed; who waits has a place in line.

    The new invitation asks anew: what calendar programs answered to the one before is forgotten, and with another time
    (not `booked_only`) also who told us not to come.
    """
    anew = {} if booked_only else {"absence_told_at": None, "absence_told_by": ""}
    db.session.execute(
        update(Registration)
        .where(
            Registration.lecture_id == lecture_id,
            Registration.status == "booked" if booked_only else Registration.status != "cancelled",
        )
        .values(sequence=Registration.sequence + 1, revised_at=now, reply=None, **anew)
        .execution_options(synchronize_session="fetch")
    )
