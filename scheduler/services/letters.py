"""Answers what the customer is told of a new contact person: the letters owed when an account passes on, and until when not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import ColumnElement, func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.rules.workdays import next_working_day_at
from scheduler.services import history, locking, mail_rules, vendor
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.outbox.owe import owe_many
from scheduler.services.refusals import Invalid, LetterGone, NotFound

KIND = "handover_letter"
LONGEST_NOTE = 4000


def owe(passed: Sequence[tuple[Handover, Account]], now: datetime, note: str = "") -> dict[int, int]:
    """Owe the coordinators of accounts that passed on the letter about their new contact person; count them by handover id.

    Each is due on the next working day, at the hour of the rules on its reader's wall. An account that sales hands to
    onboarding gets none: there the invitation introduces the person. Within the open transaction.
    """
    written = [pair for pair in passed if pair[0].letter and not is_introduced(pair[0].from_stage, pair[0].to_stage)]
    told = readers([account.id for _row, account in written])
    coordinators = select(Contact.id, Contact.account_id, Contact.zone).where(*told)
    people: dict[int, list[tuple[int, str]]] = {}
    for contact_id, account_id, zone in db.session.execute(coordinators.order_by(Contact.id)):
        people.setdefault(account_id, []).append((contact_id, zone))
    working_days, clock = vendor.working_days(), _hour()
    mails = [
        {
            "kind": KIND,
            "key": f"{KIND}:{row.id}:{contact_id}:{times_undone(row)}",
            "due_at": next_working_day_at(now, zone, working_days, clock),
            "contact_id": contact_id,
            "account_id": account.id,
            "handover_id": row.id,
            "params": {"note": note} if note else {},
        }
        for row, account in written
        for contact_id, zone in people.get(account.id, ())
    ]
    owe_many(mails, now)
    return {row.id: len(people.get(account.id, ())) for row, account in written}


def readers(account_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    """Match the people of accounts who get a letter: the coordinators who are there and have an address."""
    there = (Contact.email.is_not(None), Contact.left_on.is_(None))
    return Contact.account_id.in_(list(account_ids)), Contact.role == "coordinator", *there


def is_introduced(from_stage: str, to_stage: str) -> bool:
    """Tell whether the invitation introduces the new contact person, so that no letter is needed."""
    return (from_stage, to_stage) == ("sales", "onboarding")


def of(handover_id: int) -> list[Mail]:
    """List the letters to the customer about a handover, dropped ones included."""
    query = select(Mail).where(Mail.handover_id == handover_id, Mail.kind == KIND).order_by(Mail.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def undo_ends(handover: Handover) -> datetime:
    """Return until when an accepted handover can be undone: when the first letter leaves, or would have left."""
    return undo_ends_of([handover])[handover.id]


def undo_ends_of(handovers: Sequence[Handover]) -> dict[int, datetime]:
    """Return until when accepted handovers can be undone, by id, in a handful of statements for all."""
    ids = [row.id for row in handovers]
    first = select(Mail.handover_id, func.min(Mail.due_at)).where(Mail.kind == KIND, Mail.state != "dropped")
    due = dict(db.session.execute(first.where(Mail.handover_id.in_(ids)).group_by(Mail.handover_id)).all())
    calendar, clock, zone = vendor.working_days(), _hour(), here().zone
    ends = {}
    for row in handovers:
        assert row.decided_at is not None
        ends[row.id] = due.get(row.id) or next_working_day_at(row.decided_at, zone, calendar, clock)
    return ends


def add_note(handover_id: int, note: str, now: datetime, actor: Actor) -> None:
    """Put the receiver's own words into the letters that have not left.

    Raises NotFound, LetterGone when there is none, and Invalid(note, why) for too many words.
    """
    words = note.strip()
    if len(words) > LONGEST_NOTE:
        raise Invalid(field="note", why="too_long", maximum=LONGEST_NOTE)
    with db.writing():
        account_id = db.session.scalar(select(Handover.account_id).where(Handover.id == handover_id))
        if account_id is None:
            raise NotFound(what="handover")
        locking.account(account_id)
        waiting = [mail for mail in of(handover_id) if mail.state == "queued"]
        if not waiting:
            raise LetterGone()
        if all(mail.params.get("note", "") == words for mail in waiting):
            return
        for mail in waiting:
            mail.params = mail.params | {"note": words}
        history.record("handover_letter_changed", now=now, actor=actor, account_id=account_id, handover_id=handover_id)


def times_undone(row: Handover) -> int:
    """Return how often an acceptance of this handover was undone: what is owed after each is a message of its own."""
    number: int = row.before.get("undone", 0)
    return number


def _hour() -> time:
    """Return when, on the reader's wall, a letter leaves on the next working day."""
    return mail_rules.get().at(KIND, "at")
