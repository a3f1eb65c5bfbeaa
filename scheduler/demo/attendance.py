"""Answers how the demo's past lectures came out: each with its report taken in, the evidence and the verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import insert, select

from scheduler.demo.book import Book, write
from scheduler.demo.reports import Guest, as_file, in_room, rows_of
from scheduler.demo.rooms import Booking, Room, Rooms
from scheduler.models.accounts import Contact, Store
from scheduler.models.attendance import Attendance, KnownName, Presence
from scheduler.models.db import db
from scheduler.models.uploads import Upload
from scheduler.rules.attendance import Verdict, decide, report_presences
from scheduler.rules.names import name_key
from scheduler.services.actors import Actor
from scheduler.services.attendance.staging import WAITS, Choices

# How many of ten reports have somebody in them whom nobody knows, and how many of ten names come with a shop's.
_STRANGER, _WITH_SHOP = 0.3, 0.1


def take_in(rooms: Rooms, book: Book) -> None:
    """Write for every lecture that is over what its report says and what follows from it, but for the mails."""
    shared, shops = _shared_addresses(), dict(db.session.execute(select(Store.id, Store.name)).all())
    known: dict[tuple[str, int], datetime] = {}
    for room in sorted(rooms.past(), key=lambda room: room.reported_at or room.ends_at):
        if not room.booked or room.reported_at is None:
            continue
        guests = list(_guests(room, shared, shops, rooms.days.dice))
        verdicts = _verdicts(room, guests)
        upload_id = _upload(room, guests, verdicts)
        write(Presence, list(_presences(room, guests, upload_id)))
        write(Attendance, [_attendance(room, number, verdict) for number, verdict in verdicts.items()])
        for guest in guests:
            if guest.contact_id is not None and not guest.certain:
                known.setdefault((name_key(guest.name), guest.contact_id), room.reported_at)
        for booking in room.booked:
            actor = Actor("staff", room.lecture.host_id, "report")
            person = booking.person
            book.tell(booking.outcome, room.reported_at, actor, person.account_id, person.id, room.id)
        room.lecture.reported_at = room.reported_at
    write(KnownName, [{"name_key": key, "contact_id": one, "confirmed_at": at} for (key, one), at in known.items()])


def _shared_addresses() -> set[str]:
    """Return the addresses that alone do not say who somebody is."""
    people = list(db.session.execute(select(Contact.email, Contact.checks).where(Contact.email.is_not(None))).all())
    times = Counter(email for email, _checks in people)
    return {email for email, checks in people if email and (times[email] > 1 or "shared_address" in checks)}


def _guests(room: Room, shared: set[str], shops: dict[int, str], dice: Random) -> Iterator[Guest]:
    for booking in room.booked:
        times = in_room(booking.outcome, room.lecture, dice)
        if times:
            email = booking.person.email or ""
            certain = bool(email) and email not in shared
            yield Guest(booking.person.id, _shown(booking, certain, shops, dice), email, times, certain)
    if dice.random() < _STRANGER:
        first = room.starts_at + timedelta(minutes=dice.randint(1, 20))
        yield Guest(None, "iPhone", "", ((first, first + timedelta(minutes=dice.randint(1, 4))),), certain=False)


def _shown(booking: Booking, certain: bool, shops: dict[int, str], dice: Random) -> str:
    person = booking.person
    shop = shops[person.stores[0]] if person.stores else ""
    if shop and certain and dice.random() < _WITH_SHOP:
        return f"{shop} {person.name}"
    return person.name or shop or (person.email or "")


def _verdicts(room: Room, guests: Sequence[Guest]) -> dict[int, Verdict]:
    times = {guest.contact_id: report_presences(guest.intervals, None) for guest in guests}
    verdicts = {
        booking.person.id: decide(
            times.get(booking.person.id, []),
            room.starts_at,
            room.ends_at,
            minimum_minutes=room.lecture.course.minimum_minutes,
            registered=True,
            told_absent=False,
            report_present=True,
            lecture_over=True,
        )
        for booking in room.booked
    }
    for booking in room.booked:
        booking.outcome = verdicts[booking.person.id].verdict
    return verdicts


def _upload(room: Room, guests: Sequence[Guest], verdicts: dict[int, Verdict]) -> int:
    assert room.reported_at is not None
    content = as_file(room.lecture, guests)
    rows = dict(zip(rows_of(guests), guests, strict=True))
    people = {
        row: guest.contact_id for row, guest in rows.items() if guest.contact_id is not None and not guest.certain
    }
    told = Counter(verdict.verdict for verdict in verdicts.values())
    result: dict[str, Any] = {
        "people": len(guests),
        "open": sum(guest.contact_id is None for guest in guests),
        "left_out": 1,
        **{outcome: told[outcome] for outcome in ("attended", "partial", "missed", "excused", "unknown")},
        **{"contested": [], "held_accounts": []},
    }
    values = {
        "kind": "attendance",
        "lecture_id": room.id,
        "filename": f"participants_{room.lecture.local_start[:10].replace('-', '')}.csv",
        "content": content,
        "sha256": sha256(content).hexdigest(),
        "choices": Choices(room.lecture.zone, people=people).to_json(),
        "result": result,
        "staff_id": room.lecture.host_id,
        "created_at": room.reported_at - timedelta(minutes=3),
        "expires_at": room.reported_at - timedelta(minutes=3) + WAITS,
        "confirmed_at": room.reported_at,
    }
    return db.session.scalars(insert(Upload).returning(Upload.id), [values]).one()


def _presences(room: Room, guests: Sequence[Guest], upload_id: int) -> Iterator[dict[str, Any]]:
    for guest in guests:
        for begins, ends in guest.intervals:
            yield {
                **{"lecture_id": room.id, "contact_id": guest.contact_id, "source": "report", "upload_id": upload_id},
                **{"display_name": guest.name, "from_at": begins, "to_at": ends, "seconds": None},
                "recorded_at": room.reported_at,
            }


def _attendance(room: Room, contact_id: int, verdict: Verdict) -> dict[str, Any]:
    return {
        "lecture_id": room.id,
        "contact_id": contact_id,
        "verdict": verdict.verdict,
        "seconds": verdict.seconds,
        "sources": list(verdict.sources),
        "decided_at": room.reported_at,
    }
