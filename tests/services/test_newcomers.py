"""Whoever may take a course and was never invited to it is invited once, in whatever stage the account is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.models.accounts import Contact
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail, Suppression
from scheduler.services import introductions, newcomers
from scheduler.services.actors import Actor
from scheduler.services.outbox import about
from scheduler.services.outbox.wanted import unwanted
from scheduler.services.refusals import Invalid, NotFound
from tests.factories import a_contact, a_course, a_lecture, a_registration, an_account
from tests.services.together import at_once

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def advanced() -> Course:
    return a_course("advanced", prerequisite_id=a_course().id, team="success")


def attended(contact: Contact, now: datetime, course: Course | None = None) -> Contact:
    lecture = a_lecture(course, starts_at=now - timedelta(days=3))
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=contact.id, verdict="attended", decided_at=now))
    return contact


def test_who_attended_the_prerequisite_is_invited_in_any_stage_and_only_once(advanced: Course, now: datetime) -> None:
    people = [attended(a_contact(an_account(stage=stage)), now) for stage in ("onboarding", "success", "renewal")]
    a_contact(an_account(stage="success"))
    assert newcomers.plan("advanced", "everyone", now).invited == [contact.id for contact in people]
    assert newcomers.invite("advanced", "everyone", now, STAFF)[0] == 3
    assert newcomers.invite("advanced", "everyone", now, STAFF)[0] == 0
    mails = db.session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [mail.key for mail in mails] == [f"invitation:advanced:{contact.id}" for contact in people]
    assert len(db.session.scalars(select(Event).where(Event.key == "course_invited")).all()) == 3
    for mail in mails:
        facts = about.read(mail.id)
        assert facts is not None
        assert unwanted(facts, now) is None


def test_who_is_registered_attended_left_the_list_or_has_no_mail_gets_none(advanced: Course, now: datetime) -> None:
    booked, done, left, by_phone = (
        attended(a_contact(an_account(stage="success"), email=email), now)
        for email in ("a@c.example", "b@c.example", "c@c.example", None)
    )
    a_registration(booked, a_lecture(advanced))
    attended(done, now, advanced)
    with db.writing():
        db.session.add(Suppression(address="c@c.example", list="invitations", reason="unsubscribed", created_at=now))
    plan = newcomers.plan("advanced", "everyone", now)
    assert (plan.invited, plan.unsubscribed, plan.without_email) == ([], [left.id], [by_phone.id])


def test_the_first_course_leaves_accounts_that_were_not_introduced_to_their_owner(now: datetime) -> None:
    a_course()
    fresh, live, introduced = an_account(), an_account(stage="success"), an_account(introduced_at=now)
    for account in (fresh, an_account(stage="sales"), an_account(undecided=True)):
        a_contact(account)
    wanted = [a_contact(live).id, a_contact(introduced).id]
    a_contact(live, role="member")
    assert newcomers.plan("basic", "coordinator", now).invited == wanted


def test_a_lost_invitation_goes_again_and_one_to_another_course_does_not_count(advanced: Course, now: datetime) -> None:
    account = an_account()
    contact = attended(a_contact(account), now)
    newcomers.invite("advanced", "everyone", now, STAFF)
    other = a_contact(account)
    assert introductions.plan([account.id], "everyone", now).invited == [other.id]
    with db.writing():
        db.session.scalars(select(Mail).where(Mail.contact_id == contact.id)).one().state = "failed"
    assert newcomers.invite("advanced", "everyone", now, STAFF)[0] == 1
    assert db.session.scalars(select(Mail.state).execution_options(populate_existing=True)).all() == ["queued"]


def test_two_who_press_at_once_invite_each_person_once(database: Flask, advanced: Course, now: datetime) -> None:
    attended(a_contact(an_account(stage="success")), now)
    press = lambda: newcomers.invite("advanced", "everyone", now, STAFF)  # noqa: E731
    assert at_once(database, press, press) == []
    assert len(db.session.scalars(select(Mail)).all()) == 1


def test_an_unknown_course_or_audience_is_refused(now: datetime) -> None:
    a_course()
    with pytest.raises(NotFound):
        newcomers.plan("nothing", "everyone", now)
    with pytest.raises(Invalid):
        newcomers.invite("basic", "nobody", datetime.fromisoformat("2026-04-01T00:00:00+00:00"), STAFF)
