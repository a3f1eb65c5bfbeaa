"""Lectures find their dates in a changed rule by day; none is given twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.recurrence import Slot
from scheduler.rules.rescheduling import Dated, match


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}")


def slot(text: str, local: str | None = None) -> Slot:
    return Slot(at(text), at(local or text), at(local or text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("lecture", "wanted", "found"),
    [
        # The same slot; the same day at another time; another day is another date.
        (Dated(1, at("05-08T14:00"), at("05-08T14:00")), ["05-08T14:00"], "05-08T14:00"),
        (Dated(1, at("05-08T14:00"), at("05-08T14:00")), ["05-07T15:00", "05-08T15:00"], "05-08T15:00"),
        (Dated(1, at("05-08T14:00"), at("05-08T14:00")), ["05-07T14:00"], None),
        # Moved by hand to another day, it still is the lecture of the day of its slot, and of no other day.
        (Dated(1, at("05-08T14:00"), at("05-11T10:00"), True), ["05-08T15:00", "05-11T15:00"], "05-08T15:00"),
        (Dated(1, at("05-08T14:00"), at("05-11T10:00"), True), ["05-11T15:00"], None),
        # Moved by a holiday, it goes with the day of its slot, else with the day on which it is held.
        (Dated(1, at("05-04T14:00"), at("05-07T14:00")), ["05-04T15:00", "05-07T15:00"], "05-04T15:00"),
        (Dated(1, at("05-04T14:00"), at("05-07T14:00")), ["05-07T15:00"], "05-07T15:00"),
    ],
)
def test_a_lecture_goes_to_the_date_of_its_day(lecture: Dated, wanted: list[str], found: str | None) -> None:
    matched = match([lecture], [slot(text) for text in wanted])
    assert matched == ({} if found is None else {1: slot(found)})


MOMENTS = st.builds(lambda day, hour: at(f"05-{day:02}T{hour:02}:00"), st.integers(1, 28), st.sampled_from([9, 14, 15]))


@given(
    st.lists(st.tuples(MOMENTS, MOMENTS, st.booleans()), max_size=20, unique_by=lambda row: row[0]),
    st.lists(MOMENTS, max_size=20, unique_by=lambda moment: moment.date()),
)
def test_no_date_is_given_twice_and_days_are_kept(
    rows: list[tuple[datetime, datetime, bool]], days: list[datetime]
) -> None:
    lectures = [Dated(number, *row) for number, row in enumerate(rows)]
    wanted = [Slot(day, day, day.replace(tzinfo=UTC)) for day in days]
    found = match(lectures, wanted)
    assert len(set(found.values())) == len(found)
    for number, target in found.items():
        one = lectures[number]
        assert target.slot.date() == one.slot.date() or (
            not one.moved_by_hand and target.local.date() == one.local.date()
        )
    assert match(reversed(lectures), reversed(wanted)) == found
