"""Answers what the form of a series says: its rule as staff enter it, its values, and how a series fills the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from flask import request
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.rules import rhythms
from scheduler.rules.recurrence import SeriesRule
from scheduler.rules.rhythms import Rhythm
from scheduler.rules.rrules import RuleRefused
from scheduler.services import courses
from scheduler.services.installation import here
from scheduler.services.refusals import Invalid, Refused
from scheduler.services.series import ruling
from scheduler.services.series.asking import SCOPES, Change
from scheduler.web import ids, inputs
from scheduler.web.words import refusals

BLANK = {
    "holidays": "skip",
    "capacity": "30",
    "locale": "ja",
    "held_as": "webinar",
    "kind": "weekly",
    "interval": "1",
    "ends": "never",
}
# Where the form shows what is wrong with a part of the rule.
_PARTS = {"INTERVAL": "interval", "COUNT": "count", "UNTIL": "until"}


@dataclass(frozen=True)
class Filled:
    """The form of a new series as it was filled in."""

    course: str
    rule: SeriesRule
    columns: dict[str, Any]


def blank() -> dict[str, Any]:
    """Return what stands in the form of a new series."""
    return BLANK | {"zone": here().zone, "account": request.args.get("account", "")}


def sent() -> dict[str, Any]:
    """Return what was sent, to be shown again."""
    return request.form.to_dict() | {"days": request.form.getlist("days")}


def errors(error: Refused) -> dict[str, str]:
    """Return {field: sentence} by the names of this form's fields."""
    field = str(error.params.get("field", "form"))
    field = {"time_zone": "zone", "account_id": "account"}.get(field, field)
    if field == "rrule" and request.form.get("kind") != "raw":
        field = _PARTS.get(str(error.params.get("part")), "kind")
    return {field: refusals.sentence(error)}


def new_series() -> Filled:
    """Read the form of a new series; raise Invalid."""
    policy: Any = request.form.get("holidays", "skip")
    rule = SeriesRule(written(), inputs.naive_moment("starts_at"), request.form.get("zone", "").strip(), policy)
    columns = {
        "minutes": inputs.whole("minutes") if request.form.get("minutes", "").strip() else None,
        "capacity": inputs.whole("capacity"),
        "account_limit": _optional_whole("account_limit"),
        "host_id": inputs.optional_id("host"),
        "join_url": request.form.get("join_url", "").strip(),
        "locale": request.form.get("locale", "ja"),
        "kind": request.form.get("held_as", "webinar"),
        "account_id": _account_id(),
    }
    return Filled(request.form.get("course", ""), rule, columns)


def minutes(filled: Filled) -> int:
    """Return how long the lectures of a new series are; without a number as long as the course. Raises NotFound."""
    return filled.columns["minutes"] or courses.by_key(filled.course).minutes


def written() -> str:
    """Write the rule that the form asks for; raise Invalid."""
    try:
        return rhythms.written(_rhythm())
    except RuleRefused as refusal:
        part = _PARTS.get(str(refusal.params.get("part")), "rrule")
        field = {"no_weekday": "days" if request.form.get("kind") == "weekly" else "weekday"}.get(refusal.key, part)
        field = {"no_monthday": "monthday"}.get(refusal.key, field)
        raise Invalid(field=field, why=refusal.key, **refusal.params) from refusal


def _rhythm() -> Rhythm:
    kind: Any = request.form.get("kind", "weekly")
    if kind == "raw":
        return Rhythm("raw", rrule=request.form.get("rrule", "").strip())
    ends = request.form.get("ends", "never")
    until = inputs.optional_date(request.form.get("until")) if ends == "until" else None
    if ends == "until" and until is None:
        raise Invalid(field="until", why="day_unreadable", value=request.form.get("until", ""))
    return Rhythm(
        kind,
        interval=_optional_whole("interval") or 1,
        days=tuple(sorted(set(request.form.getlist("days", type=ids.number)))),
        monthday=_optional_whole("monthday") or 1,
        nth=_optional_whole("nth") or 1,
        weekday=_optional_whole("weekday") or 0,
        until=until,
        count=inputs.whole("count") if ends == "count" else None,
    )


def of_series(series: Series) -> dict[str, Any]:
    """Return what stands in the form that changes a series."""
    rule = ruling.rule_of(series)
    rhythm = rhythms.read(rule)
    return {
        "course": series.course.key,
        "time": f"{rule.starts_at:%H:%M}",
        "zone": series.zone,
        "kind": rhythm.kind,
        "interval": str(rhythm.interval),
        "days": [str(day) for day in rhythm.days],
        "monthday": str(rhythm.monthday),
        "nth": str(rhythm.nth),
        "weekday": str(rhythm.weekday),
        "ends": "until" if rhythm.until else "count" if rhythm.count else "never",
        "until": rhythm.until.isoformat() if rhythm.until else "",
        "count": str(rhythm.count or ""),
        "rrule": rhythm.rrule,
        "holidays": series.holidays,
        "minutes": str(series.minutes),
        "capacity": str(series.capacity),
        "account_limit": str(series.account_limit or ""),
        "host": str(series.host_id or ""),
        "join_url": series.join_url,
        "locale": series.locale,
        "held_as": series.kind,
    }


def change(series: Series, lecture: Lecture | None) -> Change:
    """Read the form that changes a series: what differs from what the series has; raise Invalid."""
    scope: Any = request.form.get("scope", "all")
    if scope not in SCOPES or (scope != "all" and lecture is None):
        raise Invalid(field="scope", why="unknown_scope_of_change")
    before, rule = of_series(series), ruling.rule_of(series)
    columns: dict[str, Any] = {
        "minutes": inputs.whole("minutes"),
        "capacity": inputs.whole("capacity"),
        "account_limit": _optional_whole("account_limit"),
        "host_id": inputs.optional_id("host"),
        "join_url": request.form.get("join_url", "").strip(),
        "locale": request.form.get("locale", "ja"),
        "kind": request.form.get("held_as", "webinar"),
    }
    if request.form.get("course", before["course"]) != before["course"]:
        columns["course_id"] = courses.by_key(request.form["course"]).id
    clock = _time()
    first = {"this": lecture and ruling.local(lecture.local_start), "following": lecture and _slot(lecture)}
    day = first.get(scope) or rule.starts_at
    rrule, zone, policy = written(), request.form.get("zone", "").strip(), request.form.get("holidays", "skip")
    of_rule: dict[str, Any] = {}
    if scope != "this":
        of_rule = {
            "rrule": rrule if rrule != rhythms.written(rhythms.read(rule)) else None,
            "zone": zone if zone != series.zone else None,
            "holidays": policy if policy != series.holidays else None,
        }
    return Change(
        scope,
        lecture.id if lecture is not None and scope != "all" else None,
        starts_at=datetime.combine(day.date(), clock) if clock != rule.starts_at.time() else None,
        values={
            name: value for name, value in columns.items() if name == "course_id" or getattr(series, name) != value
        },
        reason=inputs.bilingual("reason"),
        **of_rule,
    )


def _slot(lecture: Lecture) -> datetime:
    return ruling.local(str(lecture.slot))


def _time() -> time:
    text = request.form.get("time", "").strip()
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid(field="time", why="time_unreadable", value=text) from None


def _optional_whole(field: str) -> int | None:
    return inputs.whole(field) if request.form.get(field, "").strip() else None


def _account_id() -> int | None:
    external_id = request.form.get("account", "").strip()
    if not external_id:
        return None
    number = db.session.scalar(select(Account.id).where(Account.external_id == external_id))
    if number is None:
        raise Invalid(field="account", why="account_unknown", value=external_id)
    return number
