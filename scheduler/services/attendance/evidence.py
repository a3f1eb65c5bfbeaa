"""Answers how a single piece of evidence is kept beside the tool's: once per person, and taken back again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Presence
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.services import history, joining
from scheduler.services.actors import Actor
from scheduler.services.inserting import added
from scheduler.services.refusals import LectureCancelled, LectureNotBegun, NotFound

Noted = Literal["checkin", "code", "recording"]


def check_open(lecture: Lecture, now: datetime) -> None:
    """Raise LectureCancelled or LectureNotBegun for a lecture whose room is not open yet."""
    if lecture.status == "cancelled":
        raise LectureCancelled()
    if now < joining.opens_at(lecture):
        raise LectureNotBegun()


def people(lecture: Lecture, contact_ids: Collection[int]) -> dict[int, int]:
    """Return the accounts of these contacts by contact; raise NotFound for one there is not, or of another account's."""
    query = select(Contact.id, Contact.account_id).where(Contact.id.in_(set(contact_ids)))
    found = dict(db.session.execute(query).all())
    strangers = [number for number in contact_ids if lecture.account_id not in (None, found.get(number, 0))]
    missing = [*(set(contact_ids) - found.keys()), *strangers]
    if missing:
        raise NotFound(what="contact", value=missing[0])
    return found


def note(lecture: Lecture, contact_ids: Sequence[int], source: Noted, now: datetime, actor: Actor) -> list[int]:
    """Keep evidence of these contacts within the open transaction; return those of whom it was not there yet."""
    rows = [
        {
            "key": _key(lecture.id, contact_id, source),
            "lecture_id": lecture.id,
            "contact_id": contact_id,
            "source": source,
            "from_at": now,
            "recorded_at": now,
            "staff_id": actor.staff_id,
        }
        for contact_id in dict.fromkeys(contact_ids)
    ]
    return sorted(contact_id for (contact_id,) in added(Presence, rows, "contact_id"))


def take_back(lecture_id: int, contact_ids: Collection[int], source: Noted) -> list[int]:
    """Take evidence of these contacts away within the open transaction; return those of whom there was some."""
    keys = [_key(lecture_id, contact_id, source) for contact_id in set(contact_ids)]
    gone = delete(Presence).where(Presence.key.in_(keys)).returning(Presence.contact_id)
    return sorted(
        number for number in db.session.scalars(gone.execution_options(synchronize_session=False)) if number is not None
    )


def tell(
    key: str, lecture_id: int, contact_ids: Sequence[int], accounts: dict[int, int], now: datetime, actor: Actor
) -> None:
    """Write a line into the history of each contact's account, within the open transaction."""
    history.record_many(
        [
            history.about_one(key, account_id=accounts[number], contact_id=number, lecture_id=lecture_id)
            for number in contact_ids
        ],
        now,
        actor,
    )


def _key(lecture_id: int, contact_id: int, source: Noted) -> str:
    return f"{source}:{lecture_id}:{contact_id}"
