"""Answers how much one person can hold, how ways of working compare, what matters most, and how long the wait is."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.rules.reporting import Column, Named, Note, Part, Plot, Row, Spread
from scheduler.rules.staffing.hours import holding, savings, workload
from scheduler.rules.staffing.plans import Plan
from scheduler.rules.staffing.scenarios import matters_most, scenarios
from scheduler.rules.staffing.waiting import waiting
from scheduler.services.reports.staffing.parts import fine, input_named


def holds(plan: Plan) -> Part:
    """Give how many accounts one person can hold, and how many she has."""
    found = holding(plan)
    today = workload(plan).today
    hours = plan.hours.value
    rows = [
        Row(
            phase.stage,
            (
                phase.stage,
                _rounded(found.by_stage[phase.stage]),
                round(phase.accounts.value, 1),
                round(phase.people.value, 1),
                _rounded(phase.accounts.value / phase.people.value) if phase.people.value else None,
                round(today[phase.stage], 1),
                _rounded(phase.people.value * hours),
            ),
        )
        for phase in plan.phases
    ]
    accounts = sum(phase.accounts.value for phase in plan.phases)
    whole = (
        "whole_way",
        _rounded(found.whole_way),
        round(accounts, 1),
        round(plan.people, 1),
        _rounded(accounts / plan.people),
    )
    rows.append(Row("whole_way", (*whole, round(sum(today.values()), 1), round(plan.people * hours, 1))))
    columns = (
        Column("stage", "code"),
        Column("holds", "number"),
        Column("accounts", "number"),
        Column("people", "number"),
        Column("accounts_each", "number"),
        Column("hours_today", "hours"),
        Column("hours_there", "hours"),
    )
    return Part("holding", columns, tuple(rows), "estimate", Plot("bars", "stage", ("holds", "accounts_each")))


def side_by_side(plan: Plan, months: Sequence[object]) -> Part:
    """Give the ways of working side by side."""
    rows = [
        Row(
            one.key,
            (
                one.key,
                round(one.workload.mean_hours, 1),
                round(one.workload.most_heads, 2),
                one.workload.most_people,
                _rounded(one.holding.whole_way),
                months[one.workload.runs_out - 1] if one.workload.runs_out is not None else None,
                round(one.more_hours, 1),
                round(one.more_heads, 2),
            ),
        )
        for one in scenarios(plan)
    ]
    columns = (
        Column("scenario", "code"),
        Column("mean_hours", "hours"),
        Column("most_heads", "number"),
        Column("most_people"),
        Column("holds", "number"),
        Column("runs_out", "month"),
        Column("more_hours", "hours"),
        Column("more_heads", "number"),
    )
    return Part("scenarios", columns, tuple(rows), "estimate", Plot("bars", "scenario", ("most_heads",)))


def saved(plan: Plan) -> Part:
    """Give what groups save against one to one."""
    names = {one.key: one.name for one in plan.activities}
    rows = [
        Row(
            one.activity,
            (
                Named(one.activity, names[one.activity]),
                round(one.group, 1),
                round(one.hours, 1),
                round(one.heads, 2),
                "already" if one.already else "could_be",
            ),
        )
        for one in savings(plan)
    ]
    columns = (
        Column("activity", "named"),
        Column("group", "number"),
        Column("saved_hours", "hours"),
        Column("saved_heads", "number"),
        Column("is_done", "code"),
    )
    return Part("savings", columns, tuple(rows), "estimate", Plot("bars", "activity", ("saved_hours",)))


def mattering(plan: Plan) -> Part:
    """Give the inputs that change the heads needed most."""
    rows = [
        Row(
            one.field,
            (
                input_named(plan, one.field),
                Spread(*map(fine, (one.figure.value, one.low, one.high))),
                "by_spread" if one.by_spread else "by_tenth",
                Spread(None, *(round(head, 2) for head in sorted((one.heads_low, one.heads_high)))),
                round(one.swing, 2),
            ),
        )
        for one in matters_most(plan)
    ]
    columns = (
        Column("input", "named"),
        Column("varied", "spread"),
        Column("varied_by", "code"),
        Column("heads_range", "spread"),
        Column("swing", "number"),
    )
    return Part("matters", columns, tuple(rows), "estimate", Plot("bars", "input", ("swing",)))


def waits(plan: Plan, seed: int) -> Part:
    """Give how many days people wait for a first seat, played and by formula."""
    queue = plan.queue
    found = waiting(queue.arrivals.value, queue.lectures.value, queue.seats.value, queue.show_rate.value, seed)
    columns = (Column("wait", "code"), Column("mean", "days"), Column("median", "days"), Column("ninetieth", "days"))
    told = {"load": round(found.load * 100) if found.load < 100 else 9999, "seed": str(seed)}
    if found.times is None:
        return Part(
            "waiting", columns, (), "estimate", notes=(Note("queue_grows" if found.load > 0 else "nobody_waits", told),)
        )
    times = found.times
    rows = [
        Row("seat", ("seat", round(times.mean, 1), round(times.median, 1), round(times.p90, 1))),
        Row(
            "attended",
            ("attended", round(times.attended_mean, 1), round(times.attended_median, 1), round(times.attended_p90, 1)),
        ),
    ]
    notes = [Note("queue_load", told | {"people": f"{times.people:,}"})]
    if found.formula_days is not None:
        notes.append(Note("queue_formula", {"days": round(found.formula_days, 1)}))
    return Part(
        "waiting", columns, tuple(rows), "estimate", Plot("bars", "wait", ("median", "ninetieth")), tuple(notes)
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
