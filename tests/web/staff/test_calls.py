"""A host falls ill: another takes over unseen, or the lecture is called off and its people are told at once and called."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Call, Lecture
from scheduler.models.mails import Mail
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_lecture, a_member, a_registration, a_store, an_account

REASON = {"reason_ja": "講師の急病のため"}


def test_another_host_takes_over_and_no_customer_is_mailed(staff_client: Client) -> None:
    lecture, other = a_lecture(), a_member(name="佐藤 恵")
    a_registration(lecture=lecture)
    assert "お客様にメールは送られません" in staff_client.get(f"/staff/lectures/{lecture.id}/host").text
    staff_client.post(f"/staff/lectures/{lecture.id}/host", data={"host": other.id})
    assert "佐藤 恵" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    assert db.session.scalars(select(Mail)).all() == []


def test_a_host_who_is_busy_then_is_named_first_and_taken_when_asked_again(staff_client: Client) -> None:
    busy = a_member(name="佐藤 恵")
    a_lecture(host_id=busy.id)
    lecture = a_lecture()
    first = staff_client.post(f"/staff/lectures/{lecture.id}/host", data={"host": busy.id})
    assert "佐藤 恵 さんは同じ時間に別の開催があります" in first.text
    assert db.session.get_one(Lecture, lecture.id).host_id is None
    staff_client.post(f"/staff/lectures/{lecture.id}/host", data={"host": busy.id, "seen": busy.id})
    assert db.session.get_one(Lecture, lecture.id).host_id == busy.id


def test_calling_off_opens_the_list_of_whom_to_call_with_shop_and_number(staff_client: Client, now: datetime) -> None:
    account = an_account(name="株式会社みほん")
    contact = a_contact(account, (a_store(account, name="横浜店"),), name="山田 花子", phone="045-123-4567")
    lecture = a_lecture(starts_at=now + timedelta(minutes=30))
    a_registration(contact, lecture)
    assert "1 人に、夜間や休業日でもすぐに" in staff_client.get(f"/staff/lectures/{lecture.id}/call-off").text
    assert staff_client.post(f"/staff/lectures/{lecture.id}/call-off", data={}).status_code == 422
    answer = staff_client.post(f"/staff/lectures/{lecture.id}/call-off", data=REASON)
    assert answer.location == f"/staff/lectures/{lecture.id}/calls"
    page = staff_client.get(answer.location).text
    for words in ("山田 花子", "株式会社みほん", "横浜店", 'href="tel:0451234567"', "0/1 名に連絡済みです"):
        assert words in page
    assert db.session.scalars(select(Mail.kind)).all() == ["called_off"]
    assert f"/staff/lectures/{lecture.id}/calls" in staff_client.get(f"/staff/lectures/{lecture.id}").text


def test_one_tap_ticks_whoever_was_reached_and_today_shows_the_list_until_all_are(
    staff_client: Client, now: datetime
) -> None:
    lecture = a_lecture(starts_at=now + timedelta(minutes=30))
    row = a_registration(lecture=lecture)
    staff_client.post(f"/staff/lectures/{lecture.id}/call-off", data=REASON)
    assert "連絡済 0/1 名" in staff_client.get("/staff/today?whose=mine").text
    staff_client.post(f"/staff/lectures/{lecture.id}/calls/{row.contact_id}", data={"called": "1"})
    page = staff_client.get(f"/staff/lectures/{lecture.id}/calls").text
    assert "全員に連絡済みです" in page
    assert "担当 太郎" in page
    assert "緊急中止の電話連絡" not in staff_client.get("/staff/today?whose=mine").text
    staff_client.post(f"/staff/lectures/{lecture.id}/calls/{row.contact_id}", data={"called": "0"})
    assert db.session.scalars(select(Call)).all() == []


def test_a_lecture_that_is_held_has_no_call_list(staff_client: Client) -> None:
    row = a_registration(lecture=a_lecture())
    assert "緊急中止になっていない日程です" in staff_client.get(f"/staff/lectures/{row.lecture_id}/calls").text
    staff_client.post(f"/staff/lectures/{row.lecture_id}/calls/{row.contact_id}", data={"called": "1"})
    assert "緊急中止になっていない" in staff_client.get(f"/staff/lectures/{row.lecture_id}").text


def test_who_may_not_schedule_can_neither_call_off_nor_change_the_host(client: Client) -> None:
    lecture = a_lecture()
    sign_in(client, a_member(team="sales"))
    for path in ("host", "call-off", "move"):
        assert client.get(f"/staff/lectures/{lecture.id}/{path}").status_code == 403
        assert client.post(f"/staff/lectures/{lecture.id}/{path}").status_code == 403
    assert client.post(f"/staff/lectures/{lecture.id}/calls/1").status_code == 403
