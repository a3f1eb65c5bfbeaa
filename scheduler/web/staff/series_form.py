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
from scheduler.services.lectures.values import MEETING
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
        **inputs.meeting(),
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
        **{name: getattr(series, name) for name in MEETING},
        "locale": series.locale,
        "held_as": series.kind,
    }


def own(series: Series, lecture: Lecture) -> dict[str, str]:
    """Return what stands in that form for one date alone, by the fields in which a date may differ from its series."""
    begins = ruling.local(lecture.local_start)
    return {
        "course": lecture.course.key,
        "time": f"{begins:%H:%M}",
        "minutes": str(_length(lecture)),
        "capacity": str(lecture.capacity),
        "account_limit": str(lecture.account_limit or ""),
        "host": str(lecture.host_id or ""),
        **{name: getattr(lecture, name) for name in MEETING},
        "locale": lecture.locale,
        "held_as": lecture.kind,
    }


def both(series: Series, lecture: Lecture | None) -> dict[str, dict[str, str]]:
    """Return, by what `shown` names, the values of the date alone and those of the series, {} without a date."""
    if lecture is None:
        return {}
    one, every = own(series, lecture), of_series(series)
    return {"lecture": one, "series": {name: every[name] for name in one}}


def filled(series: Series, lecture: Lecture | None, scope: str) -> dict[str, Any]:
    """Return what stands in the form of a change that nobody has touched yet."""
    values = of_series(series) | {"scope": scope, "shown": "series"}
    if lecture is not None:
        values |= {"day": lecture.local_start[:10]}
        values |= own(series, lecture) | {"shown": "lecture"} if scope == "this" else {}
    return values


def sent_change(series: Series, lecture: Lecture | None) -> dict[str, Any]:
    """Return what was sent, to be shown again; what nobody touched shows the values of the scope that was chosen."""
    values, bases = sent(), both(series, lecture)
    before = values.get("shown", "series")
    after = "lecture" if values.get("scope") == "this" else "series"
    if before in bases and after != before:
        untouched = {name for name, value in bases[before].items() if values.get(name, value) == value}
        values |= {name: bases[after][name] for name in untouched} | {"shown": after}
    return values


def change(series: Series, lecture: Lecture | None) -> Change:
    """Read the form that changes a series: what differs from what stood in it; raise Invalid."""
    scope: Any = request.form.get("scope", "all")
    if scope not in SCOPES or (scope != "all" and lecture is None):
        raise Invalid(field="scope", why="unknown_scope_of_change")
    # The values that stood in the form: those of the series, or of the date alone.
    shown = lecture if lecture is not None and request.form.get("shown") == "lecture" else series
    columns = _columns(shown)
    if scope == "this" and lecture is not None:
        columns = {name: value for name, value in columns.items() if _value(lecture, name) != value}
        starts_at = _own_start(shown, lecture)
        return Change(scope, lecture.id, starts_at=starts_at, values=columns, reason=inputs.bilingual("reason"))
    rule, clock = ruling.rule_of(series), _time()
    day = _slot(lecture) if scope == "following" and lecture is not None else rule.starts_at
    rrule, zone, policy = written(), request.form.get("zone", "").strip(), request.form.get("holidays", "skip")
    chosen: Any = policy if policy != series.holidays else None
    return Change(
        scope,
        lecture.id if lecture is not None and scope != "all" else None,
        rrule=rrule if rrule != rhythms.written(rhythms.read(rule)) else None,
        starts_at=datetime.combine(day.date(), clock) if clock != _clock(shown) else None,
        zone=zone if zone != series.zone else None,
        holidays=chosen,
        values=columns,
        reason=inputs.bilingual("reason"),
    )


def _columns(shown: Series | Lecture) -> dict[str, Any]:
    """Return the values that were entered, by column, but for those that stood in the form."""
    columns: dict[str, Any] = {
        "minutes": inputs.whole("minutes"),
        "capacity": inputs.whole("capacity"),
        "account_limit": _optional_whole("account_limit"),
        "host_id": inputs.optional_id("host"),
        **inputs.meeting(),
        "locale": request.form.get("locale", "ja"),
        "kind": request.form.get("held_as", "webinar"),
    }
    if "course" in request.form:
        columns["course_id"] = courses.by_key(request.form["course"]).id
    return {name: value for name, value in columns.items() if _value(shown, name) != value}


def _value(shown: Series | Lecture, name: str) -> Any:
    return _length(shown) if name == "minutes" and isinstance(shown, Lecture) else getattr(shown, name)


def _length(lecture: Lecture) -> int:
    return int((lecture.ends_at - lecture.starts_at).total_seconds()) // 60


def _clock(shown: Series | Lecture) -> time:
    return (ruling.local(shown.local_start) if isinstance(shown, Lecture) else ruling.rule_of(shown).starts_at).time()


def _own_start(shown: Series | Lecture, lecture: Lecture) -> datetime | None:
    """Return the wall-clock time to which one date alone is moved, None when it stays."""
    begins, clock = ruling.local(lecture.local_start), _time()
    day = begins.date()
    if "day" in request.form:
        wanted = inputs.optional_date(request.form["day"])
        if wanted is None:
            raise Invalid(field="day", why="day_unreadable", value=request.form["day"])
        day = wanted
    moved = datetime.combine(day, clock if clock != _clock(shown) else begins.time())
    return moved if moved != begins else None


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
