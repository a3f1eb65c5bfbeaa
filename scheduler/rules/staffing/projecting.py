"""How many accounts or stores will come a month, from how many came in the last months, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scheduler.rules.staffing.plans import Figure

#: Fewer months show no trend: it is their mean that goes on.
FEWEST_MONTHS = 6
# How many standard errors a slope must be away from none to be called a trend (Student's t, two-sided 95 %, for 4 to 10
# degrees of freedom and more; the table stands in every textbook of statistics).
_T_95 = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228}
_T_BEYOND = 2.228


@dataclass(frozen=True)
class Projection:
    """What is to be expected of the coming month, and of each month after it.

    `level` has the residual standard deviation of a month as its spread; `growth` is a share of the level a month, with its
    standard error as its spread, and an entered 0 where the months show no trend that chance would not make as well.
    """

    level: Figure
    growth: Figure


def project(counts: Sequence[int]) -> Projection | None:
    """Project monthly counts, the oldest first, by a least-squares line where they show a trend, else by their mean.

    None where no month is known. Of a falling line the level is never below zero.
    """
    months = len(counts)
    if not months:
        return None
    mean = sum(counts) / months
    flat = Projection(Figure(mean, months, _deviation(counts, [mean] * months, 1)), Figure(0.0))
    if months < FEWEST_MONTHS:
        return flat
    middle = (months - 1) / 2
    width = sum((month - middle) ** 2 for month in range(months))
    slope = sum((month - middle) * count for month, count in enumerate(counts)) / width
    line = [mean + slope * (month - middle) for month in range(months)]
    spread = _deviation(counts, line, 2)
    error = spread / sqrt(width)
    level = mean + slope * (months - middle)
    if level <= 0 or abs(slope) <= _T_95.get(months - 2, _T_BEYOND) * error or not slope:
        return flat
    return Projection(Figure(level, months, spread), Figure(slope / level, months, error / level))


def _deviation(counts: Sequence[int], line: Sequence[float], taken: int) -> float:
    """Return the standard deviation of what the line leaves, having taken so many numbers from it; 0 of a single month."""
    left = sum((count - at) ** 2 for count, at in zip(counts, line, strict=True))
    return sqrt(left / (len(counts) - taken)) if len(counts) > taken else 0.0
