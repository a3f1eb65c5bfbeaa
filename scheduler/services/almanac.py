"""Answers when a mail that leaves by itself may leave: the rules of operations, and the vendor's days and zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import select

from scheduler.models.accounts import Store, contact_stores
from scheduler.models.db import db
from scheduler.rules.timing import SPREAD_HOURS, Reader, Waits, leave_at
from scheduler.rules.workdays import WorkingDays, to_utc
from scheduler.services import mail_rules, vendor
from scheduler.services.installation import here
from scheduler.services.mail_rules import Rules

# What keeps every mail until the morning.
_EVERY_DAY = ("quiet_hours", "hours")


@dataclass(frozen=True)
class Almanac:
    """What decides when mails leave, read once for many of them."""

    rules: Rules
    calendar: WorkingDays

    @classmethod
    def read(cls, rules: Rules | None = None) -> Almanac:
        """Read the rules, unless they are given, and the vendor's working days."""
        return cls(rules or mail_rules.get(), vendor.working_days())

    def leave(self, kind: str, moment: datetime, now: datetime, reader: Reader) -> tuple[datetime, str]:
        """Return when a mail that is to leave at `moment` may leave, from `now` on, and for what it waits ("": nothing)."""
        return self._leave(self.rules.waits(kind), moment, now, reader)

    def leave_on(
        self, kind: str, day: date, now: datetime, reader: Reader, *, by_itself: bool = False
    ) -> tuple[datetime, str]:
        """Like `leave`, for a mail that is to leave at any time of a day of the vendor; that night passes is no reason.

        `by_itself`: within working hours and days and when the reader's shop is open only, whatever else mails of the kind
        may do that somebody sends.
        """
        waits = self.rules.waits(kind)
        if by_itself:
            waits = replace(waits, working_days=True, open_days=True, hours=waits.hours or SPREAD_HOURS)
        moment, reason = self._leave(waits, self.midnight(day), now, reader)
        return moment, "" if reason in _EVERY_DAY else reason

    def _leave(self, waits: Waits, moment: datetime, now: datetime, reader: Reader) -> tuple[datetime, str]:
        given = (waits, reader, self.rules.quiet, self.calendar, here().zone)
        found = leave_at(moment, *given)
        return found if found[0] >= now else leave_at(now, *given)

    @staticmethod
    def day(moment: datetime) -> date:
        """Return the vendor's day of a moment."""
        return moment.astimezone(here().tz).date()

    @staticmethod
    def midnight(day: date) -> datetime:
        """Return the moment (aware UTC) at which a day of the vendor begins."""
        return to_utc(datetime.combine(day, time()), here().zone)


def closed_weekdays(contact_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return the weekdays (Monday = 0) on which all shops of each of these people are closed, in one statement."""
    query = select(contact_stores.c.contact_id, Store.closed_days).join(Store, Store.id == contact_stores.c.store_id)
    days: dict[int, frozenset[int]] = {}
    for contact_id, closed in db.session.execute(query.where(contact_stores.c.contact_id.in_(set(contact_ids)))):
        days[contact_id] = days.get(contact_id, frozenset(closed)) & frozenset(closed)
    return days


def counts_as_tried(now: datetime, state: str, expires_at: datetime | None) -> bool:
    """Tell whether a mail keeps others like it at a distance: not one that was, or will be, too late to be of use."""
    waits = state in ("queued", "sending")
    return state != "missed" and not (waits and expires_at is not None and expires_at <= now)
