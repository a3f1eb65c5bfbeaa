"""Answers what a change of a series would do to each of its dates and people, before it is done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import or_, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.rules.recurrence import SeriesRule, Slot, slots
from scheduler.rules.rescheduling import Dated, match
from scheduler.rules.workdays import WorkingDays, to_local, to_utc
from scheduler.services import clashes, vendor
from scheduler.services.clashes import Clash
from scheduler.services.lectures.values import MEETING, TELLING
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.series import asking, counting, ruling
from scheduler.services.series.asking import COLUMNS, Aim, Change
from scheduler.services.series.counting import People


@dataclass(frozen=True)
class Line:
    """What happens to one date.

    `what`: new, same, changed, gone (empty, taken away), closed (empty, but mails name it: cancelled quietly), stray
    (has people and no longer fits: to be decided).
    """

    what: str
    lecture_id: int | None
    starts_at: datetime
    ends_at: datetime
    old_starts_at: datetime
    old_ends_at: datetime
    # The lecture's slot afterwards, as it is kept; None leaves it.
    slot: str | None = None
    # Columns of the lecture that get another value, and those that keep what was set by hand.
    values: Mapping[str, Any] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    # The capacity could not go down to what was asked for: so many seats are taken.
    held_seats: int = 0
    people: People = People()
    mails: int = 0
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a change leads to, and what it does on the way; `fingerprint` names what was looked at."""

    aim: Aim | None
    lines: tuple[Line, ...]
    fingerprint: str

    @property
    def mails(self) -> int:
        """Count the mails that would be owed."""
        return sum(line.mails for line in self.lines)

    def having(self, *what: str) -> list[Line]:
        """List the lines of these sorts."""
        return [line for line in self.lines if line.what in what]


def plan(series_id: int, change: Change, now: datetime, *, with_clashes: bool = False) -> Plan:
    """Work out what a change would do; raise NotFound, Invalid, SeriesEnded. Nothing is written."""
    series = db.session.get(Series, series_id)
    if series is None:
        raise NotFound()
    if change.scope == "this":
        aim, lines = None, [_one(series, change, now)]
    else:
        calendar = vendor.working_days()
        aim = asking.aim(series, change, calendar, now)
        lines = _lines(series, aim, calendar, now)
    lines.sort(key=lambda line: (line.starts_at, line.lecture_id or 0))
    name = _fingerprint(series_id, change, lines)
    return Plan(aim, tuple(_clashing(series, aim, lines) if with_clashes else lines), name)


def affected(series: Series, aim: Aim, now: datetime) -> list[Lecture]:
    """List the lectures a change may touch, by start: those ahead, and those whose slot is."""
    today = to_local(now, series.zone).date()
    query = select(Lecture).where(
        Lecture.series_id == series.id,
        Lecture.slot.is_not(None),
        or_(Lecture.starts_at > now, Lecture.slot >= today.isoformat()),
    )
    if aim.cut is not None:
        query = query.where(Lecture.slot >= aim.cut.isoformat())
    return list(db.session.scalars(query.order_by(Lecture.starts_at, Lecture.id)))


def _lines(series: Series, aim: Aim, calendar: WorkingDays, now: datetime) -> list[Line]:
    rows = affected(series, aim, now)
    old = {row.id: _dated(row) for row in rows}
    first = min([to_local(now, aim.rule.zone).date(), *(one.slot.date() for one in old.values())])
    horizon = to_local(now + ruling.HORIZON, aim.rule.zone).date()
    last = max([horizon, *(max(one.local, one.slot).date() for one in old.values())])
    wanted = slots(aim.rule, calendar, first, last)
    placed = _placed(series, calendar, old)
    dated = [
        Dated(one.id, one.slot, one.local, row.edited and placed.get(one.slot, one.slot) != one.local)
        for row, one in ((row, old[row.id]) for row in rows)
    ]
    by_hand = {one.id for one in dated if one.moved_by_hand}
    found = match(dated, wanted)
    found |= _beyond(series, aim.rule, calendar, [one for one in dated if one.id not in found], (first, last))
    people = counting.of([row.id for row in rows])
    lines = []
    for row in rows:
        who = people.get(row.id, People())
        if row.id in found and not aim.rule.has(found[row.id].slot) and not (who.live or row.edited):
            # Nobody comes any more: nothing keeps a date after the last one.
            del found[row.id]
        slot = found.get(row.id)
        open_ = row.starts_at > now and row.status == "scheduled"
        if not open_:
            lines += [_line("same", row, slot=ruling.written(slot.slot), people=who)] if slot is not None else []
        elif slot is None or ("course_id" in aim.values and who.ever):
            line = _misfit(row, series, aim, who)
            lines.append(line)
            if line.what == "closed":
                # Its date is free for a lecture that fits.
                found.pop(row.id, None)
        else:
            lines.append(_changed(row, series, aim, slot, who, row.id in by_hand, now))
    taken = {slot.slot for slot in found.values()}
    return lines + [
        _new(slot, aim.values.get("minutes", series.minutes))
        for slot in wanted
        if slot.slot not in taken and slot.starts_at > now and slot.local.date() <= horizon
    ]


def _dated(row: Lecture) -> Dated:
    return Dated(row.id, ruling.local(str(row.slot)), ruling.local(row.local_start))


def _placed(series: Series, calendar: WorkingDays, old: Mapping[int, Dated]) -> dict[datetime, datetime]:
    """Tell where the series itself holds its slots, to see which lectures were moved by hand."""
    if not old:
        return {}
    days = [one.slot.date() for one in old.values()]
    rule = ruling.rule_of(series)
    return {slot.slot: slot.local for slot in slots(rule, calendar, min(days), max(days) + timedelta(days=31))}


def _beyond(
    series: Series, rule: SeriesRule, calendar: WorkingDays, left: list[Dated], span: tuple[date, date]
) -> dict[int, Slot]:
    """Find the dates of those that people kept after the series' last day, by the rule as if it had none.

    They change with the others; what had its place before that day finds none after it.
    """
    old = ruling.rule_of(series)
    after = [one for one in left if old.ends_before is not None and one.slot.date() >= old.ends_before]
    if not after:
        return {}
    return match(
        after, [slot for slot in slots(replace(rule, ends_before=None), calendar, *span) if not rule.has(slot.slot)]
    )


def _changed(
    row: Lecture, series: Series, aim: Aim, slot: Slot, people: People, moved_by_hand: bool, now: datetime
) -> Line:
    new = aim.values
    values, kept, held = _columns(row, series, new)
    length = row.ends_at - row.starts_at
    if "minutes" in new and length == timedelta(minutes=series.minutes):
        length = timedelta(minutes=new["minutes"])
    elif "minutes" in new and length != timedelta(minutes=new["minutes"]):
        kept.insert(0, "minutes")
    if not moved_by_hand and slot.starts_at > now:
        values |= {"local_start": ruling.written(slot.local), "zone": aim.rule.zone, "starts_at": slot.starts_at}
    elif _other_time(series, aim.rule):
        # What somebody moved stays; and today's lecture cannot begin before now.
        kept.insert(0, "starts_at")
    values["ends_at"] = values.get("starts_at", row.starts_at) + length
    values = {name: value for name, value in values.items() if getattr(row, name) != value}
    return _line(
        "changed" if values else "same",
        row,
        slot=ruling.written(slot.slot),
        values=values,
        by_hand=tuple(kept),
        held_seats=held,
        people=people,
        mails=_mails(values, people),
    )


def _columns(row: Lecture, series: Series, new: Mapping[str, Any]) -> tuple[dict[str, Any], list[str], int]:
    """Return which of a series' new values a lecture takes, which it keeps by hand, and the seats it cannot go below.

    Link, number and passcode are those of one meeting: a lecture that somebody gave another one keeps all three.
    """
    values, kept = {}, []
    own_meeting = any(getattr(row, name) != getattr(series, name) for name in MEETING)
    for name in COLUMNS:
        if name not in new or name == "minutes" or getattr(row, name) == new[name]:
            continue
        if getattr(row, name) == getattr(series, name) and not (own_meeting and name in MEETING):
            values[name] = new[name]
        else:
            kept.append(name)
    held = row.seats_taken if values.get("capacity", row.capacity) < row.seats_taken else 0
    if held:
        values["capacity"] = held
    return {name: value for name, value in values.items() if getattr(row, name) != value}, kept, held


def _other_time(series: Series, rule: SeriesRule) -> bool:
    old = ruling.rule_of(series)
    return (old.starts_at.time(), old.zone) != (rule.starts_at.time(), rule.zone)


def _misfit(row: Lecture, series: Series, aim: Aim, people: People) -> Line:
    """Say what becomes of a date that no longer fits: one with people takes a new link or host, its time and course stay."""
    if not (people.live or row.edited):
        return _line("closed" if people.ever else "gone", row, people=people)
    values, kept, held = _columns(row, series, {name: new for name, new in aim.values.items() if name != "course_id"})
    mails = _mails(values, people)
    about: dict[str, Any] = {"values": values, "by_hand": tuple(kept), "held_seats": held}
    return _line("stray", row, people=people, mails=mails, **about)


def _mails(values: Mapping[str, Any], people: People) -> int:
    """Count who is told: of a new time everybody, of a new link alone whoever has a seat."""
    if values.keys() & {"starts_at", "ends_at"}:
        return people.reachable
    return people.booked_reachable if values.keys() & TELLING else 0


def _line(what: str, row: Lecture, **fields: Any) -> Line:
    values = fields.get("values", {})
    starts_at, ends_at = values.get("starts_at", row.starts_at), values.get("ends_at", row.ends_at)
    return Line(what, row.id, starts_at, ends_at, row.starts_at, row.ends_at, **fields)


def _new(slot: Slot, minutes: int) -> Line:
    ends_at = slot.starts_at + timedelta(minutes=minutes)
    return Line("new", None, slot.starts_at, ends_at, slot.starts_at, ends_at, slot=ruling.written(slot.slot))


def _one(series: Series, change: Change, now: datetime) -> Line:
    """Plan the change of a single lecture, which somebody names: nothing counts as set by hand."""
    row = asking.the_lecture(series, change)
    if change.rrule is not None or change.zone is not None or change.holidays is not None:
        raise Invalid(field="scope", why="rule_of_one_lecture")
    people = counting.of([row.id]).get(row.id, People())
    values = {name: value for name, value in change.values.items() if name != "minutes"}
    if people.ever and values.get("course_id", row.course_id) != row.course_id:
        raise Invalid(field="course", why="lecture_has_people")
    if change.starts_at is not None:
        values["starts_at"] = to_utc(change.starts_at, row.zone)
    starts_at = values.get("starts_at", row.starts_at)
    minutes = change.values.get("minutes")
    length = row.ends_at - row.starts_at if minutes is None else timedelta(minutes=minutes)
    values["ends_at"] = starts_at + length
    held = row.seats_taken if values.get("capacity", row.capacity) < row.seats_taken else 0
    if held:
        values["capacity"] = held
    values = {name: value for name, value in values.items() if getattr(row, name) != value}
    mails = _mails(values, people) if row.ends_at > now else 0
    what = "changed" if values else "same"
    return _line(what, row, values=values, held_seats=held, people=people, mails=mails)


def _clashing(series: Series, aim: Aim | None, lines: list[Line]) -> list[Line]:
    """Add to each date ahead which lectures of others its host or its meeting is needed for."""
    own = {line.lecture_id for line in lines if line.lecture_id is not None}
    rows = {row.id: row for row in db.session.scalars(select(Lecture).where(Lecture.id.in_(own)))}
    wanted: dict[tuple[int | None, str], list[clashes.Span]] = {}
    needs: dict[int, tuple[int | None, str]] = {}
    for number, line in enumerate(lines):
        if line.what in ("new", "changed", "same", "stray"):
            needs[number] = _needs(series, aim, line, rows)
            wanted.setdefault(needs[number], []).append((line.starts_at, line.ends_at))
    found = {need: clashes.find(*need, spans, but=own) for need, spans in wanted.items()}
    return [
        replace(
            line, clashes=tuple(clash for clash in found[needs[number]] if clash.span == (line.starts_at, line.ends_at))
        )
        if number in needs
        else line
        for number, line in enumerate(lines)
    ]


def _needs(series: Series, aim: Aim | None, line: Line, rows: Mapping[int, Lecture]) -> tuple[int | None, str]:
    base: Any = rows[line.lecture_id] if line.lecture_id is not None else series
    new = line.values if line.lecture_id is not None or aim is None else aim.values
    return new.get("host_id", base.host_id), new.get("join_url", base.join_url)


def _fingerprint(series_id: int, change: Change, lines: list[Line]) -> str:
    """Name what was previewed: the change itself, and of each date what happens and how many are told."""
    seen = [
        [line.what, line.lecture_id, line.slot, line.starts_at, line.ends_at, line.old_starts_at, line.old_ends_at]
        + [sorted(line.values.items()), line.by_hand, line.mails]
        for line in lines
    ]
    asked = {**change.__dict__, "values": sorted(change.values.items()), "reason": sorted(change.reason.items())}
    return sha256(json.dumps([series_id, asked, seen], default=str, sort_keys=True).encode()).hexdigest()[:32]
