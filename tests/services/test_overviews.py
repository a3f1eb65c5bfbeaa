"""All that is known of accounts at once: complete, in order, and in as many statements for many as for one."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask

from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.services import overviews
from scheduler.services.overviews import Wanted
from tests.factories import a_contact, a_course, a_lecture, a_member, a_setup_step, a_store, an_account
from tests.statements import noted


def furnish(number: int, now: datetime) -> None:
    """Add an account with two stores, two people, an owner, and somebody's attendance."""
    account = an_account(external_id=f"A-{number}", onboarding_owner_id=a_member().id)
    stores = a_store(account, code="Y02"), a_store(account, code="Y01")
    people = [a_contact(account, (store,)) for store in stores]
    lecture = a_lecture(a_course("basic"), now - timedelta(days=1))
    with db.writing():
        db.session.add(Attendance(lecture_id=lecture.id, contact_id=people[0].id, verdict="attended", decided_at=now))


def test_everything_of_an_account_is_there_in_order(database: Flask, now: datetime) -> None:
    a_setup_step("menu")
    furnish(1, now)
    furnish(2, now)
    first, second = overviews.listed(Wanted(), limit=10)
    assert [one.account.external_id for one in (first, second)] == ["A-1", "A-2"]
    for one in (first, second):
        assert [store.code for store in one.stores] == ["Y01", "Y02"]
        assert [[store.code for store in person.stores] for person in one.contacts] == [["Y02"], ["Y01"]]
        assert [row.contact_id for row in one.attendance] == [one.contacts[0].id]
        assert [step.key for step in one.setup] == ["menu"]
        assert set(one.names) >= {person.id for person in one.contacts}


def test_many_accounts_take_no_more_statements_than_one(app: Flask, now: datetime) -> None:
    a_setup_step("menu")
    counts = []
    for number in range(1, 7):
        furnish(number, now)
        if number in (1, 6):
            db.session.expunge_all()
            with noted() as seen:
                for one in overviews.listed(Wanted(), limit=10):
                    assert one.account.onboarding_owner is not None
                    assert [row.lecture.course.key for row in one.attendance] == ["basic"]
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 15


def test_a_filter_narrows_and_the_next_piece_goes_on_after_the_last(app: Flask, now: datetime) -> None:
    accounts = [an_account(level="stuck" if number % 2 else "on_track") for number in range(4)]
    an_account(stage="success", ready_since=now)
    found = overviews.listed(Wanted(stage="onboarding", ready=False, stuck=True), limit=1)
    assert [one.account.id for one in found] == [accounts[1].id]
    found = overviews.listed(Wanted(stage="onboarding", stuck=True), limit=5, after=accounts[1].id)
    assert [one.account.id for one in found] == [accounts[3].id]
    assert overviews.of([]) == []
