"""Answers which mails one press owed together, and calls back those that have not left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select, update

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import GOING, LEFT, Mail
from scheduler.services import history, locking, readiness
from scheduler.services.actors import Actor

# How long a mass mail can be called back before it leaves; to so many people of one company it is none.
WAIT = timedelta(minutes=5)
HANDFUL = 10


@dataclass(frozen=True)
class Press:
    """What the mails of one press have in common: when they are due (aware UTC), and the name they are called back by."""

    due_at: datetime
    batch: str | None


@dataclass(frozen=True)
class Batch:
    """The mails of one press that still wait: their kinds, how many, when the first is tried, and how many have left."""

    batch: str
    kinds: tuple[str, ...]
    waiting: int
    left: int
    next_at: datetime


@dataclass(frozen=True)
class CalledBack:
    """What calling back did: how many will not leave, and how many had left already."""

    stopped: int
    left: int


def press(account_ids: Sequence[int], now: datetime) -> Press:
    """Say when the mails of one press leave, given the account of each recipient.

    To several companies, or to more than ten people, in five minutes; to a handful of one company's at once.
    """
    mass = len(account_ids) > HANDFUL or len(set(account_ids)) > 1
    return Press(now + WAIT, uuid4().hex) if mass else Press(now, None)


def waiting() -> list[Batch]:
    """List the presses whose mails have not all left, the first to leave first."""
    open_ones = select(Mail.batch).where(Mail.state == "queued", Mail.batch.is_not(None)).distinct()
    rows = db.session.execute(
        select(Mail.batch, Mail.kind, Mail.state, func.count(), func.min(Mail.next_try_at))
        .where(Mail.batch.in_(open_ones))
        .group_by(Mail.batch, Mail.kind, Mail.state)
        .order_by(Mail.batch, Mail.kind)
    ).all()
    found = []
    for name in dict.fromkeys(row[0] for row in rows):
        own = [row for row in rows if row[0] == name]
        queued = [row for row in own if row[2] == "queued"]
        found.append(
            Batch(
                batch=name or "",
                kinds=tuple(dict.fromkeys(row[1] for row in queued)),
                waiting=sum(row[3] for row in queued),
                left=sum(row[3] for row in own if row[2] in ("sending", *LEFT)),
                next_at=min(row[4] for row in queued),
            )
        )
    return sorted(found, key=lambda one: one.next_at)


def call_back(batch: str, now: datetime, actor: Actor) -> CalledBack:
    """Take back what has not left of a press; an account none of whose people were written to counts as not introduced."""
    with db.writing():
        mine = (Mail.batch == batch, Mail.state == "queued")
        # Accounts before mails, as 案内を開始 does: two who want both would else wait for each other.
        locking.accounts(db.session.scalars(select(Mail.account_id).where(*mine, Mail.account_id.is_not(None))))
        rows = db.session.execute(select(Mail.account_id, Mail.created_at).where(*mine)).all()
        taken = update(Mail).where(*mine).values(state="dropped", reason="called_back")
        stopped = db.changed(taken.execution_options(synchronize_session=False))
        left = select(func.count()).select_from(Mail).where(Mail.batch == batch, Mail.state.in_(("sending", *LEFT)))
        per_account = Counter(account_id for account_id, _created_at in rows if account_id is not None)
        lines = [
            history.about_one("mails_called_back", account_id=account_id, count=count)
            for account_id, count in sorted(per_account.items())
        ]
        history.record_many(lines, now, actor)
        _not_introduced(per_account, {created_at for _account_id, created_at in rows}, now)
        return CalledBack(stopped, db.session.scalar(left) or 0)


def _not_introduced(account_ids: Iterable[int], pressed_at: set[datetime], now: datetime) -> None:
    """Undo 案内を開始 of accounts that this press introduced, where no invitation is on its way or has arrived.

    Whose people were only greeted before is so again.
    """
    accounts = db.session.scalars(
        select(Account)
        .where(Account.id.in_(list(account_ids)), Account.stage.in_(("sales", "onboarding")))
        .order_by(Account.id)
        .execution_options(populate_existing=True)
    ).all()
    ids = [row.id for row in accounts]
    going = (Mail.account_id.in_(ids), Mail.state.in_(GOING))
    invited = set(db.session.scalars(select(Mail.account_id).where(Mail.kind == "invitation", *going)))
    greetings = select(Mail.account_id, func.min(Mail.created_at)).where(Mail.kind == "welcome", *going)
    greeted = dict(db.session.execute(greetings.group_by(Mail.account_id)).all())
    for account in accounts:
        if account.introduced_at in pressed_at and account.id not in invited:
            before = _greeting(account.id, greeted.get(account.id))
            account.introduced_at = before.at if before is not None else None
            account.introduced_to = before.params["audience"] if before is not None else None
    db.session.flush()
    readiness.refresh_many(ids, now)


def _greeting(account_id: int, at: datetime | None) -> Event | None:
    """Return the press of this moment that greeted an account's people and did not invite them."""
    query = select(Event).where(Event.account_id == account_id, Event.key == "greeted", Event.at == at)
    return db.session.scalar(query.limit(1)) if at is not None else None
