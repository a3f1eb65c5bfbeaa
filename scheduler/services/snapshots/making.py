"""Answers when and for which accounts the tables that reports count from are made: all of them by night, what changed by day.

Each portion of accounts is one transaction that writes only rows that differ, so that others write in between, a run that
dies is completed by the next, and runs in any order or beside each other leave the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.settings import JobRun
from scheduler.services.facts import local_day
from scheduler.services.snapshots import changed, milestones, stories, tenures, turnouts

MAKE, RENEW = "make_snapshots", "renew_snapshots"
# Accounts of one transaction.
AT_ONCE = 500
# What was written while the last run went on, or stood in a transaction that was open then, is looked at once more.
OVERLAP = timedelta(minutes=15)
# PostgreSQL lets one portion at a time be written; SQLite has one writer anyway.
_LOCK = 0x7A5C1F


def make(now: datetime) -> int:
    """Count everything anew and return how many rows differed."""
    return _write(_every(), now)


def renew(now: datetime, since: datetime | None = None) -> int:
    """Count anew the accounts of which anything changed since the last run (or since `since`); return how many rows differed.

    Everything, where nothing was ever counted, where the clock was set back, or where rules changed by which all are judged.
    """
    since = since or counted_at()
    if since is None or since > now or changed.for_all(since - OVERLAP):
        return make(now)
    return _write(changed.accounts(since - OVERLAP, now), now)


def rebuild(now: datetime) -> int:
    """Throw away what was kept of the past and tell it anew from the history; return how many rows were written.

    See `tenures` for what the history cannot tell: it is lost.
    """
    return _write(_every(), now, anew=True)


def counted_at() -> datetime | None:
    """Return when a job last brought the rows up to date (UTC); None: never."""
    return db.session.scalar(select(func.max(JobRun.finished_at)).where(JobRun.name.in_((MAKE, RENEW))))


def _every() -> list[int]:
    return list(db.session.scalars(select(Account.id).order_by(Account.id)))


def _write(ids: Sequence[int], now: datetime, *, anew: bool = False) -> int:
    if not ids:
        return 0
    clocks, today, count = turnouts.clocks(now), local_day(now), 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with db.writing():
            _one_at_a_time()
            if anew:
                tenures.forget(some)
            told = stories.load(some)
            count += tenures.write(told, today) + milestones.write(told) + turnouts.write(some, clocks, now)
    return count


def _one_at_a_time() -> None:
    """Let portions wait for each other: two that know the same past would both add what follows."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
