"""Registering on the personal page: one press, and every refusal says what to do."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from tests.conftest import Client
from tests.factories import (
    NOW,
    a_contact,
    a_lecture,
    a_registration,
    an_account,
)
from tests.web.customer.pages import DAY, HOUR, advanced, fill, page_of, written


def test_one_press_registers_and_shows_the_date_large_with_what_happens_next(client: Client, database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    answer = client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(contact))
    text = client.get(page_of(contact)).text
    assert "お申し込みを承りました。確認メールをお送りします。" in text
    assert re.search(r'dateblock-day"[^>]*>4月8日\(水\)<', text)
    assert "当日は 08:45 から" in text
    row = db.session.scalars(select(Registration)).one()
    assert (row.contact_id, row.status, row.channel) == (contact.id, "booked", "page")
    assert db.session.scalars(select(Mail.kind)).all() == ["confirmation"]


def test_pressing_twice_registers_once_and_says_so_kindly(client: Client, database: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    for _press in range(2):
        assert client.post(f"{page_of(contact)}/lectures/{lecture.id}/register").status_code == 303
    assert "すでにお申し込みいただいています" in client.get(page_of(contact)).text
    assert db.session.scalar(select(func.count(Registration.id))) == 1
    assert db.session.get_one(Lecture, lecture.id).seats_taken == 1


def test_colleagues_before_the_same_screen_can_be_named_at_once(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    client.post(f"{page_of(contact)}/lectures/{lecture.id}/register", data={"companions": "佐藤 次郎\r\n 鈴木、高橋 "})
    assert db.session.scalars(select(Registration)).one().companions == ["佐藤 次郎", "鈴木", "高橋"]


@pytest.mark.parametrize(("locale", "said"), [("ja", "開催するかどうかを確認している"), ("en", "whether this date")])
def test_a_date_that_waits_for_a_decision_refuses_who_types_its_address(
    locale: str, said: str, client: Client, app: Flask
) -> None:
    contact, lecture = a_contact(locale=locale), a_lecture(stray_since=NOW)
    answer = client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert (answer.status_code, said in answer.text) == (409, True)
    assert said in client.get(f"{page_of(contact)}?lecture={lecture.id}").text
    assert db.session.scalars(select(Registration)).all() == []


def test_a_date_that_has_just_filled_up_says_so_and_shows_the_others(client: Client, database: Flask) -> None:
    contact, lecture, other = a_contact(), a_lecture(capacity=2), a_lecture(starts_at=NOW + 9 * DAY)
    fill(lecture)
    before = written()
    answer = client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert answer.status_code == 409
    assert "こちらの日程は満席となりました" in answer.text
    assert f"/lectures/{other.id}/register" in answer.text
    assert written() == before


def test_the_waiting_list_is_joined_and_left_again(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture(capacity=1, seats_taken=1)
    path = page_of(contact)
    assert client.post(f"{path}/lectures/{lecture.id}/register", data={"waitlist": "1"}).status_code == 303
    text = client.get(path).text
    assert "キャンセル待ちを承りました" in text
    row = db.session.scalars(select(Registration)).one()
    assert row.status == "waitlisted"
    assert client.post(f"{path}/registrations/{row.id}/cancel").status_code == 303
    assert "キャンセル待ちを取り消しました" in client.get(path).text


def test_a_seat_that_is_no_longer_given_out_by_itself_can_be_taken(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NOW + 5 * HOUR)
    a_registration(contact, lecture, status="waitlisted")
    assert "空きが出ました" in client.get(page_of(contact)).text
    client.post(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert db.session.scalars(select(Registration.status)).one() == "booked"


@pytest.mark.parametrize(
    ("case", "status", "words"),
    [
        ("over", 409, "受付を終了しました"),
        ("cancelled", 409, "中止となりました"),
        ("another's", 404, "対象が見つかりません"),
        ("unknown", 404, "対象が見つかりません"),
        ("too early", 409, "前提となるレクチャーの受講後に"),
    ],
)
def test_a_date_that_cannot_be_had_says_why_and_shows_the_others(
    client: Client, app: Flask, case: str, status: int, words: str
) -> None:
    contact, other = a_contact(), a_lecture(starts_at=NOW + 9 * DAY)
    lecture_id = {
        "over": lambda: a_lecture(starts_at=NOW - HOUR).id,
        "cancelled": lambda: a_lecture(status="cancelled").id,
        "another's": lambda: a_lecture(account_id=an_account().id).id,
        "unknown": lambda: 999_999_999,
        "too early": lambda: a_lecture(advanced()).id,
    }[case]()
    before = written()
    answer = client.post(f"{page_of(contact)}/lectures/{lecture_id}/register")
    assert answer.status_code == status
    assert words in answer.text
    assert f"/lectures/{other.id}/register" in answer.text
    assert written() == before
    shown = client.get(f"{page_of(contact)}?lecture={lecture_id}")
    assert shown.status_code == 200
    assert words in shown.text


def test_a_lecture_held_for_the_own_company_can_be_taken(client: Client, app: Flask) -> None:
    contact = a_contact()
    lecture = a_lecture(account_id=contact.account_id)
    assert client.post(f"{page_of(contact)}/lectures/{lecture.id}/register").status_code == 303


def test_a_link_to_one_date_shows_that_date_first_with_one_button(client: Client, app: Flask) -> None:
    contact, first, wanted = a_contact(), a_lecture(), a_lecture(starts_at=NOW + 20 * DAY)
    text = client.get(page_of(contact, wanted)).text
    assert text.index(f"/lectures/{wanted.id}/register") < text.index(f"/lectures/{first.id}/register")
    assert text.count(f"/lectures/{wanted.id}/register") == 1
    assert "この日程で申し込む" in text
    assert db.session.scalar(select(func.count(Registration.id))) == 0


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 40, "", "１"])
def test_an_unreadable_date_in_the_link_is_left_out(client: Client, app: Flask, odd: str) -> None:
    assert client.get(f"{page_of(a_contact())}?lecture={odd}").status_code == 200


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 2**63, 10**40])
def test_a_number_no_database_holds_is_not_found(client: Client, app: Flask, number: int) -> None:
    path = page_of(a_contact())
    for action in (f"lectures/{number}/register", f"registrations/{number}/cancel"):
        assert client.post(f"{path}/{action}").status_code in (404, 405)


def test_reloading_the_page_after_a_refusal_leads_back_to_the_date(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture()
    answer = client.get(f"{page_of(contact)}/lectures/{lecture.id}/register")
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(contact, lecture))
