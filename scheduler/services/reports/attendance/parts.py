"""Answers how what was counted stands in a report: its rows in order, and which difference is more than chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from scheduler.rules.attendance_rates import SMALL, Rate, ranked, rate, trend
from scheduler.rules.reporting import Column, Kind, Note, Part, Plot, Row
from scheduler.services.reports.attendance.counting import NOBODY, Count

# Said where nothing was counted in the period.
NO_DATA = Note("no_data")
# The steps of the funnel by the number of a Count that stands there.
STEPS = {"registered": "registered", "known": "known", "joined": "joined", "stayed": "attended"} | {
    left_out: left_out for left_out in ("excused", "unknown")
}
# The step whose people are the base of a step's share; of the others those who registered.
BEFORE = {"joined": "known", "stayed": "joined"}
_COUNTS = (
    *(Column(name, rows=True) for name in ("registered", "joined", "attended", "partial", "missed")),
    *(Column(name, rows=True) for name in ("excused", "unknown")),
    Column("rate", "rate", rows=True),
)
_WEEK = timedelta(days=7)
# A trend is told as points of per cent in as many weeks: what a single one changes is hardly anything.
_WEEKS_TOLD = 4

# By the key of a row: what its first cell holds, and what was counted.
Groups = Mapping[str, tuple[Any, Count]]


def funnel(seats: Count) -> Part:
    """Show how many registered, of how many it is known whether they came, who came at all, who stayed, and who is left out."""
    columns = (
        Column("step", "code"),
        Column("people", rows=True),
        Column("rate", "rate", rows=True),
        Column("of_before", "rate", rows=True),
    )
    rows = tuple(_step(step, seats) for step in STEPS) if seats.registered else ()
    notes = _left_out(seats) if rows else (NO_DATA,)
    return Part("overall", columns, rows, plot=Plot("bars", "step", ("people",)), notes=notes)


def ordered(key: str, groups: Groups, order: Iterable[str], kind: Kind = "code") -> Part:
    """Show groups that have an order of their own; those without anybody are left out."""
    return _part(key, kind, groups, [one for one in order if one in groups])


def best_first(key: str, groups: Groups, kind: Kind) -> Part:
    """Show groups from the best attended to the worst, those too small to be ranked after them, the largest first."""
    first = ranked({one: count.rate for one, (_, count) in groups.items()})
    small = sorted(groups.keys() - set(first), key=lambda one: (-groups[one][1].registered, one))
    return _part(key, kind, groups, [*first, *small])


def by_hour(counts: Mapping[tuple[int, str], Count]) -> Part:
    """Show weekday by hour as a punch card."""
    columns = (Column("weekday", "code"), Column("hour", "code"), *_COUNTS)
    rows = tuple(_row(f"{day}-{hour}", (str(day), hour), counts[day, hour]) for day, hour in sorted(counts))
    plot = Plot("dots", "hour", ("rate",), y="weekday")
    return Part("heat", columns, rows, plot=plot, notes=() if rows else (NO_DATA,))


def by_week(counts: Mapping[date, Count]) -> Part:
    """Show every week from the first to the last with seats, and say where the rate is heading."""
    weeks = []
    if counts:
        first, last = min(counts), max(counts)
        weeks = [first + _WEEK * place for place in range((last - first) // _WEEK + 1)]
    found = [(week, counts.get(week, NOBODY)) for week in weeks]
    rows = tuple(_row(week.isoformat(), (week,), count) for week, count in found)
    notes = (_heading([(count.attended, count.known) for _, count in found]),) if rows else (NO_DATA,)
    return Part("week", (Column("week", "day"), *_COUNTS), rows, plot=Plot("lines", "week", ("rate",)), notes=notes)


def weakest(note: str, column: str, rates: Mapping[str, Rate], called: Mapping[str, Any]) -> tuple[Note, ...]:
    """Name the worst group whose interval lies wholly below that of all the others together, or say that chance explains it.

    The note's parameter is called as the column, whose words it takes. Nothing is said of a single group; groups too small
    to be ranked are never named, but count among the others.
    """
    if len(rates) < 2:
        return ()
    large = {one: found for one, found in rates.items() if not found.small}
    hits, base = (sum(getattr(found, name) for found in rates.values()) for name in ("hits", "base"))
    rest = {one: rate(hits - found.hits, base - found.base) for one, found in large.items()}
    if not any(other.base >= SMALL for other in rest.values()):
        return (Note("too_few"),)
    for one in reversed(ranked(large)):
        high, low = large[one].high, rest[one].low
        if high is not None and low is not None and high < low:
            return (Note(f"weakest_{note}", {column: called[one], "rate": large[one], "rest": rest[one]}),)
    return (Note("alike"),)


def _step(step: str, seats: Count) -> Row:
    people, before = getattr(seats, STEPS[step]), getattr(seats, BEFORE.get(step, "registered"))
    of_known = rate(people, seats.known) if step in BEFORE else None
    of_before = rate(people, before) if step != "registered" else None
    return Row(step, (step, people, of_known, of_before), small=min(before, seats.known) < SMALL)


def _left_out(seats: Count) -> tuple[Note, ...]:
    """Say how many seats wait for a verdict, which would change the rates."""
    told = {"unknown": seats.unknown, "registered": seats.registered}
    return (Note("unknown", told),) if seats.unknown else ()


def _part(key: str, kind: Kind, groups: Groups, order: Sequence[str]) -> Part:
    rows = tuple(_row(one, (groups[one][0],), groups[one][1]) for one in order)
    notes = weakest(key, key, {one: groups[one][1].rate for one in order}, {one: groups[one][0] for one in order})
    plot = Plot("bars", key, ("rate",))
    return Part(key, (Column(key, kind), *_COUNTS), rows, plot=plot, notes=notes if rows else (NO_DATA,))


def _row(key: str, first: tuple[Any, ...], count: Count) -> Row:
    numbers = (count.registered, count.joined, count.attended, count.partial, count.missed)
    return Row(key, (*first, *numbers, count.excused, count.unknown, count.rate), small=count.rate.small)


def _heading(weeks: Sequence[tuple[int, int]]) -> Note:
    found = trend(weeks)
    if found.per_week is None:
        return Note("no_trend")
    told = {"points": found.per_week, "low": found.low, "high": found.high}
    return Note(found.direction, {name: _points(end) for name, end in told.items()})


def _points(per_week: float | None) -> float | None:
    return None if per_week is None else round(per_week * 100 * _WEEKS_TOLD, 1)
