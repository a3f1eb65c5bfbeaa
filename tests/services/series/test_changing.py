"""A series changes as it was previewed: lectures keep identity and people, each person hears of it once."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.models.db import db
from scheduler.models.lectures import Lecture, Series
from scheduler.models.registrations import Registration
from scheduler.rules.recurrence import SeriesRule
from scheduler.services import eligibility
from scheduler.services.lectures import cancelling
from scheduler.services.lectures import changing as one_lecture
from scheduler.services.refusals import ChangedMeanwhile, Invalid, NotFound, SeriesContinued
from scheduler.services.registrations import booking
from scheduler.services.series import changing, ending, horizon, planning, strays
from scheduler.services.series.asking import Change
from tests.factories import a_contact, a_course, a_member
from tests.services.series.weekly import AT_THREE, RULE, STAFF, TOKYO, create, lectures, mails, register, shown

pytestmark = pytest.mark.usefixtures("database")


def test_a_new_time_for_all_moves_every_lecture_and_tells_each_person_once(now: datetime) -> None:
    number = create(now)
    first, second, *_rest = lectures()
    register(first, now, 2)
    (other,) = register(second, now)
    uids = [lecture.uid for lecture in lectures()]
    change = Change("all", starts_at=AT_THREE, reason={"ja": "会議室の都合"})
    plan = planning.plan(number, change, now)
    assert plan.mails == 3
    assert mails() == []
    target, done = changing.apply(number, change, now, STAFF, plan.fingerprint)
    assert (target, done.mails) == (number, 3)
    assert [lecture.uid for lecture in lectures()] == uids
    assert {lecture.starts_at.astimezone(TOKYO).hour for lecture in lectures()} == {15}
    told = mails()
    assert len({mail.registration_id for mail in told}) == len(told) == 3
    assert told[0].params["old_starts_at"] == "2026-04-03T05:00:00+00:00"
    assert db.session.get_one(Registration, other).sequence == 1
    assert {lecture.sequence for lecture in lectures()} == {1}
    assert db.session.get_one(Lecture, first.id).reason == {"ja": "会議室の都合"}
    assert horizon.fill_horizons(now) == 0


def test_this_and_following_leaves_the_earlier_ones_and_goes_on_as_another_series(now: datetime) -> None:
    number = create(now)
    rows = lectures()
    register(rows[1], now)
    register(rows[4], now)
    change = Change("following", rows[3].id, starts_at=datetime(2026, 4, 13, 16, 30), values={"capacity": 40})
    target, done = changing.apply(number, change, now, STAFF)
    assert done.mails == len(mails()) == 1
    assert [row.id for row in lectures(number)] == [row.id for row in rows[:3]]
    assert [row.id for row in lectures(target)] == [row.id for row in rows[3:]]
    assert {shown(row)[-5:] for row in lectures(target)} == {"16:30"}
    assert {row.capacity for row in lectures(target)} == {40}
    old, new = db.session.get_one(Series, number), db.session.get_one(Series, target)
    assert (old.ends_before, new.follows_id) == (datetime(2026, 4, 13).date(), number)
    assert horizon.fill_horizons(now) == 0
    later = now + timedelta(days=30)
    assert horizon.fill_horizons(later) > 0
    assert db.session.get_one(Series, number).ended_at == later
    with pytest.raises(SeriesContinued):
        ending.resume(number, later, STAFF)


def test_following_from_the_first_date_is_all(now: datetime) -> None:
    number = create(now)
    first = lectures()[0]
    target, _done = changing.apply(number, Change("following", first.id, starts_at=AT_THREE), now, STAFF)
    assert target == number
    assert {shown(row)[-5:] for row in lectures(number)} == {"15:00"}


def test_this_one_alone_changes_and_the_others_do_not(now: datetime) -> None:
    number = create(now)
    first, second, *_rest = lectures()
    register(first, now)
    change = Change("this", first.id, starts_at=datetime(2026, 4, 3, 16, 0), values={"minutes": 90})
    plan = planning.plan(number, change, now)
    assert plan.mails == 1
    changing.apply(number, change, now, STAFF, plan.fingerprint)
    assert (shown(first), first.ends_at - first.starts_at) == ("04-03 16:00", timedelta(minutes=90))
    assert shown(second)[-5:] == "14:00"
    assert len(mails()) == 1


def test_a_host_alone_is_no_news(now: datetime) -> None:
    number = create(now)
    register(lectures()[0], now)
    host = a_member()
    plan = planning.plan(number, Change("all", values={"host_id": host.id}), now)
    assert (plan.mails, len(plan.having("changed"))) == (0, 25)
    changing.apply(number, Change("all", values={"host_id": host.id}), now, STAFF, plan.fingerprint)
    assert {row.host_id for row in lectures()} == {host.id}
    assert mails() == []
    assert {row.sequence for row in lectures()} == {0}


def test_what_somebody_set_by_hand_on_one_lecture_stays(now: datetime) -> None:
    mine, theirs = a_member(), a_member()
    number = create(now, host_id=mine.id)
    moved, hosted, seated, *_rest = lectures()
    one_lecture.change(moved.id, {"starts_at": moved.starts_at + timedelta(days=1)}, now, STAFF)
    one_lecture.change(hosted.id, {"host_id": theirs.id}, now, STAFF)
    one_lecture.change(seated.id, {"capacity": 5}, now, STAFF)
    change = Change("all", starts_at=AT_THREE, values={"host_id": None, "capacity": 20})
    plan = planning.plan(number, change, now)
    kept = {line.lecture_id: line.by_hand for line in plan.lines if line.by_hand}
    assert kept == {moved.id: ("starts_at",), hosted.id: ("host_id",), seated.id: ("capacity",)}
    changing.apply(number, change, now, STAFF)
    assert (shown(moved), moved.host_id, moved.capacity) == ("04-04 14:00", None, 20)
    assert (shown(hosted)[-5:], hosted.host_id) == ("15:00", theirs.id)
    assert (shown(seated)[-5:], seated.capacity) == ("15:00", 5)
    assert horizon.fill_horizons(now) == 0


def test_link_number_and_passcode_are_one_meeting_which_stays_where_somebody_gave_a_lecture_another(
    now: datetime,
) -> None:
    number = create(now, meeting_id="987 6543 2100", passcode="481516")
    linked, coded, plain, *_rest = lectures()
    assert (plain.meeting_id, plain.passcode) == ("987 6543 2100", "481516")
    one_lecture.change(linked.id, {"join_url": "https://meet.example/own", "meeting_id": ""}, now, STAFF)
    one_lecture.change(coded.id, {"passcode": "999"}, now, STAFF)
    for row in (linked, coded, plain):
        register(row, now)
    change = Change("all", values={"meeting_id": "555 5555 5555", "passcode": "271828"})
    plan = planning.plan(number, change, now)
    kept = {line.lecture_id: line.by_hand for line in plan.lines if line.by_hand}
    assert kept == {linked.id: ("meeting_id", "passcode"), coded.id: ("meeting_id", "passcode")}
    assert plan.mails == 1
    changing.apply(number, change, now, STAFF, plan.fingerprint)
    assert (linked.meeting_id, linked.passcode) == ("", "481516")
    assert (coded.meeting_id, coded.passcode) == ("987 6543 2100", "999")
    assert (plain.meeting_id, plain.passcode, plain.sequence) == ("555 5555 5555", "271828", 1)
    (mail,) = mails()
    assert (mail.lecture_id, mail.params["link"]) == (plain.id, True)
    assert horizon.fill_horizons(now + timedelta(days=30)) > 0
    assert lectures()[-1].passcode == "271828"


def test_a_capacity_goes_no_lower_than_the_seats_taken(now: datetime) -> None:
    number = create(now)
    first, second, *_rest = lectures()
    register(first, now, 3)
    change = Change("all", values={"capacity": 2})
    plan = planning.plan(number, change, now)
    assert {line.lecture_id: line.held_seats for line in plan.lines if line.held_seats} == {first.id: 3}
    changing.apply(number, change, now, STAFF, plan.fingerprint)
    assert (first.capacity, second.capacity) == (3, 2)


def test_more_seats_promote_those_who_wait(now: datetime) -> None:
    number = create(now, capacity=1)
    first = lectures()[0]
    register(first, now)
    waits = booking.register(a_contact().id, first.id, now, STAFF, waitlist=True)
    changing.apply(number, Change("all", values={"capacity": 2}), now, STAFF)
    assert db.session.get_one(Registration, waits).status == "booked"


def test_dates_with_people_that_no_longer_fit_wait_for_a_decision_and_empty_ones_vanish(now: datetime) -> None:
    number = create(now)
    friday, monday, *_rest = lectures()
    register(friday, now)
    change = Change("all", rrule="FREQ=WEEKLY;BYDAY=MO,WE")
    plan = planning.plan(number, change, now)
    assert [line.lecture_id for line in plan.having("stray")] == [friday.id]
    assert (len(plan.having("gone")), len(plan.having("new")), plan.mails) == (12, 10, 0)
    changing.apply(number, change, now, STAFF, plan.fingerprint)
    assert [row.id for row in strays.waiting(now, number)] == [friday.id]
    assert {row.starts_at.astimezone(TOKYO).weekday() for row in lectures() if row.id != friday.id} == {0, 2}
    assert db.session.get_one(Lecture, monday.id).stray_since is None
    assert horizon.fill_horizons(now) == 0
    assert [row.id for row in strays.waiting(now)] == [friday.id]


def test_a_stray_is_kept_as_a_one_off_or_cancelled_with_other_dates_offered(now: datetime) -> None:
    number = create(now)
    first, _monday, second, *_rest = lectures()
    register(first, now)
    register(second, now)
    changing.apply(number, Change("all", rrule="FREQ=WEEKLY;BYDAY=MO"), now, STAFF)
    strays.keep(first.id, now, STAFF)
    with pytest.raises(Invalid):
        strays.cancel(second.id, {}, now, STAFF)
    offered = {date.lecture_id for date in eligibility.open_dates(a_contact(), "basic", now)}
    assert (first.id in offered, second.id in offered) == (True, False)
    assert strays.cancel(second.id, {"ja": "曜日の変更"}, now, STAFF) == 1
    assert strays.waiting(now) == []
    assert (first.series_id, first.slot, first.status, first.seats_taken) == (None, None, "scheduled", 1)
    assert len(mails("lecture_cancelled")) == 1
    with pytest.raises(NotFound):
        strays.keep(first.id, now, STAFF)


def test_a_rule_that_is_changed_back_takes_its_strays_back(now: datetime) -> None:
    number = create(now)
    first = lectures()[0]
    register(first, now)
    changing.apply(number, Change("all", rrule="FREQ=WEEKLY;BYDAY=MO"), now, STAFF)
    changing.apply(number, Change("all", rrule=RULE.rrule), now, STAFF)
    assert strays.waiting(now) == []
    assert len(lectures()) == 25
    assert mails() == []


def test_a_plan_that_no_longer_holds_is_refused(now: datetime) -> None:
    number = create(now)
    change = Change("all", starts_at=AT_THREE)
    plan = planning.plan(number, change, now)
    register(lectures()[0], now)
    with pytest.raises(ChangedMeanwhile):
        changing.apply(number, change, now, STAFF, plan.fingerprint)
    assert {shown(row)[-5:] for row in lectures()} == {"14:00"}
    assert mails() == []


def test_a_cancelled_date_stays_cancelled_and_is_not_made_again(now: datetime) -> None:
    number = create(now)
    first = lectures()[0]
    cancelling.cancel(first.id, {"ja": "休講"}, now, STAFF)
    changing.apply(number, Change("all", starts_at=AT_THREE), now, STAFF)
    assert len(lectures()) == 25
    assert (first.status, shown(first)) == ("cancelled", "04-03 14:00")


def test_another_course_leaves_dates_with_people_for_a_decision(now: datetime) -> None:
    number = create(now)
    first, second, *_rest = lectures()
    register(first, now)
    advanced = a_course("advanced")
    changing.apply(number, Change("all", values={"course_id": advanced.id}), now, STAFF)
    assert [row.id for row in strays.waiting(now)] == [first.id]
    assert second.course_id == advanced.id
    assert horizon.fill_horizons(now) == 0


def test_another_zone_keeps_the_time_on_the_wall(now: datetime) -> None:
    number = create(now)
    first = lectures()[0]
    register(first, now)
    changing.apply(number, Change("all", zone="Europe/Berlin"), now, STAFF)
    assert first.starts_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%m-%d %H:%M") == "04-03 14:00"
    assert len(mails()) == 1


def test_other_treatment_of_holidays_moves_the_date_of_the_same_slot(now: datetime) -> None:
    number = create(now, SeriesRule(RULE.rrule, RULE.starts_at, RULE.zone, "keep"))
    holiday = next(row for row in lectures() if row.slot == "2026-05-04T14:00")
    register(holiday, now)
    changing.apply(number, Change("all", holidays="next"), now, STAFF)
    # 5 and 6 May are holidays too.
    assert shown(holiday) == "05-07 14:00"
    assert len(mails()) == 1


def test_todays_lecture_is_not_moved_before_now_nor_made_twice(now: datetime) -> None:
    daily = SeriesRule("FREQ=DAILY", datetime(2026, 4, 1, 14, 0), "Asia/Tokyo", "keep")
    number = create(now, daily)
    today = lectures()[0]
    changing.apply(number, Change("all", starts_at=datetime(2026, 4, 1, 14, 0), values={"minutes": 30}), now, STAFF)
    afternoon = now + timedelta(hours=5, minutes=15)
    changing.apply(number, Change("all", starts_at=datetime(2026, 4, 1, 18, 0)), afternoon, STAFF)
    assert (shown(today), [shown(row) for row in lectures() if shown(row).startswith("04-01")]) == (
        "04-01 14:00",
        ["04-01 14:00"],
    )


def test_a_count_goes_on_where_a_series_is_cut(now: datetime) -> None:
    number = create(now, SeriesRule("FREQ=WEEKLY;BYDAY=MO;COUNT=6", datetime(2026, 4, 6, 14, 0), "Asia/Tokyo", "keep"))
    rows = lectures()
    assert len(rows) == 6
    target, _plan = changing.apply(number, Change("following", rows[2].id, values={"capacity": 9}), now, STAFF)
    assert [row.id for row in lectures(target)] == [row.id for row in rows[2:]]
    assert len(lectures()) == 6


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (Change("all", rrule="FREQ=HOURLY"), "rrule"),
        (Change("all", rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "rrule"),
        (Change("all", rrule="FREQ=DAILY;COUNT=1000000"), "rrule"),
        (Change("all", zone="Asia/Nowhere"), "time_zone"),
        (Change("all", starts_at=datetime(2026, 3, 2, 14, 0)), "starts_at"),
        (Change("all", values={"capacity": 0}), "capacity"),
        (Change("all", values={"minutes": 0}), "minutes"),
        (Change("all", values={"host_id": 4711}), "host"),
        (Change("all", values={"join_url": "javascript:1"}), "join_url"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(change: Change, field: str, now: datetime) -> None:
    number = create(now)
    with pytest.raises(Invalid) as refusal:
        changing.apply(number, change, now, STAFF)
    assert refusal.value.params["field"] == field
    assert {shown(row)[-5:] for row in lectures()} == {"14:00"}
