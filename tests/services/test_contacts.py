"""People of an account: whoever can be reached at all is kept, once, and a hand's word outlasts a list's doubt."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import contacts
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import a_contact, a_store, an_account

STAFF = Actor("staff", None, "phone")

pytestmark = pytest.mark.usefixtures("database")


def the(contact_id: int) -> Contact:
    return db.session.get_one(Contact, contact_id, populate_existing=True)


def test_a_person_is_added_with_the_keys_by_which_people_are_found(now: datetime) -> None:
    account = an_account()
    store = a_store(account, code="Y1")
    number = contacts.add(
        account.id, {"name": "髙橋　みどり", "phone": "０９０-1234-5678", "stores": ["Y1"]}, now, STAFF
    )
    contact = the(number)
    assert (contact.name, contact.name_key, contact.phone_digits) == ("髙橋 みどり", "高橋ミドリ", "09012345678")
    assert [row.id for row in contact.stores] == [store.id]
    assert contact.checks == []
    event = db.session.scalars(select(Event).where(Event.key == "contact_added")).one()
    assert (event.contact_id, event.channel, event.params) == (number, "phone", {})


@pytest.mark.parametrize("fields", [{"name": "山田"}, {"email": "shop@customer.example"}, {"phone": "045-111-2222"}])
def test_a_name_an_address_or_a_telephone_is_enough(now: datetime, fields: dict[str, str]) -> None:
    assert contacts.add(an_account().id, fields, now, STAFF)


def test_nobody_at_all_is_refused(now: datetime) -> None:
    with pytest.raises(Invalid, match="contact_empty"):
        contacts.add(an_account().id, {"name": " ", "reading": "ヤマダ"}, now, STAFF)


def test_the_same_person_twice_is_refused_with_the_reason_and_nothing_changes(now: datetime) -> None:
    account = an_account()
    known = a_contact(account, name="山田 花子", email="hanako@customer.example")
    other = a_contact(account, name="鈴木 一郎", email="hanako@customer.example")
    with pytest.raises(Invalid, match="contact_known"):
        contacts.add(account.id, {"name": "山田花子", "email": "hanako@customer.example"}, now, STAFF)
    with pytest.raises(Invalid, match="contact_known"):
        contacts.edit(other.id, {"name": "山田 花子"}, now, STAFF)
    assert the(other.id).name == "鈴木 一郎"
    assert the(known.id).name == "山田 花子"


def test_an_edit_records_the_fields_and_takes_doubts_about_the_old_address_away(now: datetime) -> None:
    account = an_account()
    store = a_store(account, code="Y1")
    contact = a_contact(account, email=None, checks=["no_email", "several_stores"])
    contacts.edit(contact.id, {"email": "Hanako@customer.example", "role": "manager", "stores": ["Y1"]}, now, STAFF)
    changed = the(contact.id)
    assert (changed.email, changed.role, changed.checks) == ("hanako@customer.example", "manager", ["several_stores"])
    assert [row.id for row in changed.stores] == [store.id]
    event = db.session.scalars(select(Event).where(Event.key == "contact_changed")).one()
    assert event.params == {"fields": ["email", "role", "stores"]}
    contacts.edit(contact.id, {"role": "manager"}, now, STAFF)
    assert len(db.session.scalars(select(Event).where(Event.key == "contact_changed")).all()) == 1


def test_an_edit_without_stores_leaves_them_and_an_empty_list_takes_them_away(now: datetime) -> None:
    account = an_account()
    contact = a_contact(account, stores=(a_store(account),))
    contacts.edit(contact.id, {"reading": "ヤマダ"}, now, STAFF)
    assert len(the(contact.id).stores) == 1
    contacts.edit(contact.id, {"stores": []}, now, STAFF)
    assert the(contact.id).stores == []


def test_a_store_of_another_account_is_unknown(now: datetime) -> None:
    foreign = a_store(code="F1")
    with pytest.raises(Invalid, match="unknown_store"):
        contacts.add(an_account().id, {"name": "山田", "stores": [foreign.code]}, now, STAFF)


def test_somebody_checked_needs_no_checking_any_more(now: datetime) -> None:
    contact = a_contact(checks=["shared_address"])
    contacts.mark_checked(contact.id, now, STAFF)
    contacts.mark_checked(contact.id, now, STAFF)
    assert the(contact.id).checks == []
    assert len(db.session.scalars(select(Event).where(Event.key == "contact_checked")).all()) == 1


def test_a_reset_ends_every_link_of_a_person(now: datetime) -> None:
    contact = a_contact()
    contacts.reset_links(contact.id, now, STAFF)
    assert (the(contact.id).link_version, the(contact.id).feed_version) == (2, 2)


def test_whose_calendar_link_was_changed_is_told_by_mail(now: datetime) -> None:
    contact, phone = a_contact(), a_contact(email=None)
    for person in (contact, phone, contact):
        contacts.reset_feed(person.id, now, STAFF)
    assert (the(contact.id).link_version, the(contact.id).feed_version) == (1, 3)
    mails = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [(mail.kind, mail.contact_id) for mail in mails] == [("feed_reset", contact.id)] * 2


def test_nobody_is_not_found(now: datetime) -> None:
    for act in (contacts.mark_checked, contacts.reset_links):
        with pytest.raises(NotFound):
            act(999, now, STAFF)
    with pytest.raises(NotFound):
        contacts.edit(999, {}, now, STAFF)
    with pytest.raises(NotFound):
        contacts.add(999, {"name": "山田"}, now, STAFF)
