"""Answers whose account lacks the set-up step that a course wants first: that warns the owner and never keeps anybody out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from scheduler.models.accounts import Account, Contact, Store, contact_stores
from scheduler.models.db import db
from scheduler.models.lectures import Course, Lecture
from scheduler.models.setup import SetupStep
from scheduler.models.tasks import Task
from scheduler.services import tasks, ticks
from scheduler.services.actors import WORKER

KIND = "step_wanted"


def lacking(step_id: int, contact_ids: Iterable[int]) -> set[int]:
    """Return which of these people lack a step: asked of their account, and neither done nor not needed where they work.

    A step per store counts in the stores in scope that somebody works in; for whoever works in none, in all of them.
    """
    step = db.session.get(SetupStep, step_id)
    ids = sorted(set(contact_ids))
    if step is None or not step.active or not ids:
        return set()
    people = db.session.execute(
        select(Contact.id, Contact.account_id, Account.created_at)
        .join(Account, Account.id == Contact.account_id)
        .where(Contact.id.in_(ids))
    ).all()
    accounts = {account_id for _number, account_id, _created_at in people}
    rows = ticks.stands(accounts)
    settled = {place for place, row in rows.items() if row.state in ticks.SETTLED}
    stores, works_in = _stores(accounts, ids) if step.per == "store" else ({}, {})
    found = set()
    for number, account_id, created_at in people:
        places = works_in.get(number) or stores.get(account_id) or [None]
        if ticks.is_asked(step, created_at) and any((account_id, step_id, place) not in settled for place in places):
            found.add(number)
    return found


def warn(step_id: int, contact_id: int, account_id: int, lecture_id: int, now: datetime) -> None:
    """Within the transaction of a registration, give the owner a task where the account lacks a step; once for a course."""
    if not lacking(step_id, [contact_id]):
        return
    step = db.session.get_one(SetupStep, step_id)
    taught = (
        select(Course.id, Course.key, Course.name)
        .join(Lecture, Lecture.course_id == Course.id)
        .where(Lecture.id == lecture_id)
    )
    course_id, course, name = db.session.execute(taught).one()
    tasks.add(
        f"{KIND}:{account_id}:{course_id}",
        KIND,
        now=now,
        account_id=account_id,
        contact_id=contact_id,
        lecture_id=lecture_id,
        params={"step": step.key, "step_name": step.name, "course": course, "course_name": name},
    )


def settle(account_ids: Iterable[int], now: datetime) -> None:
    """Within the open transaction, end the tasks of accounts whose step is seen to by now."""
    query = select(Task.id, Task.contact_id, SetupStep.id).join(
        SetupStep, SetupStep.key == Task.params["step"].as_string()
    )
    open_ones = query.where(Task.account_id.in_(list(account_ids)), Task.kind == KIND, Task.done_at.is_(None))
    found = db.session.execute(open_ones).all()
    people: dict[int, set[int]] = {}
    for _task_id, contact_id, step_id in found:
        if contact_id is not None:
            people.setdefault(step_id, set()).add(contact_id)
    left = {step_id: lacking(step_id, contact_ids) for step_id, contact_ids in people.items()}
    for task_id, contact_id, step_id in found:
        if contact_id is not None and contact_id not in left[step_id]:
            tasks.done(task_id, now, WORKER)


def _stores(accounts: set[int], people: list[int]) -> tuple[dict[int, list[int | None]], dict[int, list[int | None]]]:
    """Return the stores in scope by account, and by the people who work in them."""
    stores: dict[int, list[int | None]] = {}
    in_scope = (Store.account_id.in_(accounts), Store.scope == "in")
    for account_id, store_id in db.session.execute(select(Store.account_id, Store.id).where(*in_scope)):
        stores.setdefault(account_id, []).append(store_id)
    works_in: dict[int, list[int | None]] = {}
    link = select(contact_stores.c.contact_id, Store.id).join(Store, Store.id == contact_stores.c.store_id)
    for contact_id, store_id in db.session.execute(link.where(contact_stores.c.contact_id.in_(people), *in_scope)):
        works_in.setdefault(contact_id, []).append(store_id)
    return stores, works_in
