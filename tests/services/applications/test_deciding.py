"""What staff decide about visitors whom nobody recognised."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services.applications import deciding
from scheduler.services.applications.deciding import Leave
from scheduler.services.refusals import (
    ApplicationClosed,
    NotFound,
    PrerequisiteMissing,
)
from tests.factories import (
    a_contact,
    a_course,
    a_lecture,
    a_store,
    an_account,
    an_application,
)
from tests.services.applications.asking import registrations, staff, the_only, waits
from tests.services.outbox.answering import Answering, deliver

pytestmark = pytest.mark.usefixtures("database")


def test_somebody_we_know_is_accepted_and_confirmed_at_the_address_we_know(now: datetime) -> None:
    contact, actor = a_contact(email="private@mihon.example"), staff()
    row = waits(email="hanako@mihon.example")
    assert deciding.accept(row.id, contact.id, now, actor) == "booked"
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email == "private@mihon.example"
    kept = the_only()
    assert (kept.state, kept.contact_id, kept.decided_at, kept.decided_by_id) == ("done", contact.id, now, actor.id)
    keys = db.session.scalars(select(Event.key).where(Event.contact_id == contact.id).order_by(Event.id)).all()
    assert list(keys)[:2] == ["application_accepted", "registered"]
    assert [mail.kind for mail in db.session.scalars(select(Mail).where(Mail.contact_id == contact.id))] == [
        "confirmation"
    ]


@pytest.mark.parametrize(
    ("known", "take", "after"), [(None, False, "new"), ("old@x.example", True, "new"), ("old@x.example", False, "old")]
)
def test_the_proven_address_is_kept_where_there_was_none_or_staff_say_so(
    now: datetime, known: str | None, take: bool, after: str
) -> None:
    contact = a_contact(email=known)
    deciding.accept(waits(email="new@x.example").id, contact.id, now, staff(), take_address=take)
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email == f"{after}@x.example"


def test_a_new_person_is_added_with_the_store_of_that_name(now: datetime) -> None:
    account = an_account()
    store = a_store(account, name="横浜店")
    a_store(account, name="川崎店")
    row = waits(name="山田 花子", email="hanako@mihon.example", store="横浜 店", phone="045-000-0000", locale="en")
    assert deciding.accept_new(row.id, account.id, now, staff()) == "booked"
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.account_id, contact.name, contact.email) == (account.id, "山田 花子", "hanako@mihon.example")
    assert (contact.locale, contact.phone_digits, [one.id for one in contact.stores]) == (
        "en",
        "0450000000",
        [store.id],
    )
    assert the_only().contact_id == contact.id


def test_on_a_full_date_whoever_is_accepted_waits(now: datetime) -> None:
    row = waits(a_lecture(capacity=1, seats_taken=1))
    assert deciding.accept(row.id, a_contact().id, now, staff()) == "waitlisted"


def test_what_cannot_be_registered_leaves_the_application_waiting(now: datetime) -> None:
    advanced = a_course("advanced", prerequisite_id=a_course("basic").id)
    row, contact, actor = waits(a_lecture(advanced)), a_contact(email=None), staff()
    with pytest.raises(PrerequisiteMissing):
        deciding.accept(row.id, contact.id, now, actor)
    with pytest.raises(NotFound):
        deciding.accept(row.id, 999_999, now, actor)
    assert the_only().state == "waiting"
    assert db.session.get_one(Contact, contact.id, populate_existing=True).email is None
    assert deciding.accept(row.id, contact.id, now, actor, leave=Leave(exception="電話で確認")) == "booked"
    assert registrations()[0].exception == "電話で確認"


@pytest.mark.parametrize("mails", [True, False])
def test_a_refusal_goes_with_a_mail_or_without(now: datetime, mails: bool) -> None:
    row = waits(name="山田 花子", company="株式会社みほん")
    deciding.refuse(row.id, now, staff(), mails=mails)
    assert the_only().state == "refused"
    transport = Answering()
    assert deliver(now, transport) == int(mails)
    assert [("山田 花子 様" in message.text, "/apply/" in message.text) for message in transport.given] == [
        (True, False)
    ] * mails
    with pytest.raises(ApplicationClosed):
        deciding.refuse(row.id, now, staff(), mails=True)


@pytest.mark.parametrize("state", ["sent", "done", "refused"])
def test_only_what_waits_can_be_decided(now: datetime, state: str) -> None:
    row, contact, actor = an_application(state=state), a_contact(), staff()
    for act in (
        lambda: deciding.accept(row.id, contact.id, now, actor),
        lambda: deciding.accept_new(row.id, contact.account_id, now, actor),
        lambda: deciding.refuse(row.id, now, actor, mails=True),
    ):
        with pytest.raises(ApplicationClosed):
            act()
    assert registrations() == []


def test_who_it_may_be_is_found_by_address_account_and_search(now: datetime) -> None:
    account = an_account(name="株式会社みほん")
    same = a_contact(account, name="山田 花子", email="x@mihon.example")
    other = a_contact(account, name="阿部 一", email="y@mihon.example")
    at_address = a_contact(name="共用", email="hanako@mihon.example")
    a_contact(name="無関係")
    row = waits(name="山田花子", email="hanako@mihon.example", company="みほん", proposed_account_id=account.id)
    assert [one.id for one in deciding.people(row, "")] == [at_address.id, same.id, other.id]
    assert [one.id for one in deciding.people(row, "阿部")] == [other.id]
    assert [one.id for one in deciding.accounts(row, "")] == [account.id]
