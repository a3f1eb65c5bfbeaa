"""Answers how many accounts change owner or stage in one press, and come back until their letters leave."""

from __future__ import annotations

import time as stopwatch
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import handovers, history, letters, locking, readiness, receivers
from scheduler.services.actors import Actor
from scheduler.services.outbox.owe import drop, owe_many
from scheduler.services.refusals import Invalid, Refused
from scheduler.services.signals.tell import Told, tell_many
from scheduler.services.waves.planning import MOST, TARGETS, asked_for, barred, giver_id, owner_id

MAIL = "staff_accounts_moved"
# So long one press of undoing takes at most; a web server gives up on a request after half a minute.
LONGEST_SECONDS = 15


@dataclass(frozen=True)
class Moved:
    """What a wave did: its name, how many accounts moved and letters are owed, and how many stayed as they were."""

    wave: str
    accounts: int
    letters: int
    stayed: int


def move(chosen: Mapping[int, int], to: str, with_letter: bool, note: str, now: datetime, actor: Actor) -> Moved:
    """Move accounts to stage `to` ("": they stay there), each to the receiver of the plan ({account id: staff id}).

    Every account gets a handover of its own, accepted at once, and its coordinators, where asked for, the letter with the
    `note`; every receiver one mail. What changed since the plan was shown stays as it is. Raises Invalid(field, why).
    """
    if to not in TARGETS:
        raise Invalid(field="to", why="not_a_choice", value=to, choices=", ".join(STAGES[1:]))
    if len(chosen) > MOST:
        raise Invalid(field="accounts", why="too_many", maximum=MOST)
    words, wave = note.strip(), token_hex(6)
    if len(words) > letters.LONGEST_NOTE:
        raise Invalid(field="note", why="too_long", maximum=letters.LONGEST_NOTE)
    with db.writing():
        accounts = locking.accounts(chosen)
        asked = asked_for(accounts)
        able = {
            stage: {one.staff_id for one in receivers.loads(stage)}
            for stage in {to or account.stage for account in accounts}
        }
        moving = [
            account
            for account in accounts
            if not barred(account, to, asked, now)
            and chosen[account.id] in able[to or account.stage]
            and (to or chosen[account.id] != owner_id(account, account.stage))
        ]
        passed = [
            (_pass_on(account, to, chosen[account.id], with_letter, wave, now, actor), account) for account in moving
        ]
        db.session.flush()
        written = letters.owe(passed, now, words)
        _note_down(passed, written, now, actor)
        _tell(passed, wave, now, actor)
        readiness.refresh_many([account.id for account in moving], now)
        return Moved(wave, len(moving), sum(written.values()), len(chosen) - len(moving))


def of(wave: str) -> list[Handover]:
    """List the handovers of a wave by account, with accounts and receivers; none: there is no such wave."""
    query = select(Handover).where(Handover.wave == wave).order_by(Handover.id)
    people = (Handover.account, Handover.receiver, Handover.requested_by)
    return list(db.session.scalars(query.options(*(joinedload(one) for one in people))))


def undo(wave: str, now: datetime, actor: Actor) -> tuple[int, int]:
    """Bring back the accounts of a wave whose letters have not left; return how many came back and how many could not.

    Each in a transaction of its own, as many as fit into one request: the same again goes on with the rest.
    """
    began = stopwatch.monotonic()
    wanted = select(Handover.id).where(Handover.wave == wave, Handover.state == "accepted").order_by(Handover.id)
    back = left = 0
    for handover_id in db.session.scalars(wanted).all():
        if stopwatch.monotonic() - began > LONGEST_SECONDS:
            break
        try:
            handovers.undo(handover_id, now, actor)
            back += 1
        except Refused:
            left += 1
    if back and db.session.scalar(wanted.limit(1)) is None:
        with db.writing():
            for key in db.session.scalars(select(Mail.key).where(Mail.kind == MAIL, Mail.key.like(f"{MAIL}:{wave}:%"))):
                drop("handover_undone", key=key)
    return back, left


def _pass_on(
    account: Account, to: str, receiver_id: int, with_letter: bool, wave: str, now: datetime, actor: Actor
) -> Handover:
    """Move one account and add its handover, accepted by whoever pressed."""
    stage = to or account.stage
    column = f"{stage}_owner_id"
    kept = handovers.standing(account, column) | {"receiver_id": None, "giver_id": giver_id(account, to)}
    row = Handover(
        account_id=account.id,
        from_stage=account.stage,
        to_stage=stage,
        state="accepted",
        requested_at=now,
        requested_by_id=actor.staff_id,
        receiver_id=receiver_id,
        decided_at=now,
        decided_by_id=actor.staff_id,
        clauses=account.clauses,
        letter=with_letter,
        wave=wave,
        before=kept,
    )
    db.session.add(row)
    setattr(account, column, receiver_id)
    if to:
        account.stage, account.stage_since = to, now
        account.ready_since, account.reopened = None, []
    return row


def _note_down(
    passed: Sequence[tuple[Handover, Account]], written: Mapping[int, int], now: datetime, actor: Actor
) -> None:
    """Write each account's history, and tell other programs and chat rooms."""
    lines = []
    for row, account in passed:
        key = "owner_changed_in_wave" if row.from_stage == row.to_stage else "moved_in_wave"
        where: dict[str, Any] = {"from": row.from_stage, "to": row.to_stage, "team": row.to_stage}
        who: dict[str, Any] = {"staff_id": row.receiver_id, "handover_id": row.id, "wave": row.wave}
        line = history.about_one(key, account_id=account.id, **where, **who, letters=written.get(row.id, 0))
        lines.append(line)
    history.record_many(lines, now, actor)
    told = [
        Told(
            "handover.accepted",
            f"handover.accepted:{row.id}:0",
            account.id,
            {"handover": row.id, "from": row.from_stage, "to": row.to_stage, "wave": row.wave},
        )
        for row, account in passed
    ]
    tell_many(told, now)


def _tell(passed: Sequence[tuple[Handover, Account]], wave: str, now: datetime, actor: Actor) -> None:
    """Owe every receiver one mail about all that is hers now; not who pressed herself."""
    given = Counter(row.receiver_id for row, _account in passed)
    able = select(Staff.id).where(Staff.id.in_(list(given)), Staff.active, Staff.email.is_not(None))
    owe_many(
        [
            {"kind": MAIL, "key": f"{MAIL}:{wave}:{number}", "staff_id": number, "params": {"wave": wave}}
            for number in db.session.scalars(able.order_by(Staff.id))
            if number != actor.staff_id
        ],
        now,
    )
