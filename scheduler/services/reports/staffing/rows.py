"""Answers which accounts, lectures, people and tasks stand behind what staffing was measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.db import db
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.snapshots import Milestone
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.rules.reporting import Asked, Behind, Column, Named, Row
from scheduler.services.facts import local_day
from scheduler.services.refusals import NotFound
from scheduler.services.reports import asking
from scheduler.services.staffing import measuring, spans, teaching
from scheduler.services.staffing.spans import Window

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Source:
    """The rows behind a figure: their columns, the statement for a window, and how a row is written."""

    columns: tuple[Column, ...]
    query: Callable[[Window], Query]
    row: Callable[[Any], Row]


def behind(asked: Asked, part: str, row: str, column: str, _now: datetime, limit: int | None, offset: int) -> Behind:
    """List the rows that a figure was measured on; raise NotFound."""
    field = f"minutes.{row}" if part == "activities" else row
    if column != "base" or part not in ("activities", "inputs") or field not in SOURCES:
        raise NotFound(what="report")
    source = SOURCES[field]
    query = source.query(spans.window(asked.since, asked.until, asking.accounts(asked)))
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    found = db.session.execute(query.limit(limit).offset(offset))
    return Behind(source.columns, tuple(source.row(one) for one in found), total)


_ACCOUNT = (Column("account", "account"), Column("since", "day"), Column("stores"))
_LECTURE = (Column("lecture", "lecture"), Column("starts_on", "day"), Column("minutes", "minutes"))
_MEMBER = (Column("member", "member"), Column("team", "code"))
_TASK = (Column("account", "account"), Column("done_on", "day"), Column("member", "member"))


def _in_stage(stage: str) -> Callable[[Window], Query]:
    def query(span: Window) -> Query:
        found = select(Account.id, Account.name, Account.stage_since, func.coalesce(Milestone.stores, 0))
        found = found.outerjoin(Milestone, Milestone.account_id == Account.id)
        return found.where(Account.stage == stage, *measuring.looked_after(span)).order_by(
            Account.stage_since, Account.id
        )

    return query


def _lectures(*which: ColumnElement[bool]) -> Callable[[Window], Query]:
    def query(span: Window) -> Query:
        found = select(Lecture.id, Course.name, Lecture.starts_at, Lecture.ends_at, Lecture.local_start)
        found = found.join(Course, Course.id == Lecture.course_id).where(*teaching.held(span), *which)
        return found.order_by(Lecture.starts_at.desc(), Lecture.id)

    return query


def _team(stage: str) -> Callable[[Window], Query]:
    def query(_span: Window) -> Query:
        found = select(Staff.id, Staff.name, Staff.team).where(Staff.active, Staff.team == stage)
        return found.order_by(Staff.name_key, Staff.id)

    return query


def _gone(span: Window) -> Query:
    query = select(Staff.id, Staff.name, Staff.team).join(Event, Event.params["staff_id"].as_integer() == Staff.id)
    return query.where(*measuring.leaving(span)).order_by(Event.at.desc(), Event.id)


def _tasks(stage: str) -> Callable[[Window], Query]:
    def query(span: Window) -> Query:
        found = select(Account.id, Account.name, Task.done_at, Staff.id.label("member_id"), Staff.name.label("member"))
        found = found.select_from(Task).join(Staff, Staff.id == Task.done_by_id)
        found = found.outerjoin(Account, Account.id == Task.account_id).where(*measuring.done_by_teams(span))
        return found.where(Staff.team == stage).order_by(Task.done_at.desc(), Task.id)

    return query


def _of_account(one: Any) -> Row:
    number, name, since, stores = one
    return Row(str(number), (Named(str(number), name), local_day(since), stores))


def _of_lecture(one: Any) -> Row:
    minutes = (one.ends_at - one.starts_at).total_seconds() / 60
    day = datetime.fromisoformat(one.local_start).date()
    return Row(str(one.id), (Named(str(one.id), one.name), day, minutes))


def _of_member(one: Any) -> Row:
    return Row(str(one.id), (Named(str(one.id), one.name), one.team))


def _of_task(one: Any) -> Row:
    account = Named(str(one.id or ""), one.name or "")
    return Row("", (account, local_day(one.done_at), Named(str(one.member_id), one.member)))


_OPEN = Lecture.account_id.is_(None)
_BASIC, _ADVANCED = (_OPEN, Course.prerequisite_id.is_(None)), (_OPEN, Course.prerequisite_id.is_not(None))

#: By field; a figure that is not here stands for too many rows to be read (seats), or for none.
SOURCES: dict[str, Source] = {
    "leavers": Source(_MEMBER, _gone, _of_member),
    "minutes.basic_lecture": Source(_LECTURE, _lectures(*_BASIC), _of_lecture),
    "minutes.advanced_lecture": Source(_LECTURE, _lectures(*_ADVANCED), _of_lecture),
    "minutes.own_lectures": Source(_LECTURE, _lectures(Lecture.account_id.is_not(None)), _of_lecture),
    "queue.lectures": Source(_LECTURE, _lectures(*_BASIC), _of_lecture),
    "queue.seats": Source(_LECTURE, _lectures(*_BASIC), _of_lecture),
    **{f"accounts.{stage}": Source(_ACCOUNT, _in_stage(stage), _of_account) for stage in STAGES},
    **{f"people.{stage}": Source(_MEMBER, _team(stage), _of_member) for stage in STAGES},
    **{f"minutes.{key}": Source(_TASK, _tasks(stage), _of_task) for stage, key in measuring.CONTACTS.items()},
}
