"""Which days are worked, and how they are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.holidays import CalendarRefused
from scheduler.rules.workdays import (
    WorkingDays,
    next_working_day_at,
    next_working_morning,
    read_closed_days,
    to_local,
    to_utc,
)

VENDOR = WorkingDays("JP", read_closed_days(["12-29..01-03", "2026-11-20"]))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 19), True),
        (date(2026, 11, 20), False),  # the vendor's own closed day
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), False),  # Labour Thanksgiving Day
        (date(2026, 11, 24), True),
        (date(2026, 12, 28), True),
        (date(2026, 12, 31), False),
        (date(2027, 1, 4), True),
    ],
)
def test_weekends_holidays_and_closed_days_are_not_worked(day: date, worked: bool) -> None:
    assert VENDOR.is_working_day(day) is worked


def test_a_plain_weekend_is_no_holiday() -> None:
    assert not VENDOR.is_holiday(date(2026, 11, 21))
    assert VENDOR.is_holiday(date(2026, 11, 20))
    assert VENDOR.is_holiday(date(2026, 11, 23))


def test_the_next_and_previous_working_days_jump_over_the_long_weekend() -> None:
    assert VENDOR.next_working_day(date(2026, 11, 19)) == date(2026, 11, 24)
    assert VENDOR.previous_working_day(date(2026, 11, 24)) == date(2026, 11, 19)
    assert VENDOR.next_working_day(date(2026, 12, 28)) == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 11, 19), date(2026, 11, 19), 0),
        (date(2026, 11, 19), date(2026, 11, 24), 1),
        (date(2026, 11, 22), date(2026, 12, 1), 6),
        (date(2026, 11, 24), date(2026, 11, 22), -1),
        (date(2026, 11, 21), date(2026, 11, 22), 0),
    ],
)
def test_working_days_are_counted_after_the_first_day_up_to_the_last(start: date, end: date, days: int) -> None:
    assert VENDOR.working_days_between(start, end) == days


@given(DAYS, DAYS, DAYS)
def test_spans_of_working_days_add_up(one: date, two: date, three: date) -> None:
    between = VENDOR.working_days_between
    assert between(one, two) + between(two, three) == between(one, three)


@given(DAYS)
def test_the_next_working_day_is_one_working_day_away(day: date) -> None:
    later = VENDOR.next_working_day(day)
    assert VENDOR.is_working_day(later)
    assert VENDOR.working_days_between(day, later) == 1


def test_a_vendor_that_is_closed_all_year_has_no_working_day() -> None:
    with pytest.raises(CalendarRefused, match="2026-11-24"):
        WorkingDays("JP", read_closed_days(["01-01..12-31"])).next_working_day(date(2025, 11, 23))


def test_an_unknown_country_is_refused_at_once() -> None:
    with pytest.raises(CalendarRefused):
        WorkingDays("XX")


def tokyo(text: str) -> datetime:
    return to_utc(datetime.fromisoformat(text), "Asia/Tokyo")


@pytest.mark.parametrize(
    ("now", "morning", "another_day"),
    [
        ("2026-11-24T08:30", "2026-11-24T10:00", "2026-11-25T10:00"),
        ("2026-11-24T10:00", "2026-11-25T10:00", "2026-11-25T10:00"),
        ("2026-11-24T15:00", "2026-11-25T10:00", "2026-11-25T10:00"),
        ("2026-11-19T15:00", "2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-22T03:00", "2026-11-24T10:00", "2026-11-24T10:00"),
    ],
)
def test_what_can_wait_goes_on_the_next_working_morning(now: str, morning: str, another_day: str) -> None:
    assert next_working_morning(tokyo(now), "Asia/Tokyo", VENDOR, time(10)) == tokyo(morning)
    assert next_working_day_at(tokyo(now), "Asia/Tokyo", VENDOR, time(10)) == tokyo(another_day)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["Asia/Tokyo", "America/New_York"]))
def test_the_next_working_morning_lies_ahead_at_that_hour(now: datetime, zone: str) -> None:
    moment = now.replace(tzinfo=UTC)
    morning = next_working_morning(moment, zone, VENDOR, time(9, 30))
    assert moment < morning <= moment + timedelta(days=14)
    assert to_local(morning, zone).time() == time(9, 30)
    assert VENDOR.is_working_day(to_local(morning, zone).date())


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-12-07T14:00", "Asia/Tokyo", "2026-12-07T05:00"),
        ("2026-12-07T08:00", "Asia/Tokyo", "2026-12-06T23:00"),
        ("2026-12-07T00:00", "Asia/Tokyo", "2026-12-06T15:00"),
        ("2027-03-14T02:30", "America/New_York", "2027-03-14T07:30"),  # skipped: half past three
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30"),  # twice: the first
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),  # a gap of half an hour
    ],
)
def test_a_wall_clock_time_is_one_moment(local: str, zone: str, utc: str) -> None:
    assert to_utc(datetime.fromisoformat(local), zone) == datetime.fromisoformat(utc).replace(tzinfo=UTC)
