"""Answers what became of mails that were claimed, and records it: by their holder only, many in one transaction."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, update

from emails import Sent, TryAgain
from emails.transports.base import TransportProblem
from scheduler.models.db import db, table
from scheduler.models.mails import LEFT, Mail
from scheduler.services import history
from scheduler.services.actors import WORKER
from scheduler.services.installation import here
from scheduler.services.outbox import claims
from scheduler.services.outbox.about import About
from scheduler.services.outbox.batch import Batch
from scheduler.services.outbox.content import Prepared

log = structlog.get_logger()

# Waiting times after each failed try; then every eight hours until a day has passed.
BACKOFF = (5, 15, 45, 120, 600, 1800, 3600, 7200, 14400)
LATER = 8 * 3600
# A mail has failed when a day has passed and so many tries have: before its first one it may have waited for longer, for
# opening hours, for the end of a pause, or for a worker.
GIVE_UP = timedelta(days=1)
TRIES = len(BACKOFF) + 2

_MAILS = table(Mail)
# What says how a try went, beside what was sent.
_OF_THE_TRY = ("state", "reason", "sent_at", "next_try_at")


@dataclass(frozen=True)
class Result:
    """What is to be written of one mail: `state` and whatever else changes."""

    found: About
    values: dict[str, Any]


def result_of(found: About, prepared: Prepared, outcome: Sent | TransportProblem, batch: Batch) -> Result:
    """Say what an answer of the transport means for a mail."""
    what = {
        "to_address": prepared.to_address,
        "locale": prepared.locale,
        "subject": prepared.message.subject,
        "text": prepared.message.text,
        "template_version": prepared.template_version,
        "message_id": prepared.message.message_id,
        "note_id": prepared.note_id,
    }
    if isinstance(outcome, TryAgain):
        planned = again(found, batch, outcome)
        # What may have been accepted is kept: when the provider tells that it was, nobody else knows the words.
        return Result(found, {**planned.values, **what}) if outcome.doubtful else planned
    if isinstance(outcome, Sent):
        left = {"state": "sent", "reason": "", "sent_at": batch.now, "provider_id": outcome.provider_id}
        return Result(found, {**left, **what})
    return Result(found, {"state": "failed", "reason": outcome.reason, **what, "note_id": None})


def again(found: About, batch: Batch, error: TryAgain) -> Result:
    """Plan the next try, with jitter so that what failed together does not come back together.

    Of what may have been accepted the provider tells, where it does, before it is sent once more.
    """
    mail = found.mail
    step = BACKOFF[mail.attempts - 1] if mail.attempts <= len(BACKOFF) else LATER
    wait = error.after_seconds if error.after_seconds is not None else step * random.uniform(0.9, 1.1)
    if error.doubtful and here().mail_events:
        wait = max(wait, claims.UNKNOWN.total_seconds())
    if batch.now + timedelta(seconds=wait) - max(mail.created_at, mail.due_at) > GIVE_UP:
        if mail.attempts >= TRIES:
            return Result(found, {"state": "failed", "reason": error.reason})
        # However soon the other side wants it again: the tries are to last for a day.
        wait = max(wait, step)
    next_try_at = batch.now + timedelta(seconds=wait)
    return Result(found, {"state": "queued", "reason": error.reason, "next_try_at": next_try_at})


def record(results: Sequence[Result], batch: Batch) -> int:
    """Record what became of mails, as far as their claims are still ours; return how many are settled now.

    A failure and what it means for the account commit together: a process that dies before has not settled the mail,
    which is tried again. That mails were sent is recorded first, whatever happens to an account's level.
    """
    if not results:
        return 0
    now = batch.now
    with db.writing():
        numbers = [result.found.mail.id for result in results]
        ours = claims.held(numbers, batch.holder)
        settled = [result for result in results if result.found.mail.id in ours]
        _write(settled)
        _write_words([result for result in results if result.found.mail.id not in ours])
        _tell(settled, now)
        failed = [result for result in settled if result.values["state"] == "failed"]
        # Accounts are locked in the order of their ids, which is the same for everybody.
        for result in sorted(failed, key=lambda one: one.found.mail.account_id or 0):
            _failed(result, batch, now)
    batch.in_hand.difference_update(numbers)
    batch.has_sent = batch.has_sent or any(result.values["state"] == "sent" for result in results)
    reached = [result.found for result in settled if result.values["state"] == "sent"]
    _reached_again(reached, batch, now)
    return sum(result.values["state"] != "queued" for result in settled)


def _write(results: Sequence[Result]) -> None:
    """Write the rows that are ours and let go of them, those that change alike in one statement."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for result in results:
        alike[tuple(result.values)].append({"b_id": result.found.mail.id} | result.values)
    for names, rows in alike.items():
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        db.core(update(_MAILS).where(_MAILS.c.id == bindparam("b_id")).values(claimed_by=None, **values), rows)


def _write_words(results: Sequence[Result]) -> None:
    """Keep what was sent where the provider told of it before we did: it has settled the row already."""
    for result in results:
        if "text" in result.values:
            words = {name: value for name, value in result.values.items() if name not in _OF_THE_TRY}
            which = (_MAILS.c.id == result.found.mail.id, _MAILS.c.state.in_(LEFT), _MAILS.c.text.is_(None))
            db.core(update(_MAILS).where(*which).values(words))


def _tell(results: Sequence[Result], now: datetime) -> None:
    """Note in the accounts' histories what was sent and what failed."""
    lines = [
        history.about_one(
            f"mail_{result.values['state']}",
            account_id=result.found.mail.account_id,
            contact_id=result.found.mail.contact_id,
            mail_id=result.found.mail.id,
            kind=result.found.mail.kind,
        )
        for result in results
        if result.found.mail.account_id is not None and result.values["state"] in ("sent", "failed")
    ]
    history.record_many(lines, now, WORKER)


def _failed(result: Result, batch: Batch, now: datetime) -> None:
    mail, lost = result.found.mail, batch.lost
    if lost is not None:
        _safely("loss_not_noted", mail.id, lambda: lost(mail.id, result.values["reason"], now))
    if mail.account_id is not None and mail.contact_id is not None:
        _judge(mail.account_id, batch, now)


def _reached_again(found: Sequence[About], batch: Batch, now: datetime) -> None:
    """Have those accounts judged anew that were thought out of reach."""
    for one in found:
        if one.mail.contact_id is not None and one.mail.account_id is not None and _seems_unreachable(one):
            with db.writing():
                _judge(one.mail.account_id, batch, now)


def _seems_unreachable(found: About) -> bool:
    return found.account is not None and any(one["key"] == "unreachable" for one in found.account.level_reasons)


def _judge(account_id: int, batch: Batch, now: datetime) -> None:
    # Where that fails the nightly pass judges it again.
    _safely("account_not_judged", account_id, lambda: batch.judge(account_id, now))


def _safely(event: str, number: int, act: Callable[[], None]) -> None:
    """Do something within the open transaction; a fault in that leaves the rest of it standing."""
    try:
        with db.session.begin_nested():
            act()
    except Exception:
        log.exception(event, number=number)
