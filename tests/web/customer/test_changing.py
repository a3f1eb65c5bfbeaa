"""Changing the date, cancelling and joining on the personal page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.services import addresses
from scheduler.services.actors import WORKER
from scheduler.services.installation import here
from scheduler.services.lectures import cancelling
from scheduler.services.registrations import booking
from tests.conftest import Client
from tests.factories import (
    NOW,
    a_contact,
    a_lecture,
    a_registration,
    an_account,
)
from tests.web.customer.pages import DAY, HOUR, actor, fill, page_of, written


def test_the_date_is_changed_with_one_button(client: Client, database: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    uid = db.session.get_one(Registration, number).uid
    change = f"{page_of(contact)}/registrations/{number}/change"
    assert "この日程に変更する" in client.get(change).text
    assert client.post(change, data={"lecture": other.id}).status_code == 303
    text = client.get(page_of(contact)).text
    assert "日程を変更しました" in text
    assert "4月10日(金)" in text
    row = db.session.scalars(select(Registration)).one()
    assert (row.lecture_id, row.uid, row.sequence) == (other.id, uid, 1)
    assert db.session.get_one(Lecture, lecture.id).seats_taken == 0
    assert client.post(change, data={"lecture": other.id}).status_code == 303
    assert "すでにお申し込みいただいています" in client.get(page_of(contact)).text


def test_changing_to_a_date_that_filled_up_keeps_the_old_one(client: Client, database: Flask) -> None:
    contact, lecture, full = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY, capacity=1)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    fill(full)
    before = written()
    answer = client.post(f"{page_of(contact)}/registrations/{number}/change", data={"lecture": full.id})
    assert answer.status_code == 409
    assert "満席となりました" in answer.text
    assert db.session.get_one(Registration, number).lecture_id == lecture.id
    assert written() == before


def test_another_date_can_be_taken_beside_the_one_held(client: Client, app: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    text = client.get(f"{page_of(contact)}/registrations/{number}/change?also=1").text
    assert f"/lectures/{other.id}/register" in text
    client.post(f"{page_of(contact)}/lectures/{other.id}/register")
    assert client.get(page_of(contact)).text.count("お申し込み済み") == 2


def test_a_mail_for_another_date_offers_the_change_first(client: Client, app: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    text = client.get(page_of(contact, other)).text
    assert text.index(f"/registrations/{number}/change") < text.index("今のお申し込みを残して、追加で申し込む")


def test_cancelling_asks_first_and_changes_nothing_before_the_press(client: Client, app: Flask) -> None:
    contact = a_contact()
    number = booking.register(contact.id, a_lecture().id, NOW, actor(contact))
    before = written()
    path = f"{page_of(contact)}/registrations/{number}/cancel"
    assert "キャンセルしてよろしいですか" in client.get(path).text
    assert written() == before
    assert client.post(path).status_code == 303
    assert "お申し込みをキャンセルしました" in client.get(page_of(contact)).text
    assert db.session.get_one(Registration, number).status == "cancelled"
    assert client.post(path).status_code == 303
    assert "すでに取り消されています" in client.get(page_of(contact)).text


def test_a_lecture_that_has_begun_can_neither_be_changed_nor_cancelled(client: Client, app: Flask) -> None:
    contact, other = a_contact(), a_lecture()
    row = a_registration(contact, a_lecture(starts_at=NOW - HOUR / 2))
    path = f"{page_of(contact)}/registrations/{row.id}"
    text = client.get(page_of(contact)).text
    assert "お申し込み済み" in text
    assert "日程を変更する" not in text
    for method, action, data in (
        ("GET", "change", {}),
        ("POST", "change", {"lecture": other.id}),
        ("POST", "cancel", {}),
    ):
        answer = client.open(f"{path}/{action}", method=method, data=data)
        assert answer.status_code == 409
        assert "受付を終了しました" in answer.text
    assert db.session.get_one(Registration, row.id).status == "booked"


def test_nobody_touches_anothers_registration(client: Client, app: Flask) -> None:
    account = an_account()
    row, lecture = a_registration(a_contact(account)), a_lecture(starts_at=NOW + 9 * DAY)
    path = f"{page_of(a_contact(account))}/registrations/{row.id}"
    before = written()
    for method, action, data in (
        ("GET", "change", {}),
        ("POST", "change", {"lecture": lecture.id}),
        ("GET", "cancel", {}),
        ("POST", "cancel", {}),
        ("POST", "companions", {"companions": "x"}),
    ):
        answer = client.open(f"{path}/{action}", method=method, data=data)
        assert answer.status_code == 404
        assert f"/lectures/{lecture.id}/register" in answer.text
    assert written() == before


def test_a_cancelled_lecture_is_told_with_its_reason_and_the_booking_can_move(client: Client, app: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    cancelling.cancel(lecture.id, {"ja": "講師の都合により"}, NOW, WORKER)
    text = client.get(page_of(contact)).text
    assert "都合により中止となりました" in text
    assert "講師の都合により" in text
    assert (
        client.post(f"{page_of(contact)}/registrations/{number}/change", data={"lecture": other.id}).status_code == 303
    )
    assert "中止" not in client.get(page_of(contact)).text


def test_companions_are_named_afterwards(client: Client, app: Flask) -> None:
    contact = a_contact()
    row = a_registration(contact)
    path = f"{page_of(contact)}/registrations/{row.id}/companions"
    client.post(path, data={"companions": "佐藤 次郎"})
    assert "同席される方（1 名）" in client.get(page_of(contact)).text
    assert client.post(path, data={"companions": "\n".join(map(str, range(51)))}).status_code == 422
    assert client.post(path, data={"companions": "長" * 61}).status_code == 422
    assert db.session.get_one(Registration, row.id).companions == ["佐藤 次郎"]


@pytest.mark.parametrize(
    ("starts_in", "shown"),
    [(timedelta(minutes=16), False), (timedelta(minutes=15), True), (-timedelta(minutes=59), True)],
)
def test_the_join_button_stands_there_from_a_quarter_of_an_hour_before(
    client: Client, app: Flask, starts_in: timedelta, shown: bool
) -> None:
    contact = a_contact()
    row = a_registration(contact, a_lecture(starts_at=NOW + starts_in))
    text = client.get(page_of(contact)).text
    assert (addresses.join(row.id, contact).removeprefix(here().base_url) in text) is shown
    assert "meet.example" not in text


def test_calendar_buttons_subscribe_to_the_own_feed(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    text = client.get(page_of(contact)).text
    feed = addresses.feed(contact)
    assert f'href="webcal://{feed.removeprefix("http://")}"' in text
    assert "https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2F" in text
    assert "https://outlook.office.com/calendar/0/addfromweb?url=http%3A%2F%2F" in text
    assert f'href="{feed}" download' in text
    assert "1日ほどかかる" in text
