"""A coordinator books, moves and cancels for the company's people; anybody registers a colleague by address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.models.registrations import Registration
from scheduler.services.registrations import booking, changes
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_course, a_lecture, a_registration, a_store, an_account
from tests.web.customer.pages import DAY, actor, advanced, attend, fill, page_of, written


@pytest.fixture
def account(client: Client) -> Account:
    return an_account()


def pressed(text: str, act: str) -> str:
    """Return where the one button for this leads."""
    return re.findall(rf'action="([^"]+/{act})"', text)[0]


@pytest.fixture
def coordinator(account: Account) -> Contact:
    return a_contact(account, role="coordinator", name="窓口 直子")


def test_a_coordinator_sees_every_store_with_names_and_how_each_stands(
    client: Client, account: Account, coordinator: Contact
) -> None:
    shop, empty = a_store(account, name="横浜店"), a_store(account, name="川崎店")
    came, booked, idle = (
        a_contact(account, (shop,), role="member", name=name) for name in ("出席 一", "申込 二", "未定 三")
    )
    past = a_lecture(starts_at=NOW - DAY)
    a_registration(came, past)
    attend(came, past)
    a_registration(booked, a_lecture())
    text = client.get(f"{page_of(coordinator)}/people").text
    assert text.index("横浜店") < text.index("出席 一") < text.index("川崎店") < text.index("窓口 直子")
    for words in ("出席", "申込済み", "未申込", "この店舗の方はまだ登録されていません"):
        assert words in text
    assert f"/people/{idle.id}" in text
    assert empty.name in text
    assert f"{page_of(coordinator)}/people" in client.get(page_of(coordinator)).text


def test_companions_count_for_the_store(client: Client, account: Account, coordinator: Contact) -> None:
    shop = a_store(account, name="横浜店")
    booking.register(
        a_contact(account, (shop,)).id, a_lecture().id, NOW, actor(coordinator), companions=["佐藤"], unnamed=2
    )
    row = re.search(r"横浜店</th>.*?</tr>", client.get(page_of(coordinator)).text, re.DOTALL)
    assert row
    assert "4 名" in row.group()


def test_a_coordinator_books_moves_and_cancels_for_somebody_and_the_history_says_who_did_it(
    client: Client, database: Flask, account: Account, coordinator: Contact
) -> None:
    person, one, other = a_contact(account, role="member"), a_lecture(), a_lecture(starts_at=NOW + 9 * DAY)
    home = f"{page_of(coordinator)}/people/{person.id}"
    page = client.get(home).text
    assert f"/lectures/{one.id}/register?person={person.id}" in page
    booked = client.post(f"{page_of(coordinator)}/lectures/{one.id}/register?person={person.id}")
    assert (booked.status_code, booked.headers["Location"]) == (303, home)
    row = db.session.scalars(select(Registration)).one()
    assert (row.contact_id, row.lecture_id) == (person.id, one.id)
    base = f"{page_of(coordinator)}/registrations/{row.id}"
    assert client.get(f"{base}/change?person={person.id}").status_code == 200
    assert client.post(f"{base}/change?person={person.id}", data={"lecture": other.id}).status_code == 303
    client.post(f"{base}/companions?person={person.id}", data={"companions": "佐藤", "unnamed": "3"})
    db.session.refresh(row)
    assert (row.lecture_id, row.companions, row.unnamed_companions) == (other.id, ["佐藤"], 3)
    assert client.get(f"{base}/cancel?person={person.id}").status_code == 200
    assert client.post(f"{base}/cancel?person={person.id}").headers["Location"] == home
    did = db.session.execute(select(Event.key, Event.actor_id, Event.contact_id).order_by(Event.id)).all()
    assert {(actor_id, contact_id) for _key, actor_id, contact_id in did} == {(coordinator.id, person.id)}
    assert set(db.session.scalars(select(Mail.contact_id))) == {person.id}


def test_the_page_of_somebody_else_shows_no_way_into_the_meeting(
    client: Client, account: Account, coordinator: Contact
) -> None:
    person, soon = a_contact(account), a_lecture(starts_at=NOW + timedelta(minutes=5))
    a_registration(person, soon)
    text = client.get(f"{page_of(coordinator)}/people/{person.id}").text
    assert "お申し込み済み" in text
    assert "/join/" not in text
    assert "/calendar/" not in text


@pytest.mark.parametrize("role", ["manager", "member"])
def test_only_a_coordinator_acts_for_others(client: Client, database: Flask, account: Account, role: str) -> None:
    contact, person, lecture = a_contact(account, role=role), a_contact(account), a_lecture()
    row = a_registration(person, lecture)
    before = written()
    for path in ("people", f"people/{person.id}", f"registrations/{row.id}/cancel?person={person.id}"):
        assert client.get(f"{page_of(contact)}/{path}").status_code == 404
    for path in (f"lectures/{a_lecture().id}/register", f"registrations/{row.id}/cancel"):
        assert client.post(f"{page_of(contact)}/{path}?person={person.id}").status_code == 404
    assert written() == before


def test_a_coordinator_reaches_nobody_of_another_company(client: Client, database: Flask, coordinator: Contact) -> None:
    stranger, lecture = a_contact(), a_lecture()
    row = a_registration(stranger, lecture)
    before = written()
    for wanted in (stranger.id, 999_999, "x"):
        assert client.get(f"{page_of(coordinator)}/people/{wanted}").status_code == 404
        assert client.post(f"{page_of(coordinator)}/lectures/{lecture.id}/register?person={wanted}").status_code == 404
    assert client.post(f"{page_of(coordinator)}/registrations/{row.id}/cancel").status_code == 404
    assert written() == before


def test_a_coordinators_own_name_leads_to_the_own_page(client: Client, coordinator: Contact) -> None:
    answer = client.get(f"{page_of(coordinator)}/people/{coordinator.id}")
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(coordinator))


def test_a_refusal_stays_on_the_page_of_the_person(client: Client, account: Account, coordinator: Contact) -> None:
    person, full = a_contact(account, role="member", name="申込 二"), a_lecture(capacity=1)
    fill(full)
    answer = client.post(f"{page_of(coordinator)}/lectures/{full.id}/register?person={person.id}")
    assert answer.status_code == 409
    assert "申込 二 様の日程" in answer.text
    assert "満席となりました" in answer.text


def test_a_colleague_is_registered_by_address(client: Client, database: Flask, account: Account) -> None:
    contact, lecture = a_contact(account, role="member"), a_lecture()
    form = client.get(f"{page_of(contact)}/colleagues?lecture={lecture.id}").text
    assert f'value="{lecture.id}" selected' in form
    sent = {"lecture": lecture.id, "name": "新人 一郎", "email": "new@customer.example"}
    answer = client.post(f"{page_of(contact)}/colleagues", data=sent)
    assert answer.status_code == 303
    assert "新人 一郎 様のお申し込みを承りました" in client.get(answer.headers["Location"]).text
    new = db.session.scalars(select(Contact).where(Contact.email == "new@customer.example")).one()
    assert (new.account_id, new.checks) == (account.id, ["added_by_colleague"])
    assert f"{page_of(contact)}/colleagues" in client.get(page_of(contact)).text


def test_the_answer_is_the_same_whether_an_address_is_known_registered_or_new(client: Client, account: Account) -> None:
    contact, lecture = a_contact(account, role="member"), a_lecture()
    a_contact(email="elsewhere@customer.example")
    a_registration(a_contact(account, email="here@customer.example"), lecture)
    answers = set()
    for email in ("elsewhere@customer.example", "here@customer.example", "nobody@customer.example"):
        sent = {"lecture": lecture.id, "name": "佐藤 健", "email": email}
        answer = client.post(f"{page_of(contact)}/colleagues", data=sent)
        shown = client.get(answer.headers["Location"]).text
        answers.add((answer.status_code, re.sub(r'value="[\w-]{20,}.*?"', "", shown)))
    assert len(answers) == 1


def test_a_course_for_those_who_attended_another_is_left_to_the_person_and_the_coordinator(
    client: Client, account: Account
) -> None:
    lecture, member = a_lecture(advanced()), a_contact(account, role="member")
    attend(member, a_lecture(starts_at=NOW - DAY))
    form = client.get(f"{page_of(member)}/colleagues").text
    assert f'value="{lecture.id}"' not in form
    assert "活用編は受講の条件があるため、ご本人か、貴社の窓口の方から" in form
    sent = {"lecture": lecture.id, "name": "新人 一郎", "email": "new@customer.example"}
    answer = client.post(f"{page_of(member)}/colleagues", data=sent)
    assert (answer.status_code, "窓口の方からお申し込みください" in answer.text) == (403, True)
    coordinator = a_contact(account, role="coordinator")
    form = client.get(f"{page_of(coordinator)}/colleagues").text
    assert f'value="{lecture.id}"' in form
    assert "受講の条件" not in form


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"email": "no address"}, "メールアドレスの形式"),
        ({"name": " "}, "field-name"),
        ({"lecture": ""}, "field-lecture"),
        ({"lecture": "999999"}, "対象が見つかりません"),
    ],
)
def test_a_form_that_cannot_be_says_why_and_keeps_what_was_written(
    client: Client, account: Account, sent: dict[str, str], words: str
) -> None:
    contact, lecture = a_contact(account), a_lecture()
    filled = {"lecture": str(lecture.id), "name": "佐藤 健", "email": "ken@customer.example"}
    before = db.session.scalar(select(func.count()).select_from(Contact))
    answer = client.post(f"{page_of(contact)}/colleagues", data=filled | sent)
    assert answer.status_code in (404, 422)
    assert words in answer.text
    assert "佐藤 健" in answer.text or "ken@customer.example" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Contact)) == before


def test_a_seat_that_is_kept_is_taken_or_left_with_one_press(client: Client, database: Flask) -> None:
    a_course()
    # The pages' clock stands still on a Wednesday at nine; so the seat was freed late, at nine, for fourteen o'clock.
    lecture = a_lecture(starts_at=NOW + timedelta(hours=5), capacity=1)
    first, second = a_contact(), a_contact()
    booked = booking.register(a_contact().id, lecture.id, NOW - DAY, actor(first))
    for waiter in (first, second):
        booking.register(waiter.id, lecture.id, NOW - DAY, actor(waiter), waitlist=True)
    changes.cancel(booked, NOW, actor(first))
    text = client.get(page_of(first)).text
    assert "4月1日(水) 12:00 までお席を確保しています" in text
    assert "お席を確保しています" not in client.get(page_of(second)).text
    accept, decline = pressed(text, "accept"), pressed(text, "decline")
    assert client.get(accept).status_code == 303
    assert client.post(decline).status_code == 303
    text = client.get(page_of(second)).text
    for _press in range(2):
        assert client.post(pressed(text, "accept")).status_code == 303
    assert "お申し込み済み" in client.get(page_of(second)).text
    refused = client.post(accept)
    assert refused.status_code == 409
    assert "お取り置きできる時間が過ぎたか" in refused.text
