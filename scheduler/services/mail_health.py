"""Answers whether mails get out: how many are due, since when, when the last one left, and what became of today's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.mails import LEFT, STATES, Mail
from scheduler.services import mail_holding
from scheduler.services.outbox import closing

# What is this late has stalled: no worker is running, or the way out is closed.
STALLED = timedelta(minutes=15)
# Why a mail waits although its time has come, by a rule or by somebody's hand: it is not late before that has passed.
WAITS = ("quiet_hours", "closed_day", "vendor_closed", "not_a_working_day", "hours", "held", "paused")
# So many of those that fell due last are looked at to find the one that left last.
_LOOKED_AT = 500
_PAUSED = select(Account.id).where(Account.mails_paused_at.is_not(None))
_WAITING = and_(
    Mail.state.in_(("queued", "sending")),
    or_(Mail.contact_id.is_(None), Mail.account_id.is_(None), Mail.account_id.not_in(_PAUSED)),
)


@dataclass(frozen=True)
class Health:
    """How mails leave at a moment (aware UTC)."""

    # How many a worker may take up now, and since when the first of them can be.
    due: int
    first_due_at: datetime | None
    # Since when the oldest that waits for no rule and no hand should have left, whatever was tried.
    oldest_due_at: datetime | None
    last_sent_at: datetime | None
    # Nothing has left for 15 minutes, although something should have and nobody holds everything back.
    stalled: bool
    # open; closed: the transport refuses everything; paused: by hand.
    transport: str


def read(now: datetime) -> Health:
    """Look at what waits, but to people of paused accounts, and at the last ones that left; what was sent long ago costs nothing."""
    ought_at = case((Mail.reason.in_(WAITS), Mail.next_try_at), else_=Mail.due_at)
    is_due, late = Mail.next_try_at <= now, now - STALLED
    due, first, oldest, last_late = db.session.execute(
        select(
            func.count(case((is_due, 1))),
            func.min(case((is_due, Mail.next_try_at))),
            func.min(case((ought_at <= now, ought_at))),
            func.max(case((ought_at <= late, ought_at))),
        ).where(_WAITING)
    ).one()
    sent = _last_sent(now)
    # Nobody takes up what is due; or what fell due after the last one left is tried in vain.
    stuck = (first is not None and first <= late) or (last_late is not None and (sent is None or last_late > sent))
    quiet, paused = sent is None or sent <= late, mail_holding.paused_everything() is not None
    transport = "paused" if paused else "open" if closing.state() is None else "closed"
    return Health(due, first, oldest, sent, stuck and quiet and not paused, transport)


def late(now: datetime) -> int:
    """Count the mails that a worker should have taken up 15 minutes ago."""
    return db.session.scalar(select(func.count()).where(_WAITING, Mail.next_try_at < now - STALLED)) or 0


def last_day(now: datetime) -> Mapping[tuple[str, str], int]:
    """Count the mails that fell due in the last 24 hours, by kind and state: as many rows are read as these are."""
    recent = and_(Mail.due_at > now - timedelta(days=1), Mail.due_at <= now)
    rows = db.session.execute(
        # By each state, so that the index on state and day serves.
        select(Mail.kind, Mail.state, func.count())
        .where(recent, Mail.state.in_(STATES))
        .group_by(Mail.kind, Mail.state)
    )
    return {(kind, state): count for kind, state, count in rows}


def _last_sent(now: datetime) -> datetime | None:
    """Find when a mail left last: they leave in about the order in which they fall due."""
    found = []
    for state in LEFT:
        last = select(Mail.sent_at).where(Mail.state == state, Mail.due_at <= now).order_by(Mail.due_at.desc())
        found.append(db.session.scalar(select(func.max(last.limit(_LOOKED_AT).subquery().c.sent_at))))
    return max((moment for moment in found if moment is not None), default=None)
