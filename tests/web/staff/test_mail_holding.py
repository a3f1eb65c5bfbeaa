"""What staff hold back, call back and let go on their pages, and what tells them that mails do not leave."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.services import introductions, mail_holding
from scheduler.services.actors import WORKER
from scheduler.services.outbox import closing
from scheduler.services.outbox.owe import owe
from tests.conftest import Client, sign_in
from tests.factories import a_contact, a_course, a_lecture, a_member, an_account


def states() -> list[str]:
    return list(db.session.scalars(select(Mail.state).order_by(Mail.id)))


def pressed(now: datetime) -> Account:
    """Press 案内を開始 for two companies of one person each; return the first."""
    a_course()
    accounts = [an_account(), an_account()]
    for account in accounts:
        a_contact(account)
    introductions.start([account.id for account in accounts], "everyone", now, WORKER)
    return accounts[0]


def test_everything_is_paused_after_a_question_and_said_on_every_page_about_mails(staff_client: Client) -> None:
    assert "一時停止しています" not in staff_client.get("/staff/mails").text
    question = staff_client.get("/staff/mails/pause").text
    assert "送信待ちのメールは 0 通です。" in question
    assert mail_holding.paused_everything() is None
    staff_client.post("/staff/mails/pause")
    for page in ("/staff/mails", "/staff/today"):
        assert "全送信を一時停止しています。" in staff_client.get(page).text
    staff_client.post("/staff/mails/resume", data={"next": "/staff/today"})
    assert "全送信を一時停止しています。" not in staff_client.get("/staff/mails").text


def test_one_account_is_paused_and_resumed_from_its_page(staff_client: Client) -> None:
    account = an_account(name="株式会社みほん")
    path = f"/staff/accounts/{account.id}"
    question = staff_client.get(f"/staff/mails/pause?account={account.id}").text
    assert "株式会社みほん" in question
    assert staff_client.post("/staff/mails/pause", data={"account": account.id}).location == path
    page = staff_client.get(path).text
    assert "から一時停止しています" in page
    assert mail_holding.paused_everything() is None
    staff_client.post("/staff/mails/resume", data={"account": account.id, "next": path})
    assert "から一時停止しています" not in staff_client.get(path).text


@pytest.mark.parametrize("number", ["999", "x", "9999999999"])
def test_an_account_nobody_has_is_not_found_and_nothing_is_paused(staff_client: Client, number: str) -> None:
    assert staff_client.post("/staff/mails/pause", data={"account": number}).status_code == 404
    assert mail_holding.paused_everything() is None


def test_what_was_pressed_is_shown_until_it_leaves_and_can_be_called_back(staff_client: Client, now: datetime) -> None:
    pressed(now)
    page = staff_client.get("/staff/mails").text
    assert "2 通を 09:05 に送信します。" in page
    batch = db.session.scalars(select(Mail.batch)).first()
    answer = staff_client.post(f"/staff/mails/presses/{batch}/call-back", follow_redirects=True).text
    assert "2 通の送信を取り消しました。" in answer
    assert "送信前に取り消されました" in answer
    assert "に送信します" not in answer
    assert states() == ["dropped", "dropped"]
    again = staff_client.post(f"/staff/mails/presses/{batch}/call-back", follow_redirects=True).text
    assert "取り消せるメールはありません。" in again


def test_calling_back_says_how_many_had_left(staff_client: Client, now: datetime) -> None:
    pressed(now)
    with db.writing():
        mail = db.session.scalars(select(Mail).order_by(Mail.id)).first()
        assert mail is not None
        mail.state = "sent"
    answer = staff_client.post(f"/staff/mails/presses/{mail.batch}/call-back", follow_redirects=True).text
    assert "1 通の送信を取り消しました。" in answer
    assert "1 通はすでに送信済みです。" in answer


def test_what_follows_a_lecture_is_held_and_sent_from_its_page(staff_client: Client, now: datetime) -> None:
    lecture = a_lecture(starts_at=now - timedelta(days=1))
    contact = a_contact()
    with db.writing():
        owe("thanks", "k", now=now, due_at=now, contact_id=contact.id, account_id=contact.account_id, lecture_id=lecture.id)  # fmt: skip
    path = f"/staff/lectures/{lecture.id}"
    assert "1 通を 4月1日(水) 09:00 から順に送ります。" in staff_client.get(path).text
    staff_client.post(f"/staff/mails/lectures/{lecture.id}/hold")
    assert "1 通を保留しています。" in staff_client.get(path).text
    assert "この開催日程のお礼・再案内を保留しています" in staff_client.get("/staff/mails").text
    answer = staff_client.post(f"/staff/mails/lectures/{lecture.id}/release", follow_redirects=True).text
    assert "1 通を送ります。" in answer
    assert db.session.get_one(Lecture, lecture.id, populate_existing=True).follow_up_held_at is None
    assert staff_client.post("/staff/mails/lectures/999/hold").status_code == 404
    assert staff_client.post("/staff/mails/lectures/999/release").status_code == 404


def test_a_closed_way_out_is_said_with_its_reason_and_can_be_tried_at_once(staff_client: Client, now: datetime) -> None:
    closing.close("401 the key is wrong", now)
    page = staff_client.get("/staff/today").text
    assert "401 the key is wrong" in page
    assert "すぐに試し直す" in page
    staff_client.post("/staff/mails/reopen", data={"next": "/staff/today"})
    assert closing.state() is None
    assert "401 the key is wrong" not in staff_client.get("/staff/today").text


def test_who_may_not_handle_mails_sees_the_banners_without_buttons(client: Client, now: datetime) -> None:
    sign_in(client, a_member(team="sales"))
    mail_holding.pause_everything(now, WORKER)
    pressed(now)
    page = client.get("/staff/mails").text
    assert "全送信を一時停止しています。" in page
    assert "送信を再開する" not in page
    assert "取り消す" not in page


def test_nobody_is_led_to_another_site_by_the_way_back(staff_client: Client) -> None:
    answer = staff_client.post("/staff/mails/resume", data={"next": "//elsewhere.example"})
    assert answer.location == "/staff/mails"
