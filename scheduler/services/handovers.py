"""Answers how an account passes to the next team: requested, accepted, returned, withdrawn, undone."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import select, update

from scheduler.models.accounts import STAGES, Account, Contact
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.rules.workdays import next_working_day_at
from scheduler.services import history, locking, mail_rules, readiness, vendor
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.installation import here
from scheduler.services.outbox.owe import drop, owe
from scheduler.services.refusals import HandoverClosed, HandoverOpen, Invalid, LetterGone, NotFound, NotReady

NEXT_STAGE = dict(zip(STAGES, STAGES[1:], strict=False))
LONGEST_TEXT = 4000


def request(
    account_id: int,
    to: str,
    now: datetime,
    actor: Actor,
    note: str = "",
    receiver_id: int | None = None,
    reason: str | None = None,
) -> int:
    """Ask the next team to take an account over and return the handover's id; the receiver, else the team, is told.

    Raises NotFound, NotReady while clauses are open and no `reason` says why it should pass early, HandoverOpen while
    an earlier request waits, and Invalid(field, why): another stage than the next, a receiver not of that team.
    """
    early = _text("reason", reason or "")
    told = _text("note", note)
    with db.writing():
        account = locking.account(account_id)
        if account.undecided:
            raise Invalid(field="account", why="undecided")
        if to != NEXT_STAGE.get(account.stage):
            raise Invalid(field="to", why="not_next_stage", value=to)
        readiness.refresh(account_id, now)
        missing = [clause for clause in account.clauses if not clause["met"]] if account.stage == "onboarding" else []
        ready = account.ready_since is not None or account.stage != "onboarding"
        if not ready and not early:
            raise NotReady(open=len(missing))
        _check_receiver(receiver_id, to)
        handover_id = _add(
            account_id=account_id,
            from_stage=account.stage,
            to_stage=to,
            requested_at=now,
            requested_by_id=actor.staff_id,
            note=told,
            early_reason="" if ready else early,
            receiver_id=receiver_id,
        )
        _tell_receivers(handover_id, account_id, to, receiver_id, now)
        params = {"from": account.stage, "to": to, "early": not ready, "open": len(missing), "receiver_id": receiver_id}
        _record("handover_requested", handover_id, account_id, now, actor, **params)
        return handover_id


def accept(handover_id: int, now: datetime, actor: Actor, receiver_id: int | None = None) -> None:
    """Take an account over: the stage changes, the receiver (else who accepts) becomes its owner, the customer is told.

    `receiver_id` names the receiver where the request did not, or another one. The letter to the customer's
    coordinators is due on the next working day in their zone (10:00 by the rules), until when all of it can be undone. Raises
    NotFound, HandoverClosed and Invalid(receiver, why) for somebody who is not of that team. Where a program accepts
    and nobody of the team is named or looks after the account yet, it has no owner and the letter names the vendor.
    """
    with db.writing():
        row, account = _locked(handover_id)
        if row.state != "requested" or account.stage != row.from_stage:
            raise HandoverClosed()
        _check_receiver(receiver_id, row.to_stage)
        column, asked = f"{row.to_stage}_owner_id", row.receiver_id
        before = {"stage_since": account.stage_since.isoformat(), "owner_id": getattr(account, column)}
        owner_id = receiver_id or asked or actor.staff_id or before["owner_id"]
        before = row.before | before | {"receiver_id": asked}
        _decide(handover_id, "accepted", now, actor, before=before, receiver_id=receiver_id or asked)
        setattr(account, column, owner_id)
        account.stage, account.stage_since = row.to_stage, now
        db.session.flush()
        _tell_giver("staff_handover_accepted", row, account, now, actor)
        letters = _owe_letters(row, account, now)
        _record("handover_accepted", handover_id, account.id, now, actor, to=row.to_stage, letters=letters)


def give_back(handover_id: int, reason: str, now: datetime, actor: Actor) -> None:
    """Return a requested handover to who asked, with a reason; raises NotFound, Invalid (no reason), HandoverClosed."""
    told = _text("reason", reason)
    if not told:
        raise Invalid(field="reason", why="reason_missing")
    with db.writing():
        row, account = _locked(handover_id)
        _decide(handover_id, "returned", now, actor, reason=told)
        _tell_giver("staff_handover_returned", row, account, now, actor)
        _record("handover_returned", handover_id, account.id, now, actor)


def withdraw(handover_id: int, reason: str, now: datetime, actor: Actor) -> None:
    """Take a request back before it is decided; raises NotFound and HandoverClosed."""
    told = _text("reason", reason)
    with db.writing():
        _row, account = _locked(handover_id)
        _decide(handover_id, "withdrawn", now, actor, reason=told)
        _record("handover_withdrawn", handover_id, account.id, now, actor)


def undo(handover_id: int, now: datetime, actor: Actor) -> None:
    """Undo an acceptance while no customer was told of it: the account goes back and the request is open again.

    Where nobody was to get a letter the same hour ends it. Raises NotFound, LetterGone, HandoverClosed (not accepted,
    or the account has moved on) and HandoverOpen (its next handover was requested already).
    """
    with db.writing():
        row, account = _locked(handover_id)
        if row.state != "accepted" or account.stage != row.to_stage or row.decided_at is None:
            raise HandoverClosed()
        if now >= undo_ends(row):
            raise LetterGone()
        if db.session.scalar(
            select(Handover.id).where(Handover.account_id == account.id, Handover.state == "requested")
        ):
            raise HandoverOpen()
        for kind in ("handover_letter", "staff_handover_accepted"):
            drop("handover_undone", handover_id=handover_id, kind=kind)
        if any(mail.state != "dropped" for mail in letters_of(handover_id)):
            raise LetterGone()
        account.stage, account.stage_since = row.from_stage, datetime.fromisoformat(row.before["stage_since"])
        setattr(account, f"{row.to_stage}_owner_id", row.before["owner_id"])
        row.state, row.decided_at, row.decided_by_id = "requested", None, None
        row.receiver_id = row.before["receiver_id"]
        row.before = {"undone": _undone(row) + 1}
        db.session.flush()
        _record("handover_undone", handover_id, account.id, now, actor, to=row.from_stage)


def undo_ends(handover: Handover) -> datetime:
    """Return until when an accepted handover can be undone: when the first letter leaves, or would have left."""
    due = [mail.due_at for mail in letters_of(handover.id) if mail.state != "dropped"]
    if due:
        return min(due)
    assert handover.decided_at is not None
    return next_working_day_at(handover.decided_at, here().zone, vendor.working_days(), _letter_time())


def letters_of(handover_id: int) -> list[Mail]:
    """List the letters to the customer about a handover, dropped ones included."""
    query = select(Mail).where(Mail.handover_id == handover_id, Mail.kind == "handover_letter").order_by(Mail.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def add_to_letter(handover_id: int, note: str, now: datetime, actor: Actor) -> None:
    """Put the receiver's own words into the letters that have not left; raise LetterGone when there is none."""
    words = _text("note", note)
    with db.writing():
        _row, account = _locked(handover_id)
        waiting = [mail for mail in letters_of(handover_id) if mail.state == "queued"]
        if not waiting:
            raise LetterGone()
        if all(mail.params.get("note", "") == words for mail in waiting):
            return
        for mail in waiting:
            mail.params = mail.params | {"note": words}
        _record("handover_letter_changed", handover_id, account.id, now, actor)


def _locked(handover_id: int) -> tuple[Handover, Account]:
    """Lock the account of a handover, then read the handover as it is now."""
    account_id = db.session.scalar(select(Handover.account_id).where(Handover.id == handover_id))
    if account_id is None:
        raise NotFound(what="handover")
    account = locking.account(account_id)
    return db.session.get_one(Handover, handover_id, populate_existing=True), account


def _add(**fields: Any) -> int:
    """Add an open handover; the unique key lets only one of two who ask at the same moment through."""
    if not add_missing(Handover, [fields | {"state": "requested", "reason": "", "before": {}}]):
        raise HandoverOpen()
    query = select(Handover.id).where(Handover.account_id == fields["account_id"], Handover.state == "requested")
    return db.session.scalars(query).one()


def _decide(handover_id: int, state: str, now: datetime, actor: Actor, **fields: Any) -> None:
    """Close an open handover; of two who decide at the same moment one is told that it is closed."""
    statement = (
        update(Handover)
        .where(Handover.id == handover_id, Handover.state == "requested")
        .values(state=state, decided_at=now, decided_by_id=actor.staff_id, **fields)
        .returning(Handover.id)
    )
    if db.session.scalar(statement) is None:
        raise HandoverClosed()
    drop("handover_decided", handover_id=handover_id, kind="staff_handover_requested")


def _check_receiver(receiver_id: int | None, to: str) -> None:
    if receiver_id is None:
        return
    member = db.session.get(Staff, receiver_id)
    if member is None or not member.active or member.team not in (to, "operations"):
        raise Invalid(field="receiver", why="receiver_not_of_team")


def _tell_receivers(handover_id: int, account_id: int, to: str, receiver_id: int | None, now: datetime) -> None:
    whom = Staff.team == to if receiver_id is None else Staff.id == receiver_id
    for staff_id in db.session.scalars(select(Staff.id).where(whom, Staff.active, Staff.email.is_not(None))):
        owe(
            "staff_handover_requested",
            f"staff_handover_requested:{handover_id}:{staff_id}",
            now=now,
            staff_id=staff_id,
            account_id=account_id,
            handover_id=handover_id,
        )


def _tell_giver(kind: str, row: Handover, account: Account, now: datetime, actor: Actor) -> None:
    """Tell who asked, or where a program asked the giving team's owner, what became of it; not who decided herself."""
    staff_id = row.requested_by_id or getattr(account, f"{row.from_stage}_owner_id")
    member = db.session.get(Staff, staff_id) if staff_id is not None else None
    if member is None or not member.active or member.email is None or member.id == actor.staff_id:
        return
    owe(
        kind,
        f"{kind}:{row.id}:{_undone(row)}",
        now=now,
        staff_id=member.id,
        account_id=account.id,
        handover_id=row.id,
    )


def _owe_letters(row: Handover, account: Account, now: datetime) -> int:
    """Owe the customer's coordinators the letter about the new contact person; return how many have an address.

    An account that comes from sales gets none: there the invitation introduces the person.
    """
    if row.from_stage == "sales":
        return 0
    coordinators = select(Contact).where(
        Contact.account_id == account.id, Contact.role == "coordinator", Contact.email.is_not(None)
    )
    working_days, clock = vendor.working_days(), _letter_time()
    contacts = list(db.session.scalars(coordinators))
    for contact in contacts:
        owe(
            "handover_letter",
            f"handover_letter:{row.id}:{contact.id}:{_undone(row)}",
            now=now,
            due_at=next_working_day_at(now, contact.zone, working_days, clock),
            contact_id=contact.id,
            account_id=account.id,
            handover_id=row.id,
        )
    return len(contacts)


def _letter_time() -> time:
    """Return when, in the contact's zone, the letter about the new contact person leaves on the next working day."""
    return mail_rules.get().at("handover_letter", "at")


def _undone(row: Handover) -> int:
    """Return how often an acceptance of this handover was undone: what is owed after each is a message of its own."""
    number: int = row.before.get("undone", 0)
    return number


def _record(key: str, handover_id: int, account_id: int, now: datetime, actor: Actor, **params: Any) -> None:
    """Write the history, and judge the account anew: its sash shows how far the handover is."""
    history.record(key, now=now, actor=actor, account_id=account_id, handover_id=handover_id, **params)
    readiness.refresh(account_id, now)


def _text(field: str, value: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise Invalid(field=field, why="too_long", maximum=LONGEST_TEXT)
    return value.strip()
