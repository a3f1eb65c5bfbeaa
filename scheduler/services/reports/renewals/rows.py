"""Answers which contracts and accounts stand behind each number of the report on renewals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.spans import days_later, month_of
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services.installation import here
from scheduler.services.refusals import NotFound
from scheduler.services.reports import row_keys
from scheduler.services.reports.elapsed import ALL
from scheduler.services.reports.renewals import terms

# Which column narrows contracts to which outcomes.
_SAID = {
    "contracts": terms.STATES,
    "renewed": ("renewed",),
    "ended": ("ended",),
    "unsaid": ("unsaid",),
    "share_renewed": ("renewed", "ended"),
    "decided": ("renewed", "ended"),
    "fee_known": ("renewed", "ended"),
}
_COLUMNS = {
    "outcomes": ("contracts", "fee_known"),
    "due": ("contracts", "renewed", "ended", "unsaid", "share_renewed"),
    "fees": ("decided", "share_renewed", "fee_known"),
}


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None, offset: int
) -> Behind:  # fmt: skip
    """List the rows behind a number, so many from so far on; raise NotFound where there is no such number."""
    today = now.astimezone(here().tz).date()
    if column in _COLUMNS.get(part, ()):
        return _contracts(terms.contracts(asked, today), part, row, column, limit, offset)
    if part in ("retention", "by_ready", "by_attended") and column in ("accounts", "ended"):
        return _accounts(asked, part, row, column, today, limit, offset)
    raise NotFound(what="report")


def _contracts(one: Subquery, part: str, row: str, column: str, limit: int | None, offset: int) -> Behind:
    told = (one.c.starts_on, days_later(one.c.ends_on, -1), one.c.fee, one.c.state)
    query: Select[*tuple[Any, ...]] = select(one.c.id, Account.id, Account.name, *told)
    query = query.join(Account, Account.id == one.c.account_id).where(*_narrowed(one, part, row, column))
    total, rows = _page(query, (one.c.ends_on.desc(), one.c.id), limit, offset)
    columns = (
        *(Column("account", "account"), Column("starts_on", "day"), Column("last_on", "day")),
        *(Column("monthly_fee", "money"), Column("outcome", "code")),
    )
    found = (Row(str(number), (Named(str(account_id), name), *rest)) for number, account_id, name, *rest in rows)
    return Behind(columns, tuple(found), total)


def _narrowed(one: Subquery, part: str, row: str, column: str) -> list[ColumnElement[bool]]:
    known = [one.c.fee.is_not(None)] if column == "fee_known" else []
    if part == "outcomes":
        if row not in terms.STATES:
            raise NotFound(what="report")
        return [one.c.state == row, *known]
    months = [] if row == ALL else [one.c.month == row_keys.month(row)]
    return [*terms.came_due(one), *months, one.c.state.in_(_SAID[column]), *known]


def _accounts(
    asked: Asked, part: str, row: str, column: str, today: date, limit: int | None, offset: int
) -> Behind:  # fmt: skip
    one = terms.customers(asked, today).subquery()
    of = {"retention": month_of(one.c.began_on), "by_ready": one.c.ready, "by_attended": one.c.attended}[part]
    group = [] if part == "by_ready" and row == ALL else [of == (row_keys.month(row) if part == "retention" else row)]
    ended = [one.c.ended_on.is_not(None)] if column == "ended" else []
    told = (one.c.began_on, one.c.ended_on, one.c.days, one.c.ready, one.c.attended)
    query: Select[*tuple[Any, ...]] = select(Account.id, Account.name, *told)
    query = query.join(one, one.c.account_id == Account.id).where(*group, *ended)
    total, rows = _page(query, (one.c.began_on.desc(), Account.id), limit, offset)
    columns = (
        *(Column("account", "account"), Column("began_on", "day"), Column("ended_on", "day")),
        *(Column("stayed", "days"), Column("ready", "code"), Column("attended", "code")),
    )
    found = (Row(str(number), (Named(str(number), name), *rest)) for number, name, *rest in rows)
    return Behind(columns, tuple(found), total)


def _page(
    query: Select[*tuple[Any, ...]], order: Sequence[Any], limit: int | None, offset: int
) -> tuple[int, Sequence[Any]]:  # fmt: skip
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return total, db.session.execute(query.order_by(*order).limit(limit).offset(offset)).all()
