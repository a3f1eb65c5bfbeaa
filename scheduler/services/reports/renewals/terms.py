"""Answers how contracts are asked of the database: what became of each, and for how long each account is a customer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from scheduler.models.accounts import Account, Contract
from scheduler.models.snapshots import Milestone
from scheduler.models.spans import days_between, days_later
from scheduler.rules.reporting import Asked
from scheduler.services.reports import asking

# What became of a contract, and of an account's onboarding.
STATES = ("renewed", "ended", "running", "unsaid")
READY = ("in_time", "late", "never", "unplanned", "live")
ATTENDED = ("attended", "not_attended")

_later = aliased(Contract)


def state(today: date) -> ColumnElement[Any]:
    """Return what became of a contract: one of STATES; its account must be joined.

    What nobody said is told by what followed: a later contract means renewed, a cancelled account ended. Without either it is
    running until its term is over, and then unsaid.
    """
    followed = exists().where(_later.account_id == Contract.account_id, _later.starts_on >= Contract.ends_on)
    said = Contract.outcome.is_not(None)
    return case(
        (said, Contract.outcome),
        (followed, "renewed"),
        (Account.cancelled_on <= today, "ended"),
        (Contract.ends_on > today, "running"),
        else_="unsaid",
    )


def last_on() -> ColumnElement[Any]:
    """Return the last day of a contract's term."""
    return days_later(Contract.ends_on, -1)


def in_force(asked: Asked) -> list[ColumnElement[bool]]:
    """Match the contracts whose term covers a day of the period."""
    return [Contract.starts_on <= asked.until, Contract.ends_on > asked.since, *asking.accounts(asked)]


def came_due(asked: Asked, today: date) -> list[ColumnElement[bool]]:
    """Match the contracts whose last day lies in the period, but for those that are still running."""
    over = Contract.ends_on.between(asked.since + timedelta(days=1), asked.until + timedelta(days=1))
    return [over, state(today) != "running", *asking.accounts(asked)]


def customers(asked: Asked, today: date) -> Select[*tuple[Any, ...]]:
    """Select the accounts whose first contract began in the period: account_id, began_on, ended_on, days, ready, attended.

    `ended_on` is the day it stopped being a customer: cancelled, or the end of the last contract when that was said to end
    there; null: it is one as far as is known, and `days` go to the last day of which that is known. That is today while the
    last contract runs or was renewed, and its last day when nobody said what became of it.
    """
    span = select(
        Contract.account_id, func.min(Contract.starts_on).label("began_on"), func.max(Contract.ends_on).label("over_on")
    )
    one = span.group_by(Contract.account_id).subquery()
    began_on, over_on = one.c.began_on, one.c.over_on
    ended_on = case(
        (Account.cancelled_on <= today, Account.cancelled_on),
        (and_(Contract.outcome == "ended", over_on <= today), over_on),
    )
    is_known = or_(over_on > today, func.coalesce(Contract.outcome, "") == "renewed")
    days = case(
        (ended_on.is_not(None), days_between(began_on, ended_on)),
        (is_known, days_between(began_on, today)),
        else_=days_between(began_on, over_on) - 1,
    )
    columns = (began_on, over_on, ended_on.label("ended_on"), days.label("days"), ready(), attended())
    query = select(one.c.account_id, *columns).join(Account, Account.id == one.c.account_id)
    query = query.join(Contract, and_(Contract.account_id == one.c.account_id, Contract.ends_on == over_on))
    query = query.outerjoin(Milestone, Milestone.account_id == one.c.account_id)
    begun = (began_on.between(asked.since, asked.until), began_on <= today)
    return query.where(*begun, *asking.accounts(asked))


def ready() -> ColumnElement[Any]:
    """Return how an account's onboarding went: one of READY; its milestones must be joined, they may be missing."""
    planned = Account.planned_start_on
    return case(
        (func.coalesce(Milestone.came_live, False), "live"),
        (Milestone.ready_on.is_(None), "never"),
        (planned.is_(None), "unplanned"),
        (Milestone.ready_on <= planned, "in_time"),
        else_="late",
    ).label("ready")


def attended() -> ColumnElement[Any]:
    """Return whether somebody of an account attended: one of ATTENDED."""
    return case((Milestone.attended_on.is_not(None), "attended"), else_="not_attended").label("attended")
