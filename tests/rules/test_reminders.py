"""When a reminder falls due, and whether it is still worth sending."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.reminders import Kind, due_moments, wanted
from scheduler.rules.workdays import to_local


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_at", "zone", "day", "hour"),
    [
        # Tokyo 14:00, 08:30, 07:00 and 21:00 on 7 December.
        ("2026-12-07T05:00", "Asia/Tokyo", "2026-12-06T05:00", "2026-12-07T04:00"),
        ("2026-12-06T23:30", "Asia/Tokyo", "2026-12-05T23:30", "2026-12-06T22:30"),
        ("2026-12-06T22:00", "Asia/Tokyo", "2026-12-05T23:00", "2026-12-06T21:00"),
        ("2026-12-07T12:00", "Asia/Tokyo", "2026-12-06T11:00", "2026-12-07T11:00"),
        # The same 14:00 in Tokyo read in Bangkok (12:00) and in New York, where it is midnight.
        ("2026-12-07T05:00", "Asia/Bangkok", "2026-12-06T05:00", "2026-12-07T04:00"),
        ("2026-12-07T05:00", "America/New_York", "2026-12-06T13:00", "2026-12-07T04:00"),
        # 14:00 in New York on the day the clocks go forward: 14:00 the day before is 23 hours earlier.
        ("2027-03-14T18:00", "America/New_York", "2027-03-13T19:00", "2027-03-14T17:00"),
    ],
)
def test_reminders_fall_due_the_day_before_and_an_hour_before(starts_at: str, zone: str, day: str, hour: str) -> None:
    assert due_moments(utc(starts_at), zone) == {"reminder_day": utc(day), "reminder_hour": utc(hour)}


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"]),
)
def test_the_first_reminder_comes_by_day_on_the_day_before(starts_at: datetime, zone: str) -> None:
    moment = due_moments(starts_at.replace(tzinfo=UTC), zone)["reminder_day"]
    local = to_local(moment, zone)
    assert local.date() == to_local(starts_at.replace(tzinfo=UTC), zone).date() - timedelta(days=1)
    assert 8 <= local.hour <= 20


STARTS_AT = utc("2026-12-07T05:00")
DAY, HOUR = due_moments(STARTS_AT, "Asia/Tokyo").values()


@pytest.mark.parametrize(
    ("kind", "moment", "registered_at", "now", "answer"),
    [
        ("reminder_day", DAY, "2026-12-01T00:00", "2026-12-06T05:00", True),
        ("reminder_day", DAY, "2026-12-01T00:00", "2026-12-06T04:59", False),  # not yet
        ("reminder_day", DAY, "2026-12-06T05:00", "2026-12-06T05:00", True),
        ("reminder_day", DAY, "2026-12-06T05:01", "2026-12-06T06:00", False),  # registered after it
        ("reminder_day", DAY, "2026-12-01T00:00", "2026-12-07T01:59", True),  # late, but still useful
        ("reminder_day", DAY, "2026-12-01T00:00", "2026-12-07T02:00", False),  # three hours before the start
        ("reminder_hour", HOUR, "2026-12-01T00:00", "2026-12-07T04:00", True),
        ("reminder_hour", HOUR, "2026-12-07T03:59", "2026-12-07T04:00", True),
        ("reminder_hour", HOUR, "2026-12-07T04:01", "2026-12-07T04:02", False),
        ("reminder_hour", HOUR, "2026-12-01T00:00", "2026-12-07T04:59", True),
        ("reminder_hour", HOUR, "2026-12-01T00:00", "2026-12-07T05:00", False),  # it has begun
    ],
)
def test_a_reminder_is_sent_only_when_due_and_useful(
    kind: Kind, moment: datetime, registered_at: str, now: str, answer: bool
) -> None:
    assert wanted(kind, moment, utc(registered_at), utc(now), STARTS_AT) is answer
