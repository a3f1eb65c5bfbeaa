"""Answers which 窓口 are told each week how their company stands with the first course (本部向け受講状況)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Suppression
from scheduler.rules.timing import Reader
from scheduler.rules.workdays import to_utc
from scheduler.services import mail_holding, planned, spared
from scheduler.services.almanac import Almanac, closed_weekdays
from scheduler.services.introductions import only_greeted
from scheduler.services.outbox import facts_weekly
from scheduler.services.planned import Planned

KIND = "weekly_state"
# How far ahead of its moment one is owed, so that a run a day is enough.
AHEAD = timedelta(days=1)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Person:
    """A 窓口, with the moment from which the account is in our hands."""

    contact_id: int
    account_id: int
    zone: str
    introduced_at: datetime


def plan(now: datetime) -> int:
    """Owe the weekly mails that come due within a day, one a week and person; return how many are new."""
    if mail_holding.paused_everything() is not None:
        return 0
    almanac = Almanac.read()
    with db.writing():
        return planned.owe(upcoming(now, now + AHEAD, almanac), now)


def upcoming(now: datetime, until: datetime, almanac: Almanac, only: Collection[int] | None = None) -> list[Planned]:
    """List the weekly mails that would leave up to `until`, and were not owed yet, if nothing happened meanwhile.

    `only`: to some people (contact ids).
    """
    if not almanac.rules.enabled(KIND):
        return []
    people = [one for one in _people(now) if only is None or one.contact_id in only]
    closed = closed_weekdays(one.contact_id for one in people)
    due = [mail for one in people for mail in _mails(one, closed.get(one.contact_id, frozenset()), almanac, now, until)]
    new = planned.unknown(due)
    states = facts_weekly.states(sorted({one.account_id for one in new if one.account_id is not None}), now)
    return [one for one in new if one.account_id is not None and states[one.account_id].is_told]


def _mails(one: _Person, closed: frozenset[int], almanac: Almanac, now: datetime, until: datetime) -> Iterator[Planned]:
    """Go through the weeks of the reader, that of `now` first."""
    reader, zone = Reader(one.zone, closed, one.account_id), ZoneInfo(one.zone)
    today = now.astimezone(zone).date()
    monday, at = today - timedelta(days=today.weekday()), almanac.rules.at(KIND, "at")
    while True:
        day = monday + timedelta(days=almanac.rules.weekday(KIND, "weekday"))
        moment = _at(day, at, one.zone)
        if moment > until:
            return
        leaves, reason = almanac.leave(KIND, moment, moment, reader)
        on = leaves.astimezone(zone).date()
        if on != day:
            # Another day, but the same time of day.
            leaves, _reason = almanac.leave(KIND, _at(on, at, one.zone), moment, reader)
        expires_at = _at(on + 2 * _ONE_DAY, time(), one.zone)
        if leaves < now < expires_at:
            leaves, reason = almanac.leave(KIND, now, now, reader)
        # Another week tells for itself; and nobody is told on the day on which the invitation arrives.
        in_its_week = on < monday + 7 * _ONE_DAY and now < expires_at and leaves < expires_at
        if in_its_week and leaves <= until and one.introduced_at < _at(day, time(), one.zone):
            yield Planned(
                KIND,
                f"{KIND}:{one.contact_id}:{monday:%G-W%V}",
                leaves,
                reason,
                account_id=one.account_id,
                contact_id=one.contact_id,
                expires_at=expires_at,
            )
        monday += 7 * _ONE_DAY


def _at(day: date, clock: time, zone: str) -> datetime:
    return to_utc(datetime.combine(day, clock), zone)


def _people(now: datetime) -> list[_Person]:
    """List the 窓口 of accounts that were invited, not only greeted, with an address that takes such mails."""
    left = exists().where(Suppression.address == func.lower(Contact.email), Suppression.list.in_(("nudges", "all")))
    rows = db.session.execute(
        select(Contact.id, Contact.account_id, Contact.zone, Account.introduced_at)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Account.stage == "onboarding",
            Account.introduced_at.is_not(None),
            Account.undecided.is_(False),
            Account.mails_paused_at.is_(None),
            spared.going_on(now),
            ~only_greeted(),
            Contact.role == "coordinator",
            Contact.email.is_not(None),
            spared.there(),
            ~left,
        )
        .order_by(Contact.id)
    )
    return [_Person(person, account, zone, at) for person, account, zone, at in rows if at is not None]
