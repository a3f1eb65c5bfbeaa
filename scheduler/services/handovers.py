"""Answers how an account passes to the next team: requested, accepted, returned, withdrawn, undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.staff import Staff
from scheduler.services import conditions, history, letters, locking, readiness, receivers
from scheduler.services.actors import Actor
from scheduler.services.inserting import add_missing
from scheduler.services.letters import times_undone
from scheduler.services.outbox.owe import drop, owe
from scheduler.services.refusals import (
    HandoverClosed,
    HandoverOpen,
    Invalid,
    LetterGone,
    NotFound,
    NotReady,
)
from scheduler.services.signals.tell import tell

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
    sheet: Mapping[str, Any] | None = None,
) -> int:
    """Ask the next team to take an account over and return the handover's id; the receiver, else the team, is told.

    `sheet` are fields of the account that its giver fills in while asking. Raises NotFound, NotReady while clauses are
    open and no `reason` says why it should pass early, SheetIncomplete while a field that the boundary demands is empty,
    HandoverOpen while an earlier request waits, and Invalid(field, why): another stage than the next, a receiver not of
    that team.
    """
    early = _text("reason", reason or "")
    told = _text("note", note)
    with db.writing():
        account = locking.account(account_id)
        if account.undecided:
            raise Invalid(field="account", why="undecided")
        if to != NEXT_STAGE.get(account.stage):
            raise Invalid(field="to", why="not_next_stage", value=to)
        conditions.fill_in(account, sheet or {}, now, actor)
        readiness.refresh(account_id, now)
        ready = conditions.is_ready(account)
        missing = 0 if ready else sum(not clause["met"] for clause in account.clauses)
        if not ready and not early:
            raise NotReady(open=missing)
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
        params = {"from": account.stage, "to": to, "early": not ready, "open": missing, "receiver_id": receiver_id}
        _record("handover_requested", handover_id, account_id, now, actor, **params)
        _signal("requested", db.session.get_one(Handover, handover_id), now)
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
        before = row.before | standing(account, column) | {"receiver_id": asked}
        owner_id = receiver_id or asked or actor.staff_id or before["owner_id"]
        kept = {"before": before, "clauses": account.clauses, "receiver_id": receiver_id or asked}
        _decide(handover_id, "accepted", now, actor, **kept)
        setattr(account, column, owner_id)
        account.stage, account.stage_since = row.to_stage, now
        account.ready_since, account.reopened = None, []
        db.session.flush()
        db.session.refresh(row)
        _tell_giver("staff_handover_accepted", row, account, now, actor)
        written = letters.owe([(row, account)], now).get(handover_id, 0)
        _record("handover_accepted", handover_id, account.id, now, actor, to=row.to_stage, letters=written)
        _signal("accepted", row, now)


def open_of(account_ids: Iterable[int]) -> dict[int, int]:
    """Return the ids of the handovers that wait for an answer, by account."""
    waiting = select(Handover.account_id, Handover.id).where(Handover.state == "requested")
    return dict(db.session.execute(waiting.where(Handover.account_id.in_(list(account_ids)))).all())


def standing(account: Account, column: str) -> dict[str, Any]:
    """Return how an account stands, for bringing it back: since when, whose it is by `column`, ready since, re-opened."""
    return {
        "stage_since": account.stage_since.isoformat(),
        "owner_id": getattr(account, column),
        "ready_since": account.ready_since.isoformat() if account.ready_since is not None else None,
        "reopened": list(account.reopened),
    }


def give_back(handover_id: int, reason: str, now: datetime, actor: Actor, reopened: Sequence[str] = ()) -> None:
    """Return a requested handover to who asked, with a reason; the conditions named in `reopened` count as not met again.

    They stay so, whatever the facts say, until the giver takes them back (`conditions.take_back`). Raises NotFound, HandoverClosed
    and Invalid(field, why): no reason, or a condition that the account does not have.
    """
    told = _text("reason", reason)
    if not told:
        raise Invalid(field="reason", why="reason_missing")
    with db.writing():
        row, account = _locked(handover_id)
        keys = conditions.reopen(account, handover_id, reopened, now)
        _decide(handover_id, "returned", now, actor, reason=told, reopened=keys)
        db.session.refresh(row)
        _tell_giver("staff_handover_returned", row, account, now, actor)
        _record("handover_returned", handover_id, account.id, now, actor)
        if keys:
            _record("conditions_reopened", handover_id, account.id, now, actor, conditions=keys)
        _signal("returned", row, now, reopened=keys)


def withdraw(handover_id: int, reason: str, now: datetime, actor: Actor) -> None:
    """Take a request back before it is decided; raises NotFound and HandoverClosed."""
    told = _text("reason", reason)
    with db.writing():
        row, account = _locked(handover_id)
        _decide(handover_id, "withdrawn", now, actor, reason=told)
        _record("handover_withdrawn", handover_id, account.id, now, actor)
        _signal("withdrawn", row, now)


def undo(handover_id: int, now: datetime, actor: Actor) -> None:
    """Undo an acceptance while no customer was told of it: the account goes back and the request is open again.

    One that nobody had asked for (a wave) ends instead. Where nobody was to get a letter the same hour ends it. Raises
    NotFound, LetterGone, HandoverClosed (not accepted, or the account has moved on) and HandoverOpen (its next handover
    was requested already).
    """
    with db.writing():
        row, account = _locked(handover_id)
        _check_undoable(row, account, now)
        for kind in (letters.KIND, "staff_handover_accepted"):
            drop("handover_undone", handover_id=handover_id, kind=kind)
        if any(mail.state != "dropped" for mail in letters.of(handover_id)):
            raise LetterGone()
        was = row.before
        account.stage, account.stage_since = row.from_stage, datetime.fromisoformat(was["stage_since"])
        setattr(account, f"{row.to_stage}_owner_id", was["owner_id"])
        ready_since = was.get("ready_since")
        account.ready_since = datetime.fromisoformat(ready_since) if ready_since else None
        account.reopened = was.get("reopened", [])
        row.state, row.decided_at, row.decided_by_id = "requested", None, None
        if row.wave is not None:
            row.state, row.decided_at, row.decided_by_id = "withdrawn", now, actor.staff_id
        else:
            row.receiver_id, row.clauses = was["receiver_id"], []
        row.before = {"undone": times_undone(row) + 1}
        db.session.flush()
        _record("handover_undone", handover_id, account.id, now, actor, to=row.from_stage)
        _signal(row.state, row, now)


def _check_undoable(row: Handover, account: Account, now: datetime) -> None:
    if row.state != "accepted" or account.stage != row.to_stage or row.decided_at is None:
        raise HandoverClosed()
    if now >= letters.undo_ends(row):
        raise LetterGone()
    if db.session.scalar(select(Handover.id).where(Handover.account_id == account.id, Handover.state == "requested")):
        raise HandoverOpen()
    if db.session.scalar(select(Handover.id).where(*_later(row)).limit(1)):
        raise HandoverClosed()


def _later(row: Handover) -> tuple[ColumnElement[bool], ...]:
    """Match the handovers by which the account passed on since this one."""
    return Handover.account_id == row.account_id, Handover.id > row.id, Handover.state == "accepted"


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
    if receiver_id is not None and not receivers.is_able(receiver_id, to):
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
        f"{kind}:{row.id}:{times_undone(row)}",
        now=now,
        staff_id=member.id,
        account_id=account.id,
        handover_id=row.id,
    )


def _record(key: str, handover_id: int, account_id: int, now: datetime, actor: Actor, **params: Any) -> None:
    """Write the history, and judge the account anew: its sash shows how far the handover is."""
    history.record(key, now=now, actor=actor, account_id=account_id, handover_id=handover_id, **params)
    readiness.refresh(account_id, now)


def _text(field: str, value: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise Invalid(field=field, why="too_long", maximum=LONGEST_TEXT)
    return value.strip()


def _signal(what: str, row: Handover, now: datetime, **data: Any) -> None:
    """Tell other programs and chat rooms; after an acceptance was undone it is asked for anew."""
    about = {"handover": row.id, "from": row.from_stage, "to": row.to_stage}
    key = f"handover.{what}:{row.id}:{times_undone(row)}"
    tell(f"handover.{what}", key, now, row.account_id, **about, **data)
