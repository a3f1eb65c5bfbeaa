"""Answers when things happened in the demo company: moments at which people work, all from one seeded generator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from scheduler.rules.workdays import WorkingDays, to_local, to_utc

# The past ends a little before now: nothing was done in this very minute.
LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class Days:
    """The demo's calendar around `now` (aware UTC) in the vendor's zone, and its dice."""

    now: datetime
    zone: str
    calendar: WorkingDays
    dice: Random

    @property
    def today(self) -> date:
        """Return the vendor's day."""
        return to_local(self.now, self.zone).date()

    def local(self, moment: datetime) -> datetime:
        """Return what the vendor's clocks show (naive) at a moment."""
        return to_local(moment, self.zone)

    def ago(self, days: tuple[int, int]) -> date:
        """Choose a day so many days back."""
        return self.today - timedelta(days=self.dice.randint(*days))

    def ahead(self, days: tuple[int, int]) -> date:
        """Choose a working day so many days ahead; negative ones lie in the past."""
        return self.working(self.today + timedelta(days=self.dice.randint(*days)))

    def working(self, day: date) -> date:
        """Return the day itself when people work on it, else the next one on which they do."""
        return day if self.calendar.is_working_day(day) else self.calendar.next_working_day(day)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return the moment at which the vendor's clocks show this."""
        return to_utc(datetime.combine(day, time(hour, minute)), self.zone)

    def office(self, day: date, hours: tuple[int, int] = (9, 18)) -> datetime:
        """Choose a moment of office hours on the last working day up to `day`, never one to come."""
        worked = day if self.calendar.is_working_day(day) else self.calendar.previous_working_day(day)
        return min(self.within(self.at(worked, hours[0]), self.at(worked, hours[1])), self.now - LATELY)

    def within(self, first: datetime, last: datetime) -> datetime:
        """Choose a moment, in whole seconds, from `first` up to `last`."""
        span = max(0, int((last - first).total_seconds()))
        return first.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=self.dice.randint(0, span))

    def awake(self, first: datetime, last: datetime) -> datetime:
        """Choose a moment between two at which customers are up (8 to 21 o'clock), if there is one."""
        for _ in range(20):
            moment = self.within(first, last)
            if 8 <= to_local(moment, self.zone).hour < 21:
                return moment
        return last
