"""Answers which accounts and handovers stand behind each number of the way to ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, String, case, cast, func, literal, select

from scheduler.models.accounts import Account
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.snapshots import Milestone
from scheduler.models.spans import days_between
from scheduler.models.staff import Staff
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services.installation import here
from scheduler.services.refusals import NotFound
from scheduler.services.reports import row_keys
from scheduler.services.reports.elapsed import ALL
from scheduler.services.reports.way import counting, handed
from scheduler.services.reports.way.knots import (
    KNOTS,
    entered,
    entered_on,
    newcomers,
    on_the_way,
    waits_for,
    waits_since,
)

Conditions = Sequence[ColumnElement[bool]]
# A column of the list and what it shows.
Shown = tuple[Column, SQLColumnExpression[Any]]


@dataclass(frozen=True)
class Asking:
    """Which number is asked about, and on which day."""

    asked: Asked
    part: str
    row: str
    column: str
    now: datetime

    @property
    def today(self) -> date:
        """Return the local day."""
        return self.now.astimezone(here().tz).date()


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None, offset: int
) -> Behind:  # fmt: skip
    """List the rows behind a number, so many from so far on; raise NotFound where there is no such number."""
    one = Asking(asked, part, row, column, now)
    if part in ("decided", "returned") or (part, column) == ("after", "returned"):
        return _handovers(_decided(one), limit, offset)
    conditions, shown = _accounts(one)
    query: Select[*tuple[Any, ...]] = select(
        Account.id, Account.name, Account.stage, Milestone.began_on, *(value for _column, value in shown)
    )
    query = query.join(Milestone, Milestone.account_id == Account.id).where(*conditions)
    if part == "worth":
        fees = counting.fees()
        query = query.outerjoin(fees, fees.c.account_id == Account.id).add_columns(fees.c.monthly_fee)
        shown = [*shown, (Column("monthly_fee", "money"), fees.c.monthly_fee)]
        if column == "fee_known":
            query = query.where(fees.c.monthly_fee.is_not(None))
    total, found = _page(query, (Milestone.began_on.desc(), Account.id), limit, offset)
    columns = (Column("account", "account"), Column("stage", "code"), Column("began_on", "day"))
    rows = [Row(str(number), (Named(str(number), name), *rest)) for number, name, *rest in found]
    return Behind((*columns, *(column for column, _value in shown)), tuple(rows), total)


def _accounts(one: Asking) -> tuple[Conditions, list[Shown]]:
    """Return which accounts stand behind a number, and what else is told of each."""
    if one.part in ("days", "reached"):
        return _reached(one)
    if one.part in ("cohort_median", "cohort_ninetieth") and one.column == "accounts":
        return [*newcomers(one.asked), *_month(one.row)], []
    if one.part in ("start", "start_months", "start_days"):
        return _started(one)
    if one.part == "worth" and one.column in ("accounts", "fee_known"):
        return [*newcomers(one.asked), *_month(one.row)], []
    if one.part == "waiting" and one.column == "waiting" and one.row in KNOTS:
        waits = [*newcomers(one.asked), on_the_way(one.today), waits_for() == one.row]
        since = waits_since()
        return waits, [(Column("since", "day"), since), (Column("waited", "days"), days_between(since, one.today))]
    if one.part == "steps" and one.column == "entered" and one.row in list(KNOTS)[1:]:
        told = [(Column("entered_on", "day"), entered_on(one.row)), (Column("on", "day"), KNOTS[one.row])]
        return [*newcomers(one.asked), *entered(one.row)], told
    if one.part == "after":
        return _after(one)
    raise NotFound(what="report")


def _reached(one: Asking) -> tuple[Conditions, list[Shown]]:
    """Part `days` has a row a knot, part `reached` a column."""
    knot, counted = (one.row, one.column) if one.part == "days" else (one.column, "reached")
    months = [] if one.part == "days" else _month(one.row)
    if one.part == "reached" and one.column == "accounts":
        return [*newcomers(one.asked), *months], []
    if knot not in KNOTS:
        raise NotFound(what="report")
    on = KNOTS[knot]
    narrower = {"accounts": [], "reached": [on.is_not(None)], "open": [on.is_(None)]}
    if counted not in narrower:
        raise NotFound(what="report")
    told: list[Shown] = [
        (Column("on", "day"), on),
        (Column("days_taken", "days"), days_between(Milestone.began_on, on)),
    ]
    return [*newcomers(one.asked), *months, *narrower[counted]], told


def _started(one: Asking) -> tuple[Conditions, list[Shown]]:
    months = [] if one.part == "start" else _month(one.row)
    state = one.row if one.part == "start" else one.column
    planned = [Account.planned_start_on.is_not(None), *newcomers(one.asked), *months]
    told: list[Shown] = [
        (Column("planned_on", "day"), Account.planned_start_on),
        (Column("in_use_on", "day"), Milestone.in_use_on),
        (Column("late_days", "days"), days_between(Account.planned_start_on, Milestone.in_use_on)),
    ]
    if one.part != "start" and one.column == "planned":
        return planned, told
    if state not in counting.STATES or (one.part == "start") != (one.column == "accounts") or one.part == "start_days":
        raise NotFound(what="report")
    return [*planned, counting.start_state(one.today) == state], told


def _after(one: Asking) -> tuple[Conditions, list[Shown]]:
    days = _moment(one.row)
    handed_over = handed.handed_over(one.asked, days, one.today)
    told: list[Shown] = [(Column("on", "day"), Milestone.handed_over_on)]
    if one.column == "handed_over":
        return handed_over, told
    if one.column == "still_in_use":
        return [*handed_over, handed.is_measured()], [*told, _met(handed.used_after(days))]
    if one.column == "advanced":
        advanced: list[Shown] = [(Column("advanced_on", "day"), Milestone.advanced_on)]
        return handed_over, [*told, *advanced, _met(handed.advanced_after(days))]
    raise NotFound(what="report")


def _decided(one: Asking) -> tuple[Conditions, ColumnElement[bool]]:
    """Return which handovers stand behind a number, and which of them count as a hit."""
    returned = Handover.state == "returned"
    if one.part == "after":
        days = _moment(one.row)
        return handed.asked_for(one.asked, days, one.now), handed.returned_within(days)
    decided = handed.decided_here(one.asked)
    if one.part == "returned" and one.column == "returned":
        keys = cast(Handover.reopened, String)
        named = keys == "[]" if one.row == "none" else keys.contains(f'"{one.row}"', autoescape=True)
        return [*decided, returned, named], returned
    wanted = {"accepted": Handover.state == "accepted", "returned": returned}
    stages = one.row.split("-")
    if one.part != "decided" or len(stages) != 2 or one.column not in (*wanted, "decided", "share_returned"):
        raise NotFound(what="report")
    boundary = (Handover.from_stage == stages[0], Handover.to_stage == stages[1])
    narrower = [wanted[one.column]] if one.column in wanted else []
    return [*decided, *boundary, *narrower], returned


def _handovers(found: tuple[Conditions, ColumnElement[bool]], limit: int | None, offset: int) -> Behind:
    conditions, hit = found
    _column, met = _met(hit)
    boundary = Handover.from_stage + "-" + Handover.to_stage
    told = (
        boundary,
        Handover.requested_at,
        Handover.state,
        Handover.decided_at,
        Staff.id,
        Staff.name,
        Handover.reason,
        met,
    )
    query: Select[*tuple[Any, ...]] = select(Handover.id, Account.id, Account.name, *told).join(
        Account, Account.id == Handover.account_id
    )
    query = query.outerjoin(Staff, Staff.id == Handover.decided_by_id).where(*conditions)
    total, rows = _page(query, (Handover.requested_at.desc(), Handover.id.desc()), limit, offset)
    columns = (
        *(Column("account", "account"), Column("boundary", "code"), Column("requested_on", "day")),
        *(Column("decision", "code"), Column("decided_on", "day"), Column("by", "member"), Column("reason", "text")),
        Column("met", "code"),
    )
    return Behind(columns, tuple(_handover(*row) for row in rows), total)


def _handover(
    number: int,
    account_id: int,
    name: str,
    boundary: str,
    requested_at: datetime,
    state: str,
    decided_at: datetime | None,
    by_id: int | None,
    by: str | None,
    reason: str,
    met: str,
) -> Row:
    zone = here().tz
    asked_on = requested_at.astimezone(zone).date()
    decided_on = decided_at.astimezone(zone).date() if decided_at is not None else None
    member = Named(str(by_id), by or "") if by_id is not None else Named("")
    account = Named(str(account_id), name)
    return Row(str(number), (account, boundary, asked_on, state, decided_on, member, reason, met))


def _page(
    query: Select[*tuple[Any, ...]], order: Sequence[Any], limit: int | None, offset: int
) -> tuple[int, Sequence[Any]]:  # fmt: skip
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return total, db.session.execute(query.order_by(*order).limit(limit).offset(offset)).all()


def _month(key: str) -> list[ColumnElement[bool]]:
    """Match the accounts whose way began in a row's month; raise NotFound for no month."""
    if key == ALL:
        return []
    first = row_keys.month(key)
    following = (first + timedelta(days=31)).replace(day=1)
    return [Milestone.began_on >= first, Milestone.began_on < following]


def _moment(key: str) -> int:
    if not key.isdecimal() or int(key) not in handed.MOMENTS:
        raise NotFound(what="report")
    return int(key)


def _met(condition: ColumnElement[bool]) -> Shown:
    """Tell of each row of a rate's base whether it counts as a hit."""
    return Column("met", "code"), case((condition, literal("yes")), else_=literal("no"))
