"""Answers how days that were counted become a report's numbers: medians with intervals, means, a curve day by day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scheduler.rules.reporting import Spread
from scheduler.rules.survival import Curve, Point, Quantile, reached, restricted_mean

# The key of all months' rows together.
ALL = "all"
# A step's mean counts whoever needs longer as so many days.
HORIZON = 90


@dataclass
class Days:
    """Accounts by days: those that reached it after so many, and those that have not by their last day."""

    came: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    waiting: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, came: bool, days: int, accounts: int) -> None:
        """Count accounts in."""
        (self.came if came else self.waiting)[days] += accounts

    @property
    def people(self) -> int:
        """Count them all."""
        return sum(self.came.values()) + sum(self.waiting.values())


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


def left_after(found: Curve, day: int) -> int:
    """Count of how many it is known that they had not come by a day, and were seen longer."""
    return next((point.at_risk for point in found.points if point.day > day), 0)


def mean(days: Days) -> Mean:
    """Return the restricted mean of a step, within HORIZON days or as many as somebody was seen."""
    found = curve(days)
    if not found.points:
        return Mean(None, None)
    within = HORIZON if found.share_by(HORIZON) is not None else found.points[-1].day
    return Mean(restricted_mean(found, within), within)


def month_key(month: date) -> str:
    """Return the key of a month's row: 2026-04."""
    return month.isoformat()[:7]


def month_of(key: str) -> date | str:
    """Return what stands in a row's first cell: its month, or ALL."""
    return key if key == ALL else date.fromisoformat(f"{key}-01")


def _nth(counted: Mapping[int, int], place: int) -> int:
    seen = 0
    for day in sorted(counted):
        seen += counted[day]
        if seen > place:
            break
    return day
