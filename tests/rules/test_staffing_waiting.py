"""Answers whether the played queue agrees with the theory of queues wherever theory has an answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, repeat
from math import exp, factorial, inf
from random import Random
from time import process_time

import numpy as np
import pytest

from scheduler.rules.staffing.waiting import MONTH, Played, formula_days, play, times, waiting

# How many standard errors a played mean may be off. The seeds are fixed: this never fails by chance.
ERRORS = 4


def chance(rng: Random, rate: float) -> Iterator[float]:
    return (rng.expovariate(rate) for _ in count())


def played(rate: float, intervals: Iterator[float], seats: int, rng: Random, people: int = 20_000) -> Played:
    return play(chance(rng, rate), intervals, seats, 1.0, people, rng)


def left_over(coming: float, seats: int, most: int = 400) -> float:
    """Work out how many a lecture leaves behind by following the chain of queues from lecture to lecture until it rests."""
    arrivals = np.array([exp(-coming) * coming**number / factorial(number) for number in range(80)])
    queue = np.zeros(most)
    queue[0] = 1.0
    for _ in range(20_000):
        before = np.convolve(queue, arrivals)
        after = np.append(before[: seats + 1].sum(), before[seats + 1 :])[:most]
        if np.abs(after - queue).max() < 1e-14:
            break
        queue = after
    return float(queue @ np.arange(most))


@pytest.mark.parametrize("lectures", [2, 8, 20])
def test_with_seats_for_everybody_one_waits_half_an_interval(lectures: float) -> None:
    found = waiting(20, lectures, 500, 1.0)
    interval = MONTH / lectures
    assert found.formula_days == pytest.approx(interval / 2)
    assert found.times is not None
    assert found.times.mean == pytest.approx(interval / 2, abs=ERRORS * found.times.error)
    assert found.times.median == pytest.approx(interval / 2, rel=0.03)
    assert found.times.p90 == pytest.approx(interval * 0.9, rel=0.03)


@pytest.mark.parametrize("show_rate", [0.5, 0.8])
def test_who_misses_comes_back_as_often_as_chance_says(show_rate: float) -> None:
    """The number of lectures missed is geometric: (1 - p) / p more intervals on average."""
    found = waiting(20, 4, 500, show_rate)
    interval = MONTH / 4
    assert found.times is not None
    assert found.times.mean == pytest.approx(interval / 2, abs=ERRORS * found.times.error)
    expected = interval / 2 + interval * (1 - show_rate) / show_rate
    assert found.times.attended_mean == pytest.approx(expected, abs=ERRORS * found.times.attended_error)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.9])
def test_a_single_seat_now_and_then_is_the_queue_m_m_1(load: float) -> None:
    """Seats offered by chance are a server whose work takes an exponential time: one is through after 1 / (μ - λ)."""
    rng = Random(11)
    found = times(played(load, chance(rng, 1.0), 1, rng))
    assert found.mean == pytest.approx(1 / (1 - load), abs=ERRORS * found.error)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.9])
def test_a_single_seat_at_equal_intervals_is_the_queue_m_d_1(load: float) -> None:
    """Its wait ρ / (2 (1 - ρ)) intervals (Pollaczek and Khinchine), and half an interval until the next one begins."""
    rng = Random(12)
    found = times(played(load, repeat(1.0), 1, rng))
    expected = 0.5 + load / (2 * (1 - load))
    assert found.mean == pytest.approx(expected, abs=ERRORS * found.error)
    assert formula_days(load * MONTH, MONTH, 1, 1.0) == pytest.approx(expected)


@pytest.mark.parametrize(("rate", "seats"), [(2.0, 500), (4.0, 5), (0.9, 1)])
def test_as_many_stand_in_line_as_come_while_one_waits(rate: float, seats: int) -> None:
    """Little's law."""
    rng = Random(13)
    whole = played(rate, repeat(1.0), seats, rng)
    found = times(whole)
    assert whole.in_line == pytest.approx(rate * found.mean, abs=rate * ERRORS * found.error + 0.02 * whole.in_line)


@pytest.mark.parametrize(
    ("coming", "seats"), [(0.5, 1), (0.9, 1), (2.0, 3), (4.5, 5), (7.0, 10), (9.4, 10), (18.0, 20)]
)
def test_the_formula_is_where_the_chain_of_queues_comes_to_rest(coming: float, seats: int) -> None:
    interval = MONTH / 8
    expected = interval / 2 + left_over(coming, seats) / coming * interval
    assert formula_days(coming * 8, 8, seats, 1.0) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("arrivals", "seats"), [(20, 10), (60, 10), (30, 5), (75, 10), (6, 1)])
def test_played_and_formula_agree(arrivals: float, seats: int) -> None:
    found = waiting(arrivals, 8, seats, 1.0)
    assert found.times is not None
    assert found.times.mean == pytest.approx(found.formula_days, abs=ERRORS * found.times.error)
    assert found.load == pytest.approx(arrivals / 8 / seats)


def test_those_who_come_back_take_seats_of_others() -> None:
    everybody, half = waiting(40, 8, 10, 1.0), waiting(40, 8, 10, 0.6)
    assert everybody.times is not None
    assert half.times is not None
    assert half.load == pytest.approx(40 / 48)
    assert half.times.mean > everybody.times.mean
    assert half.formula_days is None


@pytest.mark.parametrize(
    ("arrivals", "lectures", "show_rate", "load"), [(80, 8, 1.0, 1.0), (60, 8, 0.7, 60 / 56), (20, 0, 1.0, inf)]
)
def test_a_queue_without_an_end_has_no_waiting_time(
    arrivals: float, lectures: float, show_rate: float, load: float
) -> None:
    found = waiting(arrivals, lectures, 10, show_rate)
    assert (found.times, found.formula_days) == (None, None)
    assert found.load == pytest.approx(load)


def test_so_near_its_limit_no_play_tells_the_wait_but_the_formula_does() -> None:
    found = waiting(79, 8, 10, 1.0)
    assert found.times is None
    assert found.formula_days == pytest.approx(16.48, abs=0.01)


def test_where_nobody_comes_the_next_one_would_wait_half_an_interval() -> None:
    found = waiting(0, 8, 10, 0.7)
    assert (found.load, found.times, found.formula_days) == (0, None, MONTH / 16)


def test_a_person_a_year_is_played_as_well() -> None:
    found = waiting(1 / 12, 200, 10, 0.7)
    assert found.times is not None
    assert found.times.mean == pytest.approx(found.formula_days, abs=ERRORS * found.times.error)


def test_the_same_seed_gives_the_same_wait() -> None:
    assert waiting(20, 8, 5, 0.7, seed=3) == waiting(20, 8, 5, 0.7, seed=3)
    assert waiting(20, 8, 5, 0.7, seed=3) != waiting(20, 8, 5, 0.7, seed=4)


@pytest.mark.parametrize(
    ("arrivals", "lectures", "seats", "show_rate"),
    [(0.001, 200, 1, 0.01), (200, 200, 1000, 0.01), (1e6, 200, 1000, 1), (18000, 200, 1000, 0.1)],
)
def test_strange_queues_are_played_in_a_moment(
    arrivals: float, lectures: float, seats: float, show_rate: float
) -> None:
    began = process_time()
    waiting(arrivals, lectures, seats, show_rate)
    assert process_time() - began < 2
