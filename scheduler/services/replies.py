"""Answers what a mail that came back means: a calendar program's answer counts, everything else waits for the staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from emails.answers import Answer
from emails.replies import Received
from scheduler.models.accounts import STAGES, Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from scheduler.models.tasks import Task
from scheduler.services import history, seating, tasks
from scheduler.services.actors import Actor
from scheduler.services.inserting import added
from scheduler.services.outbox.owe import owe_many
from scheduler.services.owners import reached_by
from scheduler.services.refusals import NotFound
from scheduler.services.registrations.changes import cancel
from scheduler.services.tasks import Wanted
from scheduler.services.unread import TO_READ, waits

# For how long what came in is kept, whoever read it: it may hold anything that a person wrote.
KEPT = timedelta(days=90)
OUTCOMES = (
    *("declined", "accepted", "tentative", "already_cancelled", "superseded", "over", "lecture_cancelled", "automatic"),
    *sorted(TO_READ),
)
_NOTED = frozenset({"accepted", "tentative"})


def receive(mail: Received, now: datetime) -> str:
    """Take in one mail and return its outcome, one of OUTCOMES; the same mail again returns the first and does nothing.

    Nobody is answered but the attendee whose seat was given back, by the mail that every cancellation owes. What a known
    person wrote becomes a task on each account of hers, and is forwarded to whoever looks after it.
    """
    with db.writing():
        blank = {"subject": mail.subject, "text": mail.text, "registration_id": None, "seen_at": None}
        row = blank | {"message_id": mail.message_id, "received_at": now, "sender": mail.sender, "outcome": "kept"}
        new = added(Reply, [row], "id")
        if not new:
            return db.session.scalars(select(Reply.outcome).where(Reply.message_id == mail.message_id)).one()
        reply = db.session.get_one(Reply, new[0][0])
        if mail.answer is not None:
            reply.registration_id, reply.outcome = _answered(mail, mail.answer, now)
            # What the program itself wrote around the answer says no more than the answer does.
            if mail.answer.method == "REPLY":
                reply.text = mail.answer.comment
        elif mail.automatic:
            reply.outcome, reply.text = "automatic", ""
        else:
            _hand_on(reply, now)
        return reply.outcome


def put_aside(reply_id: int, now: datetime, actor: Actor) -> None:
    """Note that a member of staff has seen to a mail, which ends its tasks too; raise NotFound."""
    with db.writing():
        reply = db.session.get(Reply, reply_id)
        if reply is None:
            raise NotFound()
        reply.seen_at = reply.seen_at or now
        own = Task.key.startswith(f"reply:{reply_id}:")
        for number in db.session.scalars(select(Task.id).where(own, Task.done_at.is_(None))).all():
            tasks.done(number, now, actor)


def forget_old(now: datetime) -> int:
    """Delete what came in 90 days ago and before; return how many."""
    with db.writing():
        return db.changed(delete(Reply).where(Reply.received_at <= now - KEPT))


def page_of(page: int = 1, per_page: int = 50, *, everything: bool = False) -> tuple[list[Reply], int]:
    """List one page (from 1) of the mails that wait for somebody, or of `everything`, newest first, and count them all.

    The registration, its lecture and its person are loaded.
    """
    query = select(Reply) if everything else select(Reply).where(waits())
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    seat = joinedload(Reply.registration)
    query = query.options(
        seat.joinedload(Registration.lecture).joinedload(Lecture.course),
        seat.joinedload(Registration.contact).joinedload(Contact.account),
    ).order_by(Reply.id.desc())
    return list(db.session.scalars(query.limit(per_page).offset((page - 1) * per_page))), total


def people_of(senders: set[str]) -> dict[str, list[Contact]]:
    """Find who writes from these addresses, with their accounts; one address may be several people's."""
    found: dict[str, list[Contact]] = {}
    query = select(Contact).where(Contact.email.in_(senders - {""})).order_by(Contact.id)
    for person in db.session.scalars(query.options(joinedload(Contact.account))):
        found.setdefault(person.email or "", []).append(person)
    return found


def is_waiting(reply: Reply) -> bool:
    """Tell of one mail what `unread.waits` matches."""
    return reply.seen_at is None and (reply.outcome in TO_READ or reply.text != "")


def _hand_on(reply: Reply, now: datetime) -> None:
    """Have what a known person wrote seen to: by a task on each account whose person has the address, and by mail."""
    people: dict[int, list[Contact]] = {}
    for person in _known(reply.sender):
        people.setdefault(person.account_id, []).append(person)
    wanted, mails = [], []
    receivers = reached_by([ones[0].account for ones in people.values()])
    for account_id, ones in people.items():
        # A shared address says of nobody who wrote.
        writer = ones[0].id if len(ones) == 1 else None
        account = ones[0].account
        params = {"reply_id": reply.id} | ({"contact_id": writer} if writer is not None else {})
        words = (reply.text or reply.subject)[: tasks.LONGEST]
        wanted.append(
            Wanted(f"reply:{reply.id}:{account_id}", "reply", account, contact_id=writer, params=params, words=words)
        )
        mails += [
            {
                "kind": "staff_reply",
                "key": f"staff_reply:{reply.id}:{account_id}:{member.id}",
                "staff_id": member.id,
                "account_id": account_id,
                "params": params,
            }
            for member in receivers[account_id]
        ]
    tasks.add_many(wanted, now)
    owe_many(mails, now)


def _known(sender: str) -> list[Contact]:
    if not sender:
        return []
    owners = [joinedload(Contact.account).joinedload(getattr(Account, f"{stage}_owner")) for stage in STAGES]
    return list(
        db.session.scalars(select(Contact).where(Contact.email == sender).options(*owners).order_by(Contact.id))
    )


def _answered(mail: Received, answer: Answer, now: datetime) -> tuple[int | None, str]:
    """Do what an answer asks for; return the registration that is meant and what came of it."""
    row = _meant(answer.uid)
    if row is None:
        return None, "unknown_uid"
    said = answer.of(mail.sender)
    if not mail.sender or mail.sender != (row.contact.email or "").lower() or said is None or mail.doubtful:
        return row.id, "forged_sender"
    if answer.method == "COUNTER":
        return row.id, "counter"
    if said == "declined":
        return row.id, _declined(row, answer, now)
    if said in _NOTED:
        return row.id, _noted(row, answer, said, now)
    return row.id, "delegated" if said == "delegated" else "kept"


def _meant(uid: str) -> Registration | None:
    """Find the registration by its identity in calendars and lock its lecture, so that it stays as it is read."""
    while True:
        query = select(Registration.id, Registration.lecture_id).where(Registration.uid == uid)
        found = db.session.execute(query).one_or_none()
        if found is None:
            return None
        seating.lock(found.lecture_id)
        row = db.session.get_one(Registration, found.id, populate_existing=True)
        # Moved to another date while we waited for the lock: look again.
        if row.lecture_id == found.lecture_id:
            return row


def _declined(row: Registration, answer: Answer, now: datetime) -> str:
    if row.status == "cancelled":
        return "already_cancelled"
    if _is_stale(row, answer):
        return "stale"
    if row.lecture.starts_at <= now:
        return "over"
    if row.lecture.status == "cancelled":
        return "lecture_cancelled"
    row.reply = "declined"
    cancel(row.id, now, Actor("contact", row.contact_id, "calendar"))
    return "declined"


def _noted(row: Registration, answer: Answer, said: str, now: datetime) -> str:
    if row.status == "cancelled":
        return "not_booked"
    if _is_stale(row, answer):
        return "superseded"
    if row.lecture.starts_at <= now:
        return "over"
    if row.reply != said:
        row.reply = said
        history.record(
            "reply_noted",
            now=now,
            actor=Actor("contact", row.contact_id, "calendar"),
            account_id=row.contact.account_id,
            contact_id=row.contact_id,
            lecture_id=row.lecture_id,
            reply=said,
        )
    return said


def _is_stale(row: Registration, answer: Answer) -> bool:
    """Tell whether an answer is to an earlier invitation whose date is no longer this one (RFC 5546, section 2.1.4).

    Another link or host raises SEQUENCE too, and a "no" to the same start still means it: such an answer counts when it
    names the present start, and was made after the seat on this date was taken.
    """
    if answer.sequence >= row.sequence:
        return False
    same = answer.starts_at == row.lecture.starts_at
    return not same or (answer.made_at is not None and answer.made_at < row.registered_at.replace(microsecond=0))
