"""Answers when and for which accounts the tables that reports count from are made: all of them by night, what changed by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.settings import JobRun
from scheduler.services.facts import local_day
from scheduler.services.snapshots import milestones, stories, tenures, turnouts

MAKE, RENEW = "make_snapshots", "renew_snapshots"
# Accounts of one transaction: others write in between.
AT_ONCE = 500


def make(now: datetime) -> int:
    """Count everything anew, some hundred accounts a transaction, and return how many rows differed.

    Who dies on the way, or runs beside another, does no harm: the next run writes what is missing.
    """
    return _write(db.session.scalars(select(Account.id).order_by(Account.id)).all(), now)


def counted_at() -> datetime | None:
    """Return when the rows were last brought up to date by a job; None: never."""
    return db.session.scalar(select(func.max(JobRun.finished_at)).where(JobRun.name.in_((MAKE, RENEW))))


def _write(ids: Sequence[int], now: datetime, *, anew: bool = False) -> int:
    clocks, today, count = turnouts.clocks(now), local_day(now), 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with db.writing():
            if anew:
                tenures.forget(some)
            told = stories.load(some)
            count += tenures.write(told, today) + milestones.write(told) + turnouts.write(some, clocks, now)
    return count
