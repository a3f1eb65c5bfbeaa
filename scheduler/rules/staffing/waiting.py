"""How many days somebody waits for the first seat in a lecture, by playing the queue, and by formula where one exists."""

from __future__ import annotations

from cmath import exp, rect
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import count, repeat
from math import inf, tau
from random import Random
from statistics import fmean, stdev
from typing import Any

from scheduler.rules.staffing.simulating import SEED

#: Days of a month on average.
MONTH = 365.2425 / 12
#: How many people are played, unless lectures are so many that most are empty.
PEOPLE = 30_000
FEWEST_PEOPLE = 200
#: Nearer to its limit than this a queue takes years to settle: no play tells how long people wait meanwhile.
MOST_LOAD = 0.95
# Events (seats taken, lectures held) that are played at most, about.
_EVENTS = 200_000
# Whether somebody comes once in so many lectures or more seldom is the same: nobody else is there.
_RAREST = 1000
# The first people find an empty queue and the last ones' returns meet nobody: a tenth each is not counted.
_EDGE = 10
_BATCHES = 15
# How exact the formula's numbers are, and which share of people left behind is as good as nobody.
_EXACT, _NOBODY = 1e-13, 0.005


@dataclass(frozen=True)
class Times:
    """Days from wanting a seat to the first seat, and to the first lecture really attended, of the `people` counted.

    `error` is the standard error of the mean; `in_line` is how many wait for a seat at any time, those who come back
    included.
    """

    people: int
    mean: float
    error: float
    median: float
    p90: float
    attended_mean: float
    attended_error: float
    attended_median: float
    attended_p90: float
    in_line: float


@dataclass(frozen=True)
class Waiting:
    """How long the wait is: `load` is the share of seats that is wanted, from 1 on the queue grows without end.

    `times` is None when nobody comes, and when the queue has no end or is so near it (`MOST_LOAD`) that it never settles.
    `formula_days` is the exact mean of a settled queue where a formula exists.
    """

    load: float
    seed: int
    times: Times | None
    formula_days: float | None


@dataclass
class Person:
    """Somebody in the queue: when they came, and how many days later they got a seat and attended."""

    came: float
    seat: float | None = None
    attended: float | None = None


@dataclass(frozen=True)
class Played:
    """Everybody who came, in that order, and how many were waiting at any time on average."""

    people: tuple[Person, ...]
    in_line: float


def waiting(
    arrivals_per_month: float, lectures_per_month: float, seats: float, show_rate: float, seed: int = SEED
) -> Waiting:
    """Play people who come at random (Poisson) to lectures held at equal intervals, and return how long they wait.

    Seats go to those who wait longest. Of those with a seat the share `show_rate` comes; the others ask for another seat
    and stand at the end of the queue.
    """
    wanted, offered = arrivals_per_month, lectures_per_month * int(seats) * show_rate
    load = wanted / offered if offered else inf
    formula = formula_days(wanted, lectures_per_month, int(seats), show_rate) if offered else None
    if not wanted or load > MOST_LOAD:
        return Waiting(load, seed, None, formula)
    rng = Random(seed)
    rate = max(wanted, lectures_per_month / _RAREST) / MONTH
    interval = MONTH / lectures_per_month
    people = max(FEWEST_PEOPLE, min(PEOPLE, int(_EVENTS / (1 / show_rate + 1 / (rate * interval)))))
    gaps = (rng.expovariate(rate) for _ in count())
    played = play(gaps, _started_anywhere(rng, interval), int(seats), show_rate, people, rng)
    return Waiting(load, seed, times(played), formula)


def play(
    gaps: Iterator[float], intervals: Iterator[float], seats: int, show_rate: float, people: int, rng: Random
) -> Played:
    """Play so many people who come after `gaps` to lectures held after `intervals` (days), until all have attended."""
    import simpy  # noqa: PLC0415

    env = simpy.Environment()
    line: deque[Person] = deque()
    everybody: list[Person] = []
    area = [0.0, 0.0]

    def note() -> None:
        """Add up how many were waiting for how long since the queue last changed."""
        area[0] += len(line) * (env.now - area[1])
        area[1] = env.now

    def come() -> Generator[Any, Any, None]:
        for _ in range(people):
            yield env.timeout(next(gaps))
            note()
            everybody.append(Person(env.now))
            line.append(everybody[-1])

    def hold() -> Generator[Any, Any, None]:
        while line or len(everybody) < people:
            yield env.timeout(next(intervals))
            note()
            seated = [line.popleft() for _ in range(min(seats, len(line)))]
            for person in seated:
                person.seat = env.now - person.came if person.seat is None else person.seat
                if rng.random() < show_rate:
                    person.attended = env.now - person.came
                else:
                    line.append(person)

    env.process(come())
    env.process(hold())
    env.run()
    return Played(tuple(everybody), area[0] / env.now)


def times(played: Played) -> Times:
    """Sum up how long those waited who came neither first nor last."""
    edge = len(played.people) // _EDGE
    people = played.people[edge : len(played.people) - edge]
    seats = [person.seat for person in people if person.seat is not None]
    attended = [person.attended for person in people if person.attended is not None]
    return Times(
        people=len(people),
        mean=fmean(seats),
        error=_error(seats),
        median=_share(seats, 0.5),
        p90=_share(seats, 0.9),
        attended_mean=fmean(attended),
        attended_error=_error(attended),
        attended_median=_share(attended, 0.5),
        attended_p90=_share(attended, 0.9),
        in_line=played.in_line,
    )


def formula_days(arrivals_per_month: float, lectures_per_month: float, seats: int, show_rate: float) -> float | None:
    """Return the exact mean days to the first seat; None where no formula is known, or the queue has no end.

    Who comes at random waits half an interval for the next lecture, and longer by those left over from earlier ones: the
    queue a lecture leaves behind (Bailey 1954, bulk service), by Little's law in days. Where people come back that queue
    has no such formula, but while lectures leave as good as nobody behind the wait is half an interval as well.
    """
    interval = MONTH / lectures_per_month
    coming = arrivals_per_month / lectures_per_month
    if not coming:
        return interval / 2
    if coming / show_rate >= seats:
        return None
    left = _left_over(coming / show_rate, seats) / coming
    if show_rate < 1:
        return interval / 2 if left < _NOBODY else None
    return interval / 2 + left * interval


def _left_over(coming: float, seats: int) -> float:
    """Return how many a lecture leaves without a seat on average, when `coming` (less than `seats`) come between two.

    The generating function of those before a lecture has `seats` - 1 zeros inside the unit circle, where z to the power
    of the seats equals exp(coming (z - 1)); each is the limit of a contraction.
    """
    zeros = (_zero(coming / seats, rect(1.0, tau * number / seats)) for number in range(1, seats))
    before = coming / (2 * (seats - coming)) + (coming - seats + 1) / 2 + sum((1 / (1 - zero)).real for zero in zeros)
    return max(0.0, before - coming)


def _zero(load: float, root: complex) -> complex:
    zero, last = 0j, root
    while abs(zero - last) > _EXACT:
        zero, last = root * exp(load * (zero - 1)), zero
    return zero


def _started_anywhere(rng: Random, interval: float) -> Iterator[float]:
    """Go through equal intervals, the first cut short at random: nobody knows when the last lecture was."""
    yield rng.random() * interval
    yield from repeat(interval)


def _share(values: list[float], share: float) -> float:
    """Return the value below which this share lies."""
    return sorted(values)[int(share * (len(values) - 1))]


def _error(values: list[float]) -> float:
    """Return the standard error of a mean whose neighbours are alike, by the means of batches."""
    size = len(values) // _BATCHES
    means = [fmean(values[index * size : (index + 1) * size]) for index in range(_BATCHES)]
    return float(stdev(means) / _BATCHES**0.5)
