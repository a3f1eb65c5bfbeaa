"""The clocks of a zone are known for every moment, also around the nights on which they are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.offsets import offsets

SINCE, UNTIL = datetime(2019, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia")


def test_a_zone_without_summer_time_is_one_stretch() -> None:
    assert [(one.since, one.until, one.seconds) for one in offsets(ZoneInfo("Asia/Tokyo"), SINCE, UNTIL)] == [
        (SINCE, UNTIL, 9 * 3600)
    ]


def test_summer_time_begins_and_ends_on_the_second() -> None:
    year = offsets(ZoneInfo("Europe/Berlin"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [one.since for one in year[1:]] == [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    ]
    assert [one.seconds for one in year] == [3600, 7200, 3600]


def test_no_time_has_no_stretch() -> None:
    assert offsets(ZoneInfo("Asia/Tokyo"), UNTIL, SINCE) == []


@pytest.mark.parametrize("zone", ZONES)
def test_stretches_follow_each_other_without_a_gap(zone: str) -> None:
    found = offsets(ZoneInfo(zone), SINCE, UNTIL)
    assert [one.since for one in found] == [SINCE, *(one.until for one in found[:-1])]
    assert found[-1].until == UNTIL


@given(
    zone=st.sampled_from(ZONES),
    moment=st.datetimes(min_value=datetime(2019, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC)),
)
def test_every_moment_has_the_offset_its_zone_says(zone: str, moment: datetime) -> None:
    # Looked for around the moment alone, so that an example costs nothing.
    found = offsets(ZoneInfo(zone), moment - timedelta(days=40), moment + timedelta(days=40))
    (one,) = [one for one in found if one.since <= moment < one.until]
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert one.seconds == offset.total_seconds()
