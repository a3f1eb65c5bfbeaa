"""On the telephone staff do whatever a customer can do on a page, with or without a mail, and the history says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.actors import WORKER
from scheduler.services.registrations import booking, changes
from tests.conftest import Client, sign_in
from tests.factories import NOW, a_contact, a_course, a_lecture, a_member, a_registration, an_account

DAY = timedelta(days=1)


def the(number: int) -> Registration:
    return db.session.get_one(Registration, number, populate_existing=True)


def kinds() -> list[str]:
    return list(db.session.scalars(select(Mail.kind).order_by(Mail.id)))


def an_offer(**fields: object) -> tuple[Lecture, int]:
    """Free a seat at nine of a lecture at fourteen o'clock that somebody waits for."""
    lecture = a_lecture(starts_at=NOW + timedelta(hours=5), capacity=1)
    booked = booking.register(a_contact().id, lecture.id, NOW - DAY, WORKER, mails=False)
    waits = booking.register(a_contact(**fields).id, lecture.id, NOW - DAY, WORKER, waitlist=True, mails=False)
    changes.cancel(booked, NOW, WORKER)
    return lecture, waits


@pytest.mark.parametrize("mail", [True, False])
def test_whatever_is_done_goes_with_or_without_a_mail(staff_client: Client, database: Flask, mail: bool) -> None:
    contact, one, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    ticked = {"mails": "1"} if mail else {}
    staff_client.post("/staff/roster/register", data={"lecture": one.id, "contact": contact.id} | ticked)
    row = db.session.scalars(select(Registration)).one()
    staff_client.post(f"/staff/roster/{row.id}/move", data={"lecture": other.id} | ticked)
    staff_client.post(f"/staff/roster/{row.id}/cancel", data=ticked)
    assert kinds() == (["confirmation", "changed", "cancelled"] if mail else [])
    assert set(db.session.scalars(select(Event.channel).where(Event.contact_id == contact.id))) == {"phone"}


@pytest.mark.parametrize(("act", "status"), [("accept", "booked"), ("decline", "cancelled")])
def test_a_kept_seat_is_answered_from_roster_and_account(
    staff_client: Client, database: Flask, act: str, status: str
) -> None:
    lecture, number = an_offer()
    contact = the(number).contact
    for page in (f"/staff/lectures/{lecture.id}", f"/staff/accounts/{contact.account_id}/people/{contact.id}"):
        text = staff_client.get(page).text
        assert f"/staff/roster/{number}/{act}" in text
        assert "4月1日(水) 12:00 まで席を確保中" in text
    answer = staff_client.post(f"/staff/roster/{number}/{act}", data={"next": f"/staff/lectures/{lecture.id}"})
    assert answer.location == f"/staff/lectures/{lecture.id}"
    assert the(number).status == status
    last = db.session.scalars(select(Event).where(Event.contact_id == contact.id).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.channel, last.actor_kind) == ("phone", "staff")
    staff_client.post(f"/staff/roster/{number}/{act}", data={"next": f"/staff/lectures/{lecture.id}"})
    assert the(number).status == status


def test_a_seat_that_is_free_is_taken_for_whoever_waits_and_those_beside_them(
    staff_client: Client, database: Flask
) -> None:
    # Ten minutes before the start a seat is no longer kept for anybody.
    lecture, contact = a_lecture(starts_at=NOW + timedelta(minutes=10), capacity=1), a_contact()
    row = a_registration(contact, lecture, status="waitlisted", companions=["佐藤"], unnamed_companions=1)
    for page in (f"/staff/accounts/{contact.account_id}/people/{contact.id}", f"/staff/lectures/{lecture.id}"):
        text = staff_client.get(page).text
        assert "空いた席で申し込む" in text
    sent = {"lecture": lecture.id, "contact": contact.id, "next": f"/staff/lectures/{lecture.id}"}
    staff_client.post("/staff/roster/register", data=sent)
    row = the(row.id)
    assert (row.status, row.companions, row.unnamed_companions) == ("booked", ["佐藤"], 1)
    assert "空いた席で申し込む" not in staff_client.get(f"/staff/lectures/{lecture.id}").text


def test_the_form_says_what_becomes_of_the_entry_when_nobody_is_told(staff_client: Client) -> None:
    lecture = a_lecture()
    told = a_registration(a_contact(), lecture)
    untold = a_registration(a_contact(email=None), lecture)
    for row, times in ((told, 2), (untold, 0)):
        page = f"/staff/accounts/{row.contact.account_id}/people/{row.contact_id}"
        a_lecture(starts_at=NOW + 9 * DAY)
        assert staff_client.get(page).text.count("先方のカレンダーに登録済みの予定は変わりません") == times


def test_whoever_cannot_be_mailed_about_a_kept_seat_stands_among_the_tasks(staff_client: Client) -> None:
    an_offer(email=None, phone="03-1111-2222", name="電話 一郎")
    assert "確保した席のご案内（電話）" in staff_client.get("/staff/tasks?whose=all").text


def test_an_exception_is_made_with_its_reason_and_stands_on_the_roster(staff_client: Client, database: Flask) -> None:
    lecture = a_lecture(a_course("advanced", prerequisite_id=a_course("basic").id))
    contact = a_contact(name="山田 花子")
    page = staff_client.get(f"/staff/lectures/{lecture.id}?q=山田").text
    assert "基本操作編を受講していない方を受け付ける理由" in page
    sent = {"lecture": lecture.id, "contact": contact.id}
    staff_client.post("/staff/roster/register", data=sent)
    assert "受講後にお申し込み" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    staff_client.post("/staff/roster/register", data=sent | {"exception": "旧システムで受講済み"})
    assert "例外: 旧システムで受講済み" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    assert "例外として受け付けました" in staff_client.get(f"/staff/accounts/{contact.account_id}/history").text


def test_the_limit_an_account_is_passed_with_a_tick_only(staff_client: Client, database: Flask) -> None:
    account, lecture = an_account(), a_lecture(account_limit=1)
    a_registration(a_contact(account), lecture)
    sent = {"lecture": lecture.id, "contact": a_contact(account).id}
    staff_client.post("/staff/roster/register", data=sent)
    assert "1社につき 1 名まで" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    staff_client.post("/staff/roster/register", data=sent | {"over_limit": "1"})
    assert len(db.session.scalars(select(Registration)).all()) == 2


def test_companions_are_named_or_counted_and_stand_on_the_roster(staff_client: Client) -> None:
    lecture = a_lecture()
    row = a_registration(lecture=lecture)
    staff_client.post(f"/staff/roster/{row.id}/companions", data={"companions": "佐藤、鈴木", "unnamed": "2"})
    assert "同席者: 佐藤、鈴木 ほか 2 名" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    staff_client.post(f"/staff/roster/{row.id}/companions", data={"companions": "", "unnamed": "2"})
    assert "同席者 2 名" in staff_client.get(f"/staff/lectures/{lecture.id}").text
    staff_client.post(
        f"/staff/roster/{row.id}/companions", data={"companions": "", "unnamed": "99", "lecture": lecture.id}
    )
    assert the(row.id).unnamed_companions == 2
    answer = staff_client.post(f"/staff/roster/{row.id}/companions", data={"unnamed": "many"})
    assert answer.status_code < 500
    assert the(row.id).unnamed_companions == 2


def test_the_waiting_list_is_joined_and_left_on_the_telephone(staff_client: Client) -> None:
    lecture = a_lecture(capacity=1)
    a_registration(lecture=lecture)
    contact = a_contact()
    sent = {"lecture": lecture.id, "contact": contact.id, "waitlist": "1", "next": f"/staff/lectures/{lecture.id}"}
    staff_client.post("/staff/roster/register", data=sent)
    text = staff_client.get(f"/staff/lectures/{lecture.id}").text
    assert "キャンセル待ちに登録しました" in text
    assert "キャンセル待ちを取り消す" in text
    row = db.session.scalars(select(Registration).where(Registration.contact_id == contact.id)).one()
    staff_client.post(f"/staff/roster/{row.id}/cancel", data={})
    assert the(row.id).status == "cancelled"


def test_a_team_that_may_not_register_answers_no_offer(client: Client) -> None:
    sign_in(client, a_member(team="sales"))
    for act in ("accept", "decline", "move", "cancel", "companions"):
        assert client.post(f"/staff/roster/1/{act}", data={"lecture": "1"}).status_code == 403
