"""An account's level knows at once whether mail arrives, whatever happens to the worker that noticed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from emails import Refused, TryAgain
from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import proving
from scheduler.services.actors import Actor
from scheduler.services.outbox.deliver import LEASE, deliver_due, retry
from scheduler.services.registrations import booking
from tests.factories import a_contact, a_lecture, an_account
from tests.services.outbox.answering import Answering, deliver

PAGE = Actor("contact", 1, "page")
LATER = LEASE + timedelta(seconds=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def contact(now: datetime) -> Contact:
    """Somebody who has just registered, and whose account is on track."""
    contact = a_contact(an_account(introduced_at=now))
    booking.register(contact.id, a_lecture().id, now, PAGE)
    assert level(contact) == ("on_track", [])
    return contact


def level(contact: Contact) -> tuple[str, list[str]]:
    account = db.session.get_one(Account, contact.account_id, populate_existing=True)
    return account.level, [reason["key"] for reason in account.level_reasons]


def mails() -> list[tuple[str, int]]:
    query = select(Mail.state, Mail.attempts).order_by(Mail.id).execution_options(populate_existing=True)
    return [(state, attempts) for state, attempts in db.session.execute(query)]


def test_a_mail_refused_for_good_puts_its_account_behind_at_once(contact: Contact, now: datetime) -> None:
    assert deliver(now, Answering(Refused("550 no such user"))) == 1
    assert level(contact) == ("behind", ["unreachable"])


def test_a_mail_that_is_tried_again_says_nothing_about_its_account(contact: Contact, now: datetime) -> None:
    deliver(now, Answering(TryAgain("450 busy")))
    assert level(contact) == ("on_track", [])


def test_a_mail_that_arrives_after_all_puts_the_account_on_track_again(contact: Contact, now: datetime) -> None:
    deliver(now, Answering(Refused("550 mailbox full")))
    retry(db.session.scalars(select(Mail.id)).one(), now, PAGE)
    deliver(now, Answering())
    assert level(contact) == ("on_track", [])


def test_a_worker_killed_between_the_failure_and_its_consequence_leaves_both_to_the_next(
    contact: Contact, now: datetime
) -> None:
    def killed(_account_id: int, _now: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_due(now, Answering(Refused("550 no such user")), killed)
    assert (mails(), level(contact)) == ([("sending", 1)], ("on_track", []))
    assert deliver(now + LATER, Answering(Refused("550 no such user"))) == 1
    assert (mails(), level(contact)) == ([("failed", 2)], ("behind", ["unreachable"]))
    assert db.session.scalars(select(Event.key).where(Event.key == "mail_failed")).all() == ["mail_failed"]


def test_an_account_that_cannot_be_judged_keeps_no_mail_from_being_recorded(
    contact: Contact, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(account_id: int, _now: datetime) -> None:
        db.session.get_one(Account, account_id).note = "half done"
        db.session.flush()
        raise ValueError("no paper left")

    assert deliver_due(now, Answering(Refused("550 no such user")), breaks) == 1
    assert mails() == [("failed", 1)]
    assert "account_not_judged" in caplog.text
    assert db.session.get_one(Account, contact.account_id, populate_existing=True).note == ""
    proving.refresh_all(now)
    assert level(contact) == ("behind", ["unreachable"])


def test_a_mail_that_was_sent_is_recorded_whatever_happens_to_its_accounts_level(
    contact: Contact, now: datetime
) -> None:
    deliver(now, Answering(Refused("550 mailbox full")))
    retry(db.session.scalars(select(Mail.id)).one(), now, PAGE)

    def killed(_account_id: int, _now: datetime) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_due(now, Answering(), killed)
    assert mails() == [("sent", 1)]
    again = Answering()
    deliver(now + LATER, again)
    assert again.given == []
