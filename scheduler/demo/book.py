"""Answers what is written of the demo's past: rows gathered in the order in which things happened, added in a few statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from scheduler.demo.plays import Play
from scheduler.demo.rooms import Booking
from scheduler.models.db import Base, db, table
from scheduler.models.history import Event
from scheduler.models.registrations import Registration
from scheduler.services import seating
from scheduler.services.actors import Actor

CHUNK = 2000


@dataclass
class Book:
    """What happened, told as services tell it."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def tell(
        self,
        key: str,
        at: datetime,
        actor: Actor,
        account_id: int | None,
        contact_id: int | None = None,
        lecture_id: int | None = None,
        **params: Any,
    ) -> None:
        """Keep one line of an account's history, or of what concerns none."""
        self.events.append(
            {
                "key": key,
                "at": at,
                "account_id": account_id,
                "contact_id": contact_id,
                "lecture_id": lecture_id,
                "params": params,
                "actor_kind": actor.kind,
                "actor_id": actor.id,
                "channel": actor.channel,
            }
        )

    def write(self) -> int:
        """Write the history in its order; return how many lines it has."""
        write(Event, sorted(self.events, key=lambda event: event["at"]))
        return len(self.events)


def write(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Add rows that name the same columns."""
    for start in range(0, len(rows), CHUNK):
        db.core(insert(table(model)), rows[start : start + CHUNK])


def write_numbered(model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Add rows that name the same columns, and return their ids in this order."""
    statement = insert(table(model)).returning(table(model).c.id, sort_by_parameter_order=True)
    numbers: list[int] = []
    for start in range(0, len(rows), CHUNK):
        numbers += db.core(statement, rows[start : start + CHUNK]).scalars()
    return numbers


def write_bookings(plays: Sequence[Play], book: Book) -> None:
    """Write the registrations of all companies, count the seats they hold, and tell the history of each."""
    bookings = sorted(
        ((booking, play) for play in plays for booking in play.bookings), key=lambda one: one[0].registered_at
    )
    numbers = write_numbered(Registration, [_row(booking) for booking, _play in bookings])
    for (booking, play), number in zip(bookings, numbers, strict=True):
        booking.id = number
        booking.room.lecture.seats_taken = len(booking.room.booked)
        for event in _events(booking):
            book.tell(account_id=play.account.id, contact_id=booking.person.id, **event)


def actor_of(booking: Booking) -> Actor:
    """Say who registered: the person on the page, or a member after a call."""
    if booking.by_id is not None:
        return Actor("staff", booking.by_id, "phone")
    return Actor("contact", booking.person.id, "page")


def _row(booking: Booking) -> dict[str, Any]:
    return {
        "lecture_id": booking.room.id,
        "contact_id": booking.person.id,
        "status": booking.status,
        "uid": seating.new_uid(),
        "sequence": booking.sequence,
        "revised_at": booking.cancelled_at or booking.changed_at or booking.registered_at,
        "registered_at": booking.changed_at or booking.registered_at,
        "channel": booking.channel,
        "companions": booking.companions,
        "mails": booking.mails,
    }


def _events(booking: Booking) -> Iterator[dict[str, Any]]:
    actor = actor_of(booking)
    first = "waitlisted" if booking.status == "waitlisted" else "registered"
    lecture_id = (booking.moved_from or booking.room).id
    yield {"key": first, "at": booking.registered_at, "actor": actor, "lecture_id": lecture_id}
    if booking.moved_from is not None and booking.changed_at is not None:
        yield {
            **{"key": "changed", "at": booking.changed_at, "actor": actor, "lecture_id": booking.room.id},
            "old_lecture_id": booking.moved_from.id,
        }
    if booking.cancelled_at is not None:
        yield {"key": "cancelled", "at": booking.cancelled_at, "actor": actor, "lecture_id": booking.room.id}
