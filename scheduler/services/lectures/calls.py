"""Answers who must be told by telephone that a lecture was called off, and who has been (連絡済)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Call, Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.models.staff import Staff
from scheduler.services import history, seating
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.outbox.told import CANCELLED
from scheduler.services.refusals import LectureHeld, NotFound

# For so long after its end a call list with somebody left to call stands among the day's work.
MATTERS = timedelta(hours=24)


@dataclass(frozen=True)
class Line:
    """One person of a call list."""

    contact: Contact
    registration: Registration
    # When the person was reached and by whom; None: still to be called.
    called_at: datetime | None
    caller: str
    # The state of the mail that says so; None: no mail, the telephone is the only way.
    mail: str | None


@dataclass(frozen=True)
class OpenList:
    """One lecture that was called off, and how far the calling is."""

    lecture: Lecture
    people: int
    called: int


def of(lecture_id: int) -> list[Line]:
    """List whom to call about a lecture that was called off: who has no mail first, then by company; the reached last."""
    people = selectinload(Registration.contact)
    rows = db.session.scalars(
        select(Registration)
        .where(Registration.lecture_id == lecture_id, Registration.status != "cancelled")
        .options(people.joinedload(Contact.account), people.selectinload(Contact.stores))
    ).all()
    called = {
        number: (at, name)
        for number, at, name in db.session.execute(
            select(Call.contact_id, Call.called_at, Staff.name)
            .outerjoin(Staff, Staff.id == Call.staff_id)
            .where(Call.lecture_id == lecture_id)
        )
    }
    told = select(Mail.contact_id, Mail.state).where(Mail.lecture_id == lecture_id, Mail.kind.in_(CANCELLED))
    mails = {number: state for number, state in db.session.execute(told.order_by(Mail.id)) if number is not None}
    lines = []
    for row in rows:
        called_at, caller = called.get(row.contact_id, (None, ""))
        lines.append(Line(row.contact, row, called_at, caller or "", mails.get(row.contact_id)))
    return sorted(lines, key=_order)


def tick(lecture_id: int, contact_id: int, called: bool, now: datetime, actor: Actor) -> None:
    """Note that a person of a called-off lecture was reached on the telephone, or take the note back.

    The same again changes nothing: who called first stays. Raises NotFound for somebody who is not on the list, and
    LectureHeld when the lecture was not called off.
    """
    with db.writing():
        lecture = seating.lock(lecture_id)
        account_id = db.session.scalar(
            select(Contact.account_id)
            .join(Registration, Registration.contact_id == Contact.id)
            .where(
                Contact.id == contact_id,
                Registration.lecture_id == lecture_id,
                Registration.status != "cancelled",
            )
        )
        if account_id is None:
            raise NotFound()
        if lecture.called_off_at is None:
            raise LectureHeld()
        if called:
            row = {"lecture_id": lecture_id, "contact_id": contact_id, "called_at": now, "staff_id": actor.staff_id}
            changed = add_missing(Call, [row])
        else:
            changed = db.changed(delete(Call).where(Call.lecture_id == lecture_id, Call.contact_id == contact_id))
        if changed:
            about = {"account_id": account_id, "contact_id": contact_id, "lecture_id": lecture_id}
            history.record("called" if called else "call_undone", now=now, actor=actor, **about)


def open_lists(now: datetime) -> list[OpenList]:
    """List the lectures called off of late with somebody left to call, by start."""
    lectures = db.session.scalars(
        select(Lecture)
        .where(Lecture.called_off_at.is_not(None), Lecture.status == "cancelled", Lecture.ends_at > now - MATTERS)
        .options(joinedload(Lecture.course), joinedload(Lecture.host))
        .order_by(Lecture.starts_at, Lecture.id)
    ).all()
    if not lectures:
        return []
    counts = {
        number: (people, called)
        for number, people, called in db.session.execute(
            select(Registration.lecture_id, func.count(Registration.id), func.count(Call.id))
            .outerjoin(
                Call,
                (Call.lecture_id == Registration.lecture_id) & (Call.contact_id == Registration.contact_id),
            )
            .where(
                Registration.lecture_id.in_([lecture.id for lecture in lectures]), Registration.status != "cancelled"
            )
            .group_by(Registration.lecture_id)
        )
    }
    lists = [OpenList(lecture, *counts.get(lecture.id, (0, 0))) for lecture in lectures]
    return [one for one in lists if one.called < one.people]


def _order(line: Line) -> tuple[bool, bool, str, int]:
    contact = line.contact
    return (
        line.called_at is not None,
        line.mail is not None,
        contact.account.reading or contact.account.name,
        contact.id,
    )
