"""Who may have a seat, and until when a freed one is given on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rules.seats import LectureFacts, PersonFacts, Refusal, may_register, offer_ends, promotion_cutoff
from scheduler.rules.workdays import WorkingDays, read_closed_days

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BASIC = LectureFacts("scheduled", NOW + timedelta(days=2), capacity=30, seats_taken=18)
ADVANCED = replace(BASIC, prerequisite="basic")
HANAKO = PersonFacts(account_id=7)


@pytest.mark.parametrize(
    ("lecture", "person", "refusal"),
    [
        (BASIC, HANAKO, None),
        (replace(BASIC, seats_taken=29), HANAKO, None),
        (replace(BASIC, seats_taken=30), HANAKO, Refusal("lecture_full", {"capacity": 30})),
        (replace(BASIC, account_id=7), HANAKO, None),
        (replace(BASIC, account_id=8), HANAKO, Refusal("not_found")),
        (replace(BASIC, account_id=7, contact_id=3), replace(HANAKO, contact_id=3), None),
        (replace(BASIC, account_id=7, contact_id=4), replace(HANAKO, contact_id=3), Refusal("not_found")),
        (replace(BASIC, contact_id=4, status="cancelled"), replace(HANAKO, contact_id=3), Refusal("not_found")),
        (replace(BASIC, account_id=8, status="cancelled", seats_taken=30), HANAKO, Refusal("not_found")),
        (replace(BASIC, status="cancelled"), HANAKO, Refusal("lecture_cancelled")),
        (replace(BASIC, starts_at=NOW), HANAKO, Refusal("lecture_over")),
        (replace(BASIC, starts_at=NOW + timedelta(seconds=1)), HANAKO, None),
        (BASIC, replace(HANAKO, registered=True), Refusal("already_booked")),
        (replace(BASIC, seats_taken=30), replace(HANAKO, registered=True), Refusal("already_booked")),
        (ADVANCED, HANAKO, Refusal("prerequisite_missing", {"course": "basic"})),
        (
            ADVANCED,
            replace(HANAKO, attended=frozenset({"other"})),
            Refusal("prerequisite_missing", {"course": "basic"}),
        ),
        (ADVANCED, replace(HANAKO, attended=frozenset({"basic"})), None),
        (replace(BASIC, account_limit=2), replace(HANAKO, colleagues=1), None),
        (
            replace(BASIC, account_limit=2),
            replace(HANAKO, colleagues=2),
            Refusal("account_limit_reached", {"limit": 2}),
        ),
        (
            replace(BASIC, account_limit=2, seats_taken=30),
            replace(HANAKO, colleagues=2),
            Refusal("account_limit_reached", {"limit": 2}),
        ),
        (replace(ADVANCED, seats_taken=30), HANAKO, Refusal("prerequisite_missing", {"course": "basic"})),
    ],
)
def test_a_seat_is_given_or_refused_with_its_reason(
    lecture: LectureFacts, person: PersonFacts, refusal: Refusal | None
) -> None:
    assert may_register(lecture, person, NOW) == refusal


@pytest.mark.parametrize(
    ("starts_at", "zone", "cutoff"),
    [
        ("2026-11-26T05:00", "Asia/Tokyo", "2026-11-25T08:00"),
        ("2026-11-24T05:00", "Asia/Tokyo", "2026-11-20T08:00"),  # Tuesday after a long weekend: Friday
        ("2026-11-24T23:00", "Asia/Tokyo", "2026-11-24T08:00"),  # eight in the morning on the 25th in Tokyo
        ("2027-01-05T05:00", "Asia/Tokyo", "2027-01-04T08:00"),
        ("2027-01-04T05:00", "Asia/Tokyo", "2026-12-28T08:00"),
        ("2026-11-27T15:00", "America/New_York", "2026-11-26T22:00"),
    ],
)
def test_a_freed_seat_is_given_on_until_five_on_the_working_day_before(starts_at: str, zone: str, cutoff: str) -> None:
    calendar = WorkingDays("JP", read_closed_days(["12-29..01-03"]))
    moment = promotion_cutoff(datetime.fromisoformat(starts_at).replace(tzinfo=UTC), zone, calendar, time(17))
    assert moment == datetime.fromisoformat(cutoff).replace(tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["Asia/Tokyo", "Europe/Paris"]))
def test_promotion_always_ends_before_the_lectures_day(starts_at: datetime, zone: str) -> None:
    moment = starts_at.replace(tzinfo=UTC)
    cutoff = promotion_cutoff(moment, zone, WorkingDays(), time(17))
    assert moment - timedelta(days=14) < cutoff < moment - timedelta(hours=6)


@pytest.mark.parametrize(
    ("now", "starts_at", "until"),
    [
        ("2026-11-26T09:00", "2026-11-26T16:00", "2026-11-26T12:00"),  # three hours
        ("2026-11-26T09:00", "2026-11-26T10:00", "2026-11-26T10:00"),  # the start, where that comes first
        ("2026-11-25T17:30", "2026-11-26T16:00", "2026-11-26T09:00"),  # a quarter of the time left ends at night
        ("2026-11-25T17:00", "2026-11-26T07:00", "2026-11-25T20:30"),
        ("2026-11-25T18:30", "2026-11-26T08:00", "2026-11-26T08:00"),  # at night, and it starts before the morning
        ("2026-11-26T02:00", "2026-11-26T10:00", "2026-11-26T09:00"),
        ("2026-12-29T10:00", "2027-01-04T10:00", "2026-12-31T09:00"),  # a long holiday: a quarter of it
        ("2026-11-26T09:45", "2026-11-26T10:00", "2026-11-26T10:00"),
        ("2026-11-26T09:46", "2026-11-26T10:00", None),  # too late to ask
        ("2026-11-26T10:00", "2026-11-26T10:00", None),
        ("2026-11-26T11:00", "2026-11-26T10:00", None),
    ],
)
def test_a_freed_seat_is_kept_for_whoever_is_asked(now: str, starts_at: str, until: str | None) -> None:
    moments = [datetime.fromisoformat(f"{text}+09:00") for text in (now, starts_at)]
    assert offer_ends(moments[0], moments[1], "Asia/Tokyo") == (until and datetime.fromisoformat(f"{until}+09:00"))


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.timedeltas(timedelta(0), timedelta(days=14)))
def test_an_offer_never_outlasts_the_start_and_is_never_too_short(starts_at: datetime, left: timedelta) -> None:
    start = starts_at.replace(tzinfo=UTC)
    until = offer_ends(start - left, start, "Asia/Tokyo")
    if until is not None:
        assert start - left + timedelta(minutes=14) < until <= start
        assert until == start or until.astimezone(ZoneInfo("Asia/Tokyo")).hour in range(8, 22)


def test_a_date_that_waits_for_a_decision_takes_nobody_new() -> None:
    undecided = replace(BASIC, undecided=True)
    for lecture in (undecided, replace(undecided, seats_taken=30)):
        refusal = may_register(lecture, PersonFacts(1), NOW)
        assert refusal is not None
        assert refusal.key == "lecture_undecided"
    inside = may_register(undecided, PersonFacts(1, registered=True), NOW)
    assert inside is not None
    assert inside.key == "already_booked"
