"""Answers what a series would make, before it is made: its dates with holidays, closed days and clashes marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.rules.recurrence import SeriesRule, left_out
from scheduler.rules.rrules import RuleRefused
from scheduler.rules.workdays import WorkingDays, to_local
from scheduler.services import clashes, vendor
from scheduler.services.clashes import Clash
from scheduler.services.series import ruling


@dataclass(frozen=True)
class Day:
    """One date of a rule: when it takes place (None: left out), and what is to be known of the day the rule names."""

    slot: datetime
    local: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    # The name of the national holiday in both languages, {} when it is none; and whether the vendor is closed.
    holiday: Mapping[str, str]
    closed: bool
    clashes: tuple[Clash, ...] = ()

    @property
    def moved(self) -> bool:
        """Tell whether the date goes to another day."""
        return self.local is not None and self.local != self.slot


def preview(
    rule: SeriesRule, now: datetime, *, minutes: int = 60, host_id: int | None = None, join_url: str = ""
) -> list[Day]:
    """List the dates of a rule within the horizon by their slot, those left out too; raise Invalid(field, why)."""
    calendar = vendor.working_days()
    ruling.require(rule, calendar)
    try:
        held = ruling.ahead(rule, calendar, now)
        first, last = to_local(now, rule.zone).date(), to_local(now + ruling.HORIZON, rule.zone).date()
        away = left_out(rule, calendar, first, last)
    except RuleRefused as refusal:
        raise ruling.invalid(refusal) from refusal
    length = timedelta(minutes=minutes)
    found = clashes.find(host_id, join_url, [(slot.starts_at, slot.starts_at + length) for slot in held])
    days = [
        Day(
            slot.slot,
            slot.local,
            slot.starts_at,
            slot.starts_at + length,
            *named(calendar, slot.slot.date()),
            tuple(clash for clash in found if clash.span[0] == slot.starts_at),
        )
        for slot in held
    ]
    days += [Day(moment, None, None, None, *named(calendar, moment.date())) for moment in away]
    return sorted(days, key=lambda day: day.slot)


def named(calendar: WorkingDays, day: date) -> tuple[Mapping[str, str], bool]:
    """Return the names of the holiday on this day, and whether the vendor is closed."""
    names = {locale: calendar.holiday_name(day, locale) for locale in ("ja", "en")}
    return {locale: name for locale, name in names.items() if name}, calendar.is_closed(day)
