"""Answers which mails the demo's past brought with it: each owed as services owe it, and sent with the words it had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from emails import FOLLOW_UP
from scheduler.demo.book import Book, write_numbered
from scheduler.demo.days import Days
from scheduler.demo.handing import Handed
from scheduler.demo.plays import Play
from scheduler.demo.rooms import Booking, Room
from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.models.settings import Setting
from scheduler.models.staff import Staff
from scheduler.rules.reminders import moments
from scheduler.rules.timing import Reader
from scheduler.rules.workdays import next_working_day_at, next_working_morning
from scheduler.services import mail_rules
from scheduler.services.actors import WORKER
from scheduler.services.introductions import AUDIENCES, COURSE
from scheduler.services.outbox import reminders
from scheduler.services.outbox.content import preview

Row = dict[str, Any]
_BLANK: Row = {
    **dict.fromkeys(("contact_id", "staff_id", "account_id", "registration_id", "lecture_id", "handover_id")),
    **dict.fromkeys(("expires_at", "claimed_by", "sent_at", "message_id", "provider_id")),
    **dict.fromkeys(("delivered_at", "opened_at", "clicked_at")),
    **dict.fromkeys(("to_address", "locale", "subject", "text", "template_version")),
    **{"params": {}, "state": "queued", "reason": "", "attempts": 0},
}
_NOBODY_THERE = "550 5.1.1 <{address}>: Recipient address rejected: User unknown"
# When on a working day thanks, new dates and letters left.
_MORNING = time(10)
# How long after falling due a mail leaves.
_SECONDS = (2, 55)
_A_MINUTE = timedelta(minutes=1)
# Of older mails only is kept that they were sent: writing all their words would take longer than everything else.
_WITH_WORDS = timedelta(days=7)


def of_companies(plays: Sequence[Play], rooms: Iterable[Room], course_id: int, days: Days) -> list[Row]:
    """List what was owed to companies' people, and to owners of companies that became ready."""
    rows = [row for play in plays for row in _invitations(play, course_id)]
    rows += [row for play in plays for booking in play.bookings if booking.mails for row in _bookings(booking, days)]
    rows += [row for room in rooms for row in _follow_ups(room, days)]
    return rows + [_ready(play) for play in plays if play.ready_at is not None]


def of_handovers(handed: Sequence[Handed], team: Sequence[Staff], days: Days) -> list[Row]:
    """List what handovers owed: to the receivers, to who asked, and to the companies' coordinators."""
    return [row for one in handed for row in _handover(one, team, days)]


def send(rows: Iterable[Row], days: Days) -> None:
    """Let what fell due have left; the words of the last weeks' mails are those that the facts give just now."""
    rows = list(rows)
    written_to = Contact.id.in_({row["contact_id"] for row in rows})
    query = select(Contact).where(written_to).options(selectinload(Contact.stores))
    people = {row.id: row for row in db.session.scalars(query)}
    staff = {row.id: row for row in db.session.scalars(select(Staff))}
    # Held, so that the session does not read the vendor's details anew for every mail.
    details = db.session.get_one(Setting, "vendor")
    domain = details.value["reply_to"].rpartition("@")[2]
    for number, row in enumerate(rows, start=1):
        if row["due_at"] > days.now:
            continue
        at = min(row["due_at"] + timedelta(seconds=days.dice.randint(*_SECONDS)), days.now)
        person = people.get(row["contact_id"]) or staff[row["staff_id"]]
        if at > days.now - _WITH_WORDS:
            about = {key: value for key, value in row.items() if key not in ("state", "reason")}
            mail = Mail(contact=people.get(row["contact_id"]), staff=staff.get(row["staff_id"]), **about)
            words = preview(mail, at)
            row |= {"subject": words.subject, "text": words.text, "template_version": words.template_version}
        row |= {"attempts": 1, "next_try_at": at, "to_address": person.email, "locale": person.locale}
        row["message_id"] = f"<{row['kind']}.{number}.{int(at.timestamp())}@{domain}>"
        if row["state"] == "failed":
            row["reason"] = _NOBODY_THERE.format(address=person.email)
        else:
            row |= _received(row, at, days.now)


def write_mails(rows: Iterable[Row], book: Book) -> None:
    """Write the mails in the order in which they were owed, and tell of those that left or could not."""
    ordered = sorted(rows, key=lambda row: row["created_at"])
    for row, number in zip(ordered, write_numbered(Mail, ordered), strict=True):
        if row["state"] in ("sent", "delivered", "failed") and row["account_id"] is not None:
            told = {"mail_id": number, "kind": row["kind"]}
            at = row["next_try_at"]
            key = "mail_failed" if row["state"] == "failed" else "mail_sent"
            book.tell(key, at, WORKER, row["account_id"], row["contact_id"], **told)


def _received(row: Row, at: datetime, now: datetime) -> Row:
    """Say what became of a mail that left at `at`: most arrive within seconds, and most of those are opened."""
    row |= {"state": "sent", "sent_at": at}
    # By its key rather than by the dice: what else the demo rolls stays as it is.
    fate = crc32(row["key"].encode())
    delivered_at = at + timedelta(seconds=2 + fate % 20)
    if fate % 20 == 0 or delivered_at > now:
        return row
    row |= {"state": "delivered", "delivered_at": delivered_at}
    opened_at = delivered_at + timedelta(minutes=3 + fate % 700)
    if fate % 10 < 7 and opened_at < now:
        row["opened_at"] = opened_at
        row["clicked_at"] = opened_at + timedelta(seconds=40) if fate % 10 < 4 and opened_at < now - _A_MINUTE else None
    return row


def _owed(kind: str, key: str, created_at: datetime, due_at: datetime | None = None, **about: Any) -> Row:
    due_at = due_at or created_at
    return _BLANK | {
        **{"kind": kind, "key": f"{kind}:{key}", "created_at": created_at, "due_at": due_at, "next_try_at": due_at},
        **about,
    }


def _invitations(play: Play, course_id: int) -> Iterator[Row]:
    if play.introduced_at is None:
        return
    for person in play.people:
        if person.email is not None and person.role in AUDIENCES[play.audience]:
            yield _owed(
                *("invitation", f"{COURSE}:{person.id}", play.introduced_at),
                contact_id=person.id,
                account_id=person.account_id,
                params={"course_id": course_id},
                state="failed" if play.story.key == "unreachable" else "queued",
            )


def _bookings(booking: Booking, days: Days) -> Iterator[Row]:
    about: Row = {"contact_id": booking.person.id, "account_id": booking.person.account_id}
    about |= {"registration_id": booking.id, "lecture_id": booking.room.id}
    first = booking.moved_from or booking.room
    kind = "waitlisted" if booking.status == "waitlisted" else "confirmation"
    yield _owed(kind, f"{booking.id}:0", booking.registered_at, **about | {"lecture_id": first.id, "params": _nth(0)})
    if booking.changed_at is not None:
        old = {"old_starts_at": first.starts_at.isoformat(), "old_ends_at": first.ends_at.isoformat()}
        yield _owed("changed", f"{booking.id}:1", booking.changed_at, **about | {"params": _nth(1) | old})
    if booking.cancelled_at is not None:
        nth = booking.sequence
        yield _owed("cancelled", f"{booking.id}:{nth}", booking.cancelled_at, **about | {"params": _nth(nth)})
    if booking.status == "booked":
        yield from _reminders(booking, about, days)


def _nth(sequence: int) -> Row:
    return {"sequence": sequence}


def _reminders(booking: Booking, about: Row, days: Days) -> Iterator[Row]:
    start = booking.room.starts_at
    since = booking.changed_at or booking.registered_at
    key, owed = f"{booking.id}:{start.isoformat()}", set[str]()
    reader = Reader(booking.person.zone, booking.person.closed)
    for due in moments(start, reader, reminders.when_of(mail_rules.read({}))):
        if since <= due.moment <= days.now and due.kind not in owed:
            owed.add(due.kind)
            params = reminders.params_of(due, start)
            yield _owed(due.kind, key, due.moment, expires_at=start, **about | {"params": params})


def _follow_ups(room: Room, days: Days) -> Iterator[Row]:
    """Thank who came and offer new dates to who did not, on the morning after the report."""
    if room.reported_at is None:
        return
    due_at = next_working_morning(room.reported_at, days.zone, days.calendar, _MORNING)
    for booking in room.booked:
        kind, person = FOLLOW_UP.get(booking.outcome), booking.person
        if kind is not None and booking.mails:
            about = {"contact_id": person.id, "account_id": person.account_id, "lecture_id": room.id}
            yield _owed(kind, f"{room.id}:{person.id}", room.reported_at, due_at, **about)


def _ready(play: Play) -> Row:
    assert play.ready_at is not None
    key = f"{play.account.id}:{play.ready_at.isoformat()}:{play.owner_id}"
    return _owed("staff_ready", key, play.ready_at, staff_id=play.owner_id, account_id=play.account.id)


def _handover(handed: Handed, team: Sequence[Staff], days: Days) -> Iterator[Row]:
    row, play = handed.row, handed.play
    about: Row = {"account_id": play.account.id, "handover_id": row.id}
    receivers = [row.receiver_id] if row.receiver_id is not None else [member.id for member in team]
    for staff_id in receivers:
        yield _owed("staff_handover_requested", f"{row.id}:{staff_id}", row.requested_at, staff_id=staff_id, **about)
    if row.decided_at is None:
        return
    kind = f"staff_handover_{row.state}"
    yield _owed(kind, f"{row.id}:0", row.decided_at, staff_id=row.requested_by_id, **about)
    if row.state == "accepted":
        for person in play.coordinators:
            if person.email is not None:
                due_at = next_working_day_at(row.decided_at, person.zone, days.calendar, _MORNING)
                key = f"{row.id}:{person.id}:0"
                yield _owed("handover_letter", key, row.decided_at, due_at, contact_id=person.id, **about)
