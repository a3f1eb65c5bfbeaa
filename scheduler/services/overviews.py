"""Answers all that is known of accounts at once, for programs: people, stores, attendance and set-up in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from scheduler.models.accounts import Account, Contact, Contract, Store
from scheduler.models.attendance import Attendance
from scheduler.models.db import db
from scheduler.models.lectures import Lecture
from scheduler.models.tags import Tag
from scheduler.models.tasks import Task
from scheduler.services import contracts, naming, setup, tags, tasks
from scheduler.services.setup import StepProgress


@dataclass(frozen=True)
class Wanted:
    """Which accounts are asked for; None does not narrow."""

    stage: str | None = None
    ready: bool | None = None
    stuck: bool | None = None


@dataclass(frozen=True)
class Overview:
    """One account with all that belongs to it."""

    account: Account
    stores: Sequence[Store]
    # Their stores loaded.
    contacts: Sequence[Contact]
    # Lecture and course loaded, by start.
    attendance: Sequence[Attendance]
    setup: Sequence[StepProgress]
    # What programs call each contact, by id.
    names: Mapping[int, str]
    # Still open, the first due first; owner loaded.
    tasks: Sequence[Task]
    # The latest first.
    contracts: Sequence[Contract]
    # In the order of their names.
    tags: Sequence[Tag]


def listed(wanted: Wanted, limit: int, after: int | None = None) -> list[Overview]:
    """List accounts by id from `after` on, each with all that belongs to it."""
    query = select(Account.id).order_by(Account.id).limit(limit)
    if wanted.stage is not None:
        query = query.where(Account.stage == wanted.stage)
    if wanted.ready is not None:
        query = query.where(Account.ready_since.is_not(None) if wanted.ready else Account.ready_since.is_(None))
    if wanted.stuck is not None:
        query = query.where(Account.level == "stuck" if wanted.stuck else Account.level != "stuck")
    if after is not None:
        query = query.where(Account.id > after)
    return of(db.session.scalars(query))


def of(account_ids: Iterable[int]) -> list[Overview]:
    """Gather all that belongs to accounts, by id, as it is now."""
    ids = sorted(set(account_ids))
    owners = (Account.sales_owner, Account.onboarding_owner, Account.success_owner, Account.renewal_owner)
    query = select(Account).where(Account.id.in_(ids)).order_by(Account.id).options(*map(joinedload, owners))
    accounts = db.session.scalars(query.execution_options(populate_existing=True)).all()
    stores: dict[int, list[Store]] = {number: [] for number in ids}
    contacts: dict[int, list[Contact]] = {number: [] for number in ids}
    attended: dict[int, list[Attendance]] = {number: [] for number in ids}
    for store in db.session.scalars(select(Store).where(Store.account_id.in_(ids)).order_by(Store.code)):
        stores[store.account_id].append(store)
    people = select(Contact).where(Contact.account_id.in_(ids)).order_by(Contact.id)
    people = people.options(selectinload(Contact.stores)).execution_options(populate_existing=True)
    for person in db.session.scalars(people):
        contacts[person.account_id].append(person)
    verdicts = select(Attendance).join(Attendance.contact).join(Attendance.lecture).where(Contact.account_id.in_(ids))
    verdicts = verdicts.options(
        contains_eager(Attendance.contact), contains_eager(Attendance.lecture).joinedload(Lecture.course)
    )
    for verdict in db.session.scalars(verdicts.order_by(Lecture.starts_at, Attendance.id)):
        attended[verdict.contact.account_id].append(verdict)
    names = naming.called(person.id for several in contacts.values() for person in several)
    steps = setup.progress_of_many(ids)
    open_tasks = tasks.open_of_many(ids)
    terms: dict[int, list[Contract]] = {number: [] for number in ids}
    for contract in contracts.of_many(ids):
        terms[contract.account_id].append(contract)
    borne = tags.of_accounts(ids)
    return [
        Overview(
            account=one,
            stores=stores[one.id],
            contacts=contacts[one.id],
            attendance=attended[one.id],
            setup=steps[one.id],
            names=names,
            tasks=open_tasks[one.id],
            contracts=terms[one.id],
            tags=borne.get(one.id, ()),
        )
        for one in accounts
    ]
