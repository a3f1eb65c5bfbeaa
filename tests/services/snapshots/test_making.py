"""The tables that reports count from say what history says, however often and in whatever order they are made."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from scheduler.models.db import db
from scheduler.models.snapshots import Milestone, Tenure, Turnout
from scheduler.services.snapshots import making
from tests import factories as a
from tests.factories import NOW


def test_a_past_seat_is_counted_with_its_account_and_its_days(database: Flask) -> None:
    account = a.an_account(signed_on=date(2026, 3, 1), created_at=NOW - timedelta(days=20))
    shop = a.a_store(account)
    person = a.a_contact(account, stores=(shop,))
    held = a.a_lecture(starts_at=NOW - timedelta(days=2))
    booked = a.a_registration(person, held, registered_at=NOW - timedelta(days=7))
    a.a_registration(a.a_contact(account), a.a_lecture())

    assert making.make(NOW) == 3

    row = db.session.scalars(select(Turnout)).one()
    assert (row.registration_id, row.account_id, row.day) == (booked.id, account.id, date(2026, 3, 30))
    assert (row.lead, row.size, row.asked, row.reminder, row.verdict, row.joined) == (
        *("4_7", "1", "unasked", "none", "unknown", False),
    )
    milestone = db.session.get_one(Milestone, account.id)
    assert (milestone.began_on, milestone.came_live, milestone.stores) == (date(2026, 3, 1), False, 1)
    span = db.session.scalars(select(Tenure)).one()
    assert (span.stage, span.stores, span.from_on, span.until_on) == ("onboarding", 1, date(2026, 3, 12), None)
    assert making.make(NOW) == 0
