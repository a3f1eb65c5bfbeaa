"""How an address leaves a list of mails in one press, and comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail, Suppression
from scheduler.services import addresses, unsubscribing
from scheduler.services.actors import Actor
from scheduler.services.installation import here
from scheduler.services.outbox import about
from scheduler.services.outbox.owe import owe
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import Invalid, NotFound
from tests.conftest import Client
from tests.factories import NOW, a_contact


def link_of(contact: Contact, wanted_list: str = "invitations") -> str:
    return addresses.unsubscribe(contact, wanted_list).removeprefix(here().base_url)


def suppressed() -> list[tuple[str, str, str]]:
    return [(row.address, row.list, row.reason) for row in db.session.scalars(select(Suppression))]


def events() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


def test_opening_the_link_changes_nothing(client: Client, app: Flask) -> None:
    contact = a_contact()
    for _scanner in range(3):
        answer = client.get(link_of(contact))
        assert answer.status_code == 200
        assert "配信を停止する" in answer.text
    assert suppressed() == []
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("wanted_list", ["invitations", "nudges"])
def test_one_press_takes_the_address_off_that_list_and_pressing_again_changes_nothing(
    client: Client, database: Flask, wanted_list: str
) -> None:
    contact = a_contact(email="hanako@customer.example")
    for _press in range(2):
        answer = client.post(link_of(contact, wanted_list))
        assert answer.status_code == 200
        assert "配信を停止しました" in answer.text
    assert suppressed() == [("hanako@customer.example", wanted_list, "unsubscribed")]
    assert events() == ["unsubscribed"]
    event = db.session.scalars(select(Event)).one()
    assert (event.account_id, event.contact_id, event.params) == (contact.account_id, contact.id, {"list": wanted_list})


def test_a_mail_program_needs_neither_session_nor_form_token(client: Client, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    contact = a_contact()
    answer = client.post(link_of(contact), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert len(suppressed()) == 1
    assert client.post(link_of(contact).replace("?", "/undo?")).status_code == 400
    assert len(suppressed()) == 1


def test_it_can_be_taken_back(client: Client, app: Flask) -> None:
    contact = a_contact()
    client.post(link_of(contact, "nudges"))
    answer = client.post(link_of(contact, "nudges").replace("?", "/undo?"))
    assert (answer.status_code, answer.headers["Location"]) == (303, link_of(contact, "nudges"))
    assert "配信を再開しました" in client.get(link_of(contact, "nudges")).text
    assert suppressed() == []
    assert events() == ["unsubscribed", "resubscribed"]
    assert client.get(link_of(contact, "nudges").replace("?", "/undo?")).status_code == 302


def test_what_was_owed_is_not_sent_after_leaving(client: Client, app: Flask) -> None:
    contact = a_contact()
    with db.writing():
        owe("missed", "missed:1", now=NOW, contact_id=contact.id, account_id=contact.account_id)
    client.post(link_of(contact, "nudges"))
    owed = about.read(db.session.scalars(select(Mail.id)).one())
    assert owed is not None
    assert unwanted(owed, NOW + timedelta(hours=1)) == ("dropped", "unsubscribed")


def test_a_link_without_a_list_means_invitations_and_an_unknown_list_nothing(client: Client, app: Flask) -> None:
    contact = a_contact()
    bare = link_of(contact).partition("?")[0]
    assert "レクチャー日程のご案内" in client.get(bare).text
    assert client.get(f"{bare}?list=everything").status_code == 404
    assert client.post(f"{bare}?list=everything").status_code == 404
    assert suppressed() == []


def test_a_link_that_was_tampered_with_leaves_nothing(client: Client, app: Flask) -> None:
    contact = a_contact()
    bare = link_of(contact).partition("?")[0]
    assert client.post(f"{bare}0?list=nudges").status_code == 404
    assert client.post(f"/unsubscribe/{here().links.sign('me', contact.id, 1)}?list=nudges").status_code == 404
    assert suppressed() == []


def test_whoever_has_no_address_is_told_so(client: Client, app: Flask) -> None:
    contact = a_contact(email=None)
    assert "登録がないため" in client.get(link_of(contact)).text
    assert client.post(link_of(contact)).status_code == 200
    assert suppressed() == []


def test_the_service_refuses_what_does_not_exist(app: Flask) -> None:
    contact = a_contact()
    actor = Actor("contact", contact.id, "page")
    with pytest.raises(Invalid):
        unsubscribing.leave(contact.id, "everything", NOW, actor)
    with pytest.raises(NotFound):
        unsubscribing.leave(contact.id + 1, "nudges", NOW, actor)
    assert unsubscribing.come_back(contact.id, "nudges", NOW, actor) is False
