"""Answers what a new registration reads and writes, in as few plain statements as can be: it runs for every customer.

The rules are `eligibility`'s and the order of locks `seating`'s; here are only the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db, table
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.rules import seats
from scheduler.rules.sash import StoredWay
from scheduler.services import seating
from scheduler.services.actors import Actor
from scheduler.services.refusals import ContactLeft, NotFound

_lectures, _courses, _before = table(Lecture), table(Course), table(Course).alias("before")
_contacts, _accounts, _rows = table(Contact), table(Account), table(Registration)

_GROUND = (
    select(
        _lectures.c.status,
        _lectures.c.starts_at,
        _lectures.c.capacity,
        _lectures.c.seats_taken,
        _lectures.c.account_id.label("only_account_id"),
        _lectures.c.contact_id.label("only_contact_id"),
        _lectures.c.account_limit,
        _lectures.c.stray_since,
        _courses.c.wanted_step_id,
        _before.c.id.label("prerequisite_id"),
        _before.c.key.label("prerequisite"),
        _contacts.c.account_id,
        _contacts.c.left_on,
        _accounts.c.knots,
        _accounts.c.level,
        _accounts.c.next_step,
    )
    .select_from(_lectures)
    .join(_courses, _courses.c.id == _lectures.c.course_id)
    .outerjoin(_before, _before.c.id == _courses.c.prerequisite_id)
    .join(_contacts, _contacts.c.id == bindparam("contact_id"))
    .join(_accounts, _accounts.c.id == _contacts.c.account_id)
    .where(_lectures.c.id == bindparam("lecture_id"))
    .with_for_update(of=_lectures, key_share=True)
)

_LATEST = (
    select(_rows.c.id, _rows.c.status, _rows.c.sequence, _rows.c.offered_until, _rows.c.exception)
    .where(_rows.c.contact_id == bindparam("contact_id"), _rows.c.lecture_id == bindparam("lecture_id"))
    .order_by(_rows.c.status == "cancelled", _rows.c.id.desc())
    .limit(1)
)

_INSERT = insert(_rows).returning(_rows.c.id)
_UPDATE = update(_rows).where(_rows.c.id == bindparam("row_id"))


@dataclass(frozen=True)
class Ground:
    """What of lecture and person decides, read under the lecture's lock."""

    lecture: seats.LectureFacts
    prerequisite_id: int | None
    account_id: int
    # The account's way as last computed.
    way: StoredWay
    # The set-up step that the course wants first.
    wanted_step_id: int | None


def lock(contact_id: int, lecture_id: int) -> Ground:
    """Lock the lecture as `seating.lock` does and read what decides; raise NotFound, ContactLeft."""
    db.session.flush()
    row = db.core(_GROUND, {"contact_id": contact_id, "lecture_id": lecture_id}).one_or_none()
    if row is None:
        raise NotFound()
    if row.left_on is not None:
        raise ContactLeft()
    facts = seats.LectureFacts(
        status=row.status,
        starts_at=row.starts_at,
        capacity=row.capacity,
        seats_taken=row.seats_taken,
        account_id=row.only_account_id,
        prerequisite=row.prerequisite,
        contact_id=row.only_contact_id,
        account_limit=row.account_limit,
        undecided=row.stray_since is not None,
    )
    way = StoredWay(row.knots, row.level, row.next_step)
    return Ground(facts, row.prerequisite_id, row.account_id, way, row.wanted_step_id)


def latest(contact_id: int, lecture_id: int) -> Row[*tuple[Any, ...]] | None:
    """Return the live registration, else the cancelled one to be taken up again, with what of it decides.

    Asked after the lock, in a statement of its own: one that waited for the lock would not see what the other wrote.
    """
    return db.core(_LATEST, {"contact_id": contact_id, "lecture_id": lecture_id}).one_or_none()


@dataclass(frozen=True)
class Wanted:
    """What is noted down with a registration; companions None leaves those of the one taken up again."""

    companions: Sequence[str] | None = None
    unnamed: int | None = None
    # Why staff let the person in without the prerequisite.
    exception: str = ""
    mails: bool = True


def write(
    before: Row[*tuple[Any, ...]] | None,
    contact_id: int,
    lecture_id: int,
    status: str,
    now: datetime,
    actor: Actor,
    wanted: Wanted,
) -> tuple[int, int]:
    """Add the registration, or take up the one `before`; return its id and SEQUENCE."""
    values: dict[str, Any] = {"status": status, "revised_at": now, "registered_at": now, "channel": actor.channel}
    values |= {"mails": wanted.mails, "exception": wanted.exception}
    if before is None:
        values |= {"lecture_id": lecture_id, "contact_id": contact_id, "uid": seating.new_uid(), "sequence": 0}
        values |= {"companions": list(wanted.companions or []), "unnamed_companions": wanted.unnamed or 0}
        return db.core(_INSERT, values).scalar_one(), 0
    values |= {"sequence": before.sequence + 1, "offered_until": None, "reply": None}
    values |= {"absence_told_at": None, "absence_told_by": ""}
    if wanted.companions is not None:
        values["companions"] = list(wanted.companions)
    if wanted.unnamed is not None:
        values["unnamed_companions"] = wanted.unnamed
    db.core(_UPDATE.values(**values), {"row_id": before.id})
    db.forget(Registration, before.id)
    return before.id, before.sequence + 1
