"""When a reminder falls due, and whether it is still worth sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.reminders import Due, When, due_now, moments, useful_until
from scheduler.rules.timing import Quiet, Reader
from scheduler.rules.workdays import to_local, to_utc

TOKYO = "Asia/Tokyo"
WHEN = When(Quiet(time(20), time(8)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def tokyo(text: str) -> datetime:
    return to_utc(datetime.fromisoformat(text), TOKYO)


def the(kind: str, starts_at: datetime, reader: Reader, when: When = WHEN) -> list[Due]:
    return [due for due in moments(starts_at, reader, when) if due.kind == kind]


@pytest.mark.parametrize(
    ("starts_at", "zone", "day", "hour"),
    [
        # Tokyo 14:00 on 7 December, and 21:00: an hour before the quiet hours, so that it arrives before they begin.
        ("2026-12-07T05:00", TOKYO, "2026-12-06T05:00", "2026-12-07T04:00"),
        ("2026-12-07T12:00", TOKYO, "2026-12-06T10:00", "2026-12-07T11:00"),
        # The same 14:00 in Tokyo read in Bangkok, where it is 12:00.
        ("2026-12-07T05:00", "Asia/Bangkok", "2026-12-06T05:00", "2026-12-07T04:00"),
        # 14:00 in New York on the day the clocks go forward: 14:00 the day before is 23 hours earlier.
        ("2027-03-14T18:00", "America/New_York", "2027-03-13T19:00", "2027-03-14T17:00"),
    ],
)
def test_reminders_fall_due_the_day_before_and_an_hour_before(starts_at: str, zone: str, day: str, hour: str) -> None:
    start = utc(starts_at)
    assert [(due.kind, due.moment, due.ends) for due in moments(start, Reader(zone), WHEN)] == [
        ("reminder_day", utc(day), start - timedelta(hours=3)),
        ("reminder_hour", utc(hour), start),
    ]


@pytest.mark.parametrize(
    ("starts_at", "closed", "days_before", "day"),
    [
        # Thursday 10 December 14:00, a shop open every day; closed on Wednesdays; on Tuesdays and Wednesdays.
        ("2026-12-10T14:00", [], 1, "2026-12-09T14:00"),
        ("2026-12-10T14:00", [2], 1, "2026-12-08T14:00"),
        ("2026-12-10T14:00", [1, 2], 1, "2026-12-07T14:00"),
        # Open on Thursdays alone: a week before. Never open: as if it always were.
        ("2026-12-10T14:00", [0, 1, 2, 4, 5, 6], 1, "2026-12-03T14:00"),
        ("2026-12-10T14:00", range(7), 1, "2026-12-09T14:00"),
        # Closed on the day of the lecture itself: that says nothing about the day before.
        ("2026-12-10T14:00", [3], 1, "2026-12-09T14:00"),
        # Two days before, and the last open day before that.
        ("2026-12-10T14:00", [], 2, "2026-12-08T14:00"),
        ("2026-12-10T14:00", [1], 2, "2026-12-07T14:00"),
        # A lecture before the quiet hours end is reminded of when they do.
        ("2026-12-10T07:00", [], 1, "2026-12-09T08:00"),
    ],
)
def test_the_first_reminder_goes_on_the_last_day_the_shop_is_open(
    starts_at: str, closed: list[int], days_before: int, day: str
) -> None:
    when = replace(WHEN, days_before=days_before)
    (due,) = the("reminder_day", tokyo(starts_at), Reader(TOKYO, frozenset(closed)), when)
    assert due.moment == tokyo(day)


@pytest.mark.parametrize(
    ("starts_at", "when", "evening"),
    [
        ("2026-12-07T10:00", WHEN, "2026-12-06T18:00"),
        ("2026-12-07T10:59", WHEN, "2026-12-06T18:00"),
        ("2026-12-07T11:00", WHEN, None),
        ("2026-12-07T07:00", WHEN, "2026-12-06T18:00"),
        ("2026-12-07T11:30", replace(WHEN, morning_until=time(12), evening_at=time(17, 30)), "2026-12-06T17:30"),
        # Never after the quiet hours begin.
        ("2026-12-07T10:00", replace(WHEN, evening_at=time(21)), "2026-12-06T19:00"),
        ("2026-12-07T10:00", replace(WHEN, quiet=Quiet(time(17), time(9))), "2026-12-06T16:00"),
    ],
)
def test_before_a_morning_lecture_the_second_one_goes_the_evening_before(
    starts_at: str, when: When, evening: str | None
) -> None:
    start = tokyo(starts_at)
    found = the("reminder_hour", start, Reader(TOKYO), when)
    assert [due.moment for due in found if due.evening_before] == ([tokyo(evening)] if evening else [])
    assert [due.moment for due in found if not due.evening_before] == [start - timedelta(hours=1)]


def test_morning_is_where_the_reader_is() -> None:
    # 14:00 in Tokyo is 06:00 in London.
    (evening, _) = the("reminder_hour", tokyo("2026-12-07T14:00"), Reader("Europe/London"))
    assert evening.evening_before
    assert evening.moment == utc("2026-12-06T18:00")


def test_what_is_switched_off_is_not_sent() -> None:
    when = replace(WHEN, kinds=frozenset({"reminder_hour"}))
    assert {due.kind for due in moments(tokyo("2026-12-07T14:00"), Reader(TOKYO), when)} == {"reminder_hour"}


AFTERNOON, MORNING = tokyo("2026-12-07T14:00"), tokyo("2026-12-07T09:00")


@pytest.mark.parametrize(
    ("starts_at", "now", "sent"),
    [
        (AFTERNOON, "2026-12-06T13:59", []),  # not yet
        (AFTERNOON, "2026-12-06T14:00", ["day"]),
        (AFTERNOON, "2026-12-06T20:30", []),  # late, and quiet by now
        (AFTERNOON, "2026-12-07T08:00", ["day"]),  # late, but still useful
        (AFTERNOON, "2026-12-07T10:59", ["day"]),
        (AFTERNOON, "2026-12-07T11:00", []),  # three hours before the start
        (AFTERNOON, "2026-12-07T13:00", ["hour"]),
        (AFTERNOON, "2026-12-07T13:59", ["hour"]),
        (AFTERNOON, "2026-12-07T14:00", []),  # it has begun
        (MORNING, "2026-12-06T09:00", ["day"]),
        (MORNING, "2026-12-06T18:00", ["day", "evening"]),
        (MORNING, "2026-12-06T19:59", ["day", "evening"]),
        (MORNING, "2026-12-06T20:00", []),
        (MORNING, "2026-12-07T07:59", []),
        (MORNING, "2026-12-07T08:00", ["hour"]),  # whoever was not reached in the evening
        # An hour before a lecture at seven is a quiet one, but cannot be another.
        (tokyo("2026-12-07T07:00"), "2026-12-07T06:00", ["hour"]),
    ],
)
def test_a_reminder_is_sent_only_when_due_and_useful(starts_at: datetime, now: str, sent: list[str]) -> None:
    found = due_now(starts_at, Reader(TOKYO), WHEN, tokyo(now))
    assert ["evening" if due.evening_before else due.kind.removeprefix("reminder_") for due in found] == sent


WHENS = st.builds(
    When,
    quiet=st.sampled_from([Quiet(time(20), time(8)), Quiet(time(22), time(7)), Quiet(time(), time())]),
    days_before=st.integers(1, 14),
    minutes_before=st.integers(10, 720),
    morning_until=st.times(time(8), time(14)),
    evening_at=st.times(time(12), time(23, 30)),
)
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
READERS = st.builds(
    Reader,
    st.sampled_from([TOKYO, "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"]),
    st.frozensets(st.integers(0, 6)),
)


@given(STARTS, READERS, WHENS)
def test_reminders_come_before_their_lecture_by_day_when_the_shop_is_open(
    starts_at: datetime, reader: Reader, when: When
) -> None:
    found = moments(starts_at, reader, when)
    start = to_local(starts_at, reader.zone)
    for due in found:
        local = to_local(due.moment, reader.zone)
        assert starts_at - when.ahead < due.moment < starts_at
        assert due.ends <= useful_until(due.kind, starts_at)
        if due.kind == "reminder_day":
            assert local.date() <= start.date() - timedelta(days=when.days_before)
            assert len(reader.closed_weekdays) == 7 or local.weekday() not in reader.closed_weekdays
        if due.evening_before:
            assert local.date() == start.date() - timedelta(days=1)
        if due.kind == "reminder_day" or due.evening_before:
            assert not when.quiet.covers(local.time())


@given(STARTS, READERS, WHENS, st.integers(0, 20 * 24 * 60))
def test_at_no_moment_are_two_reminders_of_one_kind_due(
    starts_at: datetime, reader: Reader, when: When, minutes: int
) -> None:
    kinds = [due.kind for due in due_now(starts_at, reader, when, starts_at - timedelta(minutes=minutes))]
    assert len(kinds) == len(set(kinds))
