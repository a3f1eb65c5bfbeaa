"""After how many days accounts reach a knot, when some are still on the way (Kaplan-Meier)."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

#: Shares are products of fractions, so that one half may come out a hair above or below.
_HAIR = 1e-9


@dataclass(frozen=True)
class Point:
    """What is known at the end of a day: the share that has reached it (0..1) with its 95 % band, and who was still looked at that day.

    The band is None before the first one reached it and once everyone has.
    """

    day: int
    reached: float
    low: float | None
    high: float | None
    at_risk: int


@dataclass(frozen=True)
class Quantile:
    """By which day a share had reached it, with the 95 % interval; None: not yet, or the bound is beyond what was seen."""

    day: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Curve:
    """How `people` came to it over the days, `events` of them so far; a point for every day on which somebody came or was last seen."""

    people: int
    events: int
    points: tuple[Point, ...]
    median: Quantile
    ninetieth: Quantile

    def share_by(self, day: int) -> float | None:
        """Give the share that had reached it by a day; None beyond the last observation, unless everyone has, and for nobody."""
        if not self.points:
            return None
        index = bisect_right(self.points, day, key=lambda point: point.day)
        if index == 0:
            return 0.0
        last = self.points[index - 1]
        return None if index == len(self.points) and day > last.day and last.reached < 1 - _HAIR else last.reached


def reached(events: Mapping[int, int], censored: Mapping[int, int]) -> Curve:
    """Estimate the curve from days → accounts: `events` those that reached it, `censored` those that have not by their last day.

    Kaplan and Meier's estimate (1958) by SciPy, whoever is last seen on a day counting as looked at on that day; the band is
    Greenwood's on the log-log scale, and the quantiles' intervals are the days at which that band crosses them
    (Brookmeyer and Crowley 1982). Raise ValueError for negative days or counts.
    """
    for day, count in (*events.items(), *censored.items()):
        if day < 0 or count < 0:
            raise ValueError(f"{count} on day {day}")
    people = sum(events.values()) + sum(censored.values())
    points = _points(events, censored, people) if people else ()
    return Curve(people, sum(events.values()), points, _quantile(points, 0.5), _quantile(points, 0.9))


def restricted_mean(curve: Curve, horizon: int) -> float | None:
    """Give the mean days to it, whoever needs longer counting as `horizon` days; None when nobody was seen that long."""
    if curve.share_by(horizon) is None:
        return None
    steps = [(0, 0.0), *((point.day, point.reached) for point in curve.points if point.day < horizon)]
    ends = [*(day for day, _ in steps[1:]), horizon]
    return sum((1 - share) * (end - day) for (day, share), end in zip(steps, ends, strict=True))


def _points(events: Mapping[int, int], censored: Mapping[int, int], people: int) -> tuple[Point, ...]:
    """Let SciPy estimate curve and band; the people still looked at are counted here, since it does not tell them."""
    import numpy as np  # noqa: PLC0415
    from scipy import stats  # noqa: PLC0415

    came = np.repeat(np.fromiter(events.keys(), int), np.fromiter(events.values(), int))
    waiting = np.repeat(np.fromiter(censored.keys(), int), np.fromiter(censored.values(), int))
    found = stats.ecdf(stats.CensoredData(uncensored=came, right=waiting))
    with warnings.catch_warnings():
        # It warns that the band is undefined where nobody or everybody has reached it; that is what None says.
        warnings.simplefilter("ignore", RuntimeWarning)
        band = found.cdf.confidence_interval(confidence_level=0.95, method="log-log")
    days = [int(day) for day in found.cdf.quantiles]
    gone = [events.get(day, 0) + censored.get(day, 0) for day in days]
    at_risk = [people]
    for count in gone[:-1]:
        at_risk.append(at_risk[-1] - count)
    columns = (found.cdf.probabilities, band.low.probabilities, band.high.probabilities)
    rows = zip(days, *(column.tolist() for column in columns), at_risk, strict=True)
    return tuple(Point(day, share, _told(low), _told(high), left) for day, share, low, high, left in rows)


def _told(bound: float) -> float | None:
    return None if isnan(bound) else bound


def _quantile(points: Sequence[Point], share: float) -> Quantile:
    """Find the days on which the estimate and both ends of its band first reach a share.

    Once everyone has reached it there is no band: then the estimate itself is at least what its upper end would be.
    """
    upper = [(point.day, point.reached if point.high is None else point.high) for point in points]
    lower = [(point.day, 0.0 if point.low is None else point.low) for point in points]
    estimate = [(point.day, point.reached) for point in points]
    return Quantile(_first(estimate, share), _first(upper, share), _first(lower, share))


def _first(steps: Sequence[tuple[int, float]], share: float) -> int | None:
    return next((day for day, reached in steps if reached >= share - _HAIR), None)
