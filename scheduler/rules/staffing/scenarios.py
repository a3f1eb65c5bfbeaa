"""How the ways of working compare, and which inputs matter most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scheduler.rules.staffing.hours import Holding, Workload, holding, workload
from scheduler.rules.staffing.plans import FIGURES, Activity, Done, Figure, Plan

#: By how much an input is varied whose spread is not known.
TENTH = 0.1


@dataclass(frozen=True)
class Scenario:
    """A way of working worked out; `more_hours` and `more_heads` are against yours, a month on average (less: negative)."""

    key: str
    plan: Plan
    workload: Workload
    holding: Holding
    more_hours: float
    more_heads: float


@dataclass(frozen=True)
class Sensitivity:
    """How the heads of the busiest month change with one input (`hours`, `minutes.kick_off`, `accounts.success`, …).

    It is varied from `low` to `high`: by its measured spread (`by_spread`), else by a tenth of it.
    """

    field: str
    figure: Figure
    low: float
    high: float
    heads_low: float
    heads_high: float
    by_spread: bool

    @property
    def swing(self) -> float:
        """Return how far apart the heads are."""
        return abs(self.heads_high - self.heads_low)


def scenario(plan: Plan, key: str) -> Plan:
    """Return the plan in another way of working, with everything else as it is.

    - `one_person`: everybody does every stage, so no part of a person is lost between stages, but nobody is there who only
      teaches: every activity is done one to one.
    - `split`: each stage has its own people, every activity is done one to one.
    - `group`: each stage has its own people, and what can be done in a group is.
    - `yours`: as entered.
    """
    if key == "one_person":
        return replace(plan, pooled=True, activities=_all(plan, "one_to_one"))
    if key == "split":
        return replace(plan, pooled=False, activities=_all(plan, "one_to_one"))
    if key == "group":
        return replace(plan, pooled=False, activities=_all(plan, "group"))
    return plan


def scenarios(plan: Plan) -> tuple[Scenario, ...]:
    """Work out the plan's scenarios, in the order in which they were chosen."""
    yours = workload(plan)
    found = []
    for key in dict.fromkeys(plan.scenarios):
        changed = scenario(plan, key)
        load = workload(changed)
        heads = (sum(load.heads) - sum(yours.heads)) / plan.horizon
        found.append(Scenario(key, changed, load, holding(changed), load.mean_hours - yours.mean_hours, heads))
    return tuple(found)


def matters_most(plan: Plan, count: int = 3) -> tuple[Sensitivity, ...]:
    """Vary every input by itself and return those that change the heads needed most, the weightiest first."""
    found = [_vary(plan, field, figure) for field, figure in inputs(plan)]
    return tuple(sorted(found, key=lambda one: -one.swing)[:count])


def inputs(plan: Plan) -> Iterator[tuple[str, Figure]]:
    """Go through all inputs that have an influence on heads, by name."""
    yield from ((name, getattr(plan, name)) for name in FIGURES)
    for phase in plan.phases:
        if phase.months is not None:
            yield f"months.{phase.stage}", phase.months
        yield f"accounts.{phase.stage}", phase.accounts
        yield f"stores.{phase.stage}", phase.stores
    for activity in plan.activities:
        yield f"minutes.{activity.key}", activity.minutes
        if activity.done == "group":
            yield f"group.{activity.key}", activity.group


def _all(plan: Plan, done: Done) -> tuple[Activity, ...]:
    return tuple(replace(one, done=done if one.can_be_group else "one_to_one") for one in plan.activities)


def _vary(plan: Plan, field: str, figure: Figure) -> Sensitivity:
    by_spread = figure.measured and figure.spread > 0
    step = figure.spread if by_spread else abs(figure.value) * TENTH
    least = {"group": 1.0, "hours": 1.0, "growth": -1.0}.get(field.partition(".")[0], 0.0)
    low, high = max(min(least, figure.value), figure.value - step), figure.value + step
    heads = [workload(_put(plan, field, replace(figure, value=value))).most_heads for value in (low, high)]
    return Sensitivity(field, figure, low, high, heads[0], heads[1], by_spread)


def _put(plan: Plan, field: str, figure: Figure) -> Plan:
    """Return the plan with another number for one input."""
    name, _, of = field.partition(".")
    changed: dict[str, Any] = {name: figure}
    if name in ("minutes", "group"):
        activities = tuple(replace(one, **changed) if one.key == of else one for one in plan.activities)
        return replace(plan, activities=activities)
    if of:
        return replace(plan, phases=tuple(replace(one, **changed) if one.stage == of else one for one in plan.phases))
    return replace(plan, **changed)
