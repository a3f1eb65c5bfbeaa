"""When a mail that can wait may leave: quiet hours, hours, working days, the reader's closed days, the vendor's closure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.rules.workdays import WorkingDays, to_local, to_utc

# Why something waits, the weightiest first: what is told is the one that keeps it longest.
REASONS = ("vendor_closed", "not_a_working_day", "closed_day", "quiet_hours", "hours")
# Within these hours of the reader mails are spread after a long closure, unless their kind has hours of its own.
SPREAD_HOURS = (time(10), time(17))
# A closure from this many days on piles up enough to be spread, over this many working days.
LONG_CLOSURE_DAYS = 3
SPREAD_DAYS = 3

_ONE_DAY = timedelta(days=1)
# Farther ahead nothing is looked for: conditions that leave no moment within a year contradict each other.
_FARTHEST = timedelta(days=366)
# A multiplier that scatters neighbouring numbers evenly over 32 bits (Knuth, TAOCP volume 3, 6.4).
_SCATTER, _BITS = 2654435761, 32


@dataclass(frozen=True)
class Quiet:
    """The reader's quiet hours, from `begins` up to but without `ends`, over midnight or not; both the same: none."""

    begins: time
    ends: time

    def covers(self, clock: time) -> bool:
        """Tell whether this time on the reader's wall is quiet."""
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True)
class Waits:
    """What a kind of mail waits for."""

    # Not in the reader's quiet hours, nor (unless `closed_days` is off) on the vendor's own closed days.
    quiet: bool
    # On the vendor's working days only.
    working_days: bool
    # Not on weekdays on which the reader's shop is closed.
    open_days: bool
    # Only from the first up to the second, on the reader's wall.
    hours: tuple[time, time] | None
    closed_days: bool = True


@dataclass(frozen=True)
class Reader:
    """Whom a mail goes to: the zone, the weekdays (Monday is 0) the shop is closed, and a number that spreads mails."""

    zone: str
    closed_weekdays: frozenset[int] = frozenset()
    spread: int = 0


# The first moment at or after the given one that a condition allows, and the reason when it is a later one.
_Condition = Callable[[datetime], tuple[datetime, str]]


def leave_at(
    moment: datetime, waits: Waits, reader: Reader, quiet: Quiet, calendar: WorkingDays, vendor_zone: str
) -> tuple[datetime, str]:
    """Return the first moment (aware UTC) from `moment` on at which a mail may leave, and why it waits: "" is at once.

    Times of day and shops' closed days are the reader's, working days and closures those of `vendor_zone`. What waited
    for a closure of three days or more is spread over the first three working days after it, together with what leaves by
    itself on the first of them. A condition that leaves no moment within a year is ignored (a shop closed on all seven
    days), as is one that contradicts those before it: quiet hours, hours, the vendor's closure, its working days, the
    shop's days.
    """
    start = moment.astimezone(UTC)
    conditions = list(_conditions(waits, reader, quiet, calendar, vendor_zone))
    found = _walk(start, conditions)
    if found is not None:
        return found
    kept: list[_Condition] = []
    for condition in conditions:
        if _walk(start, [*kept, condition]) is not None:
            kept.append(condition)
    return _walk(start, kept) or (start, "")


def _walk(start: datetime, conditions: list[_Condition]) -> tuple[datetime, str] | None:
    """Go on until every condition allows the moment: each moves it no farther than it must, so it is the first one."""
    moment, reasons = start, set[str]()
    while moment - start <= _FARTHEST:
        before = moment
        for condition in conditions:
            moment, reason = condition(moment)
            reasons.add(reason)
        if moment == before:
            return moment, next((reason for reason in REASONS if reason in reasons), "")
    return None


def _conditions(
    waits: Waits, reader: Reader, quiet: Quiet, calendar: WorkingDays, vendor_zone: str
) -> Iterator[_Condition]:
    """List what the mail waits for, the most important first."""
    if waits.quiet:
        yield lambda moment: _after_quiet(moment, reader.zone, quiet)
    if waits.hours is not None:
        hours = waits.hours
        yield lambda moment: _within(moment, reader.zone, hours)
    if waits.quiet and waits.closed_days:
        yield lambda moment: _after_closure(moment, waits, reader, quiet, calendar, vendor_zone)
    if waits.working_days:
        yield lambda moment: _on_a_day(moment, vendor_zone, calendar.is_working_day, "not_a_working_day")
    if waits.open_days and reader.closed_weekdays:
        yield lambda moment: _on_a_day(moment, reader.zone, lambda day: _is_open(day, reader), "closed_day")


def _after_quiet(moment: datetime, zone: str, quiet: Quiet) -> tuple[datetime, str]:
    local = to_local(moment, zone)
    if not quiet.covers(local.time()):
        return moment, ""
    day = local.date() if local.time() < quiet.ends else local.date() + _ONE_DAY
    return _on_the_wall(datetime.combine(day, quiet.ends), zone, moment), "quiet_hours"


def _within(moment: datetime, zone: str, hours: tuple[time, time]) -> tuple[datetime, str]:
    local = to_local(moment, zone)
    if hours[0] <= local.time() < hours[1]:
        return moment, ""
    day = local.date() if local.time() < hours[0] else local.date() + _ONE_DAY
    return _on_the_wall(datetime.combine(day, hours[0]), zone, moment), "hours"


def _on_a_day(moment: datetime, zone: str, fits: Callable[[date], bool], reason: str) -> tuple[datetime, str]:
    day = to_local(moment, zone).date()
    return (moment, "") if fits(day) else (_morning(day + _ONE_DAY, zone, moment), reason)


def _after_closure(
    moment: datetime, waits: Waits, reader: Reader, quiet: Quiet, calendar: WorkingDays, vendor_zone: str
) -> tuple[datetime, str]:
    day = to_local(moment, vendor_zone).date()
    closed = day if calendar.is_closed(day) else _closed_before(day, waits, calendar)
    if closed is None:
        return moment, ""
    last = _end_of_closure(closed, calendar, _ONE_DAY)
    first = _end_of_closure(closed, calendar, -_ONE_DAY)
    if (last - first).days + 1 >= LONG_CLOSURE_DAYS:
        spread = _spread(last, waits, reader, quiet, calendar, vendor_zone)
        if spread is not None:
            return (spread, "vendor_closed") if spread > moment else (moment, "")
    return (_morning(last + _ONE_DAY, vendor_zone, moment), "vendor_closed") if closed == day else (moment, "")


def _closed_before(day: date, waits: Waits, calendar: WorkingDays) -> date | None:
    """Return the closed day before the first working day after it, where that is `day`; None: it is an ordinary day.

    What leaves by itself on that day of its own accord shares it with what waited, else the two would be a flood.
    """
    if not waits.working_days or not calendar.is_working_day(day):
        return None
    for number in range(1, _FARTHEST.days):
        before = day - number * _ONE_DAY
        if calendar.is_closed(before):
            return before
        if calendar.is_working_day(before):
            return None
    return None


def _end_of_closure(day: date, calendar: WorkingDays, step: timedelta) -> date:
    for _ in range(_FARTHEST.days):
        if not calendar.is_closed(day + step):
            return day
        day += step
    return day


def _spread(
    last: date, waits: Waits, reader: Reader, quiet: Quiet, calendar: WorkingDays, vendor_zone: str
) -> datetime | None:
    """Return this reader's moment within the first working days after a closure; None: there is none to be had."""
    hours = waits.hours or SPREAD_HOURS
    windows = list(_windows(last, hours, quiet, reader, calendar, vendor_zone))
    if waits.open_days:
        windows = [one for one in windows if _is_open(to_local(one[0], reader.zone).date(), reader)] or windows
    if not windows:
        return None
    opens, closes = windows[reader.spread % len(windows)]
    share = (reader.spread // len(windows) * _SCATTER) % 2**_BITS
    seconds = int((closes - opens).total_seconds()) * share >> _BITS
    return opens + timedelta(seconds=seconds)


def _windows(
    last: date, hours: tuple[time, time], quiet: Quiet, reader: Reader, calendar: WorkingDays, vendor_zone: str
) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when mails may leave on each of the first working days after `last`."""
    times: list[_Condition] = [
        lambda moment: _after_quiet(moment, reader.zone, quiet),
        lambda moment: _within(moment, reader.zone, hours),
    ]
    days = (last + n * _ONE_DAY for n in range(1, _FARTHEST.days))
    working = (day for day in days if calendar.is_working_day(day))
    for _, day in zip(range(SPREAD_DAYS), working, strict=False):
        midnight = to_utc(datetime.combine(day, time()), vendor_zone)
        found = _walk(midnight, times)
        opens = found[0] if found else midnight
        ends = [_next_clock(opens, hours[1], reader.zone), _morning(day + _ONE_DAY, vendor_zone, midnight)]
        if quiet.begins != quiet.ends:
            ends.append(_next_clock(opens, quiet.begins, reader.zone))
        if found and opens < min(ends):
            yield opens, min(ends)


def _is_open(day: date, reader: Reader) -> bool:
    return day.weekday() not in reader.closed_weekdays


def _next_clock(moment: datetime, clock: time, zone: str) -> datetime:
    """Return when the reader's clock next shows this time after `moment`."""
    local = to_local(moment, zone)
    day = local.date() if clock > local.time() else local.date() + _ONE_DAY
    return _on_the_wall(datetime.combine(day, clock), zone, moment)


def _morning(day: date, zone: str, after: datetime) -> datetime:
    return _on_the_wall(datetime.combine(day, time()), zone, after)


def _on_the_wall(local: datetime, zone: str, after: datetime) -> datetime:
    """Return when the wall of `zone` shows `local`, never before `after`: of an hour shown twice the one still ahead."""
    first = to_utc(local, zone)
    return first if first > after else max(after, local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC))
