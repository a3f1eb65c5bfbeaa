"""What one press owes to several people leaves in five minutes, and can be called back until it has left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import introductions, mail_batches, newcomers
from scheduler.services.actors import Actor
from scheduler.services.mail_batches import CalledBack
from tests.factories import a_contact, a_course, an_account

STAFF = Actor("staff", None, "page")
FIVE = timedelta(minutes=5)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _a_few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two people of one company be enough for a mass mail, so that these tests need not make eleven."""
    monkeypatch.setattr(mail_batches, "HANDFUL", 1)


@pytest.mark.parametrize(
    ("accounts", "waits"),
    [([], False), ([7], False), ([7] * 10, False), ([7] * 11, True), ([7, 8], True)],
)
def test_to_several_companies_or_more_than_ten_people_it_is_a_mass_mail(
    accounts: list[int], waits: bool, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    press = mail_batches.press(accounts, now)
    assert (press.due_at, press.batch is not None) == (now + (FIVE if waits else timedelta(0)), waits)


def introduced(people: int, now: datetime) -> Account:
    a_course()
    account = an_account()
    for _number in range(people):
        a_contact(account)
    introductions.start([account.id], "everyone", now, STAFF)
    return account


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).order_by(Mail.id).execution_options(populate_existing=True)))


def leave(mail: Mail, state: str = "sent") -> None:
    with db.writing():
        db.session.execute(update(Mail).where(Mail.id == mail.id).values(state=state))


def anew(account: Account) -> Account:
    return db.session.get_one(Account, account.id, populate_existing=True)


def test_to_one_person_it_leaves_at_once(now: datetime) -> None:
    introduced(1, now)
    assert [(mail.due_at, mail.next_try_at, mail.batch) for mail in mails()] == [(now, now, None)]
    assert mail_batches.waiting() == []


def test_to_several_it_waits_five_minutes_and_is_shown_until_it_has_left(now: datetime) -> None:
    introduced(3, now)
    assert {(mail.due_at, mail.next_try_at) for mail in mails()} == {(now + FIVE, now + FIVE)}
    leave(mails()[0])
    (batch,) = mail_batches.waiting()
    assert (batch.kinds, batch.waiting, batch.left, batch.next_at) == (("invitation",), 2, 1, now + FIVE)
    for mail in mails()[1:]:
        leave(mail)
    assert mail_batches.waiting() == []


def test_the_invitations_to_a_course_wait_too(now: datetime) -> None:
    a_course()
    account = an_account(stage="success")
    a_contact(account)
    a_contact(account)
    newcomers.invite("basic", "everyone", now, STAFF)
    assert [batch.waiting for batch in mail_batches.waiting()] == [2]


def test_calling_back_stops_what_has_not_left_and_says_what_had(now: datetime) -> None:
    account = introduced(3, now)
    leave(mails()[0])
    batch = mails()[0].batch
    assert batch is not None
    assert mail_batches.call_back(batch, now, STAFF) == CalledBack(stopped=2, left=1)
    assert [(mail.state, mail.reason) for mail in mails()] == [("sent", ""), *[("dropped", "called_back")] * 2]
    told = db.session.scalars(select(Event).where(Event.key == "mails_called_back")).one()
    assert (told.account_id, told.params) == (account.id, {"count": 2})
    # Somebody was written to: the account is introduced.
    assert anew(account).introduced_at == now
    assert mail_batches.call_back(batch, now, STAFF) == CalledBack(stopped=0, left=1)


def test_an_account_of_which_nobody_was_written_to_is_not_introduced_after_all(now: datetime) -> None:
    account = introduced(2, now)
    batch = mails()[0].batch
    assert batch is not None
    mail_batches.call_back(batch, now, STAFF)
    account = anew(account)
    assert (account.introduced_at, account.introduced_to) == (None, None)
    assert next(knot for knot in account.knots if knot["key"] == "invited")["state"] != "met"


def test_pressing_again_after_calling_back_owes_them_once_more(now: datetime) -> None:
    account = introduced(2, now)
    first = mails()[0].batch
    assert first is not None
    mail_batches.call_back(first, now, STAFF)
    later = now + timedelta(hours=1)
    assert len(introductions.start([account.id], "everyone", later, STAFF).invited) == 2
    assert [(mail.state, mail.due_at, mail.next_try_at) for mail in mails()] == [
        ("queued", later + FIVE, later + FIVE)
    ] * 2
    assert first not in {mail.batch for mail in mails()}


def test_whoever_was_only_greeted_before_is_so_again(now: datetime) -> None:
    a_course()
    account = an_account()
    for _number in range(2):
        a_contact(account)
    introductions.start([account.id], "coordinator", now, STAFF, "welcome")
    for mail in mails():
        leave(mail)
    later = now + timedelta(days=1)
    introductions.start([account.id], "everyone", later, STAFF)
    assert anew(account).introduced_at == later
    (batch,) = mail_batches.waiting()
    mail_batches.call_back(batch.batch, later, STAFF)
    account = anew(account)
    assert (account.introduced_at, account.introduced_to) == (now, "coordinator")


def test_an_account_introduced_before_stays_so_when_a_later_press_is_called_back(now: datetime) -> None:
    account = introduced(1, now)
    for _number in range(2):
        a_contact(account)
    later = now + timedelta(hours=1)
    introductions.start([account.id], "everyone", later, STAFF)
    (batch,) = mail_batches.waiting()
    mail_batches.call_back(batch.batch, later, STAFF)
    assert anew(account).introduced_at == now


def test_an_unknown_press_takes_nothing_back(now: datetime) -> None:
    introduced(2, now)
    assert mail_batches.call_back("nothing", now, STAFF) == CalledBack(0, 0)
    assert {mail.state for mail in mails()} == {"queued"}


def test_a_greeting_is_called_back_like_an_invitation(now: datetime) -> None:
    a_course()
    account = an_account()
    for _number in range(2):
        a_contact(account)
    introductions.start([account.id], "everyone", now, STAFF, "welcome")
    (batch,) = mail_batches.waiting()
    assert batch.kinds == ("welcome",)
    mail_batches.call_back(batch.batch, now, STAFF)
    assert anew(account).introduced_at is None
    introductions.start([account.id], "everyone", now + timedelta(hours=1), STAFF, "welcome")
    leave(mails()[0])
    (batch,) = mail_batches.waiting()
    mail_batches.call_back(batch.batch, now + timedelta(hours=1), STAFF)
    # Somebody was greeted: the account is introduced.
    assert anew(account).introduced_at == now + timedelta(hours=1)
