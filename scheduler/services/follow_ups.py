"""Answers what one press does for an account that needs someone (要フォロー): call, invite again, remind, ask for help."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from scheduler.models.accounts import Account, Contact
from scheduler.models.db import db
from scheduler.models.staff import Staff
from scheduler.models.tasks import Task
from scheduler.services import (
    history,
    invited_again,
    locking,
    nudges,
    readiness,
    spared,
    tasks,
    vendor,
)
from scheduler.services.actors import Actor
from scheduler.services.refusals import Invalid, NotFound

CALL, HELP = "call", "escalated"
# The longest text that goes with a call for help.
LONGEST = 500


def call(account_id: int, now: datetime, actor: Actor) -> int:
    """Make a task to call an account, due today, with the number of whom to call; return its id.

    It is whoever's pressed it. One that is open already stays the only one. Raises NotFound.
    """
    with db.writing():
        account = locking.account(account_id)
        known = _open(account_id, CALL)
        if known is not None:
            return known.id
        person = whom_to_call(account_id)
        number = _add(
            account,
            CALL,
            now,
            actor,
            contact_id=person.id if person is not None else None,
            params={"phone": person.phone if person is not None else ""},
            owner_id=actor.staff_id,
            due_on=_working_day(now),
        )
        readiness.refresh(account_id, now)
        return number


def not_reached(task_id: int, now: datetime, actor: Actor) -> None:
    """Note that nobody answered: the call is due again on the next working day. Raises NotFound."""
    with db.writing():
        task = db.session.get(Task, task_id, populate_existing=True)
        if task is None or task.kind != CALL:
            raise NotFound(what="task")
        if task.done_at is not None:
            return
        tries = int(task.params.get("tries", 0)) + 1
        task.params = {**task.params, "tries": tries}
        task.due_on = vendor.working_days().next_working_day(spared.today(now))
        about = {"account_id": task.account_id, "contact_id": task.contact_id}
        history.record("call_not_answered", now=now, actor=actor, tries=tries, **about)


def invite_again(account_id: int, now: datetime, actor: Actor) -> list[int]:
    """Invite once more whoever was invited and never answered, not twice a day; return whom (contact ids).

    Raises NotFound, Invalid where there is nobody to be written to.
    """
    with db.writing():
        locking.account(account_id)
        if not invited_again.people(account_id, now):
            raise Invalid(field="form", why="nobody_to_write_to")
        people = invited_again.send(account_id, now)
        if people:
            history.record("invited_again", now=now, actor=actor, account_id=account_id, count=len(people))
        return people


def remind_setup(account_id: int, now: datetime, actor: Actor) -> int:
    """Write to one person of an account what is left to set up, once a day; return whom.

    Raises NotFound, Invalid where the customer has nothing left to do, the account stands still or nobody can be written to.
    """
    with db.writing():
        account = locking.account(account_id)
        if account.stage != "onboarding" or spared.why(account, now):
            raise Invalid(field="form", why="nobody_to_write_to")
        person, is_new = nudges.send(account_id, now)
        if is_new:
            history.record("setup_reminded", now=now, actor=actor, account_id=account_id, contact_id=person)
        return person


def ask_for_help(account_id: int, words: str, now: datetime, actor: Actor) -> int:
    """Make a task for operations to look at an account, with what the member says; return its id.

    It goes to whoever of operations has the fewest open tasks. One that is open stays the only one, with the words
    added to it. Raises NotFound, Invalid(words) for too many of them.
    """
    words = words.strip()
    if len(words) > LONGEST or "\x00" in words:
        raise Invalid(field="words", why="too_long", maximum=LONGEST)
    with db.writing():
        account = locking.account(account_id)
        known = _open(account_id, HELP)
        if known is not None:
            if words and words not in known.words:
                known.words = "\n".join(filter(None, (known.words, words)))
            return known.id
        params = {"by": actor.staff_id}
        number = _add(account, HELP, now, actor, params=params, owner_id=_helper(), words=words)
        readiness.refresh(account_id, now)
        return number


def whom_to_call(account_id: int) -> Contact | None:
    """Choose whom to call: a 窓口 with a number, else a 店長, else anybody with one; None where nobody has."""
    rank = case({"coordinator": 0, "manager": 1}, value=Contact.role, else_=2)
    query = select(Contact).where(Contact.account_id == account_id, Contact.phone_digits != "", spared.there())
    return db.session.scalar(query.order_by(rank, Contact.id).limit(1))


def last_of(account_ids: Iterable[int]) -> dict[int, Task]:
    """Return what was last done about accounts, or is still to be: the open call or call for help, else the latest done."""
    query = (
        select(Task)
        .where(Task.account_id.in_(list(account_ids)), Task.kind.in_((CALL, HELP)))
        .order_by(Task.done_at.is_(None), Task.kind == CALL, Task.done_at, Task.id)
        .options(joinedload(Task.contact), joinedload(Task.owner))
    )
    # The last of each account wins.
    return {task.account_id: task for task in db.session.scalars(query) if task.account_id is not None}


def _add(account: Account, kind: str, now: datetime, actor: Actor, **fields: Any) -> int:
    earlier = select(func.count()).select_from(Task).where(Task.account_id == account.id, Task.kind == kind)
    key = f"{kind}:{account.id}:{db.session.scalar(earlier)}"
    return tasks.add(key, kind, now=now, account_id=account.id, actor=actor, **fields)


def _open(account_id: int, kind: str) -> Task | None:
    query = select(Task).where(Task.account_id == account_id, Task.kind == kind, Task.done_at.is_(None))
    return db.session.scalar(query.order_by(Task.id).limit(1).execution_options(populate_existing=True))


def _helper() -> int | None:
    """Choose the member of operations with the fewest open tasks; None where there is nobody."""
    busy = select(func.count()).where(Task.owner_id == Staff.id, Task.done_at.is_(None)).scalar_subquery()
    query = select(Staff.id).where(Staff.team == "operations", Staff.active).order_by(busy, Staff.id)
    return db.session.scalar(query.limit(1))


def _working_day(now: datetime) -> date:
    """Return today, or the next day that is worked."""
    today, calendar = spared.today(now), vendor.working_days()
    return today if calendar.is_working_day(today) else calendar.next_working_day(today)
