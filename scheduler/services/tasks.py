"""Answers what a person must still do for an account: made by facts or by hand, done, and open again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.replies import Reply
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.services import history, vendor
from scheduler.services.actors import WORKER, Actor
from scheduler.services.inserting import add_missing, added
from scheduler.services.installation import here
from scheduler.services.owners import owner_of
from scheduler.services.refusals import Invalid, NotFound

# The longest text of a task that a person enters.
LONGEST = 500

# Takes the accounts whose open tasks changed, within the transaction: a rule may ask that none is open.
Judge = Callable[[Collection[int], datetime], None]
_judges: list[Judge] = []


@dataclass(frozen=True)
class Wanted:
    """A task that a fact asks for on an account; the owner of the account's stage does it, on the next working day."""

    key: str
    kind: str
    account: Account
    contact_id: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    words: str = ""


def judged_by(judge: Judge) -> None:
    """Say who judges accounts anew when their tasks change: `readiness`, which stands above tasks and is handed in."""
    _judges[:] = [judge]


def add(
    key: str,
    kind: str,
    *,
    now: datetime,
    account_id: int | None,
    contact_id: int | None = None,
    lecture_id: int | None = None,
    params: dict[str, Any] | None = None,
    words: str = "",
    owner_id: int | None = None,
    due_on: date | None = None,
    actor: Actor = WORKER,
) -> int:
    """Make a task and return its id; the same `key` again changes nothing and returns the task that is there.

    Without `owner_id` it is the owner's of the account's stage, else that stage's team's; without `due_on` it is due on
    the next working day. Raises NotFound for an unknown account.
    """
    with db.writing():
        account = db.session.get(Account, account_id) if account_id is not None else None
        if account is None and account_id is not None:
            raise NotFound(what="account", value=account_id)
        if owner_id is None and account is not None:
            owner_id = _owner_id(account)
        row = {
            "key": key,
            "kind": kind,
            "account_id": account_id,
            "contact_id": contact_id,
            "lecture_id": lecture_id,
            "params": params or {},
            "words": words,
            "owner_id": owner_id,
            "due_on": due_on or _next_working_day(now),
            "created_at": now,
        }
        new = add_missing(Task, [row])
        number = db.session.scalars(select(Task.id).where(Task.key == key)).one()
        if new:
            about = {"account_id": account_id, "contact_id": contact_id, "lecture_id": lecture_id}
            history.record("task_added", now=now, actor=actor, task_id=number, task=kind, **about)
            _judge_again([account_id], now)
        return number


def add_many(wanted: Sequence[Wanted], now: datetime) -> int:
    """Make tasks within the open transaction, in two statements; return how many were new. A `key` that is there stays."""
    if not wanted:
        return 0
    due_on = _next_working_day(now)
    rows = [
        {
            "key": one.key,
            "kind": one.kind,
            "account_id": one.account.id,
            "contact_id": one.contact_id,
            "lecture_id": None,
            "params": one.params,
            "words": one.words,
            "owner_id": _owner_id(one.account),
            "due_on": due_on,
            "created_at": now,
        }
        for one in wanted
    ]
    new = added(Task, rows, "id", "kind", "account_id", "contact_id")
    lines = [
        history.about_one("task_added", account_id=account_id, contact_id=contact_id, task_id=number, task=kind)
        for number, kind, account_id, contact_id in new
    ]
    history.record_many(lines, now, WORKER)
    _judge_again((account_id for _number, _kind, account_id, _contact_id in new), now)
    return len(new)


def add_by_hand(
    account_id: int, form_key: str, words: str, owner_id: int | None, due_on: date | None, now: datetime, actor: Actor
) -> int:
    """Make a task that a member wrote down; the same form sent twice (`form_key`) makes one.

    Raises NotFound, Invalid(field, why) without words, for too many of them, or for a member who is not there.
    """
    words = words.strip()
    if not words:
        raise Invalid(field="words", why="missing")
    if len(words) > LONGEST:
        raise Invalid(field="words", why="too_long", maximum=LONGEST)
    with db.writing():
        _check_owner(owner_id)
        return add(
            f"by_hand:{account_id}:{form_key}",
            "by_hand",
            now=now,
            account_id=account_id,
            words=words,
            owner_id=owner_id,
            due_on=due_on,
            actor=actor,
        )


def done(task_id: int, now: datetime, actor: Actor) -> None:
    """Note that a task is done; one that is done already stays as it is. Raises NotFound."""
    _settle(task_id, "task_done", now, actor, Task.done_at.is_(None), done_at=now, done_by_id=actor.staff_id)


def reopen(task_id: int, now: datetime, actor: Actor) -> None:
    """Open a task again that was done; an open one stays as it is. Raises NotFound."""
    _settle(task_id, "task_reopened", now, actor, Task.done_at.is_not(None), done_at=None, done_by_id=None)


def mine(staff_id: int) -> ColumnElement[bool]:
    """Match the tasks of one member."""
    return Task.owner_id == staff_id


def of_team(team: str) -> ColumnElement[bool]:
    """Match the tasks of a team: its members', and those of its accounts and lectures that nobody was given."""
    members = select(Staff.id).where(Staff.team == team)
    accounts = select(Account.id).where(Account.stage == team)
    taught = select(Lecture.id).join(Course, Course.id == Lecture.course_id).where(Course.team == team)
    theirs = Task.account_id.in_(accounts) | (Task.account_id.is_(None) & Task.lecture_id.in_(taught))
    return Task.owner_id.in_(members) | (Task.owner_id.is_(None) & theirs)


def open_ones(*which: ColumnElement[bool], limit: int | None = None, skip: int = 0) -> list[Task]:
    """List open tasks, the first due first, with account, contact and owner; `which` narrows (mine, of_team)."""
    query = _loaded().where(Task.done_at.is_(None), *which).order_by(Task.due_on, Task.id)
    return list(db.session.scalars(query.limit(limit).offset(skip) if limit is not None else query))


def done_ones(*which: ColumnElement[bool], limit: int, skip: int = 0) -> list[Task]:
    """List the tasks done last, the latest first."""
    query = _loaded().where(Task.done_at.is_not(None), *which).order_by(Task.done_at.desc(), Task.id.desc())
    return list(db.session.scalars(query.limit(limit).offset(skip)))


def count_open(*which: ColumnElement[bool]) -> int:
    """Count open tasks."""
    return _count(Task.done_at.is_(None), *which)


def count_done(*which: ColumnElement[bool]) -> int:
    """Count the tasks that are done."""
    return _count(Task.done_at.is_not(None), *which)


def of_account(account_id: int) -> ColumnElement[bool]:
    """Match the tasks of one account."""
    return Task.account_id == account_id


def open_of_many(account_ids: Iterable[int]) -> dict[int, Sequence[Task]]:
    """Return the open tasks of each account, the first due first."""
    found: dict[int, list[Task]] = {number: [] for number in account_ids}
    for task in open_ones(Task.account_id.in_(list(found))):
        if task.account_id is not None:
            found[task.account_id].append(task)
    return dict(found)


def _settle(
    task_id: int, event: str, now: datetime, actor: Actor, still: ColumnElement[bool], **values: datetime | int | None
) -> None:
    with db.writing():
        task = db.session.get(Task, task_id, populate_existing=True)
        if task is None:
            raise NotFound()
        if db.changed(update(Task).where(Task.id == task_id, still).values(**values)):
            about = {"account_id": task.account_id, "contact_id": task.contact_id, "lecture_id": task.lecture_id}
            history.record(event, now=now, actor=actor, task_id=task_id, task=task.kind, **about)
            if event == "task_done" and task.kind == "reply":
                _put_aside(task, now)
            _judge_again([task.account_id], now)
        db.session.expire(task)


def _judge_again(account_ids: Iterable[int | None], now: datetime) -> None:
    touched = {number for number in account_ids if number is not None}
    for judge in _judges if touched else ():
        judge(touched, now)


def _put_aside(task: Task, now: datetime) -> None:
    """Note that the mail a task is about was seen to, unless another account's task about it is still open."""
    number = task.params["reply_id"]
    others = select(Task.id).where(Task.key.startswith(f"reply:{number}:"), Task.done_at.is_(None))
    if db.session.scalar(others.limit(1)) is None:
        db.changed(update(Reply).where(Reply.id == number, Reply.seen_at.is_(None)).values(seen_at=now))


def _owner_id(account: Account) -> int | None:
    owner = owner_of(account)
    return owner.id if owner is not None and owner.active else None


def _next_working_day(now: datetime) -> date:
    return vendor.working_days().next_working_day(now.astimezone(here().tz).date())


def _check_owner(owner_id: int | None) -> None:
    if owner_id is None:
        return
    member = db.session.get(Staff, owner_id)
    if member is None or not member.active:
        raise Invalid(field="owner", why="unknown_member", value=owner_id)


def _count(*which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Task).where(*which)) or 0


def _loaded() -> Select[Any]:
    people = (joinedload(Task.account), joinedload(Task.contact).selectinload(Contact.stores), joinedload(Task.owner))
    return select(Task).options(*people).execution_options(populate_existing=True)
