"""Answers by which rule a series recurs, and which of its dates lie within the horizon."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Series
from scheduler.rules.recurrence import SeriesRule, Slot, check, slots
from scheduler.rules.rrules import RuleRefused
from scheduler.rules.workdays import WorkingDays, to_local, to_utc
from scheduler.services.lectures.values import LOCAL
from scheduler.services.refusals import Invalid, NotFound

# How far ahead lectures are made.
HORIZON = timedelta(days=90)
_FIELDS = {"unknown_zone": "time_zone", "unknown_policy": "holidays", "starts_at_unusable": "starts_at"}


def rule_of(series: Series) -> SeriesRule:
    """Return a series' rule as the recurrence rules take it."""
    return SeriesRule(
        series.rrule,
        local(series.starts_at_local),
        series.zone,
        series.holidays,  # type: ignore[arg-type]
        goes_on_from=series.goes_on_from,
        ends_before=series.ends_before,
    )


def last_on(series: Series) -> date | None:
    """Return the last local date that may be the series' own, None when it goes on."""
    return None if series.ends_before is None else series.ends_before - timedelta(days=1)


def local(text: str) -> datetime:
    """Read a wall-clock time as it is kept; naive, in the zone of the series or lecture that has it."""
    return datetime.strptime(text, LOCAL)  # noqa: DTZ007


def written(moment: datetime) -> str:
    """Write a wall-clock time as it is kept."""
    return moment.strftime(LOCAL)


def ahead(rule: SeriesRule, calendar: WorkingDays, now: datetime) -> list[Slot]:
    """List the dates within the horizon that are still to come; raise RuleRefused."""
    first, last = to_local(now, rule.zone).date(), to_local(now + HORIZON, rule.zone).date()
    return [slot for slot in slots(rule, calendar, first, last) if slot.starts_at > now]


def require(rule: SeriesRule, calendar: WorkingDays) -> None:
    """Raise Invalid(field, why) for a rule that cannot be used or gives no date."""
    try:
        check(rule, calendar)
    except RuleRefused as refusal:
        raise invalid(refusal) from refusal


def require_ahead(rule: SeriesRule, now: datetime) -> None:
    """Raise Invalid for a new series whose first date and time is over already; the rule's zone is known."""
    if to_utc(rule.starts_at, rule.zone) <= now:
        raise Invalid(field="starts_at", why="starts_in_the_past", value=written(rule.starts_at))


def invalid(refusal: RuleRefused) -> Invalid:
    """Name the field that a refused rule concerns."""
    return Invalid(field=_FIELDS.get(refusal.key, "rrule"), why=refusal.key, **refusal.params)


def lock(series_id: int) -> Series:
    """Lock a series, so that it is not filled by one and changed by another; raise NotFound.

    Whoever needs both locks the series before its lectures.
    """
    query = select(Series).where(Series.id == series_id).with_for_update(key_share=True)
    series = db.session.scalar(query.execution_options(populate_existing=True))
    if series is None:
        raise NotFound()
    return series
