"""On which dates a series takes place, by its recurrence rule, its zone and the vendor's holidays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from scheduler.rules.holidays import CalendarRefused
from scheduler.rules.rrules import MAX_DATES, RuleRefused, parts_of, text_of, until_of
from scheduler.rules.workdays import WorkingDays, to_utc

Policy = Literal["keep", "skip", "next"]
POLICIES: tuple[Policy, ...] = ("keep", "skip", "next")

MAX_MOVE_DAYS = 14  # how far `next` looks for a free working day
_YEARS = range(2000, 2201)
_SOON = (timedelta(days=366), timedelta(days=3653))
# The Gregorian calendar repeats, weekdays included, every 400 years. Rules are expanded this much later and the dates
# brought back, because python-dateutil walks an impossible rule to the year 9999: from today that costs seconds.
_SHIFT_YEARS = 7_600


@dataclass(frozen=True)
class SeriesRule:
    """How a series recurs: an RFC 5545 rule, its first wall-clock time in an IANA zone, and what holidays do to it.

    `starts_at` is naive. `keep` ignores holidays; `skip` leaves those dates out; `next` moves them to the next
    working day. A Saturday or Sunday that the rule names itself is no holiday.

    A series that was split keeps the whole rule in both parts, so that counts, intervals and the days that moved dates
    take stay what they were: the earlier one has the slots before `ends_before`, the later those since `goes_on_from`.
    """

    rrule: str
    starts_at: datetime
    zone: str
    policy: Policy = "skip"
    goes_on_from: date | None = None
    ends_before: date | None = None

    def has(self, slot: datetime) -> bool:
        """Tell whether a date of the rule belongs to this part of a split series."""
        day = slot.date()
        return (self.goes_on_from is None or self.goes_on_from <= day) and (
            self.ends_before is None or day < self.ends_before
        )


@dataclass(frozen=True, order=True)
class Slot:
    """One date of a series: `slot` is its identity in the rule, `local` the wall-clock time at which it takes place.

    Both are naive, in the rule's zone. They differ when `next` moved the date. `starts_at` is the aware UTC moment of
    `local`; in an hour that the clocks skip it shows a later wall-clock time than `local`.
    """

    slot: datetime
    local: datetime
    starts_at: datetime


def slots(rule: SeriesRule, calendar: WorkingDays, start: date, end: date) -> list[Slot]:
    """List the dates that take place from `start` to `end` (local dates, both included), by the time they take place.

    Moved dates belong to the day they moved to, so that joining two adjacent spans gives the whole. `COUNT` counts the
    rule's own dates, also those that a holiday takes away. Under `next` a date goes to the first working day after
    it on which the series has no other date; without one within 14 days it is dropped. Raises RuleRefused.
    """
    own = _own_dates(rule, end)
    if rule.policy == "keep":
        placed = [(moment, moment) for moment in own]
    else:
        standing = [moment for moment in own if not calendar.is_holiday(moment.date())]
        placed = [(moment, moment) for moment in standing]
        if rule.policy == "next":
            placed += _moved(own, {moment.date() for moment in standing}, calendar)
    found = [
        Slot(slot, local, to_utc(local, rule.zone))
        for slot, local in placed
        if start <= local.date() <= end and rule.has(slot)
    ]
    return sorted(found, key=lambda one: one.local)


def left_out(rule: SeriesRule, calendar: WorkingDays, start: date, end: date) -> list[datetime]:
    """List the rule's own dates from `start` to `end` that holidays take away without another day; raise RuleRefused."""
    if rule.policy == "keep":
        return []
    held = {one.slot for one in slots(rule, calendar, start, end + timedelta(days=MAX_MOVE_DAYS))}
    return [
        moment
        for moment in _own_dates(rule, end)
        if moment.date() >= start and rule.has(moment) and calendar.is_holiday(moment.date()) and moment not in held
    ]


def check(rule: SeriesRule, calendar: WorkingDays) -> None:
    """Refuse a rule that cannot be used or gives no date within ten years, also when each one is a holiday.

    Raises RuleRefused: what `rrules.parts_of` raises, too_many_dates (`limit`), no_dates, unknown_zone, unknown_policy,
    starts_at_unusable.
    """
    first = max(rule.starts_at.date(), rule.goes_on_from or date.min)
    if not any(slots(rule, calendar, first, first + span) for span in _SOON):
        raise RuleRefused("no_dates", rrule=rule.rrule)


def split(rule: SeriesRule, cut: date) -> tuple[SeriesRule, SeriesRule]:
    """Cut a series in two: the dates of its rule before this local date, and those since."""
    return replace(rule, ends_before=cut), replace(rule, goes_on_from=cut)


def tail(rule: SeriesRule, cut: datetime) -> SeriesRule:
    """Write the rule anew as one that begins at `cut`, one of its own dates: what is left of its count and its end."""
    parts = parts_of(rule.rrule)
    if "COUNT" in parts:
        gone = sum(1 for moment in _own_dates(rule, cut.date()) if moment < cut)
        parts["COUNT"] = str(int(parts["COUNT"]) - gone)
    return replace(rule, rrule=text_of(parts), starts_at=cut, goes_on_from=None)


def _moved(own: list[datetime], taken: set[date], calendar: WorkingDays) -> Iterator[tuple[datetime, datetime]]:
    for slot in own:
        if not calendar.is_holiday(slot.date()):
            continue
        day = slot.date()
        last = day + timedelta(days=MAX_MOVE_DAYS)
        try:
            while (day := calendar.next_working_day(day)) in taken and day <= last:
                pass
        except CalendarRefused:
            continue
        if day <= last:
            taken.add(day)
            yield slot, datetime.combine(day, slot.time())


def _own_dates(rule: SeriesRule, end: date) -> list[datetime]:
    own: list[datetime] = []
    for moment in _expand(rule):
        if moment.date() > end:
            break
        own.append(moment)
        if len(own) > MAX_DATES:
            raise RuleRefused("too_many_dates", limit=MAX_DATES)
    return own


def _expand(rule: SeriesRule) -> Iterator[datetime]:
    parts = parts_of(rule.rrule)
    if rule.policy not in POLICIES:
        raise RuleRefused("unknown_policy", policy=rule.policy)
    require_zone(rule.zone)
    if rule.starts_at.tzinfo is not None or rule.starts_at.year not in _YEARS:
        raise RuleRefused("starts_at_unusable", starts_at=rule.starts_at.isoformat())
    until = until_of(parts, rule.zone)
    later = rule.starts_at.replace(year=rule.starts_at.year + _SHIFT_YEARS)
    text = text_of({name: value for name, value in parts.items() if name != "UNTIL"})
    try:
        expansion = rrulestr(text, dtstart=later)
    except (ValueError, TypeError, KeyError, IndexError):
        raise RuleRefused("rrule_unreadable", rrule=rule.rrule) from None
    for moment in expansion:
        own = moment.replace(year=moment.year - _SHIFT_YEARS)
        if until is not None and own > until:
            return
        yield own


def require_zone(zone: str) -> None:
    """Raise RuleRefused("unknown_zone") for a name that no zone has."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise RuleRefused("unknown_zone", zone=zone) from None
