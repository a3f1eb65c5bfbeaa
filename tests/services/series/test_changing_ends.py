"""A series that ends, and its dates beyond the last day; changes that meet each other."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from scheduler.services.refusals import Invalid, SeriesEnded
from scheduler.services.registrations import booking
from scheduler.services.series import changing, ending, horizon, planning, strays
from scheduler.services.series.asking import Change
from tests.factories import a_contact, a_member
from tests.services.series.weekly import AT_THREE, STAFF, TOKYO, create, lectures, mails, register, shown
from tests.services.together import at_once

pytestmark = pytest.mark.usefixtures("database")


def test_an_ended_series_changes_no_more_until_it_goes_on(now: datetime) -> None:
    number = create(now)
    ending.end(number, now, STAFF)
    with pytest.raises(SeriesEnded):
        changing.apply(number, Change("all", starts_at=AT_THREE), now, STAFF)
    assert ending.resume(number, now, STAFF) == 25
    changing.apply(number, Change("all", starts_at=AT_THREE), now, STAFF)


def test_a_series_given_a_last_date_keeps_later_ones_with_people(now: datetime) -> None:
    number = create(now)
    rows = lectures()
    register(rows[5], now)
    assert ending.end(number, now, STAFF, last_on=rows[3].starts_at.astimezone(TOKYO).date()) == 1
    assert [row.id for row in lectures()] == [row.id for row in rows[:4]] + [rows[5].id]
    assert horizon.fill_horizons(now) == 0
    assert strays.waiting(now) == []
    ending.end(number, now, STAFF, last_on=rows[4].starts_at.astimezone(TOKYO).date())
    assert [shown(row) for row in lectures()] == [shown(row) for row in rows[:6]]
    assert ending.resume(number, now, STAFF) == 19
    with pytest.raises(Invalid):
        ending.end(number, now, STAFF, last_on=datetime(2026, 3, 1).date())


def test_a_date_that_people_kept_after_the_last_day_changes_with_the_others(now: datetime) -> None:
    number = create(now)
    rows = lectures()
    register(rows[5], now, 2)
    ending.end(number, now, STAFF, last_on=rows[3].starts_at.astimezone(TOKYO).date())
    change = Change("all", starts_at=AT_THREE, values={"join_url": "https://meet.example/2", "capacity": 1})
    plan = planning.plan(number, change, now)
    assert ([line.what for line in plan.lines], plan.mails) == (["changed"] * 5, 2)
    changing.apply(number, change, now, STAFF, plan.fingerprint)
    kept = rows[5]
    assert (shown(kept)[-5:], kept.join_url, kept.capacity) == ("15:00", "https://meet.example/2", 2)
    assert (len(mails()), len(lectures()), strays.waiting(now)) == (2, 5, [])
    assert horizon.fill_horizons(now) == 0
    assert len(lectures()) == 5


def test_a_date_after_the_last_day_that_no_longer_fits_is_shown_for_a_decision_with_the_new_link(now: datetime) -> None:
    number = create(now)
    rows = lectures()
    monday, friday = rows[5], rows[6]
    for row in (monday, friday):
        register(row, now)
    ending.end(number, now, STAFF, last_on=rows[3].starts_at.astimezone(TOKYO).date())
    link = {"join_url": "https://meet.example/2"}
    plan = planning.plan(number, Change("all", rrule="FREQ=WEEKLY;BYDAY=FR", values=link), now)
    changing.apply(number, Change("all", rrule="FREQ=WEEKLY;BYDAY=FR", values=link), now, STAFF, plan.fingerprint)
    assert [row.id for row in strays.waiting(now)] == [monday.id]
    assert {row.join_url for row in (monday, friday)} == {"https://meet.example/2"}
    assert {row.status for row in (monday, friday)} == {"scheduled"}
    assert len(mails()) == plan.mails == 2
    # The next change finds it again, and it is still there.
    changing.apply(number, Change("all", values={"capacity": 12}), now, STAFF)
    assert (len(strays.waiting(now)), monday.capacity, friday.capacity) == (1, 12, 12)


def test_this_and_following_does_not_begin_after_the_last_day(now: datetime) -> None:
    number = create(now)
    rows = lectures()
    register(rows[5], now)
    ending.end(number, now, STAFF, last_on=rows[3].starts_at.astimezone(TOKYO).date())
    with pytest.raises(Invalid) as refusal:
        planning.plan(number, Change("following", rows[5].id, values={"capacity": 9}), now)
    assert refusal.value.params["why"] == "after_the_last_day"
    changing.apply(number, Change("this", rows[5].id, values={"capacity": 9}), now, STAFF)
    assert rows[5].capacity == 9


def test_a_stray_takes_a_new_link_and_host_and_its_people_are_told(now: datetime) -> None:
    number = create(now)
    friday = lectures()[0]
    register(friday, now, 3)
    changing.apply(number, Change("all", rrule="FREQ=WEEKLY;BYDAY=MO"), now, STAFF)
    host = a_member()
    values = {"join_url": "https://meet.example/2", "host_id": host.id, "capacity": 2}
    plan = planning.plan(number, Change("all", values=values), now)
    (stray,) = plan.having("stray")
    assert (stray.mails, stray.held_seats) == (3, 3)
    changing.apply(number, Change("all", values=values), now, STAFF, plan.fingerprint)
    assert (friday.join_url, friday.host_id, friday.capacity) == ("https://meet.example/2", host.id, 3)
    assert (shown(friday), len(mails()), friday.stray_since) == ("04-03 14:00", 3, now)


def test_the_same_change_pressed_twice_at_once_tells_each_person_once(database: Flask, now: datetime) -> None:
    number = create(now)
    register(lectures()[0], now, 3)
    change = Change("all", starts_at=AT_THREE)
    name = planning.plan(number, change, now).fingerprint
    refused = at_once(database, *[lambda: changing.apply(number, change, now, STAFF, name)] * 4)
    assert refused == ["changed_meanwhile"] * 3
    assert len(mails()) == 3


def test_a_change_and_the_filling_of_the_horizon_at_once_make_no_date_twice(database: Flask, now: datetime) -> None:
    number = create(now)
    first = lectures()[0].id
    later = now + timedelta(days=7)
    acts = [lambda: horizon.fill_horizons(later)] * 3
    acts += [lambda: changing.apply(number, Change("all", rrule="FREQ=WEEKLY;BYDAY=MO,WE"), later, STAFF)]
    acts += [lambda: booking.register(contact, first, now, STAFF)]
    contact = a_contact().id
    assert at_once(database, *acts) == []
    days = [row.local_start[:10] for row in lectures()]
    assert len(set(days)) == len(days)
    assert horizon.fill_horizons(later) == 0


def test_a_new_link_is_counted_for_those_with_a_seat_alone(now: datetime) -> None:
    number = create(now, capacity=1)
    first = lectures()[0]
    register(first, now)
    booking.register(a_contact().id, first.id, now, STAFF, waitlist=True)
    link = {"join_url": "https://meet.example/2"}
    assert planning.plan(number, Change("all", values=link), now).mails == 1
    assert planning.plan(number, Change("all", starts_at=AT_THREE, values=link), now).mails == 2
    changing.apply(number, Change("all", values=link), now, STAFF)
    assert len(mails()) == 1
    assert len(mails("waitlisted")) == 1
