"""Answers how many accounts reached each knot of the way after how many days, where they wait, and when use began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, literal, select, union_all

from scheduler.models.accounts import Account, Contract
from scheduler.models.db import db
from scheduler.models.snapshots import Milestone
from scheduler.models.spans import days_between, month_of
from scheduler.rules.reporting import Asked
from scheduler.services.reports.elapsed import ALL, Days, month_key
from scheduler.services.reports.way.knots import (
    KNOTS,
    entered,
    entered_on,
    last_seen,
    newcomers,
    on_the_way,
    waits_for,
    waits_since,
)


@dataclass(frozen=True)
class Start:
    """How use began against the day it was planned for: accounts by state, and days early (below zero) or late."""

    states: dict[str, int]
    # Days from the planned day; who is not in use counts up to its last day.
    difference: Days
    # Days from the contract to the planned day, and to use.
    planned: dict[int, int]
    actual: Days


@dataclass(frozen=True)
class Worth:
    """How many accounts there are, of how many the fee is known, and what those pay a month."""

    accounts: int
    known: int
    monthly: int


def reached(asked: Asked, today: date) -> dict[str, dict[str, Days]]:
    """Count, by knot and month (and ALL), after how many days accounts reached it; their order is that of KNOTS."""
    # Named once, so that months and last days are worked out once for all knots.
    columns = (Milestone.began_on, month_of(Milestone.began_on).label("month"), last_seen(today).label("last"))
    one = select(*columns, *KNOTS.values()).where(*newcomers(asked)).cte("newcomers")
    parts = []
    for knot, column in KNOTS.items():
        on = one.c[column.key]
        days = days_between(one.c.began_on, func.coalesce(on, one.c.last)).label("days")
        parts.append(_grouped(knot, select(one.c.month, on.is_not(None).label("came"), days)))
    found: dict[str, dict[str, Days]] = {knot: {ALL: Days()} for knot in KNOTS}
    for knot, month, came, days, accounts in db.session.execute(union_all(*parts)):
        for key in (ALL, month_key(month)):
            found[knot].setdefault(key, Days()).add(came, max(0, days), accounts)
    return found


def started(asked: Asked, today: date) -> dict[str, Start]:
    """Count, by month (and ALL), how use began against the planned day, of the accounts that have one."""
    last, used, planned = last_seen(today), Milestone.in_use_on, Account.planned_start_on
    ours = (Account.id == Milestone.account_id, planned.is_not(None), *newcomers(asked))
    month = month_of(Milestone.began_on).label("month")
    difference = days_between(planned, func.coalesce(used, last))
    contract = (*ours, Milestone.signed_on.is_not(None))
    used_or_not = case((used.is_not(None), "in_use"), else_="").label("state")
    since_contract = days_between(Milestone.signed_on, func.coalesce(used, last)).label("days")
    until_planned = days_between(Milestone.signed_on, planned).label("days")
    query = union_all(
        _grouped("difference", select(month, start_state(today).label("state"), difference.label("days")).where(*ours)),
        _grouped("planned", select(month, literal("").label("state"), until_planned).where(*contract)),
        _grouped("actual", select(month, used_or_not, since_contract).where(*contract)),
    )
    found: dict[str, Start] = {}
    for what, first, state, days, accounts in db.session.execute(query):
        for key in (ALL, month_key(first)):
            start = found.setdefault(key, Start(defaultdict(int), Days(), defaultdict(int), Days()))
            if what == "difference":
                start.states[state] += accounts
                start.difference.add(state in USED, days, accounts)
            elif what == "planned":
                start.planned[days] += accounts
            else:
                start.actual.add(state == "in_use", max(0, days), accounts)
    return found


# How use began or did not, against the planned day.
USED = ("early", "on_time", "late")
STATES = (*USED, "overdue", "ahead", "gone")


def start_state(today: date) -> Any:
    """Return how use began against the planned day: one of STATES.

    early, on_time (on the very day), late; not in use: overdue (the day is past), ahead (it is not), gone (cancelled).
    """
    used, planned = Milestone.in_use_on, Account.planned_start_on
    return case(
        (used < planned, "early"),
        (used == planned, "on_time"),
        (used > planned, "late"),
        (Milestone.cancelled_on <= today, "gone"),
        (planned < today, "overdue"),
        else_="ahead",
    )


def worth(asked: Asked) -> dict[str, Worth]:
    """Add up, by month (and ALL), the monthly fee of each account's first contract with a known fee."""
    first = fees()
    query = (
        select(
            month_of(Milestone.began_on).label("month"),
            func.count(),
            func.count(first.c.monthly_fee),
            func.coalesce(func.sum(first.c.monthly_fee), 0),
        )
        .outerjoin(first, first.c.account_id == Milestone.account_id)
        .where(*newcomers(asked))
        .group_by("month")
    )
    found = {month_key(month): Worth(*map(int, counts)) for month, *counts in db.session.execute(query)}
    every = [(one.accounts, one.known, one.monthly) for one in found.values()]
    return {ALL: Worth(*map(sum, zip(*every, strict=True)))} | found if every else {}


def fees() -> Any:
    """Return, as a subquery, each account's first contract whose fee is known: account_id and monthly_fee."""
    known = select(Contract.account_id, func.min(Contract.starts_on).label("on")).where(
        Contract.monthly_fee.is_not(None)
    )
    first = known.group_by(Contract.account_id).subquery()
    same = (Contract.account_id == first.c.account_id) & (Contract.starts_on == first.c.on)
    return select(Contract.account_id, Contract.monthly_fee).join(first, same).subquery()


def waiting(asked: Asked, today: date) -> dict[str, dict[int, int]]:
    """Count, by the knot they wait for, the accounts on the way by the days they have waited for it."""
    query = select(waits_for().label("knot"), days_between(waits_since(), today).label("days"))
    found: dict[str, dict[int, int]] = {knot: defaultdict(int) for knot in KNOTS}
    for knot, days, accounts in _counted(query.where(*newcomers(asked), on_the_way(today))):
        found[knot][max(0, days)] += accounts
    return found


def steps(asked: Asked, today: date) -> dict[str, Days]:
    """Count, by knot, the days from the knot before it; who was handed over without it counts up to that day."""
    last = func.coalesce(Milestone.handed_over_on, last_seen(today))
    parts = []
    for knot, on in KNOTS.items():
        days = days_between(entered_on(knot), func.coalesce(on, last))
        columns = (on.is_not(None).label("came"), days.label("days"))
        parts.append(_grouped(knot, select(*columns).where(*newcomers(asked), *entered(knot))))
    found = {knot: Days() for knot in KNOTS}
    for knot, came, days, accounts in db.session.execute(union_all(*parts)):
        found[knot].add(came, max(0, days), accounts)
    return found


def left_out(asked: Asked) -> int:
    """Count the accounts that came in the period already live."""
    came = (Milestone.began_on.between(asked.since, asked.until), Milestone.came_live)
    query = select(func.count()).select_from(Milestone).where(*came, *newcomers(asked)[2:])
    return db.session.scalar(query) or 0


def _counted(query: Select[*tuple[Any, ...]]) -> Iterable[Any]:
    """Group rows that read alike, and append how many of each there are."""
    rows = query.subquery()
    return db.session.execute(select(*rows.c, func.count()).group_by(*rows.c))


def _grouped(name: str, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Select a name, then the groups of rows that read alike with how many of each there are."""
    rows = query.subquery()
    return select(literal(name), *rows.c, func.count()).group_by(*rows.c)
