"""Answers how contracts are asked of the database: what became of each, and for how long each account is a customer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from scheduler.models.accounts import Account, Contract
from scheduler.models.snapshots import Milestone
from scheduler.models.spans import days_between, days_later, month_of
from scheduler.rules.reporting import Asked
from scheduler.services.reports import asking

# What became of a contract, and of an account's onboarding.
STATES = ("renewed", "ended", "running", "unsaid")
READY = ("in_time", "late", "never", "unplanned", "live")
ATTENDED = ("attended", "not_attended")


def contracts(asked: Asked, today: date) -> Subquery:
    """Select the contracts whose term covers a day of the period: id, account_id, starts_on, ends_on, fee, state, month.

    `state` is one of STATES. What nobody said is told by what followed: a later contract means renewed, a cancelled account
    ended. Without either it is running until its term is over, and then unsaid. `month` is the first day of the month of
    its last day; null: that comes after the period.
    """
    following = func.lead(Contract.starts_on).over(partition_by=Contract.account_id, order_by=Contract.starts_on)
    columns = (Contract.id, Contract.account_id, Contract.starts_on, Contract.ends_on, Contract.outcome)
    one = select(*columns, Contract.monthly_fee.label("fee"), following.label("following")).subquery()
    state = case(
        (one.c.outcome.is_not(None), one.c.outcome),
        (one.c.following.is_not(None), "renewed"),
        (Account.cancelled_on <= today, "ended"),
        (one.c.ends_on > today, "running"),
        else_="unsaid",
    )
    month = case((one.c.ends_on <= asked.until + timedelta(days=1), month_of(days_later(one.c.ends_on, -1))))
    in_force = (one.c.starts_on <= asked.until, one.c.ends_on > asked.since)
    told = (one.c.id, one.c.account_id, one.c.starts_on, one.c.ends_on, one.c.fee, state.label("state"))
    query = select(*told, month.label("month")).join(Account, Account.id == one.c.account_id)
    return query.where(*in_force, *asking.accounts(asked)).subquery()


def came_due(row: Subquery) -> list[ColumnElement[bool]]:
    """Match, of `contracts`, those whose last day lies in the period, but for those that are still running."""
    return [row.c.month.is_not(None), row.c.state != "running"]


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
