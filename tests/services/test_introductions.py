"""案内を開始 invites each person once, and says beforehand how many mails will go."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.services import boundaries, introductions
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def account() -> Account:
    a_course()
    return an_account()


@pytest.mark.parametrize(("audience", "roles"), [("coordinator", 1), ("manager", 2), ("everyone", 3)])
def test_the_audience_chooses_who_is_invited(account: Account, audience: str, roles: int, now: datetime) -> None:
    for role in ("coordinator", "manager", "member"):
        a_contact(account, role=role)
    plan = introductions.plan([account.id], audience, now)
    assert len(plan.invited) == roles
    assert introductions.start([account.id], audience, now, STAFF) == plan
    assert len(db.session.scalars(select(Mail)).all()) == roles


def test_pressing_again_invites_only_who_is_new(account: Account, now: datetime) -> None:
    a_contact(account)
    introductions.start([account.id], "coordinator", now, STAFF)
    late = a_contact(account)
    assert introductions.start([account.id], "coordinator", now, STAFF).invited == [late.id]
    assert len(db.session.scalars(select(Mail)).all()) == 2


def test_the_plan_says_who_gets_none_and_why(account: Account, now: datetime) -> None:
    phone = a_contact(account, email=None)
    booked = a_contact(account)
    a_registration(booked, a_lecture())
    live, empty = an_account(stage="success"), an_account()
    plan = introductions.plan([account.id, live.id, empty.id], "everyone", now)
    assert (plan.without_email, plan.already, plan.not_introduced, plan.nobody, plan.invited) == (
        [phone.id],
        [booked.id],
        [live.id],
        [empty.id],
        [],
    )
    assert db.session.scalars(select(Mail)).all() == []


def test_an_unknown_audience_is_refused(account: Account, now: datetime) -> None:
    with pytest.raises(Invalid):
        introductions.plan([account.id], "nobody", now)


@pytest.mark.parametrize("state", ["failed", "dropped"])
def test_what_the_page_promises_goes_also_after_an_earlier_mail_was_lost(
    account: Account, state: str, now: datetime
) -> None:
    a_contact(account)
    introductions.start([account.id], "coordinator", now, STAFF)
    with db.writing():
        db.session.scalars(select(Mail)).one().state = state
    assert len(introductions.start([account.id], "coordinator", now, STAFF).invited) == 1
    assert db.session.scalars(select(Mail).execution_options(populate_existing=True)).one().state == "queued"


def test_whoever_has_attended_already_is_not_invited(account: Account, now: datetime) -> None:
    contact, lecture = a_contact(account), a_lecture()
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=now))
    assert introductions.plan([account.id], "coordinator", now).already == [contact.id]


def kinds() -> list[tuple[str, int | None]]:
    return [(mail.kind, mail.contact_id) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]


def test_a_greeting_goes_once_to_each_and_invites_nobody(account: Account, now: datetime) -> None:
    people = [a_contact(account), a_contact(account)]
    plan = introductions.start([account.id], "coordinator", now, STAFF, "welcome")
    assert plan.invited == [person.id for person in people]
    assert introductions.start([account.id], "coordinator", now, STAFF, "welcome").already == plan.invited
    assert kinds() == [("welcome", person.id) for person in people]
    assert (account.introduced_at, account.introduced_to) == (now, "coordinator")


def test_whoever_was_greeted_is_invited_when_it_is_pressed_with_the_invitation(account: Account, now: datetime) -> None:
    person, later = a_contact(account), now + timedelta(days=3)
    introductions.start([account.id], "coordinator", now, STAFF, "welcome")
    assert introductions.start([account.id], "everyone", later, STAFF).invited == [person.id]
    assert kinds() == [("welcome", person.id), ("invitation", person.id)]
    # From now on the account is being invited.
    assert (account.introduced_at, account.introduced_to) == (later, "everyone")


def test_whoever_is_invited_is_not_greeted_any_more(account: Account, now: datetime) -> None:
    person, new = a_contact(account), a_contact(account, role="manager")
    introductions.start([account.id], "coordinator", now, STAFF)
    plan = introductions.start([account.id], "manager", now + timedelta(hours=1), STAFF, "welcome")
    assert (plan.invited, plan.already) == ([new.id], [person.id])
    assert (account.introduced_at, account.introduced_to) == (now, "coordinator")


def test_a_greeting_goes_to_whoever_left_the_list_of_invitations(account: Account, now: datetime) -> None:
    person = a_contact(account, email="left@mihon.example")
    with db.writing():
        db.session.add(Suppression(address=person.email, list="invitations", reason="unsubscribed", created_at=now))
    assert introductions.plan([account.id], "coordinator", now).unsubscribed == [person.id]
    assert introductions.plan([account.id], "coordinator", now, "welcome").invited == [person.id]


def test_a_mail_that_there_is_not_is_refused(account: Account, now: datetime) -> None:
    with pytest.raises(Invalid):
        introductions.plan([account.id], "coordinator", now, "letter")


def test_customers_are_written_to_before_the_order_only_where_that_is_decided_for_all(now: datetime) -> None:
    a_course()
    sold = a_contact(an_account(stage="sales"), role="coordinator")
    assert introductions.plan([sold.account_id], "everyone", now).not_introduced == [sold.account_id]
    boundaries.save_first_contact("before", now, STAFF)
    assert introductions.plan([sold.account_id], "everyone", now).invited == [sold.id]
