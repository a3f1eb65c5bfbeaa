"""Answers which accounts nobody attended for so far, and which share of their stores somebody attended for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.snapshots import Milestone, Turnout
from scheduler.rules.attendance_rates import SIZE_BANDS, SMALL, ranked, rate, size_band
from scheduler.rules.reporting import Asked, Column, Kind, Named, Part, Plot, Row
from scheduler.services import spared
from scheduler.services.reports import asking
from scheduler.services.reports.attendance.parts import NO_DATA, weakest

# The row that stands for all stores together.
ALL = "all"


class Standing(NamedTuple):
    """Accounts of one stage, plan and number of stores: how many, how many of them without anybody attended, their stores."""

    stage: str
    plan: str
    size: int
    accounts: int
    without: int
    stores: int
    stores_attended: int


def count(asked: Asked, now: datetime) -> list[Standing]:
    """Count accounts and stores as they stood when last counted, by stage, plan and number of stores, in one statement."""
    keys = (Account.stage, Account.plan, Milestone.stores)
    numbers = (
        func.count(),
        func.count().filter(nobody()),
        func.sum(Milestone.stores),
        func.sum(Milestone.stores_attended),
    )
    query = select(*keys, *numbers).join(Milestone, Milestone.account_id == Account.id)
    return [Standing(*row) for row in db.session.execute(query.where(*going(asked, now)).group_by(*keys))]


def going(asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    """Match the accounts that are expected to attend: neither cancelled, nor undecided, nor already live when they came."""
    runs = or_(Account.cancelled_on.is_(None), Account.cancelled_on > spared.today(now))
    return [runs, ~Account.undecided, ~Milestone.came_live, *asking.accounts(asked)]


def nobody() -> ColumnElement[bool]:
    """Match the accounts that nobody attended anything for, whatever the conditions of readiness ask."""
    attended = exists().where(Turnout.account_id == Account.id, Turnout.verdict == "attended")
    return Milestone.attended_on.is_(None) & (Milestone.stores_attended == 0) & ~attended


def with_stores() -> list[ColumnElement[bool]]:
    """Match the accounts whose stores are to attend; those of sales are not invited yet."""
    return [Account.stage != "sales", Milestone.stores > 0]


def without(found: Sequence[Standing]) -> Part:
    """Show by stage how many accounts nobody attended for."""
    columns = (
        Column("stage", "code"),
        Column("accounts", rows=True),
        Column("reached", rows=True),
        Column("without", rows=True),
        Column("rate", "rate", rows=True),
    )
    rows = []
    for stage in STAGES:
        accounts = sum(one.accounts for one in found if one.stage == stage)
        left = sum(one.without for one in found if one.stage == stage)
        if accounts:
            share = rate(accounts - left, accounts)
            rows.append(Row(stage, (stage, accounts, accounts - left, left, share), share.small))
    plot = Plot("stacked", "stage", ("reached", "without"))
    return Part("without", columns, tuple(rows), plot=plot, notes=() if rows else (NO_DATA,))


def stores_by_size(found: Sequence[Standing]) -> Part:
    """Show the share of stores that attended: of all, and by how many stores an account has."""
    groups = _groups(found, lambda one: size_band(one.size))
    order = [band for band in SIZE_BANDS if band in groups]
    everything = {ALL: _sum(list(groups.values()))} if groups else {}
    called = {band: band for band in (ALL, *order)}
    return _stores("stores_size", "size", "code", everything | {band: groups[band] for band in order}, called)


def stores_by_plan(found: Sequence[Standing]) -> Part:
    """Show the share of stores that attended by the account's plan, the best first."""
    groups = {f"={plan}": one for plan, one in _groups(found, lambda one: one.plan).items()}
    first = ranked({key: rate(one.stores_attended, one.stores) for key, one in groups.items()})
    small = sorted(groups.keys() - set(first), key=lambda key: (-groups[key].stores, key))
    called = {key: Named(key[1:], key[1:]) for key in groups}
    return _stores("stores_plan", "plan", "named", {key: groups[key] for key in (*first, *small)}, called)


def _stores(
    key: str, column: str, kind: Kind, groups: Mapping[str, Standing], called: Mapping[str, str | Named]
) -> Part:
    columns = (
        Column(column, kind),
        Column("accounts", rows=True),
        Column("stores", rows=True),
        Column("stores_attended", rows=True),
        Column("rate", "rate", rows=True),
    )
    rates = {one: rate(sums.stores_attended, sums.stores) for one, sums in groups.items()}
    rows = tuple(
        Row(one, (called[one], sums.accounts, sums.stores, sums.stores_attended, rates[one]), sums.stores < SMALL)
        for one, sums in groups.items()
    )
    notes = weakest(key, column, {one: found for one, found in rates.items() if one != ALL}, called)
    return Part(key, columns, rows, plot=Plot("bars", column, ("rate",)), notes=notes if rows else (NO_DATA,))


def _groups(found: Sequence[Standing], key: Callable[[Standing], str]) -> dict[str, Standing]:
    gathered: dict[str, list[Standing]] = {}
    for one in found:
        if one.stage != "sales" and one.size:
            gathered.setdefault(key(one), []).append(one)
    return {group: _sum(ones) for group, ones in gathered.items()}


def _sum(found: Sequence[Standing]) -> Standing:
    accounts, without, stores, attended = (
        sum(getattr(one, name) for one in found) for name in ("accounts", "without", "stores", "stores_attended")
    )
    return Standing("", "", 0, accounts, without, stores, attended)
