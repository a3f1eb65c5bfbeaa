"""Answers who watches the same screen as a registered person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from scheduler.models.db import db
from scheduler.services import history, readiness
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid
from scheduler.services.registrations import rows

# The most colleagues before one screen, and the longest name.
MOST, LONGEST = 50, 60
# For so long after a lecture customers say who else was there.
AFTERWARDS = timedelta(days=7)


def set_companions(
    registration_id: int, companions: Sequence[str], now: datetime, actor: Actor, *, unnamed: int | None = None
) -> None:
    """Name the colleagues who watch the same screen, and say how many more there are; each counts for the store.

    `unnamed` None leaves their number as it is. Customers say so until a week after the lecture, staff at any time.
    Raises NotFound, NotBooked, Invalid, ChangedMeanwhile.
    """
    names, unnamed = checked(companions, unnamed)
    with db.writing():
        # The lecture before the row and its account, as everybody locks them.
        row, lectures = rows.locked(registration_id)
        if actor.kind == "contact" and lectures[row.lecture_id].ends_at + AFTERWARDS <= now:
            raise Invalid(field="companions", why="companions_too_late")
        unnamed = row.unnamed_companions if unnamed is None else unnamed
        if (names, unnamed) == (row.companions, row.unnamed_companions):
            return
        row.companions, row.unnamed_companions = names or [], unnamed
        account_id = row.contact.account_id
        history.record(
            "companions_changed",
            now=now,
            actor=actor,
            account_id=account_id,
            contact_id=row.contact_id,
            lecture_id=row.lecture_id,
            count=len(row.companions) + unnamed,
        )
        db.session.flush()
        readiness.refresh(account_id, now)


def checked(companions: Sequence[str] | None, unnamed: int | None) -> tuple[list[str] | None, int | None]:
    """Return names without blanks and the number of the others as they are kept; raise Invalid for too many."""
    names = None if companions is None else [name.strip() for name in companions if name.strip()]
    too_long = any(len(name) > LONGEST or "\x00" in name for name in names or ())
    if too_long or (unnamed or 0) < 0 or len(names or ()) + (unnamed or 0) > MOST:
        raise Invalid(field="companions", why="companions_too_many", most=MOST, longest=LONGEST)
    return names, unnamed
