"""Who does not answer an invitation gets it once more, in other words, and never after an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.mails import Mail, Suppression
from scheduler.services import introductions, invited_again, late_joiners, mail_rules
from scheduler.services.actors import CLI
from scheduler.services.almanac import Almanac
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account

DAY = timedelta(days=1)
TEN = datetime(2026, 4, 1, 1, tzinfo=UTC)


@pytest.fixture
def person(request: pytest.FixtureRequest) -> Contact:
    request.getfixturevalue("database" if "database" in request.fixturenames else "app")
    a_course()
    person = a_contact(an_account())
    introductions.start([person.account_id], "coordinator", TEN, CLI)
    sent()
    return person


def sent() -> None:
    with db.writing():
        db.session.execute(update(Mail).where(Mail.state == "queued").values(state="sent", sent_at=Mail.due_at))


def days_until(days: int) -> list[int]:
    """Run the job each day, mails leaving at once; return on which days after the first another invitation left."""
    for number in range(days):
        invited_again.plan(TEN + number * DAY)
        sent()
    rows = select(Mail.due_at).where(Mail.kind == "invitation").order_by(Mail.due_at)
    return [(at - TEN).days for at in db.session.scalars(rows)][1:]


@pytest.mark.usefixtures("database")
def test_who_never_answered_is_invited_again_after_a_week_and_no_more(person: Contact) -> None:
    assert days_until(60) == [7]
    mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
    assert mail is not None
    assert mail.key == f"invitation:basic:{person.id}:2"
    assert mail.params == {"course_id": a_course().id, "again": True}
    assert (mail.contact_id, mail.account_id, mail.expires_at) == (person.id, person.account_id, mail.due_at + 3 * DAY)


def test_how_often_is_what_operations_decided_the_first_one_counted(person: Contact) -> None:
    mail_rules.save({"invitation.every_days": "3", "invitation.at_most": "4"}, TEN, CLI)
    # The tests' first day is a Wednesday: what falls on a weekend leaves on Monday.
    assert days_until(30) == [5, 8, 12]


@pytest.mark.parametrize(
    "fields",
    [{"stage": "success"}, {"mails_paused_at": TEN}, {"undecided": True}],
    ids=["stage", "paused", "undecided"],
)
def test_some_accounts_are_left_alone(person: Contact, fields: dict[str, Any]) -> None:
    with db.writing():
        db.session.execute(update(Account).values(**fields))
    assert days_until(30) == []


@pytest.mark.usefixtures("database")
def test_whoever_registered_even_if_it_was_cancelled_has_answered(person: Contact) -> None:
    a_registration(person, a_lecture(a_course()), status="cancelled")
    assert days_until(30) == []


def test_whoever_left_the_list_is_not_invited_again(person: Contact) -> None:
    with db.writing():
        db.session.add(Suppression(address=person.email, list="invitations", reason="unsubscribed", created_at=TEN))
    assert days_until(30) == []


@pytest.mark.parametrize("state", ["bounced", "failed", "dropped", "missed"])
def test_an_invitation_that_reached_nobody_is_not_repeated(person: Contact, state: str) -> None:
    with db.writing():
        db.session.execute(update(Mail).values(state=state))
    assert days_until(30) == []


def test_a_worker_that_slept_for_a_month_invites_once(person: Contact) -> None:
    invited_again.plan(TEN + 6 * DAY)
    assert [invited_again.plan(TEN + days * DAY) for days in (36, 36, 37)] == [1, 0, 0]


def test_what_is_long_ago_is_not_taken_up_again(person: Contact) -> None:
    assert invited_again.plan(TEN + 90 * DAY) == 0


def test_people_added_later_are_not_taken_for_invited_again(person: Contact) -> None:
    late = a_contact(db.session.get_one(Account, person.account_id), created_at=TEN + 2 * DAY)
    late_joiners.invite(TEN + 2 * DAY)
    sent()
    assert days_until(12) == [2, 7, 9]
    assert late_joiners.invite(TEN + 12 * DAY) == 0
    assert len(db.session.scalars(select(Mail).where(Mail.contact_id == late.id)).all()) == 2


def test_what_is_to_come_is_what_then_comes(person: Contact) -> None:
    told = [(one.key, one.when) for one in invited_again.upcoming(TEN, TEN + 30 * DAY, Almanac.read())]
    days_until(30)
    came = db.session.execute(select(Mail.key, Mail.due_at).order_by(Mail.id)).all()
    assert told == [tuple(row) for row in came][1:]
