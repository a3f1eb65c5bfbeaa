"""Answers what a plan costs month by month, and what it is worked out from."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.rules.reporting import Column, Named, Part, Plot, Row, Spread
from scheduler.rules.staffing.hours import workload
from scheduler.rules.staffing.plans import FIGURES, STAGES, Figure, Plan
from scheduler.rules.staffing.simulating import Range, Ranges
from scheduler.services.reports.staffing.rows import SOURCES
from scheduler.services.staffing import keeping


def months(plan: Plan, ranges: Ranges, months: Sequence[object]) -> Part:
    """Give the accounts and the hours of each month, played."""
    load = workload(plan)
    rows = [
        Row(
            str(month),
            (
                month,
                *(round(load.accounts[stage][place], 1) for stage in STAGES),
                *(_range(ranges.hours_by_stage[stage][place]) for stage in STAGES),
                _range(ranges.hours[place]),
                round(load.there[place], 1),
            ),
        )
        for place, month in enumerate(months)
    ]
    columns = (
        Column("month", "month"),
        *(Column(f"accounts_{stage}", "number") for stage in STAGES),
        *(Column(f"hours_{stage}", "spread") for stage in STAGES),
        Column("hours", "spread"),
        Column("hours_there", "hours"),
    )
    plot = Plot("stacked", "month", tuple(f"hours_{stage}" for stage in STAGES))
    return Part("months", columns, tuple(rows), "estimate", plot)


def heads(plan: Plan, ranges: Ranges, months: Sequence[object]) -> Part:
    """Give the heads each month needs, the people there, and how often the team has run out by then."""
    load = workload(plan)
    rows = [
        Row(
            str(month),
            (
                month,
                *(round(load.heads_by_stage[stage][place], 2) for stage in STAGES),
                _range(ranges.heads[place]),
                load.people[place],
                round(plan.people, 1),
                ranges.ran_out[place],
            ),
        )
        for place, month in enumerate(months)
    ]
    columns = (
        Column("month", "month"),
        *(Column(f"heads_{stage}", "number") for stage in STAGES),
        Column("heads", "spread"),
        Column("people_needed"),
        Column("people_there", "number"),
        Column("ran_out", "share"),
    )
    return Part("heads", columns, tuple(rows), "estimate", Plot("lines", "month", ("heads", "people_there")))


def activities(plan: Plan) -> Part:
    """Give what is done, how long it takes, and the hours it costs."""
    load = workload(plan)
    rows = [
        Row(
            one.key,
            (
                Named(one.key, one.name),
                one.stage,
                _figure(one.minutes),
                one.per,
                one.done,
                round(one.group.value, 1),
                round(sum(load.by_activity[one.key]) / plan.horizon, 1),
                one.minutes.base if f"minutes.{one.key}" in SOURCES else None,
            ),
        )
        for one in plan.activities
    ]
    columns = (
        Column("activity", "named"),
        Column("stage", "code"),
        Column("minutes", "spread"),
        Column("per", "code"),
        Column("done", "code"),
        Column("group", "number"),
        Column("hours_a_month", "hours"),
        Column("base", "count", rows=True),
    )
    return Part("activities", columns, tuple(rows), "estimate")


def inputs(plan: Plan) -> Part:
    """Give every other number, and whether it was measured or entered."""
    figures: list[tuple[str, Figure]] = [(name, getattr(plan, name)) for name in FIGURES]
    for phase in plan.phases:
        figures += [(f"{name}.{phase.stage}", getattr(phase, name)) for name in ("accounts", "stores", "people")]
        if phase.months is not None:
            figures.append((f"months.{phase.stage}", phase.months))
    figures += [(f"queue.{name}", getattr(plan.queue, name)) for name in keeping.OF_QUEUE]
    rows = [
        Row(
            name,
            (
                input_named(plan, name),
                _figure(figure),
                "measured" if figure.measured else "entered",
                figure.base if name in SOURCES else None,
            ),
        )
        for name, figure in figures
    ]
    columns = (
        Column("input", "named"),
        Column("value", "spread"),
        Column("source", "code"),
        Column("base", "count", rows=True),
    )
    return Part("inputs", columns, tuple(rows))


def input_named(plan: Plan, field: str) -> Named:
    """Name an input by its field; one of an activity that somebody named by that, too."""
    name, _, of = field.partition(".")
    own = {one.key: one.name for one in plan.activities}.get(of, "") if name in ("minutes", "group") else ""
    return Named(field, own)


def _figure(figure: Figure) -> Spread:
    """Give a figure with the standard deviation it was measured with on either side."""
    if not figure.measured or not figure.spread:
        return Spread(fine(figure.value))
    return Spread(*map(fine, (figure.value, figure.value - figure.spread, figure.value + figure.spread)))


def _range(found: Range) -> Spread:
    return Spread(round(found.p50, 2), round(found.p10, 2), round(found.p90, 2))


def fine(value: float) -> float:
    """Keep as many places of a small number as tell it apart."""
    return round(value, 3)
