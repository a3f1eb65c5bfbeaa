"""A step that a course wants first: whoever lacks it is let in, and the owner is warned once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.lectures import Course
from scheduler.models.tasks import Task
from scheduler.services import setup, wanted_steps
from scheduler.services.actors import Actor
from scheduler.services.registrations.booking import register
from tests.factories import a_contact, a_course, a_lecture, a_member, a_setup_step, a_store, an_account

STAFF = Actor("staff", None, "page")

pytestmark = pytest.mark.usefixtures("app")


def a_wanting_course(**step: object) -> Course:
    wanted = a_setup_step("login", **step)
    course = a_course()
    with db.writing():
        course = db.session.merge(course)
        course.wanted_step_id = wanted.id
    return course


def tasks_of(account: Account) -> list[tuple[str, bool]]:
    query = select(Task.kind, Task.done_at).where(Task.account_id == account.id).order_by(Task.id)
    return [(kind, done_at is not None) for kind, done_at in db.session.execute(query)]


def test_the_owner_is_warned_once_for_an_account_and_a_course_and_nobody_is_kept_out(now: datetime) -> None:
    course = a_wanting_course()
    account = an_account(onboarding_owner_id=(owner := a_member()).id)
    for days in (7, 8):
        assert register(a_contact(account).id, a_lecture(course, now + timedelta(days=days)).id, now, STAFF)
    (task,) = db.session.scalars(select(Task))
    assert (task.kind, task.owner_id) == ("step_wanted", owner.id)
    assert (task.params["step"], task.params["course"]) == ("login", "basic")


def test_the_warning_ends_when_the_step_is_done(now: datetime) -> None:
    course, account = a_wanting_course(), an_account()
    register(a_contact(account).id, a_lecture(course).id, now, STAFF)
    setup.complete(account.id, "login", now, STAFF, state="waiting", waiting_on="us")
    assert tasks_of(account) == [("step_wanted", False)]
    setup.complete(account.id, "login", now, STAFF)
    assert tasks_of(account) == [("step_wanted", True)]


def test_nobody_is_warned_whose_account_has_the_step_or_is_not_asked_for_it(now: datetime) -> None:
    course, done, spared = (
        a_wanting_course(asked_from=now),
        an_account(),
        an_account(created_at=now - timedelta(days=1)),
    )
    setup.complete(done.id, "login", now, STAFF)
    for account in (done, spared):
        register(a_contact(account).id, a_lecture(course).id, now, STAFF)
        assert tasks_of(account) == []


def test_a_step_per_store_is_looked_at_where_somebody_works(now: datetime) -> None:
    a_wanting_course(per="store")
    account = an_account()
    here, there = a_store(account), a_store(account)
    setup.complete(account.id, "login", now, STAFF, store_code=here.code)
    has, lacks, everywhere = a_contact(account, (here,)), a_contact(account, (there,)), a_contact(account)
    step_id = a_setup_step("login").id
    assert wanted_steps.lacking(step_id, [has.id, lacks.id, everywhere.id]) == {lacks.id, everywhere.id}
