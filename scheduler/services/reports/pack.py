"""Answers the weekly pack for the joint meeting of the teams: what a week brought, lectures before and after, what is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.rules.attendance_rates import rate
from scheduler.rules.reporting import Asked, Behind, Column, Kind, Named, Note, Part, Report, Row
from scheduler.services import spared
from scheduler.services.installation import here
from scheduler.services.meeting.lists import LISTS, Asking, read
from scheduler.services.meeting.weeks import Week, last_complete
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.reports import asking

NAME, CHOICES = "pack", ("week",)
# The part that counts the lists, and how many lines of each are told; the rest stands behind its number.
OVERVIEW, MOST = "overview", 100

# By list: its columns.
COLUMNS: Mapping[str, Mapping[str, Kind]] = {
    "new": {"account": "account", "on": "day", "planned_on": "day", "who": "member"},
    "ready": {"account": "account", "on": "day", "state": "code", "who": "member"},
    "stuck": {"account": "account", "reason": "code", "planned_on": "day", "who": "member"},
    "handed_over": {"account": "account", "boundary": "code", "on": "day", "who": "member"},
    "returned": {"account": "account", "boundary": "code", "on": "day", "words": "text", "who": "member"},
    "held": {
        **{"lecture": "lecture", "on": "day", "time": "text", "company": "text"},
        **{"booked": "count", "rate": "rate", "who": "member"},
    },
    "coming": {
        **{"lecture": "lecture", "on": "day", "time": "text", "company": "text"},
        **{"booked": "count", "capacity": "count", "waitlisted": "count", "who": "member"},
    },
    "handovers": {"account": "account", "boundary": "code", "on": "day", "who": "member"},
    "open_points": {"account": "account", "words": "text", "who": "member"},
    "tasks": {"account": "account", "task": "code", "words": "text", "on": "day", "who": "member"},
    "replies": {"subject": "text", "sender": "text", "on": "day"},
}  # fmt: skip


def week_of(asked: Asked, now: datetime) -> Week:
    """Return the week that is asked for, by any of its days; without one the last that is over. Raises Invalid."""
    text = asked.more.get("week", "")
    if not text:
        return last_complete(spared.today(now))
    try:
        week = Week.of(date.fromisoformat(text))
        # The weeks beside it must be days, too.
        return week if week.before and week.next.next else week
    except (ValueError, OverflowError) as error:
        raise Invalid(field="week", why="day_unreadable", value=text) from error


def build(asked: Asked, now: datetime) -> Report:
    """Gather the lists of a week; what is stuck or open is told as it stands now."""
    week = week_of(asked, now)
    asked = replace(asked, since=week.monday, until=week.sunday, more={"week": week.monday.isoformat()})
    found = {name: read(name, _asking(asked, week, now, MOST, 0)) for name in LISTS}
    counts = tuple(Row(name, (name, one.total)) for name, one in found.items())
    parts = [Part(OVERVIEW, (Column("list", "code"), Column("count", rows=True)), counts)]
    for name, one in found.items():
        rest = one.total - len(one.lines)
        notes = (Note("more", {"count": rest}),) if rest else () if one.total else (Note("nothing"),)
        parts.append(Part(name, _columns(name), tuple(_row(name, line) for line in one.lines), notes=notes))
    notes = (Note("narrowed"),) if asked.narrowed else ()
    # The lists are read as they stand, not from what is counted by night.
    return Report(NAME, asked, here().zone, now, tuple(parts), notes)


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None = None, offset: int = 0
) -> Behind:
    """List a whole list, so many lines from so far on; raise NotFound where there is no such number."""
    if part != OVERVIEW or row not in LISTS or column != "count":
        raise NotFound(what="report")
    found = read(row, _asking(asked, week_of(asked, now), now, limit, offset))
    return Behind(_columns(row), tuple(_row(row, line) for line in found.lines), found.total)


def _asking(asked: Asked, week: Week, now: datetime, limit: int | None, offset: int) -> Asking:
    return Asking(week, now, tuple(asking.accounts(asked)), limit, offset)


def _columns(name: str) -> tuple[Column, ...]:
    return tuple(Column(key, kind) for key, kind in COLUMNS[name].items())


def _row(name: str, line: Mapping[str, Any]) -> Row:
    key = next((str(line[key]) for key in ("task_id", "reply_id", "lecture_id", "account_id") if key in line), "")
    return Row(key, tuple(_VALUES.get(column, _plain(column))(line) for column in COLUMNS[name]))


def _plain(column: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda line: line[column]


def _named(key: str) -> Callable[[Mapping[str, Any]], Named]:
    return lambda line: Named("" if line[f"{key}_id"] is None else str(line[f"{key}_id"]), line[key] or "")


def _day(line: Mapping[str, Any]) -> date:
    on = line["on"]
    return on.astimezone(here().tz).date() if isinstance(on, datetime) else on


def _time(line: Mapping[str, Any]) -> str:
    return f"{line['on'].astimezone(ZoneInfo(here().zone)):%H:%M}"


def _reason(line: Mapping[str, Any]) -> str:
    """Return the key of the gravest reason; what was judged stuck without one stays without."""
    return str(line["reasons"][0]["key"]) if line["reasons"] else ""


# How a column is made of what a list holds; otherwise it is what is there by its name.
_VALUES: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "account": _named("account"),
    "lecture": _named("lecture"),
    "who": _named("who"),
    "on": _day,
    "time": _time,
    "reason": _reason,
    "company": lambda line: line["company"] or "",
    "rate": lambda line: rate(line["attended"], line["known"]),
}
