"""Reckoning with days gives the same on both databases, over month ends and leap days."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Date, literal, null, select

from scheduler.models.db import db
from scheduler.models.spans import days_between, days_later, latest, month_of

pytestmark = pytest.mark.usefixtures("database")

LEAP = date(2024, 2, 28)


def test_days_are_counted_over_leap_days_and_backwards() -> None:
    found = db.session.execute(
        select(days_between(LEAP, date(2024, 3, 1)), days_between(date(2024, 3, 1), LEAP), days_between(LEAP, LEAP))
    ).one()
    assert tuple(found) == (2, -2, 0)


def test_a_day_is_moved_put_into_its_month_and_compared_with_others_that_may_be_unknown() -> None:
    unknown = null().cast(Date)
    found = db.session.execute(
        select(
            days_later(LEAP, 2),
            days_later(LEAP, -28),
            month_of(LEAP),
            month_of(date(2025, 12, 1)),
            latest(LEAP, unknown, date(2024, 1, 1)),
            latest(LEAP, unknown, literal(date(2024, 3, 5), Date())),
            latest(LEAP),
        )
    ).one()
    assert tuple(found) == (
        *(date(2024, 3, 1), date(2024, 1, 31), date(2024, 2, 1), date(2025, 12, 1)),
        *(LEAP, date(2024, 3, 5), LEAP),
    )
