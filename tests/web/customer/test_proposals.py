"""The personal page shows the times offered, one button each; one press books the lecture and the seat."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services import proposals
from scheduler.services.actors import Actor
from tests.conftest import NOW, Client
from tests.factories import a_contact, a_lecture, a_member, an_account
from tests.services.test_bookings import own
from tests.web.customer.pages import page_of

STAFF = Actor("staff", None, "page")
TIMES = [datetime(2026, 4, 8, 10), datetime(2026, 4, 9, 13)]
AT = {"at": "2026-04-08T10:00"}


def test_a_press_books_the_lecture_and_the_seat_and_the_confirmation_follows(client: Client) -> None:
    host, contact = a_member(name="小林 美咲"), a_contact()
    number = proposals.offer(own(contact, host_id=host.id), TIMES, NOW, STAFF)
    page = page_of(contact)
    text = client.get(page).text
    for words in ("日時のご提案", "4月8日(水)", "10:00–11:00", "4月9日(木)", "講師: 小林 美咲", "日本時間"):
        assert words in text
    choose = f"{page}/proposals/{number}/choose"
    assert text.count(f'action="{choose}"') == 2
    assert client.get(choose).location == f"{page}#proposal-{number}"
    pressed = client.post(choose, data=AT)
    assert (pressed.status_code, pressed.location) == (303, page)
    text = client.get(page).text
    assert "日時が決まりました。お申し込みの確認メールをお送りします。" in text
    assert "お申し込み済み" in text
    assert choose not in text
    assert db.session.scalars(select(Registration.status)).all() == ["booked"]
    assert db.session.scalars(select(Mail.kind).order_by(Mail.id)).all() == ["proposal", "confirmation"]


def test_pressed_again_nothing_is_done_twice_and_another_time_says_what_stands(client: Client) -> None:
    contact = a_contact()
    number = proposals.offer(own(contact), TIMES, NOW, STAFF)
    choose = f"{page_of(contact)}/proposals/{number}/choose"
    for _ in range(2):
        assert client.post(choose, data=AT).status_code == 303
    other = client.post(choose, data={"at": "2026-04-09T13:00"})
    assert other.status_code == 303
    assert "すでにお選びいただいています" in client.get(other.location).text
    assert len(db.session.scalars(select(Lecture)).all()) == 1


def test_a_time_taken_meanwhile_or_withdrawn_says_what_to_do_instead(client: Client) -> None:
    host, contact = a_member(), a_contact()
    number = proposals.offer(own(contact, host_id=host.id), TIMES, NOW, STAFF)
    a_lecture(starts_at=datetime(2026, 4, 8, 1, tzinfo=UTC), host_id=host.id)
    page = page_of(contact)
    choose = f"{page}/proposals/{number}/choose"
    taken = client.post(choose, data=AT)
    assert taken.status_code == 409
    assert "お選びの日時はほかの予定で埋まりました" in taken.text
    assert taken.text.count(f'action="{choose}"') == 1
    assert client.post(choose, data={"at": "tomorrow"}).status_code == 404
    proposals.withdraw(number, NOW, STAFF)
    withdrawn = client.post(choose, data=AT)
    assert withdrawn.status_code == 409
    assert "取り下げられています" in withdrawn.text
    assert db.session.scalars(select(Registration)).all() == []


def test_when_no_time_is_left_the_page_asks_for_wishes(client: Client) -> None:
    host, contact = a_member(), a_contact()
    proposals.offer(own(contact, host_id=host.id), TIMES[:1], NOW, STAFF)
    a_lecture(starts_at=datetime(2026, 4, 8, 1, tzinfo=UTC), host_id=host.id)
    text = client.get(page_of(contact)).text
    assert "ご提案した日時は過ぎたか、ほかの予定で埋まりました" in text
    assert f"{page_of(contact)}/wishes/basic" in text


def _same(page: str, number: int) -> str:
    """Leave out of a page what differs from answer to answer: the number asked for, and the forms' tokens."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.replace(f"proposals/{number}/", ""))


def test_nobody_else_sees_or_chooses_an_offer(client: Client) -> None:
    account = an_account()
    contact = a_contact(account)
    number = proposals.offer(own(contact), TIMES, NOW, STAFF)
    for other in (a_contact(account), a_contact()):
        page = page_of(other)
        assert "日時のご提案" not in client.get(page).text
        response = client.post(f"{page}/proposals/{number}/choose", data=AT)
        assert response.status_code == 404
        nothing = client.post(f"{page}/proposals/{number + 1}/choose", data=AT).text
        assert _same(response.text, number) == _same(nothing, number + 1)
    assert db.session.scalars(select(Registration)).all() == []


def test_who_reads_english_reads_the_times_in_the_own_zone(client: Client) -> None:
    contact = a_contact(locale="en", zone="Asia/Singapore")
    proposals.offer(own(contact), TIMES, NOW, STAFF)
    text = client.get(page_of(contact)).text
    assert "09:00–10:00" in text
    assert "Singapore time" in text
