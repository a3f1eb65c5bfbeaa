"""People added after 案内を開始 are invited like the others, once, by a job of the morning."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.services import introductions, late_joiners
from scheduler.services.actors import Actor
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account

STAFF = Actor("staff", None, "page")
LATER = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def account(now: datetime) -> Account:
    a_course()
    account = an_account()
    a_contact(account)
    introductions.start([account.id], "coordinator", now, STAFF)
    return account


def invited() -> list[int | None]:
    return list(db.session.scalars(select(Mail.contact_id).order_by(Mail.id)))


def test_who_comes_later_is_invited_once(account: Account, now: datetime) -> None:
    late = a_contact(account, created_at=now + LATER)
    assert [late_joiners.invite(now + LATER) for _again in range(2)] == [1, 0]
    assert invited()[1:] == [late.id]


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "member"},
        {"email": None, "phone": "03-1111-2222"},
        {"created_at": datetime.fromisoformat("2026-03-01T00:00Z")},
    ],
    ids=["not of the audience", "no address", "was there and not chosen"],
)
def test_only_whom_the_introduction_meant(account: Account, fields: dict[str, Any], now: datetime) -> None:
    a_contact(account, **{"created_at": now + LATER} | fields)
    assert late_joiners.invite(now + LATER) == 0


def test_nobody_who_is_registered_has_attended_or_left_the_list(account: Account, now: datetime) -> None:
    registered, came, left = (a_contact(account, created_at=now + LATER) for _number in range(3))
    a_registration(registered, a_lecture())
    past = a_lecture(starts_at=now - timedelta(days=3))
    with db.writing():
        db.session.add(Attendance(lecture_id=past.id, contact_id=came.id, verdict="attended", decided_at=now))
        db.session.add(Suppression(address=left.email, list="invitations", reason="unsubscribed", created_at=now))
    assert late_joiners.invite(now + LATER) == 0


def test_no_account_that_was_not_introduced_or_was_handed_on(now: datetime) -> None:
    a_course()
    a_contact(an_account(), created_at=now + LATER)
    a_contact(an_account(stage="success", introduced_at=now, introduced_to="everyone"), created_at=now + LATER)
    assert late_joiners.invite(now + LATER) == 0


def test_nothing_goes_on_a_day_off(account: Account, now: datetime) -> None:
    a_contact(account, created_at=now + LATER)
    saturday = datetime.fromisoformat("2026-04-04T10:00:00+09:00")
    assert late_joiners.invite(saturday) == 0
    assert late_joiners.invite(saturday + timedelta(days=2)) == 1


def test_whoever_joins_an_account_that_was_only_greeted_waits_for_the_invitations(now: datetime) -> None:
    a_course()
    account = an_account()
    a_contact(account)
    introductions.start([account.id], "everyone", now, STAFF, "welcome")
    a_contact(account, created_at=now + LATER)
    assert late_joiners.invite(now + LATER) == 0
    introductions.start([account.id], "everyone", now + LATER, STAFF)
    late = a_contact(account, created_at=now + 2 * LATER)
    assert late_joiners.invite(now + 2 * LATER) == 1
    assert invited()[-1] == late.id
