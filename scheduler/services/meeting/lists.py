"""Answers what a week brought and what is open, as the teams talk it over when they meet: a statement for each list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from scheduler.models.accounts import STAGES, Account
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.handovers import Handover
from scheduler.models.history import Event
from scheduler.models.lectures import Course, Lecture
from scheduler.models.registrations import Registration
from scheduler.models.replies import Reply
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.services import spared, unread
from scheduler.services.meeting.weeks import Week

# What is still to be introduced: other accounts came here live.
_FIRST_STAGES = ("sales", "onboarding")
_KNOWN = ("attended", "partial", "missed")
_OWNER: ColumnElement[Any] = case(
    *((Account.stage == stage, getattr(Account, f"{stage}_owner_id")) for stage in STAGES)
)


@dataclass(frozen=True)
class Asking:
    """Of which week, when, and (`which`) of which accounts; `limit` and `offset` cut what is listed."""

    week: Week
    now: datetime
    which: tuple[ColumnElement[bool], ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True)
class Listed:
    """One list: how many lines it has altogether, and those that were asked for, each by the names of its columns."""

    total: int
    lines: tuple[Mapping[str, Any], ...]


def read(name: str, one: Asking) -> Listed:
    """Read one of LISTS; raise KeyError."""
    query = LISTS[name](one)
    columns = query.add_columns(func.count().over().label("total"))
    rows = db.session.execute(columns.limit(one.limit).offset(one.offset)).mappings().all()
    if rows:
        return Listed(rows[0]["total"], tuple(dict(row) for row in rows))
    beyond = one.offset > 0 or one.limit == 0
    counted = select(func.count()).select_from(query.order_by(None).subquery()) if beyond else None
    return Listed((db.session.scalar(counted) or 0) if counted is not None else 0, ())


def _new(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select accounts that were added, or decided on, to be introduced; each once."""
    decided = exists().where(Event.account_id == Account.id, Event.key == "decided").correlate(Account)
    on = func.max(Event.at)
    came = and_(
        or_(and_(Event.key == "account_added", ~decided), Event.key == "decided"),
        Event.params["stage"].as_string().in_(_FIRST_STAGES),
    )
    return (
        select(*_account(), on.label("on"), Account.planned_start_on.label("planned_on"), *_member())
        .join(Event, Event.account_id == Account.id)
        .outerjoin(Staff, Staff.id == _OWNER)
        .where(*_in(one.week, Event.at), came, ~Account.undecided, *one.which)
        .group_by(Account.id, Staff.id)
        .order_by(on, Account.id)
    )


def _ready(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select accounts that became ready for the next team, and what became of that since."""
    on = func.max(Event.at)
    requested = exists().where(Handover.account_id == Account.id, Handover.state == "requested").correlate(Account)
    state = case(
        (Account.stage_since > on, "moved_on"),
        (requested, "requested"),
        (Account.ready_since.is_not(None), "waits"),
        else_="not_any_more",
    )
    return (
        select(*_account(), on.label("on"), state.label("state"), *_member())
        .join(Event, Event.account_id == Account.id)
        .outerjoin(Staff, Staff.id == _OWNER)
        .where(*_in(one.week, Event.at), Event.key == "ready", *one.which)
        .group_by(Account.id, Staff.id)
        .order_by(on, Account.id)
    )


def _stuck(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select the accounts that are stuck now, those furthest behind their plan first."""
    return (
        select(
            *_account(),
            *(Account.level_reasons.label("reasons"), Account.planned_start_on.label("planned_on")),
            *_member(),
        )
        .outerjoin(Staff, Staff.id == _OWNER)
        .where(Account.level == "stuck", ~Account.undecided, spared.going_on(one.now), *one.which)
        .order_by(Account.planned_start_on.is_(None), Account.planned_start_on, Account.id)
    )


def _handed_over(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select what went from one team to the next; another owner within a team is no such thing."""
    taken = func.coalesce(Handover.receiver_id, Handover.decided_by_id)
    return (
        select(*_account(), *_boundary(), Handover.decided_at.label("on"), *_member())
        .join(Handover, Handover.account_id == Account.id)
        .outerjoin(Staff, Staff.id == taken)
        .where(
            *_in(one.week, Handover.decided_at),
            Handover.state == "accepted",
            Handover.from_stage != Handover.to_stage,
            *one.which,
        )
        .order_by(Handover.decided_at, Handover.id)
    )


def _returned(one: Asking) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(*_account(), *_boundary(), Handover.decided_at.label("on"), *_member()),
            Handover.reason.label("words"),
        )
        .join(Handover, Handover.account_id == Account.id)
        .outerjoin(Staff, Staff.id == Handover.decided_by_id)
        .where(*_in(one.week, Handover.decided_at), Handover.state == "returned", *one.which)
        .order_by(Handover.decided_at, Handover.id)
    )


def _held(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select the lectures of the week that are over, with how many of those it is known of attended."""

    def counted(*verdicts: str) -> ColumnElement[int]:
        query = select(func.count()).where(Attendance.lecture_id == Lecture.id, Attendance.verdict.in_(verdicts))
        return query.correlate(Lecture).scalar_subquery()

    numbers = (counted("attended").label("attended"), counted(*_KNOWN).label("known"))
    return _lectures(one.week, *numbers).where(Lecture.ends_at <= one.now)


def _coming(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select the lectures of the week after, with who waits for a place."""
    waiting = select(func.count()).where(Registration.lecture_id == Lecture.id, Registration.status == "waitlisted")
    return _lectures(one.week.next, waiting.correlate(Lecture).scalar_subquery().label("waitlisted"))


def _handovers(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select the handovers that wait for an answer now, the oldest first."""
    return (
        select(*_account(), *_boundary(), Handover.requested_at.label("on"), *_member())
        .join(Handover, Handover.account_id == Account.id)
        .outerjoin(Staff, Staff.id == Handover.receiver_id)
        .where(Handover.state == "requested", *one.which)
        .order_by(Handover.requested_at, Handover.id)
    )


def _open_points(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select the accounts under a handover, or handed over in the week, of which the giver wrote that something is open."""
    passing = exists().where(
        Handover.account_id == Account.id,
        or_(
            Handover.state == "requested",
            and_(Handover.state == "accepted", *_in(one.week, Handover.decided_at)),
        ),
    )
    return (
        select(*_account(), Account.open_points.label("words"), *_member())
        .outerjoin(Staff, Staff.id == _OWNER)
        .where(func.trim(Account.open_points) != "", passing, *one.which)
        .order_by(Account.id)
    )


def _tasks(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select open tasks whose day is past."""
    return (
        select(
            *_account(),
            *(Task.id.label("task_id"), Task.kind.label("task"), Task.words.label("words"), Task.due_on.label("on")),
            *_member(),
        )
        .select_from(Task)
        .outerjoin(Account, Account.id == Task.account_id)
        .outerjoin(Staff, Staff.id == Task.owner_id)
        .where(Task.done_at.is_(None), Task.due_on < spared.today(one.now), *one.which)
        .order_by(Task.due_on, Task.id)
    )


def _replies(one: Asking) -> Select[*tuple[Any, ...]]:
    """Select the mails that came back and nobody has seen to, the oldest first; whose they are is often not known."""
    return (
        select(
            *(Reply.id.label("reply_id"), Reply.subject.label("subject"), Reply.sender.label("sender")),
            Reply.received_at.label("on"),
        )
        .where(unread.waits())
        .order_by(Reply.received_at, Reply.id)
    )


# In the order in which they are talked over: what the week brought, lectures, what is open.
LISTS: Mapping[str, Callable[[Asking], Select[*tuple[Any, ...]]]] = {
    "new": _new,
    "ready": _ready,
    "stuck": _stuck,
    "handed_over": _handed_over,
    "returned": _returned,
    "held": _held,
    "coming": _coming,
    "handovers": _handovers,
    "open_points": _open_points,
    "tasks": _tasks,
    "replies": _replies,
}


def _account() -> tuple[ColumnElement[Any], ...]:
    return Account.id.label("account_id"), Account.name.label("account")


def _member() -> tuple[ColumnElement[Any], ...]:
    return Staff.id.label("who_id"), Staff.name.label("who")


def _boundary() -> tuple[ColumnElement[Any], ...]:
    return ((Handover.from_stage + "-" + Handover.to_stage).label("boundary"),)


def _in(week: Week, moment: Any) -> tuple[ColumnElement[bool], ...]:
    return moment >= week.begins_at, moment < week.ends_at


def _lectures(week: Week, *numbers: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Lecture.id.label("lecture_id"), Course.name.label("lecture"), Lecture.starts_at.label("on")),
            *(Lecture.seats_taken.label("booked"), Lecture.capacity.label("capacity")),
            *(Account.name.label("company"), *_member(), *numbers),
        )
        .join(Course, Course.id == Lecture.course_id)
        .outerjoin(Staff, Staff.id == Lecture.host_id)
        .outerjoin(Account, Account.id == Lecture.account_id)
        .where(*_in(week, Lecture.starts_at), Lecture.status == "scheduled")
        .order_by(Lecture.starts_at, Lecture.id)
    )
