"""How many seats will be wanted, which weekly times deserve another lecture or none, and which lectures nobody may come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, exp, inf, lgamma, log, sqrt
from typing import Literal

from scheduler.rules.attendance_rates import SMALL
from scheduler.rules.reporting import Spread

Verdict = Literal["add", "keep", "drop", "none"]
# Why: people wait for a place, it fills up, people wish for the time, the course lacks seats and people come at this time;
# it stays empty, people stay away, they do but the course lacks seats; too little is known; nothing stands out; nothing is
# planned at this time any more.
Reason = Literal[
    "waited_for", "full", "wished", "best_time", "empty", "stay_away", "stay_away_but_needed", "too_few", "as_usual",
    "none_ahead",
]  # fmt: skip

#: A seat is wanted again a week after it was missed: so many times in the weeks looked at.
TRIES = 4
#: Fewer people than this on a lecture are few.
FEW = 3
#: From how many people waiting or wishing on another lecture is worth holding.
ENOUGH = 3
#: The last day of each of attendance_rates.LEAD_BANDS; nobody is expected to book earlier than the last.
BAND_ENDS = (0, 3, 7, 14, 28)

# A time is judged by how it fills from three lectures on, and by how people come from SMALL of them on.
_HELD = 3
_FULL, _EMPTY = 0.9, 0.2
# People stay away where the share that comes lies so far below the course's.
_CLEARLY = 0.1
_Z = 1.96
_TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Slot:
    """What is known of one weekly time of a course: how its lectures filled, who came, who waits and who wishes for it."""

    lectures: int
    seats: int
    booked: int
    known: int
    # The share that attended, drawn towards the course's by how few are known (0 to 1), and the course's own.
    show: float
    usual: float
    waitlisted: int
    wishes: int
    # The course has fewer free seats than will be wanted; and of its times this is the one at which most come.
    lacking: bool = False
    best: bool = False
    # Lectures of the next weeks are planned at this time.
    planned: bool = True


@dataclass(frozen=True)
class Pace:
    """How people booked the lectures of a course: of so many lectures, those who booked within each of BAND_ENDS' days.

    `sums` and `squares` add up, over the lectures, the number booked on the day itself, on it or three days before, …
    """

    lectures: int
    sums: tuple[float, ...]
    squares: tuple[float, ...]


@dataclass(frozen=True)
class Forecast:
    """How many will come to a lecture (95 % range), and the chances (0 to 1) that nobody and that fewer than FEW do."""

    attending: Spread
    nobody: float
    few: float


def tries(show: float) -> float:
    """Return how many seats one person takes until she has come, if she books again a week after she missed, TRIES times."""
    return sum((1 - show) ** time for time in range(TRIES))


def wanted(waiting: int, arriving: Spread, each: float, seated: int, show: Spread) -> Spread:
    """Return how many seats will be wanted beside those taken.

    `waiting` and `arriving` are accounts without a seat, each of whom `each` people come; `seated` people have a seat, and
    those of them who miss take another one. The range is that of the arrivals and of the share that comes, both ends at once.
    """

    def seats(accounts: float, share: float) -> float:
        return accounts * each * tries(share) + seated * (tries(share) - 1)

    middle = show.middle or 0.0
    low, high = (0.0 if show.low is None else show.low), (1.0 if show.high is None else show.high)
    least = waiting + (arriving.low or 0.0)
    most = waiting + (arriving.high or 0.0)
    return Spread(seats(waiting + (arriving.middle or 0.0), middle), seats(least, high), seats(most, low))


def arrivals(seen: int, days: int, ahead: int) -> Spread:
    """Return how many will arrive in the days ahead if as many come as were seen in the days before, with a 95 % range.

    Both the past and the coming number scatter as chance has it (Poisson).
    """
    share = ahead / days
    middle = seen * share
    reach = _Z * sqrt(seen * share * share + middle)
    return Spread(middle, max(0.0, middle - reach), middle + reach)


def judge(slot: Slot) -> tuple[Verdict, Reason]:
    """Tell whether a weekly time deserves another lecture, should stay or may go, and why; what is wanted comes first."""
    if slot.waitlisted >= ENOUGH:
        return "add", "waited_for"
    if slot.wishes >= ENOUGH:
        return "add", "wished"
    fill = slot.booked / slot.seats if slot.seats else 0.0
    if slot.lectures >= _HELD and fill >= _FULL:
        return "add", "full"
    if slot.lacking and slot.best and slot.known >= SMALL:
        return "add", "best_time"
    if not slot.planned:
        return "none", "none_ahead"
    if slot.lectures >= _HELD and fill < _EMPTY and slot.booked < FEW * slot.lectures:
        return "drop", "empty"
    if slot.known < SMALL:
        return "keep", "too_few"
    if slot.show <= slot.usual - _CLEARLY:
        return ("keep", "stay_away_but_needed") if slot.lacking else ("drop", "stay_away")
    return "keep", "as_usual"


def still_to_book(pace: Pace, days: int) -> tuple[float, float]:
    """Return how many book a lecture that is so many days ahead, on average, and their variance; between bands in a line."""
    if not pace.lectures:
        return 0.0, 0.0
    means = [total / pace.lectures for total in pace.sums]
    spreads = [max(0.0, square / pace.lectures - mean * mean) for square, mean in zip(pace.squares, means, strict=True)]
    after = next((place for place, end in enumerate(BAND_ENDS) if days <= end), len(BAND_ENDS) - 1)
    if after == 0 or days >= BAND_ENDS[-1]:
        return means[after], spreads[after]
    part = (days - BAND_ENDS[after - 1]) / (BAND_ENDS[after] - BAND_ENDS[after - 1])
    return tuple(row[after - 1] + part * (row[after] - row[after - 1]) for row in (means, spreads))  # type: ignore[return-value]


def chances(booked: int, free: int, later: tuple[float, float], show: float) -> tuple[float, float]:
    """Return the chances that nobody, and that fewer than FEW, come to a lecture (see `forecast`)."""
    first = _attending(booked, free, later, show, FEW)
    return first[0], min(1.0, sum(first))


def forecast(booked: int, free: int, later: tuple[float, float], show: float) -> Forecast:
    """Tell how many will come to a lecture: of those booked each with the chance `show`, and of those still to book.

    `later` is what `still_to_book` returned: at most the `free` seats, scattering as they did before (negative binomial;
    Poisson where they scattered less).
    """
    shares = _attending(booked, free, later, show, booked + free + 1)
    reached = list(accumulate(shares))
    low, high = (next((n for n, sum_ in enumerate(reached) if sum_ >= tail), len(shares) - 1) for tail in _TAILS)
    middle = (booked + min(later[0], free)) * show
    attending = Spread(middle, min(float(low), middle), max(float(high), middle))
    return Forecast(attending, shares[0], min(1.0, sum(shares[:FEW])))


def _attending(booked: int, free: int, later: tuple[float, float], show: float, upto: int) -> list[float]:
    """Return the chances of 0, 1, … people attending, `upto` of them."""
    upto = min(upto, booked + free + 1)
    sure = [_of(booked, n, show) for n in range(min(booked + 1, upto))]
    mean, variance = later
    # Next to nobody: how that scatters is not worth a division by next to nothing.
    scatter = mean * mean / (variance - mean) if variance > mean > 0.001 else inf
    more = _counts(min(mean, free) * show, scatter, min(free + 1, upto))
    return [
        sum(sure[n] * more[total - n] for n in range(len(sure)) if 0 <= total - n < len(more)) for total in range(upto)
    ]


def _of(people: int, number: int, share: float) -> float:
    """Return the chance that so many of these people come (binomial); by logarithms, as large factors overflow."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    ways = lgamma(people + 1) - lgamma(number + 1) - lgamma(people - number + 1)
    return exp(ways + number * log(share) + (people - number) * log(1 - share))


def _counts(mean: float, scatter: float, upto: int) -> list[float]:
    """Return the chances of 0, 1, … of a negative binomial count of this mean, `scatter` inf: of a Poisson count."""
    share = 1.0 if scatter == inf else scatter / (scatter + mean)
    found = [exp(-mean) if scatter == inf else share**scatter]
    for number in range(1, upto):
        step = mean / number if scatter == inf else (scatter + number - 1) / number * (1 - share)
        found.append(found[-1] * step)
    return found


def seats_short(free: int, wanted: Spread) -> Literal["enough", "tight", "short"]:
    """Tell whether the free seats will do: for the most that may be wanted, for the middle only, or not even for that."""
    if free < ceil(wanted.middle or 0.0):
        return "short"
    return "tight" if free < ceil(wanted.high or 0.0) else "enough"


def ranked_best(shares: Sequence[tuple[str, float, int]]) -> str:
    """Return the key of the time at which most come, of (key, share drawn towards the mean, people known); "": of none enough is known."""
    told = [(share, known, key) for key, share, known in shares if known >= SMALL]
    return max(told)[2] if told else ""
