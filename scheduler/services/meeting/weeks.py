"""Answers which days a weekly meeting looks back on, and ahead to: whole weeks from Monday, in the installation's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.rules.workdays import to_utc
from scheduler.services.installation import here

DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """A week by its Monday."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Week:
        """Return the week in which a day lies."""
        return cls(day - timedelta(days=day.weekday()))

    @property
    def sunday(self) -> date:
        """Return its last day."""
        return self.monday + timedelta(days=6)

    @property
    def begins_at(self) -> datetime:
        """Return the moment at which it begins (aware UTC)."""
        return to_utc(datetime.combine(self.monday, time()), here().zone)

    @property
    def ends_at(self) -> datetime:
        """Return the moment at which the next one begins (aware UTC)."""
        return self.next.begins_at

    @property
    def next(self) -> Week:
        """Return the week after it."""
        return Week(self.monday + DAYS)

    @property
    def before(self) -> Week:
        """Return the week before it."""
        return Week(self.monday - DAYS)


def last_complete(today: date) -> Week:
    """Return the last week that is over on a day of the installation."""
    return Week.of(today).before
