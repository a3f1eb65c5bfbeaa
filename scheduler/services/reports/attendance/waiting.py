"""Answers which accounts and stores stand behind a number: who waits longest first, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select

from scheduler.models.accounts import STAGES, Account, Store
from scheduler.models.db import db
from scheduler.models.snapshots import Milestone
from scheduler.models.staff import Staff
from scheduler.rules.attendance_rates import SIZE_BANDS, size_band
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services import facts, spared
from scheduler.services.refusals import NotFound
from scheduler.services.reports.attendance import standing

# The parts that count accounts and stores, and the columns of which there are rows.
COLUMNS = {
    "without": ("accounts", "reached", "without", "rate"),
    **dict.fromkeys(("stores_size", "stores_plan"), ("accounts", "stores", "stores_attended", "rate")),
}
# What is shown of an account that is to attend, and of one whose stores are.
_WAITING = (
    *(Column("account", "account"), Column("began_on", "day"), Column("waited", "days")),
    *(Column("invited_on", "day"), Column("registered_on", "day"), Column("stores", "count")),
    *(Column("owner", "member"), Column("next_step", "code")),
)
_WITH_STORES = (
    *(Column("account", "account"), Column("stage", "code"), Column("stores", "count")),
    *(Column("stores_attended", "count"), Column("owner", "member"), Column("next_step", "code")),
)
_STORES = (Column("store", "text"), Column("account", "account"), Column("store_attended", "code"))
# From how many stores on an account surely stands in the last band of sizes.
_BANDS_END = 100
# Accounts whose stores are looked at in one go.
_AT_ONCE = 500


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None = None, offset: int = 0
) -> Behind:
    """List the accounts or stores that a number of one of COLUMNS' parts counts; raise NotFound for a row or column unknown."""
    if column not in COLUMNS[part]:
        raise NotFound(column=column)
    which = [*standing.going(asked, now), *_group(part, row)]
    if part != "without" and column != "accounts":
        number = Milestone.stores_attended if column == "stores_attended" else Milestone.stores
        return _stores(which, number, limit, offset)
    if column in ("reached", "without"):
        which.append(standing.nobody() if column == "without" else ~standing.nobody())
    return _accounts(_WAITING if part == "without" else _WITH_STORES, which, now, limit, offset)


def _group(part: str, row: str) -> list[ColumnElement[bool]]:
    if part == "without":
        if row not in STAGES:
            raise NotFound(row=row)
        return [Account.stage == row]
    if part == "stores_plan":
        return [*standing.with_stores(), Account.plan == row.removeprefix("=")]
    return [*standing.with_stores(), *([] if row == standing.ALL else [_of_size(row)])]


def _of_size(band: str) -> ColumnElement[bool]:
    if band not in SIZE_BANDS:
        raise NotFound(row=band)
    counts = [count for count in range(_BANDS_END) if size_band(count) == band]
    return Milestone.stores >= counts[0] if band == SIZE_BANDS[-1] else Milestone.stores.between(counts[0], counts[-1])


def _accounts(
    shown: tuple[Column, ...], which: Sequence[ColumnElement[bool]], now: datetime, limit: int | None, offset: int
) -> Behind:
    """List accounts, those whose way began first first."""
    owner = case(*((Account.stage == stage, getattr(Account, f"{stage}_owner_id")) for stage in STAGES))
    days = (Milestone.began_on, Milestone.invited_on, Milestone.registered_on)
    columns = (Account.id, Account.name, Account.stage, Account.next_step, *days)
    query = select(
        *columns, Milestone.stores, Milestone.stores_attended, Staff.id.label("owner_id"), Staff.name.label("owner")
    )
    query = query.join(Milestone, Milestone.account_id == Account.id).outerjoin(Staff, Staff.id == owner)
    query = query.where(*which).order_by(Milestone.began_on, Account.id).limit(limit).offset(offset)
    rows = []
    for row in db.session.execute(query):
        values = row._asdict() | {
            "account": Named(str(row.id), row.name),
            "owner": Named("") if row.owner_id is None else Named(str(row.owner_id), row.owner),
            "waited": (spared.today(now) - row.began_on).days,
            "next_step": row.next_step or None,
        }
        rows.append(Row(str(row.id), tuple(values[column.key] for column in shown)))
    return Behind(shown, tuple(rows), _count(which))


def _count(which: Sequence[ColumnElement[bool]]) -> int:
    query = select(func.count()).select_from(Account).join(Milestone, Milestone.account_id == Account.id)
    return db.session.scalar(query.where(*which)) or 0


def _stores(
    which: Sequence[ColumnElement[bool]], number: SQLColumnExpression[int], limit: int | None, offset: int
) -> Behind:
    """List the stores of accounts, those whose way began first first; only the attended ones where these are counted.

    What each account adds to the number tells which accounts stand on the page: only their people are looked at.
    """
    query = select(Account.id, number).join(Milestone, Milestone.account_id == Account.id).where(*which, number > 0)
    counted = db.session.execute(query.order_by(Milestone.began_on, Account.id)).all()
    total = sum(count for _, count in counted)
    end = total if limit is None else offset + limit
    shown, before = [], 0
    skipped = None
    for account_id, count in counted:
        if before < end and before + count > offset:
            skipped = offset - before if skipped is None else skipped
            shown.append(account_id)
        before += count
    rows = _stores_of(shown, attended_only=number is Milestone.stores_attended)
    return Behind(_STORES, tuple(rows[skipped or 0 :][: end - offset]), total)


def _stores_of(account_ids: Sequence[int], *, attended_only: bool) -> list[Row]:
    """List the stores in scope of accounts in their order, each with whether somebody attended for it."""
    rows = []
    for start in range(0, len(account_ids), _AT_ONCE):
        ids = account_ids[start : start + _AT_ONCE]
        attended = facts.stores_attended(ids)
        stores = select(Store.id, Store.name, Store.account_id, Account.name).join(Store.account)
        found: dict[int, list[Row]] = {}
        for store_id, name, account_id, account in db.session.execute(
            stores.where(Store.account_id.in_(ids), Store.scope == "in").order_by(Store.code, Store.id)
        ):
            seen = store_id in attended[account_id]
            if seen or not attended_only:
                values = (name, Named(str(account_id), account), "yes" if seen else "no")
                found.setdefault(account_id, []).append(Row(str(store_id), values))
        rows += [row for account_id in ids for row in found.get(account_id, [])]
    return rows
