"""When somebody is reminded of a lecture, and whether the reminder is still worth sending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from scheduler.rules.timing import Quiet, Reader
from scheduler.rules.workdays import to_local, to_utc

Kind = Literal["reminder_day", "reminder_hour"]

# Closer to the start than this, "tomorrow" is no news: the reminder an hour before follows soon.
DAY_BEFORE_ENDS = timedelta(hours=3)
# A lecture late in the evening is reminded of this long before the quiet hours, so that it arrives before them.
_BEFORE_QUIET = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)
_NOON = time(12)


@dataclass(frozen=True)
class When:
    """What operations decided about reminders: the figures of both kinds, and the quiet hours."""

    quiet: Quiet
    days_before: int = 1
    minutes_before: int = 60
    # A lecture that starts before this time, on the reader's wall, is a morning one: reminded of the evening before.
    morning_until: time = time(11)
    evening_at: time = time(18)
    # The kinds that are switched on.
    kinds: frozenset[Kind] = frozenset({"reminder_day", "reminder_hour"})

    @property
    def ahead(self) -> timedelta:
        """Return how long before its lecture a reminder falls due at the most: a shop may be closed six days in a row."""
        return timedelta(days=self.days_before + 6 + 2)


@dataclass(frozen=True)
class Due:
    """One reminder: it goes to whoever knew of the date by `moment`, from then until before `ends` (aware UTC)."""

    kind: Kind
    moment: datetime
    ends: datetime
    evening_before: bool = False


def moments(starts_at: datetime, reader: Reader, when: When) -> list[Due]:
    """Return when the reminders of a lecture fall due for a reader, each kind's first choice before its second.

    `reminder_day`: `days_before` days before in the reader's zone, or on the last day before that on which the shop is
    open, at the lecture's own time of day, but not in quiet hours. `reminder_hour`: `minutes_before` before the start;
    of a morning lecture the evening before, and whom that could not reach (who registered later, or when nothing was
    sent that evening) the minutes before after all.
    """
    found = [_day(starts_at, reader, when), *_hour(starts_at, reader.zone, when)]
    return [due for due in found if due.kind in when.kinds]


def due_now(starts_at: datetime, reader: Reader, when: When, now: datetime) -> list[Due]:
    """Return the reminders that are to be sent at `now`: their moment has come, and they are of use and not too early.

    Too late to be useful is from three hours before the start for `reminder_day`, from the start on for `reminder_hour`.
    What comes late keeps out of quiet hours, but for the minutes before the start, which cannot move.
    """
    quiet = when.quiet.covers(to_local(now, reader.zone).time())
    fixed = starts_at - timedelta(minutes=when.minutes_before)
    return [
        due
        for due in moments(starts_at, reader, when)
        if due.moment <= now < due.ends and not (quiet and due.moment != fixed)
    ]


def useful_until(kind: Kind, starts_at: datetime) -> datetime:
    """Return the moment from which a reminder is too late to be useful."""
    return starts_at - DAY_BEFORE_ENDS if kind == "reminder_day" else starts_at


def _day(starts_at: datetime, reader: Reader, when: When) -> Due:
    local = to_local(starts_at, reader.zone)
    day = _last_open_day(local.date() - when.days_before * _ONE_DAY, reader.closed_weekdays)
    moment = to_utc(datetime.combine(day, _by_day(local.time(), when.quiet)), reader.zone)
    return Due("reminder_day", moment, useful_until("reminder_day", starts_at))


def _hour(starts_at: datetime, zone: str, when: When) -> Iterator[Due]:
    local = to_local(starts_at, zone)
    fixed = (starts_at - timedelta(minutes=when.minutes_before)).astimezone(UTC)
    if local.time() < when.morning_until:
        evening = datetime.combine(local.date() - _ONE_DAY, _by_day(when.evening_at, when.quiet))
        ends = datetime.combine(local.date(), time())
        if when.quiet.begins != when.quiet.ends and when.quiet.begins > evening.time():
            ends = datetime.combine(evening.date(), when.quiet.begins)
        yield Due("reminder_hour", to_utc(evening, zone), min(to_utc(ends, zone), fixed), evening_before=True)
    yield Due("reminder_hour", fixed, useful_until("reminder_hour", starts_at))


def _last_open_day(day: date, closed_weekdays: frozenset[int]) -> date:
    """Return the last day up to `day` on which the shop is open; a shop that never is has no say."""
    return next((one for one in (day - n * _ONE_DAY for n in range(7)) if one.weekday() not in closed_weekdays), day)


def _by_day(clock: time, quiet: Quiet) -> time:
    """Return a time of day as it is, or when it is quiet, the nearest that is not on the same day."""
    if not quiet.covers(clock):
        return clock
    if clock < _NOON:
        return quiet.ends
    before = (datetime.combine(date.min + _ONE_DAY, quiet.begins) - _BEFORE_QUIET).time()
    return before if before < clock else quiet.ends
