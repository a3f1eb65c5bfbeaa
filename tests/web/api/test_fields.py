"""How values travel: moments in UTC and back, and what no field takes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from scheduler.web.api.fields import Choice, Day, Flag, LocalMoment, Moment, Named, Text, Whole, written
from scheduler.web.api.formed import Zone

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2001, 1, 1), datetime(2198, 12, 30), timezones=offsets)


@given(moments)
def test_any_moment_is_read_as_the_instant_it_is_and_written_in_utc(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert Moment().deserialize(moment.isoformat()) == whole
    text = written(moment)
    assert text.endswith("Z")
    assert Moment().deserialize(text) == whole.astimezone(UTC)


@given(st.text() | st.integers() | st.floats() | st.none() | st.booleans() | st.lists(st.text()))
def test_no_value_breaks_a_field(value: Any) -> None:
    for field in (Moment(), LocalMoment(), Day(), Whole(), Flag(), Choice("a"), Text(), Named(), Zone()):
        with suppress(ValidationError):
            field.deserialize(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-04-01T14:00:00", "zone_missing"),
        ("2026-04-01", "moment_unreadable"),
        ("2026-13-01T00:00:00Z", "moment_unreadable"),
        ("2026-04-01T25:00:00Z", "moment_unreadable"),
        ("2026-04-01T14:00:00+25:00", "moment_unreadable"),
        ("1999-12-31T23:59:59Z", "moment_unreadable"),
        ("9999-12-31T23:59:59-12:00", "moment_unreadable"),
        ("２０２６-04-01T14:00:00Z", "moment_unreadable"),
        ("now", "moment_unreadable"),
        ("", "moment_unreadable"),
    ],
)
def test_what_is_no_moment_says_why(text: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Moment().deserialize(text)
    assert refused.value.messages[0].why == why  # type: ignore[index, union-attr]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-01T14:00:00Z", "2026-04-01T14:00:00+00:00"),
        ("2026-04-01t14:00:00z", "2026-04-01T14:00:00+00:00"),
        ("2026-04-01 14:00:00+09:00", "2026-04-01T05:00:00+00:00"),
        ("2026-04-01T14:00+09:00", "2026-04-01T05:00:00+00:00"),
        ("2026-04-01T14:00:00.999-05:30", "2026-04-01T19:30:00+00:00"),
    ],
)
def test_moments_are_read_in_every_form_of_rfc_3339(text: str, moment: str) -> None:
    assert Moment().deserialize(text).isoformat() == moment


def test_a_wall_clock_moment_takes_no_offset() -> None:
    assert LocalMoment().deserialize("2026-04-03T14:00") == datetime(2026, 4, 3, 14)
    with pytest.raises(ValidationError) as refused:
        LocalMoment().deserialize("2026-04-03T14:00+09:00")
    assert refused.value.messages[0].why == "offset_given"  # type: ignore[index, union-attr]
