"""Two lectures clash when they overlap and need the same person or the same meeting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scheduler.services import clashes
from tests.factories import a_lecture, a_member

LINK = "https://meet.example/room"
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("minutes_later", "minutes", "clash"),
    [
        (0, 60, True),
        (59, 60, True),
        (-59, 60, True),
        (15, 15, True),
        (-60, 180, True),
        # One may begin when the other ends.
        (60, 60, False),
        (-60, 60, False),
        (24 * 60, 60, False),
    ],
)
def test_half_open_spans_clash_when_they_overlap(minutes_later: int, minutes: int, clash: bool, now: datetime) -> None:
    host = a_member()
    lecture = a_lecture(starts_at=now + 3 * HOUR, host_id=host.id)
    start = lecture.starts_at + timedelta(minutes=minutes_later)
    found = clashes.find(host.id, "", [(start, start + timedelta(minutes=minutes))])
    assert [(one.lecture.id, one.host, one.link) for one in found] == ([(lecture.id, True, False)] if clash else [])


def test_a_clash_says_whether_the_person_or_the_meeting_is_needed_twice(now: datetime) -> None:
    host, other = a_member(), a_member()
    both = a_lecture(starts_at=now + HOUR, host_id=host.id, join_url=LINK)
    link = a_lecture(starts_at=now + HOUR, host_id=other.id, join_url=LINK)
    person = a_lecture(starts_at=now + HOUR, host_id=host.id, join_url="")
    a_lecture(starts_at=now + HOUR, host_id=None, join_url="")
    found = clashes.find(host.id, LINK, [(now + HOUR, now + 2 * HOUR)])
    assert {one.lecture.id: (one.host, one.link) for one in found} == {
        both.id: (True, True),
        link.id: (False, True),
        person.id: (True, False),
    }
    assert clashes.find(None, "", [(now + HOUR, now + 2 * HOUR)]) == []


def test_cancelled_lectures_and_those_named_do_not_count(now: datetime) -> None:
    host = a_member()
    a_lecture(starts_at=now + HOUR, host_id=host.id, status="cancelled")
    own = a_lecture(starts_at=now + HOUR, host_id=host.id)
    span = (now + HOUR, now + 2 * HOUR)
    assert [one.lecture.id for one in clashes.find(host.id, "", [span])] == [own.id]
    assert clashes.find(host.id, "", [span], but={own.id}) == []


def test_each_span_names_its_own_clashes(now: datetime) -> None:
    host = a_member()
    first, second = (a_lecture(starts_at=now + days * 24 * HOUR, host_id=host.id) for days in (1, 2))
    spans = [(now + days * 24 * HOUR, now + days * 24 * HOUR + HOUR) for days in (3, 2, 1)]
    found = clashes.find(host.id, "", spans)
    assert [(one.span, one.lecture.id) for one in found] == [(spans[2], first.id), (spans[1], second.id)]
