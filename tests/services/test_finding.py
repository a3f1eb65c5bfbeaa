"""The link goes again to whoever has the address, to each person once an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from scheduler.models.db import db
from scheduler.models.mails import Mail
from scheduler.services import finding
from scheduler.services.refusals import Invalid
from tests.factories import a_contact

pytestmark = pytest.mark.usefixtures("database")


def owed() -> int:
    return db.session.scalar(select(func.count()).select_from(Mail)) or 0


def test_once_within_an_hour_and_again_in_the_next(now: datetime) -> None:
    contact = a_contact(email="hanako@mihon.example")
    for minutes in (0, 10, 59):
        finding.send_again("hanako@mihon.example", now + timedelta(minutes=minutes))
        assert owed() == 1
    finding.send_again("hanako@mihon.example", now + timedelta(minutes=60))
    mails = db.session.scalars(select(Mail)).all()
    assert {(mail.kind, mail.contact_id, mail.account_id) for mail in mails} == {
        ("link_again", contact.id, contact.account_id)
    }
    assert {mail.expires_at for mail in mails} == {now + timedelta(days=1), now + timedelta(hours=25)}


def test_an_address_of_many_gets_ten_at_most(now: datetime) -> None:
    for number in range(12):
        a_contact(name=f"スタッフ {number}", email="shop@mihon.example")
    finding.send_again("SHOP@mihon.example", now)
    assert owed() == 10


def test_an_unknown_address_is_owed_nothing_and_no_address_is_refused(now: datetime) -> None:
    finding.send_again("nobody@mihon.example", now)
    with pytest.raises(Invalid):
        finding.send_again("nobody", now)
    assert owed() == 0
