"""Answers how owed mails leave: claimed with a lease, committed, checked once more, sent, recorded."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from emails import Refused, Sent, Transport, TransportDown, TryAgain
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import history
from scheduler.services.actors import WORKER, Actor
from scheduler.services.outbox.content import Undeliverable, message_of
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import NotFound

log = structlog.get_logger()

# While a worker holds a mail nobody else touches it; a dead worker's mails are taken up when this has passed.
LEASE = timedelta(seconds=60)
# A batch is left in time to finish the mail in hand within the lease: a transport waits 10 s (SMTP) or 20 s (SendGrid)
# for an answer.
BATCH_SECONDS = 35
BATCH = 50
# Waiting times after each failed try; then every eight hours up to GIVE_UP.
BACKOFF = (5, 15, 45, 120, 600, 1800, 3600, 7200, 14400)
LATER = 8 * 3600
GIVE_UP = timedelta(days=3)
# After a transport refused us altogether (wrong key) its mails wait this long.
DOWN = timedelta(minutes=5)


class TransportStopped(Exception):
    """The transport refuses everything (a wrong key, a closed account); its mails wait."""


def deliver_due(now: datetime, transport: Transport, limit: int = BATCH) -> int:
    """Send what is due at `now`, up to `limit` mails; return how many were settled (sent, dropped, missed or failed).

    At least once, and in practice once: a mail is claimed by one worker for 60 seconds, and only the holder of the claim
    records what became of it. Raises TransportStopped after putting the claimed mails back.
    """
    started = time.monotonic()
    holder = uuid4().hex
    claimed = _claim(now, holder, limit)
    settled = 0
    for index, number in enumerate(claimed):
        moment = now + timedelta(seconds=time.monotonic() - started)
        if time.monotonic() - started > BATCH_SECONDS:
            _put_back(claimed[index:], holder, moment)
            break
        try:
            settled += _send_safely(number, holder, moment, transport)
        except TransportDown as error:
            log.error("transport_down", reason=error.reason)
            _put_back(claimed[index:], holder, moment + DOWN, error.reason)
            raise TransportStopped(error.reason) from error
    return settled


def retry(mail_id: int, now: datetime, actor: Actor) -> None:
    """Queue a failed mail once more; raises NotFound when there is no failed mail of this id."""
    with db.writing():
        mail = db.session.get(Mail, mail_id, populate_existing=True)
        if mail is None or mail.state != "failed":
            raise NotFound()
        mail.state, mail.reason, mail.attempts, mail.next_try_at, mail.created_at = "queued", "", 0, now, now
        history.record("mail_retried", now=now, actor=actor, account_id=mail.account_id, mail_id=mail_id)


def _claim(now: datetime, holder: str, limit: int) -> list[int]:
    with db.writing():
        due = (
            select(Mail.id)
            .where(Mail.state.in_(("queued", "sending")), Mail.next_try_at <= now)
            .order_by(Mail.next_try_at, Mail.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        numbers = list(db.session.scalars(due))
        if numbers:
            db.session.execute(
                update(Mail)
                .where(Mail.id.in_(numbers))
                .values(state="sending", claimed_by=holder, next_try_at=now + LEASE, attempts=Mail.attempts + 1)
                .execution_options(synchronize_session=False)
            )
        db.session.expire_all()
        return numbers


def _send_safely(number: int, holder: str, now: datetime, transport: Transport) -> int:
    """Send one mail; a fault of ours is put off like one of the other side, so that one bad mail holds up no other."""
    try:
        return _send(number, holder, now, transport)
    except (TransportDown, SQLAlchemyError):
        raise
    except Exception as error:
        log.exception("mail_fault", mail=number)
        db.session.rollback()
        mail = db.session.get_one(Mail, number, populate_existing=True)
        return _again(mail, holder, now, TryAgain(f"fault: {type(error).__name__}"))


def _send(number: int, holder: str, now: datetime, transport: Transport) -> int:
    mail = db.session.get_one(Mail, number, populate_existing=True)
    if mail.claimed_by != holder or mail.state != "sending":
        return 0
    verdict = unwanted(mail, now)
    if verdict is not None:
        return _settle(mail, holder, now, state=verdict[0], reason=verdict[1])
    try:
        message = message_of(mail, now)
    except Undeliverable as error:
        return _settle(mail, holder, now, state="failed", reason=error.reason)
    what = {
        "to_address": message.to_address,
        "locale": message.locale,
        "subject": message.message.subject,
        "text": message.message.text,
        "template_version": message.template_version,
        "message_id": message.message.message_id,
    }
    # Whatever the transport does next may take seconds; no transaction stays open meanwhile.
    db.session.rollback()
    try:
        sent: Sent = transport.send(message.message)
    except TryAgain as error:
        return _again(mail, holder, now, error)
    except Refused as error:
        return _settle(mail, holder, now, state="failed", reason=error.reason, **what)
    return _settle(mail, holder, now, state="sent", reason="", sent_at=now, provider_id=sent.provider_id, **what)


def _again(mail: Mail, holder: str, now: datetime, error: TryAgain) -> int:
    """Plan the next try, with jitter so that what failed together does not come back together."""
    step = BACKOFF[mail.attempts - 1] if mail.attempts <= len(BACKOFF) else LATER
    wait = error.after_seconds if error.after_seconds is not None else step * random.uniform(0.9, 1.1)
    next_try_at = now + timedelta(seconds=wait)
    if next_try_at - mail.created_at > GIVE_UP and next_try_at - mail.due_at > GIVE_UP:
        return _settle(mail, holder, now, state="failed", reason=error.reason)
    _settle(mail, holder, now, state="queued", reason=error.reason, next_try_at=next_try_at)
    return 0


def _settle(mail: Mail, holder: str, now: datetime, **values: object) -> int:
    """Record what became of a mail, if its claim is still ours."""
    number, account_id, contact_id, kind = mail.id, mail.account_id, mail.contact_id, mail.kind
    with db.writing():
        done = db.changed(
            update(Mail)
            .where(Mail.id == number, Mail.claimed_by == holder, Mail.state == "sending")
            .values(claimed_by=None, **values)
            .execution_options(synchronize_session=False)
        )
        if done and account_id is not None and values["state"] in ("sent", "failed"):
            history.record(
                f"mail_{values['state']}",
                now=now,
                actor=WORKER,
                account_id=account_id,
                contact_id=contact_id,
                mail_id=number,
                kind=kind,
            )
    return 1


def _put_back(numbers: list[int], holder: str, next_try_at: datetime, reason: str = "") -> None:
    """Return claimed mails untouched, as if they had not been tried."""
    with db.writing():
        db.session.execute(
            update(Mail)
            .where(Mail.id.in_(numbers), Mail.claimed_by == holder, Mail.state == "sending")
            .values(state="queued", claimed_by=None, next_try_at=next_try_at, attempts=Mail.attempts - 1, reason=reason)
            .execution_options(synchronize_session=False)
        )
