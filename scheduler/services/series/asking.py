"""Answers what a change of a series asks for: its scope, the rule it leads to, and values that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.rules.recurrence import Policy, SeriesRule, slots, split, tail
from scheduler.rules.rrules import RuleRefused, parts_of, text_of
from scheduler.rules.workdays import WorkingDays, to_utc
from scheduler.services.lectures import values
from scheduler.services.refusals import Invalid, NotFound, SeriesEnded
from scheduler.services.series import ruling

Scope = Literal["this", "following", "all"]
SCOPES: tuple[Scope, ...] = ("this", "following", "all")
# What of a series and of its lectures changes alike.
COLUMNS = ("course_id", "minutes", "host_id", *values.MEETING, "capacity", "account_limit", "kind", "locale")


@dataclass(frozen=True)
class Change:
    """What is asked for; None keeps what is there.

    `this` and `following` name the lecture they start at. `starts_at` is naive, in the zone of the series: the first date
    and time of the rule, for `this` the one lecture's own. `values` hold columns of COLUMNS.
    """

    scope: Scope
    lecture_id: int | None = None
    rrule: str | None = None
    starts_at: datetime | None = None
    zone: str | None = None
    holidays: Policy | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    # {"ja", "en"}: why, for the customers' mails.
    reason: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Aim:
    """Where a change leads: the rule, the date from which another series goes on (None: the same one), new values."""

    rule: SeriesRule
    cut: date | None
    values: Mapping[str, Any]


def the_lecture(series: Series, change: Change) -> Lecture:
    """Return the lecture a change starts at; raise NotFound when it is none of this series."""
    row = db.session.get(Lecture, change.lecture_id) if change.lecture_id is not None else None
    if row is None or row.series_id != series.id or row.slot is None:
        raise NotFound(what="lecture", field="from", value=change.lecture_id)
    return row


def aim(series: Series, change: Change, calendar: WorkingDays, now: datetime) -> Aim:
    """Work out where a change of all or the following dates leads; raise Invalid, NotFound, SeriesEnded."""
    if series.ended_at is not None:
        raise SeriesEnded()
    old = ruling.rule_of(series)
    new = {name: value for name, value in change.values.items() if getattr(series, name) != value}
    values.check_values(**{name: value for name, value in new.items() if name not in ("course_id", "locale")})
    try:
        cut = _cut(series, old, change, calendar)
        rule = _whole(old, change, now) if cut is None else _from(old, change, cut)
    except RuleRefused as refusal:
        raise ruling.invalid(refusal) from refusal
    if replace(rule, ends_before=None) != replace(old, ends_before=None):
        ruling.require(rule, calendar)
    return Aim(rule, cut.date() if cut is not None else None, new)


def _cut(series: Series, old: SeriesRule, change: Change, calendar: WorkingDays) -> datetime | None:
    """Return the slot from which another series goes on; None for all, also when nothing comes before."""
    if change.scope == "all":
        return None
    cut = ruling.local(str(the_lecture(series, change).slot))
    if old.ends_before is not None and cut.date() >= old.ends_before:
        raise Invalid(field="scope", why="after_the_last_day")
    earlier, _later = split(replace(old, policy="keep"), cut.date())
    return cut if slots(earlier, calendar, old.starts_at.date(), cut.date()) else None


def _whole(old: SeriesRule, change: Change, now: datetime) -> SeriesRule:
    starts_at, zone = change.starts_at or old.starts_at, change.zone or old.zone
    rule = replace(
        old,
        rrule=_text(change.rrule or old.rrule),
        starts_at=starts_at,
        zone=zone,
        policy=change.holidays or old.policy,
    )
    if starts_at.date() != old.starts_at.date() and to_utc(starts_at, _known(zone)) <= now:
        raise Invalid(field="starts_at", why="starts_in_the_past", value=ruling.written(starts_at))
    return rule


def _from(old: SeriesRule, change: Change, cut: datetime) -> SeriesRule:
    """Go on with the rule itself where it stays the same, so that counts and moved dates stay what they were."""
    rest = tail(old, cut)
    starts_at = change.starts_at or cut
    if starts_at.date() < cut.date():
        raise Invalid(field="starts_at", why="starts_before_the_change", value=ruling.written(starts_at))
    zone, policy = change.zone or old.zone, change.holidays or old.policy
    text = _text(change.rrule or rest.rrule)
    if text == _text(rest.rrule) and starts_at.date() == cut.date():
        began = datetime.combine(old.starts_at.date(), starts_at.time())
        return replace(old, starts_at=began, zone=zone, policy=policy, goes_on_from=cut.date())
    return SeriesRule(text, starts_at, zone, policy, goes_on_from=cut.date(), ends_before=old.ends_before)


def _text(rrule: str) -> str:
    return text_of(parts_of(rrule))


def _known(zone: str) -> str:
    try:
        to_utc(datetime(2000, 1, 1), zone)  # noqa: DTZ001
    except (KeyError, ValueError, OSError):
        raise RuleRefused("unknown_zone", zone=zone) from None
    return zone
