"""How many hours a plan costs, how many people it needs, how many accounts one person can hold, when the team runs out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from scheduler.rules.staffing.flowing import Flow, flows, flows_today, passage
from scheduler.rules.staffing.plans import STAGES, Activity, Phase, Plan

#: How many months of a stage in which accounts stay on are counted in the whole way of an account: its first year there.
YEAR = 12.0
# What floating point adds up to must not cost a person.
_ROUNDING = 1e-9
_LEAST_OF_USE = 0.01


@dataclass(frozen=True)
class Workload:
    """What a plan costs: for each month from the coming one on, hours, people, and the accounts they are for.

    `heads` are not rounded; `people` are whole: of each stage by itself in a team split by stage, of all together in a
    pooled one. `runs_out` is the first month (1 is the coming one) in which hours needed exceed the hours there, of the
    first stage to do so or of a pooled team; None: not within the horizon. `today` are the hours a month of the present
    accounts at today's pace.
    """

    by_activity: Mapping[str, tuple[float, ...]]
    by_stage: Mapping[str, tuple[float, ...]]
    hours: tuple[float, ...]
    heads_by_stage: Mapping[str, tuple[float, ...]]
    heads: tuple[float, ...]
    people: tuple[int, ...]
    there_by_stage: Mapping[str, tuple[float, ...]]
    there: tuple[float, ...]
    accounts: Mapping[str, tuple[float, ...]]
    runs_out_by_stage: Mapping[str, int | None]
    runs_out: int | None
    today: Mapping[str, float]

    @property
    def mean_hours(self) -> float:
        """Return the hours of a month on average."""
        return sum(self.hours) / len(self.hours)

    @property
    def most_heads(self) -> float:
        """Return the heads of the busiest month."""
        return max(self.heads)

    @property
    def most_people(self) -> int:
        """Return the people of the busiest month."""
        return max(self.people)


@dataclass(frozen=True)
class Holding:
    """How many accounts one person can hold: in each stage, and over the whole way; None: they cost no time."""

    by_stage: Mapping[str, float | None]
    whole_way: float | None


@dataclass(frozen=True)
class Saving:
    """What doing an activity in a group saves a month against one to one, on average; `already` it is done so."""

    activity: str
    group: float
    hours: float
    heads: float
    already: bool


def workload(plan: Plan) -> Workload:
    """Work out what a plan costs."""
    flow = dict(zip((phase.stage for phase in plan.phases), flows(plan), strict=True))
    by_activity = {activity.key: tuple(_hours(plan, activity, flow[activity.stage])) for activity in plan.activities}
    by_stage = {stage: _added(plan, by_activity, stage, plan.horizon) for stage in STAGES}
    hours = _sums(by_stage.values(), plan.horizon)
    share = of_use(plan)
    there = {
        phase.stage: tuple(phase.people.value * plan.hours.value * part for part in share) for phase in plan.phases
    }
    heads = {stage: _heads(plan, of_stage, share) for stage, of_stage in by_stage.items()}
    all_heads, all_there = _heads(plan, hours, share), _sums(there.values(), plan.horizon)
    late = {} if plan.pooled else {stage: first_short(by_stage[stage], there[stage]) for stage in STAGES}
    known = [month for month in late.values() if month is not None]
    return Workload(
        by_activity=by_activity,
        by_stage=by_stage,
        hours=hours,
        heads_by_stage=heads,
        heads=all_heads,
        people=_people(plan.pooled, heads, all_heads),
        there_by_stage=there,
        there=all_there,
        accounts={stage: flow[stage].accounts for stage in STAGES},
        runs_out_by_stage=late,
        runs_out=first_short(hours, all_there) if plan.pooled else min(known, default=None),
        today=today(plan),
    )


def today(plan: Plan) -> dict[str, float]:
    """Return the hours a month by stage that the present accounts and newcomers cost while nothing changes."""
    flow = dict(zip((phase.stage for phase in plan.phases), flows_today(plan), strict=True))
    by_activity = {activity.key: tuple(_hours(plan, activity, flow[activity.stage])) for activity in plan.activities}
    return {stage: _added(plan, by_activity, stage, 1)[0] for stage in STAGES}


def of_use(plan: Plan) -> tuple[float, ...]:
    """Return which share of the people is of use in each month: the others replace leavers and still learn.

    Never quite nobody, however many leave: heads needed would have no end.
    """
    leaving = plan.leavers.value / 12 / plan.people
    learning = passage(0.0, plan.newcomer_months.value, 1.0, plan.horizon).present
    return tuple(max(_LEAST_OF_USE, 1.0 - leaving * sum(learning[: month + 1])) for month in range(plan.horizon))


def first_short(needed: Sequence[float], there: Sequence[float]) -> int | None:
    """Return the first month, counted from 1, in which more is needed than is there."""
    pairs = enumerate(zip(needed, there, strict=True), start=1)
    return next((month for month, (need, have) in pairs if need > have + _ROUNDING), None)


def units(plan: Plan, activity: Activity, flow: Flow) -> tuple[float, ...]:
    """Return for how many accounts, stores, lectures or account-months an activity is wanted in each month."""
    if activity.per == "store":
        return flow.stores_entering
    if activity.per == "month":
        return flow.accounts
    if activity.per == "lecture":
        return tuple(count * plan.lectures_per_account.value for count in flow.entering)
    return flow.entering


def holding(plan: Plan) -> Holding:
    """Work out how many accounts one person can hold at a time.

    An account of a stage costs what is done each month, and a share of what is done once: spread over its stay, and where
    accounts stay on over the first year. Over the whole way a person's accounts are in the stages for as long as they stay there.
    """
    monthly, stays = {}, {}
    for phase in plan.phases:
        stays[phase.stage] = YEAR if phase.months is None else phase.months.value
        monthly[phase.stage] = sum(
            _minutes_of_stay(plan, activity, phase) for activity in plan.activities if activity.stage == phase.stage
        )
    whole, way = sum(monthly.values()), sum(stays.values())
    minutes = plan.hours.value * 60
    by_stage = {
        stage: minutes * stays[stage] / cost if cost and stays[stage] else None for stage, cost in monthly.items()
    }
    return Holding(by_stage, minutes * way / whole if whole and way else None)


def savings(plan: Plan) -> tuple[Saving, ...]:
    """Work out for every activity that a group can have what the group saves, the largest saving first."""
    found = []
    for activity in plan.activities:
        if not activity.can_be_group:
            continue
        alone, together = (_with(plan, replace(activity, done=done)) for done in ("one_to_one", "group"))
        hours = alone.mean_hours - together.mean_hours
        heads = (sum(alone.heads) - sum(together.heads)) / plan.horizon
        found.append(Saving(activity.key, activity.group.value, hours, heads, activity.done == "group"))
    return tuple(sorted(found, key=lambda saving: -saving.hours))


def _with(plan: Plan, changed: Activity) -> Workload:
    activities = tuple(changed if activity.key == changed.key else activity for activity in plan.activities)
    return workload(replace(plan, activities=activities))


def _hours(plan: Plan, activity: Activity, flow: Flow) -> Iterable[float]:
    return (count * activity.minutes.value / activity.at_once / 60 for count in units(plan, activity, flow))


def _minutes_of_stay(plan: Plan, activity: Activity, phase: Phase) -> float:
    """Return what an activity costs for one account's whole stay, in minutes."""
    each = activity.minutes.value / activity.at_once
    if activity.per == "store":
        return each * _stores_each(plan)
    if activity.per == "month":
        return each * (YEAR if phase.months is None else phase.months.value)
    return each * (plan.lectures_per_account.value if activity.per == "lecture" else 1.0)


def _stores_each(plan: Plan) -> float:
    """Return how many stores an account has: of those that come, else of those that are there."""
    if plan.new_accounts.value:
        return plan.new_stores.value / plan.new_accounts.value
    accounts = sum(phase.accounts.value for phase in plan.phases)
    return sum(phase.stores.value for phase in plan.phases) / accounts if accounts else 0.0


def _added(plan: Plan, by_activity: Mapping[str, tuple[float, ...]], stage: str, months: int) -> tuple[float, ...]:
    return _sums((by_activity[activity.key] for activity in plan.activities if activity.stage == stage), months)


def _sums(rows: Iterable[Sequence[float]], months: int) -> tuple[float, ...]:
    """Add rows up month by month; no row at all is nothing in every month."""
    return tuple(map(sum, zip(*rows, (0.0,) * months, strict=True)))


def _heads(plan: Plan, hours: Sequence[float], share: Sequence[float]) -> tuple[float, ...]:
    return tuple(hour / (plan.hours.value * part) for hour, part in zip(hours, share, strict=True))


def _people(pooled: bool, by_stage: Mapping[str, Sequence[float]], heads: Sequence[float]) -> tuple[int, ...]:
    """Return whole people: a team split by stage needs them for each stage."""
    if pooled:
        return tuple(ceil(head - _ROUNDING) for head in heads)
    return tuple(sum(ceil(head - _ROUNDING) for head in month) for month in zip(*by_stage.values(), strict=True))
