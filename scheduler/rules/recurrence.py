"""On which dates a series takes place, by its recurrence rule, its zone and the vendor's holidays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from scheduler.rules.holidays import CalendarRefused
from scheduler.rules.workdays import WorkingDays, to_local, to_utc

__all__ = [
    "Description",
    "Policy",
    "RuleRefused",
    "SeriesRule",
    "Slot",
    "check",
    "describe",
    "slots",
    "to_utc",
    "weekly_rrule",
]

Policy = Literal["keep", "skip", "next"]
POLICIES: tuple[Policy, ...] = ("keep", "skip", "next")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# What a rule is called and the (JSON-able) parameters of that name, worded at the edge.
Description = tuple[str, dict[str, object]]

MAX_DATES = 10_000  # walked from a series' first date: a daily one for 27 years
MAX_INTERVAL = 1_000
MAX_MOVE_DAYS = 14  # how far `next` looks for a free working day
MAX_LENGTH = 500
_YEARS = range(2000, 2201)
_SOON = timedelta(days=3653)
# The Gregorian calendar repeats, weekdays included, every 400 years. Rules are expanded this much later and the dates
# brought back, because python-dateutil walks an impossible rule to the year 9999: from today that costs seconds.
_SHIFT_YEARS = 7_600

_WHOLE = re.compile(r"[1-9]\d*", re.ASCII)
_INTEGERS = re.compile(r"[+-]?\d{1,3}(,[+-]?\d{1,3})*", re.ASCII)
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)
_DAYS = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU))*", re.ASCII)
_LISTS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_TIME_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
# Where RFC 5545, 3.3.10 forbids a part.
_NOT_IN = {
    "BYWEEKNO": ("DAILY", "WEEKLY", "MONTHLY"),
    "BYYEARDAY": ("DAILY", "WEEKLY", "MONTHLY"),
    "BYMONTHDAY": ("WEEKLY",),
}


class RuleRefused(Exception):
    """A series rule that cannot be used; `key` says why and `params` with what, worded at the edge."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params


@dataclass(frozen=True)
class SeriesRule:
    """How a series recurs: an RFC 5545 rule, its first wall-clock time in an IANA zone, and what holidays do to it.

    `starts_at` is naive. `keep` ignores holidays; `skip` leaves those dates out; `next` moves them to the next
    working day. A Saturday or Sunday that the rule names itself is no holiday.
    """

    rrule: str
    starts_at: datetime
    zone: str
    policy: Policy = "skip"


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
    found = [Slot(slot, local, to_utc(local, rule.zone)) for slot, local in placed if start <= local.date() <= end]
    return sorted(found, key=lambda one: one.local)


def check(rule: SeriesRule, calendar: WorkingDays) -> None:
    """Refuse a rule that cannot be used or gives no date within ten years, also when each one is a holiday.

    Raises RuleRefused: rrule_unreadable, rrule_only (lines beside the rule), rrule_part (`part`, `value`), rrule_times
    (`part`), freq_below_daily, count_and_until, too_many_dates (`limit`), no_dates, unknown_zone, unknown_policy,
    starts_at_unusable.
    """
    first = rule.starts_at.date()
    if not slots(rule, calendar, first, first + _SOON):
        raise RuleRefused("no_dates", rrule=rule.rrule)


def weekly_rrule(days: Iterable[int], interval: int = 1, until: date | None = None, count: int | None = None) -> str:
    """Write the rule for every `interval` weeks on these weekdays (Monday is 0), to a last date or for `count` dates.

    Raises RuleRefused for no day, an unknown day, an interval or count out of range, or both ends at once.
    """
    chosen = sorted(set(days))
    if not chosen or not set(chosen) <= set(range(7)):
        raise RuleRefused("no_weekday")
    parts = ["FREQ=WEEKLY", "BYDAY=" + ",".join(WEEKDAYS[day] for day in chosen)]
    if interval != 1:
        parts.insert(1, f"INTERVAL={interval}")
    if until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}")
    if count is not None:
        parts.append(f"COUNT={count}")
    text = ";".join(parts)
    _read(text)
    return text


def describe(rule: SeriesRule) -> Description:
    """Name a rule for people: daily, weekly, monthly_on_date, monthly_on_weekday, yearly, or other with its `rrule`.

    Parameters: `time` as HH:MM, `interval`, `count`, `until` (ISO date or None), `days` (Monday is 0), `monthdays`,
    `nth` as pairs of position and weekday. Raises RuleRefused.
    """
    parts = _read(rule.rrule)
    _require_zone(rule.zone)
    until = _until(parts, rule.zone)
    params: dict[str, object] = {
        "time": f"{rule.starts_at:%H:%M}",
        "interval": int(parts.get("INTERVAL", "1")),
        "count": int(parts["COUNT"]) if "COUNT" in parts else None,
        "until": until.date().isoformat() if until else None,
    }
    by = {name: value for name, value in parts.items() if name.startswith("BY")}
    numbered = [(int(day[:-2]), WEEKDAYS.index(day[-2:])) for day in _days(by) if len(day) > 2]
    plain = [WEEKDAYS.index(day) for day in _days(by) if len(day) == 2]
    match (parts["FREQ"], tuple(by)):
        case ("DAILY", ()):
            return "daily", params
        case ("WEEKLY", () | ("BYDAY",)) if not numbered:
            return "weekly", params | {"days": sorted(set(plain)) or [rule.starts_at.weekday()]}
        case ("MONTHLY", () | ("BYMONTHDAY",)):
            monthdays = [int(day) for day in by.get("BYMONTHDAY", str(rule.starts_at.day)).split(",")]
            return "monthly_on_date", params | {"monthdays": monthdays}
        case ("MONTHLY", ("BYDAY",)) if not plain:
            return "monthly_on_weekday", params | {"nth": [list(pair) for pair in numbered]}
        case ("YEARLY", ()):
            return "yearly", params | {"month": rule.starts_at.month, "day": rule.starts_at.day}
    return "other", params | {"rrule": ";".join(f"{name}={value}" for name, value in parts.items())}


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
    parts = _read(rule.rrule)
    if rule.policy not in POLICIES:
        raise RuleRefused("unknown_policy", policy=rule.policy)
    _require_zone(rule.zone)
    if rule.starts_at.tzinfo is not None or rule.starts_at.year not in _YEARS:
        raise RuleRefused("starts_at_unusable", starts_at=rule.starts_at.isoformat())
    until = _until(parts, rule.zone)
    later = rule.starts_at.replace(year=rule.starts_at.year + _SHIFT_YEARS)
    text = ";".join(f"{name}={value}" for name, value in parts.items() if name != "UNTIL")
    try:
        expansion = rrulestr(text, dtstart=later)
    except (ValueError, TypeError, KeyError, IndexError):
        raise RuleRefused("rrule_unreadable", rrule=rule.rrule) from None
    for moment in expansion:
        own = moment.replace(year=moment.year - _SHIFT_YEARS)
        if until is not None and own > until:
            return
        yield own


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise RuleRefused("unknown_zone", zone=zone) from None


def _read(text: str) -> dict[str, str]:
    """Split a rule into its parts and check each by RFC 5545, 3.3.10; times of day belong to `starts_at` alone."""
    line = text.strip().upper()
    if "\n" in line or line.startswith(("DTSTART", "EXDATE", "RDATE", "EXRULE")):
        raise RuleRefused("rrule_only", rrule=text)
    if len(line) > MAX_LENGTH:
        raise RuleRefused("rrule_unreadable", rrule=text[:MAX_LENGTH])
    parts: dict[str, str] = {}
    for item in line.removeprefix("RRULE:").rstrip(";").split(";"):
        name, _, value = item.partition("=")
        if name in parts or not value:
            raise RuleRefused("rrule_unreadable", rrule=text)
        parts[name] = value
    frequency = parts.get("FREQ")
    if frequency in ("HOURLY", "MINUTELY", "SECONDLY"):
        raise RuleRefused("freq_below_daily", freq=frequency)
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise RuleRefused("rrule_unreadable", rrule=text)
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleRefused("count_and_until")
    for name, value in parts.items():
        _check_part(name, value, frequency)
    if int(parts.get("COUNT", "1")) > MAX_DATES:
        raise RuleRefused("too_many_dates", limit=MAX_DATES)
    if "BYSETPOS" in parts and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        raise RuleRefused("rrule_part", part="BYSETPOS", value=parts["BYSETPOS"])
    return parts


def _check_part(name: str, value: str, frequency: str) -> None:
    if name in _TIME_PARTS:
        raise RuleRefused("rrule_times", part=name)
    if name in ("INTERVAL", "COUNT"):
        right = bool(_WHOLE.fullmatch(value)) and (name == "COUNT" or int(value) <= MAX_INTERVAL)
    elif name in _LISTS:
        numbers = [int(number) for number in value.split(",")] if _INTEGERS.fullmatch(value) else []
        right = bool(numbers) and all(1 <= abs(number) <= _LISTS[name] for number in numbers)
        right = right and frequency not in _NOT_IN.get(name, ()) and not (name == "BYMONTH" and min(numbers) < 1)
    elif name == "BYDAY":
        numbered = any(character.isdigit() for character in value)
        right = bool(_DAYS.fullmatch(value)) and (not numbered or frequency in ("MONTHLY", "YEARLY"))
        right = right and all(int(day[:-2]) != 0 for day in value.split(",") if len(day) > 2)
    else:
        right = name in ("FREQ", "UNTIL") or (name == "WKST" and value in WEEKDAYS)
    if not right:
        raise RuleRefused("rrule_part", part=name, value=value)


def _days(by: dict[str, str]) -> list[str]:
    return by["BYDAY"].split(",") if "BYDAY" in by else []


def _until(parts: dict[str, str], zone: str) -> datetime | None:
    """Read UNTIL as a naive local time: a date lasts to its end, a `Z` moment is converted, the rest is local."""
    value = parts.get("UNTIL")
    if value is None:
        return None
    try:
        if not _UNTIL.fullmatch(value):
            raise ValueError(value)
        if len(value) == 8:
            return datetime.combine(date.fromisoformat(value), time.max)
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo is None else to_local(moment, zone)
    except (ValueError, OverflowError):
        raise RuleRefused("rrule_part", part="UNTIL", value=value) from None
