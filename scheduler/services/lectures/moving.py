"""Answers how the people of a lecture, all of them or one account's or one person, change to another date in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import eligibility, history, readiness, seating
from scheduler.services.actors import Actor
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import (
    AccountLimitReached,
    Invalid,
    LectureFull,
    LectureOver,
    LectureUndecided,
    NotFound,
    Refused,
)
from scheduler.services.registrations import waiting
from scheduler.services.registrations.rows import holds_seat, lock_accounts


@dataclass(frozen=True)
class Left:
    """Somebody who cannot be moved, and why."""

    registration: Registration
    refusal: Refused


@dataclass(frozen=True)
class Plan:
    """Who would move to the other date, who stays and why; contacts, accounts and stores loaded."""

    moved: list[Registration] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def mails(self) -> int:
        """Count the mails that moving them owes."""
        return sum(map(_has_mail, self.moved))


def plan(
    lecture_id: int, to_id: int, now: datetime, *, account_id: int | None = None, contact_id: int | None = None
) -> Plan:
    """Say who would move to another date of the same course, without moving anybody; `account_id` and `contact_id` narrow.

    Raises NotFound; Invalid(lecture) for the same lecture or another course; LectureOver, LectureCancelled,
    LectureUndecided for a date nobody can move to, and LectureOver where the old one was held.
    """
    rows = {row.id: row for row in db.session.scalars(select(Lecture).where(Lecture.id.in_((lecture_id, to_id))))}
    if len(rows) < len({lecture_id, to_id}):
        raise NotFound()
    return _sorted(rows[lecture_id], rows[to_id], _people(lecture_id, account_id, contact_id), now)


def move(
    lecture_id: int,
    to_id: int,
    now: datetime,
    actor: Actor,
    *,
    account_id: int | None = None,
    contact_id: int | None = None,
    reason: Mapping[str, str] | None = None,
) -> Plan:
    """Move all whom `plan` names, in one transaction; return who moved and who stayed.

    Rows and UIDs are kept. Each is told once, with both dates, the calendar's update and the `reason` (default: why the
    lecture was cancelled). Whoever waited for a seat gets one where there are enough. Raises what `plan` raises.
    """
    with db.writing():
        locked = seating.lock_all([lecture_id, to_id])
        old, new = locked[lecture_id], locked[to_id]
        result = _sorted(old, new, _people(lecture_id, account_id, contact_id), now)
        lock_accounts([old.id], {row.contact.account_id for row in result.moved})
        for row in result.moved:
            _move(row, old, new, now, actor)
        db.session.flush()
        owe_many(_mails(result.moved, old, new, dict(reason or old.reason)), now)
        if result.moved:
            history.record(
                "people_moved", now=now, actor=actor, lecture_id=old.id, to_lecture_id=new.id, count=len(result.moved)
            )
            readiness.refresh_many({row.contact.account_id for row in result.moved}, now)
            waiting.promote(old.id, now)
        return result


def other_dates(lecture: Lecture, now: datetime) -> list[Lecture]:
    """List the dates of the same course that people of this lecture can move to, by start."""
    return list(
        db.session.scalars(
            select(Lecture)
            .where(
                Lecture.course_id == lecture.course_id,
                Lecture.id != lecture.id,
                Lecture.status == "scheduled",
                Lecture.starts_at > now,
                Lecture.stray_since.is_(None),
                Lecture.account_id.is_(None) | (Lecture.account_id == lecture.account_id),
                Lecture.contact_id.is_(None) | (Lecture.contact_id == lecture.contact_id),
            )
            .order_by(Lecture.starts_at, Lecture.id)
        )
    )


def _people(lecture_id: int, account_id: int | None, contact_id: int | None) -> list[Registration]:
    """List who is on a lecture as they are now: booked ones first, each in the order in which they came."""
    person = joinedload(Registration.contact, innerjoin=True)
    query = (
        select(Registration)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Registration.lecture_id == lecture_id, Registration.status != "cancelled")
        .options(person.joinedload(Contact.account), person.selectinload(Contact.stores))
        .order_by(Registration.status, Registration.registered_at, Registration.id)
    )
    if account_id is not None:
        query = query.where(Contact.account_id == account_id)
    if contact_id is not None:
        query = query.where(Contact.id == contact_id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _sorted(old: Lecture, new: Lecture, people: Sequence[Registration], now: datetime) -> Plan:
    if new.course_id != old.course_id:
        raise Invalid(field="lecture", why="other_course")
    if new.id == old.id:
        raise Invalid(field="lecture", why="same_lecture")
    if old.status == "scheduled" and old.starts_at <= now:
        raise LectureOver()
    eligibility.check_open(new, now)
    if new.stray_since is not None:
        raise LectureUndecided()
    there = _live(new.id)
    present, held = {contact for contact, _account in there}, Counter(account for _contact, account in there)
    free, result = new.capacity - new.seats_taken, Plan()
    for row in people:
        refusal = _refusal(row, new, now, row.contact_id in present, held[row.contact.account_id], free)
        if refusal is not None:
            result.left.append(Left(row, refusal))
            continue
        result.moved.append(row)
        held[row.contact.account_id] += 1
        free -= 1
    return result


def _refusal(row: Registration, new: Lecture, now: datetime, present: bool, held: int, free: int) -> Refused | None:
    try:
        eligibility.check(
            row.contact_id,
            row.contact.account_id,
            new,
            now,
            registered=present,
            excused=bool(row.exception),
            # Those moved just before count too, so the limit is asked for here.
            over_limit=True,
        )
    except Refused as refusal:
        return refusal
    if new.account_limit is not None and held >= new.account_limit:
        return AccountLimitReached(limit=new.account_limit)
    return LectureFull(lecture=new.id) if free <= 0 else None


def _live(lecture_id: int) -> list[tuple[int, int]]:
    """List who is on a lecture or waits for it: (contact, account)."""
    rows = db.session.execute(
        select(Registration.contact_id, Contact.account_id)
        .join(Contact, Contact.id == Registration.contact_id)
        .where(Registration.lecture_id == lecture_id, Registration.status != "cancelled")
    )
    return [(contact, account) for contact, account in rows]


def _move(row: Registration, old: Lecture, new: Lecture, now: datetime, actor: Actor) -> None:
    if not seating.take(new.id):
        # Kept for somebody else since it was counted; the whole step is undone.
        raise LectureFull(lecture=new.id)
    if holds_seat(row):
        seating.release(old.id)
    waiting.answered(row.id, row.offered_until, now)
    row.lecture_id, row.status, row.offered_until, row.reply = new.id, "booked", None, None
    row.absence_told_at, row.absence_told_by = None, ""
    row.sequence += 1
    row.revised_at = row.registered_at = now
    history.record(
        "changed",
        now=now,
        actor=actor,
        account_id=row.contact.account_id,
        contact_id=row.contact_id,
        lecture_id=new.id,
        old_lecture_id=old.id,
    )


def _mails(
    moved: Sequence[Registration], old: Lecture, new: Lecture, reason: dict[str, str]
) -> list[dict[str, object]]:
    before = {"old_starts_at": old.starts_at.isoformat(), "old_ends_at": old.ends_at.isoformat()}
    return [
        {
            "kind": "changed",
            "key": f"changed:{row.id}:{row.sequence}",
            "expires_at": new.starts_at,
            "contact_id": row.contact_id,
            "account_id": row.contact.account_id,
            "registration_id": row.id,
            "lecture_id": new.id,
            "params": {"sequence": row.sequence, "by_us": True, "reason": reason} | before,
        }
        for row in moved
        if _has_mail(row)
    ]


def _has_mail(row: Registration) -> bool:
    return row.mails and row.contact.email is not None
