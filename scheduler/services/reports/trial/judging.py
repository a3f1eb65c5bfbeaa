"""Answers what a trial showed by each of its measures: who was compared, what they brought, and how sure the difference is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tags import Tag, staff_tags
from scheduler.models.trials import Trial
from scheduler.rules.reporting import Asked
from scheduler.rules.trials import Comparison, Group, Indexed, Subject, compare, compare_to, months
from scheduler.services.reports import asking
from scheduler.services.trials import keeping, measuring
from scheduler.services.trials.figures import MONTHLY
from scheduler.services.trials.measuring import Span, Values

#: Which measures are the better the less there is of them.
LESS_IS_BETTER = frozenset({"days_to_ready", "returned_handovers"})
#: What revenue is judged by beside itself: its increase over the month before.
GROWTH = "growth"


@dataclass(frozen=True)
class Side:
    """One group of a trial: its tag, whether it is tried, and who counts in it."""

    tag: Tag
    tried: bool
    ids: frozenset[int]


@dataclass(frozen=True)
class Judged:
    """A measure of a trial: the groups, everybody's values by month, and each tried group set against those compared."""

    measure: str
    # accounts or staff
    kind: str
    sides: tuple[Side, ...]
    values: Values
    # The months of the values, and where among them those of the baseline and of the trial stand.
    months: tuple[date, ...]
    baseline: slice
    trial: slice
    # By the tag's id: of the tried groups, against the others together; of each group, its levels and index.
    comparisons: dict[int, Comparison]
    indexed: dict[int, Indexed]
    # How many bear the tags of several groups and so count in none.
    shared: int
    # Of an imported figure: the mean of all accounts, or members, that have one in the trial's months.
    average: float | None
    against_average: dict[int, Comparison]

    def subjects(self, side: Side) -> tuple[Subject, ...]:
        """Return the members of a group with their values as the rule takes them; those without any are left out."""
        return tuple(
            Subject(str(number), self.between(number, self.baseline), self.between(number, self.trial))
            for number in sorted(side.ids)
            if number in self.values
        )

    def between(self, number: int, period: slice) -> tuple[float, ...]:
        """Return somebody's values of a period, the oldest month first."""
        return tuple(value for value in self.values[number][period] if value is not None)

    def columns(self, side: Side) -> list[tuple[date, list[float]]]:
        """Return what a group brought by month of baseline and trial; months without a value are left out."""
        rows = [self.values[number] for number in side.ids if number in self.values]
        by_month = zip(self.months, zip(*rows, strict=True), strict=True) if rows else ()
        told = [(month, [one for one in column if one is not None]) for month, column in by_month]
        return [(month, column) for month, column in (*told[self.baseline], *told[self.trial]) if column]

    def told(self, side: Side) -> Comparison:
        """Return what a tried group shows: against those compared, or the company's average where it has no baseline."""
        return self.against_average[side.tag.id] if self.is_by_average(side) else self.comparisons[side.tag.id]

    def is_by_average(self, side: Side) -> bool:
        """Tell whether a group is set against the company's average, since it has no baseline of its own."""
        return side.tag.id in self.against_average and self.indexed[side.tag.id].baseline is None

    def side(self, tag_id: int) -> Side | None:
        """Return a group by its tag."""
        return next((side for side in self.sides if side.tag.id == tag_id), None)

    def lacking(self, now: datetime) -> tuple[int, tuple[date, ...]]:
        """Count those of whom a monthly figure lacks a month that is over, and list these months."""
        if self.measure not in MONTHLY:
            return 0, ()
        wanted = [
            place
            for place, month in enumerate(self.months)
            if measuring.is_over(month, now) and (place < self.baseline.stop or place >= self.trial.start)
        ]
        nothing = (None,) * len(self.months)
        rows = [self.values.get(number, nothing) for side in self.sides for number in side.ids]
        holed = [missing for row in rows if None in row and (missing := [n for n in wanted if row[n] is None])]
        return len(holed), tuple(self.months[place] for place in sorted({n for missing in holed for n in missing}))

    def forecast(self, now: datetime) -> int:
        """Count the values that lie in months that are not over: they are no facts yet."""
        if measuring.is_over(self.months[-1], now):
            return 0
        told = (entry for side in self.sides for entry in self.columns(side))
        return sum(len(column) for month, column in told if not measuring.is_over(month, now))


def judged(trial: Trial, asked: Asked, now: datetime, only: str = "") -> list[Judged]:
    """Judge a trial by its measures, or by one of them; revenue also by its increase."""
    groups = keeping.groups(trial.id)
    measures = [
        each for measure in trial.measures for each in ((measure, GROWTH) if measure == "revenue" else (measure,))
    ]
    sides: dict[str, tuple[tuple[Side, ...], int]] = {}
    # What was fetched, since the increase of revenue is reckoned from revenue.
    kept: dict[str, Values] = {}
    found = []
    for measure in measures:
        if only and measure != only and (measure, only) != ("revenue", GROWTH):
            continue
        kind = measuring.kind_of(trial, measure, [tag for tag, _tried in groups])
        if kind not in sides:
            sides[kind] = _sides(kind, groups, asked)
        found.append(_judge(trial, measure, kind, *sides[kind], kept, now))
    return found


def _sides(kind: str, groups: list[tuple[Tag, bool]], asked: Asked) -> tuple[tuple[Side, ...], int]:
    """Return the groups with those who count, and how many stand in several and so count in none."""
    narrowing: list[ColumnElement[bool]] = asking.accounts(asked) if kind == "accounts" else []
    bearing = measuring.members(kind, [tag for tag, _tried in groups], narrowing)
    kept = _members(asked) if kind == "staff" else None
    often = Counter(number for ids in bearing.values() for number in ids)
    shared = {number for number, count in often.items() if count > 1}
    sides = tuple(
        Side(tag, tried, frozenset(bearing[tag.id] - shared if kept is None else (bearing[tag.id] - shared) & kept))
        for tag, tried in groups
    )
    return sides, len(shared)


def _members(asked: Asked) -> set[int] | None:
    """Return which members are asked for, by themselves or by a tag; None: all of them."""
    if asked.owner_id is None and asked.tag_id is None:
        return None
    query = select(Staff.id)
    if asked.owner_id is not None:
        query = query.where(Staff.id == asked.owner_id)
    if asked.tag_id is not None:
        query = query.where(Staff.id.in_(select(staff_tags.c.staff_id).where(staff_tags.c.tag_id == asked.tag_id)))
    return set(db.session.scalars(query))


def _judge(
    trial: Trial, measure: str, kind: str, sides: tuple[Side, ...], shared: int, kept: dict[str, Values], now: datetime
) -> Judged:
    baseline, tried = months(trial.baseline_from, trial.baseline_to), months(trial.trial_from, trial.trial_to)
    if measure == "renewed":
        # A contract comes up for renewal long after the trial began: whatever is known since then counts.
        last = measuring.last_figure(measure)
        tried = months(trial.trial_from, max(trial.trial_to, last or trial.trial_to))
    span = Span(baseline[0], tried[-1])
    before, during = slice(0, len(baseline)), slice(len(span.months) - len(tried), len(span.months))
    if measure == GROWTH:
        values = measuring.rises(kept["revenue"], (before, during))
    else:
        values = kept[measure] = measuring.values(measure, kind, [side.tag for side in sides], span, now)
    average = measuring.average(measure, kind, Span(tried[0], tried[-1])) if measure == "renewed" else None
    bare = Judged(measure, kind, sides, values, span.months, before, during, {}, {}, shared, average, {})
    groups = {side.tag.id: Group(str(side.tag.id), bare.subjects(side)) for side in sides}
    compared = [groups[side.tag.id] for side in sides if not side.tried]
    control = Group(compared[0].key, tuple(one for group in compared for one in group.subjects)) if compared else None
    less = measure in LESS_IS_BETTER
    comparisons = {
        side.tag.id: compare(groups[side.tag.id], control, less_is_better=less) for side in sides if side.tried
    }
    indexed = {number: comparison.treated for number, comparison in comparisons.items()}
    for side in sides:
        if not side.tried:
            indexed[side.tag.id] = _alone(groups[side.tag.id], compared, comparisons)
    against = {} if average is None else {number: compare_to(group, average) for number, group in groups.items()}
    return replace(bare, comparisons=comparisons, indexed=indexed, against_average=against)


def _alone(group: Group, compared: list[Group], comparisons: dict[int, Comparison]) -> Indexed:
    """Return the index of a group that is compared with; where it is the only one it was reckoned already."""
    known = next((one.control for one in comparisons.values() if one.control is not None), None)
    return known if known is not None and len(compared) == 1 else compare(group, None).treated
