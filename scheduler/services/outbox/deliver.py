"""Answers how owed mails leave: claimed with a lease, committed, checked once more, sent, recorded."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from emails import KINDS, Transport
from scheduler.models.db import Base, db
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import history, mail_holding, mail_rules, vendor
from scheduler.services import templates as words
from scheduler.services.actors import WORKER, Actor
from scheduler.services.outbox import claims, closing, handing, preparing
from scheduler.services.outbox.batch import LEASE, Batch, Common, Judge, Lost, TransportStopped
from scheduler.services.refusals import NotFound

log = structlog.get_logger()

# So many are claimed at a time where one request takes as many, else so many as are worth reading together.
BATCH_TOGETHER = 1000
BATCH = 50


def deliver_due(
    now: datetime, transport: Transport, judge: Judge, *, lost: Lost | None = None, lease: timedelta = LEASE
) -> int:
    """Send what is due at `now`, one batch of it; return how many were settled (sent, dropped, …) or put off.

    At least once, and in practice once: a mail is claimed by one worker for the time of the `lease`, and only the holder
    of the claim records what became of it. `judge` is asked about the account whose mail failed for good, in the very
    transaction that records it, and about one that mail reaches again; `lost` is told which mails failed for good.
    Nothing is claimed while everything is paused or the transport is known to be closed. Raises TransportStopped when it
    turns out to be; the mails that did not leave are put back.
    """
    closed = closing.state()
    if mail_holding.paused_everything() is not None or (closed is not None and now < closed.until):
        db.session.rollback()
        return 0
    batch = Batch(now, transport, judge, lost, lease)
    # While it was closed one mail is enough to find out.
    limit = 1 if closed is not None else BATCH_TOGETHER if transport.largest > 1 else BATCH
    claimed = claims.claim(now, batch.holder, batch.held_until, limit)
    if not claimed:
        return 0
    batch.in_hand = set(claimed)
    try:
        return _send_all(claimed, batch, was_closed=closed is not None)
    finally:
        # What was read went on while others wrote.
        db.session.expire_all()


def retry(mail_id: int, now: datetime, actor: Actor) -> None:
    """Queue a failed mail once more; raises NotFound when there is no failed mail of this id."""
    with db.writing():
        mail = db.session.get(Mail, mail_id, populate_existing=True)
        if mail is None or mail.state != "failed":
            raise NotFound()
        mail.state, mail.reason, mail.attempts, mail.next_try_at, mail.created_at = "queued", "", 0, now, now
        history.record("mail_retried", now=now, actor=actor, account_id=mail.account_id, mail_id=mail_id)


def _send_all(claimed: dict[int, str], batch: Batch, *, was_closed: bool) -> int:
    common = _read_common()
    transport, waiting = batch.transport, deque(claimed)
    settled = 0
    try:
        while waiting and not batch.is_over:
            ready = preparing.prepare(_some(waiting, claimed, transport), waiting, batch, common)
            settled += ready.settled
            settled += handing.hand_over(ready.mails, batch, common)
    except handing.Stopped as stopped:
        log.error("transport_down", reason=stopped.reason)
        batch.give_back(waiting, batch.now, stopped.reason)
        closing.close(stopped.reason, batch.now)
        raise TransportStopped(stopped.reason) from stopped
    batch.give_back(waiting, batch.now)
    if was_closed and batch.has_sent:
        closing.reopen(batch.now, WORKER)
    return settled


def _some(waiting: deque[int], kinds: Mapping[int, str], transport: Transport) -> list[int]:
    """Take from the front of `waiting` what is made at one time.

    Of mails that leave alone not so many that what the last of them says could be out of date when its turn comes.
    """
    alone, taken = 0, []
    while waiting and alone < transport.concurrency * 4:
        taken.append(waiting.popleft())
        kind = KINDS.get(kinds[taken[-1]])
        alone += transport.largest == 1 or kind is None or kind.calendar is not None
    return taken


def _read_common() -> Common:
    # Held by the batch, so that no mail reads them anew.
    rows: tuple[Base, ...] = (
        *db.session.scalars(select(Staff).where(Staff.active)),
        *db.session.scalars(select(Course)),
    )
    details = vendor.get()
    common = Common(details, words.present(), mail_rules.get(), vendor.working_days(details), rows)
    db.session.commit()
    return common
