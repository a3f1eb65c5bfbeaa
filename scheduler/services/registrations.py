"""Answers who comes to which lecture: registering, waiting, changing the date and cancelling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import eligibility, history, readiness, registering, seating
from scheduler.services.actors import WORKER, Actor
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import AlreadyBooked, ChangedMeanwhile, Invalid, LectureFull, NotBooked, NotFound


def register(
    contact_id: int,
    lecture_id: int,
    now: datetime,
    actor: Actor,
    *,
    companions: Sequence[str] | None = None,
    waitlist: bool = False,
    mails: bool = True,
) -> int:
    """Register a contact on a lecture and return the registration's id; the confirmation with its invitation is owed.

    On a full lecture the contact is put on the waiting list when `waitlist` says so, else LectureFull is raised. Raises
    NotFound (also for a lecture of another account), LectureOver, LectureCancelled, PrerequisiteMissing, AlreadyBooked.
    `mails` False: reached by phone, no message about this registration is wanted.
    """
    with db.writing():
        ground = registering.lock(contact_id, lecture_id)
        before = registering.latest(contact_id, lecture_id)
        registered = before is not None and before.status == "booked"
        eligibility.check_facts(
            contact_id, ground.account_id, ground.lecture, ground.prerequisite_id, now, registered=registered
        )
        seated = seating.take(lecture_id)
        if not seated and not waitlist:
            raise LectureFull(lecture=lecture_id)
        if not seated and before is not None and before.status == "waitlisted":
            raise AlreadyBooked()
        status = "booked" if seated else "waitlisted"
        number, sequence = registering.write(before, contact_id, lecture_id, status, now, actor, companions, mails)
        if mails:
            kind = "confirmation" if seated else "waitlisted"
            _owe(kind, number, sequence, contact_id, ground.account_id, lecture_id, ground.lecture.starts_at, now)
        history.record(
            "registered" if seated else "waitlisted",
            now=now,
            actor=actor,
            account_id=ground.account_id,
            contact_id=contact_id,
            lecture_id=lecture_id,
        )
        if _it_matters(ground.knots, ground.level):
            readiness.refresh(ground.account_id, now)
        return number


def cancel(registration_id: int, now: datetime, actor: Actor) -> None:
    """Cancel a registration; its seat goes to the first of the waiting list. Raises NotFound, NotBooked, LectureOver."""
    with db.writing():
        row, locked = _locked(registration_id)
        lecture = locked[row.lecture_id]
        eligibility.check_open(lecture, now, cancelled_too=True)
        if row.status == "booked":
            seating.release(lecture.id)
            _tell(row, "cancelled", now, sequence=row.sequence + 1, account_id=row.contact.account_id)
        row.status = "cancelled"
        row.sequence += 1
        row.revised_at = now
        history.record(
            "cancelled",
            now=now,
            actor=actor,
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=lecture.id,
        )
        db.session.flush()
        readiness.refresh(row.contact.account_id, now)
        promote(lecture.id, now)


def swap(registration_id: int, lecture_id: int, now: datetime, actor: Actor) -> None:
    """Change a registration's date in one step: the new seat is taken or the old one stays.

    Row and UID are kept, so that the entry in the contact's calendar moves. Raises LectureFull, AlreadyBooked and what
    `register` raises.
    """
    with db.writing():
        row, locked = _locked(registration_id, lecture_id)
        if row.lecture_id == lecture_id:
            raise AlreadyBooked()
        old, lecture = locked[row.lecture_id], locked[lecture_id]
        if lecture.course_id != old.course_id:
            raise Invalid(field="lecture", why="other_course")
        eligibility.check_open(old, now, cancelled_too=True)
        other = _latest(row.contact_id, lecture_id)
        registered = other is not None and other.status != "cancelled"
        eligibility.check(row.contact_id, row.contact.account_id, lecture, now, registered=registered)
        if not seating.take(lecture_id):
            raise LectureFull(lecture=lecture_id)
        if row.status == "booked":
            seating.release(old.id)
        row.lecture_id, row.status = lecture_id, "booked"
        row.sequence += 1
        row.revised_at = row.registered_at = now
        _tell(
            row,
            "changed",
            now,
            account_id=row.contact.account_id,
            old_starts_at=old.starts_at.isoformat(),
            old_ends_at=old.ends_at.isoformat(),
        )
        history.record(
            "changed",
            now=now,
            actor=actor,
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=lecture_id,
            old_lecture_id=old.id,
        )
        db.session.flush()
        _refresh_if_it_matters(row.contact.account_id, now)
        promote(old.id, now)


def promote(lecture_id: int, now: datetime) -> int:
    """Give free seats to the first of the waiting list, until the cut-off; return how many were promoted.

    The caller holds the lecture's lock. After 17:00 of the working day before nobody is promoted unasked: the free
    seat stands on the page, where whoever waits can take it.
    """
    lecture = db.session.get_one(Lecture, lecture_id)
    if not eligibility.may_promote(lecture, now):
        return 0
    waiting = (
        select(Registration)
        .where(Registration.lecture_id == lecture_id, Registration.status == "waitlisted")
        .order_by(Registration.registered_at, Registration.id)
        .limit(1)
    )
    promoted = 0
    while (row := db.session.scalar(waiting)) is not None and seating.take(lecture_id):
        row.status = "booked"
        row.sequence += 1
        row.revised_at = now
        _tell(row, "promoted", now, account_id=row.contact.account_id)
        history.record(
            "promoted",
            now=now,
            actor=WORKER,
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=lecture_id,
        )
        db.session.flush()
        _refresh_if_it_matters(row.contact.account_id, now)
        promoted += 1
    return promoted


def set_companions(registration_id: int, companions: Sequence[str], now: datetime, actor: Actor) -> None:
    """Name the colleagues who watch the same screen; each counts for the store."""
    with db.writing():
        row = _live(registration_id)
        names = [name.strip() for name in companions if name.strip()]
        if names != row.companions:
            row.companions = names
            account_id = row.contact.account_id
            history.record(
                "companions_changed",
                now=now,
                actor=actor,
                account_id=account_id,
                contact_id=row.contact_id,
                lecture_id=row.lecture_id,
                count=len(names),
            )
            db.session.flush()
            readiness.refresh(account_id, now)


def revise_all(lecture_id: int, now: datetime) -> None:
    """Raise the SEQUENCE of every booked invitation of a lecture whose time, place or status changed."""
    db.session.execute(
        update(Registration)
        .where(Registration.lecture_id == lecture_id, Registration.status != "cancelled")
        .values(sequence=Registration.sequence + 1, revised_at=now)
        .execution_options(synchronize_session="fetch")
    )


def _live(registration_id: int) -> Registration:
    row = db.session.get(Registration, registration_id, populate_existing=True)
    if row is None:
        raise NotFound()
    if row.status == "cancelled":
        raise NotBooked()
    return row


def _locked(registration_id: int, *also: int) -> tuple[Registration, dict[int, Lecture]]:
    """Lock a registration's lecture and the others named, then read the registration as it is under these locks.

    Raises NotFound, NotBooked, and ChangedMeanwhile when it was moved to another lecture while we waited.
    """
    lecture_id = db.session.scalar(select(Registration.lecture_id).where(Registration.id == registration_id))
    if lecture_id is None:
        raise NotFound()
    locked = seating.lock_all([lecture_id, *also])
    row = _live(registration_id)
    if row.lecture_id != lecture_id:
        raise ChangedMeanwhile()
    return row, locked


def _latest(contact_id: int, lecture_id: int) -> Registration | None:
    """Return the live registration, else the cancelled one to be taken up again."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.contact_id == contact_id, Registration.lecture_id == lecture_id)
        .order_by(Registration.status == "cancelled", Registration.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _tell(
    row: Registration, kind: str, now: datetime, *, account_id: int, sequence: int | None = None, **facts: str
) -> None:
    if not row.mails:
        return
    starts_at = db.session.get_one(Lecture, row.lecture_id).starts_at
    number = row.sequence if sequence is None else sequence
    _owe(kind, row.id, number, row.contact_id, account_id, row.lecture_id, starts_at, now, **facts)


def _owe(
    kind: str,
    registration_id: int,
    sequence: int,
    contact_id: int,
    account_id: int,
    lecture_id: int,
    starts_at: datetime,
    now: datetime,
    **facts: str,
) -> None:
    owe(
        kind,
        f"{kind}:{registration_id}:{sequence}",
        now=now,
        # A cancellation takes the entry out of the calendar whenever it comes; all else is no news once the lecture began.
        expires_at=None if kind == "cancelled" else starts_at,
        contact_id=contact_id,
        account_id=account_id,
        registration_id=registration_id,
        lecture_id=lecture_id,
        params={"sequence": sequence, **facts},
    )


def _refresh_if_it_matters(account_id: int, now: datetime) -> None:
    knots, level = db.session.execute(select(Account.knots, Account.level).where(Account.id == account_id)).one()
    if _it_matters(knots, level):
        readiness.refresh(account_id, now)


def _it_matters(knots: list[dict[str, Any]], level: str) -> bool:
    """Tell whether a registration can change the account's way: as the first one, or when somebody waits for a sign of
    life (behind, stuck)."""
    registered = next((knot for knot in knots if knot["key"] == "registered"), None)
    return registered is None or registered["state"] != "met" or level != "on_track"
