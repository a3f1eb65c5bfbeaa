"""Answers who holds the seats of a lecture: the lock, the guarded count and new identities."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import bindparam, select, update

from scheduler.models.db import db, table
from scheduler.models.lectures import Lecture
from scheduler.services.installation import here
from scheduler.services.refusals import NotFound

_lectures = table(Lecture)
_TAKE = (
    update(_lectures)
    .where(
        _lectures.c.id == bindparam("lecture_id"),
        _lectures.c.status == "scheduled",
        _lectures.c.seats_taken < _lectures.c.capacity,
    )
    .values(seats_taken=_lectures.c.seats_taken + 1)
)


def lock(lecture_id: int) -> Lecture:
    """Lock a lecture's row and read it anew; whoever changes seats or the waiting list holds this lock first.

    Rows that refer to the lecture can still be added meanwhile (FOR NO KEY UPDATE), as in `locking.account`.
    """
    return lock_all([lecture_id])[lecture_id]


def lock_all(lecture_ids: Iterable[int]) -> dict[int, Lecture]:
    """Lock lectures in the order of their ids, so that two swaps in opposite directions cannot wait for each other."""
    wanted = sorted(set(lecture_ids))
    query = select(Lecture).where(Lecture.id.in_(wanted)).order_by(Lecture.id).with_for_update(key_share=True)
    rows = {row.id: row for row in db.session.scalars(query.execution_options(populate_existing=True))}
    if len(rows) < len(wanted):
        raise NotFound()
    return rows


def take(lecture_id: int) -> bool:
    """Take one seat if one is free; one guarded statement, so that no lecture is ever oversold."""
    db.session.flush()
    taken = db.core(_TAKE, {"lecture_id": lecture_id}).rowcount
    db.forget(Lecture, lecture_id)
    return taken == 1


def release(lecture_id: int) -> None:
    """Give one seat back."""
    db.session.execute(update(Lecture).where(Lecture.id == lecture_id).values(seats_taken=Lecture.seats_taken - 1))


def new_uid() -> str:
    """Make an identity for calendars, unique in the world (RFC 7986, section 5.3)."""
    return f"{uuid4()}@{here().base_url.partition('://')[2].partition(':')[0]}"
