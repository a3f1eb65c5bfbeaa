"""Answers which accounts, lectures and tasks stand behind each number of the load report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.snapshots import Tenure
from scheduler.models.staff import TEAMS, Staff
from scheduler.models.tasks import Task
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services.installation import here
from scheduler.services.refusals import NotFound
from scheduler.services.reports import asking, row_keys
from scheduler.services.reports.load import counting
from scheduler.services.reports.load.counting import NO_TEAM, NOBODY, Period

_ACCOUNTS = (
    *(Column("account", "account"), Column("stage", "code"), Column("owner", "member")),
    *(Column("stores"), Column("from_on", "day")),
)
_LECTURES = (
    *(Column("lecture", "lecture"), Column("day", "day"), Column("time", "text")),
    *(Column("length", "hours"), Column("host", "member"), Column("account", "account")),
)
_TASKS = (
    *(Column("account", "account"), Column("task", "code"), Column("words", "text"), Column("owner", "member")),
    *(Column("due_on", "day"), Column("done_on", "day"), Column("done_by", "member")),
)
# Which columns of which part are counted from what.
_COUNTED = {
    "people": ("accounts", "lectures", "own", "done", "open"),
    "room": ("accounts",),
    "teams": ("accounts", "lectures", "own", "done", "open"),
    "stages": ("accounts", "without"),
    "months": ("accounts", "lectures", "own", "done"),
    "hours": ("done",),
    "person_months": ("accounts", "lectures", "own", "done"),
}
_BY_PERSON = ("people", "room", "person_months")
_BY_MONTH = ("months", "hours", "person_months")


@dataclass(frozen=True)
class Group:
    """Whose work of which days a number counts: a person's (NOBODY), a team's, or, without both, everybody's."""

    span: Period
    person: int | None = None
    team: str | None = None


def behind(
    asked: Asked, part: str, row: str, column: str, now: datetime, limit: int | None = None, offset: int = 0
) -> Behind:
    """List what a number counts, accounts by name, lectures and tasks by day; raise NotFound where there is no such number."""
    if column not in _COUNTED.get(part, ()):
        raise NotFound(part=part, column=column)
    group = _group(asked, part, row, now)
    if column in ("accounts", "without"):
        return _accounts(asked, group, column, limit, offset)
    if column in ("lectures", "own"):
        return _lectures(asked, group, column, now, limit, offset)
    return _tasks(asked, group, column, limit, offset)


def _group(asked: Asked, part: str, row: str, now: datetime) -> Group:
    span = counting.period(asked, now)
    if part in _BY_MONTH:
        month, _, row = row.partition("_")
        first = row_keys.month(month)
        if first not in span.months:
            raise NotFound(row=row)
        span = span.month(first)
    if part == "hours":
        return Group(span)
    if part in _BY_PERSON:
        return Group(span, person=row_keys.number(row))
    if row not in (*TEAMS, NO_TEAM):
        raise NotFound(row=row)
    return Group(span, team=row)


def _accounts(asked: Asked, group: Group, column: str, limit: int | None, offset: int) -> Behind:
    which = [*counting.stands_at(group.span.until), *asking.whose(asked, Tenure.account_id)]
    if group.person is not None:
        which.append(_is(Tenure.owner_id, group.person))
    if group.team is not None:
        which.append(Tenure.stage == group.team)
    if column == "without":
        which.append(Tenure.owner_id.is_(None))
    query = (
        select(Account.id, Account.name, Tenure.stage, Staff.id, Staff.name, Tenure.stores, Tenure.from_on)
        .select_from(Tenure)
        .join(Account, Account.id == Tenure.account_id)
        .outerjoin(Staff, Staff.id == Tenure.owner_id)
        .where(*which)
        .order_by(Account.name, Account.id)
    )

    def row(one: Any) -> Row:
        number, name, stage, owner_id, owner, stores, from_on = one
        return Row(str(number), (Named(str(number), name), stage, _named(owner_id, owner), stores, from_on))

    return _page(_ACCOUNTS, query, select(func.count()).select_from(Tenure).where(*which), row, limit, offset)


def _lectures(asked: Asked, group: Group, column: str, now: datetime, limit: int | None, offset: int) -> Behind:
    which = counting.lectures(asked, group.span, now)
    which.append(Lecture.account_id.is_not(None) if column == "own" else Lecture.account_id.is_(None))
    which += _of_group(group, Lecture.host_id)
    query = (
        select(
            *(Lecture.id, Course.name, Lecture.local_start, counting.seconds()),
            *(Staff.id, Staff.name, Account.id, Account.name),
        )
        .select_from(Lecture)
        .join(Course, Course.id == Lecture.course_id)
        .outerjoin(Staff, Staff.id == Lecture.host_id)
        .outerjoin(Account, Account.id == Lecture.account_id)
        .where(*which)
        .order_by(Lecture.starts_at.desc(), Lecture.id)
    )

    def row(one: Any) -> Row:
        number, course, start, seconds, host_id, host, account_id, account = one
        when = date.fromisoformat(start[:10]), start[11:16], float(seconds) / 3600
        whose = _named(host_id, host), _named(account_id, account)
        return Row(str(number), (Named(str(number), course), *when, *whose))

    return _page(_LECTURES, query, select(func.count()).select_from(Lecture).where(*which), row, limit, offset)


def _tasks(asked: Asked, group: Group, column: str, limit: int | None, offset: int) -> Behind:
    if column == "done":
        which = [*counting.tasks_done(asked, group.span), *_of_group(group, Task.done_by_id)]
    else:
        which = [*counting.tasks_open(asked), *_open_of(group)]
    doer, owner = Staff.__table__.alias("doer"), Staff.__table__.alias("owner")
    query = (
        select(
            *(Task.id, Account.id, Account.name, Task.kind, Task.words, owner.c.id, owner.c.name),
            *(Task.due_on, Task.done_at, doer.c.id, doer.c.name),
        )
        .select_from(Task)
        .outerjoin(Account, Account.id == Task.account_id)
        .outerjoin(owner, owner.c.id == Task.owner_id)
        .outerjoin(doer, doer.c.id == Task.done_by_id)
        .where(*which)
        .order_by(Task.done_at.desc(), Task.due_on, Task.id)
    )

    def row(one: Any) -> Row:
        number, account_id, account, kind, words, owner_id, owner, due_on, done_at, by_id, by = one
        done_on = done_at.astimezone(here().tz).date() if done_at is not None else None
        what = _named(account_id, account), kind, words, _named(owner_id, owner)
        return Row(str(number), (*what, due_on, done_on, _named(by_id, by)))

    return _page(_TASKS, query, select(func.count()).select_from(Task).where(*which), row, limit, offset)


def _of_group(group: Group, column: Any) -> list[ColumnElement[bool]]:
    """Return the conditions by which a member named by a column is who or of the team that is asked for."""
    if group.person is not None:
        return [_is(column, group.person)]
    if group.team is None:
        return []
    if group.team == NO_TEAM:
        return [column.is_(None)]
    return [column.in_(select(Staff.id).where(Staff.team == group.team))]


def _open_of(group: Group) -> list[ColumnElement[bool]]:
    """As `_of_group` for owners of open tasks: a task without one is the team's whose stage its account is in."""
    if group.team is None or group.person is not None:
        return _of_group(group, Task.owner_id)
    if group.team == NO_TEAM:
        return [Task.owner_id.is_(None), Task.account_id.is_(None)]
    theirs = _of_group(group, Task.owner_id)[0]
    if group.team not in STAGES:
        return [theirs]
    of_stage = Task.account_id.in_(select(Account.id).where(Account.stage == group.team))
    return [theirs | (Task.owner_id.is_(None) & of_stage)]


def _is(column: Any, person: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.is_(None) if person == NOBODY else column == person
    return found


def _page(
    columns: Sequence[Column],
    query: Select[*tuple[Any, ...]],
    counted: Select[int],
    row: Callable[[Any], Row],
    limit: int | None,
    offset: int,
) -> Behind:
    rows = db.session.execute(query.limit(limit).offset(offset))
    return Behind(tuple(columns), tuple(row(one) for one in rows), db.session.scalar(counted) or 0)


def _named(number: int | None, name: str | None) -> Named:
    return Named(str(number), name or "") if number is not None else Named("")
