"""Answers which booked seats wait for a decision: of accounts on hold or cancelled, and of people who are gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import contains_eager

from scheduler.models.accounts import Contact
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.registrations import Registration
from scheduler.models.tasks import Task
from scheduler.services import history, locking, seating, tasks
from scheduler.services.actors import Actor
from scheduler.services.registrations import changes, rows

KIND = "seats"


def ask(account_id: int, now: datetime, actor: Actor, contact_id: int | None = None) -> int:
    """Within the open transaction, make a task where seats are to be decided on: an account's, or one person's; count them.

    Nothing is cancelled by itself: what was booked before stands until a person says what becomes of it.
    """
    whose = Contact.account_id == account_id if contact_id is None else Contact.id == contact_id
    seats = db.session.scalars(_to_come(now, whose)).all()
    if seats:
        key = f"{KIND}:{account_id}:{contact_id or 'all'}:{now.isoformat()}"
        params = {"count": len(seats)}
        tasks.add(key, KIND, now=now, account_id=account_id, contact_id=contact_id, params=params, actor=actor)
    return len(seats)


def of_account(account_id: int, now: datetime) -> list[Registration]:
    """List the seats of an account that wait for a decision, by date; lecture, course, person and stores loaded."""
    asked = _open_tasks(account_id)
    if not asked:
        return []
    found = db.session.scalars(_to_come(now, Contact.account_id == account_id)).all()
    return [row for row in found if any(_is_about(task, row) for task in asked)]


def decide(account_id: int, cancelled: Collection[int], now: datetime, actor: Actor, *, mails: bool) -> int:
    """Cancel some of the seats that wait for a decision (registration ids) and keep the others; return how many went.

    `mails`: whoever loses a seat is told. What began meanwhile stays as it is; deciding twice changes nothing.
    """
    with db.writing():
        lectures = {row.lecture_id for row in of_account(account_id, now) if row.id in cancelled}
        # Lectures before accounts, each in the order of their ids, as everybody locks them.
        seating.lock_all(lectures)
        rows.lock_accounts(lectures, [account_id])
        locking.account(account_id)
        seats = of_account(account_id, now)
        going = [row for row in seats if row.id in cancelled]
        for row in going:
            changes.cancel(row.id, now, actor, mail=None if mails else False)
        if seats:
            count = {"kept": len(seats) - len(going), "cancelled": len(going)}
            history.record("seats_decided", now=now, actor=actor, account_id=account_id, **count)
        close(account_id, now, actor)
        return len(going)


def close(account_id: int, now: datetime, actor: Actor, contact_id: int | None = None) -> None:
    """Within the open transaction, ask no more about an account's seats, or only about one person's."""
    for task in _open_tasks(account_id):
        if contact_id is None or task.contact_id == contact_id:
            tasks.done(task.id, now, actor)


def _is_about(task: Task, row: Registration) -> bool:
    """Tell whether a seat was there when it was asked; what somebody books afterwards is a decision of its own."""
    return row.registered_at <= task.created_at and task.contact_id in (None, row.contact_id)


def _open_tasks(account_id: int) -> list[Task]:
    query = select(Task).where(Task.account_id == account_id, Task.kind == KIND, Task.done_at.is_(None))
    return list(db.session.scalars(query.order_by(Task.id).execution_options(populate_existing=True)))


def _to_come(now: datetime, whose: ColumnElement[bool]) -> Select[Registration]:
    return (
        select(Registration)
        .join(Registration.lecture)
        .join(Registration.contact)
        .where(whose, Registration.status != "cancelled", Lecture.status == "scheduled", Lecture.starts_at > now)
        .order_by(Lecture.starts_at, Lecture.id, Registration.id)
        .options(
            contains_eager(Registration.lecture).joinedload(Lecture.course),
            contains_eager(Registration.contact).selectinload(Contact.stores),
        )
        .execution_options(populate_existing=True)
    )
