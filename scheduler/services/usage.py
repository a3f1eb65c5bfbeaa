"""Answers when an account really used the product: signals from the product, and a person's own confirmation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import exists, func, select

from scheduler.models.accounts import Account, Store
from scheduler.models.db import db
from scheduler.models.setup import UsageDay
from scheduler.services import history, locking, readiness
from scheduler.services.actors import Actor
from scheduler.services.inserting import added
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid

# The most signals that one call may bring.
MOST_SIGNALS = 1000
LONGEST_EVENT = 100
# Accounts looked at in one statement.
BATCH = 500
LONGEST_SOURCE = 500
# Nobody uses the product longer than this before signing (trials): an earlier date is a slip of the keyboard.
TRIAL = timedelta(days=366)


@dataclass(frozen=True)
class UsageSignal:
    """One sign of use: an aware moment, what happened as the product names it, and the store where there is one."""

    at: datetime
    event: str
    store_code: str | None = None


@dataclass(frozen=True)
class DayOfUse:
    """A day of the installation's zone on which an account, or one of its stores, used the product."""

    account_id: int
    store_id: int | None
    day: date
    event: str


def record(account_id: int, signals: Sequence[UsageSignal], now: datetime, actor: Actor) -> int:
    """Record signs of use and return how many days were new; repeated, late and unordered ones change nothing twice.

    A signal counts for the day it has in the installation's zone. Raises NotFound (account) and Invalid(field, why):
    more than MOST_SIGNALS, a day in the future, a store the account does not have; then nothing is written.
    """
    if len(signals) > MOST_SIGNALS:
        raise Invalid(field="signals", why="too_many_signals", maximum=MOST_SIGNALS)
    zone = here().tz
    today = now.astimezone(zone).date()
    days = [_day(signal, zone, today) for signal in signals]
    with db.writing():
        locking.account(account_id)
        known = db.session.execute(select(Store.code, Store.id).where(Store.account_id == account_id))
        stores = dict(known.all())
        seen = (
            DayOfUse(account_id, _store_id(signal, stores), day, signal.event.strip())
            for signal, day in zip(signals, days, strict=True)
        )
        return len(write(seen, now, actor))


def write(days: Iterable[DayOfUse], now: datetime, actor: Actor) -> list[int]:
    """Within the open transaction, add the days of use that are new and return their ids.

    The accounts are locked by the caller. Each of them that never used the product before gets its line in the history;
    all of which something is new are judged anew.
    """
    # Most signals of a batch tell of a day that another of them told of already.
    rows = [asdict(day) | {"recorded_at": now} for day in dict.fromkeys(days)]
    ids = sorted({row["account_id"] for row in rows})
    begun: set[int] = set()
    for start in range(0, len(ids), BATCH):
        some = Account.id.in_(ids[start : start + BATCH])
        begun.update(
            db.session.scalars(select(Account.id).where(some, exists().where(UsageDay.account_id == Account.id)))
        )
    new = added(UsageDay, rows, "id", "account_id", "day")
    first: dict[int, date] = {}
    for _number, account_id, day in new:
        first[account_id] = min(day, first.get(account_id, day))
    lines = [
        history.about_one("usage_began", account_id=account_id, on=day.isoformat())
        for account_id, day in sorted(first.items())
        if account_id not in begun
    ]
    history.record_many(lines, now, actor)
    touched = sorted(first)
    for start in range(0, len(touched), BATCH):
        readiness.refresh_many(touched[start : start + BATCH], now)
    return [number for number, _account_id, _day in new]


@dataclass(frozen=True)
class Use:
    """How an account used the product: on so many different days, the first and the last of them, in so many stores."""

    days: int
    first_on: date
    last_on: date
    stores: int


def of_account(account_id: int) -> Use | None:
    """Tell how an account used the product so far; None: not at all."""
    counted = select(
        func.count(UsageDay.day.distinct()),
        func.min(UsageDay.day),
        func.max(UsageDay.day),
        func.count(UsageDay.store_id.distinct()),
    )
    days, first_on, last_on, stores = db.session.execute(counted.where(UsageDay.account_id == account_id)).one()
    return Use(days, first_on, last_on, stores) if first_on is not None and last_on is not None else None


def confirm(account_id: int, on: date, source: str, now: datetime, actor: Actor) -> bool:
    """Record 利用開始を確認: the day use began and how the member knows; return whether anything changed.

    Raises NotFound and Invalid(field, why): a day to come, one long before the contract, no source. The source stays on
    the account and not in the history, for it may name people.
    """
    told = source.strip()
    if not told:
        raise Invalid(field="source", why="source_missing")
    if len(told) > LONGEST_SOURCE:
        raise Invalid(field="source", why="too_long", maximum=LONGEST_SOURCE)
    if on > now.astimezone(here().tz).date():
        raise Invalid(field="on", why="in_the_future")
    with db.writing():
        account = locking.account(account_id)
        if account.signed_on is not None and on < account.signed_on - TRIAL:
            raise Invalid(field="on", why="long_before_signing")
        if (account.started_on, account.started_source) == (on, told):
            return False
        account.started_on, account.started_source, account.started_by_id = on, told, actor.staff_id
        history.record("usage_confirmed", now=now, actor=actor, account_id=account_id, on=on.isoformat())
        readiness.refresh(account_id, now)
        return True


def unconfirm(account_id: int, now: datetime, actor: Actor) -> bool:
    """Take the confirmation of use back; return whether there was one. Signals of the product stay."""
    with db.writing():
        account = locking.account(account_id)
        if account.started_on is None:
            return False
        account.started_on, account.started_source, account.started_by_id = None, "", None
        history.record("usage_unconfirmed", now=now, actor=actor, account_id=account_id)
        readiness.refresh(account_id, now)
        return True


def _day(signal: UsageSignal, zone: tzinfo, today: date) -> date:
    if signal.at.tzinfo is None:
        raise Invalid(field="at", why="zone_missing")
    if not signal.event.strip():
        raise Invalid(field="event", why="event_missing")
    if len(signal.event) > LONGEST_EVENT:
        raise Invalid(field="event", why="too_long", maximum=LONGEST_EVENT)
    day = signal.at.astimezone(zone).date()
    if day > today:
        raise Invalid(field="at", why="in_the_future")
    return day


def _store_id(signal: UsageSignal, stores: dict[str, int]) -> int | None:
    if not signal.store_code:
        return None
    if signal.store_code not in stores:
        raise Invalid(field="store", why="unknown_store", value=signal.store_code)
    return stores[signal.store_code]
