"""Which days are worked, how many lie between two days, and when the next working morning is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduler.rules.holidays import (
    CalendarRefused,
    ClosedDay,
    holiday_names,
    is_within,
    national_holidays,
    read_closed_days,
    weekend,
)

__all__ = ["WorkingDays", "next_working_day_at", "next_working_morning", "read_closed_days", "to_local", "to_utc"]

_ONE_DAY = timedelta(days=1)
_LONGEST_BREAK_DAYS = 366


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the moment at which a clock on the wall of `zone` shows `local` (naive), as aware UTC.

    An hour that the clocks skip moves forward by the gap, one that they show twice is the first (RFC 5545, 3.3.5).
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def to_local(moment: datetime, zone: str) -> datetime:
    """Return what a clock on the wall of `zone` shows (naive) at an aware moment."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@dataclass(frozen=True)
class WorkingDays:
    """The vendor's working days: no weekends, no national holidays, none of its own closed days.

    `country` is an ISO 3166 code, `closed` comes from `read_closed_days`; raises CalendarRefused("unknown_country").
    """

    country: str = "JP"
    closed: tuple[ClosedDay, ...] = ()

    def __post_init__(self) -> None:
        weekend(self.country)

    def is_closed(self, day: date) -> bool:
        """Tell whether the vendor itself is closed on this day."""
        return any(is_within(day, closed) for closed in self.closed)

    def is_holiday(self, day: date) -> bool:
        """Tell whether this day is a national holiday or a closed day; a plain weekend is neither."""
        return day in national_holidays(self.country, day.year) or self.is_closed(day)

    def holiday_name(self, day: date, locale: str) -> str:
        """Return the name of the national holiday on this day in a language (ja, en), empty when it is none."""
        return holiday_names(self.country, day.year, locale).get(day, "")

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work on this day."""
        return day.weekday() not in weekend(self.country) and not self.is_holiday(day)

    def next_working_day(self, day: date) -> date:
        """Return the first working day after `day`, never `day` itself; raises CalendarRefused("no_working_day")."""
        return self._walk(day, _ONE_DAY)

    def previous_working_day(self, day: date) -> date:
        """Return the last working day before `day`, never `day` itself; raises CalendarRefused("no_working_day")."""
        return self._walk(day, -_ONE_DAY)

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative when `end` comes first.

        From today to a planned start this is the number of working days to go: 0 on the day itself.
        """
        if end < start:
            return -self.working_days_between(end, start)
        return _count(self, start, end)

    def _walk(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_BREAK_DAYS):
            day += step
            if self.is_working_day(day):
                return day
        raise CalendarRefused("no_working_day", day.isoformat())


@lru_cache(maxsize=4096)
def _count(calendar: WorkingDays, start: date, end: date) -> int:
    """Count day by day, once: many accounts entered their stage, or were invited, on the same day."""
    return sum(calendar.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def next_working_morning(now: datetime, zone: str, calendar: WorkingDays, clock: time) -> datetime:
    """Return when the clock next shows this time on a working day after `now`, as aware UTC: today if still ahead."""
    today = to_local(now, zone).date()
    morning = to_utc(datetime.combine(today, clock), zone)
    if now < morning and calendar.is_working_day(today):
        return morning
    return next_working_day_at(now, zone, calendar, clock)


def next_working_day_at(now: datetime, zone: str, calendar: WorkingDays, clock: time) -> datetime:
    """Return this time of the first working day after today's date in `zone`, as aware UTC: never today."""
    day = calendar.next_working_day(to_local(now, zone).date())
    return to_utc(datetime.combine(day, clock), zone)
