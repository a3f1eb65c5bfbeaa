"""The schedule's pages: a lecture made, changed, cancelled, brought back, and people registered on the telephone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_lecture, a_member, a_registration, a_series, a_store, an_account


def the_lecture() -> Lecture:
    return db.session.scalars(select(Lecture).execution_options(populate_existing=True)).one()


def test_the_schedule_shows_seats_and_waiting(staff_client: Client) -> None:
    lecture = a_lecture(capacity=1)
    a_registration(lecture=lecture)
    a_registration(lecture=lecture, status="waitlisted")
    page = staff_client.get("/staff/lectures").text
    assert "1/1 名" in page
    assert "待ち 1" in page
    assert "満席" in page


def test_the_schedule_marks_what_is_held_in_english(staff_client: Client) -> None:
    a_lecture()
    assert "英語で開催" not in staff_client.get("/staff/lectures").text
    a_lecture(locale="en")
    assert staff_client.get("/staff/lectures").text.count("英語で開催") == 1


def test_a_one_off_lecture_is_made_in_the_homes_wall_time(staff_client: Client) -> None:
    a_course()
    answer = staff_client.post(
        "/staff/lectures/new",
        data={
            "course": "basic",
            "starts_at": "2026-04-10T14:00",
            "capacity": "３０",
            "join_url": "https://meet.example/1",
            "meeting_id": " 987 6543 2100 ",
            "passcode": "481516",
        },
    )
    lecture = the_lecture()
    assert answer.location == f"/staff/lectures/{lecture.id}"
    assert lecture.starts_at.isoformat() == "2026-04-10T05:00:00+00:00"
    assert (lecture.ends_at - lecture.starts_at, lecture.capacity) == (timedelta(minutes=60), 30)
    assert (lecture.meeting_id, lecture.passcode) == ("987 6543 2100", "481516")
    for path in (answer.location, f"{answer.location}/edit"):
        assert [code for code in ("987 6543 2100", "481516") if code not in staff_client.get(path).text] == []


def test_a_wrong_field_is_named_beside_it_and_nothing_is_written(staff_client: Client) -> None:
    a_course()
    answer = staff_client.post(
        "/staff/lectures/new", data={"course": "basic", "starts_at": "tomorrow", "capacity": "30"}
    )
    assert answer.status_code == 422
    assert "「tomorrow」は日時として読み取れません" in answer.text
    assert db.session.scalars(select(Lecture)).all() == []


def test_a_change_says_beforehand_and_afterwards_how_many_are_told(staff_client: Client, now: datetime) -> None:
    lecture = a_lecture()
    a_registration(lecture=lecture)
    assert "1 人にメールが届きます" in staff_client.get(f"/staff/lectures/{lecture.id}/edit").text
    staff_client.post(
        f"/staff/lectures/{lecture.id}/edit",
        data={
            "starts_at": "2026-04-09T16:00",
            "ends_at": "2026-04-09T17:00",
            "capacity": "30",
            "reason_ja": "会場の都合",
        },
    )
    assert "1 人にメールでお知らせします" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    assert the_lecture().reason == {"ja": "会場の都合"}
    assert db.session.scalars(select(Mail.kind)).all() == ["changed"]


def test_cancelling_wants_a_reason_and_can_be_taken_back(staff_client: Client) -> None:
    lecture = a_lecture()
    a_registration(lecture=lecture)
    assert "1 人に中止のお知らせ" in staff_client.get(f"/staff/lectures/{lecture.id}/cancel").text
    assert staff_client.post(f"/staff/lectures/{lecture.id}/cancel", data={}).status_code == 422
    staff_client.post(f"/staff/lectures/{lecture.id}/cancel", data={"reason_ja": "講師都合のため"})
    assert the_lecture().status == "cancelled"
    assert "講師都合のため" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    staff_client.post(f"/staff/lectures/{lecture.id}/bring-back")
    assert the_lecture().status == "scheduled"


def test_a_caller_is_found_by_number_and_registered_and_the_history_says_by_telephone(staff_client: Client) -> None:
    account = an_account(name="株式会社みほん")
    contact = a_contact(account, (a_store(account, name="横浜店"),), name="山田 花子", email=None, phone="045-123-4567")
    lecture = a_lecture()
    page = staff_client.get(f"/staff/lectures/{lecture.id}?q=1234567").text
    assert "山田 花子" in page
    assert "横浜店" in page
    staff_client.post(
        "/staff/roster/register", data={"lecture": lecture.id, "contact": contact.id, "companions": "佐藤、鈴木"}
    )
    row = db.session.scalars(select(Registration)).one()
    assert (row.channel, row.mails, row.companions) == ("phone", False, ["佐藤", "鈴木"])
    assert db.session.scalars(select(Event.channel).where(Event.key == "registered")).all() == ["phone"]
    assert "同席者: 佐藤、鈴木" in staff_client.get(f"/staff/lectures/{lecture.id}").text


def test_a_full_lecture_says_what_to_do(staff_client: Client) -> None:
    lecture = a_lecture(capacity=1)
    a_registration(lecture=lecture)
    contact = a_contact()
    staff_client.post("/staff/roster/register", data={"lecture": lecture.id, "contact": contact.id})
    assert "満席のため申込できません" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    staff_client.post("/staff/roster/register", data={"lecture": lecture.id, "contact": contact.id, "waitlist": "1"})
    rows = db.session.scalars(select(Registration.status).order_by(Registration.id)).all()
    assert rows == ["booked", "waitlisted"]


def test_a_date_that_waits_for_a_decision_says_so_and_takes_nobody_new(staff_client: Client, now: datetime) -> None:
    lecture, contact = a_lecture(series_id=a_series().id, stray_since=now), a_contact()
    page = f"/staff/lectures/{lecture.id}"
    assert "新しい申込は受け付けません" in staff_client.get(page).text
    staff_client.post("/staff/roster/register", data={"lecture": lecture.id, "contact": contact.id})
    assert "開催するかどうかを確認している" in staff_client.get(page).text
    assert db.session.scalars(select(Registration)).all() == []


def test_a_person_is_moved_and_cancelled_from_the_roster(staff_client: Client) -> None:
    lecture, other = a_lecture(), a_lecture()
    row = a_registration(lecture=lecture)
    staff_client.post(f"/staff/roster/{row.id}/move", data={"lecture": other.id})
    db.session.expire_all()
    assert db.session.get_one(Registration, row.id).lecture_id == other.id
    staff_client.post(f"/staff/roster/{row.id}/cancel", data={"lecture": other.id})
    db.session.expire_all()
    assert db.session.get_one(Registration, row.id).status == "cancelled"


def test_a_team_that_may_not_schedule_sees_but_does_not_change(client: Client) -> None:
    lecture = a_lecture()
    sign_in(client, a_member(team="sales"))
    assert client.get(f"/staff/lectures/{lecture.id}").status_code == 200
    for path in ("edit", "cancel"):
        assert client.get(f"/staff/lectures/{lecture.id}/{path}").status_code == 403
        assert client.post(f"/staff/lectures/{lecture.id}/{path}").status_code == 403
    assert client.post("/staff/roster/register", data={"lecture": lecture.id, "contact": 1}).status_code == 403


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0001-01-20"])
def test_a_day_at_the_end_of_the_calendar_shows_the_schedule_from_today(staff_client: Client, day: str) -> None:
    a_lecture(capacity=7)
    assert "0/7 名" in staff_client.get(f"/staff/lectures?from={day}").text


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00", "9999-12-31T23:30"])
@pytest.mark.parametrize("path", ["/staff/lectures/new", "/staff/series/new"])
def test_a_start_nobody_means_is_refused_in_words(staff_client: Client, path: str, starts_at: str) -> None:
    course = a_course()
    form = {"course": course.key, "starts_at": starts_at, "capacity": "3", "zone": "Asia/Tokyo", "days": "0"}
    answer = staff_client.post(path, data=form)
    assert answer.status_code == 422
    assert starts_at in answer.text


def test_changing_the_seats_alone_moves_nobody_in_the_hour_that_clocks_show_twice(staff_client: Client) -> None:
    # 01:30 in New York for the second time, half an hour before two by winter time.
    starts_at = datetime.fromisoformat("2026-11-01T06:30:00+00:00")
    lecture = a_lecture(starts_at=starts_at, zone="America/New_York", local_start="2026-11-01T01:30")
    a_registration(lecture=lecture)
    form = {
        "starts_at": "2026-11-01T01:30",
        "ends_at": "2026-11-01T02:30",
        "capacity": "40",
        "join_url": lecture.join_url,
    }
    assert staff_client.post(f"/staff/lectures/{lecture.id}/edit", data=form).status_code == 302
    assert (the_lecture().starts_at, the_lecture().capacity) == (starts_at, 40)
    assert db.session.scalars(select(Mail)).all() == []
