"""How far the figures of groups would wander had other people been in them (the bootstrap over people)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

#: What one person brings: sum and number of their baseline values, sum and number of their trial values.
Row = tuple[float, int, float, int]

#: So many values are gathered at once; more only fills memory.
_BATCH = 250_000
#: From so many people on the sums of resamples are drawn from the normal distribution that they follow: resampling 5,000
#: people takes a second and tells the same (the sums of n draws, n times the mean and n times the covariance of one).
_MANY = 1000
#: If more of the resamples have no figure (nobody in them had a baseline), there is no interval.
_UNTOLD = 0.05


@dataclass(frozen=True)
class Interval:
    """Where a figure lies at 95 %, and its standard error."""

    low: float
    high: float
    error: float


@dataclass(frozen=True)
class Spread:
    """The intervals of each group's index (baseline = 100), of the difference of the indexes and of that of the changes.

    With one group the differences are those to its own baseline. None: it cannot be said.
    """

    indexes: tuple[Interval | None, ...]
    difference: Interval | None
    units: Interval | None


def spread(groups: Sequence[Sequence[Row]], seed: int, resamples: int) -> Spread:
    """Resample each group's people by SciPy, seeded, and read the intervals off the figures of the resamples.

    A level is the sum of all values of a period over their number. The ends are percentiles, drawn out for few people as
    Hesterberg (2015) does it, since plain ones are too narrow: with four people they hold the truth in 80 % of cases instead of 95 %.
    """
    drawn: list[Any] = [_levels(rows, seed + place, resamples) for place, rows in enumerate(groups)]
    people = [min(sum(row[1] > 0 for row in rows), sum(row[3] > 0 for row in rows)) for rows in groups]
    indexes: list[Any] = [None if levels is None else _index(*levels) for levels in drawn]
    told = tuple(None if index is None else _interval(index, few) for index, few in zip(indexes, people, strict=True))
    if any(levels is None for levels in drawn):
        return Spread(told, None, None)
    first, changes = indexes[0], [trial - baseline for baseline, trial in drawn]
    points, units = (first - 100, changes[0]) if len(groups) == 1 else (first - indexes[1], changes[0] - changes[1])
    return Spread(told, _interval(points, min(people)), _interval(units, min(people)))


def _levels(rows: Sequence[Row], seed: int, resamples: int) -> Any:
    """Draw the people again and again: an array of baseline levels and one of trial levels.

    None for fewer than two people and where a period is empty. A resample without values in a period has no level there.
    """
    import numpy as np  # noqa: PLC0415
    from scipy import stats  # noqa: PLC0415

    if len(rows) < 2 or not any(row[1] for row in rows) or not any(row[3] for row in rows):
        return None
    columns = [np.array(column, float) for column in zip(*rows, strict=True)]
    if len(rows) >= _MANY:
        return _drawn_at_once(np.stack(columns), seed, resamples)

    def sums(people: Any, axis: int) -> Any:
        return np.stack([column[people].sum(axis=axis) for column in columns])

    drawn = stats.bootstrap(
        (np.arange(len(rows)),), sums, n_resamples=resamples, method="percentile", vectorized=True,
        batch=max(1, _BATCH // len(rows)), rng=np.random.default_rng(seed),
    ).bootstrap_distribution  # fmt: skip
    counts = drawn[1::2]
    return drawn[::2] / np.where(counts > 0, counts, np.nan)


def _drawn_at_once(columns: Any, seed: int, resamples: int) -> Any:
    """Draw the sums of resamples of many people from their limit, and make levels of them."""
    import numpy as np  # noqa: PLC0415

    people = columns.shape[1]
    mean, covariance = people * columns.mean(axis=1), people * np.cov(columns, ddof=0)
    sums = np.random.default_rng(seed).multivariate_normal(mean, covariance, resamples, method="eigh").T
    counts = sums[1::2]
    return sums[::2] / np.where(counts > 0, counts, np.nan)


def _index(baseline: Any, trial: Any) -> Any:
    """Set the baseline to 100; without one above zero there is no index."""
    import numpy as np  # noqa: PLC0415

    return 100 * trial / np.where(baseline > 0, baseline, np.nan)


def _interval(figures: Any, people: int) -> Interval | None:
    """Read the interval off the figures that there are."""
    import numpy as np  # noqa: PLC0415
    from scipy import special  # noqa: PLC0415

    told = figures[np.isfinite(figures)]
    if people < 2 or len(told) < (1 - _UNTOLD) * len(figures):
        return None
    tail = special.ndtr(sqrt(people / (people - 1)) * special.stdtrit(people - 1, 0.025))
    low, high = np.quantile(told, [tail, 1 - tail])
    return Interval(float(low), float(high), float(np.std(told, ddof=1)))
