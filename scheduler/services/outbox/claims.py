"""Answers which worker may send a mail just now: claimed with a lease, prolonged, given back or settled by its holder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services.installation import here

# For so long a mail whose fate nobody knows waits for the provider's word before it is sent again.
UNKNOWN = timedelta(minutes=5)


def claim(now: datetime, holder: str, until: datetime, limit: int) -> dict[int, str]:
    """Claim up to `limit` mails that are due at `now` and return their kinds; until `until` nobody else touches them.

    What was being sent when its worker died is taken up when its lease has ended; where the provider tells what became of
    mails, five minutes later, since its word may come until then. Mails to the people of a paused account stay.
    """
    with db.writing():
        due = (
            select(Mail.id, Mail.kind)
            .where(_is_due(now), _may_leave())
            .order_by(Mail.next_try_at, Mail.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed: dict[int, str] = dict(db.session.execute(due).all())
        if claimed:
            db.changed(
                update(Mail)
                .where(Mail.id.in_(claimed))
                .values(state="sending", claimed_by=holder, next_try_at=until, attempts=Mail.attempts + 1)
                .execution_options(synchronize_session=False)
            )
        db.session.expire_all()
        return claimed


def is_held(mail: Mail, holder: str) -> bool:
    """Tell whether the mail as it was read is this holder's to send."""
    return mail.state == "sending" and mail.claimed_by == holder


def prolong(mail_ids: Sequence[int], holder: str, until: datetime) -> set[int]:
    """Hold on to mails until `until`; return those that are still this holder's: the leases of the others had ended."""
    with db.writing():
        still = held(mail_ids, holder)
        _changed(_held(list(still), holder), next_try_at=until)
        return still


def held(mail_ids: Sequence[int], holder: str) -> set[int]:
    """Return which of these mails are this holder's, and keep them all as they are for the open transaction.

    All are locked, in the order of their ids: the provider may tell of any of them at this moment.
    """
    query = select(Mail.id, Mail.state, Mail.claimed_by).where(Mail.id.in_(mail_ids)).order_by(Mail.id)
    rows = db.session.execute(query.with_for_update(key_share=True))
    return {number for number, state, claimed_by in rows if state == "sending" and claimed_by == holder}


def put_back(mail_ids: Sequence[int], holder: str, next_try_at: datetime, reason: str = "") -> None:
    """Return claimed mails untouched, as if they had not been tried."""
    if not mail_ids:
        return
    with db.writing():
        _changed(
            _held(list(held(mail_ids, holder)), holder),
            state="queued",
            claimed_by=None,
            next_try_at=next_try_at,
            attempts=Mail.attempts - 1,
            reason=reason,
        )


def _is_due(now: datetime) -> ColumnElement[bool]:
    if not here().mail_events:
        return Mail.state.in_(("queued", "sending")) & (Mail.next_try_at <= now)
    return or_(
        and_(Mail.state == "queued", Mail.next_try_at <= now),
        and_(Mail.state == "sending", Mail.next_try_at <= now - UNKNOWN),
    )


def _may_leave() -> ColumnElement[bool]:
    paused = select(Account.id).where(Account.mails_paused_at.is_not(None))
    return or_(Mail.contact_id.is_(None), Mail.account_id.is_(None), Mail.account_id.not_in(paused))


def _held(mail_ids: Sequence[int], holder: str) -> tuple[ColumnElement[bool], ...]:
    return Mail.id.in_(mail_ids), Mail.claimed_by == holder, Mail.state == "sending"


def _changed(which: tuple[ColumnElement[bool], ...], **values: object) -> int:
    return db.changed(update(Mail).where(*which).values(**values).execution_options(synchronize_session=False))
