"""What is wrong with a plan: complaints that name the field, worded at the edge."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from scheduler.rules.staffing.plans import ACTIVITIES, DONE, FIGURES, PER, SCENARIOS, STAGES, Figure, Plan

MOST_ACTIVITIES = 50
MOST_SCENARIOS = 4
LONGEST_HORIZON = 36
#: No number of a plan is meant to be larger; beyond it a slip of the hand costs the machine more than it tells anybody.
LARGEST = 1_000_000.0
#: More hours than a month has are nobody's.
MOST_HOURS = 744.0
#: More lectures a month than ten a working day are a slip of the hand; the queue is played one by one.
MOST_LECTURES = 200.0
MOST_SEATS = 1000.0
#: Where fewer than one in a hundred come there is no lecture to wait for.
LEAST_SHOW_RATE = 0.01

_KNOWN = frozenset(activity.key for activity in ACTIVITIES)


@dataclasses.dataclass(frozen=True)
class Complaint:
    """One thing that is wrong: the field (`activities.3.minutes`), what, and the numbers to say it with."""

    field: str
    key: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


def check(plan: Plan) -> list[Complaint]:
    """Return all that is wrong with a plan, in the order of its fields; none: it can be worked out."""
    found = [
        *_activities(plan),
        *_phases(plan),
        *_figures(plan),
        *_horizon(plan),
        *_scenarios(plan.scenarios),
        *_queue(plan),
    ]
    return found or _together(plan)


def _number(
    where: str, figure: Figure, least: float = 0.0, above: bool = False, most: float = LARGEST
) -> Iterator[Complaint]:
    """Complain of what is no number or out of bounds; with `above` the least itself is too little."""
    value = figure.value
    if not _is_number(value) or not _is_number(figure.spread):
        yield Complaint(where, "not_a_number", {"text": str(value)})
    elif value < 0 and least >= 0:
        yield Complaint(where, "negative", {"value": value})
    elif value < least or (above and value == least):
        yield Complaint(where, "zero" if value == 0 else "too_small", {"value": value, "least": least})
    elif value > most:
        yield Complaint(where, "too_large", {"value": value, "most": most})
    elif not 0 <= figure.spread <= LARGEST:
        key = "negative" if figure.spread < 0 else "too_large"
        yield Complaint(where, key, {"value": figure.spread, "most": LARGEST})
    elif figure.base is not None and not _is_whole(figure.base):
        yield Complaint(where, "not_a_number", {"text": str(figure.base)})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _activities(plan: Plan) -> Iterator[Complaint]:
    if not plan.activities:
        yield Complaint("activities", "no_activities")
    if len(plan.activities) > MOST_ACTIVITIES:
        yield Complaint("activities", "too_many_activities", {"count": len(plan.activities), "most": MOST_ACTIVITIES})
    keys: set[str] = set()
    for index, activity in enumerate(plan.activities):
        where = f"activities.{index}"
        if not activity.key or activity.key in keys:
            yield Complaint(f"{where}.key", "duplicate_key" if activity.key else "missing", {"text": activity.key})
        keys.add(activity.key)
        if not activity.name and activity.key not in _KNOWN:
            yield Complaint(f"{where}.name", "missing")
        yield from _one_of(f"{where}.stage", activity.stage, STAGES, "unknown_stage")
        yield from _number(f"{where}.minutes", activity.minutes)
        yield from _one_of(f"{where}.per", activity.per, PER, "unknown_choice")
        yield from _one_of(f"{where}.done", activity.done, DONE, "unknown_choice")
        yield from _number(f"{where}.group", activity.group, least=1.0)


def _one_of(where: str, value: str, known: Iterable[str], key: str) -> Iterator[Complaint]:
    if value not in known:
        yield Complaint(where, key, {"text": str(value)})


def _phases(plan: Plan) -> Iterator[Complaint]:
    stages = [phase.stage for phase in plan.phases]
    for stage in STAGES:
        if stages.count(stage) != 1:
            yield Complaint(f"phases.{stage}", "missing" if stage not in stages else "duplicate_key", {"text": stage})
    for index, phase in enumerate(plan.phases):
        if phase.stage not in STAGES:
            yield Complaint(f"phases.{index}.stage", "unknown_stage", {"text": str(phase.stage)})
        if phase.months is not None:
            yield from _number(f"phases.{phase.stage}.months", phase.months, most=120)
        for name in ("accounts", "stores", "people"):
            yield from _number(f"phases.{phase.stage}.{name}", getattr(phase, name))
    if not _order_is_kept(stages):
        yield Complaint("phases", "wrong_order")


def _order_is_kept(stages: list[str]) -> bool:
    places = [STAGES.index(stage) for stage in stages if stage in STAGES]
    return places == sorted(places)


def _figures(plan: Plan) -> Iterator[Complaint]:
    for name in FIGURES:
        figure = getattr(plan, name)
        if name == "hours":
            yield from _number(name, figure, above=True, most=MOST_HOURS)
        elif name == "growth":
            yield from _number(name, figure, least=-1.0, most=1.0)
        else:
            yield from _number(name, figure)


def _horizon(plan: Plan) -> Iterator[Complaint]:
    if not _is_whole(plan.horizon):
        yield Complaint("horizon", "not_a_number", {"text": str(plan.horizon)})
    elif not 1 <= plan.horizon <= LONGEST_HORIZON:
        yield Complaint("horizon", "horizon_out_of_range", {"value": plan.horizon, "most": LONGEST_HORIZON})


def _scenarios(names: tuple[str, ...]) -> Iterator[Complaint]:
    if len(names) > MOST_SCENARIOS:
        yield Complaint("scenarios", "too_many_scenarios", {"count": len(names), "most": MOST_SCENARIOS})
    for name in dict.fromkeys(names):
        yield from _one_of("scenarios", name, SCENARIOS, "unknown_scenario")


def _queue(plan: Plan) -> Iterator[Complaint]:
    queue = plan.queue
    yield from _number("queue.arrivals", queue.arrivals)
    yield from _number("queue.lectures", queue.lectures, most=MOST_LECTURES)
    yield from _number("queue.seats", queue.seats, least=1.0, most=MOST_SEATS)
    yield from _number("queue.show_rate", queue.show_rate, least=LEAST_SHOW_RATE, most=1.0)


def _together(plan: Plan) -> list[Complaint]:
    """Return what is wrong with numbers that are right one by one."""
    found = []
    if not plan.people:
        found.append(Complaint("people", "nobody"))
    elif plan.leavers.value / 12 * plan.newcomer_months.value >= plan.people:
        found.append(Complaint("leavers", "leavers_too_many", {"value": plan.leavers.value}))
    if plan.new_stores.value and not plan.new_accounts.value:
        found.append(Complaint("new_stores", "stores_without_accounts", {"value": plan.new_stores.value}))
    for phase in plan.phases:
        if phase.stores.value and not phase.accounts.value:
            params = {"value": phase.stores.value}
            found.append(Complaint(f"phases.{phase.stage}.stores", "stores_without_accounts", params))
    return found
