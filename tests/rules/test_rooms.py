"""Which lecture a room's event belongs to, and the times somebody was in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.rooms import Held, Stay, lecture_of, meeting_number, stays

DAY = datetime(2026, 4, 15, tzinfo=UTC)


def at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return DAY + timedelta(hours=int(hours), minutes=int(minutes))


def held(number: int, start: str, end: str) -> Held:
    return Held(number, at(start), at(end))


@pytest.mark.parametrize(
    ("meeting_id", "join_url", "number"),
    [
        ("812 3456 7890", "", "81234567890"),
        ("812-3456-7890", "https://zoom.us/j/99999999999", "81234567890"),
        ("", "https://zoom.us/j/81234567890?pwd=abc123", "81234567890"),
        ("", "https://us02web.zoom.us/w/89012345678?tk=x", "89012345678"),
        ("", "https://us02web.zoom.us/wc/join/89012345678", "89012345678"),
        ("", "https://meet.google.com/abc-defg-hij", ""),
        ("", "https://notzoom.us/j/81234567890", ""),
        ("", "", ""),
    ],
)
def test_a_lectures_meeting_number_is_the_one_entered_or_in_its_link(
    meeting_id: str, join_url: str, number: str
) -> None:
    assert meeting_number(meeting_id, join_url) == number


TWO = (held(1, "14:00", "15:00"), held(2, "15:00", "16:00"))
APART = (held(1, "10:00", "11:00"), held(2, "14:00", "15:00"))


@pytest.mark.parametrize(
    ("clock", "opened", "lectures", "expected"),
    [
        ("13:55", "14:00", APART, 2),
        ("13:55", None, APART, 2),
        ("11:40", None, APART, 1),
        ("08:00", None, APART, 1),
        ("07:59", None, APART, None),
        ("17:01", None, APART, None),
        # Who comes early for the second lecture of one room came to it, by the meeting that was opened.
        ("14:55", "15:00", TWO, 2),
        ("14:55", "14:00", TWO, 1),
        ("15:03", "14:00", TWO, 1),
        # One meeting kept open for two lectures.
        ("15:45", "14:00", TWO, 2),
        ("14:02", None, TWO, 1),
    ],
)
def test_an_event_belongs_to_the_lecture_in_that_room_at_that_hour(
    clock: str, opened: str | None, lectures: tuple[Held, ...], expected: int | None
) -> None:
    found = lecture_of(at(clock), at(opened) if opened else None, lectures)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("joined", "left", "expected"),
    [
        (["14:00"], ["15:00"], [("14:00", "15:00")]),
        (["14:00", "14:30"], ["14:20", "15:00"], [("14:00", "14:20"), ("14:30", "15:00")]),
        (["14:00"], [], [("14:00", None)]),
        ([], ["15:00"], [(None, "15:00")]),
        # The going between was lost: nothing says how long the first stay was.
        (["14:00", "14:30"], ["15:00"], [("14:00", None), ("14:30", "15:00")]),
        (["14:00"], ["14:20", "15:00"], [("14:00", "14:20"), (None, "15:00")]),
        (["14:00", "14:20"], ["14:20", "15:00"], [("14:00", "14:20"), ("14:20", "15:00")]),
        (["14:00"], ["14:00"], [("14:00", "14:00")]),
    ],
)
def test_comings_and_goings_pair_into_stays(
    joined: list[str], left: list[str], expected: list[tuple[str | None, str | None]]
) -> None:
    told = stays(map(at, joined), map(at, left))
    assert told == [Stay(at(start) if start else None, at(end) if end else None) for start, end in expected]


moments = st.integers(0, 40).map(lambda minutes: DAY + timedelta(minutes=minutes))


@given(st.lists(moments), st.lists(moments))
def test_stays_depend_on_what_was_told_and_tell_all_of_it(joined: list[datetime], left: list[datetime]) -> None:
    told = stays(joined, left)
    assert told == stays(reversed(joined + joined), reversed(left))
    assert {stay.from_at for stay in told} - {None} == set(joined)
    assert {stay.to_at for stay in told} - {None} == set(left)
    assert all(stay.from_at <= stay.to_at for stay in told if stay.from_at and stay.to_at)
