"""Answers what staffing is worked out from: what the history measured, and what somebody entered instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from scheduler.models.db import db
from scheduler.models.settings import Setting
from scheduler.rules.staffing.checking import Complaint, check
from scheduler.rules.staffing.plans import FIGURES, Activity, Figure, Plan
from scheduler.services import history, locking
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid
from scheduler.services.staffing import measuring, spans
from scheduler.services.staffing.spans import Window

KEY = "staffing"
# The numbers of a stage and of the queue, by which fields name them: `accounts.success`, `queue.seats`.
OF_PHASE = ("months", "accounts", "stores", "people")
OF_QUEUE = ("arrivals", "lectures", "seats", "show_rate")


def plan(span: Window, tried: Mapping[str, str]) -> Plan:
    """Return the plan as it stands, measured in a window, with numbers `tried` by field in place of those kept.

    Raises Invalid for what is wrong with the numbers tried; whether the whole can be worked out is `check`'s to say.
    """
    kept = entered()
    numbers = dict(kept.get("entered") or {}) | {name: read(text) for name, text in tried.items()}
    found = combine(measuring.measure(span), kept | {"entered": numbers})
    for complaint in check(found):
        if complaint.field in tried:
            raise refusal(complaint)
    return found


def entered() -> dict[str, Any]:
    """Return what was entered: numbers by field (`entered`), activities, pooled, horizon, scenarios; what is missing is measured."""
    row = db.session.get(Setting, KEY, populate_existing=True)
    return dict(row.value) if row is not None else {}


def combine(measured: Plan, kept: Mapping[str, Any]) -> Plan:
    """Return the measured plan with what was entered in its place."""
    found = replace(measured, **{name: kept[name] for name in ("pooled", "horizon") if name in kept})
    if kept.get("scenarios"):
        found = replace(found, scenarios=tuple(kept["scenarios"]))
    if kept.get("activities") is not None:
        found = replace(found, activities=_activities(found.activities, kept["activities"]))
    numbers: Mapping[str, Any] = kept.get("entered") or {}
    single: dict[str, Any] = {name: Figure(numbers[name]) for name in FIGURES if name in numbers}
    return replace(
        found,
        **single,
        phases=tuple(replace(one, **_named(numbers, OF_PHASE, "{0}." + one.stage)) for one in found.phases),
        queue=replace(found.queue, **_named(numbers, OF_QUEUE, "queue.{0}")),
        activities=tuple(
            replace(one, **_named(numbers, ("minutes", "group"), "{0}." + one.key)) for one in found.activities
        ),
    )


def complaints(kept: Mapping[str, Any], now: datetime) -> list[Complaint]:
    """Return all that is wrong with what somebody entered, none: it can be saved."""
    return check(combine(measuring.measure(spans.lately(now)), kept))


def save(kept: Mapping[str, Any], now: datetime, actor: Actor) -> bool:
    """Keep what was entered, all of it; return whether it changed. Raises Invalid for the first thing that is wrong."""
    for complaint in complaints(kept, now):
        raise refusal(complaint)
    with db.writing():
        row = locking.setting(KEY, now)
        if row.value == dict(kept):
            return False
        row.value, row.changed_at = dict(kept), now
        history.record("staffing_changed", now=now, actor=actor, count=len(kept.get("entered") or {}))
        return True


def read(text: str) -> float | str:
    """Read a number as people type it; what is none stays as it is, for `check` to complain of."""
    plain = text.strip().replace(",", "").replace("，", "")
    try:
        return float(plain)
    except ValueError:
        return text.strip()


def refusal(complaint: Complaint) -> Invalid:
    """Return a complaint as the refusal that says it."""
    return Invalid(**complaint.params, field=complaint.field, why=f"plan_{complaint.key}")


def _named(numbers: Mapping[str, Any], names: Sequence[str], field: str) -> dict[str, Any]:
    fields = {name: field.format(name) for name in names}
    return {name: Figure(numbers[where]) for name, where in fields.items() if where in numbers}


def _activities(measured: Sequence[Activity], kept: Sequence[Mapping[str, Any]]) -> tuple[Activity, ...]:
    known = {activity.key: activity for activity in measured}
    found = []
    for told in kept:
        one = known.get(told.get("key", ""))
        if one is None or one.per != told.get("per"):
            # What was measured for each month is no time for each account.
            one = Activity(told.get("key", ""), told.get("stage", ""), Figure(0), told.get("per", "account"))
        found.append(replace(one, **{name: told[name] for name in ("stage", "done", "name") if name in told}))
    return tuple(found)
