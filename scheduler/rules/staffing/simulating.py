"""How far hours, heads and the month the team runs out may be from what a plan says, by playing the horizon many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.rules.staffing.flowing import arriving, flows, newcomers, passage
from scheduler.rules.staffing.hours import of_use
from scheduler.rules.staffing.plans import Activity, Figure, Plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: How far off minutes are taken to be that somebody entered: a tenth, as a standard deviation.
ENTERED_SPREAD = 0.1
PERCENTILES = (10, 50, 90)
# Larger counts than this no generator draws; smaller amounts than this do not vary, nor do those that vary by less of it.
_MOST, _LEAST = 1e15, 1e-9
#: How many times the horizon is played, and the number chance starts from, unless others are asked for.
YEARS = 1000
SEED = 20240401


@dataclass(frozen=True)
class Range:
    """Three percentiles: one time in ten it is below `p10`, one time in two below `p50`, one time in ten above `p90`."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Ranges:
    """What came of playing a plan `years` times with this `seed`, month by month.

    `ran_out` is the share of plays in which the team has run out by the end of each month; `runs_out` are the months by
    which it has in one, five and nine plays of ten (None: not within the horizon).
    """

    years: int
    seed: int
    hours: tuple[Range, ...]
    hours_by_stage: Mapping[str, tuple[Range, ...]]
    heads: tuple[Range, ...]
    ran_out: tuple[float, ...]
    runs_out: tuple[int | None, int | None, int | None]


def simulate(plan: Plan, years: int = YEARS, seed: int = SEED) -> Ranges:
    """Play the plan `years` times, alike for the same seed, and return the 10th, 50th and 90th percentile.

    What varies: newcomers (Poisson; negative binomial where the measured spread is larger than Poisson's; and the level
    and growth they are drawn around by their standard errors), stores of an account, minutes (the mean by its standard
    error or, where entered, by a tenth; each single time by the measured spread), and who leaves when. How long accounts
    stay, and who is present now, is as the plan says.
    """
    import numpy as np  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    shape = (years, plan.horizon)
    accounts = _newcomers(plan, rng, shape)
    stores = _stores(plan, rng, accounts)
    hours = _hours(plan, rng, accounts, stores)
    there = _there(plan, rng, shape)
    total = sum(hours.values(), np.zeros(shape))
    heads = total / (plan.hours.value * np.array(of_use(plan)))
    if plan.pooled:
        short = total > sum(there.values(), np.zeros(shape))
    else:
        short = np.any([hours[stage] > there[stage] for stage in hours], axis=0)
    ran_out = np.maximum.accumulate(short, axis=1).mean(axis=0).tolist()
    by_stage = {stage: _ranges(of_stage) for stage, of_stage in hours.items()}
    early, middle, late = (_month(ran_out, percent / 100) for percent in PERCENTILES)
    return Ranges(years, seed, _ranges(total), by_stage, _ranges(heads), tuple(ran_out), (early, middle, late))


def _newcomers(plan: Plan, rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Draw how many accounts come in each month of each play."""
    import numpy as np  # noqa: PLC0415

    level, growth = plan.new_accounts, plan.growth
    mean = level.value * np.array(arriving(plan)) + level.error * rng.standard_normal((shape[0], 1))
    if growth.measured:
        # A line is surest in the middle of the months it was drawn through, and turns around it.
        since_middle = np.arange(shape[1]) + ((growth.base or 0) + 1) / 2
        mean = mean + level.value * growth.spread * rng.standard_normal((shape[0], 1)) * since_middle
    mean = np.maximum(mean, 0.0)
    variance = level.spread**2 if level.measured else 0.0
    return _counts(rng, mean, variance / level.value if level.value else 1.0)


def _stores(plan: Plan, rng: np.random.Generator, accounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw how many stores the accounts of each month have."""
    level, stores = plan.new_accounts, plan.new_stores
    if not stores.value:
        return accounts * 0.0
    each = stores.value / level.value
    # A month's stores vary because accounts come and because these are large or small (law of total variance).
    of_accounts = max(level.spread**2, level.value) * each**2
    of_sizes = (stores.spread**2 - of_accounts) / level.value if stores.measured else 0.0
    return _counts(rng, accounts * each, of_sizes / each)


def _counts(rng: np.random.Generator, mean: NDArray[np.float64], dispersion: float) -> NDArray[np.float64]:
    """Draw counts whose variance is `dispersion` times their mean: Poisson up to 1, negative binomial beyond."""
    if dispersion > 1.0:
        # A Poisson count around a Gamma level is negative binomial.
        mean = rng.gamma(mean / (dispersion - 1.0), dispersion - 1.0)
    return rng.poisson(mean.clip(max=_MOST)).astype(float)


def _hours(
    plan: Plan, rng: np.random.Generator, accounts: NDArray[np.float64], stores: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Draw the hours of each stage in each month of each play."""
    import numpy as np  # noqa: PLC0415

    there = flows(_without_newcomers(plan))
    hours = {phase.stage: np.zeros(accounts.shape) for phase in plan.phases}
    for phase, old, way in zip(plan.phases, there, newcomers(plan), strict=True):
        entering, staying = _later(way.entering), _later(way.present)
        accounts_in = accounts @ entering + np.array(old.entering)
        counts = {
            "account": accounts_in,
            "store": stores @ entering + np.array(old.stores_entering),
            "lecture": accounts_in * plan.lectures_per_account.value,
            "month": accounts @ staying + np.array(old.accounts),
        }
        for activity in plan.activities:
            if activity.stage == phase.stage:
                hours[phase.stage] += _minutes(rng, activity, counts[activity.per] / activity.at_once) / 60
    return hours


def _minutes(rng: np.random.Generator, activity: Activity, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw how many minutes an activity takes that is done so many times."""
    import numpy as np  # noqa: PLC0415

    minutes = activity.minutes
    error = minutes.error if minutes.measured else ENTERED_SPREAD * minutes.value
    each = _gamma(rng, np.full((len(times), 1), minutes.value), error**2)
    variance = minutes.spread**2 if minutes.measured else 0.0
    return _gamma(rng, each * times, times * variance)


def _gamma(
    rng: np.random.Generator, mean: NDArray[np.float64], variance: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Draw amounts that are never negative; what has no mean or does not vary is its mean."""
    import numpy as np  # noqa: PLC0415

    mean, variance = np.broadcast_arrays(mean, variance)
    varies = (mean > _LEAST) & (variance > (_LEAST * mean) ** 2)
    scale = np.divide(variance, mean, out=np.ones(mean.shape), where=varies)
    return np.where(varies, rng.gamma(np.where(varies, mean / scale, 1.0), scale), mean)


def _there(plan: Plan, rng: np.random.Generator, shape: tuple[int, int]) -> dict[str, NDArray[np.float64]]:
    """Draw the hours there in each stage: people without those who replace leavers and still learn."""
    learning = _later(passage(0.0, plan.newcomer_months.value, 1.0, plan.horizon).present)
    found = {}
    for phase in plan.phases:
        leaving = rng.poisson(plan.leavers.value / 12 / plan.people * phase.people.value, shape)
        found[phase.stage] = (phase.people.value - leaving @ learning).clip(0.0) * plan.hours.value
    return found


def _without_newcomers(plan: Plan) -> Plan:
    return replace(plan, new_accounts=Figure(0), new_stores=Figure(0))


def _later(shares: Sequence[float]) -> NDArray[np.float64]:
    """Return the matrix that takes what came in each month to what is there in each month."""
    import numpy as np  # noqa: PLC0415

    months = np.arange(len(shares))
    ages = months[np.newaxis, :] - months[:, np.newaxis]
    return np.where(ages >= 0, np.array(shares)[np.maximum(ages, 0)], 0.0)


def _ranges(drawn: NDArray[np.float64]) -> tuple[Range, ...]:
    import numpy as np  # noqa: PLC0415

    return tuple(Range(*month) for month in np.percentile(drawn, PERCENTILES, axis=0, method="nearest").T.tolist())


def _month(ran_out: Sequence[float], share: float) -> int | None:
    """Return the month by which the team has run out in this share of plays."""
    return next((month for month, have in enumerate(ran_out, start=1) if have >= share), None)
