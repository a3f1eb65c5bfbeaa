"""Answers which months of history, and whose, staffing is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from scheduler.models.accounts import Account
from scheduler.rules.reporting import months_before
from scheduler.rules.workdays import to_utc
from scheduler.services.facts import local_day
from scheduler.services.installation import here

# How many whole months of history are looked at unless others are asked for.
MONTHS = 12


@dataclass(frozen=True)
class Window:
    """Whole months: local days from `since` up to but without `until`, the moments at which these begin, and whose they are."""

    months: int
    since: date
    until: date
    from_at: datetime
    to_at: datetime
    # The last day asked for: who is there is counted as of it.
    day: date
    which: tuple[ColumnElement[bool], ...] = ()

    def of(self, account_id: Any) -> list[ColumnElement[bool]]:
        """Return the conditions by which rows of an account count."""
        return [account_id.in_(select(Account.id).where(*self.which))] if self.which else []


def lately(now: datetime) -> Window:
    """Return the last MONTHS whole months before the present one, in the installation's zone."""
    today = local_day(now)
    return window(months_before(today, MONTHS), today)


def window(since: date, until: date, which: Sequence[ColumnElement[bool]] = ()) -> Window:
    """Return the whole months between two days (both count), of the accounts that these conditions on Account match."""
    first = since if since.day == 1 else months_before(since, -1)
    end = (until + timedelta(days=1)).replace(day=1)
    months = max(0, (end.year - first.year) * 12 + end.month - first.month)
    from_at, to_at = (to_utc(datetime.combine(day, datetime.min.time()), here().zone) for day in (first, end))
    return Window(months, first, end, from_at, to_at, until, tuple(which))
