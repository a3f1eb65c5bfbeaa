"""Answers how the accounts of each month come along on their way to ready, and whether they are handed over in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from scheduler.rules import handing_point
from scheduler.rules.attendance_rates import SMALL, rate
from scheduler.rules.reporting import Asked, Column, Note, Part, Plot, Report, Row
from scheduler.rules.survival import Curve
from scheduler.services.installation import here
from scheduler.services.reports import elapsed
from scheduler.services.reports.elapsed import ALL, Days
from scheduler.services.reports.way import counting, handed
from scheduler.services.reports.way.counting import Start, Worth
from scheduler.services.reports.way.knots import KNOTS
from scheduler.services.snapshots import making

NAME = "way"
# The curve is drawn week by week, for a year at most.
WEEK, LAST_WEEK = 7, 364
# What a month's fee comes to a day.
MONTH_DAYS = 30


def build(asked: Asked, now: datetime) -> Report:
    """Count the way to ready of the accounts whose way began in the period, and the handovers of the period."""
    today = now.astimezone(here().tz).date()
    found = counting.reached(asked, today)
    drawn = {knot: {key: elapsed.curve(days) for key, days in months.items()} for knot, months in found.items()}
    steps = counting.steps(asked, today)
    parts = (
        _days(found, drawn),
        _reached(found),
        _quantiles("cohort_median", found, drawn),
        _quantiles("cohort_ninetieth", found, drawn),
        _curve(drawn["ready"][ALL], drawn["in_use"][ALL]),
        *_starts(counting.started(asked, today)),
        _worth(counting.worth(asked)),
        _waiting(counting.waiting(asked, today)),
        _steps(steps),
        _decided(handed.decided(asked)),
        _returned(handed.reasons(asked)),
        _after(handed.after(asked, now), elapsed.curve(steps["handed_over"])),
    )
    live = counting.left_out(asked)
    notes = (Note("came_live", {"accounts": live}),) if live else ()
    return Report(NAME, asked, here().zone, making.counted_at(), parts, notes)


def _reached(found: Mapping[str, Mapping[str, Days]]) -> Part:
    columns = (Column("month", "month"), Column("accounts", rows=True), *(Column(knot, rows=True) for knot in KNOTS))
    rows = []
    for key in _months(found):
        counted = [found[knot][key] for knot in KNOTS]
        base = counted[0].people
        values = (elapsed.month_of(key), base, *(sum(days.came.values()) for days in counted))
        rows.append(Row(key, values, base < SMALL))
    return _part("reached", columns, rows, plot=Plot("bars", "month", ("accounts", "ready", "handed_over")))


def _days(found: Mapping[str, Mapping[str, Days]], drawn: Mapping[str, Mapping[str, Curve]]) -> Part:
    columns = (
        Column("knot", "code"),
        Column("accounts", rows=True),
        Column("reached", rows=True),
        Column("open", rows=True),
        Column("median", "spread"),
        Column("ninetieth", "spread"),
    )
    rows = []
    for knot in KNOTS:
        days, curve = found[knot][ALL], drawn[knot][ALL]
        if days.people:
            counts = (days.people, curve.events, days.people - curve.events)
            values = (knot, *counts, elapsed.spread(curve.median), elapsed.spread(curve.ninetieth))
            rows.append(Row(knot, values, days.people < SMALL))
    return _part("days", columns, rows, "estimate", Plot("bars", "knot", ("median", "ninetieth")))


def _quantiles(key: str, found: Mapping[str, Mapping[str, Days]], drawn: Mapping[str, Mapping[str, Curve]]) -> Part:
    """Tell for every month by how many days half, or nine tenths, of its accounts had reached each knot."""
    columns = (Column("month", "month"), Column("accounts", rows=True), *(Column(knot, "spread") for knot in KNOTS))
    rows = []
    for month in _months(found):
        theirs = [drawn[knot][month] for knot in KNOTS]
        ends = [curve.median if key == "cohort_median" else curve.ninetieth for curve in theirs]
        base = theirs[0].people
        rows.append(Row(month, (elapsed.month_of(month), base, *map(elapsed.spread, ends)), base < SMALL))
    return _part(key, columns, rows, "estimate", Plot("lines", "month", ("in_use", "ready", "handed_over")))


def _curve(ready: Curve, in_use: Curve) -> Part:
    columns = (
        Column("day", "days"),
        *(Column(key, "share") for key in ("ready", "ready_low", "ready_high")),
        Column("ready_left"),
        *(Column(key, "share") for key in ("in_use", "in_use_low", "in_use_high")),
        Column("in_use_left"),
    )
    last = max((curve.points[-1].day for curve in (ready, in_use) if curve.points), default=-1)
    days = range(0, min(last + WEEK, LAST_WEEK + 1), WEEK) if last >= 0 else ()
    rows = [Row(str(day), (day, *_on_day(ready, day), *_on_day(in_use, day))) for day in days]
    return _part("curve", columns, rows, "estimate", Plot("steps", "day", ("in_use", "ready")))


def _on_day(curve: Curve, day: int) -> tuple[float | None, float | None, float | None, int]:
    """Return the share by a day with its band, and of how many it is not known yet whether they come later."""
    left = elapsed.left_after(curve, day)
    share, point = curve.share_by(day), elapsed.at(curve, day)
    return (share, point.low, point.high, left) if point is not None else (share, None, None, left)


def _starts(found: Mapping[str, Start]) -> tuple[Part, Part, Part]:
    """Tell how use began against the planned day: all together by state, by month and state, and in days."""
    every = found.get(ALL)
    base = every.difference.people if every else 0
    states = [
        Row(state, (state, every.states[state], rate(every.states[state], base)), base < SMALL)
        for state in counting.STATES
        if every
    ]
    months, days = [], []
    for key in sorted(found, key=lambda key: (key != ALL, key)):
        one = found[key]
        planned = one.difference.people
        counts = (one.states[state] for state in counting.STATES)
        taken = elapsed.spread(elapsed.curve(one.actual).median)
        spans = (elapsed.shifted_median(one.difference), elapsed.median(one.planned), taken)
        days.append(Row(key, (elapsed.month_of(key), planned, *spans), planned < SMALL))
        if key != ALL:
            months.append(Row(key, (elapsed.month_of(key), planned, *counts), planned < SMALL))
    told = (Column("state", "code"), Column("accounts", rows=True), Column("share", "rate"))
    counted = (Column("month", "month"), Column("planned", rows=True))
    by_state = tuple(Column(state, rows=True) for state in counting.STATES)
    in_days = (Column("difference", "spread"), Column("planned_days", "days"), Column("actual_days", "spread"))
    return (
        _part("start", told, states, plot=Plot("bars", "state", ("accounts",))),
        _part("start_months", (*counted, *by_state), months, plot=Plot("stacked", "month", counting.STATES)),
        _part("start_days", (*counted, *in_days), days, "estimate"),
    )


def _worth(found: Mapping[str, Worth]) -> Part:
    columns = (
        Column("month", "month"),
        Column("accounts", rows=True),
        Column("fee_known", rows=True),
        Column("monthly", "money"),
        Column("day_worth", "money"),
    )
    rows = [
        Row(
            key,
            (elapsed.month_of(key), one.accounts, one.known, one.monthly, one.monthly / MONTH_DAYS),
            one.known < SMALL,
        )
        for key, one in sorted(found.items(), key=lambda entry: (entry[0] != ALL, entry[0]))
    ]
    return _part("worth", columns, rows, "estimate")


def _waiting(found: Mapping[str, Mapping[int, int]]) -> Part:
    columns = (Column("knot", "code"), Column("waiting", rows=True), Column("median", "days"))
    counts = {knot: sum(days.values()) for knot, days in found.items()}
    rows = [
        Row(knot, (knot, counts[knot], elapsed.median(found[knot])), counts[knot] < SMALL)
        for knot in KNOTS
        if any(counts.values())
    ]
    return _part("waiting", columns, rows, plot=Plot("bars", "knot", ("waiting",)))


def _steps(found: Mapping[str, Days]) -> Part:
    """Tell how long each step takes; the way begins with being signed, so that takes none."""
    columns = (Column("knot", "code"), Column("entered", rows=True), Column("mean", "days"), Column("within", "days"))
    rows = []
    for knot in list(KNOTS)[1:]:
        base, step = found[knot].people, elapsed.mean(found[knot])
        if base:
            rows.append(Row(knot, (knot, base, step.days, step.within), base < SMALL))
    return _part("steps", columns, rows, "estimate", Plot("bars", "knot", ("mean",)), _longest(rows))


def _longest(rows: Sequence[Row]) -> tuple[Note, ...]:
    """Name the step that takes longest, of those that enough accounts came to."""
    told = [row for row in rows if not row.small and row.values[2]]
    longest = max(told, key=lambda row: row.values[2], default=None)
    return (Note(f"longest_{longest.key}", {"days": longest.values[2]}),) if longest is not None else ()


def _decided(found: Sequence[handed.Decided]) -> Part:
    columns = (
        Column("boundary", "code"),
        Column("decided", rows=True),
        Column("accepted", rows=True),
        Column("returned", rows=True),
        Column("share_returned", "rate", rows=True),
    )
    rows = []
    for one in found:
        total = one.accepted + one.returned
        back = rate(one.returned, total)
        rows.append(Row(one.key, (one.key, total, one.accepted, one.returned, back), back.small))
    return _part("decided", columns, rows)


def _returned(found: Mapping[str, int]) -> Part:
    columns = (Column("condition", "code"), Column("returned", rows=True))
    rows = [Row(key or "none", (key or "none", number)) for key, number in found.items()]
    return _part("returned", columns, rows, plot=Plot("bars", "condition", ("returned",)))


def _after(found: Sequence[handed.After], wait: Curve) -> Part:
    columns = (
        Column("after", "code"),
        Column("handed_over", rows=True),
        Column("still_in_use", "rate", rows=True),
        Column("advanced", "rate", rows=True),
        Column("returned", "rate", rows=True),
    )
    judged: Note | None = None
    rows = []
    for one in found:
        in_use, advanced, returned = rate(*one.in_use), rate(*one.advanced), rate(*one.returned)
        if one.days == handing_point.AFTER and (one.handed_over or returned.base):
            place = handing_point.place(returned, in_use, wait.median)
            judged = Note(place, {"wait": elapsed.spread(wait.median), "in_use": in_use, "returned": returned})
        if one.handed_over or returned.base:
            key = str(one.days)
            rows.append(Row(key, (key, one.handed_over, in_use, advanced, returned), one.handed_over < SMALL))
    shares = Plot("bars", "after", ("still_in_use", "advanced", "returned"))
    return _part("after", columns, rows, plot=shares, notes=(judged,) if judged is not None else ())


def _months(found: Mapping[str, Mapping[str, Days]]) -> Iterator[str]:
    """Walk the months in which somebody began."""
    yield from sorted(set[str]().union(*found.values()) - {ALL})


def _part(
    key: str,
    columns: tuple[Column, ...],
    rows: Sequence[Row],
    measured: Any = "actual",
    plot: Plot | None = None,
    notes: tuple[Note, ...] = (),
) -> Part:
    """Make a part; one without rows has nothing to draw and says so."""
    return Part(key, columns, tuple(rows), measured, plot if rows else None, notes if rows else (Note("no_data"),))
