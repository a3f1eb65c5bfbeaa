"""Answers how counted days become the report's numbers: medians with their intervals, and what a curve says on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.rules.reporting import Spread
from scheduler.rules.survival import Curve, Point, Quantile, reached, restricted_mean
from scheduler.services.reports.way.counting import Days

# A step's mean counts whoever needs longer as so many days.
HORIZON = 90


@dataclass(frozen=True)
class Mean:
    """A restricted mean, and the days to which it is restricted; None: nobody was seen."""

    days: float | None
    within: int | None


def curve(days: Days) -> Curve:
    """Estimate the curve of counted days (Kaplan-Meier)."""
    return reached(days.came, days.waiting)


def spread(found: Quantile) -> Spread:
    """Return a quantile as the report shows it."""
    return Spread(found.day, found.low, found.high)


def shifted_median(days: Days) -> Spread:
    """Return the median of days that may lie below zero, who has not come yet counting as far as is known."""
    if not days.people:
        return Spread(None)
    least = min(0, *days.came, *days.waiting)
    moved = reached(*({day - least: count for day, count in part.items()} for part in (days.came, days.waiting)))
    ends = (moved.median.day, moved.median.low, moved.median.high)
    return Spread(*(None if end is None else end + least for end in ends))


def median(counted: Mapping[int, int]) -> float | None:
    """Return the median of counted days; None for nobody."""
    total = sum(counted.values())
    if not total:
        return None
    low, high = (_nth(counted, place) for place in ((total - 1) // 2, total // 2))
    return (low + high) / 2


def at(found: Curve, day: int) -> Point | None:
    """Return the last point up to a day; None before the first, and beyond the last observation."""
    if found.share_by(day) is None:
        return None
    place = bisect_right(found.points, day, key=lambda point: point.day)
    return found.points[place - 1] if place else None


def mean(days: Days) -> Mean:
    """Return the restricted mean of a step, within HORIZON days or as many as somebody was seen."""
    found = curve(days)
    if not found.points:
        return Mean(None, None)
    within = HORIZON if found.share_by(HORIZON) is not None else found.points[-1].day
    return Mean(restricted_mean(found, within), within)


def _nth(counted: Mapping[int, int], place: int) -> int:
    seen = 0
    for day in sorted(counted):
        seen += counted[day]
        if seen > place:
            break
    return day
