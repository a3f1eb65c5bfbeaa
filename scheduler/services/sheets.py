"""Answers all that is known of an account, for whoever takes it over: the handover sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from scheduler.models.accounts import Store
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course
from scheduler.models.mails import Mail
from scheduler.models.setup import UsageDay
from scheduler.services import history, participation, setup
from scheduler.services.setup import StepProgress

# How much of the history the sheet shows; the rest is one link away.
EVENTS = 20


@dataclass(frozen=True)
class StoreLine:
    """One store with how many of the steps done per store are closed there."""

    store: Store
    closed: int
    total: int


@dataclass(frozen=True)
class Use:
    """On how many different days the product was used, on the first and on the last of them."""

    days: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Sheet:
    """People and what they attended, stores, set-up, use, mails to the customer by state, and the latest history."""

    courses: list[Course]
    people: list[participation.Row]
    stores: list[StoreLine]
    steps: list[StepProgress]
    use: Use
    mails: dict[str, int]
    events: list[Event]


def of(account_id: int, now: datetime) -> Sheet:
    """Collect the sheet of an account in a dozen statements, however large the account is."""
    courses, people = participation.of_account(account_id, now)
    steps = setup.progress(account_id)
    stores = db.session.scalars(select(Store).where(Store.account_id == account_id).order_by(Store.code))
    days, first_on, last_on = db.session.execute(
        select(func.count(UsageDay.day.distinct()), func.min(UsageDay.day), func.max(UsageDay.day)).where(
            UsageDay.account_id == account_id
        )
    ).one()
    mails = db.session.execute(
        select(Mail.state, func.count())
        .where(Mail.account_id == account_id, Mail.contact_id.is_not(None))
        .group_by(Mail.state)
        .order_by(Mail.state)
    )
    return Sheet(
        courses=courses,
        people=people,
        stores=[_line(store, steps) for store in stores],
        steps=steps,
        use=Use(days, first_on, last_on),
        mails=dict(mails.all()),
        events=history.of_account(account_id, EVENTS),
    )


def _line(store: Store, steps: list[StepProgress]) -> StoreLine:
    items = [item for step in steps for item in step.items if item.store_id == store.id]
    return StoreLine(store, sum(item.state != "open" for item in items), len(items))
