"""Answers how the rule of a series reads: 毎週 月・金 14:00."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.rules.recurrence import SeriesRule
from scheduler.rules.rhythms import NTH
from scheduler.rules.rhythms import describe as named
from scheduler.services.series.previewing import Day
from scheduler.web import edge
from scheduler.web.words import dates


def weekdays() -> list[str]:
    """Return the short names of the weekdays, Monday first."""
    return [_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日")]


def kinds() -> list[tuple[str, str]]:
    """Return how a series may recur, as radios."""
    return [
        ("weekly", _("週ごと（曜日で決める）")),
        ("monthly_on_date", _("月ごと（日付で決める）")),
        ("monthly_on_weekday", _("月ごと（第何曜日で決める）")),
        ("raw", _("規則を直接書く（RFC 5545）")),
    ]


def ends() -> list[tuple[str, str]]:
    """Return how a series may end, as radios."""
    return [("never", _("終わりを決めない")), ("until", _("最終日まで")), ("count", _("回数まで"))]


def monthdays() -> list[tuple[int, str]]:
    """Return the days of a month, the last one too, as a select's options."""
    return [*((day, _("%(n)d日", n=day)) for day in range(1, 32)), (-1, _("末日"))]


def positions() -> list[tuple[int, str]]:
    """Return which weekday of a month may be chosen, as a select's options."""
    return [(nth, _("第%(n)d", n=nth) if nth > 0 else _("最終")) for nth in NTH]


def holiday(day: Day) -> str:
    """Name why a day is no working day."""
    return day.holiday.get(edge.locale()) or next(iter(day.holiday.values()), "") or _("休業日")


def describe(rule: SeriesRule) -> str:
    """Word a rule that can be used, with its end."""
    key, params = named(rule)
    sentence = _rhythm(key, dict(params))
    if params.get("until"):
        sentence += _("（%(until)s まで）", until=dates.iso_day(str(params["until"])))
    if params.get("count"):
        sentence += _("（全 %(count)s 回）", count=params["count"])
    return sentence


def _rhythm(key: str, params: dict[str, Any]) -> str:
    names, time, interval = weekdays(), params["time"], int(params["interval"])
    if key == "weekly":
        days = "・".join(names[day] for day in params["days"])
        return ngettext("毎週 %(days)s %(time)s", "%(num)d 週ごと %(days)s %(time)s", interval, days=days, time=time)
    if key == "daily":
        return ngettext("毎日 %(time)s", "%(num)d 日ごと %(time)s", interval, time=time)
    if key == "monthly_on_date":
        days = "・".join(_("%(n)d日", n=day) if day > 0 else _("末日") for day in params["monthdays"])
        return ngettext("毎月 %(days)s %(time)s", "%(num)d か月ごと %(days)s %(time)s", interval, days=days, time=time)
    if key == "monthly_on_weekday":
        days = "・".join(
            _("第%(n)d %(day)s", n=nth, day=names[day]) if nth > 0 else _("最終 %(day)s", day=names[day])
            for nth, day in params["nth"]
        )
        return ngettext("毎月 %(days)s %(time)s", "%(num)d か月ごと %(days)s %(time)s", interval, days=days, time=time)
    if key == "yearly":
        return _("毎年 %(month)d月%(day)d日 %(time)s", month=params["month"], day=params["day"], time=time)
    return _("規則 %(rrule)s、%(time)s", rrule=params["rrule"], time=time)
