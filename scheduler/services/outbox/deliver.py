"""Answers how owed mails leave: claimed with a lease, committed, checked once more, sent, recorded."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from emails import Refused, Sent, Transport, TransportDown, TryAgain
from emails.transports.base import LONGEST_SECONDS
from scheduler.models.db import Base, db
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.models.staff import Staff
from scheduler.services import history, vendor
from scheduler.services.actors import WORKER, Actor
from scheduler.services.outbox import about, claims
from scheduler.services.outbox.about import About
from scheduler.services.outbox.content import Prepared, Undeliverable, message_of
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import NotFound
from scheduler.services.vendor import Vendor

log = structlog.get_logger()

# While a worker holds a mail nobody else touches it; a dead worker's mails are taken up when this has passed.
LEASE = timedelta(seconds=60)
# What a lease must still last when a mail is handed over; it is prolonged where it does not.
NEEDED = timedelta(seconds=LONGEST_SECONDS + 5)
# With a slow transport the rest of a batch is given back, before its lease ends, to whoever has time.
BATCH_SECONDS = 35
BATCH = 50
# Waiting times after each failed try; then every eight hours up to GIVE_UP.
BACKOFF = (5, 15, 45, 120, 600, 1800, 3600, 7200, 14400)
LATER = 8 * 3600
GIVE_UP = timedelta(days=3)
# After a transport refused us altogether (wrong key) its mails wait this long.
DOWN = timedelta(minutes=5)

# Judges an account anew at a moment, within the open transaction: whether mail arrives is one of its facts.
Judge = Callable[[int, datetime], None]


class TransportStopped(Exception):
    """The transport refuses everything (a wrong key, a closed account); its mails wait."""


@dataclass(frozen=True)
class _Batch:
    """What the mails of one batch have in common."""

    began_at: datetime
    transport: Transport
    judge: Judge
    lease: timedelta
    holder: str = field(default_factory=lambda: uuid4().hex)
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Return how long the batch has been under way."""
        return time.monotonic() - self.began

    @property
    def now(self) -> datetime:
        """Return the moment, by the clock that was read when the batch began."""
        return self.began_at + timedelta(seconds=self.seconds)

    @property
    def until(self) -> datetime:
        """Return when the lease of the whole batch ends."""
        return self.began_at + self.lease


@dataclass(frozen=True)
class _Common:
    """What most mails name, read once for a batch: the vendor's details, and rows held so that no mail reads them anew."""

    details: Vendor
    rows: tuple[Base, ...]


def deliver_due(now: datetime, transport: Transport, judge: Judge, *, lease: timedelta = LEASE) -> int:
    """Send what is due at `now`, one batch of it; return how many were settled (sent, dropped, missed or failed).

    At least once, and in practice once: a mail is claimed by one worker for the time of the `lease`, and only the holder
    of the claim records what became of it. `judge` is asked about the account whose mail failed for good, in the very
    transaction that records it, and about one that mail reaches again. Raises TransportStopped after putting the
    claimed mails back.
    """
    batch = _Batch(now, transport, judge, lease)
    claimed = claims.claim(now, batch.holder, batch.until, BATCH)
    if not claimed:
        return 0
    try:
        return _send_all(claimed, batch)
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


def _send_all(claimed: list[int], batch: _Batch) -> int:
    common = _read_common()
    settled = 0
    for index, number in enumerate(claimed):
        if batch.seconds > BATCH_SECONDS:
            claims.put_back(claimed[index:], batch.holder, batch.now)
            break
        try:
            settled += _send_safely(number, batch, common)
        except TransportDown as error:
            log.error("transport_down", reason=error.reason)
            claims.put_back(claimed[index:], batch.holder, batch.now + DOWN, error.reason)
            raise TransportStopped(error.reason) from error
    return settled


def _read_common() -> _Common:
    rows = (*db.session.scalars(select(Staff).where(Staff.active)), *db.session.scalars(select(Course)))
    common = _Common(vendor.get(), rows)
    _end_reading()
    return common


def _end_reading() -> None:
    # A commit, although nothing was written: a rollback would make the session forget what it has read.
    db.session.commit()


def _send_safely(number: int, batch: _Batch, common: _Common) -> int:
    """Send one mail; a fault of ours is put off like one of the other side, so that one bad mail holds up no other."""
    try:
        return _send(number, batch, common)
    except (TransportDown, OperationalError, InterfaceError):
        # Nothing gets out, or the database is away: that is not this mail's alone.
        raise
    except Exception as error:
        log.exception("mail_fault", mail=number)
        db.session.rollback()
        found = about.read(number)
        return _again(found, batch, TryAgain(f"fault: {type(error).__name__}")) if found is not None else 0


def _send(number: int, batch: _Batch, common: _Common) -> int:
    found = about.read(number)
    if found is None or not claims.is_held(found.mail, batch.holder):
        _end_reading()
        return 0
    made = _made(found, batch.now, common.details)
    # Whatever the transport does next may take seconds; no transaction stays open meanwhile.
    _end_reading()
    if isinstance(made, tuple):
        return _settle(found, batch, state=made[0], reason=made[1])
    if batch.until - batch.now < NEEDED and not claims.prolong(number, batch.holder, batch.now + batch.lease):
        return 0
    what = {
        "to_address": made.to_address,
        "locale": made.locale,
        "subject": made.message.subject,
        "text": made.message.text,
        "template_version": made.template_version,
        "message_id": made.message.message_id,
    }
    try:
        sent: Sent = batch.transport.send(made.message)
    except TryAgain as error:
        return _again(found, batch, error)
    except Refused as error:
        return _settle(found, batch, state="failed", reason=error.reason, **what)
    return _settle(found, batch, state="sent", reason="", sent_at=batch.now, provider_id=sent.provider_id, **what)


def _made(found: About, now: datetime, details: Vendor) -> Prepared | tuple[str, str]:
    """Make the message, or tell as what the mail ends without being sent (state, reason)."""
    verdict = unwanted(found, now)
    if verdict is not None:
        return verdict
    try:
        return message_of(found.mail, now, details)
    except Undeliverable as error:
        return "failed", error.reason


def _again(found: About, batch: _Batch, error: TryAgain) -> int:
    """Plan the next try, with jitter so that what failed together does not come back together."""
    mail = found.mail
    step = BACKOFF[mail.attempts - 1] if mail.attempts <= len(BACKOFF) else LATER
    wait = error.after_seconds if error.after_seconds is not None else step * random.uniform(0.9, 1.1)
    next_try_at = batch.now + timedelta(seconds=wait)
    if next_try_at - mail.created_at > GIVE_UP and next_try_at - mail.due_at > GIVE_UP:
        return _settle(found, batch, state="failed", reason=error.reason)
    _settle(found, batch, state="queued", reason=error.reason, next_try_at=next_try_at)
    return 0


def _settle(found: About, batch: _Batch, **values: object) -> int:
    """Record what became of a mail, if its claim is still ours; return how many mails that were.

    A failure and what it means for the account commit together: a process that dies before has not settled the mail,
    which is tried again. That a mail was sent is recorded first, whatever happens to the account's level.
    """
    mail, now, state = found.mail, batch.now, values["state"]
    number, account_id, contact_id, kind = mail.id, mail.account_id, mail.contact_id, mail.kind
    reached_again = state == "sent" and contact_id is not None and _seems_unreachable(found)
    _end_reading()
    with db.writing():
        if not claims.settle(number, batch.holder, **values):
            return 0
        if account_id is not None and state in ("sent", "failed"):
            history.record(
                f"mail_{state}",
                now=now,
                actor=WORKER,
                account_id=account_id,
                contact_id=contact_id,
                mail_id=number,
                kind=kind,
            )
        if account_id is not None and contact_id is not None and state == "failed":
            _judge(account_id, now, batch.judge)
    if account_id is not None and reached_again:
        with db.writing():
            _judge(account_id, now, batch.judge)
    return 1


def _seems_unreachable(found: About) -> bool:
    return found.account is not None and any(one["key"] == "unreachable" for one in found.account.level_reasons)


def _judge(account_id: int, now: datetime, judge: Judge) -> None:
    """Have the account judged within the open transaction; a fault in that leaves the rest of it standing."""
    try:
        with db.session.begin_nested():
            judge(account_id, now)
    except Exception:
        # The nightly pass judges it again.
        log.exception("account_not_judged", account=account_id)
