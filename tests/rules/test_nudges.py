"""When the next nudge is due, and when it is a person's turn."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.nudges import Next, Repeat, again, next_step

RULE = Repeat(after_days=5, every_days=7, at_most=3)


def april(*days: int) -> list[date]:
    return [date(2026, 4, day) for day in days]


@pytest.mark.parametrize(
    ("progress", "counted", "every_one", "on", "number", "used_up"),
    [
        # Five days after the introduction, or after the last thing that was done.
        (1, [], [], 6, 1, False),
        # Then every seven days, three times.
        (1, [6], [6], 13, 2, False),
        (1, [6, 13], [6, 13], 20, 3, False),
        (1, [6, 13, 20], [6, 13, 20], 27, 4, True),
        # Progress counts anew, but not sooner than seven days after the last mail.
        (14, [6, 13], [6, 13], 20, 1, False),
        (17, [6, 13], [6, 13], 22, 1, False),
        # A mail of the morning is no answer to the progress of the afternoon.
        (13, [6, 13], [6, 13], 20, 1, False),
        # One of another rule keeps its distance too, but is not counted.
        (1, [], [4], 11, 1, False),
    ],
)
def test_the_next_nudge(
    progress: int, counted: list[int], every_one: list[int], on: int, number: int, used_up: bool
) -> None:
    step = next_step(RULE, date(2026, 4, progress), april(*counted), april(*every_one))
    assert step == Next(date(2026, 4, on), number, used_up)


def test_nobody_is_urged_on_the_day_of_the_progress_itself() -> None:
    assert next_step(Repeat(0, 7, 3), date(2026, 4, 1), [], []).on == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("at_most", "counted", "every_one", "on"),
    [
        (2, [1], [1], 8),
        (2, [1, 8], [1, 8], None),
        (3, [1, 8], [1, 8], 15),
        (1, [1], [1], None),
        # One that somebody called back keeps its distance, but was no invitation.
        (2, [1], [1, 9], 16),
        # Who was never invited is not invited again.
        (2, [], [], None),
    ],
)
def test_the_next_invitation(at_most: int, counted: list[int], every_one: list[int], on: int | None) -> None:
    found = again(7, at_most, april(*counted), april(*every_one))
    assert found == (date(2026, 4, on) if on else None)


RULES = st.builds(Repeat, st.integers(0, 30), st.integers(1, 30), st.integers(0, 6))
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 30))


@given(rule=RULES, progress=DAYS, before=st.lists(DAYS, max_size=6), late=st.lists(st.integers(0, 9), max_size=9))
def test_never_more_than_at_most_and_never_closer_than_every_so_many_days(
    rule: Repeat, progress: date, before: list[date], late: list[int]
) -> None:
    days, delays = list(before), iter(late)
    while not (step := next_step(rule, progress, days, days)).used_up:
        # It leaves on that day or, with closed days between, later.
        days.append(step.on + timedelta(days=next(delays, 0)))
    new = days[len(before) :]
    counted = sum(day > progress for day in before)
    assert counted + len(new) == max(rule.at_most, counted)
    apart = timedelta(days=rule.every_days)
    assert all(later - earlier >= apart for earlier, later in pairwise(new))
    assert all(day - max(before, default=date.min) >= apart and day > progress for day in new)


@given(rule=RULES, progress=DAYS, before=st.lists(DAYS, max_size=6), seed=st.randoms())
def test_the_order_of_what_was_sent_does_not_matter(rule: Repeat, progress: date, before: list[date], seed) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(before)
    seed.shuffle(shuffled)
    assert next_step(rule, progress, before, before) == next_step(rule, progress, shuffled, shuffled)
