"""What the text of a recurrence rule says (RFC 5545, 3.3.10), and why one cannot be used."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from scheduler.rules.workdays import to_local

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_DATES = 10_000  # walked from a series' first date: a daily one for 27 years
MAX_INTERVAL = 1_000
MAX_LENGTH = 500

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


def text_of(parts: dict[str, str]) -> str:
    """Write a rule from its parts."""
    return ";".join(f"{name}={value}" for name, value in parts.items())


def parts_of(text: str) -> dict[str, str]:
    """Split a rule into its parts and check each; times of day belong to the series' first date alone.

    Raises RuleRefused: rrule_unreadable, rrule_only (lines beside the rule), rrule_part (`part`, `value`), rrule_times
    (`part`), freq_below_daily, count_and_until, too_many_dates (`limit`).
    """
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


def until_of(parts: dict[str, str], zone: str) -> datetime | None:
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
