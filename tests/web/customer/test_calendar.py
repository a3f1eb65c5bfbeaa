"""How a contact's dates get into the own calendar, and how a link that others know is ended."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import addresses, history
from scheduler.services.installation import here
from scheduler.services.outbox.content import preview
from scheduler.services.registrations import booking
from tests.conftest import Client
from tests.factories import NOW, a_contact, a_lecture, a_registration
from tests.web.customer.pages import actor, page_of, written


def path_of(address: str) -> str:
    return address.removeprefix(here().base_url)


def fresh(contact: Contact) -> Contact:
    return db.session.get_one(Contact, contact.id)


def test_the_page_shows_every_way_into_a_calendar(client: Client, app: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    page = f"{page_of(contact)}/calendar"
    assert f'href="{page}"' in client.get(page_of(contact)).text
    text, feed = client.get(page).text, addresses.feed(contact)
    for words in (
        f'href="webcal://{feed.removeprefix("http://")}"',
        "https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2F",
        "https://outlook.office.com/calendar/0/addfromweb?url=http%3A%2F%2F",
        f'href="{feed}" download',
        f">{feed}</code>",
    ):
        assert words in text
    assert client.get(page).headers["Cache-Control"] == "no-store"


def test_the_mails_lead_to_that_page_because_the_link_itself_would_save_a_file(client: Client, app: Flask) -> None:
    contact = a_contact()
    booking.register(contact.id, a_lecture().id, NOW, actor(contact))
    mail = db.session.scalars(select(Mail)).one()
    words = preview(mail, NOW).text
    assert f"カレンダーを購読する: {addresses.calendar(contact)}\n" in words
    assert ".ics" not in words
    assert client.get(path_of(addresses.calendar(contact))).status_code == 200


def test_a_link_that_others_know_is_changed_after_asking(client: Client, database: Flask) -> None:
    contact = a_contact()
    a_registration(contact)
    before, reset = path_of(addresses.feed(contact)), f"{page_of(contact)}/calendar/reset"
    assert client.get(before).status_code == 200
    unchanged = written()
    assert "今のリンクは使えなくなり" in client.get(reset).text
    assert written() == unchanged
    answer = client.post(reset)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page_of(contact)}/calendar")
    refused = client.get(before)
    assert refused.status_code == 404
    assert "お客様専用ページ" in refused.text
    after = addresses.feed(fresh(contact))
    text = client.get(f"{page_of(contact)}/calendar").text
    assert "リンクを変更しました" in text
    assert after in text
    assert client.get(path_of(after)).status_code == 200
    # The personal page, the join links and the ends of mails stay as they were.
    assert fresh(contact).link_version == contact.link_version
    assert [event.key for event in history.of_account(contact.account_id)] == ["feed_reset"]


def test_the_page_is_also_there_in_english(client: Client, app: Flask) -> None:
    contact = a_contact(locale="en")
    page = f"{page_of(contact)}/calendar"
    assert "Add to your calendar" in client.get(page).text
    assert "Change the link" in client.get(f"{page}/reset").text
