"""Answers who of a waiting list gets a seat that is free: unasked until the cut-off, then offered and accepted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import eligibility, history, readiness, seating, spared, tasks
from scheduler.services.actors import WORKER, Actor
from scheduler.services.installation import here
from scheduler.services.refusals import AlreadyBooked, NotBooked, OfferGone
from scheduler.services.registrations import rows, telling

# Who waits, in the order in which they came.
_WAITING = (
    select(Registration)
    .where(Registration.status == "waitlisted")
    .order_by(Registration.registered_at, Registration.id)
)
# The next in line, whoever was offered a seat before them; who left the company keeps the place until it is decided on.
_NEXT = _WAITING.join(Registration.contact).where(spared.there())


def promote(lecture_id: int, now: datetime) -> int:
    """Give free seats to the first of the waiting list; return how many were given or offered.

    The caller holds the lecture's lock, then `rows.lock_accounts`. Until 17:00 of the working day before, whoever is first is registered at once,
    also those a seat is kept for (the date may have moved); after that the seat is offered and kept for a while.
    """
    lecture = db.session.get_one(Lecture, lecture_id)
    if eligibility.may_promote(lecture, now):
        return _give(lecture_id, now)
    until = eligibility.offer_ends(lecture, now)
    return _offer(lecture_id, until, now) if until is not None else 0


def accept(registration_id: int, now: datetime, actor: Actor, *, mail: bool | None = None) -> None:
    """Take the seat that is kept for whoever waited; the confirmation with its invitation is owed.

    `mail` as in `changes.cancel`. Raises NotFound, AlreadyBooked, LectureOver, LectureCancelled, and OfferGone when
    nothing is kept (any more); what was kept too long then goes to the next in line.
    """
    with db.writing():
        row, lecture = _offered(registration_id, now)
        if row.offered_until is not None and row.offered_until > now:
            _seat(row, now, actor, mail)
            return
        _expire(lecture.id, now)
    raise OfferGone()


def decline(registration_id: int, now: datetime, actor: Actor) -> None:
    """Give up the seat that is kept, and the place on the list; the next in line is asked. Raises as `accept`."""
    with db.writing():
        row, lecture = _offered(registration_id, now)
        if row.offered_until is None:
            raise OfferGone()
        leave(row, "offer_declined", now, actor)
        db.session.flush()
        readiness.refresh(row.contact.account_id, now)
        promote(lecture.id, now)


def expire_offers(now: datetime) -> int:
    """Let the offers go that nobody answered in time, each lecture in a transaction of its own; return how many."""
    late = select(Registration.lecture_id).where(Registration.offered_until <= now).distinct()
    lapsed = 0
    for lecture_id in sorted(db.session.scalars(late)):
        with db.writing():
            seating.lock(lecture_id)
            rows.lock_accounts([lecture_id])
            lapsed += _expire(lecture_id, now)
    return lapsed


def withdraw(lecture_id: int, now: datetime) -> None:
    """Take the offers of a lecture back, whose people go on waiting: it is moved or not held. The caller holds the lock."""
    query = _WAITING.where(Registration.lecture_id == lecture_id, Registration.offered_until.is_not(None))
    for row in db.session.scalars(query.execution_options(populate_existing=True)):
        answered(row.id, row.offered_until, now)
        row.offered_until = None
        row.sequence += 1
        row.revised_at = now
        seating.release(lecture_id)
    db.session.flush()


def leave(row: Registration, event: str, now: datetime, actor: Actor) -> None:
    """Within the caller's transaction and under the lecture's lock, end a registration and free the seat it holds."""
    if rows.holds_seat(row):
        seating.release(row.lecture_id)
    answered(row.id, row.offered_until, now)
    row.status, row.offered_until = "cancelled", None
    row.sequence += 1
    row.revised_at = now
    _record(event, row, now, actor)


def answered(registration_id: int, offered_until: datetime | None, now: datetime) -> None:
    """Note that nobody need be rung any more about the seat that was kept until `offered_until`, if one was."""
    if offered_until is None:
        return
    key = _task_key(registration_id, offered_until)
    number = db.session.scalar(select(Task.id).where(Task.key == key, Task.done_at.is_(None)))
    if number is not None:
        tasks.done(number, now, WORKER)


def _give(lecture_id: int, now: datetime) -> int:
    given = 0
    query = _NEXT.where(Registration.lecture_id == lecture_id).limit(1)
    while (row := db.session.scalar(query)) is not None and (rows.holds_seat(row) or seating.take(lecture_id)):
        _seat(row, now, WORKER)
        given += 1
    return given


def _offer(lecture_id: int, until: datetime, now: datetime) -> int:
    offered = 0
    query = _NEXT.where(Registration.lecture_id == lecture_id, Registration.offered_until.is_(None)).limit(1)
    while (row := db.session.scalar(query)) is not None and seating.take(lecture_id):
        row.offered_until = until
        row.sequence += 1
        row.revised_at = now
        telling.tell(row, "offered", now, account_id=row.contact.account_id, last_at=until, until=until.isoformat())
        _record("offered", row, now, WORKER)
        if row.contact.email is None or not row.mails:
            _add_task(row, until, now)
        db.session.flush()
        offered += 1
    return offered


def _seat(row: Registration, now: datetime, actor: Actor, mail: bool | None = None) -> None:
    """Turn a place on the list into a seat that is held already."""
    answered(row.id, row.offered_until, now)
    row.status, row.offered_until = "booked", None
    row.sequence += 1
    row.revised_at = now
    telling.tell(row, "promoted", now, account_id=row.contact.account_id, wanted=mail)
    _record("promoted", row, now, actor)
    db.session.flush()
    telling.refresh_if_it_matters(row.contact.account_id, now)


def _offered(registration_id: int, now: datetime) -> tuple[Registration, Lecture]:
    """Lock and read a registration that a seat was offered to, and its lecture."""
    try:
        row, locked = rows.locked(registration_id)
    except NotBooked as error:
        raise OfferGone() from error
    eligibility.check_open(locked[row.lecture_id], now)
    if row.status == "booked":
        raise AlreadyBooked()
    return row, locked[row.lecture_id]


def _expire(lecture_id: int, now: datetime) -> int:
    """End the offers of a lecture whose time is over and ask the next; the caller holds the lecture's lock."""
    query = _WAITING.where(Registration.lecture_id == lecture_id, Registration.offered_until <= now)
    late = db.session.scalars(query.execution_options(populate_existing=True)).all()
    for row in late:
        leave(row, "offer_expired", now, WORKER)
        db.session.flush()
        readiness.refresh(row.contact.account_id, now)
    if late:
        promote(lecture_id, now)
    return len(late)


def _record(event: str, row: Registration, now: datetime, actor: Actor) -> None:
    account_id, contact_id = row.contact.account_id, row.contact_id
    history.record(event, now=now, actor=actor, account_id=account_id, contact_id=contact_id, lecture_id=row.lecture_id)


def _add_task(row: Registration, until: datetime, now: datetime) -> None:
    """Let somebody ring whoever no mail reaches: the seat is kept for a few hours only."""
    tasks.add(
        _task_key(row.id, until),
        "offer",
        now=now,
        account_id=row.contact.account_id,
        contact_id=row.contact_id,
        lecture_id=row.lecture_id,
        params={"until": until.isoformat()},
        due_on=now.astimezone(here().tz).date(),
    )


def _task_key(registration_id: int, until: datetime) -> str:
    return f"offer:{registration_id}:{until.isoformat()}"
