"""Answers which worker may send a mail just now: claimed with a lease, prolonged, given back or settled by its holder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from scheduler.models.db import db
from scheduler.models.mails import Mail


def claim(now: datetime, holder: str, until: datetime, limit: int) -> list[int]:
    """Claim up to `limit` mails that are due at `now`; until `until` nobody else touches them."""
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
            db.changed(
                update(Mail)
                .where(Mail.id.in_(numbers))
                .values(state="sending", claimed_by=holder, next_try_at=until, attempts=Mail.attempts + 1)
                .execution_options(synchronize_session=False)
            )
        db.session.expire_all()
        return numbers


def is_held(mail: Mail, holder: str) -> bool:
    """Tell whether the mail as it was read is this holder's to send."""
    return mail.state == "sending" and mail.claimed_by == holder


def prolong(mail_id: int, holder: str, until: datetime) -> bool:
    """Hold on to one mail until `until`; False when its lease had ended and somebody else took it up."""
    with db.writing():
        return _changed(_held([mail_id], holder), next_try_at=until) == 1


def settle(mail_id: int, holder: str, **values: object) -> bool:
    """Record what became of a mail and let go of it, within the open transaction; False when it is not ours any more."""
    return _changed(_held([mail_id], holder), claimed_by=None, **values) == 1


def put_back(mail_ids: list[int], holder: str, next_try_at: datetime, reason: str = "") -> None:
    """Return claimed mails untouched, as if they had not been tried."""
    with db.writing():
        _changed(
            _held(mail_ids, holder),
            state="queued",
            claimed_by=None,
            next_try_at=next_try_at,
            attempts=Mail.attempts - 1,
            reason=reason,
        )


def _held(mail_ids: list[int], holder: str) -> tuple[ColumnElement[bool], ...]:
    return Mail.id.in_(mail_ids), Mail.claimed_by == holder, Mail.state == "sending"


def _changed(held: tuple[ColumnElement[bool], ...], **values: object) -> int:
    return db.changed(update(Mail).where(*held).values(**values).execution_options(synchronize_session=False))
