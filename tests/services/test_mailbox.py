"""What a mail that has not left waits for is said, whoever or whatever holds it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import mail_holding, mailbox
from scheduler.services.actors import CLI
from scheduler.services.outbox import closing
from scheduler.services.outbox.owe import owe_many
from tests.factories import a_contact, a_lecture

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def contact() -> Contact:
    return a_contact()


def a_mail(contact: Contact, now: datetime, kind: str = "confirmation", **values: Any) -> Mail:
    about = {"contact_id": contact.id, "account_id": contact.account_id}
    with db.writing():
        owe_many([about | {"kind": kind, "key": f"{kind}:{values}", "due_at": now, "batch": None} | values], now)
    return db.session.scalars(select(Mail).order_by(Mail.id.desc()).execution_options(populate_existing=True)).first()  # type: ignore[return-value]


def test_nothing_is_said_of_what_only_waits_for_its_turn(contact: Contact, now: datetime) -> None:
    mails = [a_mail(contact, now), a_mail(contact, now, due_at=now + timedelta(days=1))]
    assert mailbox.waits(mails, now) == {}
    assert mailbox.waits([], now) == {}


def test_what_the_outbox_noted_is_said(contact: Contact, now: datetime) -> None:
    mail = a_mail(contact, now)
    with db.writing():
        mail.reason = "quiet_hours"
    assert mailbox.waits([mail], now) == {mail.id: "quiet_hours"}


def test_what_can_be_called_back_says_so(contact: Contact, now: datetime) -> None:
    mail = a_mail(contact, now, due_at=now + timedelta(minutes=5), batch="one")
    assert mailbox.waits([mail], now) == {mail.id: "press"}


def test_a_hand_goes_before_everything_else(contact: Contact, now: datetime) -> None:
    lecture = a_lecture()
    thanks, other = a_mail(contact, now, "thanks", lecture_id=lecture.id), a_mail(contact, now)
    closing.close("401", now)
    assert mailbox.waits([thanks, other], now) == {thanks.id: "closed", other.id: "closed"}
    mail_holding.hold_follow_up(lecture.id, now, CLI)
    assert mailbox.waits([thanks, other], now) == {thanks.id: "held", other.id: "closed"}
    mail_holding.pause_account(contact.account_id, now, CLI)
    assert mailbox.waits([thanks, other], now) == {thanks.id: "paused", other.id: "paused"}
    mail_holding.pause_everything(now, CLI)
    assert mailbox.waits([thanks, other], now) == {thanks.id: "all_paused", other.id: "all_paused"}


def test_a_persons_mails_begin_with_what_is_still_to_come(contact: Contact, now: datetime) -> None:
    old, left = a_mail(contact, now), a_mail(contact, now, "thanks")
    later, next_ = (a_mail(contact, now, "missed", due_at=now + timedelta(days=days)) for days in (2, 1))
    with db.writing():
        old.state = left.state = "sent"
    assert mailbox.of_contact(contact.id, 10) == [next_, later, left, old]
    assert mailbox.of_contact(contact.id, 1) == [next_, later, left]
    assert (mailbox.count_queued(), mailbox.count_queued(contact.account_id), mailbox.count_queued(999)) == (2, 2, 0)
