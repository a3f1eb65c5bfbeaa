"""A series keeps its lectures ninety days ahead, each once, and leaves alone what people have touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.rules.recurrence import SeriesRule
from scheduler.services import vendor
from scheduler.services.actors import Actor
from scheduler.services.lectures import changing
from scheduler.services.refusals import Invalid, NotFound
from scheduler.services.registrations import booking, changes
from scheduler.services.series import ending, horizon, making
from tests.factories import a_contact, a_course, a_registration, a_series, an_account
from tests.services.together import at_once

STAFF = Actor("staff", None, "page")
TOKYO = ZoneInfo("Asia/Tokyo")
MONDAYS_AND_FRIDAYS = SeriesRule("FREQ=WEEKLY;BYDAY=MO,FR", datetime(2026, 4, 3, 14, 0), "Asia/Tokyo", "skip")

pytestmark = pytest.mark.usefixtures("database")


def made() -> list[Lecture]:
    return list(db.session.scalars(select(Lecture).order_by(Lecture.starts_at)))


def create(now: datetime, rule: SeriesRule = MONDAYS_AND_FRIDAYS) -> int:
    a_course()
    return making.create("basic", rule, capacity=30, now=now, actor=STAFF, join_url="https://meet.example/1")


def test_a_series_makes_its_lectures_ninety_days_ahead_without_holidays(now: datetime) -> None:
    create(now)
    starts = [lecture.starts_at.astimezone(TOKYO) for lecture in made()]
    assert {(start.weekday(), start.hour) for start in starts} == {(0, 14), (4, 14)}
    assert now < starts[0]
    assert starts[-1] <= now + timedelta(days=90)
    # 2026-05-04 (みどりの日, a Monday) is a holiday in Japan.
    assert datetime(2026, 5, 4, 14, tzinfo=TOKYO) not in starts
    assert datetime(2026, 5, 8, 14, tzinfo=TOKYO) in starts
    assert len(starts) == 25


def test_filling_the_horizon_again_makes_only_what_is_new(now: datetime) -> None:
    create(now)
    before = len(made())
    assert horizon.fill_horizons(now) == 0
    assert horizon.fill_horizons(now + timedelta(days=7)) == 2
    assert len(made()) == before + 2


def test_a_changed_rule_takes_only_empty_untouched_lectures_away(now: datetime) -> None:
    number = create(now)
    booked, moved, *_rest = made()
    a_registration(lecture=booked)
    changing.change(moved.id, {"starts_at": moved.starts_at + timedelta(hours=1)}, now, STAFF)
    with db.writing():
        db.session.get_one(Series, number).rrule = "FREQ=WEEKLY;BYDAY=TU"
    horizon.fill_horizons(now)
    kept = {lecture.id for lecture in made() if lecture.starts_at.astimezone(TOKYO).weekday() != 1}
    assert kept == {booked.id, moved.id}


def test_a_moved_lecture_is_not_made_a_second_time(now: datetime) -> None:
    create(now)
    first = made()[0]
    changing.change(first.id, {"starts_at": first.starts_at + timedelta(days=1)}, now, STAFF)
    assert horizon.fill_horizons(now) == 0


def test_an_ended_series_leaves_only_dates_with_people(now: datetime) -> None:
    number = create(now)
    a_registration(lecture=made()[3])
    assert ending.end(number, now, STAFF) == 1
    assert len(made()) == 1
    assert horizon.fill_horizons(now) == 0


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (SeriesRule("FREQ=HOURLY", datetime(2026, 4, 3, 14, 0), "Asia/Tokyo"), "rrule"),
        (SeriesRule("nonsense", datetime(2026, 4, 3, 14, 0), "Asia/Tokyo"), "rrule"),
        (SeriesRule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", datetime(2026, 4, 3, 14, 0), "Asia/Tokyo"), "rrule"),
        (SeriesRule("FREQ=WEEKLY", datetime(2026, 4, 3, 14, 0), "Asia/Nowhere"), "time_zone"),
    ],
)
def test_an_impossible_rule_is_refused_and_makes_nothing(rule: SeriesRule, field: str, now: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        create(now, rule)
    assert refusal.value.params["field"] == field
    assert db.session.scalar(select(func.count()).select_from(Series)) == 0


def test_a_series_of_an_unknown_course_is_refused(now: datetime) -> None:
    with pytest.raises(NotFound):
        making.create("unknown", MONDAYS_AND_FRIDAYS, capacity=30, now=now, actor=STAFF)


def test_a_date_somebody_left_again_stays_because_her_mails_name_it(now: datetime) -> None:
    number = create(now)
    first, second, *_rest = made()
    booked = booking.register(a_contact().id, first.id, now, STAFF)
    changes.swap(booked, second.id, now, STAFF)
    with db.writing():
        db.session.get_one(Series, number).rrule = "FREQ=WEEKLY;BYDAY=TU"
    horizon.fill_horizons(now)
    assert {first.id, second.id} <= {lecture.id for lecture in made()}
    ending.end(number, now, STAFF)
    assert {lecture.id for lecture in made()} == {first.id, second.id}


def test_any_number_of_workers_make_each_lecture_once(database: Flask, now: datetime) -> None:
    course = a_course()
    for hour in range(8, 14):
        a_series(course, starts_at_local=f"2026-04-03T{hour:02}:00")
    assert at_once(database, *[lambda: horizon.fill_horizons(now)] * 6) == []
    assert len(made()) == 6 * 25
    assert len({(lecture.series_id, lecture.slot) for lecture in made()}) == 6 * 25


def test_a_series_that_starts_in_the_past_is_refused(now: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        create(now, SeriesRule("FREQ=DAILY", datetime(2026, 4, 1, 8, 59), "Asia/Tokyo"))
    assert (refusal.value.params["field"], refusal.value.params["why"]) == ("starts_at", "starts_in_the_past")
    assert made() == []


def test_the_lectures_of_a_series_for_one_account_are_that_accounts_alone(now: datetime) -> None:
    account = an_account()
    a_course()
    making.create("basic", MONDAYS_AND_FRIDAYS, capacity=5, now=now, actor=STAFF, account_id=account.id)
    assert {lecture.account_id for lecture in made()} == {account.id}
    with pytest.raises(NotFound):
        making.create("basic", MONDAYS_AND_FRIDAYS, capacity=5, now=now, actor=STAFF, account_id=4711)


def test_a_new_closed_day_takes_the_empty_date_and_leaves_the_other_for_a_decision(now: datetime) -> None:
    create(now)
    first, second, *_rest = made()
    a_registration(lecture=second)
    closed = [lecture.starts_at.astimezone(TOKYO).date().isoformat() for lecture in (first, second)]
    vendor.save({"closed": tuple(closed)}, now, STAFF)
    assert horizon.fill_horizons(now) == 0
    assert first.id not in {lecture.id for lecture in made()}
    assert second.stray_since == now
    vendor.save({"closed": ()}, now, STAFF)
    assert horizon.fill_horizons(now) == 1
    assert second.stray_since is None


def test_a_date_that_everybody_left_is_offered_no_more_once_it_no_longer_fits(now: datetime) -> None:
    number = create(now)
    first, second, *_rest = made()
    moved = booking.register(a_contact().id, first.id, now, STAFF)
    changes.swap(moved, second.id, now, STAFF)
    vendor.save({"closed": (first.starts_at.astimezone(TOKYO).date().isoformat(),)}, now, STAFF)
    horizon.fill_horizons(now)
    assert (first.status, first.slot, first.sequence) == ("cancelled", None, 1)
    vendor.save({"closed": ()}, now, STAFF)
    assert horizon.fill_horizons(now) == 1
    ending.end(number, now, STAFF, last_on=second.starts_at.astimezone(TOKYO).date() - timedelta(days=1))
    assert second.status == "scheduled"
    changes.cancel(moved, now, STAFF)
    horizon.fill_horizons(now)
    assert second.status == "cancelled"


RULES = st.sampled_from(
    [
        *("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "FREQ=MONTHLY;BYDAY=1MO"),
        *("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=WEEKLY;BYDAY=TU;COUNT=4", "FREQ=DAILY;INTERVAL=3;UNTIL=20260601"),
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(RULES, min_size=1, max_size=3),
    policy=st.sampled_from(["keep", "skip", "next"]),
    zone=st.sampled_from(["Asia/Tokyo", "America/New_York", "Australia/Lord_Howe"]),
    hour=st.sampled_from([0, 2, 8, 14]),
    later=st.integers(0, 40),
)
def test_whatever_the_rule_making_again_changes_nothing(
    rules: list[str], policy: Any, zone: str, hour: int, later: int, now: datetime
) -> None:
    a_course()
    for rule in rules:
        starts_at = datetime(2026, 4, 3, hour, 30)
        making.create("basic", SeriesRule(rule, starts_at, zone, policy), capacity=3, now=now, actor=STAFF)
    try:
        horizon.fill_horizons(now + timedelta(days=later))
        before = [(row.id, row.slot, row.starts_at, row.revised_at) for row in made()]
        assert horizon.fill_horizons(now + timedelta(days=later)) == 0
        assert [(row.id, row.slot, row.starts_at, row.revised_at) for row in made()] == before
        slots = [(row.series_id, row.local_start[:10]) for row in made()]
        assert len(set(slots)) == len(slots)
        assert {row.local_start[11:] for row in made()} == {f"{hour:02}:30"}
    finally:
        with db.writing():
            db.session.execute(delete(Lecture))
            db.session.execute(delete(Series))
