"""Answers how a change of a series is done: as it was previewed, in one transaction, each person told once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.services import history, seating, vendor
from scheduler.services.actors import Actor
from scheduler.services.lectures import changing as one_lecture
from scheduler.services.lectures.telling import tell_all
from scheduler.services.lectures.values import MEETING, TELLING
from scheduler.services.refusals import ChangedMeanwhile
from scheduler.services.registrations import rows, waiting
from scheduler.services.series import horizon, planning, ruling
from scheduler.services.series.asking import Aim, Change
from scheduler.services.series.planning import Line, Plan


def apply(
    series_id: int, change: Change, now: datetime, actor: Actor, fingerprint: str | None = None
) -> tuple[int, Plan]:
    """Change a series; return the one that goes on (another for `following`) and what was done.

    Raises ChangedMeanwhile when `fingerprint` is given and the plan is no longer the one it names; NotFound, Invalid,
    SeriesEnded, and for `this` what `lectures.changing.change` raises.
    """
    with db.writing():
        series = ruling.lock(series_id)
        # What is planned below is looked at under the locks of all the lectures that it may touch.
        asked = planning.plan(series_id, change, now)
        touched = _ids(asked.lines)
        seating.lock_all(touched)
        rows.lock_accounts(touched)
        plan = planning.plan(series_id, change, now)
        if fingerprint is not None and plan.fingerprint != fingerprint:
            raise ChangedMeanwhile()
        if plan.aim is None:
            (line,) = plan.lines
            if line.lecture_id is not None and line.values:
                reason = dict(change.reason) or None
                one_lecture.change(line.lecture_id, dict(line.values), now, actor, reason=reason)
            return series_id, plan
        fields = _named(series, plan.aim)
        target = _rule(series, plan.aim, now)
        _move_slots(target, plan)
        for line in plan.having("changed", "stray"):
            if line.values:
                _change(line, change, now)
        _leave(plan, now)
        horizon.fill(target, vendor.working_days(), now)
        history.record(
            "series_changed",
            now=now,
            actor=actor,
            account_id=series.account_id,
            series_id=target.id,
            old_series_id=series_id,
            scope=change.scope,
            fields=fields,
        )
        return target.id, plan


def _rule(series: Series, aim: Aim, now: datetime) -> Series:
    """Write the rule and the values: to the series itself, or to another that goes on from the cut."""
    target = series
    if aim.cut is not None:
        columns = {column.key: getattr(series, column.key) for column in Series.__table__.columns}
        target = Series(**{name: value for name, value in columns.items() if name != "id"})
        target.follows_id, target.created_at = series.id, now
        series.ends_before = aim.cut
        db.session.add(target)
    rule = aim.rule
    target.rrule, target.starts_at_local, target.zone = rule.rrule, ruling.written(rule.starts_at), rule.zone
    target.holidays, target.goes_on_from, target.ends_before = rule.policy, rule.goes_on_from, rule.ends_before
    for name, value in aim.values.items():
        setattr(target, name, value)
    db.session.flush()
    return target


def _move_slots(target: Series, plan: Plan) -> None:
    """Give the lectures their new slots, first taking the old ones away: (series, slot) is unique at every moment."""
    moves = []
    for line in plan.lines:
        if line.lecture_id is None or line.what == "gone":
            continue
        row = db.session.get_one(Lecture, line.lecture_id)
        slot = None if line.what == "closed" else line.slot or row.slot
        if (row.series_id, row.slot) != (target.id, slot):
            moves.append((row, slot))
            row.slot = None
    db.session.flush()
    for row, slot in moves:
        row.series_id, row.slot = target.id, slot
    db.session.flush()


def _change(line: Line, change: Change, now: datetime) -> None:
    row = db.session.get_one(Lecture, line.lecture_id)
    old = {"old_starts_at": row.starts_at.isoformat(), "old_ends_at": row.ends_at.isoformat()}
    for name, value in line.values.items():
        setattr(row, name, value)
    row.revised_at = now
    if line.values.keys() & TELLING:
        row.sequence += 1
        row.reason = dict(change.reason)
        db.session.flush()
        tell_all(row, "changed", now, by_us=True, link=bool(line.values.keys() & set(MEETING)), **old)
    db.session.flush()
    waiting.promote(row.id, now)


def _leave(plan: Plan, now: datetime) -> None:
    """Take the empty dates away that no longer fit; those with people are left for a decision."""
    gone = _ids(plan.having("gone"))
    stay = gone - horizon.remove_unnamed(gone)
    for number in sorted(stay | _ids(plan.having("closed"))):
        horizon.close(db.session.get_one(Lecture, number), now)
    for line in plan.lines:
        if line.lecture_id is None or line.what in ("gone", "closed"):
            continue
        row = db.session.get_one(Lecture, line.lecture_id)
        if "starts_at" in line.by_hand:
            # It is not where the rule has it: the horizon leaves it alone.
            row.edited = True
        row.stray_since = (row.stray_since or now) if line.what == "stray" else None
    db.session.flush()


def _ids(lines: Iterable[Line]) -> set[int]:
    return {line.lecture_id for line in lines if line.lecture_id is not None}


def _named(series: Series, aim: Aim) -> list[str]:
    """Name the columns that change; the rule of one that was cut is told by its time and text."""
    old, new = ruling.rule_of(series), aim.rule
    rule = {
        "rrule": old.rrule != new.rrule,
        "starts_at": old.starts_at.time() != new.starts_at.time(),
        "zone": old.zone != new.zone,
        "holidays": old.policy != new.policy,
    }
    return sorted([*(name for name, differs in rule.items() if differs), *aim.values])
