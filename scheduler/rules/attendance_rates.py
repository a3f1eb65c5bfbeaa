"""How good an attendance rate is, how sure that is, and whether it rises or falls, honest about small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

Direction = Literal["rising", "falling", "unclear"]

#: Groups with fewer people are marked and never ranked.
SMALL = 10
#: Days between registering and the lecture, the shortest first.
LEAD_BANDS = ("same_day", "1_3", "4_7", "8_14", "15_plus")
#: Stores in scope of an account, the fewest first.
SIZE_BANDS = ("0", "1", "2_3", "4_9", "10_29", "30_plus")

_LEAD_UP_TO = (0, 3, 7, 14)
_SIZE_UP_TO = (0, 1, 3, 9, 29)
_Z = NormalDist().inv_cdf(0.975)
#: How many people a prior is worth at least (a group of fewer never outweighs the mean) and at most (nothing but chance seen).
_WEAKEST, _STRONGEST = float(SMALL), 1000.0
#: A trend is looked for only in as many weeks with people.
_FEWEST_WEEKS = 4


@dataclass(frozen=True)
class Rate:
    """How many of a base did it: the share with its 95 % interval, all in 0..1; None where the base is nobody."""

    hits: int
    base: int
    share: float | None
    low: float | None
    high: float | None

    @property
    def small(self) -> bool:
        """Tell whether the base is too small to be ranked."""
        return self.base < SMALL


@dataclass(frozen=True)
class Prior:
    """What is believed of a group before its own people are seen: a mean share, worth `strength` people."""

    mean: float
    strength: float


@dataclass(frozen=True)
class Trend:
    """Where a weekly share is heading: points of share per week (0.01 is one percentage point) with a 95 % interval."""

    direction: Direction
    per_week: float | None
    low: float | None
    high: float | None


def rate(hits: int, base: int) -> Rate:
    """Give a share with its Wilson score interval at 95 % (Wilson 1927).

    The closed form with the normal quantile, since SciPy's `binomtest` costs 0.2 ms a call (it also computes a p value)
    and brings 90 MiB with it; the tests hold the two together. Raise ValueError for counts that cannot be.
    """
    _checked([(hits, base)])
    if base == 0:
        return Rate(0, 0, None, None, None)
    share = hits / base
    scale = 1 + _Z**2 / base
    middle = (share + _Z**2 / (2 * base)) / scale
    reach = _Z * sqrt(share * (1 - share) / base + _Z**2 / (4 * base**2)) / scale
    # At the ends the bound is the end itself; the sum above misses it by a rounding error.
    low = 0.0 if hits == 0 else middle - reach
    high = 1.0 if hits == base else middle + reach
    return Rate(hits, base, share, low, high)


def rates(pairs: Sequence[tuple[int, int]]) -> list[Rate]:
    """Give the rate of every (hits, base), in their order."""
    return [rate(hits, base) for hits, base in pairs]


def ranked(rates: Mapping[str, Rate]) -> list[str]:
    """List the keys best first, leaving out small groups; of equal shares the larger base comes first."""
    told = [(key, found.share, found.base) for key, found in rates.items() if found.share is not None]
    large = [row for row in told if row[2] >= SMALL]
    return [key for key, share, base in sorted(large, key=lambda row: (-row[1], -row[2], row[0]))]


def prior(groups: Sequence[tuple[int, int]]) -> Prior:
    """Learn from groups' (hits, base) how far their true shares lie apart: a beta-binomial by moments (Kleinman 1973).

    The strength stays between 10 and 1000 people: groups under ten never outweigh the mean, and groups that differ by no more
    than chance are all taken for the mean. One group tells nothing of a spread (10); nobody at all is taken for one half.
    """
    seen = [(hits, base) for hits, base in _checked(groups) if base]
    people = sum(base for _, base in seen)
    if not people:
        return Prior(0.5, _WEAKEST)
    mean = sum(hits for hits, _ in seen) / people
    if len(seen) < 2:
        return Prior(mean, _WEAKEST)
    chance = mean * (1 - mean)
    spread = sum(base * (hits / base - mean) ** 2 for hits, base in seen)
    expected = chance * (len(seen) - 1)
    room = chance * (people - sum(base**2 for _, base in seen) / people - (len(seen) - 1))
    if spread <= expected or room <= 0:
        return Prior(mean, _STRONGEST)
    strength = room / (spread - expected) - 1
    return Prior(mean, min(max(strength, _WEAKEST), _STRONGEST))


def shrunk(hits: int, base: int, prior: Prior) -> float:
    """Give a group's share drawn towards the prior's mean: few people move it little, many decide it."""
    return (hits + prior.mean * prior.strength) / (base + prior.strength)


def lead_band(days: int) -> str:
    """Name the band of the days between registering and the lecture; who was added afterwards counts as the same day."""
    return _band(days, _LEAD_UP_TO, LEAD_BANDS)


def size_band(stores: int) -> str:
    """Name the band of an account's number of stores in scope."""
    return _band(stores, _SIZE_UP_TO, SIZE_BANDS)


def trend(weeks: Sequence[tuple[int, int]]) -> Trend:
    """Tell where the share is heading over consecutive weeks' (hits, base), the oldest first; weeks without people are passed over.

    A regression weighted by people, which is the Cochran-Armitage test's slope; its interval widens by what the weeks scatter
    beyond chance (people of one lecture come or stay away together) and by Student's t for few weeks. Unclear when the
    interval holds zero, and with fewer than four weeks with people or ten people.
    """
    seen = [(week, hits, base) for week, (hits, base) in enumerate(_checked(weeks)) if base]
    people = sum(base for _, _, base in seen)
    if len(seen) < _FEWEST_WEEKS or people < SMALL:
        return Trend("unclear", None, None, None)
    mean = sum(hits for _, hits, _ in seen) / people
    middle = sum(week * base for week, _, base in seen) / people
    width = sum(base * (week - middle) ** 2 for week, _, base in seen)
    slope = sum((week - middle) * (hits - base * mean) for week, hits, base in seen) / width
    chance = mean * (1 - mean)
    if chance == 0:
        return Trend("unclear", 0.0, None, None)
    left = sum(base * (hits / base - mean - slope * (week - middle)) ** 2 for week, hits, base in seen)
    scatter = max(1.0, left / chance / (len(seen) - 2))
    reach = _student(len(seen) - 2) * sqrt(scatter * chance / width)
    low, high = slope - reach, slope + reach
    return Trend("rising" if low > 0 else "falling" if high < 0 else "unclear", slope, low, high)


def _band(count: int, up_to: Sequence[int], names: Sequence[str]) -> str:
    """Name the first band whose upper end holds the count, the last band having none."""
    return next((name for name, end in zip(names, up_to, strict=False) if count <= end), names[-1])


def _student(freedom: int) -> float:
    """Give Student's t at 97.5 % by its expansion about the normal quantile (Abramowitz & Stegun 26.7.5).

    Within 1 % of the exact value from two degrees of freedom on, without loading SciPy for one number.
    """
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))


def _checked(pairs: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Return the pairs of (hits, base), or raise ValueError for counts that cannot be."""
    for hits, base in pairs:
        if hits < 0 or base < hits:
            raise ValueError(f"{hits} of {base}")
    return pairs
