"""How a form and people say a recurrence rule: every two weeks on Monday, the second Tuesday of the month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduler.rules.recurrence import SeriesRule, require_zone
from scheduler.rules.rrules import WEEKDAYS, RuleRefused, parts_of, text_of, until_of

Kind = Literal["weekly", "monthly_on_date", "monthly_on_weekday", "raw"]
KINDS: tuple[Kind, ...] = ("weekly", "monthly_on_date", "monthly_on_weekday", "raw")
# Which weekday of the month a form offers: the first to the fourth, and the last.
NTH = (1, 2, 3, 4, -1)
# What a rule is called and the (JSON-able) parameters of that name, worded at the edge.
Description = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Rhythm:
    """What a form asks for: every `interval` weeks or months, to a last date or for `count` dates, or a raw rule.

    Weekdays: Monday is 0. `monthday` -1 is the last day of the month, `nth` -1 the last such weekday.
    """

    kind: Kind
    interval: int = 1
    days: tuple[int, ...] = ()
    monthday: int = 1
    nth: int = 1
    weekday: int = 0
    until: date | None = None
    count: int | None = None
    rrule: str = ""


def written(rhythm: Rhythm) -> str:
    """Write the RFC 5545 rule of a rhythm; raise RuleRefused for what makes no sense."""
    if rhythm.kind == "raw":
        return text_of(parts_of(rhythm.rrule))
    if rhythm.kind == "weekly":
        return weekly_rrule(rhythm.days, rhythm.interval, rhythm.until, rhythm.count)
    if rhythm.kind == "monthly_on_date":
        if rhythm.monthday != -1 and not 1 <= rhythm.monthday <= 31:
            raise RuleRefused("no_monthday")
        return _limited("MONTHLY", f"BYMONTHDAY={rhythm.monthday}", rhythm.interval, rhythm.until, rhythm.count)
    if rhythm.kind == "monthly_on_weekday":
        if rhythm.nth not in NTH or rhythm.weekday not in range(7):
            raise RuleRefused("no_weekday")
        day = f"BYDAY={rhythm.nth}{WEEKDAYS[rhythm.weekday]}"
        return _limited("MONTHLY", day, rhythm.interval, rhythm.until, rhythm.count)
    raise RuleRefused("rrule_unreadable", rrule=rhythm.rrule)


def read(rule: SeriesRule) -> Rhythm:
    """Read a rule as a form shows it; one that the form's fields cannot say is raw. Raises RuleRefused."""
    parts = parts_of(rule.rrule)
    raw = Rhythm("raw", rrule=text_of(parts))
    name, params = describe(rule)
    if len(parts.get("UNTIL", "")) not in (0, 8):
        return raw
    until, count = until_of(parts, rule.zone), parts.get("COUNT")
    interval = int(parts.get("INTERVAL", "1"))
    last, times = until.date() if until else None, int(count) if count else None
    match name, params:
        case "weekly", {"days": list(days)}:
            return Rhythm("weekly", interval, days=tuple(days), until=last, count=times)
        case "monthly_on_date", {"monthdays": [int(day)]} if day >= -1:
            return Rhythm("monthly_on_date", interval, monthday=day, until=last, count=times)
        case "monthly_on_weekday", {"nth": [[int(nth), int(weekday)]]} if nth in NTH:
            return Rhythm("monthly_on_weekday", interval, nth=nth, weekday=weekday, until=last, count=times)
    return raw


def weekly_rrule(days: Iterable[int], interval: int = 1, until: date | None = None, count: int | None = None) -> str:
    """Write the rule for every `interval` weeks on these weekdays (Monday is 0), to a last date or for `count` dates.

    Raises RuleRefused for no day, an unknown day, an interval or count out of range, or both ends at once.
    """
    chosen = sorted(set(days))
    if not chosen or not set(chosen) <= set(range(7)):
        raise RuleRefused("no_weekday")
    return _limited("WEEKLY", "BYDAY=" + ",".join(WEEKDAYS[day] for day in chosen), interval, until, count)


def describe(rule: SeriesRule) -> Description:
    """Name a rule for people: daily, weekly, monthly_on_date, monthly_on_weekday, yearly, or other with its `rrule`.

    Parameters: `time` as HH:MM, `interval`, `count`, `until` (ISO date or None), `days` (Monday is 0), `monthdays`,
    `nth` as pairs of position and weekday. Raises RuleRefused.
    """
    parts = parts_of(rule.rrule)
    require_zone(rule.zone)
    until = until_of(parts, rule.zone)
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
    return "other", params | {"rrule": text_of(parts)}


def _limited(frequency: str, by: str, interval: int, until: date | None, count: int | None) -> str:
    parts = [f"FREQ={frequency}", by]
    if interval != 1:
        parts.insert(1, f"INTERVAL={interval}")
    if until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}")
    if count is not None:
        parts.append(f"COUNT={count}")
    text = ";".join(parts)
    parts_of(text)
    return text


def _days(by: dict[str, str]) -> list[str]:
    return by["BYDAY"].split(",") if "BYDAY" in by else []
