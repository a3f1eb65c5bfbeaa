"""How many seats will be wanted, which times deserve another lecture, and which lectures may stay empty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.rules import slots
from scheduler.rules.reporting import Spread
from scheduler.rules.slots import Pace, Slot

USUAL: dict[str, Any] = {
    **{"lectures": 10, "seats": 300, "booked": 150, "known": 140, "show": 0.7, "usual": 0.7},
    **{"waitlisted": 0, "wishes": 0},
}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, ("keep", "as_usual")),
        ({"waitlisted": 3}, ("add", "waited_for")),
        ({"waitlisted": 2}, ("keep", "as_usual")),
        ({"wishes": 3, "lectures": 0, "seats": 0, "booked": 0, "known": 0}, ("add", "wished")),
        ({"booked": 270}, ("add", "full")),
        # Two full lectures are luck.
        ({"lectures": 2, "seats": 60, "booked": 60}, ("keep", "as_usual")),
        ({"lacking": True, "best": True}, ("add", "best_time")),
        ({"lacking": False, "best": True}, ("keep", "as_usual")),
        ({"booked": 20, "known": 18}, ("drop", "empty")),
        # Small rooms: two of ten seats, but three people on each lecture.
        ({"seats": 170, "booked": 32}, ("keep", "as_usual")),
        # What is not planned any more can neither stay nor go, only come back.
        ({"booked": 20, "known": 18, "planned": False}, ("none", "none_ahead")),
        ({"booked": 270, "planned": False}, ("add", "full")),
        ({"known": 9, "show": 0.3}, ("keep", "too_few")),
        ({"show": 0.55}, ("drop", "stay_away")),
        ({"show": 0.65}, ("keep", "as_usual")),
        ({"show": 0.55, "lacking": True}, ("keep", "stay_away_but_needed")),
    ],
    ids=str,
)
def test_a_weekly_time_is_judged_by_who_waits_how_it_fills_and_who_comes(
    changed: dict[str, Any], verdict: tuple[str, str]
) -> None:
    assert slots.judge(Slot(**USUAL | changed)) == verdict


@given(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1), st.integers(0, 9))
def test_a_few_people_decide_nothing_about_a_time(known: int, booked: int, show: float, waits: int) -> None:
    few = Slot(**USUAL | {"lectures": 2, "known": known, "booked": booked, "show": show, "waitlisted": waits})
    assert slots.judge(few)[0] == ("add" if waits >= slots.ENOUGH else "keep")


@pytest.mark.parametrize(("show", "seats"), [(1.0, 1.0), (0.5, 1.875), (0.75, 1.328125), (0.0, 4.0)])
def test_who_misses_takes_another_seat_a_week_later(show: float, seats: float) -> None:
    assert slots.tries(show) == pytest.approx(seats)


def test_the_seats_wanted_are_those_of_who_waits_who_will_come_and_who_will_miss() -> None:
    # (10 + 4) accounts, 1.5 people each, 1.875 seats a person, and 0.875 more for each of 20 who are booked.
    found = slots.wanted(10, Spread(4, 2, 6), 1.5, 20, Spread(0.5, 0.25, 1.0))
    assert found.middle == pytest.approx(14 * 1.5 * 1.875 + 20 * 0.875)
    # At best all come at once: 12 × 1.5.
    assert found.low == pytest.approx(18)
    assert found.high == pytest.approx(16 * 1.5 * slots.tries(0.25) + 20 * (slots.tries(0.25) - 1))


def test_as_many_arrive_as_arrived_before_give_or_take_chance() -> None:
    found = slots.arrivals(91, 91, 28)
    assert (found.middle, found.low, found.high) == (28, pytest.approx(16.1, abs=0.1), pytest.approx(39.9, abs=0.1))
    assert slots.arrivals(0, 91, 28) == Spread(0, 0, 0)


@pytest.mark.parametrize(("free", "state"), [(50, "enough"), (49, "tight"), (30, "tight"), (29, "short")])
def test_seats_are_short_when_not_even_the_middle_has_a_place(free: int, state: str) -> None:
    assert slots.seats_short(free, Spread(29.5, 20, 49.5)) == state


# Two lectures: with 1 and 3 on the day, 4 and 6 from three days before on, 8 and 12, 10 and 16, 11 and 17.
PACE = Pace(2, (4, 10, 20, 26, 28), (10, 52, 208, 356, 410))


@pytest.mark.parametrize(
    ("days", "mean", "variance"),
    [(0, 2, 1), (3, 5, 1), (5, 7.5, 2.5), (7, 10, 4), (14, 13, 9), (28, 14, 9), (60, 14, 9)],
)
def test_how_many_still_book_follows_how_they_booked_before(days: int, mean: float, variance: float) -> None:
    assert slots.still_to_book(PACE, days) == (pytest.approx(mean), pytest.approx(variance))
    assert slots.still_to_book(Pace(0, (0,) * 5, (0,) * 5), days) == (0, 0)


def test_the_chances_of_an_empty_lecture_are_those_of_dice() -> None:
    # Two booked who come every other time, and nobody more.
    assert slots.chances(2, 10, (0, 0), 0.5) == (pytest.approx(0.25), pytest.approx(1))
    # Nobody booked, three more to be expected by chance, two thirds of whom come: Poisson of 2.
    nobody, few = slots.chances(0, 30, (3, 3), 2 / 3)
    assert (nobody, few) == (pytest.approx(0.1353, abs=1e-4), pytest.approx(0.6767, abs=1e-4))
    # Where they scattered more than chance, an empty room is likelier.
    assert slots.chances(0, 30, (3, 9), 2 / 3)[0] > nobody


@settings(max_examples=50)
@given(st.integers(0, 20), st.integers(0, 20), st.floats(0, 30), st.floats(1, 5), st.floats(0, 1))
def test_a_forecast_adds_up_and_more_bookings_make_an_empty_room_less_likely(
    booked: int, free: int, mean: float, scatter: float, show: float
) -> None:
    later = (mean, mean * scatter)
    found = slots.forecast(booked, free, later, show)
    assert found.attending.low is not None
    assert found.attending.high is not None
    assert found.attending.middle is not None
    assert 0 <= found.attending.low <= found.attending.middle <= found.attending.high
    assert 0 <= found.nobody <= found.few <= 1
    assert slots.chances(booked, free, later, show) == (pytest.approx(found.nobody), pytest.approx(found.few))
    assert slots.chances(booked + 1, free, later, show)[1] <= found.few + 1e-9


def test_a_large_room_is_reckoned_without_overflow() -> None:
    found = slots.forecast(3000, 0, (0, 0), 0.7)
    assert (found.nobody, found.few) == (0, 0)
    assert found.attending.low == pytest.approx(2050, abs=5)


def test_the_best_time_needs_enough_people() -> None:
    told = [("a", 0.9, 9), ("b", 0.7, 40), ("c", 0.8, 12)]
    assert slots.ranked_best(told) == "c"
    assert slots.ranked_best(told[:1]) == ""
