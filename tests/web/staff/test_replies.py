"""The page of what came back by mail: what waits for somebody, whose it is, and how it is put aside."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from emails import replies as reading
from scheduler.models.db import db
from scheduler.models.replies import Reply
from scheduler.services import replies
from scheduler.web.words import replies as words
from tests.conftest import Client, sign_in
from tests.emails.replies import SENDER, UID, raw
from tests.factories import a_contact, a_member, a_registration, an_account

PATH = "/staff/replies"


def came(name: str, now: datetime) -> Reply:
    replies.receive(reading.read(raw(name)), now)
    return db.session.scalars(select(Reply).order_by(Reply.id.desc())).first()  # type: ignore[return-value]


def test_nothing_yet_says_what_will_stand_here(staff_client: Client) -> None:
    assert "未読の返信はありません" in staff_client.get(PATH).text
    assert "届いた返信はありません" in staff_client.get(f"{PATH}?show=all").text


def test_a_persons_mail_stands_with_her_account_until_it_is_put_aside(staff_client: Client, now: datetime) -> None:
    person = a_contact(an_account(name="株式会社みほん"), email=SENDER, name="山田 花子")
    reply = came("person_iso2022jp.eml", now)
    page = staff_client.get(PATH).text
    for words_ in ("遅れて参加します", "開始に10分ほど遅れますが", "株式会社みほん", SENDER):
        assert words_ in page
    assert f"/staff/accounts/{person.account_id}" in page
    assert "<b>1</b>" in staff_client.get("/staff/today").text.partition("/staff/replies")[2][:60]
    after = staff_client.post(f"{PATH}/{reply.id}/seen", follow_redirects=True).text
    assert "確認済みにしました" in after
    assert "遅れて参加します" not in after
    assert "遅れて参加します" in staff_client.get(f"{PATH}?show=all").text
    assert "<b>0</b>" in staff_client.get("/staff/today").text.partition("/staff/replies")[2][:60]


def test_an_answer_stands_with_its_date_and_what_came_of_it(staff_client: Client, now: datetime) -> None:
    row = a_registration(a_contact(email=SENDER, name="山田 花子"), uid=UID)
    came("gmail_declined.eml", now)
    page = staff_client.get(PATH).text
    assert "辞退の返信により、申込をキャンセルしました" in page
    assert "その日は棚卸しです" in page
    assert f"/staff/lectures/{row.lecture_id}" in page
    assert "カレンダーの返信" in staff_client.get(f"/staff/accounts/{row.contact.account_id}/history").text


def test_what_was_answered_stands_on_the_roster(staff_client: Client, now: datetime) -> None:
    row = a_registration(a_contact(email=SENDER), uid=UID)
    came("thunderbird_tentative.eml", now)
    assert "カレンダーの返信: 仮の出席" in staff_client.get(f"/staff/lectures/{row.lecture_id}").text


def test_a_stranger_cannot_put_anything_into_the_page(staff_client: Client, now: datetime) -> None:
    head = b"From: <script>@evil.example\nSubject: <script>alert(1)</script>\nMessage-ID: <x>\n\n"
    replies.receive(reading.read(head + b"<img src=x onerror=alert(1)>"), now)
    page = staff_client.get(PATH).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "差出人不明" in page


def test_a_long_mail_can_be_read_on(staff_client: Client, now: datetime) -> None:
    replies.receive(reading.read(b"From: a@b.example\nMessage-ID: <x>\n\n" + "長い話。".encode() * 300), now)
    assert "本文を読む" in staff_client.get(PATH).text


def test_who_may_not_see_to_mails_sees_them_and_no_button(client: Client, now: datetime) -> None:
    reply = came("person_iso2022jp.eml", now)
    sign_in(client, a_member(team="sales"))
    page = client.get(PATH).text
    assert "遅れて参加します" in page
    assert "/seen" not in page
    assert client.post(f"{PATH}/{reply.id}/seen").status_code == 403


def test_a_mail_that_is_gone_is_not_found(staff_client: Client) -> None:
    assert staff_client.post(f"{PATH}/999/seen").status_code == 404


def test_many_are_shown_by_the_page(staff_client: Client, now: datetime) -> None:
    for number in range(60):
        mail = f"From: a@b.example\nMessage-ID: <{number}>\nSubject: number {number}.\n\nx".encode()
        replies.receive(reading.read(mail), now - timedelta(minutes=60 - number))
    assert "number 59." in staff_client.get(PATH).text
    assert "number 9." in staff_client.get(f"{PATH}?page=2").text


@pytest.mark.parametrize("key", replies.OUTCOMES)
def test_every_outcome_is_worded(staff_client: Client, key: str) -> None:
    with staff_client.application.test_request_context():
        assert words.outcome(key) != key


def test_mails_and_replies_lead_to_each_other(staff_client: Client) -> None:
    assert PATH in staff_client.get("/staff/mails").text
    assert 'href="/staff/mails" aria-current="page"' in staff_client.get(PATH).text
