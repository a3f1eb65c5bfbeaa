"""A hand can hold back all mails, those to one account, and what follows a lecture; resuming lets them leave again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.mails import Mail
from scheduler.services import mail_holding
from scheduler.services.actors import Actor
from scheduler.services.mail_holding import Pause
from scheduler.services.outbox.owe import owe
from scheduler.services.refusals import NotFound
from tests.factories import a_contact, a_lecture, a_member, an_account

pytestmark = pytest.mark.usefixtures("app")

STAFF = Actor("staff", None, "page")


def told() -> list[str]:
    return list(db.session.scalars(select(Event.key).order_by(Event.id)))


def put_off(kind: str, reason: str, now: datetime, *, due_at: datetime, **about: Any) -> Mail:
    contact = a_contact()
    with db.writing():
        owe(kind, f"{kind}:{contact.id}", now=now, due_at=due_at, contact_id=contact.id, **about)
        mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
        assert mail is not None
        mail.reason, mail.next_try_at = reason, now + timedelta(days=1)
    return mail


def anew(mail: Mail) -> Mail:
    return db.session.get_one(Mail, mail.id, populate_existing=True)


def test_all_mails_are_paused_and_resumed_once(now: datetime) -> None:
    member = a_member()
    assert mail_holding.paused_everything() is None
    by = Actor("staff", member.id, "page")
    assert mail_holding.pause_everything(now, by)
    assert mail_holding.paused_everything() == Pause(now, member.id)
    assert not mail_holding.pause_everything(now + timedelta(hours=1), STAFF)
    assert mail_holding.paused_everything() == Pause(now, member.id)
    assert mail_holding.resume_everything(now, by)
    assert not mail_holding.resume_everything(now, by)
    assert mail_holding.paused_everything() is None
    assert told() == ["mails_paused", "mails_resumed"]


def test_an_account_is_paused_and_what_was_put_off_is_looked_at_again(now: datetime) -> None:
    account, other = an_account(), an_account()
    assert mail_holding.pause_account(account.id, now, STAFF)
    assert not mail_holding.pause_account(account.id, now, STAFF)
    due, ahead = now - timedelta(hours=1), now + timedelta(hours=3)
    mine = put_off("confirmation", "paused", now, due_at=due, account_id=account.id)
    later = put_off("confirmation", "paused", now, due_at=ahead, account_id=account.id)
    asleep = put_off("invitation", "quiet_hours", now, due_at=due, account_id=account.id)
    theirs = put_off("invitation", "paused", now, due_at=ahead, account_id=other.id)
    assert mail_holding.resume_account(account.id, now, STAFF)
    assert not mail_holding.resume_account(account.id, now, STAFF)
    assert (anew(mine).next_try_at, anew(mine).reason) == (now, "")
    assert anew(later).next_try_at == ahead
    assert {anew(mail).next_try_at for mail in (asleep, theirs)} == {now + timedelta(days=1)}
    assert db.session.get_one(Account, account.id, populate_existing=True).mails_paused_at is None
    assert told() == ["account_mails_paused", "account_mails_resumed"]


def test_what_follows_a_lecture_is_held_and_let_go_but_never_before_it_is_due(now: datetime) -> None:
    lecture, other = a_lecture(), a_lecture()
    assert mail_holding.hold_follow_up(lecture.id, now, STAFF)
    assert not mail_holding.hold_follow_up(lecture.id, now, STAFF)
    tomorrow = now + timedelta(hours=20)
    thanks = put_off("thanks", "held", now, due_at=now - timedelta(hours=1), lecture_id=lecture.id)
    missed = put_off("missed", "held", now, due_at=tomorrow, lecture_id=lecture.id)
    elsewhere = put_off("missed", "held", now, due_at=now, lecture_id=other.id)
    found = mail_holding.follow_up(lecture.id)
    assert (found.waiting, found.due_at) == (2, thanks.due_at)
    assert mail_holding.release_follow_up(lecture.id, now, STAFF) == 2
    assert (anew(thanks).next_try_at, anew(missed).next_try_at) == (now, tomorrow)
    assert anew(elsewhere).reason == "held"
    assert mail_holding.release_follow_up(lecture.id, now, STAFF) == 2
    assert told() == ["follow_up_held", "follow_up_released"]


def test_an_unknown_account_or_lecture_is_not_found(now: datetime) -> None:
    for verb in (
        *(mail_holding.pause_account, mail_holding.resume_account),
        *(mail_holding.hold_follow_up, mail_holding.release_follow_up),
    ):
        with pytest.raises(NotFound):
            verb(999, now, STAFF)
