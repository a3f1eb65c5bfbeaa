"""Lectures begin when the clock on the wall shows their time, also when the data of their zone changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, reset_tzpath

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.rules.recurrence import SeriesRule
from scheduler.services.actors import Actor
from scheduler.services.registrations import booking, changes
from scheduler.services.series import clocks, horizon, making
from tests.factories import a_contact, a_course, a_lecture

STAFF = Actor("staff", None, "page")
ZONE = "Test/Almaty"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Let the zone Test/Almaty have the rules of another one, as another version of the tz data would."""

    def as_in(name: str) -> None:
        source = next(path for folder in TZPATH if (path := Path(folder) / name).is_file())
        (tmp_path / "zones" / "Test").mkdir(parents=True, exist_ok=True)
        (tmp_path / "zones" / "Test" / "Almaty").write_bytes(source.read_bytes())
        reset_tzpath(to=[str(tmp_path / "zones"), *TZPATH])
        ZoneInfo.clear_cache()

    yield as_in
    reset_tzpath()
    ZoneInfo.clear_cache()


def test_a_zone_with_new_rules_keeps_the_wall_clock_and_tells_whoever_is_booked(
    follow: Callable[[str], None], now: datetime
) -> None:
    # Kazakhstan went from UTC+6 to UTC+5 on 1 March 2024.
    follow("Etc/GMT-6")
    a_course()
    rule = SeriesRule("FREQ=WEEKLY;BYDAY=MO", datetime(2026, 4, 6, 14, 0), ZONE, "keep")
    making.create("basic", rule, capacity=30, now=now, actor=STAFF)
    first, second, *rest = db.session.scalars(select(Lecture).order_by(Lecture.starts_at))
    booking.register(a_contact().id, first.id, now, STAFF)
    assert first.starts_at == datetime(2026, 4, 6, 8, tzinfo=UTC)

    follow("Etc/GMT-5")
    assert horizon.fill_horizons(now) == 0
    assert first.starts_at == datetime(2026, 4, 6, 9, tzinfo=UTC)
    assert first.ends_at - first.starts_at == timedelta(hours=1)
    assert (first.sequence, second.sequence, first.local_start) == (1, 1, "2026-04-06T14:00")
    assert len(rest) == 11
    (mail,) = db.session.scalars(select(Mail).where(Mail.kind == "changed"))
    assert mail.params["old_starts_at"] == "2026-04-06T08:00:00+00:00"
    assert clocks.keep(now) == 0


@pytest.mark.parametrize(
    ("zone", "starts_at", "local"),
    [
        # The second half past one of a doubled hour, and an hour that was skipped: both are where they were put.
        ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01T01:30"),
        ("America/New_York", datetime(2027, 3, 14, 7, 30, tzinfo=UTC), "2027-03-14T02:30"),
        ("Asia/Tokyo", datetime(2026, 4, 10, 15, 0, tzinfo=UTC), "2026-04-11T00:00"),
        ("Asia/Tokyo", datetime(2026, 4, 10, 23, 0, tzinfo=UTC), "2026-04-11T08:00"),
    ],
)
def test_a_lecture_that_stands_right_is_left_alone(zone: str, starts_at: datetime, local: str, now: datetime) -> None:
    lecture = a_lecture(starts_at=starts_at, zone=zone, local_start=local)
    assert clocks.keep(now) == 0
    assert db.session.get_one(Lecture, lecture.id).starts_at == starts_at


def test_seats_that_were_kept_are_offered_anew_when_the_clocks_move_a_lecture(
    follow: Callable[[str], None], now: datetime
) -> None:
    follow("Etc/GMT-6")
    # The next day: seats are only offered.
    starts_at = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)
    lecture = a_lecture(starts_at=starts_at, zone=ZONE, local_start="2026-04-02T12:00", capacity=1)
    late = now + timedelta(hours=20)
    left = booking.register(a_contact().id, lecture.id, now, STAFF)
    number = booking.register(a_contact().id, lecture.id, now, STAFF, waitlist=True)
    changes.cancel(left, late, STAFF)
    before = db.session.get_one(Registration, number, populate_existing=True).offered_until
    assert before is not None

    follow("Etc/GMT-5")
    assert clocks.keep(late) == 1
    row = db.session.get_one(Registration, number, populate_existing=True)
    assert (row.status, row.offered_until is not None, row.lecture.seats_taken) == ("waitlisted", True, 1)
