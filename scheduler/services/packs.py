"""Answers which of us get the weekly pack, and when: everybody with an address, on the chosen morning or the next working day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.staff import Staff
from scheduler.rules.timing import Reader
from scheduler.rules.workdays import to_utc
from scheduler.services import mail_holding, planned
from scheduler.services.almanac import Almanac
from scheduler.services.meeting.weeks import DAYS, Week
from scheduler.services.planned import Planned

KIND = "staff_pack"
_ONE_DAY = timedelta(days=1)


def plan(now: datetime) -> int:
    """Owe the packs whose time has come, one a week and member; return how many are new."""
    if mail_holding.paused_everything() is not None:
        return 0
    almanac = Almanac.read()
    with db.writing():
        return planned.owe(upcoming(now, now, almanac), now)


def upcoming(now: datetime, until: datetime, almanac: Almanac) -> list[Planned]:
    """List the packs that would leave up to `until`, and were not owed yet; none where there is nothing to talk about."""
    if not almanac.rules.enabled(KIND):
        return []
    members = db.session.scalars(select(Staff).where(Staff.active, Staff.email.is_not(None)).order_by(Staff.id)).all()
    due = [mail for member in members for mail in _mails(member, almanac, now, until)]
    anything = or_(exists(select(Account.id)), exists(select(Lecture.id)))
    return planned.unknown(due) if due and db.session.scalar(select(anything)) else []


def _mails(member: Staff, almanac: Almanac, now: datetime, until: datetime) -> Iterator[Planned]:
    """Go through the weeks of the reader; that of the week before may wait for a working day of this one."""
    zone, reader = ZoneInfo(member.zone), Reader(member.zone)
    at, weekday = almanac.rules.at(KIND, "at"), almanac.rules.weekday(KIND, "weekday")
    week = Week.of(now.astimezone(zone).date()).before
    while True:
        moment = _at(week.monday + weekday * _ONE_DAY, at, member.zone)
        if moment > until:
            return
        leaves, reason = almanac.leave(KIND, moment, moment, reader)
        on = leaves.astimezone(zone).date()
        if on != moment.astimezone(zone).date():
            # Another day, but the same time of day.
            leaves = _at(on, at, member.zone)
        # Of use until the evening of its day: the page has it at any time.
        expires_at = _at(on + _ONE_DAY, time(), member.zone)
        if now < expires_at and leaves <= until:
            yield Planned(
                KIND,
                f"{KIND}:{member.id}:{week.monday.isoformat()}",
                max(leaves, now),
                reason if leaves > now else "",
                staff_id=member.id,
                # It tells of the last week that was over on the chosen day.
                params={"monday": week.before.monday.isoformat()},
                expires_at=expires_at,
            )
        week = Week(week.monday + DAYS)


def _at(day: date, clock: time, zone: str) -> datetime:
    return to_utc(datetime.combine(day, clock), zone)
