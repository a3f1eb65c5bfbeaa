"""Near the date a contact tells us of an absence instead of cancelling, takes it back, and says afterwards who watched along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.registrations import Registration
from scheduler.services.actors import WORKER
from scheduler.services.registrations import booking
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_lecture, a_registration, an_account
from tests.web.customer.pages import DAY, HOUR, actor, attend, page_of

# 14:00 in Tokyo of the same day: past the cut-off.
NEAR = NOW + 5 * HOUR


def row_of(number: int) -> Registration:
    return db.session.get_one(Registration, number, populate_existing=True)


@pytest.mark.parametrize(
    ("starts_at", "offered", "hidden"),
    [(NEAR, "欠席を連絡する", "キャンセルする"), (NOW + 7 * DAY, "キャンセルする", "欠席を連絡する")],
)
def test_from_the_cut_off_on_the_page_asks_for_a_word_instead_of_a_cancellation(
    client: Client, app: Flask, starts_at: object, offered: str, hidden: str
) -> None:
    contact = a_contact()
    booking.register(contact.id, a_lecture(starts_at=starts_at).id, NOW, actor(contact))
    text = client.get(page_of(contact)).text
    assert offered in text
    assert hidden not in text


def test_an_absence_is_told_seen_and_taken_back(client: Client, app: Flask) -> None:
    contact = a_contact()
    number = booking.register(contact.id, a_lecture(starts_at=NEAR).id, NOW, actor(contact))
    door = f"{page_of(contact)}/registrations/{number}/absence"
    assert "開催後に、別の日程をご案内します" in client.get(door).text
    assert client.post(door).status_code == 303
    assert (row_of(number).absence_told_by, row_of(number).status) == ("contact", "booked")
    text = client.get(page_of(contact)).text
    assert "欠席のご連絡済み" in text
    assert "やはり参加する" in text
    assert client.get(door).status_code == 303
    assert client.post(f"{door}/undo").status_code == 303
    assert row_of(number).absence_told_at is None
    assert "ご参加をお待ちしております" in client.get(page_of(contact)).text


def test_where_somebody_waits_for_the_seat_giving_it_up_is_offered(client: Client, app: Flask) -> None:
    contact, lecture = a_contact(), a_lecture(starts_at=NEAR, capacity=1)
    number = booking.register(contact.id, lecture.id, NOW, actor(contact))
    door = f"{page_of(contact)}/registrations/{number}/absence"
    assert "お席をお譲りできます" not in client.get(door).text
    booking.register(a_contact().id, lecture.id, NOW, WORKER, waitlist=True)
    assert "お席をお譲りできます" in client.get(door).text


def test_before_the_cut_off_and_for_somebody_elses_seat_it_is_refused(client: Client, app: Flask) -> None:
    contact, other = a_contact(), a_contact()
    early = booking.register(contact.id, a_lecture(starts_at=NOW + 7 * DAY).id, NOW, actor(contact))
    answer = client.post(f"{page_of(contact)}/registrations/{early}/absence")
    assert answer.status_code == 409
    assert "まだ日程の変更とキャンセルを承れます" in answer.text
    near = booking.register(other.id, a_lecture(starts_at=NEAR).id, NOW, actor(other))
    assert client.post(f"{page_of(contact)}/registrations/{near}/absence").status_code == 404
    assert db.session.scalars(select(Registration.absence_told_at)).all() == [None, None]


def test_a_coordinator_tells_of_a_colleagues_absence(client: Client, app: Flask) -> None:
    account = an_account()
    chief, colleague = a_contact(account, role="coordinator"), a_contact(account)
    number = booking.register(colleague.id, a_lecture(starts_at=NEAR).id, NOW, WORKER)
    door = f"{page_of(chief)}/registrations/{number}/absence?person={colleague.id}"
    assert "欠席を連絡する" in client.get(door).text
    assert client.post(door).status_code == 303
    assert row_of(number).absence_told_by == "contact"


def test_excused_reads_otherwise_than_missed_on_the_page(client: Client, app: Flask) -> None:
    contact, gone = a_contact(), a_lecture(starts_at=NOW - 2 * DAY)
    a_registration(contact, gone)
    attend(contact, gone, "excused")
    a_lecture()
    text = client.get(page_of(contact)).text
    assert "ご欠席のご連絡をいただきました" in text
    assert "ご参加いただけませんでした" not in text


@pytest.mark.parametrize("verdict", ["attended", "partial", "unknown"])
def test_for_a_week_after_the_lecture_companions_can_be_named(client: Client, database: Flask, verdict: str) -> None:
    contact, gone = a_contact(), a_lecture(starts_at=NOW - 2 * DAY)
    row = a_registration(contact, gone)
    if verdict != "unknown":
        attend(contact, gone, verdict)
    assert "同じ画面でご覧になった方がいる場合" in client.get(page_of(contact)).text
    answer = client.post(f"{page_of(contact)}/registrations/{row.id}/companions", data={"companions": "鈴木 花"})
    assert answer.status_code == 303
    assert row_of(row.id).companions == ["鈴木 花"]
    assert "3月30日(月) に同席された方（1 名）" in client.get(page_of(contact)).text


@pytest.mark.parametrize(("ago", "verdict"), [(timedelta(days=8), "attended"), (timedelta(days=2), "missed")])
def test_later_or_by_who_was_not_there_nobody_is_named(
    client: Client, app: Flask, ago: timedelta, verdict: str
) -> None:
    contact, gone = a_contact(), a_lecture(starts_at=NOW - ago)
    row = a_registration(contact, gone)
    attend(contact, gone, verdict)
    assert "同じ画面でご覧になった方がいる場合" not in client.get(page_of(contact)).text
    answer = client.post(f"{page_of(contact)}/registrations/{row.id}/companions", data={"companions": "鈴木 花"})
    assert (answer.status_code == 422) == (ago > timedelta(days=7))
