"""Answers of which days a report tells, in which zone, and when it was counted, in the reader's words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from emails.words import zone_name
from scheduler.rules.reporting import Report
from scheduler.web import edge
from scheduler.web.words import dates


def sentences(report: Report) -> list[str]:
    """Word the report's period, its zone and the moment of its snapshot."""
    asked = report.asked
    told = [
        _("%(since)s – %(until)s", since=dates.day(asked.since, year=True), until=dates.day(asked.until, year=True)),
        _("日付と時刻は%(zone)s", zone=zone_name(report.zone, edge.locale())),
    ]
    if report.counted_at is not None:
        local = report.counted_at.astimezone(ZoneInfo(report.zone))
        told.append(_("%(day)s %(time)s 時点", day=dates.day(local.date()), time=local.strftime("%H:%M")))
    return told


def period(months: int) -> str:
    """Name a period that one press chooses: so many months back and the present one, or the present one alone."""
    return _("過去 %(months)s か月", months=months) if months else _("今月")
